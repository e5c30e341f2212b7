"""Lead appraising agencies of a round: which fields each appraises, how far it is, what it handed over."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from backend.criteria.models import Node
from backend.rounds.models import Round, Step
from backend.rounds.queries.councils import field_names
from backend.rounds.rules import reaches
from backend.scoring.lifecycle import State
from backend.scoring.models import HandOver, Mark, Score, Scorecard
from backend.scoring.queries.answers import given_answers
from backend.scoring.queries.cards import CARD_PARTS, step_of
from permissions.actor import Actor
from permissions.roles import Role
from tiers.models import Appointment, Unit

# What is past the appraisal now on counts as done.
DONE = frozenset({State.APPRAISED, State.CONCLUDED, State.PUBLISHED})


@dataclass
class Lead:
    """One lead agency on one field of a round, with its progress in leaves over all units but its own.

    ``field`` is "5", or "xa:5" where it leads that field in the criteria of one kind of unit only.
    """

    agency: Unit
    field: str
    title: str = ""
    people: list[Any] = field(default_factory=list)
    due: int = 0
    done: int = 0
    handed: HandOver | None = None
    earlier: list[HandOver] = field(default_factory=list)

    @property
    def left(self) -> int:
        """Return how many leaves have no mark yet."""
        return self.due - self.done

    def leads(self, card: Scorecard, code: str) -> bool:
        """Return whether the field is the agency's on that card, which is not its own."""
        return card.unit_id != self.agency.pk and reaches([self.field], code, card.criteria_set.kind.code)

    def is_of(self, actor: Actor) -> bool:
        """Return whether the person is one of those who appraise the field for the agency."""
        return any(person.pk == actor.user_id for person in self.people)


def leads_of(round_: Round) -> list[Lead]:
    """Return every lead agency and field of the round with its progress; a fixed number of statements."""
    titles = field_names(round_)
    leads = _seated(round_, titles)
    if not leads:
        return []
    owed, done = _counts(round_)
    cards = {card.pk: card for card in _cards(round_)}
    for lead in leads:
        lead.due = sum(n for (card, code), n in owed.items() if lead.leads(cards[card], code))
        lead.done = sum(n for (card, code), n in done.items() if lead.leads(cards[card], code))
    _add_handed(round_, leads)
    return leads


def hand_over_now(round_: Round, agency: Unit, code: str) -> HandOver | None:
    """Return the standing hand-over of a field by an agency, None while it is with the agency."""
    rows = HandOver.objects.filter(round=round_, agency=agency, field=code, sent_back_at__isnull=True)
    return rows.first()


def fields_led_by_others(card: Scorecard, actor: Actor) -> frozenset[str]:
    """Return the fields that a lead agency still appraises on the card: not handed over, and not the person's own.

    Nobody appraises her own unit: the council has the card of a lead agency for itself. An appraiser of no field in
    particular leads none.
    """
    leads = [] if actor.system else _seated(card.round, {})
    if not leads:
        return frozenset()
    rows = HandOver.objects.filter(round=card.round_id, sent_back_at__isnull=True)
    handed = set(rows.values_list("agency_id", "field"))
    return frozenset(
        code
        for lead in leads
        if (lead.agency.pk, lead.field) not in handed
        and not lead.is_of(actor)
        and lead.leads(card, code := lead.field.rpartition(":")[2])
    )


def _seated(round_: Round, titles: dict[str, str]) -> list[Lead]:
    seats = Appointment.objects.in_force().filter(
        acts_for=round_.host_id, role=str(Role.APPRAISER), user__is_active=True
    )
    found: dict[tuple[int, str], Lead] = {}
    for row in seats.select_related("user", "workplace", "acts_for").order_by("workplace__order", "pk"):
        for code in sorted(row.seat().fields) or [code for code in titles if ":" not in code]:
            lead = found.setdefault((row.workplace_id, code), Lead(row.workplace, code, titles.get(code, "")))
            lead.people.append(row.user)
    return list(found.values())


def _cards(round_: Round) -> QuerySet[Scorecard]:
    return Scorecard.objects.filter(round=round_).select_related(*CARD_PARTS)


def _counts(round_: Round) -> tuple[Counter[tuple[int, str]], Counter[tuple[int, str]]]:
    """Return how many leaves each card owes and has got at the appraisal it is at, by card and field."""
    cards = list(_cards(round_))
    shared = cards[0].round if cards else None
    by_step: dict[int, list[Scorecard]] = defaultdict(list)
    for card in cards:
        card.round = shared
        step = step_of(card, Step.Kind.APPRAISAL)
        if step is not None and card.state not in DONE:
            by_step[step.pk].append(card)
    owed: Counter[tuple[int, str]] = Counter()
    done: Counter[tuple[int, str]] = Counter()
    for step, listed in by_step.items():
        owed += _counted(_owed(listed, again=any(card.step_id for card in listed)))
        done += _counted(_owed(listed, again=any(card.step_id for card in listed), marked_at=step))
    past = _counted(_owed([card for card in cards if card.state in DONE], again=False))
    return owed + past, done + past


def _owed(cards: list[Scorecard], *, again: bool, marked_at: int | None = None) -> QuerySet[Score]:
    """Return the leaves within the scale that the cards owe: all at the first appraisal, the asked ones later."""
    rows = Score.objects.filter(
        card__in=cards, applies=True, source=Node.Source.ASSESSED, counting=Node.Counting.BASE
    )
    if again:
        rows = rows.filter(Exists(given_answers(score=OuterRef("pk"))))
    if marked_at is not None:
        marks = Mark.objects.filter(score=OuterRef("pk"), step=marked_at, points__isnull=False)
        rows = rows.filter(Exists(marks))
    return rows.order_by()


def _counted(rows: QuerySet[Score]) -> Counter[tuple[int, str]]:
    return Counter((card, code.partition(".")[0]) for card, code in rows.values_list("card_id", "code"))


def _add_handed(round_: Round, leads: list[Lead]) -> None:
    by_key = {(lead.agency.pk, lead.field): lead for lead in leads}
    for row in HandOver.objects.filter(round=round_).order_by("-handed_at", "-pk"):
        lead = by_key.get((row.agency_id, row.field))
        if lead is None:
            continue
        if row.sent_back_at is None:
            lead.handed = row
        else:
            lead.earlier.append(row)
