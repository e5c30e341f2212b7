"""A private database: migrated by the program's own settings in a temporary folder, gone afterwards."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def private_database(url: str = "") -> Iterator[None]:
    """Set Django up over an empty migrated database: ``url``, or a SQLite file of its own.

    Import what needs Django inside. HTTPS is off, so a test client needs no secure address.
    """
    with tempfile.TemporaryDirectory(prefix="par-index-bench-") as folder:
        os.environ |= {"VAR_DIR": folder, "HTTPS": "0", "DJANGO_SETTINGS_MODULE": "backend.config.settings"}
        os.environ["ALLOWED_HOSTS"] = "testserver,localhost"
        if url:
            os.environ["DATABASE_URL"] = url

        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        try:
            yield
        finally:
            connections.close_all()
