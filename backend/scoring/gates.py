"""Gates: plain facts in, a reason in words out (empty means the gate is open)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from backend.core.dates import format_moment


@dataclass(frozen=True)
class Facts:
    """All that the gates may know of a card, read under its lock.

    ``opens`` and ``closes`` are of the step the move obeys, with the unit's own extension;
    both None where the round has no such step. ``self_closes`` is that of self-scoring.
    """

    now: datetime
    opens: datetime | None = None
    closes: datetime | None = None
    self_closes: datetime | None = None
    explanation_closes: datetime | None = None
    new_close: datetime | None = None
    reason: str = ""
    document: str = ""
    missing_points: tuple[str, ...] = ()
    missing_evidence: tuple[str, ...] = ()
    unmarked: tuple[str, ...] = ()
    open_doubles: tuple[str, ...] = ()
    missing_survey: tuple[str, ...] = ()
    over_deducted: tuple[str, ...] = ()
    asked: int = 0
    answered: int = 0
    explaining: bool = False
    signer: int | None = None
    submitters: frozenset[int] = field(default=frozenset())
    approval_voided: bool = False
    presiding: int = 0
    objections: int = 0
    kept_by_session: str = ""
    reopening_asked_by: int | None = None
    sign_off_until: datetime | None = None
    signed_off: bool = False
    waiting_changes: tuple[str, ...] = ()


def _list(codes: tuple[str, ...], most: int = 8) -> str:
    shown = ", ".join(codes[:most])
    return shown + (_(" và %(n)d tiêu chí khác") % {"n": len(codes) - most} if len(codes) > most else "")


def in_time(facts: Facts) -> str:
    """The step is open: from its opening up to, not with, its closing moment."""
    if facts.opens is None or facts.closes is None:
        return _("Đợt đánh giá này không có bước này.")
    if facts.now < facts.opens:
        return _("Bước này mở lúc %(when)s.") % {"when": format_moment(facts.opens)}
    if facts.now >= facts.closes:
        return _("Đã khoá lúc %(when)s. Nếu cần sửa, đề nghị cơ quan tổ chức mở lại cho đơn vị.") % {
            "when": format_moment(facts.closes)
        }
    return ""


def has_step(facts: Facts) -> str:
    """The round has the step that the move wants next."""
    return "" if facts.opens else _("Đợt đánh giá không có bước này hoặc bước này đã xong.")


def locked(facts: Facts) -> str:
    """Self-scoring of this unit is over; before that the unit itself can act."""
    if facts.self_closes and facts.now >= facts.self_closes:
        return ""
    return _("Chưa hết hạn tự chấm của đơn vị; đơn vị còn tự sửa và trình được.")


def self_scoring_over(facts: Facts) -> str:
    """Appraisal starts when the unit can change nothing any more."""
    if facts.self_closes and facts.now < facts.self_closes:
        return _("Đơn vị còn trong hạn tự chấm đến %(when)s.") % {"when": format_moment(facts.self_closes)}
    return ""


def later_close(facts: Facts) -> str:
    """A reopening gives a new closing moment in the future."""
    if facts.new_close and facts.new_close > facts.now:
        return ""
    return _("Hãy nhập hạn mới ở sau thời điểm hiện tại.")


def complete(facts: Facts) -> str:
    """Every leaf that applies has points."""
    if not facts.missing_points:
        return ""
    return _("Còn %(n)d tiêu chí chưa chấm: %(codes)s.") % {
        "n": len(facts.missing_points),
        "codes": _list(facts.missing_points),
    }


def evidenced(facts: Facts) -> str:
    """No points above zero without evidence or explanation where the leaf asks for it."""
    if not facts.missing_evidence:
        return ""
    return _("Còn %(n)d tiêu chí có điểm nhưng chưa có tài liệu kiểm chứng hoặc giải trình: %(codes)s.") % {
        "n": len(facts.missing_evidence),
        "codes": _list(facts.missing_evidence),
    }


def council_sits(facts: Facts) -> str:
    """The unit's own council has a chair or secretary who still holds a seat at the unit."""
    if facts.presiding:
        return ""
    return _(
        "Hội đồng của đơn vị chưa có chủ tịch hoặc thư ký đang giữ vai trò ở đơn vị. Hãy cập nhật thành viên Hội đồng."
    )


def something_objected(facts: Facts) -> str:
    """The unit's own council sends a card back with a reason on at least one leaf."""
    if facts.objections:
        return ""
    return _(
        "Chưa có lý do ở tiêu chí nào. Hãy ghi ý kiến “cần bổ sung, sửa” hoặc “đề xuất điểm khác” trước khi trả lại."
    )


def four_eyes(facts: Facts) -> str:
    """Who submitted since the last draft does not approve."""
    if facts.signer is not None and facts.signer in facts.submitters:
        return _("Người trình không được tự phê duyệt. Cần một lãnh đạo khác phê duyệt.")
    return ""


def approval_holds(facts: Facts) -> str:
    """What was approved is still what stands on the card."""
    if facts.approval_voided:
        return _("Nội dung đã thay đổi sau khi phê duyệt nên phê duyệt không còn hiệu lực.")
    return ""


def all_marked(facts: Facts) -> str:
    """Every leaf the council appraises at this step has a mark."""
    if not facts.unmarked:
        return ""
    return _("Còn %(n)d tiêu chí chưa thẩm định: %(codes)s.") % {
        "n": len(facts.unmarked),
        "codes": _list(facts.unmarked),
    }


def doubles_settled(facts: Facts) -> str:
    """No leaf chosen to be marked by two people waits for a mark or for a third to settle it."""
    if not facts.open_doubles:
        return ""
    return _(
        "Còn %(n)d tiêu chí chấm hai lần độc lập chưa xong (thiếu điểm hoặc hai điểm khác nhau): %(codes)s."
    ) % {
        "n": len(facts.open_doubles),
        "codes": _list(facts.open_doubles),
    }


def answered_or_late(facts: Facts) -> str:
    """A card out for explanation comes back when the unit sends it or its deadline passes."""
    over = facts.explanation_closes and facts.now >= facts.explanation_closes
    if not facts.explaining or over:
        return ""
    return _("Đơn vị đang giải trình và còn trong hạn.")


def something_asked(facts: Facts) -> str:
    """At least one leaf asks for an explanation."""
    return "" if facts.asked else _("Chưa có tiêu chí nào được yêu cầu giải trình.")


def something_answered(facts: Facts) -> str:
    """At least one question is answered; of what is not answered the first mark stands."""
    return "" if facts.answered else _("Chưa giải trình tiêu chí nào.")


def nothing_open(facts: Facts) -> str:
    """No request for explanation waits to be sent."""
    return _("Còn yêu cầu giải trình chưa gửi đơn vị.") if facts.asked else ""


def in_session(facts: Facts) -> str:
    """Where the round concludes in session: one is on with enough members, and no vote on the card goes on."""
    return facts.kept_by_session


def two_persons(facts: Facts) -> str:
    """A conclusion is opened again by a second person: another one has proposed it."""
    if facts.reopening_asked_by is None:
        return _("Chưa có đề nghị mở lại kết luận. Một người đề nghị, người khác xác nhận.")
    if facts.reopening_asked_by == facts.signer:
        return _("Người đề nghị không được tự xác nhận. Cần một người khác xác nhận.")
    return ""


def sign_off_asked(facts: Facts) -> str:
    """The round asks the units' leaders to sign what was concluded, until a day of its own."""
    if facts.sign_off_until is None:
        return _("Đợt đánh giá này không lấy chữ ký xác nhận kết quả của đơn vị.")
    if facts.now >= facts.sign_off_until:
        return _("Đã hết hạn ký xác nhận lúc %(when)s.") % {"when": format_moment(facts.sign_off_until)}
    return ""


def not_signed_off(facts: Facts) -> str:
    """The result as it stands is not signed by the unit yet."""
    return _("Đơn vị đã ký xác nhận kết quả này.") if facts.signed_off else ""


def no_change_waits(facts: Facts) -> str:
    """No change proposed after conclusion waits for its second person."""
    if not facts.waiting_changes:
        return ""
    return _("Còn đề nghị thay đổi chờ người thứ hai xác nhận: %(codes)s.") % {
        "codes": _list(facts.waiting_changes)
    }


def deductions_fit(facts: Facts) -> str:
    """Nothing is taken off that is not there: points may have fallen since (R13)."""
    if not facts.over_deducted:
        return ""
    return _("Điểm bị trừ lớn hơn điểm thẩm định ở %(codes)s. Hãy rút bớt điểm trừ.") % {
        "codes": _list(facts.over_deducted)
    }


def survey_entered(facts: Facts) -> str:
    """No survey or outside-index leaf waits for points."""
    if not facts.missing_survey:
        return ""
    return _("Còn thiếu điểm điều tra xã hội học hoặc chỉ số ngoài: %(codes)s.") % {
        "codes": _list(facts.missing_survey)
    }


def reasoned(facts: Facts) -> str:
    """The move says why."""
    return "" if facts.reason.strip() else _("Hãy ghi lý do.")


def documented(facts: Facts) -> str:
    """The move names the document it rests on."""
    return "" if facts.document.strip() else _("Hãy ghi số, ký hiệu văn bản làm căn cứ.")
