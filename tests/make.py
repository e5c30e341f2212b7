"""Builders for tests: plain keywords, small worlds, each row recorded as made by the system.

Order of need: kind, unit, person, seat, criteria_set, round_, card. What a test does not care
about has a default; what it cares about it says.
"""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from backend.accounts.models import User
from backend.audit.recording import recording
from backend.core import clock
from backend.core.exact import ZERO
from backend.core.text import fold
from backend.criteria.models import CriteriaSet, Node
from backend.rounds.models import Band, Group, Round, Step
from backend.scoring.models import Scorecard
from permissions.actor import SYSTEM, Actor
from permissions.roles import Role
from tiers import seating
from tiers.models import Appointment, Kind, Unit

PASSWORD = "Mat-khau-thu-2026"
DAY = timedelta(days=1)
_numbers = itertools.count(1)


def kind(code: str = "commune", *, title: str = "") -> Kind:
    """Return the kind with that code, made on first use."""
    found, _ = Kind.objects.get_or_create(code=code, defaults={"title": title or code})
    return found


def unit(name: str = "", *, parent: Unit | None = None, **fields: Any) -> Unit:
    """Make a unit; ``kind`` may be a code. Its path ends in its own code."""
    number = next(_numbers)
    fields.setdefault("code", f"U{number}")
    fields.setdefault("valid_from", date(2020, 1, 1))
    fields.setdefault("order", number)
    name = name or f"Đơn vị {number}"
    wanted = fields.pop("kind", "commune" if parent else "city")
    path = f"{parent.path if parent else '/'}{fields['code']}/"
    with _made():
        return Unit.objects.create(
            name=name,
            folded=fold(name),
            parent=parent,
            path=path,
            kind=kind(wanted) if isinstance(wanted, str) else wanted,
            **fields,
        )


def person(name: str = "", *, password: str = PASSWORD, **fields: Any) -> User:
    """Make an account with ``PASSWORD``; without a seat it may do nothing."""
    number = next(_numbers)
    fields.setdefault("username", f"nguoi{number}")
    made = User(full_name=name or f"Người thứ {number}", **fields)
    made.set_password(password)
    with _made():
        made.save()
    return made


def seat(
    user: User | None = None,
    role: Role | str = Role.OFFICER,
    *,
    at: Unit,
    workplace: Unit | None = None,
    starts: datetime | None = None,
    **fields: Any,
) -> Appointment:
    """Seat ``user`` (or a new person) at ``at``, since yesterday unless said; grants are written."""
    return seating.appoint(
        user or person(),
        role,
        acts_for=at,
        workplace=workplace,
        starts_at=starts or clock.now() - DAY,
        by=SYSTEM,
        **fields,
    )


def seated(role: Role | str, at: Unit, **fields: Any) -> tuple[User, Actor]:
    """Return a new person in one seat, and her as an actor."""
    user = seat(None, role, at=at, **fields).user
    return user, seating.actor_for(user)


def criteria_set(
    owner: Unit,
    *,
    kind: Kind | str = "commune",
    leaves: dict[str, str] | None = None,
    year: int = 2026,
    **fields: Any,
) -> CriteriaSet:
    """Make a published set. ``leaves``: code to maximum points, {"1.1": "2", "2.1": "3.5"}; one group a field."""
    points = {code: Decimal(most) for code, most in (leaves or {"1.1": "2", "2.1": "3"}).items()}
    fields.setdefault("title", f"Bộ tiêu chí {year}")
    fields.setdefault("scale", sum(points.values(), ZERO))
    state = fields.pop("state", CriteriaSet.State.PUBLISHED)
    with _made():
        made = CriteriaSet.objects.create(owner=owner, kind=_kind(kind), year=year, **fields)
        _add_nodes(made, points)
        if state != CriteriaSet.State.DRAFT:
            # Last: the database refuses nodes in a published set.
            made.state, made.published_at = state, clock.now()
            made.save()
    return made


def _add_nodes(made: CriteriaSet, points: dict[str, Decimal]) -> None:
    order = itertools.count(1)
    groups: dict[str, Node] = {}
    for code, most in points.items():
        field = code.partition(".")[0]
        if field not in groups:
            groups[field] = Node.objects.create(
                criteria_set=made, code=field, level=1, order=next(order), title=f"Lĩnh vực {field}"
            )
        Node.objects.create(
            criteria_set=made,
            parent=groups[field],
            code=code,
            level=2,
            order=next(order),
            title=f"Tiêu chí {code}",
            is_leaf=True,
            max_points=most,
            rule="direct",
        )


def round_(
    host: Unit, *sets: CriteriaSet, year: int = 2026, closes_in: timedelta = 30 * DAY, **fields: Any
) -> Round:
    """Make a draft round of ``host`` with a group per set and the five usual steps.

    Self-scoring is open since yesterday and closes in ``closes_in``; each later step takes 10 days.
    """
    now = clock.now()
    fields.setdefault("title", f"Đợt đánh giá năm {year}")
    fields.setdefault("on_date", now.date())
    with _made():
        made = Round.objects.create(host=host, year=year, **fields)
        for order, chosen in enumerate(sets):
            group = Group.objects.create(
                round=made, kind=chosen.kind, criteria_set=chosen, title=chosen.kind.title, order=order
            )
            Band.objects.create(group=group, label="Tốt", lower=Decimal(80))
        _add_steps(made, now - DAY, now + closes_in)
    return made


STEPS = (
    (Step.Kind.SELF, "Tự chấm điểm"),
    (Step.Kind.APPRAISAL, "Thẩm định lần 1"),
    (Step.Kind.EXPLANATION, "Giải trình"),
    (Step.Kind.APPRAISAL, "Thẩm định lần 2"),
    (Step.Kind.CONCLUSION, "Kết luận"),
)


def _add_steps(made: Round, opens: datetime, closes: datetime) -> None:
    for order, (step_kind, title) in enumerate(STEPS, start=1):
        Step.objects.create(
            round=made, order=order, kind=step_kind, title=title, opens_at=opens, closes_at=closes
        )
        opens, closes = closes, closes + 10 * DAY


def card(made: Round, of: Unit, **fields: Any) -> Scorecard:
    """Make a bare card of a unit, without scores: enough for questions of rights.

    A card as opening a round makes it comes from ``scoring.actions.open_round``.
    """
    group = made.groups.select_related("criteria_set").first() or _own_group(made, of)
    with _made():
        return Scorecard.objects.create(
            round=made,
            unit=of,
            group=group,
            criteria_set=group.criteria_set,
            unit_name=of.name,
            **fields,
        )


def _own_group(made: Round, of: Unit) -> Group:
    chosen = criteria_set(made.host, kind=of.kind, year=made.year)
    with _made():
        return Group.objects.create(round=made, kind=of.kind, criteria_set=chosen, title="Nhóm")


def _kind(wanted: Kind | str) -> Kind:
    return kind(wanted) if isinstance(wanted, str) else wanted


def _made() -> Any:
    return recording(by=SYSTEM, reason="Dựng dữ liệu thử")
