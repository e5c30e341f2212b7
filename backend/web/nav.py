"""The main navigation as data: what, where, who sees it."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from permissions.roles import Verb


@dataclass(frozen=True)
class Entry:
    """One entry: its title, the name of its address, and the verbs of which one is enough (none: everybody)."""

    title: str | Promise
    url_name: str
    verbs: tuple[Verb, ...] = ()


# An entry whose address does not exist yet is left out.
ENTRIES = (
    Entry(_("Bàn làm việc"), "scoring:desk"),
    Entry(_("Phiếu tự chấm"), "scoring:scorecard_list", (Verb.SCORE, Verb.SUBMIT)),
    Entry(_("Phê duyệt"), "scoring:approval_list", (Verb.APPROVE,)),
    Entry(_("Thẩm định"), "scoring:appraisal_list", (Verb.APPRAISE, Verb.PREPARE, Verb.CONCLUDE)),
    Entry(_("Đợt đánh giá"), "rounds:round_list", (Verb.MANAGE_ROUND, Verb.REOPEN, Verb.INSPECT)),
    Entry(_("Bộ tiêu chí"), "criteria:set_list", (Verb.MANAGE_CRITERIA, Verb.VIEW)),
    Entry(_("Kết quả"), "reports:ranking_list"),
    Entry(_("Lịch sử"), "scoring:history", (Verb.INSPECT,)),
    Entry(_("Thông báo"), "notices:notice_list"),
    Entry(_("Tổ chức"), "tiers:unit_list"),
    Entry(_("Tài khoản"), "people:account_list", (Verb.MANAGE_PEOPLE,)),
)
