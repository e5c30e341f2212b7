"""A rule in words: what a person reads beside a leaf before scoring it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from backend.core.exact import format_points
from backend.criteria.rules import (
    BandsRule,
    DecliningRule,
    FormulaRule,
    OptionRule,
    PassFailRule,
    Rule,
    RuleType,
    ThresholdRule,
)
from backend.criteria.rules.formulas import MAXIMUM


@dataclass(frozen=True)
class Wording:
    """``title`` is the way of scoring, ``lines`` what it gives, one sentence or level each."""

    title: str
    lines: tuple[str, ...]


def in_words(rule: Rule, max_points: Decimal) -> Wording:
    """Return the rule of a leaf of ``max_points`` in Vietnamese words."""
    return Wording(rule.kind.label, tuple(_WORDS[rule.kind](rule, max_points)))


def _points(points: Decimal) -> str:
    return f"{_short(points)} điểm"


def _short(number: Decimal) -> str:
    text = format_points(number)
    return text.rstrip("0").rstrip(",") if "," in text else text


def _option(rule: OptionRule, max_points: Decimal) -> list[str]:
    return [f"{option.title}: {_points(option.points)}" for option in rule.options]


def _pass_fail(rule: PassFailRule, max_points: Decimal) -> list[str]:
    return [f"{rule.passed}: {_points(max_points)}", f"{rule.failed}: 0 điểm"]


def _bands(rule: BandsRule, max_points: Decimal) -> list[str]:
    asked = f"Tỷ lệ = {rule.ratio.done} ÷ {rule.ratio.assigned} × 100 %"
    lines = [
        f"{_capital(rule.words(place))}: {_points(band.points)}" for place, band in enumerate(rule.bands)
    ]
    return [asked, *lines]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _threshold(rule: ThresholdRule, max_points: Decimal) -> list[str]:
    done, assigned = rule.ratio.done, rule.ratio.assigned
    bound = f"{_short(rule.threshold)} %"
    return [
        f"Tỷ lệ = {done} ÷ {assigned} × 100 %",
        f"Dưới {bound}: 0 điểm",
        f"Từ {bound} trở lên: tỷ lệ × {_points(max_points)}",
    ]


def _formula(rule: FormulaRule, max_points: Decimal) -> list[str]:
    shown = rule.formula.with_values({MAXIMUM: _short(max_points)})
    return [f"Điểm = {shown}", *(f"{v.name}: {v.title}" for v in rule.variables)]


def _declining(rule: DecliningRule, max_points: Decimal) -> list[str]:
    return [
        f"Không có trường hợp nào: {_points(max_points)}",
        f"Mỗi trường hợp ({_small(rule.title)}) trừ {_points(rule.step)}, không thấp hơn 0 điểm",
    ]


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _direct(rule: Rule, max_points: Decimal) -> list[str]:
    return [f"Cơ quan tổ chức nhập từ 0 đến {_points(max_points)}, kèm nguồn số liệu"]


_WORDS: dict[RuleType, Callable[..., list[str]]] = {
    RuleType.OPTION: _option,
    RuleType.PASS_FAIL: _pass_fail,
    RuleType.BANDS: _bands,
    RuleType.FORMULA: _formula,
    RuleType.THRESHOLD: _threshold,
    RuleType.DECLINING: _declining,
    RuleType.DIRECT: _direct,
}
