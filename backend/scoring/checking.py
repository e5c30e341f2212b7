"""What deserves a look before a card is submitted or approved. Plain over a sheet; reads nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from backend.core.dates import format_date
from backend.core.exact import ZERO, format_points
from backend.criteria.models import Node
from backend.scoring.models import Evidence, ReturnedLeaf, StoredFile
from backend.scoring.queries import Field, Leaf, Sheet


@dataclass(frozen=True)
class Finding:
    """One thing about one leaf, in words; ``kind`` names what sort of thing it is, for a count.

    ``must``: the card can't be submitted before it is mended.
    """

    leaf: Leaf
    text: str
    kind: str
    must: bool = False


@dataclass(frozen=True)
class FieldFindings:
    """What was found in one field (lĩnh vực)."""

    field: Field
    findings: list[Finding] = field(default_factory=list)


def to_fix(sheet: Sheet) -> list[FieldFindings]:
    """Return by field what keeps the card from being submitted: leaves without points, points without proof."""
    return _by_field(sheet, _must)


def to_look_at(sheet: Sheet, returned: Iterable[ReturnedLeaf] = ()) -> list[FieldFindings]:
    """Return by field what may be right but deserves a second look; ``returned`` are the reasons of the last return."""
    waiting = {row.score_id: row for row in returned if not row.is_done}
    return _by_field(sheet, lambda leaf: _look(leaf, sheet.card.round.year, waiting.get(leaf.score.pk)))


def count(found: Iterable[FieldFindings]) -> int:
    """Return how many things were found in all fields."""
    return sum(len(part.findings) for part in found)


def kinds(found: Iterable[FieldFindings]) -> list[tuple[str, int]]:
    """Return how many things of each kind were found, the most first."""
    return Counter(one.kind for part in found for one in part.findings).most_common()


def _by_field(sheet: Sheet, judge: Callable[[Leaf], Iterable[Finding]]) -> list[FieldFindings]:
    parts = [
        FieldFindings(part, [one for leaf in [*part.own, *part.extra] for one in judge(leaf)])
        for part in sheet.fields
    ]
    return [part for part in parts if part.findings]


def _must(leaf: Leaf) -> Iterator[Finding]:
    if leaf.points is None and leaf.within_scale:
        yield Finding(leaf, _("chưa chấm"), _("chưa chấm"), must=True)
    if leaf.lacks_evidence:
        text = _("có điểm nhưng chưa có tài liệu kiểm chứng hoặc giải trình")
        yield Finding(leaf, text, _("thiếu tài liệu, giải trình"), must=True)


def _look(leaf: Leaf, year: int, waiting: ReturnedLeaf | None) -> Iterator[Finding]:
    if waiting is not None:
        text = _("lãnh đạo trả lại, chưa đánh dấu đã xử lý: %s") % waiting.reason
        yield Finding(leaf, text, _("trả lại chưa xử lý"))
    yield from _of_points(leaf)
    yield from _of_documents(leaf, year)


def _of_points(leaf: Leaf) -> Iterator[Finding]:
    if leaf.points is None:
        return
    if is_big_change(leaf):
        yield Finding(leaf, change_words(leaf), _("thay đổi nhiều so với năm trước"))
    if not leaf.within_scale and leaf.points:
        counting = str(Node.Counting(leaf.score.counting).label)
        text = _("%(what)s %(points)s ngoài thang điểm, hãy xem lại căn cứ") % {
            "what": counting,
            "points": format_points(leaf.points),
        }
        yield Finding(leaf, text, counting)
    if leaf.claims_not_arisen:
        yield Finding(leaf, _("báo không phát sinh trong năm"), _("không phát sinh"))
    elif _full_without_document(leaf):
        told = leaf.self_mark is not None and bool(leaf.self_mark.note.strip())
        text = _("điểm tối đa nhưng không có tài liệu")
        if told:
            text = _("điểm tối đa nhưng không có tài liệu, chỉ có giải trình")
        yield Finding(leaf, text, _("điểm tối đa không có tài liệu"))


def _full_without_document(leaf: Leaf) -> bool:
    full = leaf.within_scale and leaf.points == leaf.score.max_points
    return full and not leaf.evidence and not leaf.lacks_evidence


def is_big_change(leaf: Leaf) -> bool:
    """Return whether the leaf's share of its maximum moved by ``BIG_CHANGE_PERCENT`` or more since last year.

    Shares are compared, exactly, because the maximum may have changed between the two years.
    """
    if leaf.points is None or leaf.last_year is None or not leaf.within_scale:
        return False
    most, then = leaf.score.max_points, leaf.last_maximum or leaf.score.max_points
    moved = abs(leaf.points * then - leaf.last_year * most)
    return moved * 100 >= most * then * Decimal(settings.BIG_CHANGE_PERCENT)


def change_words(leaf: Leaf) -> str:
    """Return "thay đổi nhiều: năm trước 2,00/2,00, năm nay 0,50/2,00 (giảm 1,50)"."""
    then = leaf.last_maximum or leaf.score.max_points
    now, before = leaf.points or ZERO, leaf.last_year or ZERO
    return _("thay đổi nhiều: năm trước %(before)s/%(then)s, năm nay %(now)s/%(most)s (%(change)s)") % {
        "before": format_points(before),
        "then": format_points(then),
        "now": format_points(now),
        "most": format_points(leaf.score.max_points),
        "change": f"{_('giảm') if now < before else _('tăng')} {format_points(abs(now - before))}",
    }


def _of_documents(leaf: Leaf, year: int) -> Iterator[Finding]:
    for piece in leaf.evidence:
        if piece.issued_on is not None and piece.issued_on.year != year:
            text = _("tài liệu “%(name)s” ngày %(day)s, ngoài năm đánh giá %(year)s") % {
                "name": piece.number or piece.file_name,
                "day": format_date(piece.issued_on),
                "year": year,
            }
            yield Finding(leaf, text, _("tài liệu ngoài năm đánh giá"))
        if _is_blocked(piece):
            text = _("tệp “%(name)s” bị chặn, hãy thay bằng bản khác") % {"name": piece.file_name}
            yield Finding(leaf, text, _("tệp bị chặn"))


def _is_blocked(piece: Evidence) -> bool:
    return piece.file is not None and piece.file.state == StoredFile.State.HARMFUL
