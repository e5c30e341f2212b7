"""Rows against the nodes of a draft: what would be added, changed, moved and removed. Writes nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from backend.core.errors import Invalid
from backend.core.exact import ZERO, format_points
from backend.criteria.models import CriteriaSet, Node
from backend.criteria.queries import agencies_for
from backend.criteria.sheets.lines import Line, Reading, Remark
from backend.criteria.sheets.numbering import Outline, Row, outline_of
from backend.criteria.sheets.rows import Reader, Wish
from backend.criteria.sheets.scopes import named_in
from backend.criteria.sheets.words import points_cell, read_points


@dataclass
class Plan:
    """What an import would do. ``wishes`` are all rows in the order of the sheet.

    ``removed`` are nodes the file does not name: they go only if the person says so; of these the
    ``stuck`` cannot stay, because the file gives their code or their group to something else.
    """

    reading: Reading
    wishes: list[Wish]
    removed: list[Node]
    stuck: list[Node]
    moved: list[Wish]
    remarks: list[Remark] = field(default_factory=list)

    @property
    def problems(self) -> list[Remark]:
        """Return what stops the import."""
        return [remark for remark in self.remarks if remark.is_problem]

    @property
    def notes(self) -> list[Remark]:
        """Return what is only said."""
        return [remark for remark in self.remarks if not remark.is_problem]

    @property
    def added(self) -> list[Wish]:
        """Return the rows that become new nodes."""
        return [wish for wish in self.wishes if wish.node is None]

    @property
    def added_rows(self) -> list[tuple[str, str, bool, Decimal | None, int]]:
        """Return code, title, whether it is a leaf, points and line of each new node, as the preview shows them."""
        return [
            (
                wish.row.code,
                wish.row.title,
                wish.is_leaf,
                wish.values.get("max_points" if wish.is_leaf else "planned_points"),
                wish.row.line.number,
            )
            for wish in self.added
        ]

    @property
    def changed(self) -> list[Wish]:
        """Return the rows whose node says something else afterwards."""
        return [wish for wish in self.wishes if wish.node and wish.fields]

    @property
    def changes_nothing(self) -> bool:
        """Return whether the draft already says what the file says."""
        return not (self.added or self.changed or self.moved or self.removed)

    def counts(self, *, remove: bool) -> dict[str, int]:
        """Return how many nodes are added, changed, moved and removed."""
        return {
            "added": len(self.added),
            "changed": len(self.changed),
            "moved": len(self.moved),
            "removed": len(self.removed) if remove else 0,
        }


def plan_for(reading: Reading, criteria_set: CriteriaSet) -> Plan:
    """Return what the file would do to a draft as it stands; four queries, two more where a new scope is named."""
    nodes = list(criteria_set.nodes.order_by("order"))
    prefetch_related_objects([node for node in nodes if node.lead_agency_id], "lead_agency")
    outline = outline_of(reading, frozenset(node.code for node in nodes))
    leads = [node.lead_agency for node in nodes if node.lead_agency]
    reader = Reader(reading, [*agencies_for(criteria_set), *leads], criteria_set, named_in(criteria_set))
    remarks = [*reading.remarks, *outline.remarks]
    found = _Match(reading, criteria_set.pk, nodes, remarks).run(outline.rows)
    wishes = [reader.wish(row, found.get(row)) for row in _in_order(outline)]
    taken = {node.pk for node in found.values()}
    removed = [node for node in nodes if node.pk not in taken]
    remarks += [*reader.remarks, *_totals(reading, outline.totals, wishes)]
    return Plan(reading, wishes, removed, _stuck(removed, wishes), _moved(wishes), remarks)


def _in_order(outline: Outline) -> list[Row]:
    """Return the rows as the tree is read: each group with all under it."""
    ordered: list[Row] = []
    left = [row for row in reversed(outline.rows) if row.parent is None]
    while left:
        row = left.pop()
        ordered.append(row)
        left += reversed(row.children)
    return ordered


class _Match:
    """Finds the node of each row: by the hidden key, then by code."""

    def __init__(self, reading: Reading, set_key: int, nodes: Sequence[Node], remarks: list[Remark]) -> None:
        self.reading, self.set_key, self.remarks = reading, set_key, remarks
        self.by_key = {str(node.pk): node for node in nodes}
        self.by_code = {node.code: node for node in nodes}
        self.found: dict[Row, Node] = {}

    def run(self, rows: Sequence[Row]) -> dict[Row, Node]:
        if self._keys_count(rows):
            self._by_key(rows)
        taken = {node.pk for node in self.found.values()}
        for row in rows:
            node = self.by_code.get(row.code)
            if row not in self.found and node and node.pk not in taken:
                self.found[row] = node
                taken.add(node.pk)
        return self.found

    def _keys_count(self, rows: Sequence[Row]) -> bool:
        """Return whether the hidden keys are this draft's own."""
        if self.reading.of is None or self.reading.of[0] == self.set_key:
            return True
        self.remarks.append(
            Remark("", _("Tệp được xuất từ bộ tiêu chí khác; các dòng được khớp với dự thảo theo mã."), False)
        )
        return False

    def _by_key(self, rows: Sequence[Row]) -> None:
        claims: dict[str, list[Row]] = {}
        for row in rows:
            if key := row.line.cells.get("id", ""):
                claims.setdefault(key, []).append(row)
        for key, claiming in claims.items():
            if key in self.by_key:
                self._give(self.by_key[key], claiming)
            else:
                self._say(
                    claiming[0],
                    _("mã dòng “%s” không có trong dự thảo này; dòng được khớp theo mã tiêu chí.") % key,
                )

    def _give(self, node: Node, claiming: list[Row]) -> None:
        """Give the node to the row that kept its code, else to the first: the others were copied from it."""
        owner = next((row for row in claiming if row.code == node.code), claiming[0])
        self.found[owner] = node
        for row in claiming:
            if row is not owner:
                cell = self.reading.cell(owner.line, "code")
                self._say(row, _("sao từ dòng của ô %s; được coi là tiêu chí mới.") % cell)

    def _say(self, row: Row, sentence: str) -> None:
        self.remarks.append(Remark(self.reading.cell(row.line, "id"), sentence, False))


def _stuck(removed: Sequence[Node], wishes: Sequence[Wish]) -> list[Node]:
    codes = {wish.row.code for wish in wishes}
    kept = {wish.node.pk: wish for wish in wishes if wish.node}

    def is_stuck(node: Node) -> bool:
        above = kept.get(node.parent_id) if node.parent_id else None
        follows = above is None or (not above.is_leaf and node.code.startswith(f"{above.row.code}."))
        return node.code in codes or not follows or (above is not None and node.level != above.row.level + 1)

    return [node for node in removed if is_stuck(node)]


def _moved(wishes: Sequence[Wish]) -> list[Wish]:
    """Return the rows whose node leaves its group or its place, without those that only follow their group."""
    known = [wish for wish in wishes if wish.node]
    still = longest_rising([wish.node.order for wish in known if wish.node])
    by_row = {wish.row: wish for wish in wishes}
    moved: set[Row] = set()
    for place, wish in enumerate(known):
        if place not in still or not _same_group(wish, by_row):
            moved.add(wish.row)
    return [wish for wish in known if wish.row in moved and not _follows(wish, moved, by_row)]


def _same_group(wish: Wish, by_row: dict[Row, Wish]) -> bool:
    above = by_row[wish.row.parent].node if wish.row.parent else None
    stands = wish.node.parent_id if wish.node else None
    return stands == (above.pk if above else None) and (above is not None or wish.row.parent is None)


def _follows(wish: Wish, moved: set[Row], by_row: dict[Row, Wish]) -> bool:
    return wish.row.parent in moved and _same_group(wish, by_row)


def longest_rising(orders: Sequence[int]) -> set[int]:
    """Return the places (from 0) of a longest rising run of ``orders``: what can stay where it is."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for place, order in enumerate(orders):
        at = bisect_left(tails, order)
        before.append(ends[at - 1] if at else -1)
        tails[at:] = [order, *tails[at + 1 :]]
        ends[at:] = [place, *ends[at + 1 :]]
    still: set[int] = set()
    place = ends[-1] if ends else -1
    while place >= 0:
        still.add(place)
        place = before[place]
    return still


def _totals(reading: Reading, totals: Sequence[Line], wishes: Sequence[Wish]) -> list[Remark]:
    """Return a remark for each line of totals that does not agree with the leaves above it."""
    points = sum((_points_of(wish) for wish in wishes if wish.is_leaf), ZERO)
    remarks = []
    for line in totals:
        cell = line.cells.get("points", "")
        if cell == points_cell(points):
            continue
        try:
            said = read_points(cell)
        except Invalid as refusal:
            remarks.append(Remark(reading.cell(line, "points"), refusal.message, False))
            continue
        if said is not None and said != points:
            words = {"said": points_cell(said), "points": format_points(points)}
            sentence = (
                _("dòng tổng ghi %(said)s, các tiêu chí chấm điểm trong tệp cộng lại là %(points)s.") % words
            )
            remarks.append(Remark(reading.cell(line, "points"), sentence, False))
    return remarks


def _points_of(wish: Wish) -> Decimal:
    stands = wish.node
    counting = wish.values.get("counting") or (stands.counting if stands else Node.Counting.BASE)
    points = wish.values.get("max_points") or (stands.max_points if stands else None)
    return (points or ZERO) if counting == Node.Counting.BASE else ZERO
