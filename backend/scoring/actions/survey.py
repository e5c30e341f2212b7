"""Survey and outside-index points: entered by the host, with where they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused, Stale
from backend.core.exact import format_points
from backend.criteria.models import Node
from backend.criteria.rules import InputSpec, RuleType
from backend.rounds.models import Round, Step
from backend.rounds.queries.councils import conflicted_units
from backend.scoring.actions.locking import about, held, lock, require_open, score_of, shift_total
from backend.scoring.actions.points import Entry, judged
from backend.scoring.lifecycle import State
from backend.scoring.models import Mark, Provenance, Score, Scorecard, StepTotal
from backend.scoring.queries import step_of
from permissions.actor import Actor
from permissions.roles import Verb

# By these the program works out the points, from what the survey or the index said.
_WORKED_OUT = (RuleType.SURVEY, RuleType.EXTERNAL)


@dataclass(frozen=True)
class SurveyRow:
    """What was entered for one unit on one survey or outside-index leaf: ``points``, or its rule's ``inputs``.

    ``version`` is of the mark seen, 0 for none.
    """

    card: Scorecard
    code: str
    points: Decimal | None
    version: int
    reason: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)


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
    apart = conflicted_units(by, round_)
    for row in rows:
        by.require(Verb.ENTER_SURVEY, at=row.card.place())
        if row.card.unit_id in apart:
            raise Refused(
                _("Bạn đã khai báo xung đột lợi ích với %(unit)s nên không nhập điểm cho đơn vị này.")
                % {"unit": row.card.unit_name}
            )
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
    # Cards before the round's history, as everywhere: two who hold both never wait for each other.
    cards = Scorecard.objects.select_for_update(of=("self",)).filter(pk__in={row.card.pk for row in rows})
    list(cards.order_by("pk").values_list("pk", flat=True))
    with recording(by=by, reason=source.report_number, about=round_.history_about):
        source.save()
    for row in sorted(rows, key=lambda row: row.card.pk):
        _enter(row, source, by)
    return source


def asked_of(node: Node) -> tuple[InputSpec, ...]:
    """Return what the host enters for a survey or outside-index leaf; empty where it enters the points."""
    return node.parsed_rule().inputs if node.rule in _WORKED_OUT else ()


def worked_out(score: Score, points: Decimal | None, inputs: Mapping[str, Any]) -> Entry:
    """Return the points of a survey or outside-index leaf, by its rule or as they are. Raises Invalid."""
    asked = asked_of(score.node)
    if not asked:
        return judged(score, {}, _required(score, points))
    if points is not None or not inputs:
        sentence = _("Tiêu chí %(code)s: hãy nhập số liệu (%(asked)s), điểm do phần mềm tính.") % {
            "code": score.code,
            "asked": "; ".join(spec.title for spec in asked),
        }
        raise Invalid(sentence, fields={score.code: [sentence]})
    return judged(score, inputs, None)


def _required(score: Score, points: Decimal | None) -> Decimal:
    if points is None:
        sentence = _("Tiêu chí %(code)s: chưa nhập điểm.") % {"code": score.code}
        raise Invalid(sentence, fields={score.code: [sentence]})
    return points


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
    step = _survey_step(card, source)
    window = held(card, step)
    require_open(window)
    score = _survey_score(card, row.code)
    entry = worked_out(score, row.points, row.inputs)
    mark = Mark.objects.filter(score=score, step=step).first()
    _require_sound(card, row, mark, entry)
    mark = mark or Mark(score=score, step=step, max_points=score.max_points)
    before = mark.points
    mark.from_points = before
    mark.points, mark.inputs, mark.provenance = entry.points, entry.inputs, source
    mark.reason = row.reason.strip()
    mark.version += 1
    mark.author, mark.saved_at = by.name, window.now
    reason = mark.reason or source.report_number
    with recording(by=by, reason=reason, at=window.now, about=about(card, step)):
        mark.save()
    StepTotal.objects.get_or_create(card=card, step=step)
    shift_total(mark, before, card.pk)


def _survey_step(card: Scorecard, source: Provenance) -> Step:
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
    return step


def _survey_score(card: Scorecard, code: str) -> Score:
    score = score_of(card, code)
    if score.source == Node.Source.ASSESSED or not score.applies:
        raise Invalid(_("Tiêu chí %(code)s không lấy điểm từ điều tra hay chỉ số ngoài.") % {"code": code})
    return score


def _require_sound(card: Scorecard, row: SurveyRow, mark: Mark | None, entry: Entry) -> None:
    """Raise where the person did not see what stands, or changes it without a reason."""
    _require_seen(card, row, mark, entry)
    if mark is None or mark.points is None or (mark.points, mark.inputs) == (entry.points, entry.inputs):
        return
    if card.state == State.CONCLUDED:
        raise OutOfStep(
            _(
                "%(unit)s: phiếu đã kết luận nên điểm đã nhập ở tiêu chí %(code)s chỉ thay đổi khi một người đề nghị "
                "và người khác xác nhận, ở trang kết luận của phiếu."
            )
            % {"unit": card.unit_name, "code": row.code}
        )
    if not row.reason.strip():
        raise Invalid(
            _("%(unit)s, tiêu chí %(code)s đã có điểm; muốn sửa hãy ghi lý do.")
            % {"unit": card.unit_name, "code": row.code}
        )


def _require_seen(card: Scorecard, row: SurveyRow, mark: Mark | None, entry: Entry) -> None:
    """Raise Stale where somebody entered other points since the person read them."""
    if row.version == (mark.version if mark else 0):
        return
    theirs = format_points(mark.points) if mark and mark.points is not None else "–"
    raise Stale(
        _("%(unit)s, tiêu chí %(code)s: điểm đã thay đổi sau khi bạn xem. Hãy mở lại để xem rồi nhập.")
        % {"unit": card.unit_name, "code": row.code},
        theirs=theirs,
        yours="–" if entry.points is None else format_points(entry.points),
    )
