"""manage.py erase_person: take a person's data out of her account and of history, by a document."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.accounts.models import User
from backend.audit.erasure import erase
from backend.core.errors import Invalid


class Command(BaseCommand):
    """Blanks what is personal; on PostgreSQL it runs as the owner of the tables."""

    help = (
        "Xoá dữ liệu cá nhân của một người trong tài khoản và trong lịch sử, theo văn bản; mã băm vẫn đúng."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask whom, and by which document."""
        parser.add_argument("username", help="tên đăng nhập")
        parser.add_argument("--document", required=True, help="số, ngày văn bản yêu cầu xoá")

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase. Raises CommandError."""
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"Không có tài khoản {options['username']}.")
        try:
            count = erase(user, document=options["document"])
        except Invalid as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            f"Đã xoá tên, thư điện tử, điện thoại của tài khoản; {count} dòng lịch sử không còn tên người.\n"
            "Tên trong chữ ký và điểm đã chấm là hồ sơ công vụ nên còn. Bản sao lưu và gói đã xuất thì xoá riêng."
        )
