"""The leaves across units: what they cost and why, and who claimed more than was found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from backend.core.exact import ZERO, format_points
from reports.analysis.grids import Column, Form, Grid, Line
from reports.analysis.sections import Part, Section
from reports.charts import Bar
from reports.queries.analysed import Analysed
from reports.queries.leaves import Claim, Claims, Loss, claims, losses, reasons
from reports.rankings import index

BARS = "reports/analysis/_bars.html"
# Leaves that show at once, and reasons of each.
FIRST = 20
REASONS = 3
DRAWN = 10


def cost(seen: Analysed) -> list[Section]:
    """Return, group by group, the leaves that cost most points, with the reasons given."""
    by_group: dict[int, list[Loss]] = defaultdict(list)
    for one in losses(seen):
        by_group[one.group_id].append(one)
    top = [one.node_id for own in by_group.values() for one in own[:FIRST]]
    why = reasons(seen, top) if top else {}
    return [
        Section(f"nhom-{number}", table.title, _cost(by_group[table.group_id], why), empty=_nothing())
        for number, table in enumerate(seen.tables, 1)
    ]


def _nothing() -> str:
    return _("Nhóm này chưa có đơn vị nào có kết quả để xem từng tiêu chí.")


Why = Mapping[tuple[int, int], Sequence[tuple[str, int]]]


def _cost(found: list[Loss], why: Why) -> tuple[Part, ...]:
    if not found:
        return ()
    columns = (
        Column("code", _("Mã")),
        Column("title", _("Tiêu chí")),
        Column("lost", _("Điểm mất (cả nhóm)"), Form.POINTS),
        Column("reached", _("Đạt"), Form.PERCENT),
        Column("units", _("Số đơn vị"), Form.WHOLE),
        Column("full", _("Đơn vị đủ điểm"), Form.WHOLE),
        Column("reasons", _("Lý do trừ thường gặp")),
    )
    lines = tuple(
        Line((one.code, one.title, one.lost, one.reached, one.units, one.full, _why(one, why)))
        for one in found
    )
    first = Grid("losses", _("Tiêu chí mất nhiều điểm nhất"), columns, lines[:FIRST], head=1)
    whole = (
        Grid("losses", _("Điểm mất theo tiêu chí"), columns, lines, head=1) if len(lines) > FIRST else None
    )
    lost, most = sum((one.lost for one in found), ZERO), found[0].lost
    drawn = [
        (f"{one.code} {one.title}", f"{format_points(one.lost)}", Bar("", index(one.lost, most)).width)
        for one in found[:DRAWN]
        if one.lost
    ]
    words = _(
        "Cả nhóm mất %(lost)s điểm ở tất cả tiêu chí trong thang điểm. Tiêu chí chưa có điểm tính là 0."
    ) % {"lost": format_points(lost)}
    return (Part(first, BARS, drawn, (words,), whole),)


def _why(one: Loss, why: Why) -> str:
    said = why.get((one.group_id, one.node_id), ())
    return "; ".join(f"{reason} ({_units(number)})" for reason, number in said[:REASONS])


def _units(number: int) -> str:
    return _("%(number)d đơn vị") % {"number": number}


def claimed(seen: Analysed) -> list[Section]:
    """Return, group by group, what units gave themselves beside what was found: by unit and by leaf."""
    found = claims(seen)
    sections = []
    for number, table in enumerate(seen.tables, 1):
        names = dict(table.field_titles)
        cards = {card.pk: card.unit_name for card in seen.cards if card.group_id == table.group_id}
        parts = (_by_unit(cards, found, names), _by_leaf(table.group_id, found))
        known = tuple(part for part in parts if part.grid.lines)
        sections.append(Section(f"nhom-{number}", table.title, known, empty=_nothing()))
    return sections


def _sums() -> tuple[Column, ...]:
    return (
        Column("own", _("Tự chấm"), Form.POINTS),
        Column("result", _("Kết quả"), Form.POINTS),
        Column("over", _("Chấm cao hơn"), Form.POINTS),
        Column("under", _("Chấm thấp hơn"), Form.POINTS),
    )


def _by_unit(cards: Mapping[int, str], found: Claims, names: Mapping[str, str]) -> Part:
    by_card: dict[int, dict[str, Claim]] = defaultdict(dict)
    for (card, code), claim in found.by_field.items():
        by_card[card][code] = claim
    rows = [(key, name, by_card[key]) for key, name in cards.items() if key in by_card]
    rows.sort(key=lambda row: -_over(row[2]))
    columns = (
        Column("unit", _("Đơn vị")),
        *_sums(),
        Column("leaves", _("Tiêu chí chấm cao hơn"), Form.WHOLE),
        Column("field", _("Lĩnh vực chấm cao hơn nhiều nhất")),
    )
    lines = tuple(
        Line(
            (name, *_added(own.values()), sum(one.overs for one in own.values()), _most(own, names)),
            reverse("reports:unit_analysis", args=[key]),
        )
        for key, name, own in rows
    )
    most = max((_over(own) for _key, _name, own in rows), default=ZERO)
    drawn = [
        (name, format_points(_over(own)), Bar("", index(_over(own), most)).width)
        for _key, name, own in rows[:DRAWN]
        if _over(own)
    ]
    words = _(
        "Chấm cao hơn: tổng phần tự chấm vượt kết quả ở các tiêu chí bị giảm; chấm thấp hơn: phần được nâng. Chỉ tính tiêu chí trong thang điểm mà đơn vị tự chấm."
    )
    return Part(
        Grid("units", _("Tự chấm so với kết quả, theo đơn vị"), columns, lines), BARS, drawn, (words,)
    )


def _over(own: Mapping[str, Claim]) -> Decimal:
    return sum((one.over for one in own.values()), ZERO)


def _added(some: Iterable[Claim]) -> tuple[Decimal, ...]:
    listed = list(some)
    names = ("own", "result", "over", "under")
    return tuple(sum((getattr(one, name) for one in listed), ZERO) for name in names)


def _most(own: Mapping[str, Claim], names: Mapping[str, str]) -> str:
    code, claim = max(own.items(), key=lambda item: (item[1].over, item[0]))
    if not claim.over:
        return ""
    return f"{code}. {names.get(code, '')}: {format_points(claim.over)}"


def _by_leaf(group_id: int, found: Claims) -> Part:
    own = [(code, claim) for (group, code), claim in found.by_leaf.items() if group == group_id]
    own.sort(key=lambda item: (-item[1].over, item[0]))
    columns = (
        Column("code", _("Mã")),
        Column("title", _("Tiêu chí")),
        *_sums(),
        Column("overs", _("Đơn vị chấm cao hơn"), Form.WHOLE),
        Column("units", _("Số đơn vị"), Form.WHOLE),
    )
    lines = tuple(
        Line((code, found.titles[group_id, code], *_added([one]), one.overs, one.leaves)) for code, one in own
    )
    title = _("Tự chấm so với kết quả, theo tiêu chí")
    first = Grid("leaves", title, columns, lines[:FIRST], head=1)
    return Part(first, folded=Grid("leaves", title, columns, lines, head=1) if len(lines) > FIRST else None)
