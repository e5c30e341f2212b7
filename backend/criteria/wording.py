"""A rule in words: what a person reads beside a leaf before scoring it. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from backend.core.exact import format_points
from backend.criteria.rules import (
    BandsRule,
    CountedRule,
    DecliningRule,
    ExternalRule,
    FormulaRule,
    InputSpec,
    LevelsRule,
    OptionRule,
    PassFailRule,
    Rule,
    RuleError,
    RuleType,
    SurveyRule,
    ThresholdRule,
)
from backend.criteria.rules.formulas import MAXIMUM

Inputs = Mapping[str, str | int]


@dataclass(frozen=True)
class Wording:
    """``title`` is the way of scoring, ``lines`` what it gives, one sentence or level each.

    ``example`` is one worked out with invented numbers, empty where the lines say it all.
    """

    title: str
    lines: tuple[str, ...]
    example: str = ""


def in_words(rule: Rule, max_points: Decimal, *, by_host: bool = False) -> Wording:
    """Return the rule of a leaf of ``max_points`` in Vietnamese words; ``by_host``: whoever runs the round enters it."""
    lines = tuple(_WORDS[rule.kind](rule, max_points))
    if by_host:
        lines = (*lines, "Cơ quan tổ chức nhập, kèm nguồn số liệu")
    return Wording(rule.kind.label, lines, _example(rule, max_points))


def _example(rule: Rule, max_points: Decimal) -> str:
    """Return the rule's own sentence for the first invented numbers that it takes; empty where it refuses all."""
    samples = _SAMPLES[rule.kind](rule) if rule.kind in _SAMPLES else ()
    return next((said for inputs in samples if (said := _applied(rule, inputs, max_points))), "")


def _applied(rule: Rule, inputs: Inputs, max_points: Decimal) -> str:
    try:
        return rule.apply(inputs, max_points).explained
    except RuleError:
        return ""


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
    return [
        asked,
        *(f"{_capital(rule.words(n))}: {_points(band.points)}" for n, band in enumerate(rule.bands)),
    ]


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
    most = {MAXIMUM: _short(max_points)}
    lines = [f"{named.title or 'Điểm'} = {named.formula.with_values(most)}" for named in rule.formulas]
    return [
        *lines,
        *(f"{v.name}: {spec.label}" for v, spec in zip(rule.variables, _asked(rule), strict=True)),
    ]


def _asked(rule: FormulaRule) -> tuple[InputSpec, ...]:
    return rule.inputs[1:] if rule.chooses else rule.inputs


def _counted(rule: CountedRule, max_points: Decimal) -> list[str]:
    return [
        f"Mỗi {rule.unit or 'đơn vị đếm'} ({_small(rule.title)}) được {_points(rule.step)}",
        f"Cộng dồn, nhiều nhất {_points(max_points)}",
    ]


def _declining(rule: DecliningRule, max_points: Decimal) -> list[str]:
    return [
        f"Không có trường hợp nào: {_points(max_points)}",
        f"Mỗi trường hợp ({_small(rule.title)}) trừ {_points(rule.step)}, không thấp hơn 0 điểm",
    ]


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _levels(rule: LevelsRule, max_points: Decimal) -> list[str]:
    worth = [choice.worth(max_points) for choice in rule.inputs[0].choices]
    return [
        f"{level.title}: {_short(level.percent)} % = {_points(points)}"
        for level, points in zip(rule.levels, worth, strict=True)
        if points is not None
    ]


def _survey(rule: SurveyRule, max_points: Decimal) -> list[str]:
    weights = "; ".join(f"{answer.title} {_short(answer.weight)} %" for answer in rule.answers)
    return [
        f"Mỗi câu trả lời được tính: {weights}",
        f"Điểm = tỷ lệ trung bình của các câu trả lời × {_points(max_points)}",
    ]


def _external(rule: ExternalRule, max_points: Decimal) -> list[str]:
    return [f"Điểm = {rule.title} (%) × {_points(max_points)}"]


def _direct(rule: Rule, max_points: Decimal) -> list[str]:
    return [f"Nhập từ 0 đến {_points(max_points)}"]


_WORDS: dict[RuleType, Callable[..., list[str]]] = {
    RuleType.OPTION: _option,
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


def _numbers_of(rule: FormulaRule) -> Iterator[Inputs]:
    # What is done of what was assigned; then few, for formulas that count or take off.
    for part, whole in ((47, 50), (1, 2), (1, 1), (0, 1), (0, 0)):
        numbers = {v.name: part if v.at_most else whole for v in rule.variables}
        yield {"formula": rule.formulas[0].key, **numbers} if rule.chooses else numbers


def _counts_of(rule: SurveyRule) -> Iterator[Inputs]:
    few = (5, 3, 2)
    yield {a.key: few[n] if n < len(few) else 0 for n, a in enumerate(rule.answers)}


def _always(**inputs: str | int) -> Callable[[Rule], tuple[Inputs]]:
    return lambda _rule: (inputs,)


_SAMPLES: dict[RuleType, Callable[..., Iterable[Inputs]]] = {
    RuleType.BANDS: _always(done=47, assigned=50),
    RuleType.THRESHOLD: _always(done=47, assigned=50),
    RuleType.FORMULA: _numbers_of,
    RuleType.COUNTED: _always(cases=3),
    RuleType.DECLINING: _always(cases=1),
    RuleType.SURVEY: _counts_of,
    RuleType.EXTERNAL: _always(percent="83.28"),
}
