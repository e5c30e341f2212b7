"""manage.py read_bounces MAILDIR: put letters that came back to the people they were for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.notices.actions import read_bounces


class Command(BaseCommand):
    """Reads reports of delivery from a Maildir."""

    help = "Đọc báo cáo thư bị trả lại (DSN) trong một Maildir và ghi vào từng thư."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder."""
        parser.add_argument("maildir", type=Path)

    def handle(self, *args: Any, maildir: Path, **options: Any) -> None:
        """Say how many letters came back."""
        try:
            noted = read_bounces(maildir)
        except FileNotFoundError as missing:
            raise CommandError(f"{missing} không phải là Maildir (không có thư mục new).") from missing
        self.stdout.write(f"{noted} thư bị trả lại.")
