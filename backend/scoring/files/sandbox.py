"""A program that reads what strangers made is run apart: no network, nothing of this machine but its programs.

bubblewrap shows it /usr and the fonts, read-only, an empty /tmp and HOME of its own, and one folder to write into;
``prlimit`` bounds memory, processor time and the size of what it writes; a clock on the wall ends it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

MEGABYTE = 1024 * 1024
# What a program needs of the system; neither the data nor the configuration of this one is among it.
_SHOWN = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/opt/libreoffice",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/libreoffice",
)
_LETTERS = {"HOME": "/tmp", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TMPDIR": "/tmp"}  # noqa: S108 (of the sandbox)


@dataclass(frozen=True)
class Limits:
    """What a run may take: seconds by the clock and of the processor, memory and largest file in MB."""

    seconds: int
    memory: int = 2048
    file: int = 200


@dataclass(frozen=True)
class Room:
    """What the program sees beside the system: ``inputs`` (path here to path there), and where it may write."""

    out: Path
    scratch: Path
    inputs: Mapping[Path, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code (negative: killed by a signal), and whether the clock ended it."""

    code: int
    too_slow: bool = False


def stands() -> bool:
    """Return whether this machine can keep a program apart: the tools are there and the kernel lets them."""
    return bool(shutil.which("bwrap") and shutil.which("prlimit")) and _holds()


@lru_cache(maxsize=1)
def _holds() -> bool:
    command = ["bwrap", *_walls(), "--", "/bin/true"]
    done = subprocess.run(command, capture_output=True, timeout=20, check=False)  # noqa: S603 (our own words)
    return done.returncode == 0


def run(command: Sequence[str], room: Room, limits: Limits) -> Ended:
    """Run ``command`` in the sandbox and return how it ended. Raises OSError where there is no sandbox.

    Inside, ``room.out`` is /out and ``room.scratch`` is /tmp; both are private to the run.
    """
    if not stands():
        raise OSError("no sandbox on this machine")
    shown = [word for path, there in room.inputs.items() for word in ("--ro-bind", str(path), there)]
    places = ["--bind", str(room.scratch), "/tmp", "--bind", str(room.out), "/out", *shown]  # noqa: S108
    return _run([*_bounds(limits), "bwrap", *_walls(), *places, "--", *command], limits.seconds)


def run_bounded(command: Sequence[str], limits: Limits) -> Ended:
    """Run a program of our own with the same bounds and no walls, where the machine has none."""
    bounds = _bounds(limits) if shutil.which("prlimit") else []
    return _run([*bounds, *command], limits.seconds)


def _bounds(limits: Limits) -> list[str]:
    return [
        "prlimit",
        f"--as={limits.memory * MEGABYTE}",
        # The clock ends a run first, and says so; this is for what escapes it.
        f"--cpu={2 * limits.seconds}",
        f"--fsize={limits.file * MEGABYTE}",
        "--core=0",
        "--",
    ]


def _walls() -> list[str]:
    words = ["--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--chdir", "/"]
    for name, value in _LETTERS.items():
        words += ["--setenv", name, value]
    for path in _SHOWN:
        words += _seen(Path(path))
    return [*words, "--proc", "/proc", "--dev", "/dev"]


def _seen(path: Path) -> list[str]:
    if path.is_symlink():
        return ["--symlink", str(path.readlink()), str(path)]
    return ["--ro-bind", str(path), str(path)] if path.exists() else []


def python_of_ours() -> tuple[str, dict[Path, str]]:
    """Return the interpreter that runs this, and what of it has to be shown for its libraries to load."""
    places = {sys.prefix, sys.base_prefix, os.path.realpath(sys.prefix)}
    return sys.executable, {Path(place): place for place in places if not Path(place).is_relative_to("/usr")}


def _run(command: list[str], seconds: int) -> Ended:
    nowhere = subprocess.DEVNULL
    with subprocess.Popen(  # noqa: S603 (an argument list, no shell)
        command, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True
    ) as program:
        try:
            return Ended(program.wait(timeout=seconds))
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            return Ended(program.wait(), too_slow=True)
