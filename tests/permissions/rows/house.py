"""Pages of everybody: signing in, one's own account, messages; the organisation and its people."""

from __future__ import annotations

from typing import Any

from backend.notices.models import Kind as NoticeKind
from permissions.roles import Verb
from tests import make
from tests.permissions.rows.cards import REASON, typed
from tests.permissions.table import Row, Values, row
from tests.scoring import specimens
from tiers.models import Kind

BOTH = ("city", "district")
# The tree of units is public knowledge to whoever signs in; changing it is the administrator's.
MANAGES_UNITS = {
    "ok": "admin", "refused": "UNIT HOST OTHER_UNITS BELOW nobody", "verb": Verb.MANAGE_UNITS,
}  # fmt: skip
RELEASES = {
    "ok": "manager", "refused": "UNIT appraiser COUNCIL inspector OTHER_UNITS BELOW OUTSIDE",
    "verb": Verb.MANAGE_ROUND,
}  # fmt: skip
# Who manages people at all; who manages nobody is told so.
MANAGES_ANYBODY = {
    "ok": "admin admin_below",
    "refused": "UNIT HOST OTHER_UNITS secretary_below officer_below leader_below nobody",
    "verb": Verb.MANAGE_PEOPLE,
}
# One person of a unit: to an administrator of other units she does not exist.
MANAGES_ONE = {
    "ok": "admin", "hidden": "admin_below",
    "refused": "UNIT HOST OTHER_UNITS secretary_below officer_below leader_below nobody",
    "verb": Verb.MANAGE_PEOPLE,
}  # fmt: skip


def clerk() -> Values:
    """Return the values of an address of a person of the unit."""
    return lambda scene: {"pk": scene.clerk.pk}


def unit() -> Values:
    """Return the values of an address of the unit."""
    return lambda scene: {"pk": scene.unit.pk}


def both(name: str, columns: dict[str, Any], at: Values, body: Values) -> list[Row]:
    """Return the rows of a page with a form."""
    common = {"at": at, "places": BOTH, **columns}
    return [row(name, **common), row(name, "POST", body=body, **common)]


def own(name: str, *methods: str, body: Values | None = None, **more: object) -> list[Row]:
    """Return the rows of a page of one's own account."""
    return [row(name, method, ok="ALL", body=body, **more) for method in methods]


OPEN = [
    row(name, ok="ALL", open=True)
    for name in (
        "web:healthz",
        "web:readyz",
        "web:clock",
        "web:robots",
        "web:favicon",
        "audit:checkpoint_list",
        "audit:program",
        "api:checkpoint-list",
    )
]
# Neither is there before the keys are made.
OPEN += [
    row("audit:key", ok="ALL", open=True, shut=True),
    row("audit:note", ok="ALL", open=True, shut=True, at=lambda _scene: {"number": 1}),
]
SIGN_IN = [
    *own("accounts:sign_in", "GET", open=True),
    *own("accounts:sign_in", "POST", body=typed(username="khong-co", password="sai"), open=True),
    *own("accounts:verify", "GET", open=True),
    *own("accounts:verify", "POST", body=typed(code="123456"), open=True),
    *own("accounts:sign_out", "POST", open=True),
]
ACCOUNT = [
    *own("accounts:profile", "GET"),
    *own("accounts:change_password", "GET"),
    *own(
        "accounts:change_password", "POST",
        body=typed(password=make.PASSWORD, new="Mat-khau-moi-2027", again="Mat-khau-moi-2027"),
    ),
    *own("accounts:second_factor", "GET"),
    *own("accounts:second_factor", "POST", body=typed(code="000000"), shut=True),
    *own("accounts:second_factor_off", "POST", body=typed(answer=make.PASSWORD)),
    *own("accounts:end_sessions", "POST"),
    *own("notices:notice_list", "GET"),
    *own("notices:mark_all_read", "POST"),
    *own("notices:preferences", "GET"),
    *own("notices:preferences", "POST", body=typed(**dict.fromkeys(NoticeKind.values, "usual"))),
    row(
        "notices:mark_read", "POST", at=lambda scene: {"pk": scene.world.notice.pk}, ok="officer",
        hidden="lent LEADERS HOST STRANGERS",
    ),
]  # fmt: skip
UNITS = [
    row("tiers:unit_list", ok="ALL"),
    row("tiers:merger_list", ok="ALL"),
    row("tiers:unit_detail", ok="ALL", at=unit()),
    row(
        "tiers:unit_history", at=unit(), places=BOTH, ok="admin inspector",
        refused="UNIT manager appraiser COUNCIL OTHER_UNITS BELOW nobody",
    ),
    row(
        "tiers:unit_history", at=lambda scene: {"pk": scene.host.pk}, note="of the host",
        ok="admin inspector COUNCIL", refused="UNIT manager appraiser OTHER_UNITS BELOW nobody",
    ),
    *both(
        "tiers:unit_edit", MANAGES_UNITS, unit(),
        typed(name="Tên mới", order="7", has_procedures="on", reason="Sửa tên"),
    ),
    *both(
        "tiers:unit_add", MANAGES_UNITS, unit(),
        lambda _scene: {
            "code": "MOI1", "name": "Đơn vị mới", "valid_from": "05/06/2026", "order": "9",
            "kind": Kind.objects.get(code="commune").pk, "reason": "Thành lập",
        },
    ),
    *[
        row(
            "tiers:release_add", method, at=lambda scene: {"pk": scene.world.divided.pk},
            body=lambda scene: {
                "new": scene.world.people["heir"].appointments.get().acts_for_id, "document": "02/QĐ-UBND",
                "reason": "Nhận hồ sơ",
            }, **RELEASES,
        )
        for method in ("GET", "POST")
    ],
    row(
        "tiers:release_withdraw", "POST", at=lambda scene: {"pk": scene.world.release.pk}, body=REASON,
        verb=Verb.MANAGE_ROUND, ok="manager", refused="officer_two leader_two inspector",
        hidden="UNIT appraiser COUNCIL officer_home leader_home heir BELOW OUTSIDE",
    ),
]  # fmt: skip
PEOPLE = [
    row("people:account_list", **MANAGES_ANYBODY),
    row("people:import_template", **MANAGES_ANYBODY),
    row("people:account_add", **MANAGES_ANYBODY),
    row(
        "people:account_add", "POST",
        body=lambda scene: {
            "username": "nguoi.moi", "full_name": "Người mới", "role": "officer", "acts_for": scene.unit.pk,
        }, **MANAGES_ANYBODY,
    ),
    row("people:account_import", **MANAGES_ANYBODY),
    row(
        "people:account_import", "POST", shut=True,
        body=lambda _scene: {"file": specimens.upload(specimens.xlsx(), "nguoi.xlsx")}, **MANAGES_ANYBODY,
    ),
    row("people:account_import_confirm", "POST", body=typed(kept="sai"), shut=True, **MANAGES_ANYBODY),
    row("people:account_detail", at=clerk(), places=BOTH, **MANAGES_ONE),
    *both("people:account_edit", MANAGES_ONE, clerk(), typed(full_name="Tên đúng", email="", phone="")),
    *both(
        "people:seat_add", MANAGES_ONE, clerk(),
        lambda scene: {"role": "deputy", "acts_for": scene.unit.pk},
    ),
    row("people:account_disable", "POST", at=clerk(), body=REASON, places=BOTH, **MANAGES_ONE),
    row("people:account_enable", "POST", at=clerk(), body=REASON, places=BOTH, shut=True, **MANAGES_ONE),
    row("people:account_reset", "POST", at=clerk(), body=REASON, places=BOTH, **MANAGES_ONE),
    row(
        "people:seat_end", "POST", body=REASON, places=BOTH,
        at=lambda scene: {"pk": scene.clerk.appointments.get().pk}, **MANAGES_ONE,
    ),
]  # fmt: skip
ROWS = [*OPEN, *SIGN_IN, *ACCOUNT, *UNITS, *PEOPLE]
