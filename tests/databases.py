"""Migrated databases for tests: made once a run, copied for each worker and each transactional test.

History's triggers and rights are never switched off, so a test can't empty its tables afterwards;
it throws the whole database away instead. A copy takes some milliseconds.
"""

import fcntl
import hashlib
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from backend.config.database import database

_numbers = itertools.count(1)


def template() -> str:
    """Return the migrated database that nobody works in; the first worker makes it, the others wait."""
    made = settings.RUN_DIR / "template.made"
    with (settings.RUN_DIR / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _make(_name("template"))
            made.touch()
    return _name("template")


def copy_of(source: str, worker: str) -> str:
    """Return a new database with the content of ``source``."""
    target = _name(f"{worker}_{next(_numbers)}")
    if _is_sqlite():
        shutil.copyfile(source, target)
    else:
        _as_owner(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
    return target


def prepared(part: str, fill: Callable[[], None]) -> str:
    """Return a database that ``fill`` has filled; the first worker of the run does it, the others wait."""
    made = settings.RUN_DIR / f"{part}.made"
    with (settings.RUN_DIR / f"{part}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            before, name = connection.settings_dict["NAME"], copy_of(template(), part)
            use(name)
            fill()
            use(before)
            made.write_text(name)
    return made.read_text()


def use(name: str) -> None:
    """Point every new connection of this process at database ``name``, as the program's role."""
    _point(connections.settings["default"] | {"NAME": name})


def drop(name: str) -> None:
    """Remove the database, whoever is still connected."""
    if _is_sqlite():
        for end in ("", "-wal", "-shm"):
            Path(name + end).unlink(missing_ok=True)
    else:
        _as_owner(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def fresh_copy(worker: str) -> Iterator[str]:
    """Work in a copy of the migrated database of its own; afterwards it is gone."""
    before = connection.settings_dict["NAME"]
    name = copy_of(template(), worker)
    use(name)
    try:
        yield name
    finally:
        use(before)
        drop(name)


def url() -> str:
    """Return the URL of the database in use, for programs started by a test (DATABASE_URL)."""
    now = connection.settings_dict
    if _is_sqlite():
        return f"sqlite:///{now['NAME']}"
    who = f"{quote(now['USER'])}:{quote(now['PASSWORD'])}"
    return f"postgresql://{who}@{now['HOST']}:{now['PORT']}/{now['NAME']}"


def _is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def _name(part: str) -> str:
    if _is_sqlite():
        return str(settings.RUN_DIR / f"{part}.sqlite3")
    return f"{settings.RUN_DIR.name}_{part}".replace("-", "_")


def _point(wanted: dict[str, Any]) -> None:
    if connection.in_atomic_block:
        raise RuntimeError("A module with transactional tests can't have a standing world.")
    connection.close()
    # In place: connections of other threads hold the same dictionary.
    connections.settings["default"].update(wanted)


def _make(name: str) -> None:
    """Migrate an empty database; on SQLite take the one that an earlier run made from the same migrations."""
    if not _is_sqlite():
        _migrate(name)
        return
    kept = _kept()
    if not kept.exists():
        _migrate(name)
        kept.parent.mkdir(parents=True, exist_ok=True)
        for old in sorted(kept.parent.glob("*.sqlite3"), key=lambda file: file.stat().st_mtime)[:-3]:
            old.unlink(missing_ok=True)
        half = kept.with_suffix(f".{os.getpid()}")
        shutil.copyfile(name, half)
        half.rename(kept)
    shutil.copyfile(kept, name)


def _kept() -> Path:
    """Return where a migrated SQLite file is kept, named by all that a migration depends on."""
    root = settings.BASE_DIR
    parts = (
        "**/migrations/*.py",
        "**/walls.py",
        "**/lines.py",
        "audit/**/*.py",
        "config/settings.py",
        "core/fields.py",
    )
    files = [file for part in parts for file in (root / "backend").glob(part)]
    files += [
        *root.glob("*/migrations/*.py"),
        *root.glob("*/walls.py"),
        *root.glob("permissions/*.py"),
        *root.glob("deploy/requirements.txt"),
    ]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(files)))
    return root / "var" / "test-templates" / f"{digest.hexdigest()[:16]}.sqlite3"


def _migrate(name: str) -> None:
    program = dict(connections.settings["default"])
    owner = database(settings.MIGRATE_DATABASE_URL or settings.DATABASE_URL)
    if not _is_sqlite():
        _as_owner(f'CREATE DATABASE "{name}"')
    _point({part: owner[part] for part in ("USER", "PASSWORD", "HOST", "PORT")} | {"NAME": name})
    call_command("migrate", verbosity=0)
    _point(program)


def _as_owner(statement: str) -> None:
    owner_url = settings.MIGRATE_DATABASE_URL or settings.DATABASE_URL
    with psycopg.connect(owner_url, autocommit=True) as link:
        link.execute(statement)
