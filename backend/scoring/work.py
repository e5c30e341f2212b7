"""How far a round's appraisal is: by leaf, by field and by who marks; the same number of statements for any number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from backend.core.text import sort_key
from backend.criteria.models import CriteriaSet, Node
from backend.rounds.models import Round, Step
from backend.scoring.board import hosted_cards
from backend.scoring.lifecycle import UNDER_APPRAISAL
from backend.scoring.models import Mark, Score, Scorecard
from backend.scoring.queries import given_answers, of_unit, step_of
from backend.scoring.queries.canned import leaves_in
from backend.scoring.queries.savers import accounts_of, savers_in, told_apart
from permissions.actor import Actor
from permissions.roles import ROLES, Verb
from tiers.models import Appointment


@dataclass
class Share:
    """So many marks of so many that are owed."""

    due: int = 0
    done: int = 0

    @property
    def left(self) -> int:
        """Return how many are missing."""
        return self.due - self.done


@dataclass
class Person:
    """Who appraises: her fields (empty: every one), what she gave by field, when she last did."""

    name: str
    seat: str = ""
    fields: frozenset[str] = frozenset()
    given: dict[str, int] = field(default_factory=dict)
    last: datetime | None = None

    @property
    def total(self) -> int:
        """Return how many of the marks that stand are hers."""
        return sum(self.given.values())


@dataclass
class Work:
    """The marks owed at the appraisals now on, over all units that are under appraisal."""

    nodes: list[Node]
    titles: dict[str, list[str]]
    by_node: dict[int, Share] = field(default_factory=lambda: defaultdict(Share))
    by_field: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))
    people: list[Person] = field(default_factory=list)
    units: int = 0

    @property
    def leaves(self) -> list[tuple[Node, Share]]:
        """Return the leaves in order with their shares."""
        return [(node, self.by_node[node.pk]) for node in self.nodes]

    @property
    def sets(self) -> list[tuple[CriteriaSet, list[tuple[Node, Share]]]]:
        """Return the leaves by criteria set."""
        found: dict[int, tuple[CriteriaSet, list[tuple[Node, Share]]]] = {}
        for node, share in self.leaves:
            found.setdefault(node.criteria_set_id, (node.criteria_set, []))[1].append((node, share))
        return list(found.values())

    @property
    def fields(self) -> list[tuple[str, str, Share]]:
        """Return (code, title, share) of the fields in order; sets of one round may call a field differently."""
        codes = dict.fromkeys(node.field_code for node in self.nodes)
        return [(code, " / ".join(self.titles.get(code, [])), self.by_field[code]) for code in codes]

    @property
    def all(self) -> Share:
        """Return the share of the whole round."""
        shares = self.by_field.values()
        return Share(sum(share.due for share in shares), sum(share.done for share in shares))

    def of(self, person: Person) -> list[tuple[str, int, Share | None]]:
        """Return (field, given by her, share of the field or None where it is not hers) of the fields in order."""
        return [
            (code, person.given.get(code, 0), share if not person.fields or code in person.fields else None)
            for code, _title, share in self.fields
        ]

    @property
    def lines(self) -> list[tuple[Person, list[tuple[str, int, Share | None]], Share]]:
        """Return each person with her fields, and what her fields owe together."""
        made = []
        for person in self.people:
            cells = self.of(person)
            hers = [share for _code, _given, share in cells if share]
            total = Share(sum(share.due for share in hers), sum(share.done for share in hers))
            made.append((person, cells, total))
        return made


def work_in(round_: Round, viewer: Actor) -> Work:
    """Return how far the appraisal of the round is in what the viewer works on or inspects."""
    made = Work(list(leaves_in(round_).select_related("criteria_set")), _titles(round_))
    cards = _cards(round_, viewer)
    made.units = len(cards)
    owed = _owed(cards)
    marks = _marks(cards, owed)
    for key, leaf in owed.items():
        for share in (made.by_node[leaf.node], made.by_field[leaf.field]):
            share.due += 1
            share.done += key in marks
    made.people = _people(round_, [(owed[key].field, mark) for key, mark in marks.items()])
    return made


def _titles(round_: Round) -> dict[str, list[str]]:
    """Return what each field is called, once for each wording, by code."""
    rows = Node.objects.filter(criteria_set__in=round_.groups.values("criteria_set"), parent__isnull=True)
    found: dict[str, list[str]] = defaultdict(list)
    for code, title in rows.order_by("criteria_set", "order").values_list("code", "title"):
        if title not in found[code]:
            found[code].append(title)
    return found


@dataclass(frozen=True)
class Owed:
    """One leaf of one card that is owed a mark at a step."""

    node: int
    field: str
    step: int


def _cards(round_: Round, viewer: Actor) -> dict[int, Scorecard]:
    """Return the cards under appraisal, by key; of the unit where the viewer works nothing is told."""
    rows = hosted_cards(viewer).filter(round=round_, state__in=UNDER_APPRAISAL)
    cards = {card.pk: card for card in rows if not of_unit(viewer, card)}
    steps = list(Step.objects.filter(round=round_).order_by("order"))
    for card in cards.values():
        card.round.steps_in_order = steps  # type: ignore[attr-defined]
    return cards


def _owed(cards: dict[int, Scorecard]) -> dict[int, Owed]:
    """Return every score that is owed a mark, by key: all at the first appraisal, the explained ones later."""
    first = [key for key, card in cards.items() if card.step_id is None]
    later = [key for key, card in cards.items() if card.step_id is not None]
    explained = given_answers(score__card__in=later).order_by().values("score")
    rows = Score.objects.filter(
        Q(card__in=first) | Q(card__in=later, pk__in=explained),
        applies=True,
        source=Node.Source.ASSESSED,
        counting=Node.Counting.BASE,
    )
    steps = {key: step_of(card, Step.Kind.APPRAISAL) for key, card in cards.items()}
    found = {}
    for key, card, node, code in rows.values_list("pk", "card_id", "node_id", "code"):
        if step := steps[card]:
            found[key] = Owed(node, code.partition(".")[0], step.pk)
    return found


def _marks(cards: dict[int, Scorecard], owed: dict[int, Owed]) -> dict[int, Mark]:
    """Return the owed marks that stand, by score: who gave them, and when."""
    steps = {leaf.step for leaf in owed.values()}
    rows = Mark.objects.filter(score__card__in=list(cards), step__in=steps, points__isnull=False)
    told = rows.only("score_id", "step_id", "author", "saved_at")
    return {
        mark.score_id: mark
        for mark in told
        if mark.score_id in owed and owed[mark.score_id].step == mark.step_id
    }


def _people(round_: Round, given: Iterable[tuple[str, Mark]]) -> list[Person]:
    """Return who appraises for the round's host, by name, each with the marks she saved last.

    Who has no seat any more gets a line of her own, and so does what no person saved.
    """
    people, accounts = _seated(round_)
    marks = list(given)
    savers = savers_in(round_)
    saved = {savers[mark.pk] for _code, mark in marks if mark.pk in savers}
    accounts |= accounts_of(saved - accounts.keys())
    for key, name in told_apart(accounts).items():
        people.setdefault(key, Person(name)).name = name
    for field_code, mark in marks:
        key: int | str = savers.get(mark.pk) or mark.author
        _count(people.setdefault(key, Person(mark.author)), field_code, mark.saved_at)
    return sorted(people.values(), key=lambda person: (not person.seat, sort_key(person.name)))


def _count(person: Person, field_code: str, moment: datetime | None) -> None:
    person.given[field_code] = person.given.get(field_code, 0) + 1
    person.last = max(filter(None, (person.last, moment)), default=None)


def _seated(round_: Round) -> tuple[dict[int | str, Person], dict[int, Any]]:
    """Return who holds a seat at the round's host that appraises, with her account, by key."""
    roles = [role for role, verbs in ROLES.items() if Verb.APPRAISE in verbs]
    seats = Appointment.objects.in_force().filter(
        acts_for=round_.host_id, role__in=roles, user__is_active=True
    )
    found: dict[int | str, Person] = {}
    accounts: dict[int, Any] = {}
    everything = set()
    for row in seats.select_related("user", "acts_for", "workplace").order_by("pk"):
        accounts[row.user_id] = row.user
        person = found.setdefault(row.user_id, Person(row.user.full_name, row.get_role_display()))
        fields = row.seat().fields
        person.fields |= fields
        if not fields:
            everything.add(row.user_id)
    for key in everything:
        found[key].fields = frozenset()
    return found, accounts
