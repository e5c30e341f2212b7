"""A finished season as plain values: what is read from files or made for the demonstration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from backend.core.errors import Invalid
from backend.rounds.models import Group
from backend.rounds.rules import BandLine, Span
from backend.scoring.actions import PastLine


@dataclass(frozen=True)
class GroupPlan:
    """The units of one kind: by which criteria, in which bands, and how ties are settled.

    ``kind`` is a code. Without ``version`` it is the published version of that year.
    """

    kind: str
    criteria_year: int
    bands: tuple[BandLine, ...]
    version: int | None = None
    title: str = ""
    tie_rule: str = Group.TieRule.SHARED
    line: int = 0


@dataclass(frozen=True)
class SurveySource:
    """Where survey points come from: the report, forms sent and forms answered."""

    report_number: str
    report_date: date
    sample: int
    answers: int


@dataclass(frozen=True)
class Season:
    """A finished season of one host. ``host`` is the code of a unit in being on ``on_date``.

    ``stated_on`` and ``stated_source`` are the date and the paper the results were made known by.
    """

    host: str
    year: int
    title: str
    on_date: date
    stated_on: date
    stated_source: str
    groups: tuple[GroupPlan, ...]
    steps: tuple[Span, ...] = ()
    lines: Sequence[PastLine] = ()
    with_survey: bool = True
    is_illustration: bool = False
    survey: SurveySource | None = None


@dataclass(frozen=True)
class Problem:
    """Why a season is refused: file, line (1 is the header, 0 the whole file) and a reason."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        said = {"file": self.file, "line": self.line, "reason": self.reason}
        return _("%(file)s, dòng %(line)d: %(reason)s") % said if self.line else f"{self.file}: {self.reason}"


class BrokenSeasonError(Invalid):
    """The season is refused whole; ``problems`` say file, line and reason."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep every problem; the message names the first ones."""
        self.problems = sorted(problems, key=lambda problem: (problem.file, problem.line))
        head = _("Không nhập gì cả vì có %(count)d lỗi:") % {"count": len(self.problems)}
        shown = [str(problem) for problem in self.problems[:50]]
        super().__init__("\n".join([head, *shown]), problems=[str(problem) for problem in self.problems])
