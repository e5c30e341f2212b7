"""A district with its Home Affairs, its council, two communes and a draft round, as a season begins."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from backend.audit.recording import recording
from backend.core import clock
from backend.criteria.models import CriteriaSet, Node
from backend.rounds.models import Band, Round, Step
from backend.scoring.models import Scorecard
from permissions.actor import SYSTEM, Actor
from permissions.roles import Role
from tests import make
from tiers.models import Unit
from tiers.seating import actor_for

LEAVES = {"1.1": "1", "1.2": "3", "2.1": "2"}
OPTIONS = [("Kịp thời", "1"), ("Không kịp thời", "0.5"), ("Không ban hành", "0")]
RATIO = {"threshold": "80", "done": "Đã làm", "assigned": "Được giao", "measure": "count"}


@dataclass
class District:
    """Who is there: ``users`` by their names below."""

    unit: Unit
    communes: list[Unit]
    round: Round
    users: dict[str, Any] = field(default_factory=dict)

    def actor(self, who: str) -> Actor:
        """Return a person as the actions know her."""
        return actor_for(self.users[who])

    def card(self, commune: int = 0) -> Scorecard:
        """Return a commune's card as the database holds it."""
        rows = Scorecard.objects.select_related("unit", "round__host", "step")
        return rows.get(round=self.round, unit=self.communes[commune])

    def close(self, order: int) -> None:
        """End the step of that order a second ago; the next ones are open."""
        now = clock.now()
        with recording(by=SYSTEM, reason="Đổi ngày trong thử nghiệm"):
            for step in Step.objects.filter(round=self.round):
                over = step.order <= order
                step.opens_at = now - (9 if over else 8) * make.DAY
                step.closes_at = now - timedelta(seconds=1) if over else now + 9 * make.DAY
                step.save()


def district() -> District:
    """Make the district below a city, people in their seats, criteria in force and a round ready to open."""
    city = make.unit("Thành phố Cần Thơ", kind="city")
    unit = make.unit("Huyện Phong Điền", kind="district", parent=city)
    home_affairs = make.unit("Phòng Nội vụ", kind="office", parent=unit)
    communes = [make.unit(name, parent=unit) for name in ("Xã Nhơn Ái", "Xã Trường Long")]
    here = District(unit, communes, make.round_(unit, criteria(unit), with_survey=False))
    with recording(by=SYSTEM, reason="Dựng dữ liệu thử"):
        Band.objects.create(group=here.round.groups.get(), label="Khá", lower=Decimal(0))
    seats = (
        ("manager", Role.CRITERIA_MANAGER, unit, home_affairs),
        ("secretary", Role.SECRETARY, unit, home_affairs),
        ("council chair", Role.CHAIR, unit, unit),
        ("officer", Role.OFFICER, communes[0], communes[0]),
        ("chair", Role.LEADER, communes[0], communes[0]),
        ("late officer", Role.OFFICER, communes[1], communes[1]),
        ("appraiser", Role.APPRAISER, unit, home_affairs),
        ("inspector", Role.INSPECTOR, unit, unit),
        ("administrator", Role.ADMINISTRATOR, unit, home_affairs),
    )
    for name, role, at, workplace in seats:
        here.users[name], _ = make.seated(role, at, workplace=workplace)
    return here


def criteria(owner: Unit, **fields: Any) -> CriteriaSet:
    """Make a published set: a choice, points by hand, done of assigned."""
    made = make.criteria_set(owner, leaves=LEAVES, state=CriteriaSet.State.DRAFT, **fields)
    options = {"options": [{"title": title, "points": points} for title, points in OPTIONS]}
    with recording(by=SYSTEM, reason="Dựng dữ liệu thử"):
        _change(made, "1.1", rule="option", params=options, title="Ban hành kế hoạch cải cách hành chính năm")
        _change(made, "1.2", title="Sáng kiến trong cải cách hành chính")
        _change(made, "2.1", rule="threshold", params=RATIO, title="Hồ sơ giải quyết đúng hạn")
        made.state, made.published_at = CriteriaSet.State.PUBLISHED, clock.now()
        made.save()
    return made


def _change(made: CriteriaSet, code: str, **columns: Any) -> None:
    node = Node.objects.get(criteria_set=made, code=code)
    for name, value in columns.items():
        setattr(node, name, value)
    node.save()
