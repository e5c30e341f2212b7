"""manage.py export_bundle: write what an outsider needs to check history, into a zip file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.audit import bundles
from backend.core.errors import OutOfStep


class Command(BaseCommand):
    """Writes the complete bundle, or that of some chains."""

    help = "Xuất gói kiểm chứng đầy đủ, hoặc chỉ của những chuỗi được nêu, ra tệp zip."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask where to; let chains be named."""
        parser.add_argument("file", type=Path, help="tệp zip sẽ tạo")
        parser.add_argument(
            "--chain", action="append", help="chỉ chuỗi này, ví dụ card:12; nêu được nhiều lần"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the bundle; never over a file that is there. Raises CommandError."""
        half = options["file"].with_name(f".{options['file'].name}.part")
        if options["file"].exists():
            raise CommandError(f"Đã có tệp {options['file']}.")
        try:
            with half.open("wb") as out:
                bundles.write(out, options["chain"])
        except OutOfStep as problem:
            half.unlink(missing_ok=True)
            raise CommandError(str(problem)) from problem
        half.rename(options["file"])
        self.stdout.write(f"Đã ghi {options['file']}")
