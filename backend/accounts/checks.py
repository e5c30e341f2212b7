"""Before going public: no account whose password everybody knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks
from django.db import OperationalError, ProgrammingError


def no_demo_accounts(app_configs: Any = None, **_: Any) -> list[checks.Error]:
    """Return an error while accounts of the demonstration exist (``check --deploy``)."""
    count = _count()
    if not count:
        return []
    return [
        checks.Error(
            f"Còn {count} tài khoản minh hoạ, mật khẩu của chúng ai cũng biết.",
            hint="Hãy dùng cơ sở dữ liệu không nạp số liệu minh hoạ (deploy/run --empty, hoặc một DATABASE_URL mới).",
            id="accounts.E001",
        )
    ]


def no_demo_mode(app_configs: Any = None, **_: Any) -> list[checks.Error]:
    """Return an error while the program runs as a demonstration (``check --deploy``)."""
    if not settings.DEMO:
        return []
    return [checks.Error("Đang ở chế độ minh hoạ.", hint="Hãy bỏ DEMO khỏi tệp env.", id="accounts.E002")]


def _count() -> int:
    from backend.accounts.queries import demo_accounts  # deferred: the app registry must be ready

    try:
        return demo_accounts().count()
    except (OperationalError, ProgrammingError):
        return 0  # no database yet: nobody has an account


def register() -> None:
    """Register both checks; one asks the database, so they run with ``check --deploy`` only."""
    checks.register(no_demo_mode, checks.Tags.security, deploy=True)
    checks.register(no_demo_accounts, checks.Tags.security, deploy=True)
