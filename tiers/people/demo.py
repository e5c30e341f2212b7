"""Accounts of the demonstration, named by seat, never by a person; everybody knows their password."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from backend.accounts.models import User
from backend.audit.recording import create_all, recording
from backend.core.dates import end_of_day_exclusive, start_of_day
from permissions.actor import SYSTEM
from permissions.roles import Role
from tiers import seating
from tiers.models import Appointment, Unit

# Written in README and printed by deploy/run. Such accounts open nothing outside the demonstration.
DEMO_PASSWORD = "minh-hoa-cai-cach"  # noqa: S105 (public by intent)


@dataclass(frozen=True)
class DemoSeat:
    """One account in one seat; the same username twice is one account in two seats.

    ``starts_on`` and ``last_day`` are days of Vietnam; without a start the seat counts since the unit began.
    """

    username: str
    full_name: str
    role: Role
    acts_for: Unit
    workplace: Unit | None = None
    title: str = ""
    fields_limit: str = ""
    starts_on: date | None = None
    last_day: date | None = None


@transaction.atomic
def make_demo_people(seats: Iterable[DemoSeat]) -> dict[str, User]:
    """Make the accounts and seats that are missing and return all accounts named, by username.

    Every account is ``is_demo`` and has ``DEMO_PASSWORD``. Run twice, it changes nothing.
    """
    wanted = list(seats)
    with recording(by=SYSTEM, reason=_("Tài khoản minh hoạ")):
        users = _accounts(wanted)
        made = create_all(Appointment, _missing([_appointment(seat, users) for seat in wanted]))
    seating.grant_all(made)
    return users


def _accounts(wanted: list[DemoSeat]) -> dict[str, User]:
    names = {seat.username: seat.full_name for seat in reversed(wanted)}
    homes = {seat.username: seat.workplace or seat.acts_for for seat in reversed(wanted)}
    there = {user.username: user for user in User.objects.filter(username__in=names)}
    new = [
        User(username=username, full_name=full_name, is_demo=True, email=f"{username}@minh-hoa.example")
        for username, full_name in names.items()
        if username not in there
    ]
    # One slow hash for all of them: their password is the same and public.
    password = make_password(DEMO_PASSWORD) if new else ""
    for user in new:
        user.password = password
        user.fold()
        user.history_about = homes[user.username].history_about
    return there | {user.username: user for user in create_all(User, new)}


def _appointment(seat: DemoSeat, users: dict[str, User]) -> Appointment:
    ends = seat.last_day or seat.acts_for.last_day
    return Appointment(
        user=users[seat.username],
        role=seat.role,
        acts_for=seat.acts_for,
        workplace=seat.workplace or seat.acts_for,
        title=seat.title,
        fields_limit=seat.fields_limit,
        starts_at=start_of_day(seat.starts_on or seat.acts_for.valid_from),
        ends_at=end_of_day_exclusive(ends) if ends else None,
    )


def _missing(seats: list[Appointment]) -> list[Appointment]:
    users = {seat.user_id for seat in seats}
    there = {_key(seat) for seat in Appointment.objects.filter(user__in=users)}
    return [seat for seat in seats if _key(seat) not in there]


def _key(seat: Appointment) -> tuple[int, str, int, int, datetime]:
    return seat.user_id, str(seat.role), seat.acts_for_id, seat.workplace_id, seat.starts_at


def officer(unit: Unit, slug: str, **fields: object) -> DemoSeat:
    """Return the seat of who scores ``unit``: "31117.chuyenvien"."""
    name = _("Chuyên viên tự chấm - %(unit)s") % {"unit": unit.name}
    return DemoSeat(f"{slug}.chuyenvien", name, Role.OFFICER, unit, **fields)  # type: ignore[arg-type]


def leader(unit: Unit, slug: str, title: str, **fields: object) -> DemoSeat:
    """Return the seat of who approves for ``unit``: "31117.lanhdao"; ``title`` as "Chủ tịch UBND"."""
    name = f"{title} - {unit.name}"
    return DemoSeat(f"{slug}.lanhdao", name, Role.LEADER, unit, title=title, **fields)  # type: ignore[arg-type]


def host_seats(host: Unit, home_affairs: Unit, slug: str) -> list[DemoSeat]:
    """Return the seats that run a round of ``host``, most of them worked at its Home Affairs body."""
    at_home = {"acts_for": host, "workplace": home_affairs}
    place = host.name
    return [
        DemoSeat(f"{slug}.quantri", f"Quản trị hệ thống - {place}", Role.ADMINISTRATOR, **at_home),
        DemoSeat(
            f"{slug}.tieuchi", f"Quản lý tiêu chí và đợt đánh giá - {place}", Role.CRITERIA_MANAGER, **at_home
        ),
        DemoSeat(f"{slug}.thuky", f"Thư ký Hội đồng thẩm định - {place}", Role.SECRETARY, **at_home),
        DemoSeat(f"{slug}.uyvien", f"Ủy viên Hội đồng thẩm định - {place}", Role.MEMBER, host),
        DemoSeat(
            f"{slug}.thuongtruc",
            f"Phó Chủ tịch thường trực Hội đồng thẩm định - {place}",
            Role.VICE_CHAIR,
            **at_home,
        ),
        DemoSeat(f"{slug}.giupviec", f"Tổ giúp việc Hội đồng thẩm định - {place}", Role.SUPPORT, **at_home),
        DemoSeat(f"{slug}.hoidong", f"Chủ tịch Hội đồng thẩm định - {place}", Role.CHAIR, host),
        DemoSeat(f"{slug}.thanhtra", f"Thanh tra, giám sát - {place}", Role.INSPECTOR, host),
    ]
