"""manage.py load_organisation: units, kinds and lineage from the CSV files of one folder."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tiers.loading.load import DATA, BrokenFilesError, Outcome, load

TITLES = {"kinds": "loại đơn vị", "units": "đơn vị", "lineage": "dòng nguồn gốc"}


class Command(BaseCommand):
    """Loads all or nothing; a second time changes nothing."""

    help = "Nạp tổ chức từ các tệp CSV; tệp có lỗi thì không nạp gì cả."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the folder, and --check to write nothing."""
        parser.add_argument("--folder", type=Path, default=DATA, help="Thư mục chứa các tệp CSV.")
        parser.add_argument("--check", action="store_true", help="Chỉ kiểm tra, không ghi.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was loaded. Raises CommandError with every file, line and reason."""
        if not options["folder"].is_dir():
            raise CommandError(f"Không có thư mục {options['folder']}.")
        try:
            outcome = load(options["folder"], check=options["check"])
        except BrokenFilesError as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(("Kiểm tra xong, chưa ghi. " if options["check"] else "") + said(outcome))


def said(outcome: Outcome) -> str:
    """Return the outcome in words."""
    if outcome.nothing:
        return "Không có gì thay đổi."
    parts = [
        f"{title}: thêm {outcome.added[name]}, sửa {outcome.changed[name]}" for name, title in TITLES.items()
    ]
    return "; ".join(parts) + "."
