"""manage.py audit_keys: make the key that checkpoints are signed with, once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.audit import notes
from backend.core.errors import Invalid


class Command(BaseCommand):
    """Writes the signing key and, beside it, the key to publish; never over one that is there."""

    help = "Tạo khoá ký chốt sổ (AUDIT_SIGNING_KEY_FILE) và khoá công bố (cùng tên, thêm .pub); không ghi đè."

    def add_arguments(self, parser: CommandParser) -> None:
        """Let the name of the key be given."""
        parser.add_argument("--name", default=settings.AUDIT_ORIGIN, help="tên khoá, cũng là tên của sổ chốt")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the keys and print the one to publish. Raises CommandError."""
        try:
            key = notes.make_keys(options["name"])
        except (Invalid, OSError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(
            f"Khoá ký: {settings.AUDIT_SIGNING_KEY_FILE} (chỉ tài khoản chạy việc nền được đọc)"
        )
        self.stdout.write(f"Khoá công bố: {key}")
