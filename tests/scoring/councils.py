"""A host with several units, a set with a choice, free points and a survey leaf, and people in every seat."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from backend.audit.recording import recording
from backend.core import clock
from backend.criteria.models import CriteriaSet, Node
from backend.rounds.models import Step
from backend.scoring import actions
from backend.scoring.models import Scorecard
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring.worlds import World

LEAVES = {"1.1": "1", "1.2": "3", "2.1": "5", "3.1": "10"}
OPTIONS = {
    "options": [
        {"title": "Kịp thời", "points": "1"},
        {"title": "Không kịp thời", "points": "0.5"},
        {"title": "Không ban hành", "points": "0"},
    ]
}
OWN = {"1.1": {"option": "1"}, "1.2": "3", "2.1": "5"}


@dataclass
class Council(World):
    """A world with more units and a survey leaf. ``card`` is the first unit's."""

    cards: list[Scorecard]

    def fill(self, **points: str) -> None:
        """Give self-points to every own leaf of the first card, full unless said, with a note."""
        fill(self.card, by=self.officer)

    def under_appraisal(self) -> None:
        """Approve the first card and end self-scoring."""
        self.approved()
        self.close(1)

    def appraised(self, points: str = "0.5", reason: str = "Ban hành chậm") -> None:
        """Appraise the first card: 1.1 cut, the rest agreed, the question written."""
        self.under_appraisal()
        actions.appraise(
            self.card, "1.1", by=self.secretary, version=0, points=Decimal(points), reason=reason
        )
        actions.agree_rest(self.card, by=self.secretary)
        actions.ask_for_cuts(self.card, by=self.secretary)
        actions.move(self.card, "appraise", by=self.secretary)

    def explained(self) -> None:
        """Let the unit answer the question and end the explanation."""
        self.appraised()
        actions.move(self.card, "ask", by=self.secretary)
        self.close(2)
        actions.answer(self.card, "1.1", by=self.officer, version=0, answer="Đã ban hành ngày 05/01")
        actions.move(self.card, "explain", by=self.leader)
        self.close(3)


def fill(card: Scorecard, *, by: Any) -> None:
    """Give every own leaf of a card its full points, with a note in place of evidence."""
    for code, given in OWN.items():
        how = {"inputs": given} if isinstance(given, dict) else {"points": Decimal(given)}
        actions.set_points(card, code, by=by, version=0, note="Theo báo cáo số 12/BC-UBND", **how)


def council(*, units: int = 2, survey: dict[str, Any] | None = None, **fields: Any) -> Council:
    """Make the host, its units, the seats of the first unit and of the host, and the open round.

    ``survey`` are fields of the survey leaf 3.1, such as its rule.
    """
    host = make.unit("Thành phố thử", kind="city")
    names = ["Phường Ô Môn", "Phường Thới Long", "Xã Đông Hiệp"]
    made = [make.unit(names[n] if n < len(names) else f"Xã thứ {n}", parent=host) for n in range(units)]
    users, actors = {}, {}
    for name, role, at in (
        ("officer", Role.OFFICER, made[0]),
        ("leader", Role.LEADER, made[0]),
        ("secretary", Role.SECRETARY, host),
        ("chair", Role.CHAIR, host),
        ("manager", Role.CRITERIA_MANAGER, host),
        ("inspector", Role.INSPECTOR, host),
    ):
        users[name], actors[name] = make.seated(role, at)
    round_ = make.round_(host, criteria(host, **(survey or {})), **fields)
    add_survey_step(round_)
    cards = actions.open_round(round_, by=SYSTEM)
    return Council(
        host=host,
        unit=made[0],
        round=round_,
        card=cards[0],
        users=users,
        cards=cards,
        **{name: actors[name] for name in ("officer", "leader", "secretary", "chair")},
    )


def criteria(host: Any, **survey: Any) -> CriteriaSet:
    """Make a published set: 1.1 by choice, 1.2 and 2.1 any points, 3.1 from a survey."""
    chosen = make.criteria_set(host, leaves=LEAVES, state=CriteriaSet.State.DRAFT)
    with recording(by=SYSTEM, reason="Dựng dữ liệu thử"):
        _change(chosen, "1.1", rule="option", params=OPTIONS)
        _change(chosen, "3.1", **{"source": Node.Source.SURVEY, **survey})
        chosen.state, chosen.published_at = CriteriaSet.State.PUBLISHED, clock.now()
        chosen.save()
    return chosen


def _change(chosen: CriteriaSet, code: str, **fields: Any) -> None:
    node = Node.objects.get(criteria_set=chosen, code=code)
    for name, value in fields.items():
        setattr(node, name, value)
    node.save()


def add_survey_step(round_: Any) -> Step:
    """Add a step for survey points, open since yesterday."""
    now = clock.now()
    with recording(by=SYSTEM, reason="Dựng dữ liệu thử"):
        return Step.objects.create(
            round=round_,
            order=6,
            kind=Step.Kind.SURVEY,
            title="Nhập điểm điều tra",
            opens_at=now - make.DAY,
            closes_at=now + 30 * make.DAY,
        )
