"""A rule to the short text."""

from collections.abc import Callable, Iterable
from typing import Any

from backend.criteria.rules import (
    BandsRule,
    CountedRule,
    DecliningRule,
    ExternalRule,
    FormulaRule,
    InputKind,
    LevelsRule,
    OptionRule,
    PassFailRule,
    Rule,
    RuleType,
    SurveyRule,
    ThresholdRule,
    Variable,
)
from backend.criteria.rules.reading import AMOUNT, plain

from .reading import HEAD, KEYED


def to_compact(rule: Rule) -> str:
    """Return the text that ``read_compact`` reads back as the same rule."""
    head, body = _WRITERS[rule.kind](rule)
    return f"{head} {HEAD} {body}".strip() if head else body


def _amount(measure: InputKind) -> str:
    return f"{AMOUNT} " if measure is InputKind.NUMBER else ""


def _measured(title: str, unit: str) -> str:
    return f"{title} [{unit}]" if unit else title


def _write_ratio(rule: BandsRule | ThresholdRule) -> str:
    ratio = rule.ratio
    return f"{_amount(ratio.measure)}{ratio.done} / {_measured(ratio.assigned, ratio.unit)}"


def _join(rows: Iterable[tuple[Any, str]]) -> str:
    """Write each row and its value as "title=value", with its key where that is not its place."""
    return "|".join(
        f"{_key(row.key, row.title, place)}{row.title}={value}" for place, (row, value) in enumerate(rows, 1)
    )


def _key(key: str, title: str, place: int) -> str:
    # A title that looks like a key needs one before it, or it would be read as one.
    return "" if key == str(place) and not KEYED.fullmatch(title) else f"{key}# "


def _write_options(rule: OptionRule) -> tuple[str, str]:
    return rule.title, _join((option, plain(option.points)) for option in rule.options)


def _write_levels(rule: LevelsRule) -> tuple[str, str]:
    return rule.title, _join((level, f"{plain(level.percent)}%") for level in rule.levels)


def _write_survey(rule: SurveyRule) -> tuple[str, str]:
    return "", _join((answer, f"{plain(answer.weight)}%") for answer in rule.answers)


def _write_bands(rule: BandsRule) -> tuple[str, str]:
    rows = [f"{_bounds(rule, place)}={plain(band.points)}" for place, band in enumerate(rule.bands)]
    return _write_ratio(rule), "|".join(rows)


def _bounds(rule: BandsRule, place: int) -> str:
    """The band at ``place`` as it is typed: ">90", "70-90", "<70"."""
    band, above = rule.bands[place], rule.bands[place - 1] if place else None
    if above and band.inclusive and not band.lower:
        return f"{'<' if above.inclusive else '≤'}{plain(above.lower)}"
    sign = "" if band.inclusive else ">"
    if above is None:
        return f"{sign or '≥'}{plain(band.lower)}"
    return f"{sign}{plain(band.lower)}-{'<' if above.inclusive else ''}{plain(above.lower)}"


def _write_formula(rule: FormulaRule) -> tuple[str, str]:
    variables = "|".join(_write_variable(variable) for variable in rule.variables)
    if rule.chooses:
        return variables, _join((named, named.formula.text) for named in rule.formulas)
    return variables, rule.formulas[0].formula.text


def _write_variable(variable: Variable) -> str:
    name = f"{variable.name}≤{variable.at_most}" if variable.at_most else variable.name
    return f"{name}={_amount(variable.measure)}{_measured(variable.title, variable.unit)}"


def _write_pass_fail(rule: PassFailRule) -> tuple[str, str]:
    return rule.title, f"{rule.passed}|{rule.failed}"


def _write_threshold(rule: ThresholdRule) -> tuple[str, str]:
    return _write_ratio(rule), f"{plain(rule.threshold)}%"


def _write_counted(rule: CountedRule | DecliningRule) -> tuple[str, str]:
    return _measured(rule.title, rule.unit), plain(rule.step)


def _write_external(rule: ExternalRule) -> tuple[str, str]:
    return "", rule.title


def _write_direct(rule: Rule) -> tuple[str, str]:
    return "", ""


_WRITERS: dict[RuleType, Callable[..., tuple[str, str]]] = {
    RuleType.OPTION: _write_options,
    RuleType.PASS_FAIL: _write_pass_fail,
    RuleType.BANDS: _write_bands,
    RuleType.FORMULA: _write_formula,
    RuleType.THRESHOLD: _write_threshold,
    RuleType.COUNTED: _write_counted,
    RuleType.DECLINING: _write_counted,
    RuleType.LEVELS: _write_levels,
    RuleType.SURVEY: _write_survey,
    RuleType.EXTERNAL: _write_external,
    RuleType.DIRECT: _write_direct,
}
