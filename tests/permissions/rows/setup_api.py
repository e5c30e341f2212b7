"""The house, its people, criteria sets and rounds as JSON: the same rights as the pages."""

from __future__ import annotations

from typing import Any

from permissions.roles import Verb
from tests import make
from tests.permissions.rows.cards import REASON, typed
from tests.permissions.rows.house import (
    BOTH,
    MANAGES_ANYBODY,
    MANAGES_ONE,
    MANAGES_UNITS,
    RELEASES,
    clerk,
    unit,
)
from tests.permissions.rows.setup import (
    DRAFTS,
    EXTENDS,
    READS,
    SET,
    WRITES,
    WRITES_ANY,
    group,
    node,
    set_,
    step,
)
from tests.permissions.table import Row, Scene, Values, row
from tests.scoring import specimens

EXPLAINED = {"reason": "Mất điện", "document": "04/CV-UBND"}


def seat(scene: Scene) -> int:
    """Return the key of the clerk's seat."""
    key: int = scene.clerk.appointments.get().pk
    return key


def round_(stage: str) -> Values:
    """Return the values of an address of a round."""
    return lambda scene: {"pk": scene.rounds[stage].pk}


def a_set(scene: Scene) -> dict[str, Any]:
    """Return a new set."""
    return {**SET, "owner": scene.host.pk, "kind": scene.sets["published"].kind.code, "year": 2040}


def a_round(scene: Scene) -> dict[str, Any]:
    """Return a new round."""
    return {"host": scene.host.pk, "title": "Đợt thử", "year": 2040, "on_date": "2026-06-05"}


def a_group(scene: Scene) -> dict[str, Any]:
    """Return one more group."""
    return {"kind": "office", "criteria_set": scene.sets["spare"].pk, "title": "Văn phòng"}


def a_release(scene: Scene) -> dict[str, Any]:
    """Return the release of a divided unit to its other successor."""
    heir = scene.world.people["heir"].appointments.get().acts_for_id
    return {"old": scene.world.divided.pk, "new": heir, "reason": "Nhận hồ sơ", "document": "02/QĐ-UBND"}


def extension(scene: Scene) -> dict[str, Any]:
    """Return more time for the unit."""
    return {"unit": scene.unit.pk, "closes_at": "2099-06-06T00:00:00+07:00", **EXPLAINED}


STEPS = [
    ("self", "Tự chấm", "2040-12-01", "2041-01-08"),
    ("appraisal", "Thẩm định", "2041-01-08", "2041-01-21"),
    ("conclusion", "Kết luận", "2041-01-21", "2041-02-01"),
]
SPANS = [
    {
        "kind": kind,
        "title": title,
        "opens_at": f"{opens}T00:00:00+07:00",
        "closes_at": f"{closes}T00:00:00+07:00",
    }
    for kind, title, opens, closes in STEPS
]
HOUSE = [
    row("api:api-root", ok="ALL"),
    row("api:schema", ok="ALL"),
    row("api:me-list", ok="ALL"),
    row("api:me-password", "POST", ok="ALL", body=typed(password=make.PASSWORD, new="Mat-khau-moi-2027")),
    row("api:me-factor", ok="ALL"),
    row("api:me-factor", "POST", ok="ALL", body=typed(code="000000"), shut=True),
    row("api:me-factor-off", "POST", ok="ALL", body=typed(secret=make.PASSWORD)),
    row("api:me-end-sessions", "POST", ok="ALL"),
    row("api:notice-list", ok="ALL"),
    row("api:notice-preferences", ok="ALL"),
    row("api:notice-preferences", "POST", ok="ALL", body=typed(card="digest")),
    row("api:notice-read-all", "POST", ok="ALL"),
    *[
        row(
            name, method, at=lambda scene: {"pk": scene.world.notice.pk}, ok="officer",
            hidden="lent LEADERS HOST STRANGERS",
        )
        for name, method in (("api:notice-detail", "GET"), ("api:notice-read", "POST"))
    ],
    row("api:unit-list", ok="ALL"),
    row(
        "api:unit-list", "POST", ok="admin admin_below", verb=Verb.MANAGE_UNITS, note="anywhere", shut=True,
        refused="UNIT HOST OTHER_UNITS secretary_below officer_below leader_below nobody",
    ),
    row(
        "api:unit-list", "POST", in_body=True, **MANAGES_UNITS,
        body=lambda scene: {
            "parent": scene.unit.pk, "code": "MOI1", "name": "Đơn vị mới", "kind": "commune",
            "valid_from": "2026-06-05", "order": 9, "reason": "Thành lập",
        },
    ),
    row("api:unit-detail", at=unit(), ok="ALL"),
    row("api:unit-detail", "PATCH", at=unit(), body=typed(name="Tên mới", reason="Sửa tên"), **MANAGES_UNITS),
    row("api:unit-lineage", at=unit(), ok="ALL"),
    row("api:lineage-list", ok="ALL"),
    row("api:release-list", ok="ALL"),
    row("api:release-list", "POST", body=a_release, **RELEASES),
    row(
        "api:release-withdraw", "POST", at=lambda scene: {"pk": scene.world.release.pk}, body=REASON,
        verb=Verb.MANAGE_ROUND, ok="manager", refused="officer_two leader_two inspector",
        hidden="UNIT appraiser COUNCIL officer_home leader_home heir BELOW OUTSIDE",
    ),
]  # fmt: skip
PEOPLE = [
    row("api:account-list", **MANAGES_ANYBODY),
    row(
        "api:account-list", "POST",
        body=lambda scene: {
            "username": "nguoi.moi", "full_name": "Người mới", "role": "officer", "acts_for": scene.unit.pk,
        },
        in_body=True, **MANAGES_ONE | {"hidden": "", "refused": f"{MANAGES_ONE['refused']} admin_below"},
    ),
    row("api:account-import-file", "POST", shut=True, **MANAGES_ANYBODY,
        body=lambda _scene: {"file": specimens.upload(specimens.xlsx(), "nguoi.xlsx")}),
    row("api:account-detail", at=clerk(), places=BOTH, **MANAGES_ONE),
    row("api:account-detail", "PATCH", at=clerk(), body=typed(full_name="Tên đúng"), places=BOTH, **MANAGES_ONE),
    row("api:account-disable", "POST", at=clerk(), body=REASON, places=BOTH, **MANAGES_ONE),
    row("api:account-enable", "POST", at=clerk(), body=REASON, places=BOTH, shut=True, **MANAGES_ONE),
    row("api:account-reset", "POST", at=clerk(), body=REASON, places=BOTH, **MANAGES_ONE),
    row("api:appointment-list", **MANAGES_ANYBODY),
    row(
        "api:appointment-list", "POST",
        body=lambda scene: {"user": scene.clerk.pk, "role": "deputy", "acts_for": scene.unit.pk},
        in_body=True, **MANAGES_ONE | {"hidden": "", "refused": f"{MANAGES_ONE['refused']} admin_below"},
    ),
    row("api:appointment-detail", at=lambda scene: {"pk": seat(scene)}, places=BOTH, **MANAGES_ONE),
    row(
        "api:appointment-end", "POST", at=lambda scene: {"pk": seat(scene)}, body=REASON, places=BOTH,
        **MANAGES_ONE,
    ),
]  # fmt: skip
CRITERIA = [
    row("api:criteria-set-list", ok="ALL"),
    row("api:criteria-set-list", "POST", body=a_set, **WRITES_ANY),
    row("api:criteria-set-detail", at=set_("published"), note="published", **READS),
    row("api:criteria-set-detail", at=set_("draft"), note="draft", places=BOTH, ok="HOST", hidden="UNIT STRANGERS"),
    row("api:criteria-set-detail", "PATCH", at=set_("draft"), body=typed(title="Tên mới"), places=BOTH, **DRAFTS),
    row("api:criteria-set-detail", "DELETE", at=set_("draft"), places=BOTH, **DRAFTS),
    row("api:criteria-set-copy", "POST", at=set_("published"), body=typed(year=2040), **WRITES),
    row("api:criteria-set-new-version", "POST", at=set_("published"), **WRITES),
    row("api:criteria-set-problems", at=set_("draft"), places=BOTH, ok="HOST", hidden="UNIT STRANGERS"),
    row("api:criteria-set-undo", "POST", at=set_("draft"), places=BOTH, shut=True, **DRAFTS),
    row("api:criteria-set-publish", "POST", at=set_("draft"), places=BOTH, shut=True, **DRAFTS),
    row(
        "api:criteria-node-list", "POST", verb=Verb.MANAGE_CRITERIA, ok="manager",
        body=lambda scene: {
            "criteria_set": scene.sets["draft"].pk, "title": "Lĩnh vực mới", "is_leaf": False,
        },
        refused="UNIT appraiser COUNCIL inspector STRANGERS",
    ),
    row("api:criteria-node-detail", at=node("1.1"), places=BOTH, ok="HOST", hidden="UNIT STRANGERS"),
    row("api:criteria-node-detail", "PATCH", at=node("1"), body=typed(title="Tên mới"), places=BOTH, **DRAFTS),
    row("api:criteria-node-detail", "DELETE", at=node("1.2"), places=BOTH, **DRAFTS),
    row("api:criteria-node-move", "POST", at=node("1.2"), body=typed(way="up"), places=BOTH, **DRAFTS),
    row("api:criteria-node-split", "POST", at=node("1.2"), body=typed(parts=2), places=BOTH, **DRAFTS),
    row("api:criteria-node-duplicate", "POST", at=node("1.2"), places=BOTH, **DRAFTS),
]  # fmt: skip
ROUNDS = [
    row("api:round-list", ok="ALL"),
    row("api:round-list", "POST", body=a_round, **WRITES_ANY),
    row("api:round-detail", at=round_("setup"), note="draft", places=BOTH, ok="HOST", hidden="UNIT STRANGERS"),
    row("api:round-detail", at=round_("draft"), note="open", **READS),
    row("api:round-detail", "PATCH", at=round_("setup"), body=typed(title="Tên mới"), places=BOTH, **DRAFTS),
    row("api:round-copy", "POST", at=round_("draft"), body=typed(year=2041), **WRITES),
    row("api:round-groups", "POST", at=round_("setup"), body=a_group, places=BOTH, **DRAFTS),
    row("api:round-steps", "PUT", at=round_("setup"), body=typed(steps=SPANS), places=BOTH, **DRAFTS),
    row("api:round-problems", at=round_("setup"), places=BOTH, ok="HOST", hidden="UNIT STRANGERS"),
    row("api:round-extensions", at=round_("draft"), **READS),
    row("api:round-group-detail", at=group("draft"), **READS),
    row("api:round-group-detail", "PATCH", at=group("setup"), body=typed(title="Tên mới"), places=BOTH, **DRAFTS),
    row("api:round-group-detail", "DELETE", at=group("setup"), places=BOTH, **DRAFTS),
    row(
        "api:round-group-bands", "PUT", at=group("setup"), places=BOTH, **DRAFTS,
        body=typed(bands=[{"label": "Tốt", "lower": "80"}, {"label": "Chưa đạt", "lower": "0", "inclusive": True}]),
    ),
    row("api:round-step-detail", at=step("draft", "self"), **READS),
    row(
        "api:round-step-dates", "POST", at=step("draft", "conclusion"),
        body=typed(closes_at="2099-06-06T00:00:00+07:00", **EXPLAINED), **WRITES,
    ),
    row("api:round-step-reminders", at=step("draft", "self"), **READS),
    row("api:round-step-reminders", "PUT", at=step("draft", "self"), body=typed(hours=[168, 4]), **WRITES),
    row("api:round-step-extend", "POST", at=step("draft", "self"), body=extension, **EXTENDS),
]  # fmt: skip
ROWS: list[Row] = [*HOUSE, *PEOPLE, *CRITERIA, *ROUNDS]
