"""The history room's list: which changes a person may read, by every filter, newest first, page by page.

Everything is asked of the narrow lines (``audit.lines``) in SQL of our own. Of the filters given, the one that keeps
the fewest rows leads: the others are written so that no index serves them, and each database walks the same index in
order, whatever it knows of the numbers. What a unit's own part of a card holds before its lock is asked apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Left, Length
from django.utils.translation import gettext as _

from backend.core import clock
from backend.core.dates import is_in_reach
from backend.core.errors import Invalid, Refused
from backend.core.prepared import Prepared
from backend.core.text import fold
from backend.criteria.models import Node
from backend.rounds.models import Round, Step
from backend.scoring import queries
from backend.scoring.lifecycle import State
from backend.scoring.models import Evidence, Explanation, Scorecard
from permissions.actor import Actor, within
from permissions.roles import ROLES, Reach, Verb
from tiers.models import Unit

A_PAGE = 50
FEW_UNITS, FEW_PEOPLE, FEW_CARDS, FEW_ROUNDS = 50, 20, 50, 12
NAMED = 5  # of too many people
MOST_CARDS = FEW_CARDS + 1  # who finds so many finds too many
_SELECT = (
    "SELECT id, at, source, row_key, kind, code, card_key, points_before, points_after, turn FROM audit_line"
)
# The first of these that is asked for leads; of a unit, a person, a card or a leaf there are few rows.
_NARROW = ("card_key", "unit_key", "person_key", "code")
_LEADS = (
    *_NARROW,
    "points_before",
    "points_after",
    "turn",
    "worded",
    "step_name",
    "round_key",
    "kind",
    "host_key",
)
_TEXTS = frozenset({"code", "step_name", "kind"})


class Line(NamedTuple):
    """One line as the page needs it."""

    id: int
    at: datetime
    source: str
    row_key: int
    kind: str
    code: str
    card_key: int | None
    points_before: Decimal | None
    points_after: Decimal | None
    turn: int


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
        return cls(at, key) if at.tzinfo and is_in_reach(at) and 0 <= key < 2**63 else None


@dataclass(frozen=True)
class Asked:
    """The filters of the room; what is empty asks nothing. ``words`` are of the unit's name, both moments count.

    ``people`` are the keys of who is meant by ``person``, where that was looked up already.
    """

    words: str = ""
    kind: str = ""
    first: datetime | None = None
    last: datetime | None = None
    person: str = ""
    people: tuple[int, ...] | None = None
    step: str = ""
    round: int | None = None
    code: str = ""
    turn: int = 0
    points_before: Decimal | None = None
    points_after: Decimal | None = None
    reason: str = ""


@dataclass
class _Where:
    """Conditions as SQL with their values: those of one column, of which the first leads, and the rest."""

    leads: dict[str, tuple[str, list[Any]]] = field(default_factory=dict)
    plain: list[tuple[str, list[Any]]] = field(default_factory=list)

    def lead(self, column: str, values: Iterable[Any], condition: str = "") -> _Where:
        """Ask that the column holds one of the values, or for a condition on ``{0}``."""
        given = list(values)
        places = ", ".join(["%s"] * len(given)) or "NULL"
        self.leads[column] = (condition or ("{0} = %s" if len(given) == 1 else f"{{0}} IN ({places})"), given)
        return self

    def ask(self, condition: str, *values: Any) -> _Where:
        """Ask for a condition that leads nowhere."""
        self.plain.append((condition, list(values)))
        return self

    def also(self) -> _Where:
        """Return the same conditions, to be added to."""
        return _Where(dict(self.leads), list(self.plain))

    def first(self, number: int) -> list[Line]:
        """Return so many lines under all conditions, newest first."""
        given = [name for name in _LEADS if name in self.leads]
        parts = [
            (self.leads[name][0].format(_column(name, place)), self.leads[name][1])
            for place, name in enumerate(given)
        ]
        parts += self.plain
        condition = " AND ".join(f"({text})" for text, _values in parts)
        values = [_bound(value) for _text, some in parts for value in some]
        with connection.cursor() as cursor:
            cursor.execute(f"{_SELECT} WHERE {condition} ORDER BY at DESC, id DESC LIMIT {number}", values)
            return [_line(row) for row in cursor.fetchall()]

    @property
    def is_narrow(self) -> bool:
        """Return whether few rows are to be walked through, whatever else is asked."""
        return any(name in self.leads for name in _NARROW)


def _column(name: str, place: int) -> str:
    """Return the column, after the first so that no index serves it."""
    if place == 0:
        return name
    return f"({name} || '')" if name in _TEXTS else f"({name} + 0)"


def _bound(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _line(row: Any) -> Line:
    # SQLite gives moments without their offset; all are kept in UTC.
    at = row[1] if row[1].tzinfo else row[1].replace(tzinfo=UTC)
    return Line(row[0], at.astimezone(UTC), *row[2:7], _points(row[7]), _points(row[8]), row[9])


def _points(thousandths: int | None) -> Decimal | None:
    return None if thousandths is None else Decimal(thousandths).scaleb(-3)


def page_of(actor: Actor, asked: Asked, before: Cursor | None = None) -> tuple[list[Line], Cursor | None]:
    """Return the lines of one page, newest first, and where the next page begins."""
    found = first_lines(actor, asked, before, A_PAGE + 1)
    page = found[:A_PAGE]
    more = len(found) > A_PAGE
    return page, Cursor(page[-1].at, page[-1].id) if more else None


def first_lines(actor: Actor, asked: Asked, before: Cursor | None, number: int) -> list[Line]:
    """Return so many lines that the person may read, newest first; none is asked for by its place in the list."""
    where = _asked(asked)
    _within(actor, where)
    if before is not None:
        where.ask("at <= %s AND (at < %s OR id < %s)", before.at, before.at, before.key)
    found = [line for part in _parts(actor, where) for line in part.first(number)]
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

_UNITS = Prepared(lambda path: Unit.objects.filter(path=path))
_CARDS = Prepared(
    lambda path: Scorecard.objects.filter(unit__path=path).exclude(state=State.PUBLISHED).order_by()
)
_OWN_STEPS = Prepared(
    lambda kind: (
        Step.objects.filter(kind=kind)
        .annotate(longest=Max("extensions__closes_at"), host_key=F("round__host_id"))
        .order_by("-round")
    )
)


def _within(actor: Actor, where: _Where) -> None:
    """Add what the person inspects: what her host runs, or all that is about units below hers."""
    if actor.system:
        return
    reaches = [(ROLES[seat.role].get(Verb.INSPECT), seat.path) for seat in actor.seats]
    below = sorted({path for reach, path in reaches if reach is Reach.BELOW})
    paths = sorted({path for reach, path in reaches if reach is not None and reach is not Reach.BELOW})
    hosts = [unit.pk for path in paths for unit in _UNITS.all(path=path)]
    if len(hosts) == 1 and not below:
        where.lead("host_key", hosts)
        return
    seen = ["host_key = %s"] * len(hosts) + ["unit_path LIKE %s ESCAPE '!'"] * len(below)
    where.ask(" OR ".join(seen) or "1 = 0", *hosts, *(_like(path, "%s%%") for path in below))


def _like(text: str, shape: str) -> str:
    escaped = text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return shape % escaped


def _parts(actor: Actor, where: _Where) -> list[_Where]:
    """Return the lists of which the page is made, each in order by an index: all but the units' own parts, and these.

    What a unit gives itself, attaches and sends round inside is its own until its lock; who works in a unit
    reads of the council what the unit reads. These are the rules of ``queries.sees_step``, put to the database.
    Nor does anybody here read answers that the unit's leader has not sent.
    """
    kept = where.also().ask("own = 0")
    if not actor.system:
        _leave_out_drafts(kept)
    if hidden := unpublished_cards(actor):
        kept.ask(
            f"side NOT IN ('council', 'answer') OR card_key IS NULL OR card_key NOT IN ({', '.join(map(str, hidden))})"
        )
    return [kept, *_own_parts(actor, where.also().ask("own = 1"))]


def _leave_out_drafts(kept: _Where) -> None:
    """Leave out what was prepared for an explanation and not sent: answers, their evidence, who put them before whom."""
    for model, side in ((Explanation, "answer"), (Evidence, "")):
        sql, values = queries.drafts(model, pk=_THING).values("pk").query.sql_with_params()
        table = model.history.model._meta.db_table
        kept.ask(f"NOT (source = '{table}' AND side = '{side}' AND EXISTS ({sql}))", *values)
    asked = Scorecard.objects.filter(state=State.EXPLAINING, pk=_CARD).order_by().values("pk")
    sql, values = asked.query.sql_with_params()
    kept.ask(f"side <> 'draft' OR NOT EXISTS ({sql})", *values)


# What a line is of, named in a condition on other tables.
_THING, _CARD = (RawSQL(f"audit_line.{name}", []) for name in ("object_key", "card_key"))  # noqa: S611


def _own_parts(actor: Actor, own: _Where) -> list[_Where]:
    """Return the lists of what units gave, attached and sent round inside, but for cards still in their hands."""
    now = clock.now()
    steps = [] if actor.system else _OWN_STEPS.all(kind=Step.Kind.SELF)
    if host := own.leads.get("host_key"):
        steps = [step for step in steps if step.host_key in host[1]]  # type: ignore[attr-defined]
    writing = [step.round_id for step in steps if max(step.closes_at, step.longest or step.closes_at) > now]
    if not writing:
        return [own]
    sealed = _few(_IN_HAND, writing, now)
    if len(sealed) <= FEW_CARDS:
        return [own.ask(f"card_key NOT IN ({', '.join(map(str, sealed))})") if sealed else own]
    others = [step.round_id for step in steps if step.round_id not in writing]
    if not own.is_narrow and len(others) <= FEW_ROUNDS:
        if asked := own.leads.get("round_key"):
            others = [key for key in others if key in asked[1]]
        opened = _few(_OUT_OF_HAND, writing, now)
        if len(opened) <= FEW_CARDS:
            cards = [own.also().lead("card_key", opened)] if opened else []
            return [*(own.also().lead("round_key", [key]) for key in others), *cards]
    hidden, values = queries.still_writing(now).order_by().values("pk").query.sql_with_params()
    return [own.ask(f"card_key NOT IN ({hidden})", *values)]


def _few(prepared: Prepared[Scorecard], rounds: list[int], now: datetime) -> list[int]:
    """Return the keys of such cards of these rounds; more than a few only where there are more."""
    found = [card.pk for key in rounds for card in prepared.all(round=key, now=_bound(now))]
    return found[: FEW_CARDS + 1]


_IN_HAND = Prepared(lambda round, now: queries.still_writing(now).filter(round=round).order_by()[:MOST_CARDS])
_OUT_OF_HAND = Prepared(
    lambda round, now: (
        Scorecard.objects.filter(round=round)
        .exclude(Exists(queries.still_writing(now).filter(pk=OuterRef("pk"))))
        .order_by()[:MOST_CARDS]
    )
)


def unpublished_cards(actor: Actor) -> list[int]:
    """Return the cards without a published result of the units where the person works."""
    places = {seat.workplace for seat in actor.seats} | {seat.path for seat in actor.seats}
    return [card.pk for path in sorted(places) for card in _CARDS.all(path=path)]


# --- what is asked for ----------------------------------------------------------------------------------------


def _asked(asked: Asked) -> _Where:
    where = _Where()
    _ask_plain(where, asked)
    for text, ask in ((asked.words, _of_units), (asked.code, _of_code), (asked.reason, _said)):
        if text:
            ask(where, text)
    if asked.person:
        where.lead("person_key", people_named(asked.person) if asked.people is None else asked.people)
    if asked.first:
        where.ask("at >= %s", asked.first)
    if asked.last:
        where.ask("at <= %s", asked.last)
    return where


def _ask_plain(where: _Where, asked: Asked) -> None:
    """Ask for what a column holds as it was given."""
    simple = {"kind": asked.kind, "step_name": asked.step, "round_key": asked.round, "turn": asked.turn}
    for name, value in simple.items():
        if value:
            where.lead(name, [value], "NOT (turn = 0) AND {0} = %s" if name == "turn" else "")
    for name in ("points_before", "points_after"):
        if (points := getattr(asked, name)) is not None:
            where.lead(name, [int(points.scaleb(3))])


def _said(where: _Where, reason: str) -> None:
    where.lead("worded", [_like(fold(reason), "%%%s%%")], "{0} = 1 AND said LIKE %s ESCAPE '!'")


def _of_units(where: _Where, words: str) -> None:
    """Ask for the units of that name and all below them."""
    named = Unit.objects.filter(folded__contains=fold(words)).order_by()
    below = Unit.objects.order_by().filter(Exists(named.filter(_holds)))
    keys = list(below.values_list("pk", flat=True)[: FEW_UNITS + 1])
    if len(keys) <= FEW_UNITS:
        where.lead("unit_key", keys)
    else:
        units, values = below.values("pk").query.sql_with_params()
        where.ask(f"unit_key IN ({units})", *values)


# A unit is below another, or it, where its path begins with the other's.
_holds = Q(path=Left(OuterRef("path"), Length("path")))


def people_named(words: str) -> list[int]:
    """Return the keys of who is meant: of that account, else of such a name. Raises Invalid where too many are."""
    everybody = get_user_model().objects.order_by("full_name", "pk")
    fitting = everybody.filter(folded__contains=fold(words))
    found = list(fitting.values_list("pk", "full_name", "username")[: FEW_PEOPLE + 1])
    if len(found) <= FEW_PEOPLE:
        return [key for key, _name, _account in found]
    if alone := everybody.filter(username=words).values_list("pk", flat=True).first():
        return [alone]
    told = _("Hơn %(few)s người có tên như vậy. Hãy gõ đủ họ tên hoặc tên đăng nhập.") % {"few": FEW_PEOPLE}
    some = [(name, account) for _key, name, account in found[:NAMED]]
    raise Invalid(told, fields={"person": [told]}, some=some)


def _of_code(where: _Where, code: str) -> None:
    """Ask for one leaf, or for a field or criterion and all below it."""
    if "." in code and not Node.objects.filter(code__startswith=f"{code}.").exists():
        where.lead("code", [code])
    else:
        where.ask("code = %s OR code LIKE %s ESCAPE '!'", code, _like(code, "%s.%%"))
