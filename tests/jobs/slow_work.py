"""Work for a worker that is to die: it waits for a sign, and notes when it starts and ends."""

import time
from pathlib import Path


def wait_for_sign(folder: str) -> None:
    """Note the start, wait for the file "go", note the end."""
    place = Path(folder)
    _note(place, "started")
    while not (place / "go").exists():
        time.sleep(0.05)
    _note(place, "ended")


def _note(place: Path, word: str) -> None:
    with (place / "notes").open("a") as notes:
        notes.write(f"{word}\n")
