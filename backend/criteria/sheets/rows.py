"""Rows to checked values: only what differs from the node that stands is read; each problem names its cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Final

from django.utils.translation import gettext as _

from backend.core.errors import Invalid
from backend.criteria.checks import RULES_OF_SOURCE, wrong_source
from backend.criteria.models import Applicability, CriteriaSet, Node
from backend.criteria.rules import RuleType
from backend.criteria.sheets import words
from backend.criteria.sheets.columns import BY_KEY
from backend.criteria.sheets.lines import Reading, Remark
from backend.criteria.sheets.numbering import Row
from backend.criteria.sheets.scopes import Scope, ScopeReader, scope_cell, scope_of
from tiers.models import Unit

_SCORING = ("rule", "params", "source")
_ONLY_LEAVES = (*_SCORING, "needs_evidence")
_COMPARED = tuple(
    key
    for key in BY_KEY
    if key not in {"code", "points", "planned", "note", "id", "level", "applies_to", *_SCORING}
)
_ATTRS = {"evidence": "evidence_asked", "lead": "lead_agency"}
_SUM = {"sum", "tổng", "cộng"}
# What a cell gives that can't be read; the problem has been told.
UNREAD: Final = object()
Named = Mapping[int, list[Applicability]]
_TICKED = {"needs_evidence", "title"}
_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+)*")


@dataclass(frozen=True)
class FieldChange:
    """One field of a node, in words, before and after."""

    label: str
    old: str
    new: str


@dataclass
class Wish:
    """What a row asks for: columns of the node by name, the changes in words, for whom it is where that changes."""

    row: Row
    node: Node | None
    is_leaf: bool
    values: dict[str, Any] = field(default_factory=dict)
    fields: list[FieldChange] = field(default_factory=list)
    scope: Scope | None = None


class Reader:
    """Reads rows of one sheet; collects remarks."""

    def __init__(
        self, reading: Reading, units: Iterable[Unit], criteria_set: CriteriaSet, named: Named
    ) -> None:
        self.reading, self.named = reading, named
        self.scopes = ScopeReader(criteria_set, chain.from_iterable(named.values()))
        self.remarks: list[Remark] = []
        self.known: dict[tuple[str, str, str], Any] = {}
        self.said = words.Said()
        self.compared = ["title", *(key for key in _COMPARED if key in reading.letters and key != "title")]
        self.compared_of_groups = [key for key in self.compared if key not in _ONLY_LEAVES]
        more = [key for key in _SCORING if key in reading.letters]
        self.whole = {
            True: [*self.compared[1:], "points", *more, "applies_to"],
            False: [*self.compared_of_groups[1:], "applies_to"],
        }
        self.group_points = "planned" if "planned" in reading.letters else "points"
        self.readers: dict[str, Callable[[str], Any]] = {
            "title": words.read_text,
            "evidence": words.read_text,
            "guidance": words.read_text,
            "needs_evidence": words.read_flag,
            "only_with_procedures": words.read_flag,
            "open_to_additions": words.read_flag,
            "lead": words.reader_of_units(units),
            "counting": lambda cell: words.read_choice(words.COUNTINGS, cell, Node.Counting.BASE),
            "not_arisen": lambda cell: words.read_choice(words.NOT_ARISEN, cell, Node.NotArisen.NEVER),
        }

    def wish(self, row: Row, node: Node | None) -> Wish:
        """Return what the row asks of ``node`` (None: a new one)."""
        stands = words.cells_of(node, self.said) if node else {}
        is_leaf = self._is_leaf(row)
        wish = Wish(row, node, is_leaf, {"is_leaf": is_leaf})
        if node and node.is_leaf != wish.is_leaf:
            wish.fields.append(FieldChange(_("Loại dòng"), _kind(node.is_leaf), _kind(wish.is_leaf)))
            stands |= dict.fromkeys(("points", "planned", *_ONLY_LEAVES), "")
        elif node and self._is_untouched(wish, node, stands):
            return wish
        self._code(wish, stands)
        for key in self.compared if wish.is_leaf else self.compared_of_groups:
            if self._differs(wish, key, stands):
                self._field(wish, key, stands)
        self._points(wish, stands)
        self._scoring(wish, stands)
        self._extra(wish)
        self._scope(wish)
        return wish

    def _is_untouched(self, wish: Wish, node: Node, stands: Mapping[str, str]) -> bool:
        """Return whether every cell says what the node says: most rows of a sheet that was sent back."""
        row, cells = wish.row, wish.row.line.cells
        if row.code != node.code or row.title != stands["title"] or node.pk in self.named:
            return False
        if not wish.is_leaf and cells.get(self.group_points, "") != stands["planned"]:
            return False
        return all(cells.get(key, "") == stands.get(key, "") for key in self.whole[wish.is_leaf])

    def _is_leaf(self, row: Row) -> bool:
        cells = row.line.cells
        if not row.children:
            is_sum = cells.get("rule", "").lower() in _SUM
            return not is_sum and any(cells.get(key) for key in ("points", "rule", "source"))
        for key in ("rule", "source"):
            if cells.get(key, "").lower() not in {"", *_SUM}:
                self._say(row, key, _("có tiêu chí bên dưới nên là nhóm; không lấy ô này."), is_problem=False)
        return False

    def _say(self, row: Row, key: str, sentence: str, *, is_problem: bool = True) -> None:
        self.remarks.append(Remark(self.reading.cell(row.line, key), sentence, is_problem))

    def _cell(self, wish: Wish, key: str) -> str:
        return wish.row.title if key == "title" else wish.row.line.cells.get(key, "")

    def _differs(self, wish: Wish, key: str, stands: Mapping[str, str]) -> bool:
        """Return whether the file says of this column another thing than the node; a new node has nothing."""
        if key == "title":
            cell = wish.row.title
        elif key in self.reading.letters:
            cell = wish.row.line.cells.get(key, "")
        else:
            return False
        # What is empty in a new row is what a new node has anyway, but for a box that starts ticked.
        return cell != stands.get(key, "") if wish.node else bool(cell) or key in _TICKED

    def _read(
        self, wish: Wish, key: str, read: Callable[[str], Any], cell: str | None = None, of: str = ""
    ) -> Any:
        """Return what a cell says; the same words in the same column (under the same ``of``) are read once."""
        text = self._cell(wish, key) if cell is None else cell
        known = (key, of, text)
        if known not in self.known:
            try:
                self.known[known] = read(text)
            except Invalid as refusal:
                self._say(wish.row, key, refusal.message)
                return UNREAD
        return self.known[known]

    def _take(self, wish: Wish, key: str, value: Any, stands: Mapping[str, str]) -> None:
        name = _ATTRS.get(key, key)
        if value is UNREAD:
            return
        if wish.node and getattr(wish.node, name) == value:
            return
        wish.values[name] = value
        if wish.node:
            wish.fields.append(
                FieldChange(str(BY_KEY[key].title), stands.get(key, ""), self._cell(wish, key))
            )

    def _code(self, wish: Wish, stands: Mapping[str, str]) -> None:
        row = wish.row
        if len(row.code) > 30 or not _is_code(row.code):
            self._say(row, "code", _("mã “%s” không hợp lệ. Hãy viết như 1.2.3.") % row.code)
        if wish.node and row.code != wish.node.code:
            wish.fields.append(FieldChange(_("Mã"), wish.node.code, row.code))

    def _field(self, wish: Wish, key: str, stands: Mapping[str, str]) -> None:
        if key == "title" and not wish.row.title:
            self._say(wish.row, key, _("chưa có nội dung tiêu chí."))
            return
        self._take(wish, key, self._read(wish, key, self.readers[key]), stands)

    def _points(self, wish: Wish, stands: Mapping[str, str]) -> None:
        if wish.is_leaf:
            self._amount(wish, "points", "max_points", stands)
            if not self._cell(wish, "points"):
                self._say(wish.row, "points", _("chưa có điểm tối đa."))
            return
        self._amount(
            wish, self.group_points, "planned_points", {self.group_points: stands.get("planned", "")}
        )

    def _amount(self, wish: Wish, key: str, name: str, stands: Mapping[str, str]) -> None:
        if self._differs(wish, key, stands):
            value = self._read(wish, key, words.read_points)
            if value is UNREAD or (wish.node and getattr(wish.node, name) == value):
                return
            wish.values[name] = value
            if wish.node:
                wish.fields.append(FieldChange(_label(key), stands.get(key, ""), words.points_cell(value)))

    def _scoring(self, wish: Wish, stands: Mapping[str, str]) -> None:
        """Read way of scoring, parameters and source together: each depends on the other."""
        if not wish.is_leaf or not any(self._differs(wish, key, stands) for key in _SCORING):
            return
        cells = {
            key: self._cell(wish, key) if key in self.reading.letters else stands.get(key, "")
            for key in _SCORING
        }
        source = self._read(wish, "source", _source, cells["source"])
        rule = self._read(wish, "rule", words.read_kind, cells["rule"])
        if UNREAD in (source, rule):
            return
        if rule == "" and source in RULES_OF_SOURCE and self.reading.of is None:
            rule = RuleType.DIRECT.value
        if sentence := wrong_source(source, rule):
            self._say(wish.row, "rule", sentence)
        params = self._params(wish, rule, cells["params"])
        for key, value in (("rule", rule), ("params", params), ("source", source)):
            self._take(wish, key, value, stands)

    def _params(self, wish: Wish, rule: str, cell: str) -> Any:
        return self._read(wish, "params", lambda text: words.read_params(rule, text), cell, of=rule)

    def _extra(self, wish: Wish) -> None:
        stands = wish.node
        counting = wish.values.get("counting") or (stands.counting if stands else Node.Counting.BASE)
        source = wish.values.get("source") or (stands.source if stands else Node.Source.ASSESSED)
        if counting != Node.Counting.BASE and source != Node.Source.ASSESSED:
            self._say(wish.row, "counting", _("chỉ điểm tự chấm và thẩm định mới là điểm thưởng hoặc phạt."))

    def _scope(self, wish: Wish) -> None:
        rows = self.named.get(wish.node.pk, []) if wish.node else []
        stands, cell = scope_cell(rows), wish.row.line.cells.get("applies_to", "")
        if "applies_to" not in self.reading.letters or cell == stands:
            return
        scope = self._read(wish, "applies_to", self.scopes.read)
        if scope is UNREAD or scope == scope_of(rows):
            return
        wish.scope = scope
        if wish.node:
            wish.fields.append(FieldChange(_label("applies_to"), stands, cell))


def _is_code(code: str) -> bool:
    return _NUMBERS.fullmatch(code) is not None or all(
        part.isidentifier() or part.isalnum() for part in code.split(".")
    )


def _source(cell: str) -> str:
    return words.read_choice(words.SOURCES, cell, Node.Source.ASSESSED)


def _label(key: str) -> str:
    return _("Nội dung") if key == "title" else str(BY_KEY[key].title)


def _kind(is_leaf: bool) -> str:
    return _("tiêu chí chấm điểm") if is_leaf else _("nhóm")
