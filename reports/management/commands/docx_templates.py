"""Write the templates of DOCX documents into a folder, for the office to edit."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.documents.patterns import FILES, template_of


class Command(BaseCommand):
    """manage.py docx_templates FOLDER"""

    help = (
        "Ghi các mẫu DOCX ra một thư mục để sửa bằng Word; sửa xong thì đặt DOCX_TEMPLATES là thư mục ấy. "
        "Không ghi đè tệp đã có."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the folder."""
        parser.add_argument("folder", type=Path, help="Thư mục nhận mẫu")

    def handle(self, *, folder: Path, **options: Any) -> None:
        """Write what is not there yet."""
        if not folder.is_dir():
            raise CommandError(f"Không có thư mục {folder}. Hãy tạo thư mục trước.")
        for kind, name in FILES.items():
            path = folder / name
            if path.exists():
                self.stdout.write(f"{path}: đã có, giữ nguyên")
            else:
                path.write_bytes(template_of(kind))
                self.stdout.write(f"{path}: đã ghi")
