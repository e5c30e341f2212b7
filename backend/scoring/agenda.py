"""What waits for a person: reads of the desk, the same number of statements for one unit or a hundred."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from backend.core import clock
from backend.criteria.models import Node
from backend.criteria.queries import Waiting, opinions_waiting_for
from backend.rounds.models import Round, Step
from backend.rounds.queries import Window as Dates
from backend.rounds.queries import still_open, windows_of
from backend.rounds.queries.councils import judged_by
from backend.scoring.lifecycle import READY, UNAPPROVED, State
from backend.scoring.models import (
    Amendment,
    Explanation,
    OwnMember,
    Score,
    Scorecard,
    ScorecardGrant,
    Session,
    StepTotal,
)
from backend.scoring.queries import (
    CARD_PARTS,
    Hers,
    Window,
    hers_on,
    returned_counts,
    step_of,
    steps_of,
    unsigned,
)
from permissions.actor import Actor, Seat, within
from permissions.roles import ROLES, Reach, Verb

_HOST_VERBS = (Verb.APPRAISE, Verb.CONCLUDE, Verb.PUBLISH, Verb.MANAGE_ROUND, Verb.REOPEN)


@dataclass
class OwnCard:
    """A card of the person's own unit (or lent to her) with all that the desk says of it."""

    card: Scorecard
    window: Window | None
    explaining: Window | None
    scores: bool
    approves: bool
    asked: int = 0
    answered: int = 0
    hers: Hers | None = None
    reviews: bool = False
    returned: int = 0
    to_sign: bool = False
    now: datetime | None = None

    @property
    def given(self) -> int:
        """Return how many leaves the unit has given points."""
        return self.card.given or 0  # type: ignore[attr-defined]

    @property
    def leaves(self) -> int:
        """Return how many leaves the unit scores itself."""
        return self.card.leaves or 0  # type: ignore[attr-defined]

    @property
    def total(self) -> Any:
        """Return the sum of self-points, None before the first."""
        return self.card.self_total if self.given else None  # type: ignore[attr-defined]


@dataclass
class HostedRound:
    """A round of a host the person works for, with its cards counted by state."""

    round: Round
    verbs: frozenset[Verb]
    counts: dict[str, int] = field(default_factory=dict)
    # Only cards the person may act on: not that of the unit where she works.
    to_appraise: int = 0
    to_conclude: int = 0
    # Cards no leader has approved although the time of their unit, what it was given more counted, is over.
    left_over: int = 0
    # The council's session that is on and of which the person is a member; changes that wait for her to confirm.
    session: int | None = None
    changes: list[int] = field(default_factory=list)
    now: datetime | None = None

    @property
    def units(self) -> int:
        """Return how many cards the round has."""
        return sum(self.counts.values())

    def number(self, states: Iterable[str]) -> int:
        """Return how many cards stand in any of the states."""
        return sum(self.counts.get(str(state), 0) for state in states)

    @property
    def unapproved(self) -> int:
        """Return how many cards no leader has approved."""
        return self.number(UNAPPROVED)

    @property
    def ready(self) -> int:
        """Return how many cards wait for the council."""
        return self.number(READY | {State.EXPLAINED})

    @property
    def explaining(self) -> int:
        """Return how many cards are out for explanation."""
        return self.number([State.EXPLAINING])

    @property
    def appraised(self) -> int:
        """Return how many cards wait for the next step of the council."""
        return self.number([State.APPRAISED])

    @property
    def concluded(self) -> int:
        """Return how many cards are concluded."""
        return self.number([State.CONCLUDED])

    def step(self, kind: str) -> Step | None:
        """Return the round's step of that kind that is on or next, the last one when all are over."""
        kinds = [step for step in self.round.steps_in_order if step.kind == kind]  # type: ignore[attr-defined]
        coming = [step for step in kinds if self.now and step.closes_at > self.now]
        return (coming or kinds[-1:] or [None])[0]


@dataclass
class Agenda:
    """Everything the desk shows, before it is put into words."""

    cards: list[OwnCard]
    rounds: list[HostedRound]
    now: datetime
    opinions: list[Waiting] = field(default_factory=list)


def agenda(actor: Actor) -> Agenda:
    """Return what waits for ``actor`` in rounds not published yet."""
    now = clock.now()
    hosted = _hosted(actor)
    cards = _cards(actor)
    rounds = {row.round.pk: row.round for row in hosted} | {card.round_id: card.round for card in cards}
    _add_steps(rounds)
    for card in cards:
        card.round.steps_in_order = rounds[card.round_id].steps_in_order  # type: ignore[attr-defined]
    _count(actor, hosted, now)
    _add_council(actor, hosted)
    for row in hosted:
        row.now = now
    return Agenda(_own(actor, cards, now), hosted, now, opinions_waiting_for(actor, now))


def approvals_for(actor: Actor) -> QuerySet[Scorecard]:
    """Return the cards of open rounds whose approval is the person's: by seat or lent to her."""
    mine = within(actor, Verb.APPROVE, unit="unit__path", host="round__host__path")
    rows = Scorecard.objects.filter(mine | Q(Exists(_lent(actor))), round__state=Round.State.OPEN)
    return rows.select_related(*CARD_PARTS)


def _lent(actor: Actor) -> Any:
    return ScorecardGrant.objects.in_force().filter(
        user_id=actor.user_id,
        excludes=False,
        permission__codename=str(Verb.APPROVE),
        content_object=OuterRef("pk"),
    )


def with_progress(cards: QuerySet[Scorecard]) -> QuerySet[Scorecard]:
    """Return the cards with ``leaves`` (the unit scores itself), ``given`` and ``self_total`` (points)."""
    owed = {"applies": True, "source": Node.Source.ASSESSED, "counting": Node.Counting.BASE}
    own = Score.objects.filter(card=OuterRef("pk"), **owed)
    totals = StepTotal.objects.filter(card=OuterRef("pk"), step__kind=Step.Kind.SELF)
    return cards.annotate(
        leaves=Subquery(own.order_by().values("card").annotate(n=Count("pk")).values("n")),
        given=Subquery(totals.values("given")[:1]),
        self_total=Subquery(totals.values("total")[:1]),
    )


def _cards(actor: Actor) -> list[Scorecard]:
    mine = within(actor, [Verb.SCORE, Verb.APPROVE], unit="unit__path", host="round__host__path")
    rows = Scorecard.objects.filter(round__state=Round.State.OPEN).filter(mine | Q(Exists(_lent(actor))))
    rows = rows.annotate(is_lent=Exists(_lent(actor))).select_related(*CARD_PARTS)
    return list(with_progress(rows).order_by("round__year", "unit__order"))


def _hosted(actor: Actor) -> list[HostedRound]:
    verbs = [verb for verb in _HOST_VERBS if actor.may_anywhere(verb)]
    if not verbs:
        return []
    rows = Round.objects.exclude(state=Round.State.PUBLISHED).filter(
        within(actor, verbs, unit="host__path", host="host__path") | _hosts(actor)
    )
    found = rows.select_related("host").order_by("-year", "host__path")
    return [HostedRound(row, frozenset(verbs)) for row in found]


def _hosts(actor: Actor) -> Q:
    # The conflict of interest is about cards, not about the round of the unit where she works.
    return Q(host__path__in=[seat.path for seat in actor.seats if _serves_host(seat)])


def _serves_host(seat: Seat) -> bool:
    return any(ROLES[seat.role].get(verb) is Reach.HOST for verb in _HOST_VERBS)


def _add_steps(rounds: dict[int, Round]) -> None:
    steps = defaultdict(list)
    for step in Step.objects.filter(round_id__in=rounds).order_by("round_id", "order"):
        steps[step.round_id].append(step)
    for key, row in rounds.items():
        row.steps_in_order = steps[key]  # type: ignore[attr-defined]


def _count(actor: Actor, hosted: list[HostedRound], now: datetime) -> None:
    if not hosted:
        return
    by_round = {row.round.pk: row for row in hosted}
    appraised = judged_by(actor, Verb.APPRAISE)
    concluded = judged_by(actor, Verb.CONCLUDE)
    cards = Scorecard.objects.filter(round_id__in=by_round)
    open_ = still_open(Step.Kind.SELF, now, round="round", unit="unit")
    counted = (
        cards.order_by()
        .values("round_id", "state")
        .annotate(
            n=Count("pk"),
            mine=Count("pk", filter=appraised),
            ending=Count("pk", filter=concluded),
            shut=Count("pk", filter=Q(state__in=UNAPPROVED) & ~Q(open_)),
        )
    )
    for found in counted:
        row = by_round[found["round_id"]]
        row.counts[found["state"]] = found["n"]
        row.left_over += found["shut"]
        if State(found["state"]) in READY | {State.EXPLAINED}:
            row.to_appraise += found["mine"]
        if found["state"] == State.APPRAISED:
            row.to_conclude += found["ending"]


def _add_council(actor: Actor, hosted: list[HostedRound]) -> None:
    """Add the sessions that are on, and the changes after conclusion that she may confirm."""
    by_round = {row.round.pk: row for row in hosted}
    sitting = [row.round.pk for row in hosted if row.round.sitting != Round.Sitting.NONE]
    if sitting:
        on = Session.objects.filter(round__in=sitting, closed_at__isnull=True)
        on = on.filter(attendances__person=actor.user_id)
        for round_id, key in on.values_list("round_id", "pk"):
            by_round[round_id].session = key
    concludes = [row.round.pk for row in hosted if Verb.CONCLUDE in row.verbs and row.concluded]
    if concludes:
        hers = within(actor, Verb.CONCLUDE, unit="card__unit__path", host="card__round__host__path")
        waiting = Amendment.objects.filter(hers, card__round__in=concludes, state=Amendment.State.WAITING)
        waiting = waiting.exclude(proposed_by=actor.user_id).order_by("proposed_at", "pk")
        for round_id, key in waiting.values_list("card__round_id", "pk"):
            by_round[round_id].changes.append(key)


def _own(actor: Actor, cards: list[Scorecard], now: datetime) -> list[OwnCard]:
    dates = _dates(cards)
    asked = _asked([card for card in cards if card.state == State.EXPLAINING])
    hers = hers_on(cards, actor, now) if cards else {}
    reviewing = _reviewing(cards, actor)
    back = [card.pk for card in cards if card.state == State.RETURNED]
    returned = returned_counts(back) if back else {}
    concluded = [card for card in cards if card.state == State.CONCLUDED and card.round.sign_off_until]
    to_sign = {card.pk for card in unsigned(concluded)} if concluded else set()
    made = []
    for card in cards:
        window = _window(card, Step.Kind.SELF, dates, now)
        explaining = _window(card, Step.Kind.EXPLANATION, dates, now)
        place = card.place()
        row = OwnCard(
            card,
            window,
            explaining if card.state == State.EXPLAINING else None,
            scores=actor.may(Verb.SCORE, at=place),
            approves=actor.may(Verb.APPROVE, at=place) or card.is_lent,  # type: ignore[attr-defined]
        )
        row.asked, row.answered = asked.get(card.pk, (0, 0))
        row.hers, row.reviews = hers.get(card.pk), card.pk in reviewing
        row.returned, row.to_sign = returned.get(card.pk, 0), card.pk in to_sign
        row.now = now
        made.append(row)
    return made


def _reviewing(cards: list[Scorecard], actor: Actor) -> set[int]:
    """Return the keys of the cards that are before their unit's own council and of which she is a member."""
    before = [card.pk for card in cards if card.state == State.REVIEWING]
    if not before:
        return set()
    rows = OwnMember.objects.filter(council__card__in=before, council__is_on=True, person=actor.user_id)
    return set(rows.values_list("council__card", flat=True))


def _window(card: Scorecard, kind: str, dates: dict[tuple[int, int], Dates], now: datetime) -> Window | None:
    step = step_of(card, kind)
    return Window.of(step, dates[step.pk, card.unit_id], now) if step else None


def _dates(cards: list[Scorecard]) -> dict[tuple[int, int], Dates]:
    """Return the window of every step of the cards' rounds for their units; one statement."""
    steps = {step.pk: step for card in cards for step in steps_of(card)}
    return windows_of(steps.values(), [card.unit_id for card in cards])


def _asked(cards: list[Scorecard]) -> dict[int, tuple[int, int]]:
    """Return how many questions each card has at the step it is out for, and how many are answered."""
    if not cards:
        return {}
    steps = [step.pk for card in cards if (step := step_of(card, Step.Kind.EXPLANATION))]
    rows = Explanation.objects.filter(score__card__in=cards, step_id__in=steps).order_by()
    counted = rows.values(card_id=F("score__card_id")).annotate(
        n=Count("pk"), answered=Count("pk", filter=~Q(answer=""))
    )
    return {row["card_id"]: (row["n"], row["answered"]) for row in counted}
