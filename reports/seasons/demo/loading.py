"""All of the demonstration, once and whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from backend.accounts.models import User
from backend.audit.actions import checkpoint_if_set_up
from backend.core import clock
from backend.core.dates import format_date, vn_date
from backend.core.errors import OutOfStep
from backend.criteria.actions import copy_set, publish
from backend.criteria.loading.illustration import load_illustration
from backend.criteria.models import CriteriaSet
from backend.rounds.models import Round
from backend.scoring.models import Scorecard
from permissions.actor import Actor
from reports.seasons.demo import days, people, practice, present
from reports.seasons.demo.leaves import leaves_of
from reports.seasons.demo.past import past_season
from reports.seasons.taking import take_over_season
from tiers.models import Kind, Unit
from tiers.people.demo import make_demo_people
from tiers.queries import scored_units
from tiers.seating import actor_for

CITY = "92"
OLD_TREE = date(2021, 12, 31)
DEPARTMENT, DISTRICT, COMMUNE = "department", "district", "commune"
TITLE = "Đánh giá, xếp hạng cải cách hành chính năm %(year)d - %(host)s"

# Who enters what no account stands for; the name says what the figures are.
MAKER = Actor(user_id=None, name="Số liệu minh hoạ", system=True)


def is_loaded() -> bool:
    """Return whether the demonstration is in the database."""
    return Round.objects.filter(host__code=CITY, year=OLD_TREE.year, is_illustration=True).exists()


def require_demo() -> None:
    """Raise OutOfStep outside demonstration mode."""
    if not settings.DEMO:
        raise OutOfStep(_("Số liệu minh hoạ chỉ nạp được ở chế độ trình diễn (DEMO=1)."))


@transaction.atomic
def load(*, today: date | None = None, say: Callable[[str], object] = str) -> bool:
    """Load the demonstration as seen on ``today``; return False where it is there already.

    The organisation must be loaded. ``say`` is told of each part. Raises OutOfStep outside
    demonstration mode.
    """
    require_demo()
    if is_loaded():
        return False
    today = today or vn_date(clock.now())
    _require_day(today)
    maker = _Maker(Unit.objects.get(code=CITY), today)
    say(_("Năm 2021: thành phố và chín quận, huyện"))
    maker.load_2021()
    checkpoint_if_set_up("publication")
    say(_("Năm %(year)d: đã công bố") % {"year": maker.seasons.before.year})
    maker.load_before()
    checkpoint_if_set_up("publication")
    say(_("Năm %(year)d: đang tự chấm điểm") % {"year": maker.seasons.present.year})
    maker.load_present()
    checkpoint_if_set_up("day")
    return True


def _require_day(today: date) -> None:
    if today < days.EARLIEST:
        said = {"today": format_date(today), "first": format_date(days.EARLIEST)}
        raise OutOfStep(
            _("Đồng hồ đang là ngày %(today)s; số liệu minh hoạ chỉ nạp được từ ngày %(first)s.") % said
        )


@dataclass
class _Maker:
    """Makes the parts of the demonstration in the order in which they need each other."""

    city: Unit
    today: date
    sets: dict[str, CriteriaSet] = field(default_factory=dict)  # the latest of each kind

    @property
    def seasons(self) -> days.Days:
        return days.season_days(self.today)

    def load_2021(self) -> None:
        """Enter the city's round and those of its districts, each with its own deadline."""
        year = OLD_TREE.year
        sets = self._new_sets((DEPARTMENT, DISTRICT, COMMUNE), year, OLD_TREE)
        self._take_over(self.city, days.season_of_2021(), sets[:2], OLD_TREE)
        for place, district in enumerate(_units(self.city, DISTRICT, OLD_TREE), 1):
            copy = publish(copy_set(sets[2], by=MAKER, year=year, owner=district), by=MAKER)
            self._take_over(district, days.season_of_2021(place), [copy], OLD_TREE)

    def load_before(self) -> None:
        """Enter the season before the present one, on the two-tier tree."""
        season = self.seasons.before
        day = date(season.year, 12, 31)
        self._take_over(self.city, season, self._new_sets((DEPARTMENT, COMMUNE), season.year, day), day)

    def load_present(self) -> None:
        """Open the present season and bring its cards into every state."""
        season = self.seasons.present
        departments, communes = (_units(self.city, kind, self.today) for kind in (DEPARTMENT, COMMUNE))
        acting = [*departments, *people.chosen_communes(communes)]
        users = make_demo_people(people.demo_seats(self.city, departments, acting[len(departments) :]))
        made = present.open_present(
            self.city,
            season,
            self._new_sets((DEPARTMENT, COMMUNE), season.year, self.today),
            title=_title(self.city, season.year),
            on_date=self.today,
            by=actor_for(users[people.MANAGER]),
        )
        present.form_council(made, people.COUNCIL, users, by=actor_for(users[people.MANAGER]))
        present.keep_reasons(made, by=actor_for(users[people.SECRETARY]))
        _fill(made, acting, users)
        home = next(unit for unit in departments if unit.code == people.HOME_AFFAIRS)
        practice.open_practice(home, season, today=self.today, by=MAKER)

    def _new_sets(self, kinds: Iterable[str], year: int, day: date) -> list[CriteriaSet]:
        """Return published sets of the year, their leaves mapped to the set before of the same kind."""
        for kind in kinds:
            self.sets[kind] = load_illustration(
                self.city,
                kind=Kind.objects.get(code=kind),
                year=year,
                by=MAKER,
                previous=self.sets.get(kind),
                leads_on=day,
            )
        return [self.sets[kind] for kind in kinds]

    def _take_over(self, host: Unit, season: days.Season, sets: Sequence[CriteriaSet], day: date) -> None:
        members = [(chosen, _units(host, chosen.kind.code, day)) for chosen in sets]
        title = _title(host, season.year)
        take_over_season(past_season(host, season, members, title=title, on_date=day), by=MAKER)


def _fill(round_: Round, acting: Sequence[Unit], users: dict[str, User]) -> None:
    cards = {card.unit_id: card for card in round_.cards.select_related("unit", "round", "criteria_set")}
    sets = {card.criteria_set_id: card.criteria_set for card in cards.values()}
    leaves = {key: leaves_of(chosen) for key, chosen in sets.items()}
    for place, unit in enumerate(acting):
        card: Scorecard = cards.pop(unit.pk)
        stage = present.STAGES[place % len(present.STAGES)]
        present.act(card, leaves[card.criteria_set_id], _team(unit, users), stage)
    present.fill_others(round_, list(cards.values()), leaves, MAKER)


def _team(unit: Unit, users: dict[str, User]) -> present.Team:
    name = people.slug(unit)
    approver = users.get(f"{name}.capho") or users[f"{name}.lanhdao"]
    return present.Team(officer=actor_for(users[f"{name}.chuyenvien"]), leader=actor_for(approver))


def _units(host: Unit, kind: str, day: date) -> list[Unit]:
    return list(scored_units(host, [Kind.objects.get(code=kind)], day))


def _title(host: Unit, year: int) -> str:
    return TITLE % {"year": year, "host": host.name}
