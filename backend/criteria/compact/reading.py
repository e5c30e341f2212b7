"""The short text to a rule, with sentences about what can't be read."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise

from backend.criteria.rules import InputKind, Rule, RuleError, RuleType, parse_rule, proportional
from backend.criteria.rules.reading import AMOUNT

HEAD = "::"
KEYED = re.compile(r"([A-Za-z0-9_]{1,20})#\s*(.*)", re.ASCII)

_NUMBER = r"(\d+(?:[.,]\d+)?)"
_SPAN = re.compile(rf"(>=|≥|>|)\s*{_NUMBER}(?:\s*[-–]\s*(<|)\s*{_NUMBER})?")
_BELOW = re.compile(rf"(<=|≤|<)\s*{_NUMBER}")
_VARIABLE = re.compile(r"([A-Za-z_]\w*)(?:\s*(?:<=|≤)\s*([A-Za-z_]\w*))?", re.ASCII)
_MEASURED = re.compile(r"(.*?)\s*\[([^\[\]]*)\]")

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


def _rows(items: Sequence[str], value: str, wanted: str) -> list[Params]:
    """Return "key# title=value" of each item by name; ``wanted`` says in words what is missing otherwise."""
    rows = []
    for item in items:
        title, _, given = item.rpartition("=")
        if not title.strip():
            raise RuleError([f"Mức “{item}” {wanted}."])
        keyed = KEYED.fullmatch(title.strip())
        key = {"key": keyed[1]} if keyed else {}
        rows.append({**key, "title": keyed[2] if keyed else title.strip(), value: given.strip()})
    return rows


def _numbers(rows: list[Params], value: str) -> list[Params]:
    return [{**row, value: _decimal(str(row[value]))} for row in rows]


def _options(head: str, items: Sequence[str]) -> Params:
    rows = _numbers(_rows(items, "points", "chưa có điểm. Hãy viết như: kịp thời=1"), "points")
    return _titled(head, {"options": rows})


def _levels(head: str, items: Sequence[str]) -> Params:
    rows = _numbers(_rows(items, "percent", "chưa có tỷ lệ. Hãy viết như: tốt=75%"), "percent")
    return _titled(head, {"levels": rows})


def _survey(head: str, items: Sequence[str]) -> Params:
    if head:
        raise RuleError(["Điều tra xã hội học không có phần trước “::”; chỉ viết như: A=100%|B=60%."])
    rows = _numbers(_rows(items, "weight", "chưa có tỷ lệ. Hãy viết như: A=100%"), "weight")
    return {"answers": rows} if rows else {}


def _titled(head: str, params: Params) -> Params:
    return {"title": head, **params} if head else params


def _decimal(text: str) -> str:
    return text.strip().removesuffix("%").strip().replace(",", ".")


def _one(items: Sequence[str], example: str) -> str:
    """Return the only item. Raises RuleError where there are more; none is empty."""
    if len(items) > 1:
        raise RuleError([f"Chỉ viết một giá trị, không phải {len(items)}. Hãy viết như: {example}."])
    return items[0] if items else ""


def _pass_fail(head: str, items: Sequence[str]) -> Params:
    if len(items) not in (0, 2):
        raise RuleError(["Hãy viết hai kết quả, ví dụ: đạt|không đạt, hoặc để trống."])
    names = ("passed", "failed")
    return _titled(head, dict(zip(names, items, strict=False)))


def _unit(text: str) -> tuple[str, Params]:
    """Return "Số việc [việc]" as the title and the unit of measure, the latter by its name."""
    found = _MEASURED.fullmatch(text.strip())
    return (found[1], {"unit": found[2].strip()}) if found else (text.strip(), {})


def _ratio(head: str) -> Params:
    if not head:
        return {}
    measure = InputKind.NUMBER if head.startswith(AMOUNT) else InputKind.COUNT
    done, slash, rest = head.removeprefix(AMOUNT).partition(" / ")
    if not slash:
        raise RuleError([f"“{head}”: hãy viết tử số và mẫu số, cách nhau bằng “ / ”."])
    assigned, unit = _unit(rest)
    return {"done": done.strip(), "assigned": assigned, "measure": measure.value, **unit}


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
    return {**_ratio(head), "threshold": _decimal(_one(items, "80%"))}


def _formula(head: str, items: Sequence[str]) -> Params:
    if "=" in head:
        variables = [_variable(item) for item in re.split(r"[|\n]", head) if item.strip()]
        return {**_formulas(items), "variables": variables}
    if _one(items, "x/y").replace(" ", "") != "x/y":
        raise RuleError(["Hãy khai báo các biến trước “::”, ví dụ: x=Số đạt|y=Tổng số :: x / y."])
    named = _ratio(head or "Số đã hoàn thành / Số được giao")
    measure, unit = InputKind(str(named["measure"])), str(named.get("unit", ""))
    return proportional(str(named["done"]), str(named["assigned"]), measure=measure, unit=unit).to_params()


def _formulas(items: Sequence[str]) -> Params:
    """Return the one formula, or the several that have names to be chosen by."""
    if len(items) == 1 and "=" not in items[0]:
        return {"formula": items[0]}
    rows = _rows(
        items, "formula", "chưa có tên. Nhiều công thức thì viết như: Tính theo hồ sơ=x / y * max_points"
    )
    return {"formulas": rows} if rows else {"formula": ""}


def _variable(item: str) -> Params:
    name, _, title = item.partition("=")
    found = _VARIABLE.fullmatch(name.strip())
    if not found or not title.strip():
        raise RuleError([f"Biến “{item.strip()}” không đọc được. Hãy viết như: x=Số đạt."])
    measure = InputKind.NUMBER if title.strip().startswith(AMOUNT) else InputKind.COUNT
    words, unit = _unit(title.strip().removeprefix(AMOUNT))
    row: Params = {"name": found[1], "title": words, "measure": measure.value, **unit}
    return {**row, "at_most": found[2]} if found[2] else row


def _counted(head: str, items: Sequence[str]) -> Params:
    title, unit = _unit(head)
    return _titled(title, {"step": _decimal(_one(items, "0.5")), **unit})


def _declining(head: str, items: Sequence[str]) -> Params:
    # "-0.5" is what comes off.
    return _counted(head, [item.lstrip("-−") for item in items])


def _external(head: str, items: Sequence[str]) -> Params:
    return _titled(_one([*([head] if head else []), *items], "Chỉ số hài lòng (SIPAS)"), {})


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
    RuleType.COUNTED: _counted,
    RuleType.DECLINING: _declining,
    RuleType.LEVELS: _levels,
    RuleType.SURVEY: _survey,
    RuleType.EXTERNAL: _external,
    RuleType.DIRECT: _direct,
}
