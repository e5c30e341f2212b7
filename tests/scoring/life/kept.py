"""What the database keeps, read after every act: the cards as plain values, and the history that was written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import connection

from backend.core.points import to_points
from backend.rounds.models import Extension, Round, Step
from backend.scoring.models import (
    Deduction,
    Delegation,
    Explanation,
    Mark,
    OwnCouncil,
    OwnMember,
    OwnOpinion,
    Score,
    Scorecard,
    Signature,
    StepTotal,
)
from tests.scoring.life.plain_card import LEAVES, SELF, Card
from tests.scoring.life.plain_moves import Act
from tests.scoring.life.stage import Stage

WATCHED: list[Any] = [
    Scorecard, Score, Mark, Explanation, Signature, Deduction, Delegation,
    OwnCouncil, OwnMember, OwnOpinion, Extension, Round,
]  # fmt: skip
# Acts whose words stand as the reason of every row they write.
SAID = (
    "move",
    "appraise",
    "decide",
    "deduct",
    "undeduct",
    "leave_out",
    "put_back",
    "unask",
    "ask",
    "dismiss_council",
)

Rows = dict[Any, dict[str, Any]]


@dataclass(frozen=True)
class Written:
    """One new history row: of which live row, by whom, why."""

    model: Any
    key: Any
    kind: str
    user: int | None
    name: str
    reason: str


class Keeper:
    """Reads what is kept and remembers how it stood after the last act."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.fields = {
            model: [one.attname for one in model.history.model.tracked_fields] for model in WATCHED
        }
        self.units = {card.pk: unit for unit, card in stage.cards.items()}
        self.codes = dict(Score.objects.values_list("pk", "code"))
        self.steps = dict(Step.objects.filter(round=stage.round).values_list("pk", "order"))
        self.names = {user.pk: name for name, user in stage.users.items()}
        self.last = dict.fromkeys(WATCHED, 0)
        self.union = " UNION ALL ".join(self._new_rows(number) for number in range(len(WATCHED)))
        self.begin()

    def begin(self) -> None:
        """Take what stands now as what stood before the next act."""
        self.written()
        self.rows = self.read()

    def _new_rows(self, number: int) -> str:
        history = WATCHED[number].history.model._meta
        return (
            f"SELECT {number}, history_id, id, history_type, history_user_id, actor_name, history_change_reason "
            f"FROM {history.db_table} WHERE history_id > %s"
        )

    def written(self) -> list[Written]:
        """Return the history rows written since the last call."""
        with connection.cursor() as cursor:
            cursor.execute(self.union, [self.last[model] for model in WATCHED])
            found = cursor.fetchall()
        for number, history_id, *_rest in found:
            self.last[WATCHED[number]] = max(self.last[WATCHED[number]], history_id)
        return [Written(WATCHED[number], *rest) for number, _history_id, *rest in found]

    def read(self) -> dict[Any, Rows]:
        """Return every watched row as history would keep it."""
        return {
            model: {
                row["pk"]: row
                for row in model._default_manager.order_by("pk").values("pk", *self.fields[model])
            }
            for model in WATCHED
        }

    def after(self, act: Act, *, accepted: bool) -> list[str]:
        """Return what is wrong with the history of the act, and remember what stands now."""
        before, self.rows = self.rows, self.read()
        rows = self.written()
        changed = _changed(before, self.rows)
        if not accepted:
            return [f"refused, and yet changed: {changed or rows}"] if changed or rows else []
        return [*_told(changed, rows), *self._authors(act, rows)]

    def _authors(self, act: Act, rows: list[Written]) -> list[str]:
        user = self.stage.users[act.who]
        wrong = [
            f"by {row.name}, not {act.who}: {row}"
            for row in rows
            if (row.user, row.name) != (user.pk, act.who)
        ]
        if act.name in SAID and act.says("reason"):
            wrong += [f"without its reason: {row}" for row in rows if row.reason != act["reason"]]
        return wrong

    def card(self, unit: str) -> dict[str, Any]:
        """Return the card as kept, in the words of ``plain``."""
        pk = self.stage.cards[unit].pk
        row = self.rows[Scorecard][pk]
        scores = {score["pk"]: score for score in self.rows[Score].values() if score["card_id"] == pk}
        return {
            "state": row["state"],
            "done": self.steps.get(row["step_id"], 0),
            "texts": (row["difficulties"], row["proposals"]),
            "out": {score["code"] for score in scores.values() if not score["applies"]},
            "marks": {
                self._at(mark): _mark(mark, self._at(mark))
                for mark in self._of(Mark, scores)
                if mark["version"]
            },
            "questions": {
                self._at(one): (one["question"], one["answer"], one["version"])
                for one in self._of(Explanation, scores)
            },
            "signed": [
                (one["move"], self.names[one["signer_id"]], one["voided_at"] is not None)
                for one in self._on(Signature, pk)
            ],
            "taken": self._taken(pk),
            "council": self._council(pk),
            "opinions": self._opinions(pk, scores),
            "totals": self._totals(pk),
        }

    def _at(self, row: dict[str, Any]) -> tuple[int, str]:
        return self.steps[row["step_id"]], self.codes[row["score_id"]]

    def _of(self, model: Any, scores: dict[Any, Any]) -> list[dict[str, Any]]:
        return [row for row in self.rows[model].values() if row["score_id"] in scores]

    def _on(self, model: Any, pk: int) -> list[dict[str, Any]]:
        return [row for row in self.rows[model].values() if row["card_id"] == pk]

    def _taken(self, pk: int) -> list[tuple[str, int, bool]]:
        rows = self._on(Deduction, pk)
        back = {row["withdraws_id"] for row in rows}
        return [
            (row["code"], thousandths(row["points"]) or 0, row["pk"] in back)
            for row in rows
            if row["withdraws_id"] is None
        ]

    def _council(self, pk: int) -> tuple[bool, dict[str, str]]:
        found = next(iter(self._on(OwnCouncil, pk)), None)
        if found is None:
            return False, {}
        members = [row for row in self.rows[OwnMember].values() if row["council_id"] == found["pk"]]
        return found["is_on"], {self.names[row["person_id"]]: row["role"] for row in members}

    def _opinions(self, pk: int, scores: dict[Any, Any]) -> dict[tuple[str, str], str]:
        sittings = [row["pk"] for row in self._on(Signature, pk) if row["move"] == "refer"]
        return {
            (self.names[row["person_id"]], self.codes[row["score_id"]]): row["verdict"]
            for row in self._of(OwnOpinion, scores)
            if sittings and row["sitting_id"] == sittings[-1]
        }

    def _totals(self, pk: int) -> dict[int, tuple[int, int]]:
        rows = StepTotal.objects.filter(card=pk).values_list("step_id", "total", "given")
        found = {self.steps[step]: (thousandths(total) or 0, given) for step, total, given in rows}
        return {step: sums for step, sums in found.items() if sums != (0, 0)}


def thousandths(points: Any) -> int | None:
    """Return points as whole thousandths."""
    return None if points is None else int(to_points(points) * 1000)


def _mark(row: dict[str, Any], at: tuple[int, str]) -> tuple[Any, ...]:
    own = row["note"] if at[0] == SELF else row["reason"]
    return thousandths(row["points"]), thousandths(row["from_points"]), own, row["version"]


def _changed(before: dict[Any, Rows], after: dict[Any, Rows]) -> Counter[tuple[Any, Any, str]]:
    found: Counter[tuple[Any, Any, str]] = Counter()
    for model in WATCHED:
        old, new = before[model], after[model]
        found.update((model, key, "+") for key in new.keys() - old.keys())
        found.update((model, key, "-") for key in old.keys() - new.keys())
        found.update((model, key, "~") for key in new.keys() & old.keys() if new[key] != old[key])
    return found


def _told(changed: Counter[tuple[Any, Any, str]], rows: list[Written]) -> list[str]:
    """Each change has exactly one row; what was put down again as it was has at most one."""
    told = Counter((row.model, row.key, row.kind) for row in rows)
    wrong = [f"{number} rows of one change: {what}" for what, number in told.items() if number > 1]
    return wrong + [f"not in history: {what}" for what in changed if what not in told]


def plain(card: Card) -> dict[str, Any]:
    """Return the model's card in the words of ``Keeper.card``."""
    return {
        "state": card.state,
        "done": card.done,
        "texts": card.texts,
        "out": card.out,
        "marks": {
            at: (mark.points, mark.before, mark.note if at[0] == SELF else mark.reason, mark.version)
            for at, mark in card.marks.items()
            if mark.version
        },
        "questions": {at: (one.text, one.answer, one.version) for at, one in card.questions.items()},
        "signed": [(one.move, one.who, one.void) for one in card.signed],
        "taken": [(one.code, one.points, one.back) for one in card.taken],
        "council": (card.council_on, card.council),
        "opinions": card.opinions,
        "totals": {step: sums for step in range(1, 6) if (sums := _sums(card, step)) != (0, 0)},
    }


def _sums(card: Card, step: int) -> tuple[int, int]:
    points = [card.given(step, code).points for code in LEAVES if code not in card.out]
    given = [one for one in points if one is not None]
    return sum(given), len(given)
