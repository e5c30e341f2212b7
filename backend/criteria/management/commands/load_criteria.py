"""manage.py load_criteria FILE: one criteria set from a CSV file, as a draft or published."""

import argparse
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from backend.core import clock
from backend.core.dates import parse_date, vn_date
from backend.core.errors import DomainError
from backend.core.points import parse_points
from backend.criteria.actions import publish
from backend.criteria.loading.load import agencies_on, load_set
from backend.criteria.loading.reading import read_file
from backend.criteria.models import CriteriaSet
from permissions.actor import SYSTEM
from tiers.models import Kind, Unit


class Command(BaseCommand):
    """Loads the whole file or nothing; prints every line that is wrong."""

    help = "Nạp một bộ tiêu chí từ tệp CSV; tệp có lỗi thì không nạp gì cả."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the file, and for whom and when the set is."""
        parser.add_argument("file", type=Path, help="Tệp CSV (UTF-8).")
        parser.add_argument("--owner", required=True, help="Mã cơ quan ban hành.")
        parser.add_argument("--kind", required=True, help="Mã loại đơn vị được đánh giá.")
        parser.add_argument("--year", required=True, type=int, help="Năm đánh giá.")
        parser.add_argument("--title", required=True, help="Tên bộ tiêu chí.")
        parser.add_argument("--scale", default="100", help="Thang điểm.")
        parser.add_argument("--legal-number", default="", help="Số văn bản ban hành.")
        parser.add_argument("--legal-date", default="", help="Ngày văn bản.")
        parser.add_argument("--on", default="", help="Ngày tra mã cơ quan; không ghi thì là hôm nay.")
        parser.add_argument("--illustration", action="store_true", help="Ghi là bộ tiêu chí minh hoạ.")
        parser.add_argument("--publish", action="store_true", help="Ban hành ngay sau khi nạp.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was loaded. Raises CommandError with the reason, line by line."""
        if not options["file"].is_file():
            raise CommandError(f"Không có tệp {options['file']}.")
        try:
            made = _load(options)
        except DomainError as refusal:
            raise CommandError(refusal.message) from None
        state = made.get_state_display()
        count = made.nodes.filter(is_leaf=True).count()
        self.stdout.write(f"{made.title} (phiên bản {made.version}, {state}): {count} tiêu chí chấm điểm.")


@transaction.atomic
def _load(options: dict[str, Any]) -> CriteriaSet:
    day = parse_date(options["on"]) if options["on"] else vn_date(clock.now())
    rows = read_file(options["file"])
    made = load_set(
        rows,
        owner=_owner(options["owner"], day),
        kind=_kind(options["kind"]),
        year=options["year"],
        by=SYSTEM,
        agencies=agencies_on(day, rows),
        title=options["title"],
        scale=_scale(options["scale"]),
        legal_number=options["legal_number"],
        legal_date=parse_date(options["legal_date"]) if options["legal_date"] else None,
        is_illustration=options["illustration"],
    )
    return publish(made, by=SYSTEM) if options["publish"] else made


def _scale(text: str) -> Decimal:
    return parse_points(text)


def _owner(code: str, day: Any) -> Unit:
    found = Unit.objects.on(day).filter(code=code).first()
    if found is None:
        raise CommandError(f"Không có cơ quan mã {code}.")
    return found


def _kind(code: str) -> Kind:
    found = Kind.objects.filter(code=code).first()
    if found is None:
        raise CommandError(f"Không có loại đơn vị mã {code}.")
    return found
