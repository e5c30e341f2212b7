"""From database URLs to Django's DATABASES; who the program is on PostgreSQL.

On PostgreSQL two roles stand apart. The owner (MIGRATE_DATABASE_URL) owns every table and runs schema
commands only. The program (DATABASE_URL) owns nothing: it may only read and add to history, so that not
even a fault in the program can rewrite it. SQLite has one file and no roles.
"""

from collections.abc import Sequence
from typing import Any

import environ

#: Commands of manage.py that change tables, or blank what history holds of a person. They run as the owner.
SCHEMA_COMMANDS = frozenset({"migrate", "erase_person"})

# FULL: a save that was answered "đã lưu" survives a power cut; NORMAL may lose the last commits in WAL.
SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"

# A transaction takes the write lock when it begins: a later upgrade would fail with "database is locked".
SQLITE_OPTIONS = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS}


def database(url: str) -> dict[str, Any]:
    """Return Django's settings of the database at ``url``."""
    found: dict[str, Any] = environ.Env.db_url_config(url)
    if found["ENGINE"] == "django.db.backends.sqlite3":
        return found | {"OPTIONS": dict(SQLITE_OPTIONS), "CONN_MAX_AGE": None}
    return found | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


def is_schema_command(argv: Sequence[str]) -> bool:
    """Tell whether the command line is one that must run as the owner."""
    return len(argv) > 1 and argv[1] in SCHEMA_COMMANDS


def program_role(url: str, owner_url: str) -> str:
    """Return the name of the role the program runs as; empty when it is the owner itself."""
    if not owner_url:
        return ""
    name: str = environ.Env.db_url_config(url)["USER"]
    return name if name != environ.Env.db_url_config(owner_url)["USER"] else ""
