"""A round's council, conflicts of interest, hand-overs and double marking: pages, then JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

from backend.rounds.actions import Seated, declare_conflict, form_council
from backend.rounds.models import Conflict, Council
from backend.scoring import actions
from backend.scoring.models import DoubleChoice, HandOver
from permissions.actor import SYSTEM
from permissions.roles import Role, Verb
from tests.permissions.rows.cards import PLACES, REASON, card, typed
from tests.permissions.rows.council import HOSTED, round_
from tests.permissions.rows.setup import NOT_SCORED, READS, SCORED, WRITES
from tests.permissions.table import Row, Scene, Values, row
from tiers.models import Appointment
from tiers.seating import actor_for

# The acts of this file are tried in one round, what they are about is made in another.
HERE, MADE = "draft", "submitted"
SEES = {"ok": "HOST", "refused": SCORED, "hidden": NOT_SCORED}
DECLARES = {"ok": "manager appraiser COUNCIL", "refused": f"inspector {SCORED}", "hidden": NOT_SCORED}
# The member is the one whom the conflict is about: she does not take back what another declared.
WITHDRAWS = {
    "ok": "manager secretary chair", "refused": "member inspector", "hidden": "appraiser UNIT STRANGERS",
}  # fmt: skip
PRESIDES = {
    "ok": "manager chair", "refused": f"appraiser secretary member inspector {SCORED}", "hidden": NOT_SCORED,
}  # fmt: skip
LEADS = {"ok": "appraiser", "refused": "manager COUNCIL inspector", "hidden": "UNIT STRANGERS"}
KEEPS = {
    "ok": "manager secretary chair", "refused": "appraiser member inspector", "hidden": "UNIT STRANGERS",
}  # fmt: skip
DRAFTS = {
    "ok": "appraiser COUNCIL", "refused": "manager inspector", "hidden": "UNIT STRANGERS", "verb": Verb.PREPARE,
}  # fmt: skip
OTHER_FIELD = {
    "ok": "COUNCIL", "refused": "appraiser manager inspector", "hidden": "UNIT STRANGERS", "verb": Verb.PREPARE,
}  # fmt: skip
ON_CARD = {
    "ok": "appraiser COUNCIL", "refused": "UNIT manager inspector", "hidden": "STRANGERS", "verb": Verb.PREPARE,
}  # fmt: skip
DRAFT = {"version": 0, "points": "4", "reason": "Theo báo cáo số 12"}


def seat(scene: Scene, role: Role) -> Appointment:
    """Return the seat of that role at the host."""
    return Appointment.objects.filter(acts_for=scene.host, role=role).order_by("pk")[0]


def agency(scene: Scene) -> int:
    """Return where the appraiser of field 2 works."""
    return seat(scene, Role.APPRAISER).workplace_id


def in_round(stage: str, **more: Any) -> Values:
    """Return the values of a JSON address of the round at that stage."""
    return lambda scene: {"round": scene.rounds[stage].pk, **more}


def council(scene: Scene) -> Council:
    """Return the council of the round of this file, formed now where there is none."""
    made = scene.rounds[MADE]
    found = Council.objects.filter(round=made).first()
    people = [seat(scene, role) for role in (Role.CHAIR, Role.SECRETARY, Role.MEMBER)]
    members = [Seated(row.user_id, row.role) for row in people]
    decision = {"decision_number": "12/QĐ-UBND", "decision_date": date(2026, 1, 5)}
    return found or form_council(made, members, by=SYSTEM, **decision)


def with_council(scene: Scene) -> dict[str, Any]:
    """Return the values of an address of a round with a council."""
    return {"pk": council(scene).round_id}


def with_council_json(scene: Scene) -> dict[str, Any]:
    """Return the values of a JSON address of a round with a council."""
    return {"round": council(scene).round_id}


def conflict(scene: Scene) -> Conflict:
    """Return a conflict of the member that somebody else declared, declared now where there is none."""
    made, member = scene.rounds[MADE], seat(scene, Role.MEMBER).user
    found = Conflict.objects.filter(round=made, person=member).first()
    said = {"unit": scene.unit, "person": member.pk, "reason": "Vợ là trưởng phòng", "document": "3/CV"}
    return found or declare_conflict(made, by=SYSTEM, **said)


def handed(scene: Scene) -> HandOver:
    """Return a hand-over of the appraiser's field, made now where there is none."""
    made, lead = scene.rounds[MADE], seat(scene, Role.APPRAISER)
    found = HandOver.objects.filter(round=made).first()
    said = {"agency": lead.workplace, "field": "2", "note": "Còn chờ đơn vị"}
    return found or actions.hand_over(made, by=actor_for(lead.user), **said)


def choice(scene: Scene) -> DoubleChoice:
    """Return a leaf chosen to be marked twice, chosen now where there is none."""
    made = scene.rounds[MADE]
    if not DoubleChoice.objects.filter(round=made).exists():
        node = scene.sets["published"].nodes.get(code="2.1")
        actions.choose_doubles(made, [node], by=SYSTEM)
    return DoubleChoice.objects.filter(round=made)[0]


def a_council(scene: Scene) -> dict[str, Any]:
    """Return a decision with two members as typed."""
    people = [seat(scene, Role.CHAIR), seat(scene, Role.SECRETARY)]
    decision = {"version": "0", "decision_number": "12/QĐ-UBND", "decision_date": "05/01/2026"}
    return decision | {f"sits_{row.pk}": "on" for row in people}


def a_council_json(scene: Scene) -> dict[str, Any]:
    """Return a decision with two members."""
    people = [seat(scene, Role.CHAIR), seat(scene, Role.SECRETARY)]
    members = [{"person": row.user_id, "office": row.role} for row in people]
    return {"decision_number": "12/QĐ-UBND", "decision_date": "2026-01-05", "members": members}


def a_conflict(scene: Scene) -> dict[str, Any]:
    """Return a conflict of the secretary; only who keeps the council may declare it for her."""
    person = seat(scene, Role.SECRETARY).user_id
    return {"person": person, "unit": scene.unit.pk, "reason": "Chồng là giám đốc", "document": "4/CV"}


def a_double(scene: Scene) -> dict[str, Any]:
    """Return the leaf 2.1 of the round, to be marked twice."""
    return {"nodes": [scene.sets["published"].nodes.get(code="2.1").pk], "share": 100}


def leading(scene: Scene) -> dict[str, Any]:
    """Return the values of the address at which the appraiser hands her field over."""
    return {"pk": scene.rounds[HERE].pk, "agency_pk": agency(scene), "field": "2"}


def both(name: str, at: Values, body: Values, columns: dict[str, Any], **more: Any) -> list[Row]:
    """Return the rows of a page with a form."""
    return [row(name, at=at, **columns, **more), row(name, "POST", at=at, body=body, **columns, **more)]


HANDING = typed(to_vice="on", reason="Đi công tác", document="5/CV")
PAGES = [
    row("rounds:council", at=round_(HERE), **READS),
    *both("rounds:council_form", round_(HERE), a_council, WRITES),
    row("rounds:hand_presiding", "POST", at=with_council, body=HANDING, shut=True, **PRESIDES),
    row("rounds:conflict_list", at=round_(HERE), **SEES),
    row("rounds:declare_conflict", "POST", at=round_(HERE), body=a_conflict, **DECLARES),
    *both(
        "rounds:withdraw_conflict",
        lambda scene: {"pk": scene.rounds[MADE].pk, "conflict_pk": conflict(scene).pk},
        REASON,
        WITHDRAWS,
    ),
    row("scoring:hand_over_list", at=round_(HERE), places=("city", "district"), **HOSTED),
    *both("scoring:hand_over", leading, typed(note="Còn chờ đơn vị"), LEADS),
    *both(
        "scoring:send_back",
        lambda scene: {"pk": scene.rounds[MADE].pk, "hand_over_pk": handed(scene).pk},
        REASON,
        KEEPS,
    ),
    row("scoring:double_list", at=round_(HERE), places=("city", "district"), **HOSTED),
    row("scoring:choose_doubles", "POST", at=round_(HERE), body=a_double, **KEEPS),
    *both(
        "scoring:drop_doubles",
        lambda scene: {"pk": scene.rounds[MADE].pk, "choice_pk": choice(scene).pk},
        REASON,
        KEEPS,
    ),
    row("scoring:draft", "POST", at=card("appraising", code="2.1"), body=typed(**DRAFT), places=PLACES, **DRAFTS),
    row(
        "scoring:draft", "POST", note="outside her field", at=card("appraising", code="1.1"),
        body=typed(**DRAFT | {"points": "0.5"}), places=PLACES, **OTHER_FIELD,
    ),
]  # fmt: skip
JSON = [
    row("api:round-council-list", at=with_council_json, **READS),
    row("api:round-council-list", "POST", at=in_round(HERE), body=a_council_json, **WRITES),
    row(
        "api:round-presiding-list", "POST", at=with_council_json, shut=True,
        body=typed(to_vice=True, reason="Đi công tác", document="5/CV"), **PRESIDES,
    ),
    row("api:round-conflict-list", at=in_round(HERE), **SEES),
    row("api:round-conflict-list", "POST", at=in_round(HERE), body=a_conflict, in_body=True, ok="manager secretary chair",
        refused=f"appraiser member inspector {SCORED}", hidden=NOT_SCORED),
    row(
        "api:round-withdrawal-list", "POST", body=REASON,
        at=lambda scene: {"round": scene.rounds[MADE].pk, "conflict": conflict(scene).pk}, **WITHDRAWS,
    ),
    row("api:round-hand-over-list", at=in_round(HERE), **HOSTED),
    row(
        "api:round-hand-over-list", "POST", at=in_round(HERE),
        body=lambda scene: {"agency": agency(scene), "field": "2", "note": "Còn chờ đơn vị"}, **LEADS,
    ),
    row(
        "api:round-sending-back-list", "POST", body=REASON,
        at=lambda scene: {"round": scene.rounds[MADE].pk, "handed": handed(scene).pk}, **KEEPS,
    ),
    row("api:round-double-list", at=in_round(HERE), **HOSTED),
    row("api:round-double-list", "POST", at=in_round(HERE), body=a_double, **KEEPS),
    row(
        "api:round-dropping-list", "POST", body=REASON,
        at=lambda scene: {"round": scene.rounds[MADE].pk, "choice": choice(scene).pk}, **KEEPS,
    ),
    row(
        "api:scorecard-draft", "POST", at=card("appraising"), body=typed(code="2.1", **DRAFT), places=PLACES,
        **ON_CARD,
    ),
]  # fmt: skip
ROWS = [*PAGES, *JSON]
