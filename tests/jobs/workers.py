"""A real Celery worker with its schedule, on the test's own database, queue and files."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings


def empty_queue() -> None:
    """Throw away what earlier tests of this process sent; a worker would take their messages first."""
    for message in (settings.VAR_DIR / "queue" / "messages").iterdir():
        message.unlink()


@contextmanager
def worker(database_url: str, log: Path, **environment: str) -> Iterator[subprocess.Popen]:
    """Run a worker until the end of the block. It shares VAR_DIR with the test: the same queue, the same files."""
    variables = os.environ | {
        "DJANGO_SETTINGS_MODULE": "backend.config.settings",
        "DATABASE_URL": database_url,
        "VAR_DIR": str(settings.VAR_DIR),
    }
    program = str(Path(sys.executable).parent / "celery")
    command = [program, "-A", "backend.config", "worker", "-B", "--pool", "solo", "-l", "INFO"]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=variables | environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            # Its schedule is a process of its own and outlives a killed worker.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def until(happened: Callable[[], object], seconds: int = 90) -> bool:
    """Wait for something that another process does; False when it never does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.1)
    return False
