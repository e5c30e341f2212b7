"""The first administrator: an account, its seat and a one-time password, printed once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.core import clock
from backend.core.dates import vn_date
from backend.core.errors import Invalid
from permissions.actor import SYSTEM
from permissions.roles import Role
from tiers.models import Unit
from tiers.people.actions import Wish, hire


class Command(BaseCommand):
    """create_admin --username quantri --name "Quản trị hệ thống" --unit 92"""

    help = "Tạo tài khoản quản trị cho một đơn vị và mọi đơn vị bên dưới; in mật khẩu dùng một lần."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the username, the name shown and the code of the unit."""
        parser.add_argument("--username", default="quantri", help="tên đăng nhập (mặc định: quantri)")
        parser.add_argument("--name", default="Quản trị hệ thống", help="tên hiển thị")
        parser.add_argument("--unit", required=True, help="mã đơn vị, ví dụ 92")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account and print how to sign in."""
        wish = Wish(Role.ADMINISTRATOR, _unit(options["unit"]))
        try:
            user, password = hire(
                username=options["username"], full_name=options["name"], wish=wish, by=SYSTEM
            )
        except Invalid as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(f"Đã tạo tài khoản quản trị cho {wish.acts_for.name}.")
        self.stdout.write(f"  Tên đăng nhập:        {user.username}")
        self.stdout.write(f"  Mật khẩu dùng một lần: {password}")
        self.stdout.write("Hãy đăng nhập và đổi mật khẩu ngay; mật khẩu này không hiện lại.")


def _unit(code: str) -> Unit:
    today = vn_date(clock.now())
    unit = Unit.objects.on(today).filter(code=code).first()
    if unit is None:
        raise CommandError(
            f"Không có đơn vị mã {code} đang hoạt động. Hãy nạp tổ chức trước (lệnh load_organisation)."
        )
    return unit
