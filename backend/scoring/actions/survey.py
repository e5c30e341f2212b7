"""Survey and outside-index points: entered by the host, with where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Stale
from backend.core.exact import format_points
from backend.criteria.models import Node
from backend.rounds.models import Round, Step
from backend.scoring.actions.locking import about, held, lock, require_open, score_of, shift_total
from backend.scoring.actions.points import require_allowed
from backend.scoring.lifecycle import State
from backend.scoring.models import Mark, Provenance, Scorecard, StepTotal
from backend.scoring.queries import step_of
from permissions.actor import Actor
from permissions.roles import Verb


@dataclass(frozen=True)
class SurveyRow:
    """Points of one unit on one survey or outside-index leaf; ``version`` is of the mark seen, 0 for none."""

    card: Scorecard
    code: str
    points: Decimal
    version: int
    reason: str = ""


@transaction.atomic
def enter_survey(
    round_: Round,
    rows: Sequence[SurveyRow],
    *,
    by: Actor,
    report_number: str,
    report_date: date,
    sample: int,
    answers: int,
) -> Provenance:
    """Enter points with their source: report, its date, forms sent and answered; all or none.

    Changing points already entered needs a reason on the row. Raises Refused (also for the unit
    where the person works), OutOfStep (published, step shut), Stale or Invalid.
    """
    for row in rows:
        by.require(Verb.ENTER_SURVEY, at=row.card.place())
    if not rows:
        raise Invalid(_("Chưa có điểm nào để nhập."))
    _check_source(report_number, sample, answers)
    source = Provenance(
        round=round_,
        report_number=report_number.strip(),
        report_date=report_date,
        sample=sample,
        answers=answers,
        entered_at=clock.now(),
    )
    with recording(by=by, reason=source.report_number, about=round_.history_about):
        source.save()
    for row in sorted(rows, key=lambda row: row.card.pk):
        _enter(row, source, by)
    return source


def _check_source(report_number: str, sample: int, answers: int) -> None:
    if not report_number.strip():
        raise Invalid(_("Hãy ghi số báo cáo kết quả điều tra."), fields={"report_number": [_("Còn trống.")]})
    if answers > sample:
        sentence = _("Số phiếu trả lời (%(answers)d) nhiều hơn số phiếu phát ra (%(sample)d).") % {
            "answers": answers,
            "sample": sample,
        }
        raise Invalid(sentence, fields={"answers": [sentence]})


def _enter(row: SurveyRow, source: Provenance, by: Actor) -> None:
    card = lock(row.card.pk)
    by.require(Verb.ENTER_SURVEY, at=card.place())
    if card.round_id != source.round_id:
        raise Invalid(
            _("%(unit)s: phiếu này không thuộc %(round)s.")
            % {"unit": card.unit_name, "round": source.round.title}
        )
    if card.state == State.PUBLISHED:
        raise OutOfStep(_("Kết quả đã công bố nên không nhập điểm điều tra được."))
    step = step_of(card, Step.Kind.SURVEY)
    if step is None:
        raise OutOfStep(_("Đợt đánh giá này không có bước nhập điểm điều tra."))
    window = held(card, step)
    require_open(window)
    mark = _mark(card, row, step)
    before = mark.points
    mark.points, mark.provenance = row.points, source
    mark.reason = row.reason.strip()
    mark.version += 1
    mark.author, mark.saved_at = by.name, window.now
    reason = mark.reason or source.report_number
    with recording(by=by, reason=reason, at=window.now, about=about(card, step)):
        mark.save()
    StepTotal.objects.get_or_create(card=card, step=step)
    shift_total(mark, before, card.pk)


def _mark(card: Scorecard, row: SurveyRow, step: Step) -> Mark:
    score = score_of(card, row.code)
    if score.source == Node.Source.ASSESSED or not score.applies:
        raise Invalid(
            _("Tiêu chí %(code)s không lấy điểm từ điều tra hay chỉ số ngoài.") % {"code": row.code}
        )
    require_allowed(score, row.points)
    mark = Mark.objects.filter(score=score, step=step).first()
    _require_seen(card, row, mark)
    mark = mark or Mark(score=score, step=step, max_points=score.max_points)
    mark.from_points = mark.points
    if mark.from_points not in (None, row.points) and not row.reason.strip():
        raise Invalid(
            _("%(unit)s, tiêu chí %(code)s đã có điểm; muốn sửa hãy ghi lý do.")
            % {"unit": card.unit_name, "code": row.code}
        )
    return mark


def _require_seen(card: Scorecard, row: SurveyRow, mark: Mark | None) -> None:
    """Raise Stale where somebody entered other points since the person read them."""
    if row.version == (mark.version if mark else 0):
        return
    theirs = format_points(mark.points) if mark and mark.points is not None else "–"
    raise Stale(
        _("%(unit)s, tiêu chí %(code)s: điểm đã thay đổi sau khi bạn xem. Hãy mở lại để xem rồi nhập.")
        % {"unit": card.unit_name, "code": row.code},
        theirs=theirs,
        yours=format_points(row.points),
    )
