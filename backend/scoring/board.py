"""Cards of a host side by side: who stands where. The same number of statements for one unit or a hundred."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery

from backend.core import clock
from backend.core.exact import ZERO
from backend.core.text import fold
from backend.criteria.models import Node
from backend.rounds.models import Group, Round, Step
from backend.rounds.queries.councils import conflicted_units
from backend.scoring.agenda import with_progress
from backend.scoring.lifecycle import READY, UNAPPROVED, UNDER_APPRAISAL, State
from backend.scoring.models import Explanation, Mark, Score, Scorecard, Signature
from backend.scoring.queries import CARD_PARTS, explained, of_unit, step_of, still_writing, unapproved
from permissions.actor import Actor, within
from permissions.roles import Place, Verb

# Who works on the cards of a host, or looks over its work. A scored unit holds none of these on its own card.
HOST_VERBS = (
    Verb.APPRAISE,
    Verb.PREPARE,
    Verb.CONCLUDE,
    Verb.REOPEN,
    Verb.ENTER_SURVEY,
    Verb.MANAGE_ROUND,
    Verb.PUBLISH,
    Verb.INSPECT,
)

# What a list is cut into: from the unit's hands to the result.
STAGES: dict[str, frozenset[State]] = {
    "unit": UNAPPROVED,
    "todo": READY | {State.EXPLAINED},
    "asked": frozenset({State.EXPLAINING}),
    "appraised": frozenset({State.APPRAISED}),
    "done": frozenset({State.CONCLUDED, State.PUBLISHED}),
}


def hosted_cards(actor: Actor) -> QuerySet[Scorecard]:
    """Return the cards the person works on for their host, or inspects."""
    mine = within(actor, HOST_VERBS, unit="unit__path", host="round__host__path")
    return Scorecard.objects.filter(mine).select_related(*CARD_PARTS)


def heard_cards(actor: Actor, round_: Round) -> QuerySet[Scorecard]:
    """Return the round's cards whose talk before the council the person hears: no card of a declared conflict of hers."""
    return hosted_cards(actor).filter(round=round_).exclude(unit__in=conflicted_units(actor, round_))


def hosted_rounds(actor: Actor) -> list[Round]:
    """Return the rounds of those cards, those that run first, then newest first."""
    cards = within(actor, HOST_VERBS, unit="unit__path", host="round__host__path")
    keys = Scorecard.objects.filter(cards).values("round")
    rows = Round.objects.filter(pk__in=keys).select_related("host").order_by("-year", "host__path")
    return sorted(rows, key=lambda row: row.state != Round.State.OPEN)


def narrowed(cards: QuerySet[Scorecard], *, words: str = "", group: int | None = None) -> QuerySet[Scorecard]:
    """Return the cards whose unit's name has ``words`` (accents do not matter), of one group or of all."""
    if words:
        cards = cards.filter(unit__folded__contains=fold(words))
    return cards.filter(group_id=group) if group else cards


def counts_by_stage(cards: QuerySet[Scorecard]) -> dict[str, int]:
    """Return how many of the cards stand in each of ``STAGES``, and under "" how many there are."""
    rows = cards.order_by().values_list("state").annotate(n=Count("pk"))
    by_state = dict(rows)
    counts = {name: sum(by_state.get(str(state), 0) for state in states) for name, states in STAGES.items()}
    return counts | {"": sum(by_state.values())}


def counts_by_group(round_: Round) -> list[tuple[Group, dict[str, int], int]]:
    """Return, for each group of the round, how many cards stand in each state, and how many it has."""
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    rows = Scorecard.objects.filter(round=round_).order_by().values_list("group_id", "state")
    for group_id, state, number in rows.annotate(n=Count("pk")):
        counted[group_id][state] = number
    return [(group, dict(counted[group.pk]), counted[group.pk].total()) for group in round_.groups.all()]


@dataclass
class Standing:
    """One card of a list with its numbers: counts of leaves, sums of points."""

    card: Scorecard
    step: Step | None = None
    given: int = 0
    own: int = 0
    self_total: Decimal | None = None
    marks: dict[int, list[tuple[int, Decimal, Decimal | None]]] = field(default_factory=dict)
    asked: dict[int, bool] = field(default_factory=dict)
    closes: datetime | None = None
    extended: bool = False

    @property
    def appraised(self) -> Decimal | None:
        """Return the sum of each leaf's newest appraised points; None before the first."""
        newest = [rows[-1][1] for rows in self.marks.values()]
        return sum(newest, ZERO) if newest else None

    @property
    def due(self) -> int:
        """Return how many leaves the appraisal now on owes: all at the first, the explained ones later."""
        return self.answered if self.card.step_id else self.own

    @property
    def marked(self) -> int:
        """Return how many of those are marked."""
        if self.step is None:
            return 0
        done = {key for key, rows in self.marks.items() if any(row[0] == self.step.pk for row in rows)}
        return len(done & self._explained) if self.card.step_id else len(done)

    @property
    def _explained(self) -> set[int]:
        return {key for key, answered in self.asked.items() if answered}

    @property
    def changed(self) -> int:
        """Return on how many leaves the newest points are not those the council started from."""
        return sum(rows[0][2] is not None and rows[-1][1] != rows[0][2] for rows in self.marks.values())

    @property
    def answered(self) -> int:
        """Return how many questions have an answer."""
        return sum(self.asked.values())

    @property
    def under_appraisal(self) -> bool:
        """Return whether the council works on the card."""
        return State(self.card.state) in UNDER_APPRAISAL


def standings(cards: Iterable[Scorecard], viewer: Actor) -> list[Standing]:
    """Return the cards (from ``numbered``) with all numbers of a list; six statements.

    The sum a unit gave itself is None until it is out of the unit's hands (``queries.still_writing``).
    Of the unit where the viewer works the council's points are left out until they are published.
    """
    found = list(cards)
    _share_rounds(found)
    marks, asked = _marks(found), _asked(found)
    keys = [card.pk for card in found]
    writing = set(still_writing(clock.now()).filter(pk__in=keys).values_list("pk", flat=True))
    made = []
    for card in found:
        shown = card.state == State.PUBLISHED or not of_unit(viewer, card)
        row = Standing(card, marks=marks[card.pk], asked=asked[card.pk]) if shown else Standing(card)
        row.step = step_of(card, Step.Kind.APPRAISAL)
        row.given, row.own = card.given or 0, card.leaves or 0  # type: ignore[attr-defined]
        if row.given and card.pk not in writing:
            row.self_total = card.self_total  # type: ignore[attr-defined]
        made.append(row)
    return made


def numbered(cards: QuerySet[Scorecard]) -> QuerySet[Scorecard]:
    """Return the cards with what ``standings`` reads, and ``moved_at``, the moment of the last move."""
    last = Signature.objects.filter(card=OuterRef("pk")).order_by("-signed_at", "-pk")
    return with_progress(cards).annotate(moved_at=Subquery(last.values("signed_at")[:1]))


def _share_rounds(cards: list[Scorecard]) -> None:
    rounds = {card.round_id: card.round for card in cards}
    steps = defaultdict(list)
    for step in Step.objects.filter(round_id__in=rounds).order_by("round_id", "order"):
        steps[step.round_id].append(step)
    for card in cards:
        card.round = rounds[card.round_id]
        card.round.steps_in_order = steps[card.round_id]  # type: ignore[attr-defined]


def _marks(cards: list[Scorecard]) -> dict[int, dict[int, list[tuple[int, Decimal, Decimal | None]]]]:
    """Return, by card and score, (step, points, points before) of each appraisal, oldest first."""
    rows = Mark.objects.filter(
        score__card__in=cards,
        score__applies=True,
        score__source=Node.Source.ASSESSED,
        score__counting=Node.Counting.BASE,
        step__kind=Step.Kind.APPRAISAL,
        points__isnull=False,
    ).order_by("step__order")
    found: dict[int, dict[int, list[tuple[int, Decimal, Decimal | None]]]] = defaultdict(dict)
    for card_id, score_id, *values in rows.values_list(
        "score__card_id", "score_id", "step_id", "points", "from_points"
    ):
        found[card_id].setdefault(score_id, []).append(tuple(values))
    return found


def _asked(cards: list[Scorecard]) -> dict[int, dict[int, bool]]:
    """Return, by card and score, whether the question asked is answered."""
    found: dict[int, dict[int, bool]] = defaultdict(dict)
    rows = Explanation.objects.filter(score__card__in=cards, score__applies=True).order_by("step__order")
    sent = ExpressionWrapper(~Q(answer="") & ~unapproved(), output_field=BooleanField())
    for card_id, score_id, given in rows.annotate(given=sent).values_list(
        "score__card_id", "score_id", "given"
    ):
        found[card_id][score_id] = found[card_id].get(score_id, False) or given
    return found


def survey_scores(cards: Iterable[Scorecard]) -> QuerySet[Score]:
    """Return the survey and outside-index leaves of the cards that apply, in order."""
    rows = Score.objects.filter(card__in=cards, applies=True).exclude(source=Node.Source.ASSESSED)
    return rows.select_related("node").order_by("card", "order")


# --- survey and outside-index points ---------------------------------------------------------------------


@dataclass
class SurveyCell:
    """One survey or outside-index leaf of one card, with the mark that stands (None before the first)."""

    score: Score
    mark: Mark | None = None

    @property
    def points(self) -> Decimal | None:
        """Return the points entered, None before that."""
        return self.mark.points if self.mark else None

    @property
    def inputs(self) -> dict[str, Any]:
        """Return what the rule worked the points out from; empty where the points were entered."""
        return self.mark.inputs if self.mark else {}

    @property
    def explained(self) -> str:
        """Return how the rule came to the points; empty where they were entered."""
        return explained(self.score, self.mark)

    @property
    def version(self) -> int:
        """Return the version a person sees."""
        return self.mark.version if self.mark else 0


@dataclass
class SurveyLine:
    """One unit of the table. ``may_enter`` is False for the unit where the person works."""

    card: Scorecard
    cells: dict[str, SurveyCell]
    may_enter: bool = True


@dataclass
class SurveyTable:
    """Units of one group against its survey and outside-index leaves, ``nodes`` in order."""

    group: Group
    nodes: list[Node]
    lines: list[SurveyLine]

    def cell(self, card_id: int, code: str) -> SurveyCell | None:
        """Return the cell of a card and a leaf, None where there is none or it does not apply."""
        line = next((line for line in self.lines if line.card.pk == card_id), None)
        return line.cells.get(code) if line else None

    @property
    def missing(self) -> int:
        """Return how many points are not entered yet."""
        return sum(cell.points is None for line in self.lines for cell in line.cells.values())


def survey_table(group: Group, cards: Iterable[Scorecard], actor: Actor) -> SurveyTable:
    """Return the table of these cards of the group; four statements."""
    listed = list(cards)
    nodes = Node.objects.filter(criteria_set_id=group.criteria_set_id, is_leaf=True)
    apart = conflicted_units(actor, group.round)
    lines = {card.pk: SurveyLine(card, {}, _may_enter(actor, card, apart)) for card in listed}
    cells = {}
    for score in survey_scores(listed):
        cells[score.pk] = lines[score.card_id].cells[score.code] = SurveyCell(score)
    marks = Mark.objects.filter(score__in=list(cells), step__kind=Step.Kind.SURVEY)
    for mark in marks.select_related("provenance"):
        cells[mark.score_id].mark = mark
    asked = list(nodes.exclude(source=Node.Source.ASSESSED).order_by("order"))
    return SurveyTable(group, asked, list(lines.values()))


def _may_enter(actor: Actor, card: Scorecard, apart: set[int]) -> bool:
    return card.unit_id not in apart and actor.may(Verb.ENTER_SURVEY, at=card.place())


def demand_entry(actor: Actor, round_: Round) -> None:
    """Raise Refused unless the person enters survey points of the round.

    Asked of a place below the host, as working there is no conflict; each card asks again for its own unit.
    """
    host = round_.host.path
    actor.require(Verb.ENTER_SURVEY, at=Place(unit=f"{host}*/", host=host))


def rounds_of_host(actor: Actor) -> QuerySet[Round]:
    """Return the rounds the person runs, works on or inspects for their host."""
    cards = within(actor, HOST_VERBS, unit="unit__path", host="round__host__path")
    runs = within(actor, (Verb.MANAGE_ROUND, Verb.PUBLISH, Verb.INSPECT), unit="host__path")
    keys = Scorecard.objects.filter(cards).values("round")
    return Round.objects.filter(runs | Q(pk__in=keys)).select_related("host")
