"""A rule as one short text, for files and for the form: "kịp thời=1|không kịp thời=0.5|không=0".

    option      tên mức=điểm|tên mức=điểm            tiêu đề :: …
    pass_fail   (trống) hoặc  đạt|không đạt           tiêu đề :: …
    bands       >90=2|70-90=1|<70=0                  tử số / mẫu số :: …
    threshold   80%                                  tử số / mẫu số :: …
    formula     x/y                                  tử số / mẫu số :: x/y
                x≤y=tên biến|y=tên biến :: x / y * max_points
    declining   0.5                                  tên trường hợp :: …
    direct      (trống)

A new line may stand for "|". "lẻ:" before "tử số" says that both are amounts, not whole numbers.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise

from backend.criteria.rules import (
    BandsRule,
    DecliningRule,
    FormulaRule,
    InputKind,
    OptionRule,
    PassFailRule,
    Rule,
    RuleError,
    RuleType,
    ThresholdRule,
    Variable,
    parse_rule,
    proportional,
)

HEAD = "::"
AMOUNT = "lẻ:"

_NUMBER = r"(\d+(?:[.,]\d+)?)"
_SPAN = re.compile(rf"(>=|≥|>|)\s*{_NUMBER}(?:\s*[-–]\s*(<|)\s*{_NUMBER})?")
_BELOW = re.compile(rf"(<=|≤|<)\s*{_NUMBER}")
_VARIABLE = re.compile(r"([A-Za-z_]\w*)(?:\s*(?:<=|≤)\s*([A-Za-z_]\w*))?", re.ASCII)

Params = dict[str, object]


def read_compact(kind: str, text: str) -> Rule:
    """Return the rule that ``text`` describes. Raises RuleError with sentences."""
    head, _, body = text.rpartition(HEAD)
    items = [item.strip() for item in re.split(r"[|\n]", body) if item.strip()]
    try:
        reader = _READERS[RuleType(kind)]
    except ValueError:
        return parse_rule(kind, {})
    return parse_rule(kind, reader(head.strip(), items))


def to_compact(rule: Rule) -> str:
    """Return the text that ``read_compact`` reads back as the same rule."""
    head, body = _WRITERS[rule.kind](rule)
    return f"{head} {HEAD} {body}".strip() if head else body


def _options(head: str, items: Sequence[str]) -> Params:
    rows = []
    for item in items:
        title, _, points = item.rpartition("=")
        if not title.strip():
            raise RuleError([f"Mức “{item}” chưa có điểm. Hãy viết như: kịp thời=1."])
        rows.append({"title": title.strip(), "points": _decimal(points)})
    return _titled(head, {"options": rows})


def _titled(head: str, params: Params) -> Params:
    return {"title": head, **params} if head else params


def _decimal(text: str) -> str:
    return text.strip().removesuffix("%").strip().replace(",", ".")


def _pass_fail(head: str, items: Sequence[str]) -> Params:
    if len(items) not in (0, 2):
        raise RuleError(["Hãy viết hai kết quả, ví dụ: đạt|không đạt, hoặc để trống."])
    names = ("passed", "failed")
    return _titled(head, dict(zip(names, items, strict=False)))


def _ratio(head: str) -> Params:
    if not head:
        return {}
    measure = InputKind.NUMBER if head.startswith(AMOUNT) else InputKind.COUNT
    done, slash, assigned = head.removeprefix(AMOUNT).partition(" / ")
    if not slash:
        raise RuleError([f"“{head}”: hãy viết tử số và mẫu số, cách nhau bằng “ / ”."])
    return {"done": done.strip(), "assigned": assigned.strip(), "measure": measure.value}


def _bands(head: str, items: Sequence[str]) -> Params:
    spans = [_span(item) for item in items]
    _check_touching(spans)
    rows = [
        {"lower": lower, "inclusive": inclusive, "points": points} for lower, inclusive, _, points in spans
    ]
    return {**_ratio(head), "bands": rows}


Span = tuple[str, bool, tuple[str, bool] | None, str]


def _span(item: str) -> Span:
    """Return lower bound, whether it is inside, the upper bound if written, and the points."""
    bounds, _, points = item.replace("%", "").rpartition("=")
    bounds = bounds.strip()
    if found := _BELOW.fullmatch(bounds):
        return "0", True, (_decimal(found[2]), found[1] != "<"), _decimal(points)
    if not (found := _SPAN.fullmatch(bounds)):
        raise RuleError([f"Khoảng “{item}” không đọc được. Hãy viết như: >90=2 hoặc 70-90=1."])
    upper = (_decimal(found[4]), found[3] != "<") if found[4] else None
    return _decimal(found[2]), found[1] != ">", upper, _decimal(points)


def _check_touching(spans: Sequence[Span]) -> None:
    """Where an upper bound is written it must meet the next span: no hole, no overlap."""
    ordered = sorted(spans, key=lambda span: (Decimal(span[0]), not span[1]))
    for below, above in pairwise(ordered):
        wanted = (Decimal(above[0]), not above[1])
        if below[2] and (Decimal(below[2][0]), below[2][1]) != wanted:
            raise RuleError(
                [f"Hai khoảng quanh mốc {above[0]} % bị hở hoặc chồng nhau. Hãy kiểm tra lại các mốc."]
            )


def _threshold(head: str, items: Sequence[str]) -> Params:
    return {**_ratio(head), "threshold": _decimal(items[0] if items else "")}


def _formula(head: str, items: Sequence[str]) -> Params:
    formula = items[0] if items else ""
    if "=" in head:
        return {"formula": formula, "variables": [_variable(item) for item in re.split(r"[|\n]", head)]}
    if formula.replace(" ", "") != "x/y":
        raise RuleError(["Hãy khai báo các biến trước “::”, ví dụ: x=Số đạt|y=Tổng số :: x / y."])
    named = _ratio(head or "Số đã hoàn thành / Số được giao")
    params = proportional(str(named["done"]), str(named["assigned"])).to_params()
    for row in params["variables"]:  # type: ignore[attr-defined]
        row["measure"] = named["measure"]
    return params


def _variable(item: str) -> Params:
    name, _, title = item.partition("=")
    found = _VARIABLE.fullmatch(name.strip())
    if not found or not title.strip():
        raise RuleError([f"Biến “{item.strip()}” không đọc được. Hãy viết như: x=Số đạt."])
    measure = InputKind.NUMBER if title.strip().startswith(AMOUNT) else InputKind.COUNT
    words = title.strip().removeprefix(AMOUNT).strip()
    row: Params = {"name": found[1], "title": words, "measure": measure.value}
    return {**row, "at_most": found[2]} if found[2] else row


def _declining(head: str, items: Sequence[str]) -> Params:
    step = (items[0] if items else "").lstrip("-−").strip()
    return _titled(head, {"step": _decimal(step)})


def _direct(head: str, items: Sequence[str]) -> Params:
    if head or items:
        raise RuleError(["Nhập điểm trực tiếp thì không có tham số."])
    return {}


_READERS: dict[RuleType, Callable[[str, Sequence[str]], Params]] = {
    RuleType.OPTION: _options,
    RuleType.PASS_FAIL: _pass_fail,
    RuleType.BANDS: _bands,
    RuleType.FORMULA: _formula,
    RuleType.THRESHOLD: _threshold,
    RuleType.DECLINING: _declining,
    RuleType.DIRECT: _direct,
}


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def _write_ratio(rule: BandsRule | ThresholdRule) -> str:
    measure = f"{AMOUNT} " if rule.ratio.measure is InputKind.NUMBER else ""
    return f"{measure}{rule.ratio.done} / {rule.ratio.assigned}"


def _write_options(rule: OptionRule) -> tuple[str, str]:
    body = "|".join(f"{option.title}={_plain(option.points)}" for option in rule.options)
    return rule.title, body


def _write_bands(rule: BandsRule) -> tuple[str, str]:
    rows = [f"{_bounds(rule, place)}={_plain(band.points)}" for place, band in enumerate(rule.bands)]
    return _write_ratio(rule), "|".join(rows)


def _bounds(rule: BandsRule, place: int) -> str:
    """The band at ``place`` as it is typed: ">90", "70-90", "<70"."""
    band, above = rule.bands[place], rule.bands[place - 1] if place else None
    if above and band.inclusive and not band.lower:
        return f"{'<' if above.inclusive else '≤'}{_plain(above.lower)}"
    sign = "" if band.inclusive else ">"
    if above is None:
        return f"{sign or '≥'}{_plain(band.lower)}"
    return f"{sign}{_plain(band.lower)}-{'<' if above.inclusive else ''}{_plain(above.lower)}"


def _write_formula(rule: FormulaRule) -> tuple[str, str]:
    return "|".join(_write_variable(variable) for variable in rule.variables), rule.formula.text


def _write_variable(variable: Variable) -> str:
    name = f"{variable.name}≤{variable.at_most}" if variable.at_most else variable.name
    measure = f"{AMOUNT} " if variable.measure is InputKind.NUMBER else ""
    return f"{name}={measure}{variable.title}"


def _write_pass_fail(rule: PassFailRule) -> tuple[str, str]:
    return rule.title, f"{rule.passed}|{rule.failed}"


def _write_threshold(rule: ThresholdRule) -> tuple[str, str]:
    return _write_ratio(rule), f"{_plain(rule.threshold)}%"


def _write_declining(rule: DecliningRule) -> tuple[str, str]:
    return rule.title, _plain(rule.step)


def _write_direct(rule: Rule) -> tuple[str, str]:
    return "", ""


_WRITERS: dict[RuleType, Callable[..., tuple[str, str]]] = {
    RuleType.OPTION: _write_options,
    RuleType.PASS_FAIL: _write_pass_fail,
    RuleType.BANDS: _write_bands,
    RuleType.FORMULA: _write_formula,
    RuleType.THRESHOLD: _write_threshold,
    RuleType.DECLINING: _write_declining,
    RuleType.DIRECT: _write_direct,
}
