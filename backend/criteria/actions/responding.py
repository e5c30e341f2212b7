"""A unit says what it thinks of a draft: officers write, a leader approves, until the deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.audit.recording import recording
from backend.core import clock
from backend.core.dates import format_date, last_day_before
from backend.core.errors import Invalid, OutOfStep, Refused, Stale
from backend.criteria.actions.consulting import tidy, wrong_text
from backend.criteria.models import Consultation, Node, Opinion, Response
from backend.notices.actions import tell
from backend.notices.models import Kind
from permissions.actor import Actor
from permissions.roles import VERB_TITLES, Verb
from tiers.seating import holders

State = Response.State


@dataclass(frozen=True)
class Move:
    """One row of the table of what may be done with a response as a whole."""

    title: Any
    sources: frozenset[str]
    target: str
    verb: Verb
    needs_reason: bool = False
    tells: Verb | None = None


MOVES: dict[str, Move] = {
    "submit": Move(
        gettext_lazy("Trình lãnh đạo"),
        frozenset({State.WRITING}),
        State.SUBMITTED,
        Verb.SUBMIT,
        tells=Verb.APPROVE,
    ),
    "return": Move(
        gettext_lazy("Trả lại để sửa"),
        frozenset({State.SUBMITTED}),
        State.WRITING,
        Verb.APPROVE,
        needs_reason=True,
        tells=Verb.SCORE,
    ),
    "approve": Move(
        gettext_lazy("Duyệt và gửi"),
        frozenset({State.SUBMITTED}),
        State.APPROVED,
        Verb.APPROVE,
        tells=Verb.SCORE,
    ),
    "withdraw": Move(
        gettext_lazy("Rút lại để sửa"),
        frozenset({State.SUBMITTED, State.APPROVED}),
        State.WRITING,
        Verb.SUBMIT,
        needs_reason=True,
        tells=Verb.APPROVE,
    ),
}


_ACTS = {
    Verb.SCORE: gettext_lazy("ghi ý kiến"),
    Verb.SUBMIT: gettext_lazy("trình ý kiến"),
    Verb.APPROVE: gettext_lazy("duyệt ý kiến"),
}


# --- what is written ---------------------------------------------------------------------------------------


@transaction.atomic
def write_opinion(
    response: Response, *, by: Actor, text: str, node: Node | None = None, was: str | None = None
) -> Opinion:
    """Keep the unit's opinion on ``node``, or on the whole draft; a later one takes the place of the earlier.

    ``was`` is the text the writer began from ("" for none); left out, nothing is compared. Raises Refused,
    OutOfStep, Stale or Invalid.
    """
    now, held = _hold_writing(response, by=by)
    text = _read(text)
    if node and node.criteria_set_id != held.consultation.criteria_set_id:
        raise Invalid(_("Tiêu chí này không thuộc dự thảo đang lấy ý kiến."))
    opinion = held.opinions.filter(code=node.code if node else "").first() or Opinion(response=held)
    if was is not None and opinion.text not in (tidy(was), text):
        raise Stale(
            _("Ý kiến này vừa được người khác sửa. Hãy xem nội dung mới rồi sửa tiếp."),
            theirs=opinion.text,
            yours=text,
        )
    _put(opinion, node, text)
    with recording(by=by, at=now, reason=_("Ghi ý kiến góp ý")):
        opinion.save()
        _touch(held, agrees=False)
    return opinion


def _read(text: str) -> str:
    text = tidy(text)
    if not text:
        raise Invalid(
            _("Hãy ghi nội dung ý kiến. Muốn bỏ ý kiến đã ghi thì dùng nút “Bỏ ý kiến”."),
            fields={"text": [_("Hãy ghi nội dung ý kiến.")]},
        )
    if wrong := wrong_text("text", text):
        raise Invalid(wrong["text"][0], fields=wrong)
    return text


def _put(opinion: Opinion, node: Node | None, text: str) -> None:
    if opinion.text != text:
        # An answer was given to other words.
        opinion.verdict = opinion.answer = opinion.answered_by = ""
        opinion.answered_at = opinion.edit = None
    opinion.node, opinion.text = node, text
    opinion.code, opinion.title = (node.code, node.title) if node else ("", "")


def _touch(held: Response, **values: Any) -> None:
    """Let the version grow: who approves says which one she read."""
    held.version += 1
    for name, value in values.items():
        setattr(held, name, value)
    held.save(update_fields=["version", *values])


@transaction.atomic
def remove_opinion(opinion: Opinion, *, by: Actor) -> None:
    """Take back one opinion before it is submitted. Raises Refused or OutOfStep."""
    now, held = _hold_writing(opinion.response, by=by)
    found = held.opinions.filter(pk=opinion.pk).first()
    if found is None:
        return
    with recording(by=by, at=now, reason=_("Bỏ ý kiến góp ý")):
        found.delete()
        _touch(held)


@transaction.atomic
def agree_whole(response: Response, *, by: Actor, agrees: bool = True) -> Response:
    """Say, or take back, that the unit agrees with the whole draft. Raises Refused or OutOfStep."""
    now, held = _hold_writing(response, by=by)
    if agrees and held.opinions.exists():
        raise OutOfStep(_("Đơn vị đã ghi ý kiến khác. Hãy bỏ các ý kiến đó trước khi chọn thống nhất."))
    with recording(by=by, at=now, reason=_("Thống nhất với dự thảo") if agrees else _("Bỏ chọn thống nhất")):
        _touch(held, agrees=agrees)
    return held


def _hold_writing(response: Response, *, by: Actor) -> tuple[datetime, Response]:
    now, held = _hold(response, by=by, verb=Verb.SCORE)
    if held.state != State.WRITING:
        raise OutOfStep(_("Ý kiến đã được trình nên không sửa được. Hãy rút lại rồi sửa."))
    return now, held


# --- the response as a whole -------------------------------------------------------------------------------


@transaction.atomic
def move_response(
    response: Response, name: str, *, by: Actor, reason: str = "", version: int | None = None
) -> Response:
    """Make the move ``name`` of ``MOVES`` and tell whom it concerns.

    ``version`` is that of the response the person read; left out, nothing is compared. Raises Refused,
    OutOfStep, Invalid, or KeyError for a move that is not in the table.
    """
    row = MOVES[name]
    now, held = _hold(response, by=by, verb=row.verb)
    _check_move(held, name, reason.strip(), version)
    if name == "approve":
        _demand_four_eyes(held, by)
    approved = row.target == State.APPROVED
    with recording(by=by, at=now, reason=reason.strip() or str(row.title)):
        _touch(
            held,
            state=row.target,
            approved_by=by.name if approved else "",
            approved_at=now if approved else None,
        )
    _tell(held, row, by=by, reason=reason.strip())
    return held


def _check_move(held: Response, name: str, reason: str, version: int | None) -> None:
    row = MOVES[name]
    if held.state not in row.sources:
        raise OutOfStep(
            _("Không thể “%(act)s” khi ý kiến %(state)s. Hãy tải lại trang.")
            % {"act": row.title, "state": held.get_state_display()}
        )
    if version is not None and version != held.version:
        raise OutOfStep(_("Ý kiến đã thay đổi từ lúc bạn xem. Hãy tải lại trang, đọc lại rồi làm tiếp."))
    if row.needs_reason and not reason:
        said = _("Hãy ghi lý do.")
        raise Invalid(said, fields={"reason": [said]})
    if row.target == State.SUBMITTED and not (held.agrees or held.opinions.exists()):
        raise OutOfStep(_("Chưa có ý kiến nào. Hãy ghi ý kiến, hoặc chọn thống nhất với dự thảo, rồi trình."))


def _demand_four_eyes(held: Response, by: Actor) -> None:
    if by.user_id is not None and by.user_id == submitter_of(held):
        raise OutOfStep(_("Người trình không được tự duyệt. Cần một lãnh đạo khác duyệt."))


def submitter_of(response: Response) -> int | None:
    """Return the key of who submitted the response last, None before that."""
    rows = Response.history.filter(id=response.pk, state=State.SUBMITTED)
    newest = rows.order_by("-sequence").first()
    return newest.history_user_id if newest else None


def _hold(response: Response, *, by: Actor, verb: Verb) -> tuple[datetime, Response]:
    """Return the database's time and the response, locked, if the person may and the deadline has not come."""
    asked = Consultation.objects.select_related("criteria_set__owner").select_for_update(of=("self",))
    consultation = asked.get(pk=response.consultation_id)
    held = Response.objects.select_related("unit").select_for_update(of=("self",)).get(pk=response.pk)
    held.consultation = consultation
    require_on(held, verb, by)
    now = clock.now()
    if consultation.ended_at:
        raise OutOfStep(_("Đợt lấy ý kiến đã kết thúc nên không ghi thêm được. Hãy gửi ý kiến bằng văn bản."))
    if not consultation.is_open(now):
        raise OutOfStep(
            _("Đã hết hạn góp ý (hết ngày %(day)s). Cần thêm thời gian, hãy đề nghị %(owner)s đổi hạn.")
            % {
                "day": format_date(last_day_before(consultation.closes_at)),
                "owner": consultation.criteria_set.owner.name,
            }
        )
    return now, held


def require_on(response: Response, verb: Verb, by: Actor) -> None:
    """Raise Refused unless the person holds ``verb`` on the response by django-guardian's grants."""
    if by.system:
        return
    user = get_user_model().objects.get(pk=by.user_id)
    if not user.has_perm(str(verb), response):
        raise Refused(_("Bạn không được %s của đơn vị này.") % _ACTS.get(verb, VERB_TITLES[verb]))


def _tell(held: Response, row: Move, *, by: Actor, reason: str) -> None:
    if row.tells is None:
        return
    title = held.consultation.criteria_set.title
    tell(
        [person for person in holders(held.unit, row.tells) if person.pk != by.user_id],
        key=f"response-{held.pk}-{held.version}",
        subject=f"{held.unit_name}: {row.title} – {title}"[:200],
        body=_("%(who)s: %(act)s ý kiến góp ý dự thảo “%(title)s”.\n%(reason)s")
        % {"who": by.name, "act": row.title, "title": title, "reason": reason},
        url=reverse("criteria:response", args=[held.pk]),
        kind=Kind.CRITERIA,
    )
