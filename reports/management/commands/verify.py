"""manage.py verify: digests and chains hold, history and live rows agree, totals add up, walls stand; else exit 1."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.mail import EmailMessage
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.audit import lines, notes, rehash, verify
from backend.core.errors import Invalid
from backend.scoring import queries
from backend.scoring.actions.facts import wrong_approvals
from reports import opendata
from tiers.seating import wrong_grants

Held = tuple[int, bytes]  # size and root of a checkpoint kept outside


class Command(BaseCommand):
    """Names unit, leaf and field of every difference."""

    help = "Đối chiếu dữ liệu hiện có với lịch sử; kết thúc với mã 1 nếu có sai khác."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask whether to tell by mail, and what is checked beside the database."""
        parser.add_argument("--files", action="store_true", help="đọc lại cả nội dung mọi tệp tài liệu")
        parser.add_argument(
            "--note", type=Path, action="append", default=[], help="tệp giữ một dòng chốt sổ ở bên ngoài"
        )
        parser.add_argument(
            "--mail", action="store_true", help="có sai khác thì báo bằng thư cho VERIFY_MAIL_TO"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each difference on a line of its own. Raises CommandError if there is any."""
        tally, found = rehash.Tally(), 0
        held = [read_note(path) for path in options["note"]]
        try:
            with verify.one_moment():
                for found, line in enumerate(self.all_problems(tally, held, files=options["files"]), 1):  # noqa: B007
                    self.stdout.write(line)
        except Exception as problem:  # who spoils a row so that it can't be read is told of too
            self.tell(options["mail"], f"Phép đối chiếu dừng giữa chừng vì lỗi {type(problem).__name__}.")
            raise
        if found:
            self.tell(options["mail"], f"{found} sai khác giữa dữ liệu và lịch sử.")
            raise CommandError(f"{found} sai khác giữa dữ liệu và lịch sử.", returncode=1)
        self.stdout.write(rehash.summary(tally))
        self.stdout.write("Dữ liệu và lịch sử khớp nhau; các lớp chặn đều còn.")

    def all_problems(self, tally: rehash.Tally, held: list[Held], *, files: bool) -> Iterator[str]:
        """Yield every problem of the database, of the checkpoints held outside and, if asked, of the files."""
        yield from self.problems(tally)
        for size, root in held:
            yield from rehash.of_a_held_note(size, root)
        if files:
            yield from queries.wrong_bytes()

    def problems(self, tally: rehash.Tally) -> Iterator[str]:
        """Yield every problem as one Vietnamese line."""
        for error in checks.run_checks(tags=[checks.Tags.database], databases=["default"]):
            yield error.msg
        yield from rehash.problems(tally)
        for difference in verify.differences():
            yield self.told(difference)
        yield from lines.wrong()
        yield from queries.wrong_totals()
        yield from wrong_grants()
        yield from queries.wrong_loans()
        yield from queries.wrong_sessions()
        yield from queries.wrong_files()
        yield from wrong_approvals()
        yield from opendata.wrong_copies()

    def tell(self, by_mail: bool, said: str) -> None:
        """Tell those who watch, without what stands in the rows; a silent mail server changes no result."""
        if not by_mail:
            return
        if not settings.VERIFY_MAIL_TO:
            self.stderr.write("VERIFY_MAIL_TO chưa đặt nên không gửi thư.")
            return
        text = (
            f"{settings.SITE_URL}\n\n{said}\n\nTừng chỗ sai nằm trong nhật ký của lần chạy này, hoặc chạy lại "
            "manage.py verify. Đừng sửa gì trước khi sao lưu nguyên trạng và báo thanh tra.\n"
        )
        letter = EmailMessage("Đối chiếu lịch sử chấm điểm: không khớp", text, to=settings.VERIFY_MAIL_TO)
        try:
            letter.send()
        except OSError as problem:
            self.stderr.write(f"Không gửi được thư báo: {problem}")

    def told(self, difference: verify.Difference) -> str:
        """Return the difference with the leaf's code where the row is a mark or hangs on a score."""
        return difference.sentence(queries.leaf_of(difference.row))


def read_note(path: Path) -> Held:
    """Return size and root of the checkpoint in a file. Raises CommandError where there is none."""
    try:
        return notes.read(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, Invalid) as problem:
        raise CommandError(f"{path}: {problem}", returncode=2) from problem
