"""The program as in production, on a database of its own: PostgreSQL or SQLite, web server, background worker.

Everything lives in one temporary folder and on private ports of loopback, and ends with the block that began it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "deploy"))

import children  # noqa: E402
import serve  # noqa: E402

SETTINGS = "backend.config.settings"
PATIENCE = 60  # seconds a started program may take to answer


@contextmanager
def machine(kind: str) -> Iterator[Machine]:
    """Give a machine whose database ("sqlite" or "postgresql") is migrated and empty; Django is set up on it."""
    with tempfile.TemporaryDirectory(prefix="par-index-bench-") as folder:
        here = Machine(Path(folder))
        try:
            here.prepare(kind)
            yield here
        finally:
            here.stop()


class Machine:
    """What runs beside this process, and where it writes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, children.free_port()
        self.cluster: object = None
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None

    def prepare(self, kind: str) -> None:
        """Make the database and set Django up over it, as the program's own role."""
        os.chdir(ROOT)
        os.environ |= {"VAR_DIR": str(self.folder / "var"), "HTTPS": "0", "DJANGO_SETTINGS_MODULE": SETTINGS}
        os.environ["ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"
        for name in ("DATABASE_URL", "MIGRATE_DATABASE_URL"):
            os.environ.pop(name, None)
        (self.folder / "var" / "log").mkdir(parents=True)
        if kind == "postgresql":
            os.environ |= self._start_postgresql()
        for command in (["migrate"], ["collectstatic", "--noinput"]):
            _manage(*command)
        import django

        django.setup()

    def _start_postgresql(self) -> dict[str, str]:
        import postgres  # needs packages of the tests, which SQLite does without

        home = self.folder / "postgresql"
        home.mkdir()
        self.folder.chmod(0o711)  # the server's account passes through
        # No setting of the tests here: what was acknowledged is on the disk.
        self.cluster = postgres.Cluster(home)
        self.cluster.start()
        return self.cluster.roles()

    def analyse(self) -> None:
        """Let the database count its rows now, as it does by itself some time after many were added."""
        if self.cluster is None:
            from backend.jobs.actions import count_rows

            count_rows()
            return
        import psycopg

        with psycopg.connect(os.environ["MIGRATE_DATABASE_URL"], autocommit=True) as link:
            link.execute("VACUUM ANALYZE")

    def start_web(self, settings: str = SETTINGS) -> None:
        """Start the web server as deploy/run does and wait until it answers."""
        self.launch_web(settings)
        wait_until(self.answers, "the web server")

    def launch_web(self, settings: str = SETTINGS) -> None:
        """Start the web server and wait for nothing."""
        os.environ["DJANGO_SETTINGS_MODULE"] = settings
        self.web = serve.start_web(self.port)
        os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS

    def start_worker(self) -> None:
        """Start the background worker with its schedule, as deploy/run does."""
        self.worker = serve.start_worker()

    def answers(self) -> bool:
        """Tell whether the web server and its database answer."""
        with (
            suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer,
        ):
            return answer.status == 200
        return False

    def stop(self) -> None:
        """End whatever was started here, in the order in which they need each other."""
        for child in (self.worker, self.web):
            if child is not None:
                children.stop(child, patience=5)
        if "django" in sys.modules:
            from django.db import connections

            with suppress(Exception):
                connections.close_all()
        if self.cluster is not None:
            self.cluster.stop()

    def web_log(self) -> str:
        """Return what the web server wrote."""
        log = self.folder / "var" / "log" / "web.log"
        return log.read_text(errors="replace") if log.exists() else ""


def wait_until(happened: object, what: str, seconds: float = PATIENCE) -> None:
    """Wait for something another process does; end the bench with a sentence if it never does."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            raise SystemExit(f"{what}: nothing after {seconds:.0f} s")
        time.sleep(0.1)


def _manage(*words: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
