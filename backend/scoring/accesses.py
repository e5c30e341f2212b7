"""What an address of ours is about, for the history room's rows on who read evidence or was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.accounts.queries import entering
from backend.audit.middleware import Facts, about, gives_to_all, lets_in, reads, watches
from backend.core.text import key_in
from backend.rounds.models import Round
from backend.scoring.models import Evidence, Scorecard
from permissions.actor import Actor
from tiers.models import Unit
from tiers.seating import actor_for

READING = ("evidence_file", "evidence_view", "evidence_preview", "signed_file", "upload_file")
# A refused look at these is written down too; of other pages a 404 says nothing about anybody.
WATCHED = {
    "scoring:proof": gettext_lazy("tải gói kiểm chứng lịch sử của phiếu"),
    "scoring:as_of": gettext_lazy("xem phiếu tại một thời điểm"),
    "scoring:timeline": gettext_lazy("xem lịch sử điểm của tiêu chí"),
    "scoring:history": gettext_lazy("xem lịch sử thẩm định"),
    "scoring:history_sheet": gettext_lazy("xuất lịch sử thẩm định ra XLSX"),
    "scoring:strictness": gettext_lazy("xem bảng chấm chặt, chấm rộng"),
    "scoring:bundle": gettext_lazy("xem bộ hồ sơ của phiếu"),
    "scoring:bundle_file": gettext_lazy("tải bộ hồ sơ của phiếu"),
    "scoring:missing_sheet": gettext_lazy("xuất danh sách tài liệu còn thiếu"),
    "scoring:deduction_file": gettext_lazy("xem văn bản của điểm trừ"),
    "api:scorecard-bundle": gettext_lazy("xem bộ hồ sơ của phiếu"),
    "api:scorecard-as-of": gettext_lazy("xem phiếu tại một thời điểm"),
    "api:scorecard-history": gettext_lazy("xem lịch sử điểm của tiêu chí"),
    "api:change-list": gettext_lazy("xem lịch sử thẩm định"),
    "api:strictness-list": gettext_lazy("xem bảng chấm chặt, chấm rộng"),
}
_DEEDS = WATCHED | {
    **dict.fromkeys((f"scoring:{name}" for name in READING), gettext_lazy("xem tài liệu kiểm chứng")),
    "accounts:sign_in": gettext_lazy("đăng nhập"),
    "accounts:verify": gettext_lazy("nhập mã xác thực khi đăng nhập"),
    "scoring:leaf": gettext_lazy("ghi điểm tự chấm"),
    "api:scorecard-points": gettext_lazy("ghi điểm tự chấm"),
    "scoring:clear": gettext_lazy("xoá điểm tự chấm"),
    "scoring:texts": gettext_lazy("sửa phần lời của báo cáo"),
    "scoring:add_file": gettext_lazy("đính kèm tệp"),
    "scoring:add_document": gettext_lazy("dẫn chiếu văn bản"),
    "scoring:remove_evidence": gettext_lazy("gỡ tài liệu kiểm chứng"),
    "scoring:replace_evidence": gettext_lazy("thay tài liệu kiểm chứng"),
    "scoring:move": gettext_lazy("chuyển trạng thái phiếu"),
    "api:scorecard-moves": gettext_lazy("chuyển trạng thái phiếu"),
    "scoring:approve": gettext_lazy("phê duyệt phiếu"),
    "scoring:delegate": gettext_lazy("ủy quyền phê duyệt"),
    "scoring:explain": gettext_lazy("gửi giải trình"),
    "scoring:answer": gettext_lazy("soạn giải trình"),
    "scoring:mark": gettext_lazy("chấm điểm thẩm định"),
    "scoring:agree": gettext_lazy("giữ nguyên điểm tự chấm"),
    "scoring:by_leaf_row": gettext_lazy("chấm điểm thẩm định"),
    "scoring:ask": gettext_lazy("yêu cầu giải trình"),
    "scoring:conclude": gettext_lazy("kết luận phiếu"),
    "scoring:decide": gettext_lazy("quyết định điểm kết luận"),
    "scoring:deduct": gettext_lazy("trừ điểm"),
    "scoring:vote": gettext_lazy("biểu quyết"),
    "scoring:open_round": gettext_lazy("mở đợt đánh giá"),
    "scoring:end_step": gettext_lazy("kết thúc sớm một bước"),
    "scoring:survey": gettext_lazy("nhập điểm điều tra"),
}


def deed(act: str, method: str) -> str:
    """Return in words what an address is for; of those not named only whether one looked or changed something."""
    known = _DEEDS.get(act)
    return str(known or (_("mở một trang") if method == "GET" else _("gửi một thay đổi")))


def register() -> None:
    """Say which addresses show evidence, which files are empty forms, and what an address is about."""
    reads(*(f"scoring:{name}" for name in READING))
    watches(*WATCHED)
    lets_in(_who_enters, "accounts:sign_in", "accounts:verify")
    gives_to_all("people:import_template", "audit:key", "audit:note", "audit:program")
    for prefix in ("/scorecards/", "/appraisals/", "/conclusions/"):
        about(prefix, _of_card)
    for prefix in ("/rounds/", "/round-progress/"):
        about(prefix, _of_round)
    about("/", _of_seat)


def _of_card(values: Mapping[str, Any], actor: Actor) -> Facts:
    rows = Scorecard.objects.filter(pk=key_in(str(values.get("pk", "")))).order_by()
    card = rows.values("pk", "unit_id", "unit__path", "unit_name", "round_id").first()
    if card is None:
        return {}
    facts = {
        "card_key": card["pk"],
        "unit_key": card["unit_id"],
        "unit_path": card["unit__path"],
        "unit_name": card["unit_name"],
        "round_key": card["round_id"],
        "code": str(values.get("code", ""))[:30],
    }
    piece = Evidence.objects.filter(pk=values.get("evidence_pk"), score__card=card["pk"]).order_by()
    found = piece.values("file_name", "number", "score__code").first() if "evidence_pk" in values else None
    if found:
        facts |= {"target": found["file_name"] or found["number"], "code": found["score__code"]}
    return facts


def _of_round(values: Mapping[str, Any], actor: Actor) -> Facts:
    found = (
        Round.objects.filter(pk=key_in(str(values.get("pk", "")))).select_related("host").order_by().first()
    )
    if found is None:
        return {}
    told = found.history_about
    return {
        "unit_key": told.unit_key,
        "unit_path": told.unit_path,
        "unit_name": told.unit_name,
        "round_key": found.pk,
    }


def _of_seat(values: Mapping[str, Any], actor: Actor) -> Facts:
    """Return the unit that the person acts for: there is nothing better to find the row by. Without a seat the topmost."""
    seat = next(iter(actor.seats), None)
    unit = Unit.objects.filter(path=seat.path).first() if seat else _topmost()
    return {"unit_key": unit.pk, "unit_path": unit.path, "unit_name": unit.name} if unit else {}


def _topmost() -> Unit | None:
    return Unit.objects.filter(parent=None).order_by("path").first()


def _who_enters(request: HttpRequest) -> Actor | None:
    user = entering(request)
    return actor_for(user) if user else None
