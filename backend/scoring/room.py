"""The history room's list: which changes a person may read, by every filter, newest first, page by page.

Everything is asked of the narrow lines (``audit.lines``). Of the filters given, the one that keeps the fewest
rows leads: the others are written so that no index serves them, and each database walks the same index in order,
whatever it knows of the numbers. What a unit's own part of a card holds before its lock is asked apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from backend.audit.models import Line
from backend.core import clock
from backend.core.dates import end_of_day_exclusive, start_of_day
from backend.core.errors import Invalid, Refused
from backend.core.text import fold
from backend.criteria.models import Node
from backend.rounds.models import Extension, Round, Step
from backend.scoring import queries
from backend.scoring.lifecycle import State
from backend.scoring.models import Scorecard
from permissions.actor import Actor, within
from permissions.roles import ROLES, Reach, Verb
from tiers.models import Unit

A_PAGE = 50
FEW_UNITS, FEW_PEOPLE, FEW_CARDS, FEW_ROUNDS = 50, 20, 50, 12
COLUMNS = (
    "id",
    "at",
    "source",
    "row_key",
    "kind",
    "code",
    "card_key",
    "points_before",
    "points_after",
    "turn",
)
# The first of these that is asked for leads; of a unit, a person, a card or a leaf there are few rows.
_LEADS = (
    "card_key",
    "unit_key",
    "person_key",
    "code",
    "turn",
    "said",
    "step_name",
    "round_key",
    "kind",
    "host_key",
)
_NARROW = frozenset(_LEADS[:4])


@dataclass(frozen=True)
class Cursor:
    """A place in the list: lines after it are older."""

    at: datetime
    key: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.key}"

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """Return the place that an address names; None where it names none."""
        at_text, _sign, key_text = text.replace(" ", "+").partition("~")
        try:
            at, key = datetime.fromisoformat(at_text), int(key_text)
        except ValueError:
            return None
        return cls(at, key) if at.tzinfo and 0 <= key < 2**63 else None


@dataclass(frozen=True)
class Asked:
    """The filters of the room; what is empty asks nothing. ``words`` are of the unit's name, both days count."""

    words: str = ""
    kind: str = ""
    first: date | None = None
    last: date | None = None
    person: str = ""
    step: str = ""
    round: int | None = None
    code: str = ""
    turn: int = 0
    reason: str = ""


@dataclass
class _Where:
    """Conditions by column, those of which one may lead, and the rest."""

    leads: dict[str, Q] = field(default_factory=dict)
    plain: Q = field(default_factory=Q)

    def on(self, lines: QuerySet[Line]) -> QuerySet[Line]:
        """Return the lines under all conditions; only the first lead is left to an index."""
        lines = lines.filter(self.plain)
        given = [name for name in _LEADS if name in self.leads]
        for place, name in enumerate(given):
            condition = self.leads[name]
            if place:
                lines = lines.alias(**{f"{name}_plain": _unindexed(name)})
                condition = _renamed(condition, name)
            lines = lines.filter(condition)
        return lines

    def also(self, **leads: Q) -> _Where:
        """Return the same conditions and more."""
        return _Where(self.leads | leads, self.plain)

    @property
    def is_narrow(self) -> bool:
        """Return whether few rows are to be walked through, whatever else is asked."""
        return not _NARROW.isdisjoint(self.leads)


_TEXTS = frozenset({"code", "said", "step_name", "kind"})


def _unindexed(name: str) -> Any:
    return Concat(F(name), Value(""), output_field=CharField()) if name in _TEXTS else F(name) + 0


def _renamed(condition: Q, name: str) -> Q:
    """Return a flat condition on ``name`` as one on its unindexed alias."""
    parts = [
        _renamed(part, name)
        if isinstance(part, Q)
        else (f"{name}_plain{part[0].removeprefix(name)}", part[1])
        for part in condition.children
    ]
    return Q(*parts, _connector=condition.connector, _negated=condition.negated)


def page_of(actor: Actor, asked: Asked, before: Cursor | None = None) -> tuple[list[Any], Cursor | None]:
    """Return the lines of one page, newest first, and where the next page begins."""
    found = list(first_lines(actor, asked, before, A_PAGE + 1))
    page = found[:A_PAGE]
    more = len(found) > A_PAGE
    return page, Cursor(page[-1].at, page[-1].id) if more else None


def first_lines(actor: Actor, asked: Asked, before: Cursor | None, number: int) -> list[Any]:
    """Return so many lines that the person may read, newest first; none is asked for by its place in the list."""
    where = _asked(asked)
    where = _within(actor, where)
    if before is not None:
        where.plain &= Q(at__lte=before.at) & (Q(at__lt=before.at) | Q(id__lt=before.key))
    lines = Line.objects.order_by("-at", "-id").values_list(*COLUMNS, named=True)
    found = [line for part in _parts(actor, where, lines) for line in part[:number]]
    found.sort(key=lambda line: (line.at, line.id), reverse=True)
    return found[:number]


def demand_inspector(actor: Actor) -> None:
    """Raise Refused unless the person inspects anything at all."""
    if not actor.may_anywhere(Verb.INSPECT):
        raise Refused(
            _("Bạn không có quyền xem lịch sử. Lịch sử điểm của đơn vị xem ở từng tiêu chí trên phiếu.")
        )


def inspected_rounds(actor: Actor) -> QuerySet[Round]:
    """Return the begun rounds whose history the person inspects, newest first."""
    inspects = within(actor, Verb.INSPECT, unit="host__path")
    return Round.objects.filter(inspects).exclude(state=Round.State.DRAFT).select_related("host")


# --- whose history --------------------------------------------------------------------------------------------


def _within(actor: Actor, where: _Where) -> _Where:
    """Add what the person inspects: what her host runs, or all that is about units below hers."""
    if actor.system:
        return where
    hosts, below = set(), set()
    for seat in actor.seats:
        reach = ROLES[seat.role].get(Verb.INSPECT)
        if reach is Reach.BELOW:
            below.add(seat.path)
        elif reach is not None:
            hosts.add(seat.path)
    keys = list(Unit.objects.filter(path__in=hosts).values_list("pk", flat=True)) if hosts else []
    if len(keys) == 1 and not below:
        return where.also(host_key=Q(host_key=keys[0]))
    seen = Q(host_key__in=keys)
    for path in below:
        seen |= Q(unit_path__startswith=path)
    return _Where(where.leads, where.plain & seen)


def _parts(actor: Actor, where: _Where, lines: Any) -> list[Any]:
    """Return the lists of which the page is made, each in order by an index: all but the units' own parts, and these.

    What a unit gives itself, attaches and sends round inside is its own until its lock; who works in a unit
    reads of the council what the unit reads. These are the rules of ``queries.sees_step``, put to the database.
    """
    kept = ~Q(side="council", card_key__in=unpublished_cards(actor))
    parts = [where.on(lines.filter(kept, own=0))]
    own = lines.filter(own=1)
    now = clock.now()
    writing = set() if actor.system else _rounds_being_written(now)
    if not writing:
        return [*parts, where.on(own)]
    sealed = own.exclude(Exists(queries.still_writing(now).filter(pk=OuterRef("card_key"))))
    others = list(
        Round.objects.exclude(pk__in=writing).order_by("-pk").values_list("pk", flat=True)[: FEW_ROUNDS + 1]
    )
    if where.is_narrow or len(others) > FEW_ROUNDS:
        return [*parts, where.on(sealed)]
    wanted = [
        key
        for key in others
        if "round_key" not in where.leads or Q(round_key=key) == where.leads["round_key"]
    ]
    parts += [where.also(round_key=Q(round_key=key)).on(own) for key in wanted]
    done = _cards_out_of_hand(writing, now)
    if len(done) > FEW_CARDS:
        parts.append(_Where(where.leads, where.plain & Q(round_key__in=writing)).on(sealed))
    elif done:
        parts.append(where.also(card_key=Q(card_key__in=done)).on(own))
    return parts


def _rounds_being_written(now: datetime) -> set[int]:
    """Return the rounds in which some unit may still be scoring itself."""
    longer = Extension.objects.filter(step=OuterRef("pk"), closes_at__gt=now)
    steps = Step.objects.filter(Q(closes_at__gt=now) | Exists(longer), kind=Step.Kind.SELF)
    return set(steps.values_list("round", flat=True))


def _cards_out_of_hand(rounds: set[int], now: datetime) -> list[int]:
    """Return the cards of these rounds that are no longer in their unit's own hands; not more than a few."""
    cards = Scorecard.objects.filter(round__in=rounds).order_by()
    done = cards.exclude(Exists(queries.still_writing(now).filter(pk=OuterRef("pk"))))
    return list(done.values_list("pk", flat=True)[: FEW_CARDS + 1])


def unpublished_cards(actor: Actor) -> list[int]:
    """Return the cards without a published result of the units where the person works."""
    places = {seat.workplace for seat in actor.seats} | {seat.path for seat in actor.seats}
    cards = Scorecard.objects.filter(unit__path__in=places).exclude(state=State.PUBLISHED)
    return list(cards.order_by().values_list("pk", flat=True))


# --- what is asked for ----------------------------------------------------------------------------------------


def _asked(asked: Asked) -> _Where:
    where = _Where()
    simple = {"kind": asked.kind, "step_name": asked.step, "round_key": asked.round, "turn": asked.turn}
    where.leads |= {name: Q(**{name: value}) for name, value in simple.items() if value}
    if asked.words:
        _of_units(where, asked.words)
    if asked.person:
        where.leads["person_key"] = Q(person_key__in=_people(asked.person))
    if asked.code:
        _of_code(where, asked.code)
    if asked.reason:
        where.leads["said"] = ~Q(said="") & Q(said__contains=fold(asked.reason))
    if asked.first:
        where.plain &= Q(at__gte=start_of_day(asked.first))
    if asked.last:
        where.plain &= Q(at__lt=end_of_day_exclusive(asked.last))
    return where


def _of_units(where: _Where, words: str) -> None:
    """Ask for the units of that name and all below them."""
    named = list(
        Unit.objects.filter(folded__contains=fold(words)).values_list("path", flat=True)[: FEW_UNITS + 1]
    )
    below = Q(pk__in=[])
    for path in named:
        below |= Q(path__startswith=path)
    keys = list(Unit.objects.filter(below).values_list("pk", flat=True)[: FEW_UNITS + 1])
    if len(named) <= FEW_UNITS and len(keys) <= FEW_UNITS:
        where.leads["unit_key"] = Q(unit_key__in=keys)
    else:
        seen = Q(unit_key__in=Unit.objects.filter(folded__contains=fold(words)).values("pk"))
        for path in named[:FEW_UNITS]:
            seen |= Q(unit_path__startswith=path)
        where.plain &= seen


def _people(words: str) -> list[int]:
    """Return who is meant. Raises Invalid where the words fit too many."""
    people = get_user_model().objects.filter(folded__contains=fold(words)).order_by("pk")
    found = list(people.values_list("pk", flat=True)[: FEW_PEOPLE + 1])
    if len(found) > FEW_PEOPLE:
        told = _("Hơn %(few)s người có tên như vậy. Hãy gõ đủ họ tên hoặc tên đăng nhập.") % {
            "few": FEW_PEOPLE
        }
        raise Invalid(told, fields={"person": [told]})
    return found


def _of_code(where: _Where, code: str) -> None:
    """Ask for one leaf, or for a field or criterion and all below it."""
    if "." in code and not Node.objects.filter(code__startswith=f"{code}.").exists():
        where.leads["code"] = Q(code=code)
    else:
        where.plain &= Q(code=code) | Q(code__startswith=f"{code}.")
