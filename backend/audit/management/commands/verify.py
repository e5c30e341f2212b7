"""manage.py verify: history and live rows agree, and the walls stand; exit 1 otherwise."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.audit import triggers, verify


class Command(BaseCommand):
    """Names unit, leaf and field of every difference."""

    help = "Đối chiếu dữ liệu hiện có với lịch sử; kết thúc với mã 1 nếu có sai khác."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each difference on a line of its own. Raises CommandError if there is any."""
        found = [f"Bảng {table} không còn lớp chặn sửa, xóa lịch sử" for table in triggers.missing()]
        found += [difference.sentence() for difference in verify.differences()]
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} sai khác giữa dữ liệu và lịch sử.", returncode=1)
        self.stdout.write("Dữ liệu và lịch sử khớp nhau; các lớp chặn đều còn.")
