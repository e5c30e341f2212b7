"""Give leaves to divisions and people of the unit, with a deadline of the unit's own that never locks anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import create_all, recording, update_all
from backend.core import clock
from backend.core.dates import format_date, format_moment, last_day_before
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.core.text import nfc, sort_key
from backend.criteria.models import Node
from backend.notices.actions import tell
from backend.rounds.models import Step
from backend.scoring.actions.locking import about, lock, require_open, window_of
from backend.scoring.models import Assignment, Division, DivisionMember, Score, Scorecard
from backend.scoring.queries import Window, is_own, people_of
from permissions.actor import Actor
from tiers.models import Unit


@dataclass(frozen=True)
class Assignee:
    """A division or a person of the unit; exactly one of the two."""

    division: Division | None = None
    person: Any = None

    @classmethod
    def named(cls, key: str, unit: Unit) -> Assignee:
        """Return the assignee that "d-3" or "p-12" names at the unit. Raises Invalid where it names none."""
        kind, _dash, number = key.partition("-")
        wanted = int(number) if number.isdecimal() else 0
        if kind == "d":
            found = Division.objects.filter(unit=unit, is_active=True, pk=wanted).first()
            assignee = cls(division=found)
        else:
            people = people_of(unit) if kind == "p" else []
            assignee = cls(person=next((person for person in people if person.pk == wanted), None))
        if assignee == cls():
            sentence = _("Hãy chọn một bộ phận hoặc một người đang giữ vai trò ở đơn vị.")
            raise Invalid(sentence, fields={"assignee": [sentence]})
        return assignee


def require_own(card: Scorecard, by: Actor) -> None:
    """Raise Refused unless the person is one of the unit's own on the card."""
    if not is_own(by, card):
        raise Refused(_("Phần làm việc nội bộ này chỉ dành cho người của đơn vị."))


@transaction.atomic
def assign(
    card: Scorecard, codes: Iterable[str], *, by: Actor, assignee: str, due_at: datetime | None = None
) -> int:
    """Give leaves to a division ("d-3") or person ("p-12") of the unit; return how many changed.

    ``due_at`` is the first moment too late inside the unit; None asks for no day of its own. Raises Refused,
    OutOfStep after the unit's lock, or Invalid: no leaf, nobody to give to, a deadline past or after the lock.
    """
    card, window = _held(card, by)
    scores = _own_scores(card, codes)
    to = Assignee.named(assignee, card.unit)
    require_inner(due_at, window)
    changed = _give(card, dict.fromkeys(scores, to), window, by=by, due_at=due_at)
    _tell_assigned(card, dict.fromkeys(changed, to), by=by, due_at=due_at, now=window.now)
    return len(changed)


@transaction.atomic
def unassign(card: Scorecard, codes: Iterable[str], *, by: Actor) -> int:
    """Take leaves back from whom they were given to; return how many. Raises Refused, OutOfStep or Invalid."""
    card, window = _held(card, by)
    rows = Assignment.objects.filter(score__in=_own_scores(card, codes))
    with recording(by=by, at=window.now, about=about(card, window.step)):
        return sum(row.delete()[0] for row in list(rows))


@transaction.atomic
def copy_assignments(card: Scorecard, *, by: Actor, due_at: datetime | None = None) -> int:
    """Give the leaves that nobody has to whom their leaf of the year before was given; return how many.

    Divisions no longer in use and people without a seat at the unit are left out. Raises as ``assign``,
    and OutOfStep where there is nothing to copy.
    """
    card, window = _held(card, by)
    require_inner(due_at, window)
    before = _of_last_year(card)
    free = Score.objects.filter(card=card, node__previous__in=before, assignment__isnull=True, **_OWN)
    wanted = {score: before[score.node.previous_id] for score in free.select_related("node")}
    if not wanted:
        raise OutOfStep(
            _("Không có phân công năm trước để chép, hoặc các tiêu chí tương ứng đã được phân công.")
        )
    changed = _give(card, wanted, window, by=by, due_at=due_at)
    given = {score: wanted[score] for score in changed}
    _tell_assigned(card, given, by=by, due_at=due_at, now=window.now)
    return len(changed)


# Leaves that the unit scores itself.
_OWN: dict[str, Any] = {"applies": True, "source": Node.Source.ASSESSED}


def _held(card: Scorecard, by: Actor) -> tuple[Scorecard, Window]:
    """Return the card, locked, and its self-scoring window, not over yet; it need not have begun."""
    card = lock(card.pk)
    require_own(card, by)
    window = window_of(card, Step.Kind.SELF)
    if window.now >= window.closes:
        require_open(window)
    return card, window


def require_inner(due_at: datetime | None, window: Window) -> None:
    """Raise Invalid unless the inner deadline lies ahead and not after the unit's lock."""
    if due_at is None or window.now < due_at <= window.closes:
        return
    if due_at > window.closes:
        sentence = _("Hạn nội bộ không được sau hạn tự chấm của đơn vị (%(lock)s).") % {
            "lock": format_moment(window.closes)
        }
    else:
        sentence = _("Hạn nội bộ phải từ hôm nay trở đi.")
    raise Invalid(sentence, fields={"due": [sentence]})


def _own_scores(card: Scorecard, codes: Iterable[str]) -> list[Score]:
    wanted = set(codes)
    scores = list(Score.objects.filter(card=card, code__in=wanted, **_OWN).order_by("order"))
    if wanted - {score.code for score in scores}:
        unknown = ", ".join(sorted(wanted - {score.code for score in scores})[:8])
        raise Invalid(
            _("Không phân công được tiêu chí %(codes)s: đơn vị không tự chấm.") % {"codes": unknown}
        )
    if not scores:
        sentence = _("Hãy chọn ít nhất một tiêu chí hoặc một lĩnh vực.")
        raise Invalid(sentence, fields={"codes": [sentence]})
    return scores


def _give(
    card: Scorecard,
    wanted: Mapping[Score, Assignee],
    window: Window,
    *,
    by: Actor,
    due_at: datetime | None,
) -> list[Score]:
    """Write the assignments that differ from what stands and return their scores."""
    standing = {row.score_id: row for row in Assignment.objects.filter(score__in=list(wanted))}
    new, old, changed = [], [], []
    for score, to in wanted.items():
        row = standing.get(score.pk) or Assignment(score=score)
        if row.pk and (row.division, row.person, row.due_at) == (to.division, to.person, due_at):
            continue
        row.division, row.person, row.due_at = to.division, to.person, due_at
        row.assigned_by, row.assigned_at = by.name, window.now
        (old if row.pk else new).append(row)
        changed.append(score)
    with recording(by=by, at=window.now, about=about(card, window.step)):
        create_all(Assignment, new)
        update_all(Assignment, old, ["division", "person", "due_at", "assigned_by", "assigned_at"])
    return changed


def _of_last_year(card: Scorecard) -> dict[int, Assignee]:
    """Return, by node of the year before, to whom it was given, where that still can be given to."""
    rows = Assignment.objects.filter(
        score__card__round=card.round.previous_id, score__card__unit=card.unit_id
    ).select_related("division", "person", "score")
    people = {person.pk for person in people_of(card.unit)}
    return {
        row.score.node_id: Assignee(row.division, row.person)
        for row in rows
        if (row.division.is_active if row.division else row.person_id in people)
    }


def _tell_assigned(
    card: Scorecard, given: Mapping[Score, Assignee], *, by: Actor, due_at: datetime | None, now: datetime
) -> None:
    """Tell each person once what she was given by this act."""
    members = _members({to.division.pk for to in given.values() if to.division})
    hers: dict[Any, list[str]] = {}
    for score, to in given.items():
        for person in members.get(to.division.pk, []) if to.division else [to.person]:
            hers.setdefault(person, []).append(score.code)
    for person, codes in hers.items():
        if person.pk != by.user_id:
            tell(
                [person],
                key=f"assigned-{card.pk}-{now.isoformat()}",
                subject=_("%(unit)s: bạn được giao %(n)d tiêu chí")
                % {"unit": card.unit_name, "n": len(codes)},
                body=_assigned(card, codes, by, due_at),
                url=f"/scorecards/{card.pk}/?who=me",
            )


def _assigned(card: Scorecard, codes: list[str], by: Actor, due_at: datetime | None) -> str:
    until = _("Hạn nội bộ: hết ngày %s.") % format_date(last_day_before(due_at)) if due_at else ""
    more = _(" và %d tiêu chí khác") % (len(codes) - 30) if len(codes) > 30 else ""
    return _("%(who)s giao bạn các tiêu chí %(codes)s của %(card)s. %(until)s") % {
        "who": by.name,
        "codes": ", ".join(codes[:30]) + more,
        "card": card,
        "until": until,
    }


def _members(divisions: set[int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in DivisionMember.objects.filter(division__in=divisions).select_related("person"):
        found.setdefault(row.division_id, []).append(row.person)
    return found


# --- divisions ---------------------------------------------------------------------------------------------


@transaction.atomic
def save_division(
    card: Scorecard,
    *,
    by: Actor,
    name: str,
    order: int = 1,
    people: Iterable[int] = (),
    is_active: bool = True,
    division: Division | None = None,
) -> Division:
    """Add a division to the card's unit, or change one; ``people`` are the keys of who works in it.

    Raises Refused, or Invalid: no name, a name that is taken, somebody without a seat at the unit.
    """
    card = lock(card.pk)
    require_own(card, by)
    Unit.objects.select_for_update(no_key=True).get(pk=card.unit_id)
    named = " ".join(nfc(name).split())
    _require_name(card.unit, named, division)
    wanted = _require_people(card.unit, people, division)
    row = division or Division(unit=card.unit)
    row.name, row.order, row.is_active = named, order, is_active
    with recording(by=by, at=clock.now(), about=card.history_about):
        row.save()
        _set_members(row, wanted)
    return row


def _require_name(unit: Unit, name: str, division: Division | None) -> None:
    others = Division.objects.filter(unit=unit).exclude(pk=division.pk if division else None)
    # One word to a reader: "Phòng Hoà Giải", "phòng hòa giải".
    taken = next((row.name for row in others if sort_key(row.name)[:2] == sort_key(name)[:2]), "")
    if name and not taken:
        return
    sentence = _("Đơn vị đã có bộ phận “%s”.") % taken if name else _("Hãy ghi tên bộ phận.")
    raise Invalid(sentence, fields={"name": [sentence]})


def _require_people(unit: Unit, people: Iterable[int], division: Division | None) -> set[int]:
    """Return the keys of who may work in the division: those who hold a seat, and who is in it already."""
    wanted = set(people)
    allowed = {person.pk for person in people_of(unit)}
    if division:
        allowed |= set(division.members.values_list("person_id", flat=True))
    if wanted <= allowed:
        return wanted
    sentence = _("Bộ phận chỉ gồm người đang giữ vai trò ở đơn vị.")
    raise Invalid(sentence, fields={"people": [sentence]})


def _set_members(division: Division, wanted: set[int]) -> None:
    standing = {row.person_id: row for row in division.members.all()}
    for person_id, row in standing.items():
        if person_id not in wanted:
            row.delete()
    for person_id in sorted(wanted - standing.keys()):
        DivisionMember.objects.create(division=division, person_id=person_id)
