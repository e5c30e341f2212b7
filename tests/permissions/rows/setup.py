"""Pages that set a season up: criteria sets and rounds."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from backend.core.dates import format_date, vn_date
from backend.criteria.models import CriteriaSet
from backend.criteria.sheets import read_file
from backend.criteria.sheets.forms import keep
from permissions.roles import Verb
from tests.permissions.rows.cards import typed
from tests.permissions.rows.council import round_
from tests.permissions.table import Row, Scene, Values, row

BOTH = ("city", "district")
WRITES_ANY = {
    "ok": "manager", "refused": "UNIT appraiser COUNCIL inspector STRANGERS", "verb": Verb.MANAGE_CRITERIA,
}  # fmt: skip
# A draft is the host's own work.
DRAFTS = {
    "ok": "manager", "refused": "appraiser COUNCIL inspector", "hidden": "UNIT STRANGERS",
    "verb": Verb.MANAGE_CRITERIA,
}  # fmt: skip
# A published set is read by the host and by whoever is scored by it: units of its kind below its owner.
SCORED = "UNIT OTHER_UNITS secretary_below"
NOT_SCORED = "admin_below officer_below leader_below OUTSIDE"
READS = {"ok": f"HOST {SCORED}", "hidden": NOT_SCORED, "verb": Verb.VIEW}
WRITES = {
    "ok": "manager", "refused": f"appraiser COUNCIL inspector {SCORED}", "hidden": NOT_SCORED,
}  # fmt: skip
EXTENDS = {
    "ok": "manager COUNCIL", "refused": f"appraiser inspector {SCORED}", "hidden": NOT_SCORED,
}  # fmt: skip

COUNTING = {"left_out_way": "rescaled", "bonus_ceiling": "5", "penalty_ceiling": "0"}
SET = {"title": "Bộ tiêu chí thử", "scale": "100"}


def set_(name: str) -> Values:
    """Return the values of an address of a criteria set."""
    return lambda scene: {"pk": scene.sets[name].pk}


def node(code: str) -> Values:
    """Return the values of an address of a node of the draft."""
    return lambda scene: {"pk": scene.node(code).pk}


def group(stage: str) -> Values:
    """Return the values of an address of the first group of a round."""
    return lambda scene: {"pk": scene.group(stage).pk}


def step(stage: str, kind: str) -> Values:
    """Return the values of an address of a step."""
    return lambda scene: {"pk": scene.step(stage, kind).pk}


def both(
    name: str, columns: dict[str, Any], at: Values | None = None, body: Values | None = None, **more: Any
) -> list[Row]:
    """Return the rows of a page with a form."""
    more.setdefault("places", BOTH)
    common = {"at": at, **columns, **more}
    return [row(name, **common), row(name, "POST", body=body, **common)]


def a_set(scene: Scene) -> dict[str, Any]:
    """Return a new set as typed."""
    return {**SET, "owner": scene.host.pk, "kind": scene.sets["published"].kind_id, "year": "2040"}


def a_round(scene: Scene) -> dict[str, Any]:
    """Return a new round as typed."""
    return {"host": scene.host.pk, "title": "Đợt thử", "year": "2040", "on_date": "05/06/2026"}


def a_group(scene: Scene) -> dict[str, Any]:
    """Return one more group as typed."""
    spare = scene.sets["spare"]
    return {"kind": spare.kind_id, "criteria_set": spare.pk, "title": "Văn phòng", "tie_rule": "shared"}


def the_group(scene: Scene) -> dict[str, Any]:
    """Return the group that stands, under another title."""
    stands = scene.group("setup")
    return {
        "kind": stands.kind_id, "criteria_set": stands.criteria_set_id, "title": "Nhóm đổi tên",
        "tie_rule": stands.tie_rule,
    }  # fmt: skip


def formset(rows: list[dict[str, str]]) -> dict[str, str]:
    """Return the rows of a form set as typed."""
    sent = {"form-TOTAL_FORMS": str(len(rows)), "form-INITIAL_FORMS": "0"}
    return sent | {f"form-{n}-{name}": text for n, values in enumerate(rows) for name, text in values.items()}


BANDS = formset([{"label": "Tốt", "lower": "80", "inclusive": "on"}, {"label": "Chưa đạt", "lower": "0"}])
STEPS = formset(
    [
        {"kind": "self", "title": "Tự chấm", "opens": "01/12/2040", "closes": "07/01/2041"},
        {"kind": "appraisal", "title": "Thẩm định", "opens": "08/01/2041", "closes": "20/01/2041"},
        {"kind": "conclusion", "title": "Kết luận", "opens": "21/01/2041", "closes": "31/01/2041"},
    ]
)


def a_sheet(scene: Scene) -> dict[str, Any]:
    """Return a sheet with one field."""
    return {
        "file": SimpleUploadedFile("tieu-chi.csv", "STT,Tiêu chí,Điểm tối đa\n9,Lĩnh vực mới,\n".encode())
    }


def a_kept_sheet(scene: Scene) -> dict[str, Any]:
    """Return the preview of that sheet."""
    reading = read_file(a_sheet(scene)["file"], "tieu-chi.csv")
    draft = CriteriaSet.objects.get(pk=scene.sets["draft"].pk)
    return {"kept": keep(reading, set_key=draft.pk, revision=draft.revision)}


def a_new_sheet(scene: Scene) -> dict[str, Any]:
    """Return a sheet with one field and the set it is to make, as typed."""
    return {**a_set(scene), **a_sheet(scene)}


def a_kept_new_sheet(scene: Scene) -> dict[str, Any]:
    """Return the preview of a sheet that makes a set."""
    reading = read_file(a_sheet(scene)["file"], "tieu-chi.csv")
    new = {"owner": scene.host.pk, "kind": scene.sets["published"].kind_id, "year": 2040, "title": "Bộ mới"}
    return {"kept": keep(reading, new=new)}


def later(scene: Scene) -> dict[str, str]:
    """Return new dates of the conclusion: the same first day, a later last one."""
    opens = vn_date(scene.step("draft", "conclusion").opens_at)
    return {
        "opens": format_date(opens), "closes": "05/06/2099", "reason": "Lùi hạn", "document": "03/QĐ-UBND",
    }  # fmt: skip


def extension(scene: Scene) -> dict[str, Any]:
    """Return more time for the unit as typed."""
    return {
        "unit": scene.unit.pk, "closes": "05/06/2099", "reason": "Mất điện", "document": "04/CV-UBND",
    }  # fmt: skip


CRITERIA = [
    row("criteria:set_list", ok="ALL"),
    *both("criteria:set_add", WRITES_ANY, body=a_set, places=("city",)),
    row("criteria:set_detail", at=set_("published"), places=("city",), note="published", **READS),
    row(
        "criteria:set_detail", at=set_("draft"), places=BOTH, note="draft", ok="HOST", hidden="UNIT STRANGERS"
    ),
    *both("criteria:set_edit", DRAFTS, set_("draft"), typed(**SET)),
    row("criteria:publish", "POST", at=set_("draft"), places=BOTH, shut=True, **DRAFTS),
    row("criteria:discard", "POST", at=set_("draft"), places=BOTH, **DRAFTS),
    row("criteria:new_version", "POST", at=set_("published"), **WRITES, verb=Verb.MANAGE_CRITERIA),
    *both("criteria:set_copy", WRITES, set_("published"), a_set, places=("city",)),
    row("criteria:set_scopes", at=set_("published"), places=("city",), note="published", **READS),
    row("criteria:set_scopes", "POST", at=set_("draft"), body=typed(**COUNTING), places=BOTH, **DRAFTS),
    *both("criteria:node_scope", DRAFTS, node("1"), typed(only_with_procedures="on")),
    row("criteria:sheet_export", at=set_("published"), places=("city",), note="published", **READS),
    row(
        "criteria:sheet_export",
        at=set_("draft"),
        places=BOTH,
        note="draft",
        ok="HOST",
        hidden="UNIT STRANGERS",
    ),
    *both("criteria:sheet_new", WRITES_ANY, body=a_new_sheet, places=("city",)),
    row("criteria:sheet_new_apply", "POST", body=a_kept_new_sheet, places=("city",), **WRITES_ANY),
    *both("criteria:sheet_import", DRAFTS, set_("draft"), a_sheet),
    row("criteria:sheet_apply", "POST", at=set_("draft"), body=a_kept_sheet, places=BOTH, **DRAFTS),
    *both("criteria:node_add", DRAFTS, set_("draft"), typed(title="Lĩnh vực mới", code="7")),
    *both("criteria:node_edit", DRAFTS, node("1"), typed(title="Lĩnh vực đổi tên", code="1")),
    row("criteria:node_move", "POST", at=node("1.2"), body=typed(way="up"), places=BOTH, **DRAFTS),
    row("criteria:node_split", "POST", at=node("1.2"), body=typed(parts="2"), places=BOTH, **DRAFTS),
    row("criteria:node_duplicate", "POST", at=node("1.2"), places=BOTH, **DRAFTS),
    *both("criteria:rule_try", DRAFTS, set_("draft"), typed(rule="pass_fail", max_points="1")),
    row("criteria:undo", "POST", at=set_("draft"), places=BOTH, shut=True, **DRAFTS),
    row("criteria:node_delete", "POST", at=node("1.2"), places=BOTH, **DRAFTS),
]
ROUNDS = [
    row("rounds:round_list", ok="ALL"),
    *both("rounds:round_add", WRITES_ANY, body=a_round, places=("city",)),
    row(
        "rounds:round_detail",
        at=round_("setup"),
        places=BOTH,
        note="draft",
        ok="HOST",
        hidden="UNIT STRANGERS",
    ),
    row("rounds:round_detail", at=round_("draft"), note="open", **READS),
    *both("rounds:round_edit", DRAFTS, round_("setup"), a_round),
    *both(
        "rounds:round_copy", WRITES, round_("draft"), typed(year="2041", title="Đợt sau"), places=("city",)
    ),
    *both("rounds:steps_edit", DRAFTS, round_("setup"), typed(**STEPS)),
    *both("rounds:group_add", DRAFTS, round_("setup"), a_group),
    *both("rounds:group_edit", DRAFTS, group("setup"), the_group),
    row("rounds:group_remove", "POST", at=group("setup"), places=BOTH, **DRAFTS),
    *both("rounds:bands_edit", DRAFTS, group("setup"), typed(**BANDS)),
    *both("rounds:step_dates", WRITES, step("draft", "conclusion"), later, places=("city",)),
    *both(
        "rounds:step_reminders",
        WRITES,
        step("draft", "self"),
        typed(days="7, 1", hours="4"),
        places=("city",),
    ),
    *both("rounds:step_extend", EXTENDS, step("draft", "self"), extension, places=("city",)),
]
ROWS = [*CRITERIA, *ROUNDS]
