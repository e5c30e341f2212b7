"""What the database keeps, read after every act: the cards as plain values, and the history that was written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import connection

from backend.core.points import to_points
from backend.rounds.models import Extension, Round, Step
from backend.scoring.models import (
    AgendaCard,
    Amendment,
    Attendance,
    Ballot,
    Deduction,
    Delegation,
    Explanation,
    Mark,
    OwnCouncil,
    OwnMember,
    OwnOpinion,
    Proposal,
    Score,
    Scorecard,
    Session,
    Signature,
    StepTotal,
    Tally,
)
from tests.scoring.life.plain_card import LEAVES, SELF, Card, Season
from tests.scoring.life.plain_changes import KEPT
from tests.scoring.life.plain_moves import Act
from tests.scoring.life.stage import Stage

WATCHED: list[Any] = [
    Scorecard, Score, Mark, Explanation, Signature, Deduction, Delegation,
    OwnCouncil, OwnMember, OwnOpinion, Extension, Round,
    Session, Attendance, AgendaCard, Proposal, Ballot, Amendment,
]  # fmt: skip
# Derived or secret: they stand outside history, and change only with an accepted act.
UNTOLD: list[Any] = [StepTotal, Tally]
OF_THE_ROUND = {Round, Extension, Session, Attendance}
OF_BOTH_CARDS = ("publish", "begin_session", "add_waiting")
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
    "propose",
    "propose_change",
    "refuse_change",
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
    chain: str


class Keeper:
    """Reads what is kept and remembers how it stood after the last act."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.columns = {model: _columns(model) for model in (*WATCHED, *UNTOLD)}
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
            f"SELECT {number}, history_id, id, history_type, history_user_id, actor_name, history_change_reason, chain "
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
        """Return every watched row as the database holds it, points as whole thousandths."""
        found: dict[Any, Rows] = {}
        with connection.cursor() as cursor:
            for model, (names, statement) in self.columns.items():
                cursor.execute(statement)
                found[model] = {
                    row[0]: dict(zip(names, row, strict=True))
                    for row in sorted(cursor.fetchall(), key=_first)
                }
        return found

    def after(self, act: Act, *, accepted: bool) -> list[str]:
        """Return what is wrong with the history of the act, and remember what stands now."""
        before, self.rows = self.rows, self.read()
        rows = self.written()
        if not accepted:
            same = before == self.rows and not rows
            return [] if same else [f"refused, and yet changed: {_changed(before, self.rows) or rows}"]
        changed = _changed(before, self.rows)
        return [*_told(changed, rows), *self._authors(act, rows), *self._chains(act, rows)]

    def _chains(self, act: Act, rows: list[Written]) -> list[str]:
        """Each row stands in the chain of the card the act is about, or of the round where it is of that."""
        cards = self.stage.cards if act.name in OF_BOTH_CARDS else {act.unit: self.stage.cards[act.unit]}
        of_cards = {f"card:{card.pk}" for card in cards.values()}
        of_round = {f"round:{self.stage.round.pk}"}
        return [
            f"in another's chain: {row}"
            for row in rows
            if row.chain not in (of_round if row.model in OF_THE_ROUND else of_cards)
        ]

    def _authors(self, act: Act, rows: list[Written]) -> list[str]:
        user = self.stage.users[act.who]
        wrong = [
            f"by {row.name}, not {act.who}: {row}"
            for row in rows
            if (row.user, row.name) != (user.pk, act.who)
        ]
        if act.name in SAID and act.says("reason"):
            said = (act["reason"].strip(), KEPT if act["move"] == "appraise" else act["reason"].strip())
            wrong += [f"without its reason: {row}" for row in rows if row.reason.strip() not in said]
        return wrong

    def card(self, unit: str) -> dict[str, Any]:
        """Return the card as kept, in the words of ``plain``."""
        pk = self.stage.cards[unit].pk
        row = self.rows[Scorecard][pk]
        scores = {score["id"]: score for score in self.rows[Score].values() if score["card_id"] == pk}
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
            "amended": [
                (
                    self.codes.get(one["score_id"], ""),
                    one["points"],
                    self.names[one["proposed_by_id"]],
                    one["state"],
                )
                for one in self._on(Amendment, pk)
            ],
            "totals": self._totals(pk),
        }

    def sessions(self) -> list[Any]:
        """Return the sessions as kept, in the words of ``plain_sessions``."""
        return [self._session(row) for row in self.rows[Session].values()]

    def _session(self, session: dict[str, Any]) -> Any:
        def of(model: Any) -> list[dict[str, Any]]:
            return [row for row in self.rows[model].values() if row["session_id"] == session["id"]]

        return (
            session["closed_at"] is None,
            {self.names[row["person_id"]]: row["presence"] for row in of(Attendance)},
            sorted(self.units[row["card_id"]] for row in of(AgendaCard)),
            [self._proposal(row) for row in of(Proposal)],
        )

    def _proposal(self, row: dict[str, Any]) -> Any:
        votes = [one for one in self.rows[Ballot].values() if one["proposal_id"] == row["id"]]
        kept = [one for one in self.rows[Tally].values() if one["proposal_id"] == row["id"]]
        return (
            self.units[self.rows[Score][row["score_id"]]["card_id"]],
            self.codes[row["score_id"]],
            row["points"],
            self.names[row["author_id"]],
            row["ended_at"] is not None,
            {self.names[one["voter_id"]]: one["choice"] for one in votes},
            [(one["agreed"], one["against"], one["abstained"]) for one in kept],
        )

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
            (row["code"], row["points"], row["id"] in back) for row in rows if row["withdraws_id"] is None
        ]

    def _council(self, pk: int) -> tuple[bool, dict[str, str]]:
        found = next(iter(self._on(OwnCouncil, pk)), None)
        if found is None:
            return False, {}
        members = [row for row in self.rows[OwnMember].values() if row["council_id"] == found["id"]]
        return bool(found["is_on"]), {self.names[row["person_id"]]: row["role"] for row in members}

    def _opinions(self, pk: int, scores: dict[Any, Any]) -> dict[tuple[str, str], str]:
        sittings = [row["id"] for row in self._on(Signature, pk) if row["move"] == "refer"]
        return {
            (self.names[row["person_id"]], self.codes[row["score_id"]]): row["verdict"]
            for row in self._of(OwnOpinion, scores)
            if sittings and row["sitting_id"] == sittings[-1]
        }

    def _totals(self, pk: int) -> dict[int, tuple[int, int]]:
        rows = self._on(StepTotal, pk)
        found = {self.steps[row["step_id"]]: (row["total"], row["given"]) for row in rows}
        return {step: sums for step, sums in found.items() if sums != (0, 0)}


def thousandths(points: Any) -> int | None:
    """Return points as whole thousandths."""
    return None if points is None else int(to_points(points) * 1000)


def _mark(row: dict[str, Any], at: tuple[int, str]) -> tuple[Any, ...]:
    own = row["note"] if at[0] == SELF else row["reason"]
    return row["points"], row["from_points"], own, row["version"]


def _columns(model: Any) -> tuple[list[str], str]:
    """Return the names of what history tracks of a model, its key first, and the statement that reads them."""
    tracked = model.history.model.tracked_fields if model in WATCHED else model._meta.concrete_fields
    fields = [model._meta.pk, *(one for one in tracked if not one.primary_key)]
    quoted = ", ".join(f'"{one.column}"' for one in fields)
    return [one.attname for one in fields], f'SELECT {quoted} FROM "{model._meta.db_table}"'


def _first(row: Any) -> Any:
    return row[0]


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
        "amended": [(one.code, one.points, one.who, one.state) for one in card.amended],
        "totals": {step: sums for step in range(1, 6) if (sums := _sums(card, step)) != (0, 0)},
    }


def plain_sessions(season: Season) -> list[Any]:
    """Return the model's sessions in the words of ``Keeper.sessions``; a closed vote keeps only its count."""
    closed = season.sitting == "closed"
    return [
        (
            one.is_open,
            one.present,
            sorted(one.agenda),
            [
                (
                    row.unit,
                    row.code,
                    row.points,
                    row.who,
                    row.ended,
                    {who: "" if closed else said for who, said in row.votes.items()},
                    [_counted(list(row.votes.values()))] if closed else [],
                )
                for row in one.proposals
            ],
        )
        for one in season.sessions
    ]


def _counted(said: list[str]) -> tuple[int, ...]:
    return tuple(said.count(choice) for choice in ("for", "against", "abstain"))


def _sums(card: Card, step: int) -> tuple[int, int]:
    points = [card.given(step, code).points for code in LEAVES if code not in card.out]
    given = [one for one in points if one is not None]
    return sum(given), len(given)
