"""manage.py verify: digests and chains hold, history and live rows agree, totals add up, walls stand; else exit 1."""

from collections.abc import Iterator
from typing import Any

from django.core import checks
from django.core.management.base import BaseCommand, CommandError

from backend.audit import lines, rehash, verify
from backend.scoring import queries
from tiers.seating import wrong_grants


class Command(BaseCommand):
    """Names unit, leaf and field of every difference."""

    help = "Đối chiếu dữ liệu hiện có với lịch sử; kết thúc với mã 1 nếu có sai khác."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each difference on a line of its own. Raises CommandError if there is any."""
        tally = rehash.Tally()
        found = list(self.problems(tally))
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} sai khác giữa dữ liệu và lịch sử.", returncode=1)
        self.stdout.write(rehash.summary(tally))
        self.stdout.write("Dữ liệu và lịch sử khớp nhau; các lớp chặn đều còn.")

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

    def told(self, difference: verify.Difference) -> str:
        """Return the difference with the leaf's code where the row is a mark or hangs on a score."""
        return difference.sentence(queries.leaf_of(difference.row))
