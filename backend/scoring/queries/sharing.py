"""Work shared inside a unit: who has which leaf, what is said about it, and how far each is.

Read only for the unit's own people (``is_own``); nobody else learns even how much there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Exists, F, Min, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from backend.core.exact import ZERO
from backend.core.text import sort_key
from backend.criteria.models import Node
from backend.rounds.models import Step
from backend.scoring.models import (
    Assignment,
    Division,
    DivisionMember,
    Evidence,
    Mark,
    Mention,
    Remark,
    Score,
    Scorecard,
)
from backend.scoring.queries.cards import single_grants
from backend.scoring.queries.sheets import Leaf, Sheet
from permissions.actor import Actor
from permissions.roles import ROLES, Verb
from tiers.models import Appointment, Unit

# What the unit's own people do on its card; the roles that do it are the unit's people.
OWN_VERBS = (Verb.SCORE, Verb.APPROVE)
OWN_ROLES = [str(role) for role, verbs in ROLES.items() if verbs.keys() & set(OWN_VERBS)]


def is_own(actor: Actor, card: Scorecard) -> bool:
    """Return whether the person is one of the unit's own on the card: officer, leader, or lent the approval."""
    if any(actor.may(verb, at=card.place()) for verb in OWN_VERBS):
        return True
    lent, excluded = single_grants(actor, card)
    return Verb.APPROVE in lent - excluded


def people_of(unit: Unit) -> list[Any]:
    """Return the active people who score or approve for the unit now, by their own name as people look for it."""
    seats = Appointment.objects.in_force().filter(acts_for=unit, role__in=OWN_ROLES)
    people = get_user_model().objects.filter(is_active=True, pk__in=seats.values("user_id"))
    return sorted(people, key=lambda person: _by_name(person.full_name))


def _by_name(full_name: str) -> tuple[Any, Any]:
    """Return the key of "Nguyễn Thị An": An first, then the rest, as lists of people stand here."""
    return sort_key(full_name.rpartition(" ")[2]), sort_key(full_name)


def divisions_of(unit: Unit) -> list[Division]:
    """Return the divisions of the unit in order, each with ``members`` and their people; two statements."""
    members = DivisionMember.objects.select_related("person").order_by("person__full_name")
    rows = Division.objects.filter(unit=unit).select_related("unit")
    return list(rows.prefetch_related(Prefetch("members", queryset=members)))


@dataclass(frozen=True)
class Share:
    """What the unit's people know of one leaf among themselves.

    ``key`` names the assignee ("d-3" a division, "p-12" a person; empty: nobody yet). ``due_at`` is the first
    moment too late by the unit's own reckoning. ``remarks`` and ``unread`` count what was said and what calls
    the viewer and waits for her.
    """

    key: str = ""
    assignee: str = ""
    due_at: datetime | None = None
    mine: bool = False
    assigned_by: str = ""
    assigned_at: datetime | None = None
    remarks: int = 0
    unread: int = 0


NOTHING = Share()


def shares(card: Scorecard, viewer: Actor) -> dict[int, Share]:
    """Return, by score, what is shared about each leaf that has something; one statement for any number."""
    rows = Score.objects.filter(card=card).annotate(
        said=Subquery(
            _counted(Remark.objects.filter(score=OuterRef("pk"), withdrawn_at__isnull=True), "score")
        ),
        calls=Subquery(_counted(_unread(viewer).filter(remark__score=OuterRef("pk")), "remark__score")),
        mine=Exists(Assignment.objects.filter(_hers(viewer), score=OuterRef("pk"))),
    )
    found = rows.filter(Q(assignment__isnull=False) | Q(said__gt=0)).annotate(
        division=F("assignment__division"),
        person=F("assignment__person"),
        assignee=Coalesce("assignment__division__name", "assignment__person__full_name", Value("")),
        due_at=F("assignment__due_at"),
        assigned_by=Coalesce("assignment__assigned_by", Value("")),
        assigned_at=F("assignment__assigned_at"),
    )
    return {row["pk"]: _share(row) for row in found.order_by().values("pk", *_COLUMNS)}


_COLUMNS = (
    "division",
    "person",
    "assignee",
    "due_at",
    "assigned_by",
    "assigned_at",
    "mine",
    "said",
    "calls",
)


def _share(row: dict[str, Any]) -> Share:
    division, person = row["division"], row["person"]
    return Share(
        key=f"d-{division}" if division else f"p-{person}" if person else "",
        remarks=row["said"] or 0,
        unread=row["calls"] or 0,
        **{name: row[name] for name in ("assignee", "due_at", "mine", "assigned_by", "assigned_at")},
    )


def _counted(rows: QuerySet[Any], by: str) -> QuerySet[Any]:
    return rows.order_by().values(by).annotate(n=Count("pk")).values("n")


def _unread(viewer: Actor) -> QuerySet[Mention]:
    return Mention.objects.filter(
        person=viewer.user_id, read_at__isnull=True, remark__withdrawn_at__isnull=True
    )


def _hers(viewer: Actor) -> Q:
    """Return the filter of the assignments that are the person's: her own and those of her divisions."""
    hers = DivisionMember.objects.filter(person=viewer.user_id, division=OuterRef("division"))
    return Q(person=viewer.user_id) | Q(Exists(hers))


def remarks_on(score: Score) -> list[Remark]:
    """Return what was said of a leaf, oldest first, each with ``mentions``; two statements."""
    mentions = Mention.objects.select_related("person").order_by("person__full_name")
    return list(score.remarks.prefetch_related(Prefetch("mentions", queryset=mentions)))


# --- how far each is ---------------------------------------------------------------------------------------


def lacks_points(leaf: Leaf) -> bool:
    """Return whether the leaf is owed points and has none."""
    return leaf.within_scale and leaf.points is None


def is_done(leaf: Leaf) -> bool:
    """Return whether the leaf needs nothing more: it has points and, where asked, evidence."""
    return not lacks_points(leaf) and not leaf.lacks_evidence


def is_late(leaf: Leaf, share: Share, now: datetime) -> bool:
    """Return whether the leaf is not done and its inner deadline is over."""
    return share.due_at is not None and share.due_at <= now and not is_done(leaf)


@dataclass
class Tally:
    """How far one person, division or field is: counts of leaves. ``key`` is what the grid is narrowed by."""

    key: str
    title: str
    leaves: int = 0
    done: int = 0
    no_points: int = 0
    no_evidence: int = 0
    late: int = 0
    nearest: datetime | None = None

    def add(self, leaf: Leaf, share: Share, now: datetime) -> None:
        """Count one leaf."""
        self.leaves += 1
        self.done += is_done(leaf)
        self.no_points += lacks_points(leaf)
        self.no_evidence += leaf.lacks_evidence
        self.late += is_late(leaf, share, now)
        if share.due_at and not is_done(leaf):
            self.nearest = min(self.nearest or share.due_at, share.due_at)


@dataclass
class Progress:
    """How far the unit is with its card, three ways; ``unassigned`` counts what nobody has."""

    people: list[Tally] = field(default_factory=list)
    divisions: list[Tally] = field(default_factory=list)
    fields: list[Tally] = field(default_factory=list)
    unassigned: Tally = field(default_factory=lambda: Tally("none", ""))


def progress(sheet: Sheet, found: Mapping[int, Share]) -> Progress:
    """Return how far the sheet's own leaves are by person, division and field; no statement."""
    pairs = [(leaf, found.get(leaf.score.pk, NOTHING)) for leaf in (*sheet.own, *sheet.extra)]
    made = Progress()
    tallies = list(_tallied(pairs, lambda _leaf, share: (share.key, share.assignee), sheet.now))
    made.people = [tally for tally in tallies if tally.key.startswith("p-")]
    made.divisions = [tally for tally in tallies if tally.key.startswith("d-")]
    made.unassigned = next((tally for tally in tallies if not tally.key), made.unassigned)
    made.unassigned.key = "none"
    titles = {part.node.code: f"{part.node.code}. {part.node.title}" for part in sheet.fields}
    code = {leaf.score.pk: part.node.code for part in sheet.fields for leaf in part.leaves}
    by_field = list(
        _tallied(pairs, lambda leaf, _share: (code[leaf.score.pk], titles[code[leaf.score.pk]]), sheet.now)
    )
    order = list(titles)
    made.fields = sorted(by_field, key=lambda tally: order.index(tally.key))
    return made


def _tallied(
    pairs: Iterable[tuple[Leaf, Share]], name: Callable[[Leaf, Share], tuple[str, str]], now: datetime
) -> Iterator[Tally]:
    made: dict[str, Tally] = {}
    for leaf, share in pairs:
        key, title = name(leaf, share)
        made.setdefault(key, Tally(key, title)).add(leaf, share, now)
    yield from sorted(made.values(), key=lambda tally: _by_name(tally.title))


# --- what waits for one person -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Hers:
    """What one person has on one card: counts of leaves, and the nearest inner deadline of those not done."""

    leaves: int
    done: int
    late: int
    nearest: datetime | None


def hers_on(cards: Iterable[Scorecard], viewer: Actor, now: datetime) -> dict[int, Hers]:
    """Return, by card, what is assigned to the person; one statement for any number of cards."""
    rows = Assignment.objects.filter(_hers(viewer), score__card__in=list(cards), score__applies=True)
    rows = rows.annotate(open=Exists(_open_marks()))
    late = Q(open=True, due_at__lte=now)
    counted = (
        rows.order_by()
        .values(card_id=F("score__card_id"))
        .annotate(
            leaves=Count("pk"),
            left=Count("pk", filter=Q(open=True)),
            late=Count("pk", filter=late),
            nearest=Min("due_at", filter=Q(open=True)),
        )
    )
    return {
        row["card_id"]: Hers(row["leaves"], row["leaves"] - row["left"], row["late"], row["nearest"])
        for row in counted
    }


def _open_marks() -> QuerySet[Mark]:
    """Return the unit's own marks of an assignment's leaf that still need something: ``is_done``, in SQL."""
    proofs = Evidence.objects.filter(score=OuterRef("score"), removed_at__isnull=True)
    owed = Q(points__isnull=True, score__counting=Node.Counting.BASE)
    unproven = Q(points__gt=ZERO, note="", score__node__needs_evidence=True) & ~Exists(proofs)
    rows = Mark.objects.filter(score=OuterRef("score"), step__kind=Step.Kind.SELF)
    return rows.filter(owed | (unproven & ~Q(score__counting=Node.Counting.PENALTY)))
