"""A round that runs: is it ready, open it, give more time, mark it published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.criteria.models import CriteriaSet, Node
from backend.rounds import queries, rules
from backend.rounds.actions.setup import hold_round
from backend.rounds.actions.steps import span_of, spans_of
from backend.rounds.actions.telling import tell_more_time, tell_new_dates
from backend.rounds.models import Extension, Group, Round, Step
from permissions.actor import Actor
from permissions.roles import Place, Verb
from tiers.models import Unit


def check_ready(round: Round) -> list[str]:
    """Return what keeps the round from being opened, as sentences; empty means it is ready."""
    steps = spans_of(round)
    groups = list(round.groups.select_related("criteria_set", "kind").prefetch_related("bands"))
    problems = [] if groups else [_("Chưa có nhóm xếp hạng nào.")]
    for group in groups:
        problems.extend(_wrong_group(round, group))
    problems.extend(_without_group(round))
    kinds = [step.kind for step in steps]
    missing = [*rules.missing_steps(kinds), *_missing_survey(round, groups, kinds)]
    return [*problems, *missing, *rules.wrong_steps(steps)]


def _missing_survey(round: Round, groups: Sequence[Group], kinds: Sequence[str]) -> list[str]:
    sets = [group.criteria_set_id for group in groups]
    entered = Node.objects.filter(criteria_set__in=sets, is_leaf=True).exclude(source=Node.Source.ASSESSED)
    if not round.with_survey or Step.Kind.SURVEY in kinds or not entered.exists():
        return []
    return [_("Bộ tiêu chí có điểm điều tra hoặc chỉ số ngoài nhưng đợt chưa có bước nhập các điểm này.")]


def _wrong_group(round: Round, group: Group) -> list[str]:
    named = {"group": group.title}
    checks = (
        (
            group.criteria_set.state != CriteriaSet.State.PUBLISHED,
            _("Nhóm “%(group)s”: bộ tiêu chí chưa ban hành hoặc đã được thay thế."),
        ),
        (
            group.criteria_set.is_illustration and not round.is_illustration,
            _("Nhóm “%(group)s”: bộ tiêu chí minh hoạ không dùng được cho đợt đánh giá thật."),
        ),
        (not group.bands.all(), _("Nhóm “%(group)s”: chưa có mức xếp loại.")),
        (
            not queries.units_below(round).filter(queries.of_group(group)).exists(),
            _("Nhóm “%(group)s”: không có đơn vị nào ngày %(day)s."),
        ),
    )
    values = {**named, "day": f"{round.on_date:%d/%m/%Y}"}
    return [sentence % values for wrong, sentence in checks if wrong]


def _without_group(round: Round) -> list[str]:
    names = queries.units_without_group(round)
    if not names:
        return []
    return [
        _(
            "%(number)d đơn vị chưa thuộc nhóm nào (%(names)s): hãy thêm nhóm cho đơn vị có hoặc không có thủ tục hành chính."
        )
        % {"number": len(names), "names": ", ".join(names[:5]) + ("…" if len(names) > 5 else "")}
    ]


@transaction.atomic
def mark_open(round: Round, *, now: datetime, by: Actor) -> Round:
    """Note that the round was opened at ``now`` (the database's time, read under the lock).

    Creating its cards is the caller's. Raises Refused, OutOfStep, or Invalid with what is missing.
    """
    round = hold_round(round)
    by.require(Verb.MANAGE_ROUND, at=round.place())
    if round.state != Round.State.DRAFT:
        raise OutOfStep(_("Đợt đánh giá này đã được mở."))
    problems = check_ready(round)
    if problems:
        raise Invalid(
            _("Đợt đánh giá chưa mở được: %(problems)s") % {"problems": " ".join(problems)},
            problems=problems,
        )
    round.state, round.opened_at = Round.State.OPEN, now
    with recording(by=by, at=now, reason=_("Mở đợt đánh giá")):
        round.save(update_fields=["state", "opened_at"])
    return round


@transaction.atomic
def mark_published(round: Round, *, now: datetime, by: Actor, document: str = "") -> Round:
    """Note that the results of the round were published at ``now``. Raises Refused or OutOfStep."""
    round = hold_round(round)
    by.require(Verb.PUBLISH, at=round.place())
    _require_open(round)
    round.state, round.published_at = Round.State.PUBLISHED, now
    with recording(by=by, at=now, reason=_explained(_("Công bố kết quả"), document)):
        round.save(update_fields=["state", "published_at"])
    return round


def _require_open(round: Round) -> None:
    if round.state != Round.State.OPEN:
        raise OutOfStep(
            _("Không thực hiện được khi đợt đánh giá %(state)s.") % {"state": round.get_state_display()}
        )


def _explained(reason: str, document: str) -> str:
    if not document:
        return reason
    return _("%(reason)s (văn bản %(document)s)") % {"reason": reason, "document": document}


@transaction.atomic
def change_dates(
    step: Step,
    *,
    by: Actor,
    reason: str,
    document: str,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
    shown_at: datetime | None = None,
) -> Step:
    """Change dates of a step for every unit after the round was opened.

    A moment not given stays; one that is past already can't be changed. Raises Refused, OutOfStep;
    Invalid without reason and document, or where the dates of the round get out of order.
    """
    round = hold_round(step.round)
    by.require(Verb.MANAGE_ROUND, at=round.place())
    _require_open(round)
    _require_explained(reason, document)
    step = Step.objects.select_for_update().get(pk=step.pk, round=round)
    now = clock.now()
    _check_not_past(step, opens_at, closes_at, now)
    before = step.opens_at, step.closes_at
    step.opens_at = opens_at or step.opens_at
    step.closes_at = closes_at or step.closes_at
    step.shown_at = shown_at or step.shown_at
    _check_order(round, step)
    explained = _explained(reason, document)
    with recording(by=by, at=now, about=round.history_about, reason=explained):
        step.save(update_fields=["opens_at", "closes_at", "shown_at"])
    if (step.opens_at, step.closes_at) != before:
        tell_new_dates(step, round, by=by, key=_told_at(step, now), explained=explained)
    return step


def _told_at(step: Step, now: datetime) -> str:
    return f"dates-{step.pk}-{now:%Y%m%d%H%M%S%f}"


@transaction.atomic
def end_early(step: Step, *, by: Actor, reason: str, document: str) -> Step:
    """Close an open step now and open the next one now; survey entry keeps its own dates.

    The caller has seen that no unit still works in it. Raises Refused, OutOfStep where the step is
    not open, or Invalid without reason and document.
    """
    round = hold_round(step.round)
    by.require(Verb.MANAGE_ROUND, at=round.place())
    _require_open(round)
    _require_explained(reason, document)
    steps = list(Step.objects.select_for_update().filter(round=round).order_by("order"))
    now = clock.now()
    closing = next(row for row in steps if row.pk == step.pk)
    if not closing.opens_at < now < closing.closes_at:
        raise OutOfStep(_("Bước “%(step)s” hiện không mở.") % {"step": closing.title})
    with recording(by=by, at=now, about=round.history_about, reason=_explained(reason, document)):
        closing.closes_at = now
        closing.save(update_fields=["closes_at"])
        _open_next(steps, closing, now)
    explained = _explained(reason, document)
    tell_new_dates(closing, round, by=by, key=_told_at(closing, now), explained=explained)
    return closing


def _open_next(steps: list[Step], closed: Step, now: datetime) -> None:
    later = [row for row in steps if row.order > closed.order and row.kind != Step.Kind.SURVEY]
    if later and later[0].opens_at > now:
        later[0].opens_at = now
        later[0].save(update_fields=["opens_at"])


def _require_explained(reason: str, document: str) -> None:
    fields = {}
    if not reason.strip():
        fields["reason"] = [_("Hãy ghi lý do.")]
    if not document.strip():
        fields["document"] = [_("Hãy ghi số, ký hiệu văn bản làm căn cứ.")]
    if fields:
        raise Invalid(" ".join(line for lines in fields.values() for line in lines), fields=fields)


def _check_not_past(step: Step, opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> None:
    if closes_at and closes_at != step.closes_at and step.closes_at <= now:
        sentence = _("Bước “%(step)s” đã khoá; hãy mở lại hoặc gia hạn cho từng đơn vị.") % {
            "step": step.title
        }
        raise Invalid(sentence, fields={"closes_at": [sentence]})
    if opens_at and opens_at != step.opens_at and step.opens_at <= now:
        sentence = _("Bước “%(step)s” đã mở nên không đổi được ngày mở.") % {"step": step.title}
        raise Invalid(sentence, fields={"opens_at": [sentence]})
    if closes_at and closes_at != step.closes_at and closes_at <= now:
        sentence = _("Hạn mới (%(when)s) đã qua. Hãy chọn một hạn sau thời điểm hiện tại.") % {
            "when": rules.said_closing(closes_at)
        }
        raise Invalid(sentence, fields={"closes_at": [sentence]})


def _check_order(round: Round, step: Step) -> None:
    changed = [span_of(step) if row.pk == step.pk else span_of(row) for row in round.steps.all()]
    problems = rules.wrong_steps(changed)
    if problems:
        raise Invalid(" ".join(problems), problems=problems)


@transaction.atomic
def extend(
    step: Step, *, unit: Unit, closes_at: datetime, by: Actor, reason: str, document: str
) -> Extension:
    """Give one unit more time at one step. ``closes_at`` is the first moment that is too late again.

    Raises Refused (nobody does it for the unit where she works), OutOfStep; Invalid without reason
    and document, for a unit outside the round, or where the new end is not later.
    """
    round = hold_round(step.round)
    by.require(Verb.REOPEN, at=Place(unit=unit.path, host=round.host.path))
    _require_open(round)
    _require_explained(reason, document)
    if unit.pk in queries.councils.conflicted_units(by, round):
        raise Refused(_("Bạn đã khai báo xung đột lợi ích với đơn vị này nên không gia hạn được."))
    if not queries.units_in(round).filter(pk=unit.pk).exists():
        raise Invalid(_("%(unit)s không thuộc đợt đánh giá này.") % {"unit": unit.name})
    step = Step.objects.select_for_update().get(pk=step.pk, round=round)
    now = clock.now()
    _check_later(step, unit, closes_at, now)
    made = Extension(
        step=step,
        unit=unit,
        closes_at=closes_at,
        reason=reason.strip(),
        document=document.strip(),
        made_by_id=by.user_id,
        made_at=now,
    )
    about = replace(
        round.history_about,
        unit_key=unit.pk,
        unit_path=unit.path,
        unit_name=unit.name,
        step_name=step.title,
    )
    with recording(by=by, at=now, about=about, reason=_explained(reason, document)):
        made.save()
    tell_more_time(made, round, by=by)
    return made


def _check_later(step: Step, unit: Unit, closes_at: datetime, now: datetime) -> None:
    until = queries.window(step, unit.pk).closes_at
    if closes_at <= max(until, now):
        sentence = _("Hạn mới (%(new)s) phải sau hạn đang có (%(old)s) và sau thời điểm hiện tại.") % {
            "new": rules.said_closing(closes_at),
            "old": rules.said_closing(until),
        }
        raise Invalid(sentence, fields={"closes_at": [sentence]})
