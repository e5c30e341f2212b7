"""manage.py checkpoint: sign the log now, for a reason in words."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.audit import actions
from backend.core.errors import Invalid, OutOfStep


class Command(BaseCommand):
    """Takes a checkpoint and prints its note."""

    help = "Chốt sổ ngay: ghi đầu các chuỗi vào sổ và ký. In ra dòng chốt để giữ ở nơi khác."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask why."""
        parser.add_argument("reason", help="lý do, ví dụ: theo yêu cầu của Thanh tra thành phố")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take the checkpoint. Raises CommandError."""
        try:
            made = actions.checkpoint(f"order {options['reason']}")
        except (Invalid, OutOfStep) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"Chốt sổ số {made.number}, {made.size} mục:")
        self.stdout.write(made.note)
