"""What time is it: the database's clock and no other, so that two web servers never disagree."""

from datetime import UTC, datetime

from django.db import connection

_STATEMENTS = {
    # clock_timestamp() moves inside a transaction; now() would be the transaction's beginning.
    "postgresql": "SELECT clock_timestamp()",
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
}


def now() -> datetime:
    """The default database's time, aware, in UTC, read by a statement of its own.

    Inside an action call it after the rows are locked: a reading taken before the wait is too early.
    SQLite reads milliseconds, PostgreSQL microseconds.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENTS[connection.vendor])
        (reading,) = cursor.fetchone()
    return _in_utc(reading)


def _in_utc(reading: datetime | str) -> datetime:
    if isinstance(reading, str):
        return datetime.fromisoformat(reading).replace(tzinfo=UTC)
    return reading.astimezone(UTC)
