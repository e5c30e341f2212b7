"""What the council looks for among leaves: the same on the page of a unit and on that of a leaf."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext_lazy

from backend.scoring.lifecycle import UNDER_APPRAISAL, State
from backend.scoring.queries import Flag, FlagKind
from backend.scoring.views.marking import Line

Flags = dict[int, list[Flag]]

# Nearly every document has no date written beside it: that alone is not what one looks for.
_NOTABLE = frozenset(FlagKind) - {FlagKind.UNDATED, FlagKind.WAITING}


def _is_flagged(line: Line, flags: Flags) -> bool:
    return any(flag.kind in _NOTABLE for piece in line.leaf.evidence for flag in flags.get(piece.pk, ()))


def _is_left(line: Line) -> bool:
    return line.left and State(line.leaf.score.card.state) in UNDER_APPRAISAL


def _differs(line: Line) -> bool:
    newest = line.newest
    return newest is not None and newest.from_points is not None and newest.points != newest.from_points


def _is_below(line: Line) -> bool:
    """Return whether the newest mark is below what the unit gave itself."""
    own, newest = line.leaf.points, line.newest
    if own is None or newest is None or newest.points is None:
        return line.is_cut
    return newest.points < own


SIFTS: dict[str, tuple[Any, Callable[[Line, Flags], bool]]] = {
    "left": (gettext_lazy("Chưa thẩm định"), lambda line, _flags: _is_left(line)),
    "cut": (gettext_lazy("Bị trừ điểm"), lambda line, _flags: _is_below(line)),
    "changed": (gettext_lazy("Khác bước trước"), lambda line, _flags: _differs(line)),
    "apart": (gettext_lazy("Các lần thẩm định khác nhau"), lambda line, _flags: line.is_apart),
    "bare": (
        gettext_lazy("Không có tài liệu"),
        lambda line, _flags: line.assessed and bool(line.leaf.points) and not line.leaf.evidence,
    ),
    "flagged": (gettext_lazy("Tài liệu có lưu ý"), _is_flagged),
    "asked": (
        gettext_lazy("Có yêu cầu giải trình"),
        lambda line, _flags: bool(line.question or line.asked),
    ),
}


def sifts(lines: Iterable[Line], flags: Flags) -> list[tuple[str, Any, int]]:
    """Return (name, title, how many) of everything one may look for; "all" first."""
    listed = list(lines)
    counted = [
        (name, title, sum(test(line, flags) for line in listed)) for name, (title, test) in SIFTS.items()
    ]
    return [("all", gettext_lazy("Tất cả"), len(listed)), *counted]


def fits(name: str, line: Line, flags: Flags) -> bool:
    """Return whether the leaf is among those looked for; anything unknown looks for all."""
    return name not in SIFTS or SIFTS[name][1](line, flags)
