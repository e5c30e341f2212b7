"""Which dates and which bands make sense. Plain values in, sentences out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from backend.core.dates import VN, format_date, format_moment, last_day_before
from backend.core.exact import ZERO, format_points

SELF, APPRAISAL, EXPLANATION = "self", "appraisal", "explanation"
SURVEY, CONCLUSION = "survey", "conclusion"
HUNDRED = Decimal("100")

# How many hours before the end of a step people are reminded where the host says nothing else.
USUAL_DISTANCES = (14 * 24, 7 * 24, 3 * 24, 24, 4)
MOST_DISTANCES, FARTHEST, LAST_DAY = 12, 90 * 24, 24

# What may stand directly before each kind; entering survey points runs beside the others.
_AFTER = {
    SELF: {""},
    APPRAISAL: {SELF, APPRAISAL, EXPLANATION},
    EXPLANATION: {APPRAISAL},
    CONCLUSION: {SELF, APPRAISAL, EXPLANATION},
}
_NEEDS = {
    SELF: "Bước “{title}” phải là bước đầu tiên và chỉ có một lần.",
    APPRAISAL: "Bước “{title}” phải đứng sau bước tự chấm điểm, trước bước kết luận.",
    EXPLANATION: "Bước “{title}” phải đứng ngay sau một bước thẩm định.",
    CONCLUSION: "Bước “{title}” phải đứng cuối, sau bước tự chấm điểm.",
}


def wrong_distances(hours: Sequence[int]) -> list[str]:
    """Return what is wrong with the distances of a step's reminders, in hours before its end."""
    if not hours:
        return ["Hãy nhập ít nhất một mốc: không tắt hẳn được thư nhắc hạn."]
    problems = []
    if len(hours) > MOST_DISTANCES:
        problems.append(f"Nhiều nhất {MOST_DISTANCES} mốc cho một bước.")
    if min(hours) > LAST_DAY:
        problems.append(f"Phải có một mốc trong {LAST_DAY} giờ cuối trước hạn.")
    if any(not 1 <= one <= FARTHEST for one in hours):
        problems.append(f"Mỗi mốc phải từ 1 giờ đến {FARTHEST // 24} ngày trước hạn.")
    return problems


def said_distances(hours: Sequence[int]) -> str:
    """Return distances in hours in words, "14, 7, 3, 1 ngày; 4 giờ"."""
    days = [str(one // 24) for one in hours if not one % 24]
    rest = [str(one) for one in hours if one % 24]
    parts = [f"{', '.join(days)} ngày"] if days else []
    return "; ".join([*parts, f"{', '.join(rest)} giờ"] if rest else parts)


def due_distance(
    distances: Sequence[int], opens_at: datetime, closes_at: datetime, now: datetime
) -> int | None:
    """Return the distance, in hours, whose reminder is due at ``now``; None where none is.

    The nearest one that has come. One that came before the time was given (``opens_at``) never was due, so that
    whoever gets three more days is not reminded at once that seven are left.
    """
    if not opens_at <= now < closes_at:
        return None
    come = [hours for hours in distances if opens_at <= closes_at - timedelta(hours=hours) <= now]
    return min(come, default=None)


@dataclass(frozen=True)
class Span:
    """One step as typed. ``closes_at`` is the first moment that is too late."""

    kind: str
    title: str
    opens_at: datetime
    closes_at: datetime
    shown_at: datetime | None = None
    names_shown: bool = False


@dataclass(frozen=True)
class BandLine:
    """One band as typed: from ``lower`` percent, with it when ``inclusive``."""

    label: str
    lower: Decimal
    inclusive: bool = True


def said_opening(moment: datetime) -> str:
    """Return "ngày 08/01/2027", with the hour where it is not midnight."""
    return _said(moment, moment.astimezone(VN).date())


def said_closing(moment: datetime) -> str:
    """Return "hết ngày 07/01/2027" for 08/01 00:00, or the moment itself."""
    if is_midnight(moment):
        return f"hết ngày {format_date(last_day_before(moment))}"
    return format_moment(moment)


def _said(moment: datetime, day: date) -> str:
    return f"ngày {format_date(day)}" if is_midnight(moment) else format_moment(moment)


def is_midnight(moment: datetime) -> bool:
    """Return whether the moment begins a day in Vietnam."""
    local = moment.astimezone(VN)
    return (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0)


def wrong_steps(spans: Sequence[Span]) -> list[str]:
    """Return what is wrong with the steps in this order; a sentence about dates names both."""
    main = [span for span in spans if span.kind != SURVEY]
    return [*_turned(spans), *_misplaced(main), *_overlapping(main), *_late_survey(spans)]


def _turned(spans: Sequence[Span]) -> Iterator[str]:
    for span in spans:
        if span.closes_at <= span.opens_at:
            yield (
                f"Bước “{span.title}” mở {said_opening(span.opens_at)} nhưng khoá "
                f"{said_closing(span.closes_at)}. Hãy chọn ngày khoá không trước ngày mở."
            )


def _misplaced(main: Sequence[Span]) -> Iterator[str]:
    before = ""
    for span in main:
        if before not in _AFTER[span.kind]:
            yield _NEEDS[span.kind].format(title=span.title)
        before = span.kind


def _overlapping(main: Sequence[Span]) -> Iterator[str]:
    for earlier, later in pairwise(main):
        if later.opens_at < earlier.closes_at:
            yield (
                f"Bước “{later.title}” mở {said_opening(later.opens_at)}, trước khi bước "
                f"“{earlier.title}” khoá ({said_closing(earlier.closes_at)}). "
                "Hãy lùi ngày mở hoặc khoá bước trước sớm hơn."
            )


def _late_survey(spans: Sequence[Span]) -> Iterator[str]:
    closing = [span for span in spans if span.kind == CONCLUSION]
    for survey in (span for span in spans if span.kind == SURVEY):
        for conclusion in closing:
            if survey.closes_at > conclusion.closes_at:
                yield (
                    f"Bước “{survey.title}” khoá {said_closing(survey.closes_at)}, sau bước "
                    f"“{conclusion.title}” ({said_closing(conclusion.closes_at)})."
                )


def missing_steps(kinds: Sequence[str]) -> list[str]:
    """Return a sentence for each step without which a round can't be opened."""
    wanted = {
        SELF: "Chưa có bước tự chấm điểm.",
        APPRAISAL: "Chưa có bước thẩm định.",
        CONCLUSION: "Chưa có bước kết luận.",
    }
    return [sentence for kind, sentence in wanted.items() if kind not in kinds]


def wrong_bands(lines: Sequence[BandLine]) -> list[str]:
    """Return what is wrong with the bands of one group, whatever their order."""
    return [*_out_of_range(lines), *_twice(lines), *_no_floor(lines)]


def _out_of_range(lines: Sequence[BandLine]) -> Iterator[str]:
    for line in lines:
        if not ZERO <= line.lower <= HUNDRED:
            yield f"Mức “{line.label}” bắt đầu từ {format_points(line.lower)} %; hãy nhập từ 0 đến 100."
        elif line.lower == HUNDRED and not line.inclusive:
            yield f"Mức “{line.label}” (trên 100 %) không bao giờ đạt được."


def _twice(lines: Sequence[BandLine]) -> Iterator[str]:
    for label, times in Counter(line.label for line in lines).items():
        if times > 1:
            yield f"Tên mức “{label}” bị trùng."
    for lower, times in Counter(line.lower for line in lines).items():
        if times > 1:
            yield f"Hai mức cùng bắt đầu từ {format_points(lower)} %."


def _no_floor(lines: Sequence[BandLine]) -> Iterator[str]:
    if lines and not any(line.lower == ZERO and line.inclusive for line in lines):
        yield "Các mức còn hở ở dưới: hãy thêm một mức từ 0 %."


def wrong_tie_order(codes: Sequence[str], fields: Sequence[str]) -> list[str]:
    """Return what is wrong with the fields asked first at a tie; ``fields`` are the codes of the set's fields."""
    unknown = [code for code in codes if code not in fields]
    sentences = [f"Không có lĩnh vực “{code}”. Các lĩnh vực: {', '.join(fields)}." for code in unknown]
    twice = [code for code, times in Counter(codes).items() if times > 1]
    return sentences + [f"Lĩnh vực “{code}” được nêu hai lần." for code in twice]


@dataclass(frozen=True)
class Bar:
    """A step on a line of time: where it begins and how long it is, percent of the whole as text."""

    x: str
    width: str


def bars(spans: Sequence[Span], now: datetime) -> tuple[list[Bar], str]:
    """Return a bar for each step, and the place of ``now`` ("" outside the round), percent as text."""
    if not spans:
        return [], ""
    first = min(span.opens_at for span in spans)
    last = max(span.closes_at for span in spans)

    def share(moment: datetime) -> float:
        return (moment - first) / (last - first) * 100

    drawn = [
        Bar(f"{share(span.opens_at):.2f}%", f"{share(span.closes_at) - share(span.opens_at):.2f}%")
        for span in spans
    ]
    return drawn, f"{share(now):.2f}%" if first <= now <= last else ""


def codes_in(limit: str) -> list[str]:
    """Return the codes that a limit lists: "1, 2.4" gives 1 and 2.4; empty is no limit."""
    return [code.strip() for code in limit.replace(";", ",").split(",") if code.strip()]


def covers(limit: str, code: str, kind: str = "") -> bool:
    """Return whether the limit reaches a leaf of the criteria of that kind of unit; without a limit all are."""
    wanted = codes_in(limit)
    return not wanted or reaches(wanted, code, kind)


def reaches(wanted: Iterable[str], code: str, kind: str = "") -> bool:
    """Return whether one of the wanted codes covers the leaf: itself, or one above it.

    "5" is field 5 of every criteria set of the round; "xa:5" only of the set for units of the kind "xa", since two sets
    may number their fields otherwise.
    """
    return any(_covers(one, code, kind) for one in wanted)


def _covers(wanted: str, code: str, kind: str) -> bool:
    of_kind, _colon, above = wanted.rpartition(":")
    return of_kind in ("", kind) and (code == above or code.startswith(f"{above}."))


def wanted_for_quorum(quorum: str, members: int) -> int:
    """Return how many of so many members must be there, by the word of the round's rule."""
    shares = {"two_thirds": (2, 3), "three_quarters": (3, 4), "all": (1, 1)}
    if quorum == "half":
        return members // 2 + 1
    part, whole = shares[quorum]
    return -(-members * part // whole)
