"""The whole life of a card: states, and moves as one table.

"Appraised (first)" and "appraised (second)" are one state with the card's ``step``, so that a
round may have one appraisal, two or three without a new state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.core.errors import OutOfStep
from backend.scoring import gates
from backend.scoring.gates import Facts
from permissions.roles import Verb


class State(models.TextChoices):
    """Where a card stands."""

    DRAFT = "draft", gettext_lazy("đang tự chấm")
    REVIEWING = "reviewing", gettext_lazy("đang được Hội đồng của đơn vị xem xét")
    SUBMITTED = "submitted", gettext_lazy("đã trình lãnh đạo")
    RETURNED = "returned", gettext_lazy("bị trả lại")
    APPROVED = "approved", gettext_lazy("đã phê duyệt")
    ACCEPTED = "accepted", gettext_lazy("được nhận dù chưa phê duyệt")
    NOT_SCORED = "not_scored", gettext_lazy("không tự chấm")
    APPRAISED = "appraised", gettext_lazy("đã thẩm định")
    EXPLAINING = "explaining", gettext_lazy("đang giải trình")
    EXPLAINED = "explained", gettext_lazy("đã giải trình")
    CONCLUDED = "concluded", gettext_lazy("đã kết luận")
    PUBLISHED = "published", gettext_lazy("đã công bố")


Gate = Callable[[Facts], str]

SELF = "self"
APPRAISAL = "appraisal"
EXPLANATION = "explanation"
CONCLUSION = "conclusion"

WITH_UNIT = frozenset({State.DRAFT, State.RETURNED})
BEFORE_APPRAISAL = frozenset(
    {
        State.DRAFT,
        State.RETURNED,
        State.REVIEWING,
        State.SUBMITTED,
        State.APPROVED,
        State.ACCEPTED,
        State.NOT_SCORED,
    }
)
UNAPPROVED = frozenset({State.DRAFT, State.RETURNED, State.REVIEWING, State.SUBMITTED})
READY = frozenset({State.APPROVED, State.ACCEPTED, State.NOT_SCORED})
UNDER_APPRAISAL = READY | {State.EXPLAINED, State.EXPLAINING}


@dataclass(frozen=True)
class Move:
    """One row of the table. ``step`` is the kind of step whose dates the move obeys.

    ``note`` is what an optional word with the move is called, where it takes one.
    ``signs``: the person shows again who she is (password or second factor), on pages and in the API.
    ``presides``: the verb is not enough, she is chair or secretary of the unit's own council.
    """

    title: Any
    sources: frozenset[State]
    target: State
    verb: Verb
    step: str
    gates: tuple[Gate, ...] = ()
    note: Any = ""
    needs_reason: bool = False
    needs_document: bool = False
    signs: bool = False
    presides: bool = False
    done: Any = field(default="")


MOVES: dict[str, Move] = {
    "submit": Move(
        gettext_lazy("Trình lãnh đạo"),
        WITH_UNIT,
        State.SUBMITTED,
        Verb.SUBMIT,
        SELF,
        (gates.in_time, gates.complete, gates.evidenced),
        note=gettext_lazy("Ý kiến gửi lãnh đạo"),
        done=gettext_lazy("trình lãnh đạo phê duyệt"),
    ),
    # What "submit" becomes for a unit that has its own council (queries.way_of).
    "refer": Move(
        gettext_lazy("Trình Hội đồng của đơn vị"),
        WITH_UNIT,
        State.REVIEWING,
        Verb.SUBMIT,
        SELF,
        (gates.in_time, gates.complete, gates.evidenced, gates.council_sits),
        note=gettext_lazy("Ý kiến gửi Hội đồng, lãnh đạo"),
        done=gettext_lazy("trình Hội đồng thẩm định của đơn vị"),
    ),
    "pass_on": Move(
        gettext_lazy("Chuyển lãnh đạo phê duyệt"),
        frozenset({State.REVIEWING}),
        State.SUBMITTED,
        Verb.VIEW,
        SELF,
        (gates.in_time,),
        needs_reason=True,
        presides=True,
        done=gettext_lazy("chuyển kết quả xem xét của Hội đồng đơn vị, trình lãnh đạo phê duyệt"),
    ),
    "send_back": Move(
        gettext_lazy("Hội đồng trả lại để sửa"),
        frozenset({State.REVIEWING}),
        State.RETURNED,
        Verb.VIEW,
        SELF,
        (gates.in_time, gates.something_objected),
        needs_reason=True,
        presides=True,
        done=gettext_lazy("trả lại phiếu theo ý kiến của Hội đồng đơn vị"),
    ),
    "return": Move(
        gettext_lazy("Trả lại"),
        frozenset({State.SUBMITTED}),
        State.RETURNED,
        Verb.APPROVE,
        SELF,
        (gates.in_time,),
        needs_reason=True,
        done=gettext_lazy("trả lại để sửa"),
    ),
    "approve": Move(
        gettext_lazy("Phê duyệt"),
        frozenset({State.SUBMITTED}),
        State.APPROVED,
        Verb.APPROVE,
        SELF,
        (gates.in_time, gates.complete, gates.evidenced, gates.four_eyes),
        signs=True,
        done=gettext_lazy("phê duyệt kết quả tự chấm"),
    ),
    "withdraw": Move(
        gettext_lazy("Rút lại để sửa"),
        frozenset({State.REVIEWING, State.SUBMITTED, State.APPROVED}),
        State.DRAFT,
        Verb.SUBMIT,
        SELF,
        (gates.in_time,),
        needs_reason=True,
        done=gettext_lazy("rút lại để sửa; phê duyệt trước đó không còn hiệu lực"),
    ),
    "accept": Move(
        gettext_lazy("Nhận dù chưa phê duyệt"),
        UNAPPROVED,
        State.ACCEPTED,
        Verb.REOPEN,
        SELF,
        (gates.locked,),
        needs_reason=True,
        needs_document=True,
        done=gettext_lazy("nhận phiếu chưa được phê duyệt"),
    ),
    "no_self_score": Move(
        gettext_lazy("Ghi nhận không tự chấm"),
        UNAPPROVED,
        State.NOT_SCORED,
        Verb.REOPEN,
        SELF,
        (gates.locked,),
        needs_reason=True,
        needs_document=True,
        done=gettext_lazy("ghi nhận đơn vị không tự chấm"),
    ),
    "reopen": Move(
        gettext_lazy("Mở lại cho đơn vị"),
        BEFORE_APPRAISAL,
        State.DRAFT,
        Verb.REOPEN,
        SELF,
        (gates.locked, gates.later_close),
        needs_reason=True,
        needs_document=True,
        done=gettext_lazy("mở lại để đơn vị tự chấm"),
    ),
    "appraise": Move(
        gettext_lazy("Hoàn thành thẩm định"),
        UNDER_APPRAISAL,
        State.APPRAISED,
        Verb.ASK,
        APPRAISAL,
        (
            gates.has_step,
            gates.self_scoring_over,
            gates.in_time,
            gates.approval_holds,
            gates.answered_or_late,
            gates.doubles_settled,
            gates.all_marked,
        ),
        done=gettext_lazy("hoàn thành thẩm định"),
    ),
    "ask": Move(
        gettext_lazy("Gửi yêu cầu giải trình"),
        frozenset({State.APPRAISED}),
        State.EXPLAINING,
        Verb.ASK,
        EXPLANATION,
        (gates.has_step, gates.in_time, gates.something_asked),
        done=gettext_lazy("gửi yêu cầu giải trình"),
    ),
    # The card stays out for explanation: its leader reads what the officers prepared.
    "submit_answers": Move(
        gettext_lazy("Trình lãnh đạo giải trình"),
        frozenset({State.EXPLAINING}),
        State.EXPLAINING,
        Verb.SUBMIT,
        EXPLANATION,
        (gates.in_time, gates.something_answered),
        note=gettext_lazy("Ý kiến gửi lãnh đạo"),
        done=gettext_lazy("trình lãnh đạo duyệt giải trình"),
    ),
    "explain": Move(
        gettext_lazy("Phê duyệt, gửi giải trình"),
        frozenset({State.EXPLAINING}),
        State.EXPLAINED,
        Verb.APPROVE,
        EXPLANATION,
        (gates.in_time, gates.something_answered, gates.four_eyes),
        note=gettext_lazy("Ý kiến kèm theo"),
        signs=True,
        done=gettext_lazy("phê duyệt và gửi giải trình"),
    ),
    "conclude": Move(
        gettext_lazy("Kết luận"),
        frozenset({State.APPRAISED}),
        State.CONCLUDED,
        Verb.CONCLUDE,
        CONCLUSION,
        (
            gates.has_step,
            gates.in_time,
            gates.nothing_open,
            gates.all_marked,
            gates.deductions_fit,
            gates.in_session,
        ),
        signs=True,
        done=gettext_lazy("kết luận"),
    ),
    # Two persons: one has proposed it (an amendment), this one confirms it.
    "reconsider": Move(
        gettext_lazy("Mở lại kết luận"),
        frozenset({State.CONCLUDED}),
        State.APPRAISED,
        Verb.CONCLUDE,
        CONCLUSION,
        (gates.in_time, gates.two_persons),
        needs_reason=True,
        needs_document=True,
        signs=True,
        done=gettext_lazy("mở lại kết luận"),
    ),
    # The state stays: the unit's leader puts her name to what was concluded.
    "sign_off": Move(
        gettext_lazy("Ký xác nhận kết quả"),
        frozenset({State.CONCLUDED}),
        State.CONCLUDED,
        Verb.APPROVE,
        CONCLUSION,
        (gates.sign_off_asked, gates.not_signed_off),
        note=gettext_lazy("Ý kiến của đơn vị (để trống nếu đồng ý)"),
        signs=True,
        done=gettext_lazy("ký xác nhận kết quả"),
    ),
    "publish": Move(
        gettext_lazy("Công bố"),
        frozenset({State.CONCLUDED}),
        State.PUBLISHED,
        Verb.PUBLISH,
        CONCLUSION,
        (gates.survey_entered, gates.no_change_waits),
        signs=True,
        done=gettext_lazy("công bố kết quả"),
    ),
}

# What the unit does among its own people before its lock.
OWN_MOVES = frozenset(
    name
    for name, move in MOVES.items()
    if move.presides or (move.step == SELF and move.verb in (Verb.SUBMIT, Verb.APPROVE))
)


def check(name: str, state: str, facts: Facts) -> Move:
    """Return the move if the table and its gates let it happen.

    Raises OutOfStep with the reason in words; KeyError for a move that is not in the table.
    """
    move = MOVES[name]
    if State(state) not in move.sources:
        raise OutOfStep(
            _("Không thể %(act)s khi phiếu %(state)s.")
            % {"act": str(move.title).lower(), "state": State(state).label}
        )
    if reason := shut(move, facts):
        raise OutOfStep(reason)
    return move


def shut(move: Move, facts: Facts) -> str:
    """Return why the move is shut now, in words; empty where it is open."""
    for gate in (*move.gates, *_asked(move)):
        if reason := gate(facts):
            return reason
    return ""


def _asked(move: Move) -> tuple[Gate, ...]:
    wanted = ((move.needs_reason, gates.reasoned), (move.needs_document, gates.documented))
    return tuple(gate for needed, gate in wanted if needed)
