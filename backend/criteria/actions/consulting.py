"""The owner asks opinions on a draft, ends the asking and answers each opinion."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from backend.accounts.models import User
from backend.audit.recording import create_all, recording
from backend.core import clock
from backend.core.dates import format_date, last_day_before, vn_date
from backend.core.errors import Invalid, OutOfStep, Stale
from backend.core.text import nfc
from backend.criteria.actions.sets import hold_draft
from backend.criteria.models import Consultation, CriteriaSet, Edit, Node, Opinion, Response
from backend.criteria.opinions import changes_since, standings, subject_units
from backend.notices.actions import tell
from backend.notices.models import Kind
from permissions.actor import Actor
from permissions.roles import Verb
from tiers.models import UnitGrant

MOST_TEXT = 10_000
# What XML, and so every office file, can't hold; the database does not take all of it either.
UNREADABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LONGEST = timedelta(days=366)
ASKED = (Verb.SCORE, Verb.APPROVE)


@transaction.atomic
def open_consultation(
    criteria_set: CriteriaSet, *, by: Actor, closes_at: datetime, document: str
) -> Consultation:
    """Ask every unit the draft is for; the tree stands still until ``end_consultation``.

    ``closes_at`` is the first moment that is too late. Raises Refused, OutOfStep or Invalid.
    """
    held = hold_draft(criteria_set, by=by)
    now = clock.now()
    _check_opening(held, closes_at, document, now)
    units = subject_units(held, vn_date(now))
    if not units:
        raise OutOfStep(_("Chưa có đơn vị nào thuộc loại được đánh giá để lấy ý kiến."))
    with recording(by=by, at=now, about=held.history_about, reason=_("Mở lấy ý kiến dự thảo")):
        made = Consultation.objects.create(
            criteria_set=held,
            number=_next_number(held),
            document=document.strip(),
            opened_at=now,
            closes_at=closes_at,
        )
        asked = [Response(consultation=made, unit=unit, unit_name=unit.name) for unit in units]
        responses = create_all(Response, asked)
        held.state = CriteriaSet.State.CONSULTATION
        held.save(update_fields=["state"])
    _tell_all(responses, key="opened", subject=_("Lấy ý kiến dự thảo: %s") % held.title, body=_asking(made))
    return made


def _check_opening(held: CriteriaSet, closes_at: datetime, document: str, now: datetime) -> None:
    fields = _wrong_deadline(closes_at, now)
    if not document.strip():
        fields["document"] = [_("Hãy ghi số, ký hiệu văn bản lấy ý kiến.")]
    _refuse(fields)
    if not Node.objects.filter(criteria_set=held).exists():
        raise OutOfStep(_("Dự thảo chưa có nội dung. Hãy thêm lĩnh vực và tiêu chí rồi lấy ý kiến."))


def _wrong_deadline(closes_at: datetime, now: datetime) -> dict[str, list[str]]:
    if closes_at <= now:
        return {"closes": [_("Hạn góp ý phải ở sau thời điểm hiện tại.")]}
    if closes_at > now + LONGEST:
        return {"closes": [_("Hạn góp ý không được xa quá một năm. Hãy xem lại năm đã nhập.")]}
    return {}


def _refuse(fields: dict[str, list[str]]) -> None:
    if fields:
        raise Invalid(" ".join(line for lines in fields.values() for line in lines), fields=fields)


def _next_number(held: CriteriaSet) -> int:
    return (held.consultations.aggregate(last=Max("number"))["last"] or 0) + 1


def hold_consultation(consultation: Consultation, *, by: Actor) -> Consultation:
    """Return the locked consultation if ``by`` runs it and it has not ended. Raises Refused or OutOfStep."""
    rows = Consultation.objects.select_related("criteria_set__owner").select_for_update(of=("self",))
    held = rows.get(pk=consultation.pk)
    by.require(Verb.MANAGE_CRITERIA, at=held.criteria_set.place())
    if held.ended_at:
        raise OutOfStep(_("Đợt lấy ý kiến này đã kết thúc. Cần hỏi thêm thì mở đợt mới từ dự thảo."))
    return held


@transaction.atomic
def change_deadline(
    consultation: Consultation, *, by: Actor, closes_at: datetime, reason: str
) -> Consultation:
    """Give units more or less time and tell them. Raises Refused, OutOfStep or Invalid."""
    held = hold_consultation(consultation, by=by)
    now = clock.now()
    fields = _wrong_deadline(closes_at, now)
    if not reason.strip():
        fields["reason"] = [_("Hãy ghi lý do đổi hạn.")]
    _refuse(fields)
    held.closes_at = closes_at
    with recording(by=by, at=now, reason=reason.strip()):
        held.save(update_fields=["closes_at"])
    title = held.criteria_set.title
    _tell_all(
        held.responses.select_related("unit"),
        key=f"deadline-{closes_at:%Y%m%d%H%M}-{now:%Y%m%d%H%M%S}",
        subject=_("Đổi hạn góp ý dự thảo: %s") % title,
        body=_("Hạn góp ý nay là hết ngày %(day)s. Lý do: %(reason)s")
        % {"day": _last_day(held), "reason": reason.strip()},
    )
    return held


@transaction.atomic
def end_consultation(consultation: Consultation, *, by: Actor, reason: str = "") -> Consultation:
    """End the asking: the set is a draft again, and what no leader approved does not count.

    Before the deadline it needs a reason. Raises Refused, OutOfStep or Invalid.
    """
    # The set first, as opening does: the two never wait for each other crosswise.
    CriteriaSet.objects.select_for_update().get(pk=consultation.criteria_set_id)
    held = hold_consultation(consultation, by=by)
    now = clock.now()
    if now < held.closes_at and not reason.strip():
        _refuse({"reason": [_("Chưa hết hạn góp ý. Kết thúc sớm thì phải ghi lý do.")]})
    with recording(by=by, at=now, reason=reason.strip() or _("Kết thúc lấy ý kiến")):
        held.ended_at = now
        held.save(update_fields=["ended_at"])
        held.criteria_set.state = CriteriaSet.State.DRAFT
        held.criteria_set.save(update_fields=["state"])
    return held


@transaction.atomic
def remind(consultation: Consultation, *, by: Actor) -> int:
    """Tell the people of units that sent nothing; return how many were told, once a day each.

    Raises Refused; OutOfStep when units can't write any more.
    """
    held = hold_consultation(consultation, by=by)
    now = clock.now()
    if not held.is_open(now):
        raise OutOfStep(_("Đã hết hạn góp ý nên không nhắc được nữa. Hãy đổi hạn trước khi nhắc."))
    waiting = [row for row in standings(held) if row.state != Response.State.APPROVED]
    return _tell_all(
        waiting,
        key=f"reminder-{vn_date(now):%Y%m%d}",
        subject=_("Nhắc góp ý dự thảo: %s") % held.criteria_set.title,
        body=_("Đơn vị chưa gửi ý kiến đã được lãnh đạo duyệt. Hạn góp ý là hết ngày %s.") % _last_day(held),
    )


@transaction.atomic
def answer_opinion(
    opinion: Opinion,
    *,
    by: Actor,
    verdict: str,
    answer: str = "",
    edit: Edit | None = None,
    seen: str | None = None,
) -> Opinion:
    """Answer an approved opinion once units can't write any more; ``edit`` is the change it led to.

    ``seen`` is the answer's moment as the writer saw it (``moment_of``); left out, nothing is compared. Raises
    Refused, OutOfStep, Stale or Invalid.
    """
    now, held = _hold_opinion(opinion, by=by)
    if seen is not None and seen != moment_of(held):
        raise Stale(
            _("%s vừa trả lời ý kiến này. Hãy xem câu trả lời đó rồi sửa tiếp nếu cần.") % held.answered_by,
            theirs=held.answer,
            yours=answer,
        )
    answer = tidy(answer)
    _check_answer(held, verdict, answer, edit)
    held.verdict, held.answer, held.edit = verdict, answer, edit
    held.answered_by, held.answered_at = by.name, now
    with recording(by=by, at=now, reason=_("Trả lời ý kiến góp ý")):
        held.save(update_fields=["verdict", "answer", "edit", "answered_by", "answered_at"])
    return held


def moment_of(opinion: Opinion) -> str:
    """Return when the opinion was answered, as a form carries it; empty before that."""
    return opinion.answered_at.isoformat() if opinion.answered_at else ""


def _hold_opinion(opinion: Opinion, *, by: Actor) -> tuple[datetime, Opinion]:
    # Locked as units lock it: the consultation, then what stands in it.
    asked = Consultation.objects.select_related("criteria_set__owner").select_for_update(of=("self",))
    consultation = asked.get(responses__opinions=opinion.pk)
    rows = Opinion.objects.select_related("response__unit").select_for_update(of=("self",))
    held = rows.get(pk=opinion.pk)
    held.response.consultation = consultation
    by.require(Verb.MANAGE_CRITERIA, at=consultation.criteria_set.place())
    now = clock.now()
    if consultation.is_open(now):
        raise OutOfStep(_("Đơn vị còn được sửa ý kiến đến hết hạn. Hãy trả lời sau khi hết hạn góp ý."))
    if held.response.state != Response.State.APPROVED:
        raise OutOfStep(_("Ý kiến này chưa được lãnh đạo đơn vị duyệt nên không được tính."))
    return now, held


def _check_answer(opinion: Opinion, verdict: str, answer: str, edit: Edit | None) -> None:
    fields: dict[str, list[str]] = {}
    if verdict not in Opinion.Verdict.values:
        fields["verdict"] = [_("Hãy chọn tiếp thu, tiếp thu một phần hay giữ nguyên.")]
    elif verdict != Opinion.Verdict.ACCEPTED and not answer:
        fields["answer"] = [_("Không tiếp thu hoặc chỉ tiếp thu một phần thì phải giải trình vì sao.")]
    fields |= wrong_text("answer", answer)
    if edit and verdict == Opinion.Verdict.DECLINED:
        fields["edit"] = [_("Ý kiến không tiếp thu thì không gắn với thay đổi nào.")]
    elif edit and not changes_since(opinion.response.consultation).filter(pk=edit.pk).exists():
        fields["edit"] = [_("Thay đổi này không còn, hoặc không thuộc dự thảo đã lấy ý kiến.")]
    _refuse(fields)


def wrong_text(name: str, text: str) -> dict[str, list[str]]:
    """Return what is wrong with a text of an opinion or answer, by field; nothing where it is right."""
    if len(text) > MOST_TEXT:
        said = _("Nội dung dài %(n)d ký tự; nhiều nhất là %(most)d. Hãy rút gọn hoặc gửi kèm văn bản.")
        return {name: [said % {"n": len(text), "most": MOST_TEXT}]}
    if UNREADABLE.search(text):
        return {
            name: [_("Nội dung có ký tự điều khiển không đọc được. Hãy gõ lại, hoặc dán dạng văn bản thuần.")]
        }
    return {}


def tidy(text: str) -> str:
    """Return a text as it is kept: composed, trimmed, one sign for the end of a line."""
    return nfc(text.replace("\r\n", "\n")).strip()


# --- telling -----------------------------------------------------------------------------------------------


def _last_day(consultation: Consultation) -> str:
    return format_date(last_day_before(consultation.closes_at))


def _asking(consultation: Consultation) -> str:
    return _(
        "%(owner)s lấy ý kiến dự thảo “%(title)s” (%(document)s). Hạn góp ý: hết ngày %(day)s. "
        "Chuyên viên ghi ý kiến hoặc chọn thống nhất, lãnh đạo đơn vị duyệt rồi ý kiến mới được gửi."
    ) % {
        "owner": consultation.criteria_set.owner.name,
        "title": consultation.criteria_set.title,
        "document": consultation.document,
        "day": _last_day(consultation),
    }


def _tell_all(responses: Iterable[Response], *, key: str, subject: str, body: str) -> int:
    """Tell the officers and leaders of each unit; return how many people were told now."""
    rows = list(responses)
    people = _people([row.unit_id for row in rows])
    return sum(
        len(
            tell(
                people[row.unit_id],
                key=f"response-{row.pk}-{key}",
                subject=subject[:200],
                body=f"{row.unit_name}: {body}",
                url=reverse("criteria:response", args=[row.pk]),
                kind=Kind.CRITERIA,
            )
        )
        for row in rows
    )


def _people(units: list[int]) -> dict[int, list[User]]:
    """Return the active officers and leaders by the key of their unit; one query."""
    grants = UnitGrant.objects.in_force().filter(
        content_object__in=units, permission__codename__in=[str(verb) for verb in ASKED], user__is_active=True
    )
    found: dict[int, dict[int, Any]] = defaultdict(dict)
    for grant in grants.select_related("user"):
        found[grant.content_object_id][grant.user_id] = grant.user
    return defaultdict(list, {unit: list(people.values()) for unit, people in found.items()})
