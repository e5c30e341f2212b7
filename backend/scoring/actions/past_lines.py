"""The lines of a finished season as paper has them, and what may be wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from backend.core.exact import ZERO, format_points
from backend.criteria.models import Node
from backend.scoring.models import Score

Key = tuple[str, str]


@dataclass(frozen=True)
class Given:
    """Points given at one appraisal, with the reason where they differ from those before; who gave them, if told."""

    points: Decimal
    reason: str = ""
    who: str = ""


@dataclass(frozen=True)
class PastLine:
    """One leaf of one unit as the paper has it. ``line`` is its line in the file, for messages.

    ``appraised`` has one entry per appraisal step of the round, in order; a later one may be None
    where nothing was looked at again. ``survey`` is for survey and outside-index leaves only.
    ``left_out`` is the reason why the leaf did not apply to the unit; it then has no points at all.
    """

    unit: str
    leaf: str
    own: Decimal | None = None
    note: str = ""
    appraised: tuple[Given | None, ...] = ()
    question: str = ""
    answer: str = ""
    survey: Decimal | None = None
    document: tuple[str, str] = ("", "")
    left_out: str = ""
    concluded_by: str = ""
    line: int = 0

    @property
    def key(self) -> Key:
        """Return unit and leaf, which stand once in a season."""
        return self.unit, self.leaf

    @property
    def has_points(self) -> bool:
        """Return whether anything was given on the leaf."""
        return bool(self.appraised) or self.own is not None or self.survey is not None


def problems_of(
    lines: Sequence[PastLine], scores: Mapping[Key, Score], *, appraisals: int, survey: bool
) -> list[tuple[int, str]]:
    """Return line number and reason of everything wrong; 0 is a line that is missing.

    ``scores`` are all leaves of all units of the round, ``appraisals`` how many appraisal steps it
    has, ``survey`` whether survey and outside-index points count in it.
    """
    found: list[tuple[int, str]] = []
    seen: set[Key] = set()
    for line in lines:
        found += [(line.line, reason) for reason in _wrong(line, scores, seen)]
        if line.key in scores:
            found += [
                (line.line, reason) for reason in _off_round(line, scores[line.key], appraisals, survey)
            ]
        seen.add(line.key)
    owed = (key for key, score in scores.items() if _is_owed(score, survey))
    return found + [(0, _("thiếu dòng của đơn vị %s, tiêu chí %s") % key) for key in owed if key not in seen]


def _is_owed(score: Score, survey: bool) -> bool:
    """Return whether a season needs a line of it: not of what the set leaves out, nor of bonus and penalty."""
    counts = score.applies and score.counting == Node.Counting.BASE
    return counts and (survey or score.source == Node.Source.ASSESSED)


def _wrong(line: PastLine, scores: Mapping[Key, Score], seen: set[Key]) -> Iterator[str]:
    if line.key not in scores:
        yield _("không có đơn vị %s hoặc tiêu chí %s trong đợt") % line.key
    elif line.key in seen:
        yield _("đơn vị %s, tiêu chí %s lặp lại") % line.key
    if all(line.document) != any(line.document):
        yield _("tài liệu phải có cả số văn bản và cơ quan ban hành")
    if line.answer and not line.question:
        yield _("có giải trình mà không có nội dung yêu cầu giải trình")


def _off_round(line: PastLine, score: Score, appraisals: int, survey: bool) -> Iterator[str]:
    """Say what does not fit the leaf: by its source, or because it is left out."""
    if line.left_out or not score.applies:
        if line.has_points:
            yield _("tiêu chí không áp dụng thì không có điểm")
    elif score.source == Node.Source.ASSESSED:
        yield from _wrong_assessed(line, score, appraisals)
    else:
        yield from _wrong_outside(line, score, survey)


def _wrong_outside(line: PastLine, score: Score, survey: bool) -> Iterator[str]:
    if line.own is not None or line.appraised:
        yield _("tiêu chí điều tra hoặc chỉ số ngoài không có điểm tự chấm, thẩm định")
    if line.survey is None and survey:
        yield _("thiếu điểm điều tra hoặc chỉ số ngoài")
    yield from _out_of_range([line.survey], score)


def _wrong_assessed(line: PastLine, score: Score, appraisals: int) -> Iterator[str]:
    if line.survey is not None:
        yield _("tiêu chí tự chấm không có điểm điều tra")
    if not line.appraised or line.appraised[0] is None or len(line.appraised) > appraisals:
        yield _("thiếu điểm thẩm định hoặc thừa lần thẩm định")
    given = [one for one in line.appraised if one]
    yield from _out_of_range([line.own, *(one.points for one in given)], score)
    yield from _unexplained(line.own, given)


def _unexplained(own: Decimal | None, given: Iterable[Given]) -> Iterator[str]:
    before = own
    for one in given:
        if before is not None and one.points != before and not one.reason.strip():
            yield _("điểm thay đổi từ %(old)s thành %(new)s mà không có lý do") % {
                "old": format_points(before),
                "new": format_points(one.points),
            }
        before = one.points


def _out_of_range(points: Iterable[Decimal | None], score: Score) -> Iterator[str]:
    for value in points:
        if value is not None and not ZERO <= value <= score.max_points:
            yield _("điểm %(points)s ngoài khoảng từ 0 đến %(max)s") % {
                "points": format_points(value),
                "max": format_points(score.max_points),
            }
