"""A value as the text of its cell, and back. The texts of both sides are compared, so each value has one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from backend.core.errors import Invalid
from backend.core.exact import ZERO
from backend.core.points import parse_points
from backend.core.sheets import tidy_lines
from backend.core.text import fold, looks_like_legacy
from backend.criteria.compact import read_compact, to_compact
from backend.criteria.models import Node
from backend.criteria.rules import RuleError, RuleType
from tiers.models import Unit

MOST_TEXT = 32_000  # a cell of Excel holds 32,767 characters
YES = "x"
_DATE = re.compile(r"\d{2}/\d{2}/\d{4}")
_YES = {"x", "co", "dung", "yes", "true", "1"}
_NO = {"", "khong", "sai", "no", "false", "0"}
_KINDS = {fold(kind.label): kind for kind in RuleType} | {kind.value: kind for kind in RuleType}
_KINDS |= {"band": RuleType.BANDS, "chon muc diem": RuleType.OPTION, "dat/khong dat": RuleType.PASS_FAIL}
# A line of a group says that it is the sum of what stands under it.
_SUMS = {"sum", "tong", "cong"}


def text_cell(text: str) -> str:
    """Return a text as a cell holds it."""
    return tidy_lines(text)[:MOST_TEXT].rstrip() if text else ""


def points_cell(points: Decimal | None) -> str:
    """Return points as typed: "8,5"; empty without any."""
    if points is None:
        return ""
    text = format(points, "f")
    return text.rstrip("0").rstrip(".").replace(".", ",") if "." in text else text


def flag_cell(flag: bool) -> str:
    """Return a flag: "x" or nothing."""
    return YES if flag else ""


def unit_cell(unit: Unit | None) -> str:
    """Return a unit as "Sở Tài chính (STC)"."""
    return text_cell(f"{unit.name} ({unit.code})") if unit else ""


class Said:
    """What many nodes of one set say alike, put into words once."""

    def __init__(self) -> None:
        self.titles = {
            field: {key: str(title) for key, title in choices.items()}
            for field, choices in (("source", SOURCES), ("counting", COUNTINGS), ("not_arisen", NOT_ARISEN))
        }
        self.rules: dict[tuple[str, str], tuple[str, str]] = {}

    def rule(self, node: Node) -> tuple[str, str]:
        """Return the way of scoring and its parameters as texts; a broken rule has no parameters."""
        if not node.rule or not node.is_leaf:
            return "", ""
        asked = (node.rule, repr(node.params))
        if asked not in self.rules:
            self.rules[asked] = rule_cells(node)
        return self.rules[asked]


def rule_cells(node: Node) -> tuple[str, str]:
    """Return the way of scoring and its parameters as texts; a broken rule has no parameters."""
    try:
        rule = node.parsed_rule()
    except RuleError:
        return _label(node.rule), ""
    return rule.kind.label, text_cell(to_compact(rule))


def _label(rule: str) -> str:
    return RuleType(rule).label if rule in set(RuleType) else rule


def cells_of(node: Node, said: Said) -> dict[str, str]:
    """Return what the sheet says of a node, by column; a leaf has a source of points, a group has none."""
    rule, params = said.rule(node)
    return {
        "code": node.code,
        "title": text_cell(node.title),
        "points": points_cell(node.max_points),
        "planned": points_cell(node.planned_points),
        "rule": rule,
        "params": params,
        "source": said.titles["source"][node.source] if node.is_leaf else "",
        "evidence": text_cell(node.evidence_asked),
        "needs_evidence": flag_cell(node.is_leaf and node.needs_evidence),
        "guidance": text_cell(node.guidance),
        "lead": unit_cell(node.lead_agency),
        "counting": said.titles["counting"][node.counting] if node.counting != Node.Counting.BASE else "",
        "not_arisen": said.titles["not_arisen"][node.not_arisen] if node.not_arisen else "",
        "only_with_procedures": flag_cell(node.only_with_procedures),
        "open_to_additions": flag_cell(node.open_to_additions),
    }


SOURCES: Mapping[str, Any] = dict(Node.Source.choices)
COUNTINGS: Mapping[str, Any] = dict(Node.Counting.choices)
NOT_ARISEN: Mapping[str, Any] = dict(Node.NotArisen.choices)


def read_text(cell: str) -> str:
    """Return a text. Raises Invalid for one in an old encoding."""
    if encoding := looks_like_legacy(cell):
        raise Invalid(
            _("chữ gõ bằng bảng mã %s. Hãy chuyển sang Unicode (bảng mã của UniKey) rồi nhập lại.") % encoding
        )
    return cell


def read_points(cell: str) -> Decimal | None:
    """Return points above zero, None for an empty cell. Raises Invalid."""
    bare = cell.removesuffix("điểm").removesuffix("đ").strip()
    if not bare:
        return None
    if _DATE.fullmatch(bare):
        raise Invalid(_("“%s” là ngày, không phải số điểm. Hãy định dạng cột điểm là Số rồi gõ lại.") % bare)
    points = parse_points(bare)
    if points <= ZERO:
        raise Invalid(_("“%s” không dùng được: điểm tối đa phải lớn hơn 0.") % bare)
    return points


def read_flag(cell: str) -> bool:
    """Return whether a cell is ticked. Raises Invalid for what is neither yes nor no."""
    word = fold(cell)
    if word not in _YES | _NO:
        raise Invalid(_("“%s” không đọc được. Hãy ghi x hoặc để trống.") % cell)
    return word in _YES


def read_choice(choices: Mapping[str, Any], cell: str, empty: str) -> str:
    """Return the key of the choice that is called so, ``empty`` for an empty cell. Raises Invalid."""
    word = fold(cell)
    if not word:
        return empty
    for key, title in choices.items():
        if word in (fold(str(title)), key):
            return key
    titles = "; ".join(str(title) for title in choices.values())
    raise Invalid(
        _("“%(cell)s” không đọc được. Hãy ghi một trong: %(titles)s.") % {"cell": cell, "titles": titles}
    )


def read_kind(cell: str) -> str:
    """Return the way of scoring that is called so, "" for none. Raises Invalid."""
    word = fold(cell)
    if not word or word in _SUMS:
        return ""
    if word not in _KINDS:
        titles = "; ".join(kind.label for kind in RuleType)
        raise Invalid(
            _("không có cách chấm “%(cell)s”. Hãy ghi một trong: %(titles)s.")
            % {"cell": cell, "titles": titles}
        )
    return _KINDS[word].value


def read_params(kind: str, cell: str) -> dict[str, Any]:
    """Return the parameters of a rule in their canonical form. Raises Invalid."""
    if not kind:
        if cell:
            raise Invalid(_("có tham số nhưng chưa ghi cách chấm."))
        return {}
    try:
        return read_compact(kind, cell).to_params()
    except RuleError as wrong:
        raise Invalid(" ".join(wrong.problems)) from None


def reader_of_units(units: Iterable[Unit]) -> Callable[[str], Unit | None]:
    """Return what finds a unit by "name (code)", name or code; it raises Invalid for none or several."""
    known: dict[str, list[Unit]] = {}
    for unit in dict.fromkeys(units):
        for name in dict.fromkeys((fold(unit_cell(unit)), fold(unit.name), fold(unit.code))):
            known.setdefault(name, []).append(unit)

    def read(cell: str) -> Unit | None:
        if not cell:
            return None
        found = known.get(fold(cell), [])
        if len(found) == 1:
            return found[0]
        raise Invalid(_which(cell, found))

    return read


def _which(cell: str, found: list[Unit]) -> str:
    if not found:
        return _("không có cơ quan “%s” trực thuộc cơ quan ban hành. Hãy ghi đúng tên hoặc mã.") % cell
    several = "; ".join(unit_cell(unit) for unit in found)
    return _("có nhiều cơ quan tên “%(cell)s”: %(several)s. Hãy ghi kèm mã.") % {
        "cell": cell,
        "several": several,
    }
