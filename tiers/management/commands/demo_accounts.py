"""Who can sign in to the demonstration, and how."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from backend.accounts.queries import demo_accounts
from permissions.roles import Role
from tiers.models import Appointment
from tiers.people.demo import DEMO_PASSWORD

# Enough of each role to try everything; the rest follow the same pattern.
OF_EACH_ROLE = 3


class Command(BaseCommand):
    """demo_accounts [--all]"""

    help = "In các tài khoản minh hoạ và mật khẩu chung của chúng; không in gì nếu không có."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --all."""
        parser.add_argument(
            "--all", action="store_true", help="in tất cả, không chỉ vài tài khoản mỗi vai trò"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print username, seat and the password they share."""
        count = demo_accounts().count()
        if not count:
            return
        shown = _seats(None if options["all"] else OF_EACH_ROLE)
        self.stdout.write(f"Tài khoản minh hoạ (mật khẩu chung: {DEMO_PASSWORD})")
        for username, full_name in shown.items():
            self.stdout.write(f"  {username:<26} {full_name}")
        if len(shown) < count:
            rest = count - len(shown)
            self.stdout.write(
                f"  … và {rest} tài khoản khác đặt tên cùng cách: manage.py demo_accounts --all"
            )


def _seats(most: int | None) -> dict[str, str]:
    rows = Appointment.objects.in_force().filter(user__is_demo=True).select_related("user")
    shown: dict[str, str] = {}
    for role in Role:
        seats = rows.filter(role=role).order_by("acts_for__path", "pk")
        shown |= {seat.user.username: seat.user.full_name for seat in seats[:most]}
    return shown
