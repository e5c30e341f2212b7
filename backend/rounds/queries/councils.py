"""Who takes part in judging a unit's card in a round: what the council and declared conflicts leave of a seat.

The seat stays the appointment and its grants; here it is only narrowed. A round without a council of its own
counts every seat at its host.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from backend.core.dates import format_date, vn_date
from backend.criteria.models import Node
from backend.rounds import rules
from backend.rounds.models import Conflict, Council, CouncilMember, Office, Round
from permissions.actor import Actor, Seat, within
from permissions.roles import CONFLICTED, Role, Verb
from tiers.models import Appointment, Unit

# What a council decides who may do on the round's cards. More time and survey points are the host's own work.
JUDGES = frozenset({Verb.APPRAISE, Verb.PREPARE, Verb.ASK, Verb.CONCLUDE})
OFFICES = frozenset(Role(office) for office in Office.values)


@dataclass(frozen=True)
class Part:
    """One person's part on the card of one unit: what keeps her from it, her place in the round's council.

    ``presides``: as standing vice-chair she is in the chair's place on this card.
    """

    conflict: Conflict | None = None
    council: Council | None = None
    member: CouncilMember | None = None
    presides: bool = False

    def counted(self, verb: Verb, seats: Iterable[Seat]) -> tuple[Seat, ...]:
        """Return the seats that count for ``verb`` on the card."""
        if self.conflict is not None and verb in CONFLICTED:
            return ()
        if self.council is None or verb not in JUDGES:
            return tuple(seats)
        return tuple(seat for seat in seats if self._counts(seat, verb))

    def _counts(self, seat: Seat, verb: Verb) -> bool:
        if seat.role not in OFFICES:
            return True
        if self.member is None or self.member.office != str(seat.role):
            return False
        return verb is not Verb.CONCLUDE or seat.role is not Role.VICE_CHAIR or self.presides

    def covers(self, code: str, kind: str) -> bool:
        """Return whether her membership reaches that leaf of the criteria for that kind; without one nothing is narrowed."""
        return self.member is None or rules.covers(self.member.limit, code, kind)

    def why_apart(self, verb: Verb, seats: Iterable[Seat]) -> str:
        """Return why none of her seats counts for ``verb`` on the card, in words."""
        if self.conflict is not None and verb in CONFLICTED:
            return _("%(who)s không tham gia phiếu này: đã khai báo xung đột lợi ích ngày %(day)s.") % {
                "who": self.conflict.person_name,
                "day": format_date(vn_date(self.conflict.declared_at)),
            }
        if self.council is None or verb not in JUDGES:
            return ""
        if self.member is not None and self.member.office == Office.VICE_CHAIR and verb is Verb.CONCLUDE:
            return _(
                "Phó Chủ tịch thường trực chỉ kết luận khi Chủ tịch Hội đồng không được tham gia phiếu này "
                "hoặc đã giao chủ trì."
            )
        return _(
            "Đợt này có Hội đồng thẩm định theo Quyết định số %(number)s; bạn không thuộc Hội đồng đó."
        ) % {"number": self.council.decision_number}


def part_of(user_id: int | None, round: Round, unit: Unit) -> Part:
    """Return the part of a person on the card of ``unit`` in ``round``; three statements at most for most."""
    conflict = conflicts_on(round, unit).filter(person=user_id).first()
    council = Council.objects.filter(round=round).first()
    if council is None:
        return Part(conflict)
    member = council.members.in_force().filter(person=user_id).first()
    vice = member is not None and member.office == Office.VICE_CHAIR
    return Part(conflict, council, member, vice and _in_chairs_place(council, round, unit))


def parts_judging(user_id: int | None, round: Round, units: Iterable[int]) -> dict[int, Part]:
    """Return the person's part on the card of each unit, by unit, for appraising; three statements for any number.

    Of concluding in the chair's place it tells nothing: ``part_of`` does.
    """
    here = Q(round=round) | Q(round__isnull=True, host=round.host_id)
    apart = Conflict.objects.filter(here, person=user_id, withdrawn_at__isnull=True)
    conflicts = {row.unit_id: row for row in apart.order_by("-pk")}
    council = Council.objects.filter(round=round).first()
    member = council.members.in_force().filter(person=user_id).first() if council else None
    return {unit: Part(conflicts.get(unit), council, member) for unit in units}


def conflicts_on(round: Round, unit: Unit) -> QuerySet[Conflict]:
    """Return the standing conflicts that keep people from the unit's card in the round."""
    here = Q(round=round) | Q(round__isnull=True, host=round.host_id)
    return Conflict.objects.filter(here, unit=unit, withdrawn_at__isnull=True)


def conflicted_units(actor: Actor, round: Round) -> set[int]:
    """Return the keys of the units from whose cards in the round a declared conflict keeps the person."""
    here = Q(round=round) | Q(round__isnull=True, host=round.host_id)
    rows = Conflict.objects.filter(here, person=actor.user_id, withdrawn_at__isnull=True)
    return set(rows.values_list("unit_id", flat=True))


def conflicts_for(actor: Actor, round: Round) -> QuerySet[Conflict]:
    """Return the conflicts declared in the round or for all rounds of its host: all for who keeps it or inspects, else her own."""
    here = Q(round=round) | Q(round__isnull=True, host=round.host_id)
    rows = Conflict.objects.filter(here).select_related("unit", "round", "host", "person")
    sees_all = any(actor.may(verb, at=round.place()) for verb in (Verb.KEEP_COUNCIL, Verb.INSPECT))
    return rows if sees_all else rows.filter(person=actor.user_id)


def _in_chairs_place(council: Council, round: Round, unit: Unit) -> bool:
    chair = council.members.in_force().filter(office=Office.CHAIR).first()
    if council.vice_presides or chair is None:
        return True
    if conflicts_on(round, unit).filter(person=chair.person_id).exists():
        return True
    seats = Appointment.objects.in_force().filter(user=chair.person_id)
    works_there = seats.filter(workplace=unit).exists()
    return works_there or not seats.filter(role=str(Role.CHAIR), acts_for=round.host_id).exists()


def judged_by(actor: Actor, verb: Verb, *, unit: str = "unit__path", host: str = "round__host__path") -> Q:
    """Return the filter that keeps the cards on which the person takes part in judging by ``verb``.

    For rows with a ``unit`` and a ``round``; it agrees with ``Part.counted`` card by card.
    """
    if actor.system:
        return Q()
    council = tuple(seat for seat in actor.seats if seat.role in OFFICES)
    others = tuple(seat for seat in actor.seats if seat.role not in OFFICES)
    by_seat = within(actor, verb, unit=unit, host=host)
    mine = within(Actor(actor.user_id, seats=council), verb, unit=unit, host=host) & _sits(actor, verb)
    rest = within(Actor(actor.user_id, seats=others), verb, unit=unit, host=host)
    return by_seat & (mine | rest) & ~Q(Exists(_apart(actor)))


def _apart(actor: Actor) -> QuerySet[Conflict]:
    here = Q(round=OuterRef("round")) | Q(round__isnull=True, host=OuterRef("round__host"))
    return Conflict.objects.filter(
        here, person=actor.user_id, withdrawn_at__isnull=True, unit=OuterRef("unit")
    )


def _sits(actor: Actor, verb: Verb) -> Q:
    """Return the condition that the round has no council, or that she sits in it by an office she is seated for."""
    roles = {str(seat.role) for seat in actor.seats}
    members = CouncilMember.objects.in_force().filter(person=actor.user_id)
    plain = members.filter(office__in=roles - ({Office.VICE_CHAIR} if verb is Verb.CONCLUDE else set()))
    found = Q(round__council__isnull=True) | Q(round__in=plain.order_by().values("council__round"))
    if verb is Verb.CONCLUDE and Office.VICE_CHAIR in roles:
        for member in members.filter(office=Office.VICE_CHAIR).select_related("council__round__host"):
            found |= Q(round=member.council.round_id) & _without_chair(member.council)
    return found


def _without_chair(council: Council) -> Q:
    """Return the condition that the chair is away from the card, so that the vice-chair is in her place."""
    chair = council.members.in_force().filter(office=Office.CHAIR).first()
    if council.vice_presides or chair is None:
        return Q()
    seats = Appointment.objects.in_force().filter(user=chair.person_id)
    if not seats.filter(role=str(Role.CHAIR), acts_for=council.round.host_id).exists():
        return Q()
    apart = conflicted_units(Actor(chair.person_id), council.round)
    return Q(unit__in={*apart, *seats.values_list("workplace_id", flat=True)})


def taking_part(round: Round, unit: Unit, people: Iterable[Any]) -> list[Any]:
    """Return those of ``people``, all seated at the host, who take part in the unit's card: whom to tell of it."""
    apart = set(conflicts_on(round, unit).values_list("person_id", flat=True))
    council = Council.objects.filter(round=round).first()
    found = [person for person in people if person.pk not in apart]
    if council is None:
        return found
    leads = Appointment.objects.in_force().filter(acts_for=round.host_id, role=str(Role.APPRAISER))
    sits = {
        *council.members.in_force().values_list("person_id", flat=True),
        *leads.values_list("user_id", flat=True),
    }
    return [person for person in found if person.pk in sits]


def council_of(round: Round) -> Council | None:
    """Return the council of the round, None where it has none."""
    return Council.objects.filter(round=round).select_related("round__host").first()


def sitting(council: Council) -> list[CouncilMember]:
    """Return who sits in the council now, by office."""
    order = {office: place for place, office in enumerate(Office.values)}
    rows = council.members.in_force().select_related("person")
    return sorted(rows, key=lambda row: (order[row.office], row.pk))


def left(council: Council) -> QuerySet[CouncilMember]:
    """Return who sat in the council and left, newest first."""
    return council.members.filter(ends_at__isnull=False).select_related("person").order_by("-ends_at", "-pk")


def field_names(round: Round) -> dict[str, str]:
    """Return the title of each field by the code that names it in limits, in order: "5", and "xa:5" of one kind's set."""
    sets = round.groups.order_by().values("criteria_set")
    rows = Node.objects.filter(criteria_set__in=sets, parent__isnull=True)
    rows = rows.select_related("criteria_set__kind").order_by("order", "criteria_set__kind__order")
    by_code: dict[str, dict[Any, str]] = {}
    for node in rows:
        by_code.setdefault(node.code, {})[node.criteria_set.kind] = node.title
    found = {}
    for code, titles in by_code.items():
        found[code] = " / ".join(dict.fromkeys(titles.values()))
        if len(set(titles.values())) > 1:
            found |= {f"{kind.code}:{code}": f"{title} ({kind.title})" for kind, title in titles.items()}
    return found


def candidates(round: Round) -> list[Appointment]:
    """Return the seats at the host that an office in its councils asks for, by office and name."""
    order = {office: place for place, office in enumerate(Office.values)}
    rows = Appointment.objects.in_force().filter(
        acts_for=round.host_id, role__in=Office.values, user__is_active=True
    )
    found = rows.select_related("user", "workplace")
    return sorted(found, key=lambda row: (order[row.role], row.user.full_name, row.pk))


def judges_of(round: Round) -> list[Appointment]:
    """Return the seats at the host whose holders judge or prepare cards, one a person, by name."""
    roles = [*Office.values, str(Role.APPRAISER)]
    rows = Appointment.objects.in_force().filter(acts_for=round.host_id, role__in=roles, user__is_active=True)
    by_person = {row.user_id: row for row in rows.select_related("user", "workplace").order_by("-pk")}
    return sorted(by_person.values(), key=lambda row: (row.user.full_name, row.pk))
