"""Programs that live no longer than the script that started them, however that one ends."""

import ctypes
import os
import signal
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PARENT_DEATH_SIGNAL = 1  # prctl's PR_SET_PDEATHSIG
libc = ctypes.CDLL(None)


def start(
    command: Sequence[str], *, log: Path, how: signal.Signals = signal.SIGTERM, **options: Any
) -> subprocess.Popen[bytes]:
    """Start ``command`` in a group of its own, writing to ``log``; it gets signal ``how`` if this script dies."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: libc.prctl(PARENT_DEATH_SIGNAL, how),  # noqa: PLW1509 - this script has one thread
            **options,
        )


def stop(
    child: subprocess.Popen[bytes], *, how: signal.Signals = signal.SIGTERM, patience: float = 10
) -> None:
    """Ask the child to end; after ``patience`` seconds end its whole group."""
    if child.poll() is not None:
        return
    child.send_signal(how)
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_open(port: int) -> bool:
    """Tell whether somebody listens on the port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
