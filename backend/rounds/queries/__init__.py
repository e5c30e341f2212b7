"""Every read of rounds: whose rounds, what step is on, until when and for whom; councils: who judges a card."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from backend.core import clock
from backend.core.dates import vn_date
from backend.core.errors import Refused
from backend.core.prepared import Prepared
from backend.core.text import fold
from backend.criteria.models import CriteriaSet
from backend.rounds import rules
from backend.rounds.models import Extension, Group, HostReminder, RemindedUnit, Reminder, Round, Step
from backend.rounds.queries.councils import conflicted_units
from permissions.actor import Actor, within
from permissions.roles import ROLES, Verb
from tiers.models import Unit

SEEING = (Verb.VIEW, Verb.MANAGE_ROUND, Verb.PUBLISH, Verb.REOPEN)


@dataclass(frozen=True)
class Window:
    """When one unit may work at one step: from ``opens_at`` up to, not with, ``closes_at``."""

    opens_at: datetime
    closes_at: datetime
    extended: bool = False

    def holds(self, now: datetime) -> bool:
        """Return whether ``now`` is inside."""
        return self.opens_at <= now < self.closes_at


@dataclass(frozen=True)
class StepNow:
    """A step beside the present: ``phase`` is "past", "now" or "future"."""

    step: Step
    phase: str


def rounds_for(actor: Actor) -> QuerySet[Round]:
    """Return the rounds the person runs or sees, and the begun ones that score a unit of hers."""
    mine = within(actor, SEEING, unit="host__path")
    rows = Round.objects.select_related("host", "previous")
    return rows.filter(mine | _scoring_units_of(actor))


def _scoring_units_of(actor: Actor) -> Q:
    condition = Q(pk__in=[])
    for path in {seat.path for seat in actor.seats if Verb.VIEW in ROLES[seat.role]}:
        kinds = Unit.objects.filter(path=path).values("kind")
        groups = Group.objects.filter(kind__in=kinds).values("round")
        condition |= Q(host__path=_parent(path), pk__in=groups)
    return condition & ~Q(state=Round.State.DRAFT)


def _parent(path: str) -> str:
    return path.rstrip("/").rpartition("/")[0] + "/"


def groups_for(actor: Actor) -> QuerySet[Group]:
    """Return the groups of the rounds the person may see."""
    rows = Group.objects.filter(round__in=rounds_for(actor).values("pk"))
    return rows.select_related("round__host", "kind", "criteria_set__owner").prefetch_related("bands")


def steps_for(actor: Actor) -> QuerySet[Step]:
    """Return the steps of the rounds the person may see."""
    return Step.objects.filter(round__in=rounds_for(actor).values("pk")).select_related("round__host")


def units_below(round: Round) -> QuerySet[Unit]:
    """Return the units directly below the round's host on its day, whatever their kind."""
    return Unit.objects.on(round.on_date).filter(parent_id=round.host_id)


def units_in(round: Round) -> QuerySet[Unit]:
    """Return the units the round scores: directly below its host on its day, of one of its groups."""
    condition = Q(pk__in=[])
    for group in round.groups.all():
        condition |= of_group(group)
    return units_below(round).filter(condition)


def of_group(group: Group) -> Q:
    """Return the condition on units to stand in the group: its kind, and the half of it with or without procedures."""
    condition = Q(kind=group.kind_id)
    if group.procedures == Group.Procedures.ANY:
        return condition
    return condition & Q(has_procedures=group.procedures == Group.Procedures.WITH)


def extendable_units(actor: Actor, round: Round) -> QuerySet[Unit]:
    """Return the units of the round to which the person may give more time: never her own."""
    mine = units_in(round).filter(within(actor, Verb.REOPEN, unit="path", host="parent__path"))
    return mine.exclude(pk__in=conflicted_units(actor, round))


def demand_extending(actor: Actor, round: Round) -> None:
    """Raise Refused unless the person may give some unit of the round more time."""
    if not extendable_units(actor, round).exists():
        raise Refused(_("Bạn không có quyền gia hạn cho đơn vị nào trong đợt này."))


def unit_counts(round: Round) -> dict[int, int]:
    """Return how many units each group of the round has, by group id; two queries."""
    groups = list(round.groups.all())
    columns = {f"group{group.pk}": Count("pk", filter=of_group(group)) for group in groups}
    counts = units_below(round).order_by().aggregate(**columns) if groups else {}
    return {group.pk: counts[f"group{group.pk}"] for group in groups}


def units_without_group(round: Round) -> list[str]:
    """Return the names of units of the round's kinds that stand in none of its groups; two queries."""
    of_kinds = units_below(round).filter(kind__in=round.groups.values("kind"))
    return list(of_kinds.exclude(pk__in=units_in(round).values("pk")).values_list("name", flat=True))


def fields_of(criteria_set: CriteriaSet) -> list[tuple[str, str]]:
    """Return code and title of the set's fields (lĩnh vực), in order."""
    rows = criteria_set.nodes.filter(level=1).order_by("order")
    return list(rows.values_list("code", "title"))


def hosts_for(actor: Actor) -> QuerySet[Unit]:
    """Return the units in being whose rounds the person sets up."""
    today = vn_date(clock.now())
    return Unit.objects.on(today).filter(within(actor, Verb.MANAGE_ROUND, unit="path"))


def matching(rounds: QuerySet[Round], words: str) -> QuerySet[Round]:
    """Return the rounds whose title or host holds every one of ``words``, accents aside."""
    wanted = fold(words).split()
    if not wanted:
        return rounds
    rows = rounds.values_list("pk", "title", "host__name")
    folded = [(pk, fold(" ".join(texts))) for pk, *texts in rows]
    return rounds.filter(pk__in=[pk for pk, text in folded if all(word in text for word in wanted)])


SORTS = {"title": "title", "year": "year", "host": "host__order", "state": "state"}


def sorted_by(rounds: QuerySet[Round], column: str) -> QuerySet[Round]:
    """Return the rounds sorted by a column of the list, "-" in front turns it round."""
    name = SORTS.get(column.lstrip("-"))
    if name is None:
        return rounds.order_by("-year", "host__path")
    return rounds.order_by(f"-{name}" if column.startswith("-") else name, "-year", "host__path")


def sets_for_round(round: Round) -> QuerySet[CriteriaSet]:
    """Return the sets in force that the round may use: of its host or of a unit above it."""
    codes = round.host.path.strip("/").split("/")
    owners = ["/" + "/".join(codes[:count]) + "/" for count in range(1, len(codes) + 1)]
    issued = CriteriaSet.objects.filter(state=CriteriaSet.State.PUBLISHED, is_framework=False)
    rows = issued.filter(owner__path__in=owners)
    return rows.select_related("kind").order_by("-year", "kind__order", "-version")


_STEP = Prepared(lambda pk: Step.objects.filter(pk=pk), ending="FOR SHARE")
_STEP_OF = Prepared(
    lambda round, kind: Step.objects.filter(round=round, kind=kind).order_by("order")[:1], ending="FOR SHARE"
)
_EXTENSION = Prepared(
    lambda step, unit: Extension.objects.filter(step=step, unit=unit).order_by("-made_at", "-pk")[:1]
)


def hold_step(step_id: int) -> Step:
    """Return the step as it stands now, held so that its dates can't move until the transaction ends.

    Call it inside a transaction, after the card is locked and before the clock is read. Many may
    hold one step together; who changes its dates waits. SQLite has one writer and needs no hold.
    Raises Step.DoesNotExist.
    """
    held = _STEP.first(pk=step_id)
    if held is None:
        raise Step.DoesNotExist
    return held


_STEPS = Prepared(lambda round: Step.objects.filter(round=round).order_by("order"), ending="FOR SHARE")


def hold_steps(round_id: int) -> list[Step]:
    """Return every step of the round in order, held as ``hold_step`` holds one; one statement."""
    return _STEPS.all(round=round_id)


def hold_step_of(round_id: int, kind: str) -> Step | None:
    """Return the first step of that kind in the round, held as ``hold_step`` holds it; None without one."""
    return _STEP_OF.first(round=round_id, kind=str(kind))


def latest_extension(step: Step, unit_id: int) -> Extension | None:
    """Return the newest extension of that step for that unit, or None."""
    return _EXTENSION.first(step=step.pk, unit=unit_id)


def window(step: Step, unit_id: int) -> Window:
    """Return when the unit may work at the step: the step's dates with the unit's own extension."""
    latest = latest_extension(step, unit_id)
    return _window(step, latest.closes_at if latest else None)


def windows(round: Round, unit_ids: Iterable[int]) -> dict[tuple[int, int], Window]:
    """Return the window of every step for each of the units, by (step id, unit id); two queries."""
    return windows_of(list(round.steps.all()), unit_ids)


def windows_of(steps: Iterable[Step], unit_ids: Iterable[int]) -> dict[tuple[int, int], Window]:
    """Return the window of each of the steps for each of the units, by (step id, unit id); one query."""
    asked, units = list(steps), set(unit_ids)
    given = Extension.objects.filter(step__in=[step.pk for step in asked], unit__in=units)
    newest_last = given.order_by("made_at", "pk").values_list("step_id", "unit_id", "closes_at")
    newest = {(step_id, unit_id): closes for step_id, unit_id, closes in newest_last}
    return {(step.pk, unit): _window(step, newest.get((step.pk, unit))) for step in asked for unit in units}


def still_open(kind: str, now: datetime, *, round: str, unit: str) -> Exists:
    """Return the condition that the step of that kind has not closed for the unit at ``now``.

    ``window`` put to the database; ``round`` and ``unit`` name the columns of the row outside.
    """
    longer = Extension.objects.filter(step=OuterRef("pk"), unit=OuterRef(OuterRef(unit)))
    newest = longer.order_by("-made_at", "-pk").values("closes_at")[:1]
    steps = Step.objects.filter(round=OuterRef(round), kind=kind).annotate(longer=Subquery(newest))
    return Exists(steps.filter(Q(closes_at__gt=now) | Q(longer__gt=now)))


def _window(step: Step, extended_to: datetime | None) -> Window:
    if extended_to is None or extended_to <= step.closes_at:
        return Window(step.opens_at, step.closes_at)
    return Window(step.opens_at, extended_to, extended=True)


def locked(step: Step, unit_id: int, now: datetime) -> bool:
    """Return whether the step is over for the unit at ``now``, its extension counted."""
    return now >= window(step, unit_id).closes_at


def timeline(round: Round, now: datetime) -> list[StepNow]:
    """Return the steps of the round in their order, each beside ``now``; one query."""
    return [StepNow(step, phase(step, now)) for step in round.steps.all()]


def phase(step: Step, now: datetime) -> str:
    """Return where ``now`` is for the step as a whole: "future", "now" or "past"."""
    if now < step.opens_at:
        return "future"
    return "now" if now < step.closes_at else "past"


def current_step(round: Round, now: datetime) -> Step | None:
    """Return the step that is on at ``now``, or None between steps.

    Where entering survey points runs beside another step, the other one is the answer.
    """
    running = [row.step for row in timeline(round, now) if row.phase == "now"]
    main = [step for step in running if step.kind != Step.Kind.SURVEY]
    return next(iter(main or running), None)


def distances(steps: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """Return, by step id, how many hours before its end people are reminded, farthest first; one query."""
    found = dict.fromkeys(steps, rules.USUAL_DISTANCES)
    own: dict[int, list[int]] = {}
    for step, hours in (
        Reminder.objects.filter(step__in=found).order_by("-hours").values_list("step", "hours")
    ):
        own.setdefault(step, []).append(hours)
    return found | {step: tuple(hours) for step, hours in own.items()}


def host_reminders(round: Round) -> QuerySet[HostReminder]:
    """Return what the host sent to units of the round, newest first, each with its units."""
    return HostReminder.objects.filter(round=round).prefetch_related("units").order_by("-sent_at", "-pk")


def reminded_since(round: Round, moment: datetime) -> dict[int, datetime]:
    """Return, by unit id, when the host last reminded it, where that was after ``moment``; one query."""
    rows = RemindedUnit.objects.filter(reminder__round=round, reminder__sent_at__gt=moment)
    return dict(rows.order_by("reminder__sent_at").values_list("unit_id", "reminder__sent_at"))


def extensions_for(actor: Actor, round: Round) -> QuerySet[Extension]:
    """Return the extensions of the round that the person may see: all as its host, else her unit's."""
    return extensions_in(round).filter(
        within(actor, SEEING, unit="unit__path", host="step__round__host__path")
    )


def extensions_in(round: Round) -> QuerySet[Extension]:
    """Return every extension given to single units in the round, newest first."""
    rows = Extension.objects.filter(step__round=round)
    return rows.select_related("step", "unit", "made_by").order_by("-made_at", "-pk")


@dataclass(frozen=True)
class DateChange:
    """One change of a step's dates for all units: what stood before and after, when, by whom, why."""

    title: str
    at: datetime
    by: str
    explained: str
    opens_before: datetime
    opens_at: datetime
    closes_before: datetime
    closes_at: datetime


def date_changes(round: Round) -> list[DateChange]:
    """Return how the dates of steps were changed for all units since the round opened, newest first; one query."""
    if round.opened_at is None:
        return []
    before: dict[int, Any] = {}
    found = []
    for row in Step.history.filter(round_id=round.pk).order_by("sequence"):
        last, before[row.id] = before.get(row.id), row
        moved = last and (last.opens_at, last.closes_at) != (row.opens_at, row.closes_at)
        if moved and row.history_date > round.opened_at:
            dates = (last.opens_at, row.opens_at, last.closes_at, row.closes_at)
            told = (row.title, row.history_date, row.actor_name, row.history_change_reason)
            found.append(DateChange(*told, *dates))
    return found[::-1]
