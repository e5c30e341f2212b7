"""How a leaf gives points: one frozen dataclass for each way, all through ``parse_rule``. Pure, no Django.

Read in this order: base (Rule, outcome), inputs (what a rule asks for), reading (strict parameters, errors),
choices (R1, R2, R8), ratios (R3, R5), formulas (R4), counts (R6, R7), surveys (R9, R10), direct (points entered
by the host). A new way of scoring is a new dataclass and one line in ``RULES``.
"""

from collections.abc import Mapping

from .base import Choice, InputKind, InputSpec, Outcome, Rule, RuleError, RuleType
from .choices import Level, LevelsRule, Option, OptionRule, PassFailRule
from .counts import CountedRule, DecliningRule
from .direct import DirectRule
from .formulas import FormulaRule, NamedFormula, Variable, proportional
from .ratios import Band, BandsRule, Ratio, ThresholdRule
from .reading import Params
from .surveys import Answer, ExternalRule, SurveyRule

__all__ = [
    "RULES",
    "Answer",
    "Band",
    "BandsRule",
    "Choice",
    "CountedRule",
    "DecliningRule",
    "DirectRule",
    "ExternalRule",
    "FormulaRule",
    "InputKind",
    "InputSpec",
    "Level",
    "LevelsRule",
    "NamedFormula",
    "Option",
    "OptionRule",
    "Outcome",
    "PassFailRule",
    "Ratio",
    "Rule",
    "RuleError",
    "RuleType",
    "SurveyRule",
    "ThresholdRule",
    "Variable",
    "parse_rule",
    "proportional",
]

RULES: dict[RuleType, type[Rule]] = {
    rule.kind: rule
    for rule in (
        OptionRule,
        PassFailRule,
        BandsRule,
        FormulaRule,
        ThresholdRule,
        CountedRule,
        DecliningRule,
        LevelsRule,
        SurveyRule,
        ExternalRule,
        DirectRule,
    )
}


def parse_rule(kind: str, params: Mapping[str, object]) -> Rule:
    """The typed rule of ``kind`` (a RuleType value) with ``params`` as stored.

    Strict: unknown names, wrong types and floats are refused. Raises RuleError with every problem found.
    """
    try:
        rule = RULES[RuleType(kind)]
    except ValueError:
        known = ", ".join(RULES)
        raise RuleError([f"Không có cách chấm “{kind}”. Các cách chấm: {known}."]) from None
    if not isinstance(params, Mapping):
        raise RuleError(["Tham số của cách chấm phải là một bảng tên và giá trị."])
    reader = Params(params)
    parsed = rule.read(reader)
    reader.finish()
    return parsed
