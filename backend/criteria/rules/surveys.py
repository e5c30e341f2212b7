"""R9, R10: a percentage of the maximum that others gave: the people asked, or the makers of an index."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Self

from .base import InputKind, InputSpec, Rule, RuleError, RuleType, Values
from .inputs import HUNDRED, part_of, said_percent, shown
from .reading import Params, plain


@dataclass(frozen=True)
class Answer:
    """One answer of a survey's question, worth ``weight`` percent. ``key`` names its count."""

    key: str
    title: str
    weight: Decimal


# The weights of Yên Bái's survey program (dossier, section 5, R9).
USUAL = (
    Answer("1", "A", Decimal("100.000")),
    Answer("2", "B", Decimal("60.000")),
    Answer("3", "C", Decimal("20.000")),
    Answer("4", "D", Decimal("0.000")),
)


@dataclass(frozen=True)
class SurveyRule(Rule):
    """R9: the mean weight of all answers × the maximum. 5 A, 3 B and 2 C make 72 %; of 2 points: 1,44."""

    answers: tuple[Answer, ...] = USUAL
    kind: ClassVar[RuleType] = RuleType.SURVEY

    @classmethod
    def read(cls, params: Params) -> Self:
        if not params.has("answers"):
            params.asked.add("answers")
            return cls()
        rows = params.rows("answers")
        answers = tuple(_answer(row, number) for number, row in enumerate(rows, 1))
        for key, times in Counter(answer.key for answer in answers).items():
            if times > 1:
                params.wrong(f"Mã phương án “{key}” bị trùng.")
        return cls(answers)

    def to_params(self) -> dict[str, object]:
        rows = [{"key": a.key, "title": a.title, "weight": plain(a.weight)} for a in self.answers]
        return {"answers": rows}

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        return tuple(InputSpec(a.key, f"Số trả lời {a.title}") for a in self.answers)

    def compute(self, values: Values, max_points: Decimal) -> tuple[Fraction, str]:
        counts = [values.numbers[answer.key] for answer in self.answers]
        asked = sum(counts, Fraction(0))
        if not asked:
            raise RuleError(
                ["Chưa có câu trả lời nào nên không tính được điểm. Hãy kiểm tra lại số trả lời."]
            )
        pairs = list(zip(counts, self.answers, strict=True))
        worth = sum((count * Fraction(answer.weight) for count, answer in pairs), Fraction(0))
        mean = Fraction(worth, asked)
        work = " + ".join(f"{shown(count)} {a.title} × {shown(a.weight)} %" for count, a in pairs)
        lead = f"({work}) / {shown(asked)} câu trả lời {said_percent(mean)}"
        return part_of(max_points, mean), f"{lead}, tính trên {shown(max_points)} điểm ="

    def problems(self, max_points: Decimal) -> list[str]:
        titles = Counter(answer.title for answer in self.answers)
        twice = [f"Hai phương án trùng tên “{title}”." for title, times in titles.items() if times > 1]
        if any(answer.weight == HUNDRED for answer in self.answers):
            return twice
        return [*twice, "Không có phương án nào được 100 % nên không ai đạt điểm tối đa."]


def _answer(row: Params, number: int) -> Answer:
    answer = Answer(row.key(number), row.text("title"), row.number("weight", high=HUNDRED))
    row.close()
    return answer


@dataclass(frozen=True)
class ExternalRule(Rule):
    """R10: an index of others in percent × the maximum. SIPAS 83,28 % of 10 points: 8,328."""

    title: str = "Chỉ số"
    kind: ClassVar[RuleType] = RuleType.EXTERNAL

    @classmethod
    def read(cls, params: Params) -> Self:
        return cls(params.text("title", cls.title))

    def to_params(self) -> dict[str, object]:
        return {"title": self.title}

    @property
    def inputs(self) -> tuple[InputSpec, ...]:
        return (InputSpec("percent", self.title, InputKind.NUMBER, maximum=HUNDRED, unit="%"),)

    def compute(self, values: Values, max_points: Decimal) -> tuple[Fraction, str]:
        percent = values.numbers["percent"]
        lead = f"{self.title}: {shown(percent)} % × {shown(max_points)} ="
        return part_of(max_points, percent), lead
