"""manage.py import_season: one finished season from the CSV files of a folder."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from backend.core.dates import format_date
from backend.core.errors import DomainError
from permissions.actor import SYSTEM
from reports.models import Ranking, Row
from reports.seasons.reading import read_season
from reports.seasons.taking import take_over_season


class Command(BaseCommand):
    """Enters all or nothing; the format of the files is told in reports/seasons/README.md."""

    help = "Nhập kết quả một đợt đánh giá đã qua từ các tệp CSV; tệp có lỗi thì không nhập gì cả."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the folder, and --check to write nothing."""
        parser.add_argument("folder", type=Path, help="Thư mục chứa season.csv, groups.csv, marks.csv...")
        parser.add_argument("--check", action="store_true", help="Chỉ kiểm tra, không ghi.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was entered. Raises CommandError with every file, line and reason."""
        folder = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"Không có thư mục {folder}.")
        try:
            with transaction.atomic():
                ranking = take_over_season(read_season(folder), by=SYSTEM)
                sentence = said(ranking)
                transaction.set_rollback(options["check"])
        except DomainError as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(("Kiểm tra xong, chưa ghi. " if options["check"] else "") + sentence)


def said(ranking: Ranking) -> str:
    """Return what was entered, in words."""
    units = Row.objects.filter(section__ranking=ranking).count()
    day = format_date(ranking.stated_on) if ranking.stated_on else ""
    return f"{ranking.title}: {units} đơn vị, kết quả công bố ngày {day} theo {ranking.stated_source}."
