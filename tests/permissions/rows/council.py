"""Pages of the council and of the round's host."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from backend.core import clock
from backend.notices.models import Letter
from backend.scoring import actions
from backend.scoring.models import Deduction
from permissions.actor import SYSTEM
from permissions.roles import Verb
from tests.permissions.rows.cards import PLACES, REASON, SECRET, card, typed
from tests.permissions.table import Row, Scene, Values, row
from tests.scoring import specimens

# The unit has no business on the council's pages of its own card: they do not exist for it.
HOSTED = {"ok": "HOST", "hidden": "UNIT STRANGERS"}
APPRAISES = {
    "ok": "appraiser COUNCIL", "refused": "manager inspector", "hidden": "UNIT STRANGERS",
    "verb": Verb.APPRAISE,
}  # fmt: skip
# The appraiser's seat is limited to field 2.
OTHER_FIELD = {
    "ok": "COUNCIL", "refused": "appraiser manager inspector", "hidden": "UNIT STRANGERS",
    "verb": Verb.APPRAISE,
}  # fmt: skip
REOPENS = {
    "ok": "manager COUNCIL", "refused": "appraiser inspector", "hidden": "UNIT STRANGERS",
    "verb": Verb.REOPEN,
}  # fmt: skip
CONCLUDES = {
    "ok": "chair", "refused": "manager appraiser secretary member inspector", "hidden": "UNIT STRANGERS",
    "verb": Verb.CONCLUDE,
}  # fmt: skip
DEDUCTS = {
    "ok": "COUNCIL", "refused": "appraiser manager inspector", "hidden": "UNIT STRANGERS",
    "verb": Verb.ASK,
}  # fmt: skip
TAKEN = {"code": "1", "points": "0,25", "reason": "Nộp muộn", "document": "15/TB-HĐ"}
ENTERS = {
    "ok": "manager COUNCIL", "refused": "appraiser inspector", "hidden": "UNIT STRANGERS",
}  # fmt: skip
# A round without cards is nobody's to appraise yet.
SETS_UP = {
    "ok": "manager", "refused": "COUNCIL inspector", "hidden": "appraiser UNIT STRANGERS",
    "verb": Verb.MANAGE_ROUND,
}  # fmt: skip

ENDS = {
    "ok": "manager", "refused": "appraiser COUNCIL inspector", "hidden": "UNIT STRANGERS",
    "verb": Verb.MANAGE_ROUND,
}  # fmt: skip
# Reminding judges nobody: who works at a unit may remind it too.
REMINDS = {"ok": "manager COUNCIL", "refused": "appraiser inspector", "hidden": "UNIT STRANGERS"}
SOURCE = {"report_number": "12/BC-SNV", "report_date": "05/06/2026", "sample": "100", "answers": "90"}


def mark(stage: str, code: str, order: int, **values: Any) -> Values:
    """Return what the form of a leaf sends on the council's side, for the step of that order."""
    return lambda scene: {"version": scene.version(stage, code, order), **values}


def round_(stage: str, **more: Any) -> Values:
    """Return the values of an address of the round at that stage."""
    return lambda scene: {"pk": scene.rounds[stage].pk, **more}


def on_leaf(act: str, code: str, columns: dict[str, Any], note: str = "") -> list[Row]:
    """Return the two rows of an act on one leaf that asks for a reason."""
    at = card("appraising", code=code, act=act)
    common = {"at": at, "places": PLACES, "note": note or act, **columns}
    return [row("scoring:on_leaf", **common), row("scoring:on_leaf", "POST", body=REASON, **common)]


def taken(scene: Scene) -> dict[str, Any]:
    """Return the values of an address of points taken off the appraised card, taken now where none are."""
    card_ = scene.cards["appraised"]
    row_ = Deduction.objects.filter(card=card_).first()
    off = {**TAKEN, "points": Decimal("0.25")}
    row_ = row_ or actions.deduct(card_, by=SYSTEM, **off)
    return {"pk": card_.pk, "deduction_pk": row_.pk}


def unsure(scene: Scene) -> int:
    """Return a letter to the unit's officer of which nobody knows whether it arrived."""
    officer = scene.world.people["officer"]
    type(officer).objects.filter(pk=officer.pk).update(email="can-bo@example.gov.vn")
    made = Letter.objects.create(
        user=officer,
        address="can-bo@example.gov.vn",
        state=Letter.State.UNSURE,
        attempts=1,
        made_at=clock.now(),
    )
    return made.pk


def survey_points(scene: Scene) -> dict[str, Any]:
    """Return what the table of survey points sends: the points of one unit."""
    score = scene.cards["appraising"].scores.get(code="3.1")
    return {**SOURCE, "group": scene.group("appraising").pk, f"cell_{score.pk}": "7,5"}


ROWS = [
    row("scoring:appraisal_list", ok="ALL"),
    row("scoring:conclusion_list", ok="ALL"),
    row("scoring:appraisal", at=card("appraising"), places=PLACES, **HOSTED),
    row("scoring:conclusion", at=card("appraised"), places=PLACES, **HOSTED),
    row("scoring:agree", "POST", at=card("appraising"), places=PLACES, **APPRAISES),
    row("scoring:ask_cuts", "POST", at=card("appraising"), places=PLACES, **APPRAISES),
    row(
        "scoring:mark", "POST", at=card("appraising", code="2.1"), places=PLACES,
        body=mark("appraising", "2.1", 2, points="4,5", reason="Chưa đủ số liệu"), **APPRAISES,
    ),
    row(
        "scoring:mark", "POST", note="outside her field", at=card("appraising", code="1.1"), places=PLACES,
        body=mark("appraising", "1.1", 2, points="0", reason="Không ban hành"), **OTHER_FIELD,
    ),
    row(
        "scoring:ask", "POST", at=card("appraising", code="2.1"), places=PLACES,
        body=typed(question="Số liệu lấy từ đâu, ngày nào?"), **APPRAISES,
    ),
    row(
        "scoring:ask", "POST", note="outside her field", at=card("appraising", code="1.1"), places=PLACES,
        body=typed(question="Vì sao chậm?"), **OTHER_FIELD,
    ),
    *on_leaf("leave-out", "2.1", REOPENS),
    *on_leaf("put-back", "1.2", REOPENS),
    *on_leaf("unask", "2.1", APPRAISES),
    *on_leaf("unask", "1.1", OTHER_FIELD, "unask outside her field"),
    row(
        "scoring:on_leaf", note="unknown act", at=card("appraising", code="2.1", act="erase"),
        ok="", hidden="ALL",
    ),
    row(
        "scoring:on_leaf", "POST", note="unknown act", at=card("appraising", code="2.1", act="erase"),
        ok="", hidden="ALL",
    ),
    row("scoring:conclude", "POST", at=card("appraised"), body=SECRET, places=PLACES, **CONCLUDES),
    row(
        "scoring:decide", "POST", at=card("appraised", code="1.1"), places=PLACES,
        body=mark("appraised", "1.1", 5, points="1", reason="Có văn bản bổ sung"), **CONCLUDES,
    ),
    row("scoring:deduct", "POST", at=card("appraised"), body=typed(**TAKEN), places=PLACES, **DEDUCTS),
    row("scoring:withdraw_deduction", at=taken, places=PLACES, **DEDUCTS),
    row("scoring:withdraw_deduction", "POST", at=taken, body=REASON, places=PLACES, **DEDUCTS),
    row(
        "scoring:not_arisen", "POST", at=card("appraising", code="2.1"), places=PLACES, shut=True, **APPRAISES,
    ),
    row(
        "scoring:not_arisen", "POST", note="outside her field", at=card("appraising", code="1.1"), places=PLACES,
        shut=True, **OTHER_FIELD,
    ),
    row("scoring:round_progress", at=round_("draft"), places=("city", "district"), **HOSTED),
    row("scoring:open_round", at=round_("setup"), places=("city", "district"), **SETS_UP),
    row("scoring:open_round", "POST", at=round_("setup"), places=("city", "district"), **SETS_UP),
    row("scoring:end_step", at=round_("draft"), places=("city", "district"), **ENDS),
    row(
        "scoring:end_step", "POST", at=round_("draft"), places=("city", "district"), shut=True,
        body=typed(reason="Các đơn vị đã xong", document="03/QĐ-UBND"), **ENDS,
    ),
    row("scoring:remind", at=round_("draft"), places=("city", "district"), **REMINDS),
    row(
        "scoring:remind", "POST", at=round_("draft"), places=("city", "district"), shut=True,
        body=typed(act="preview", subject="Nhắc", body="Đề nghị hoàn thành"), **REMINDS,
    ),
    row("scoring:reminder_list", at=round_("draft"), places=("city", "district"), **REMINDS),
    row(
        "scoring:resend_letter", "POST", at=lambda scene: {"pk": scene.rounds["draft"].pk, "letter_pk": unsure(scene)},
        **REMINDS,
    ),
    row("scoring:more_time", at=round_("draft"), places=("city", "district"), **HOSTED),
    row("scoring:survey", at=round_("appraising"), places=("city", "district"), **HOSTED),
    row(
        "scoring:survey", "POST", at=round_("appraising"), places=("city", "district"), body=survey_points,
        **ENTERS,
    ),
    row("scoring:survey_template", at=round_("appraising"), places=("city", "district"), **HOSTED),
    row(
        "scoring:survey_import", "POST", at=round_("appraising"), places=("city", "district"), shut=True,
        body=lambda _scene: {**SOURCE, "file": specimens.upload(specimens.xlsx(), "diem.xlsx")}, **ENTERS,
    ),
    row(
        "scoring:survey_confirm", "POST", at=round_("appraising"), places=("city", "district"), shut=True,
        body=typed(rows="sai", **SOURCE), **ENTERS,
    ),
    row(
        "scoring:proof", at=card("draft"), verb=Verb.INSPECT, places=PLACES, shut=True,
        ok="COUNCIL inspector", refused="UNIT manager appraiser", hidden="STRANGERS",
    ),
    *(
        row(
            name, verb=Verb.INSPECT,
            ok="COUNCIL inspector secretary_below",
            refused="UNIT manager appraiser OTHER_UNITS admin_below officer_below leader_below OUTSIDE",
        )
        for name in ("scoring:history", "scoring:history_sheet", "scoring:strictness")
    ),
]  # fmt: skip
