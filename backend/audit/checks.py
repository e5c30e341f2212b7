"""The start-up check: a history table without its wall is named."""

from __future__ import annotations

from typing import Any

from django.core import checks

from backend.audit import lines, triggers, walls


def walls_stand(app_configs: Any = None, databases: Any = None, **_: Any) -> list[checks.Error]:
    """Return one error per history table with a wall that is gone or does not refuse."""
    return [
        checks.Error(
            f"Bảng lịch sử {table} không có đủ lớp chặn sửa, xóa. Hãy chạy: manage.py migrate",
            id="audit.E001",
        )
        for using in databases or []
        for table in walls.lacking(triggers.missing, using)
    ]


def register() -> None:
    """Register the check; it reads the database, so it runs with ``check --database``."""
    checks.register(walls_stand, checks.Tags.database)
    checks.register(lines.writers_stand, checks.Tags.database)
