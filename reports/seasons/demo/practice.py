"""A small round for practice, so that one person can take a card from draft to ranking in an hour.

Three invented units below Home Affairs, five leaves each. Two units are approved already; the third is
left to whoever tries it. Steps may be ended early once all units are done.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from backend.criteria.actions import publish
from backend.criteria.loading.load import load_set
from backend.criteria.loading.reading import read_file
from backend.criteria.models import CriteriaSet
from permissions.actor import Actor
from permissions.roles import Role
from reports.seasons.demo import present
from reports.seasons.demo.days import Season
from reports.seasons.demo.leaves import leaves_of
from tiers.actions import add_unit
from tiers.models import Kind, Unit
from tiers.people.demo import DemoSeat, host_seats, leader, make_demo_people, officer
from tiers.seating import actor_for

SLUG = "taphuan"
KIND = "public_service"
UNITS = 3
FILE = Path(__file__).resolve().parent / "files" / "practice.csv"
STAGES = ("untouched", "approved", "approved")


def open_practice(host: Unit, season: Season, *, today: date, by: Actor) -> None:
    """Make the practice units, their accounts and a round of ``host`` that is open since ``season``."""
    units = [_unit(host, number, by) for number in range(1, UNITS + 1)]
    users = make_demo_people(_seats(host, units))
    chosen = _criteria(host, season.year, by)
    round_ = present.open_present(
        host,
        season,
        [chosen],
        title=_("Đợt tập huấn năm %(year)d - %(host)s") % {"year": season.year, "host": host.name},
        on_date=today,
        by=actor_for(users[f"{SLUG}.tieuchi"]),
    )
    leaves = leaves_of(chosen)
    cards = {card.unit_id: card for card in round_.cards.select_related("unit", "round", "criteria_set")}
    for number, (unit, stage) in enumerate(zip(units, STAGES, strict=True), 1):
        names = (f"{SLUG}{number}.chuyenvien", f"{SLUG}{number}.lanhdao")
        team = present.Team(*(actor_for(users[name]) for name in names))
        present.act(cards[unit.pk], leaves, team, stage)


def _unit(host: Unit, number: int, by: Actor) -> Unit:
    return add_unit(
        host,
        by=by,
        reason=_("Đơn vị tập huấn của số liệu minh hoạ"),
        code=f"TAPHUAN{number}",
        valid_from=host.valid_from,
        name=_("Đơn vị tập huấn %(number)d (minh hoạ)") % {"number": number},
        kind=Kind.objects.get(code=KIND),
        order=number,
        is_illustration=True,
        source=_("minh hoạ"),
    )


def _seats(host: Unit, units: list[Unit]) -> list[DemoSeat]:
    seats = [seat for seat in host_seats(host, host, SLUG) if seat.role is not Role.ADMINISTRATOR]
    for number, unit in enumerate(units, 1):
        seats += [officer(unit, f"{SLUG}{number}"), leader(unit, f"{SLUG}{number}", "Giám đốc")]
    return seats


def _criteria(host: Unit, year: int, by: Actor) -> CriteriaSet:
    made = load_set(
        read_file(FILE),
        owner=host,
        kind=Kind.objects.get(code=KIND),
        year=year,
        by=by,
        title=_("Bộ tiêu chí minh hoạ cho đợt tập huấn năm %(year)d") % {"year": year},
        is_illustration=True,
    )
    return publish(made, by=by)
