"""The council's points on a leaf: appraised, agreed with, or decided at conclusion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import create_all, recording, update_all
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused, Stale
from backend.core.exact import format_points
from backend.criteria.models import Node
from backend.rounds.models import Step
from backend.rounds.queries import hold_steps, windows_of
from backend.scoring import arising
from backend.scoring.actions.doubles import (
    agreed,
    is_settling,
    note_first,
    require_turn,
    settle,
    tell_difference,
)
from backend.scoring.actions.exceptions import take_out
from backend.scoring.actions.led import before_of, forget_led, heads_led, marks_on
from backend.scoring.actions.locking import (
    about,
    lock,
    recount,
    require_open,
    score_of,
    shift_total,
    window_of,
)
from backend.scoring.actions.moves import require_verb
from backend.scoring.actions.points import Saved, require_allowed
from backend.scoring.actions.reasons import completed, rule_said
from backend.scoring.actions.results import require_explained, unanswered
from backend.scoring.lifecycle import UNDER_APPRAISAL, State
from backend.scoring.models import DoubleLeaf, Mark, Score, Scorecard, StepTotal
from backend.scoring.queries import (
    Window,
    double_of,
    fields_led_by_others,
    her_leaf,
    kept_by_session,
    not_her_leaf,
    open_doubles,
    scored_itself,
    step_of,
)
from permissions.actor import Actor
from permissions.roles import Verb


@transaction.atomic
def appraise(
    card: Scorecard, code: str, *, by: Actor, version: int, points: Decimal, reason: str = ""
) -> Saved:
    """Save the council's points of one leaf at the appraisal now on; on a leaf marked twice, her own mark of it.

    ``version`` is 0 where no mark stands yet. Points other than those of the step before need a
    reason: words, or the code of a canned one with what fills its blanks; the rule's words are kept with the
    mark. Raises Refused (no right, own unit, not her field), OutOfStep, Stale or Invalid.
    """
    card = lock(card.pk)
    require_verb(card, Verb.APPRAISE, by)
    window = appraisal_window(card)
    score = score_of(card, code)
    require_field(card, score, by)
    given = Given(points, reason, version, double_of(score, window.step))
    return _told(card, give(card, score, window, given, by=by), window)


@dataclass(frozen=True)
class Given:
    """What a person gives a leaf; ``double`` tells of its double marking where two mark it."""

    points: Decimal
    reason: str
    version: int
    double: DoubleLeaf | None


def give(card: Scorecard, score: Score, window: Window, given: Given, *, by: Actor) -> Mark:
    """Save the points of a leaf whose card is locked and whose right is asked. Raises OutOfStep, Stale or Invalid."""
    if card.step_id is not None:  # at the first appraisal nobody has been asked
        require_explained(score, window.step)
    if given.double is not None:
        return _twice(card, given.double, window, given, by=by)
    version, points, reason = given.version, given.points, given.reason
    return _save(card, score, window, by=by, version=version, points=points, reason=reason)


def _told(card: Scorecard, mark: Mark, window: Window) -> Saved:
    total, _made = StepTotal.objects.get_or_create(card=card, step=window.step)
    return Saved(mark, "", total.total, total.given, window.now)


@transaction.atomic
def _twice(card: Scorecard, double: DoubleLeaf, window: Window, given: Given, *, by: Actor) -> Mark:
    """Keep one of two marks of a leaf, or settle what two gave; equal marks become the appraisal mark at once.

    Until then her own mark is returned and the total stays: of the other's mark nothing is told.
    """
    score = score_of(card, double.score.code)
    version, points = given.version, given.points
    reason = completed(score, card.round.host_id, given.reason)
    require_turn(double, by)
    if is_settling(double):
        _require_settled(reason)
        saved = _save(card, score, window, by=by, version=version, points=points, reason=reason)
        with recording(by=by, reason=reason, at=window.now, about=about(card, window.step)):
            settle(double, by=by.name, points=points, reason=reason, now=window.now)
        return saved
    mark = _checked(card, score, window.step, points, reason)
    with recording(by=by, reason=reason, at=window.now, about=about(card, window.step)):
        mine = note_first(double, by=by, version=version, points=points, reason=reason, now=window.now)
        both = agreed(double)
        if both is not None:
            settle(double, by=both.person_name, points=points, reason=both.reason, now=window.now)
    if both is not None:
        forget_led(score)
        given = {"points": points, "reason": both.reason, "author": both.person_name}
        return _save(card, score, window, by=by, version=mark.version, **given)
    if mine.slot == 2:
        tell_difference(double, card, by)
    mark.points, mark.reason, mark.version = mine.points, mine.reason, mine.version
    mark.author, mark.saved_at = mine.person_name, mine.saved_at
    return mark


def _require_settled(reason: str) -> None:
    if not reason:
        sentence = _("Hai người chấm khác nhau: hãy ghi lý do quyết định.")
        raise Invalid(sentence, fields={"reason": [sentence]})


@transaction.atomic
def decide(card: Scorecard, code: str, *, by: Actor, version: int, points: Decimal, reason: str) -> Saved:
    """Save the chair's own points of one leaf before she concludes the card, with a reason.

    Raises Refused, OutOfStep (not appraised yet, or concluded), Stale or Invalid.
    """
    card = lock(card.pk)
    require_verb(card, Verb.CONCLUDE, by)
    window = window_of(card, Step.Kind.CONCLUSION)
    require_open(window)
    if card.state != State.APPRAISED:
        raise OutOfStep(_("Chỉ quyết định điểm khi phiếu đã thẩm định và chưa kết luận."))
    score = score_of(card, code)
    if shut := kept_by_session(card, by.user_id, score=score):
        raise OutOfStep(shut)
    mark = _save(card, score, window, by=by, version=version, points=points, reason=reason)
    return _told(card, mark, window)


@transaction.atomic
def agree_rest(card: Scorecard, *, by: Actor, codes: Iterable[str] | None = None) -> int:
    """Agree with what the unit or the step before gave on every leaf not marked yet; return how many.

    A leaf claimed as "không phát sinh" is left out (R11). What the unit did not explain stands by itself. Leaves without points before, leaves outside the person's
    fields, those of a lead agency that has not handed its field over, and leaves that two people mark are left as
    they are.
    """
    card = lock(card.pk)
    require_verb(card, Verb.APPRAISE, by)
    window = appraisal_window(card)
    wanted = None if codes is None else set(codes)
    silent = unanswered(card, window.step)
    rows = [
        row
        for row in _unmarked(card, window.step)
        if row.pk not in silent and (wanted is None or row.code in wanted)
    ]
    before = points_before(card, window.step)
    led = fields_led_by_others(card, by)
    mine = [row for row in rows if her_field(card, row, by) and row.field_code not in led]
    claims = claims_of(card)
    rows = [row for row in mine if before.get(row.pk) is not None]
    with recording(by=by, at=window.now, about=about(card, window.step)):
        _agree(rows, before, window, by)
        claimed = [row for row in mine if row.pk in claims and row not in rows]
        for row in claimed:
            take_out(card, row, _not_arisen(claims[row.pk]))
    recount(card.pk, window.step.pk)
    return len(rows) + len(claimed)


@transaction.atomic
def agree_not_arisen(card: Scorecard, code: str, *, by: Actor) -> Score:
    """Agree that nothing arose: the leaf leaves this unit's maximum with the unit's own explanation (R11).

    Raises Refused (no right, own unit, not her field), or OutOfStep where the unit did not say so.
    """
    card = lock(card.pk)
    require_verb(card, Verb.APPRAISE, by)
    window = appraisal_window(card)
    score = score_of(card, code)
    require_field(card, score, by)
    claim = claims_of(card).get(score.pk)
    if open_doubles(card, window.step).filter(score=score).exists():
        raise OutOfStep(
            _(
                "Tiêu chí %(code)s đang được chấm hai lần độc lập: hãy chấm điểm, hoặc thư ký bỏ chấm hai lần trước."
            )
            % {"code": code}
        )
    if claim is None or not score.applies:
        raise OutOfStep(_("Đơn vị không báo “không phát sinh” ở tiêu chí %(code)s.") % {"code": code})
    with recording(by=by, reason=_not_arisen(claim), at=window.now, about=about(card, window.step)):
        take_out(card, score, _not_arisen(claim))
    return score


def _not_arisen(claim: Mark) -> str:
    return _("Không phát sinh trong năm. Đơn vị giải trình: %s") % claim.note


def claims_of(card: Scorecard) -> dict[int, Mark]:
    """Return the unit's own marks that ask to leave a leaf out because nothing arose, by score key."""
    if not scored_itself(card):
        return {}
    marks = Mark.objects.filter(
        score__card=card, step__kind=Step.Kind.SELF, score__node__not_arisen=Node.NotArisen.LEFT_OUT
    )
    return {mark.score_id: mark for mark in marks if arising.is_answer(mark.inputs)}


def appraisal_window(card: Scorecard) -> Window:
    """Return the window of the appraisal now on. Raises OutOfStep while the unit may still write."""
    if State(card.state) not in UNDER_APPRAISAL:
        raise OutOfStep(_("Chưa thẩm định được vì phiếu %(state)s.") % {"state": State(card.state).label})
    window, closing = _windows(card)
    require_open(window)
    _require_unit_done(card, window.now, closing)
    return window


def _windows(card: Scorecard) -> tuple[Window, dict[int, datetime]]:
    """Hold the round's steps, then read the clock; return the appraisal now on, and when each step ends for the unit."""
    steps = hold_steps(card.round_id)
    card.round.steps_in_order = steps  # type: ignore[attr-defined]
    step = step_of(card, Step.Kind.APPRAISAL)
    if step is None:
        raise OutOfStep(_("Đợt đánh giá này không có bước này."))
    dates = windows_of(steps, [card.unit_id])
    closing = {one.pk: dates[one.pk, card.unit_id].closes_at for one in steps}
    return Window.of(step, dates[step.pk, card.unit_id], clock.now()), closing


def _require_unit_done(card: Scorecard, now: datetime, closing: dict[int, datetime]) -> None:
    own = step_of(card, Step.Kind.SELF)
    if own is not None and now < closing[own.pk]:
        raise OutOfStep(_("Đơn vị còn trong hạn tự chấm nên chưa thẩm định được."))
    asked = step_of(card, Step.Kind.EXPLANATION) if card.state == State.EXPLAINING else None
    if asked is not None and now < closing[asked.pk]:
        raise OutOfStep(_("Đơn vị đang giải trình và còn trong hạn nên chưa thẩm định tiếp được."))


def require_field(card: Scorecard, score: Score, by: Actor) -> None:
    """Raise Refused unless the leaf is one the person appraises (queries.councils)."""
    if said := not_her_leaf(by, card, score.code):
        raise Refused(said)


def her_field(card: Scorecard, score: Score, by: Actor) -> bool:
    """Return whether the leaf is one the person appraises on the card."""
    return her_leaf(by, card, score.code)


def points_before(card: Scorecard, step: Step) -> dict[int, Decimal | None]:
    """Return each score's points of the newest step before ``step`` that gave any, by score key.

    The draft of a unit recorded as not having scored itself counts for nothing; a claim that nothing arose is
    no points either.
    """
    marks = Mark.objects.filter(score__card=card, step__order__lt=step.order, points__isnull=False).exclude(
        step__kind=Step.Kind.SURVEY
    )
    if not scored_itself(card):
        marks = marks.exclude(step__kind=Step.Kind.SELF)
    claims = {mark.pk for mark in claims_of(card).values()}
    rows = marks.order_by("step__order").values_list("pk", "score_id", "points")
    return {score: points for key, score, points in rows if key not in claims}


def _save(
    card: Scorecard,
    score: Score,
    window: Window,
    *,
    by: Actor,
    version: int,
    points: Decimal,
    reason: str,
    author: str = "",
) -> Mark:
    reason = completed(score, card.round.host_id, reason)
    mark = _checked(card, score, window.step, points, reason, version)
    before = mark.points
    mark.points, mark.reason = points, reason
    mark.rule_said = rule_said(score) if _changes(mark) else ""
    mark.version += 1
    mark.author, mark.saved_at = author or by.name, window.now
    heads = heads_led(card, score)
    with recording(by=by, reason=reason, at=window.now, about=about(card, window.step), heads=heads):
        mark.save()
    mark.score.card = card
    if not shift_total(mark, before, card.pk):
        recount(card.pk, mark.step_id)
    return mark


def _checked(
    card: Scorecard, score: Score, step: Step, points: Decimal, reason: str, version: int | None = None
) -> Mark:
    """Return the leaf's mark at the step, after all that is asked of new points; ``version`` of the mark seen."""
    _require_assessed(score)
    require_allowed(score, points)
    mark = _mark_at(card, score, step)
    if version is not None:
        _require_fresh(mark, version, points)
    _require_reason(mark, points, reason)
    _require_answer(card, score, reason)
    return mark


def _mark_at(card: Scorecard, score: Score, step: Step) -> Mark:
    found = next((mark for mark in marks_on(card, score) if mark.step_id == step.pk), None)
    mark = found or Mark(score=score, step=step, max_points=score.max_points)
    mark.from_points = before_of(card, score, step)
    return mark


def _require_assessed(score: Score) -> None:
    if not score.applies or score.source != Node.Source.ASSESSED:
        raise OutOfStep(
            _("Tiêu chí %(code)s không thuộc phần thẩm định của đơn vị này.") % {"code": score.code}
        )


def _require_fresh(mark: Mark, version: int, points: Decimal) -> None:
    if mark.version == version:
        return
    raise Stale(
        _("%(who)s vừa chấm tiêu chí %(code)s. Hãy xem hai giá trị và chọn.")
        % {"who": mark.author or _("Người khác"), "code": mark.score.code},
        theirs=None if mark.points is None else format_points(mark.points),
        yours=format_points(points),
        version=mark.version,
    )


def _changes(mark: Mark) -> bool:
    return mark.from_points is not None and mark.points != mark.from_points


def _require_reason(mark: Mark, points: Decimal, reason: str) -> None:
    if mark.from_points is None or mark.from_points == points or reason:
        return
    sentence = _("Điểm thay đổi từ %(old)s thành %(new)s: hãy ghi lý do cụ thể.") % {
        "old": format_points(mark.from_points),
        "new": format_points(points),
    }
    raise Invalid(sentence, fields={"reason": [sentence]})


def _require_answer(card: Scorecard, score: Score, reason: str) -> None:
    """Raise Invalid where the council does not agree that nothing arose and does not say why."""
    if reason or score.pk not in claims_of(card):
        return
    sentence = _("Đơn vị báo không phát sinh: hãy ghi lý do không đồng ý.")
    raise Invalid(sentence, fields={"reason": [sentence]})


def _unmarked(card: Scorecard, step: Step) -> list[Score]:
    marked = Mark.objects.filter(score__card=card, step=step, points__isnull=False)
    rows = Score.objects.filter(card=card, applies=True, source=Node.Source.ASSESSED)
    rows = rows.exclude(pk__in=open_doubles(card, step).order_by().values("score_id"))
    return list(rows.exclude(pk__in=marked.values("score_id")).order_by("order"))


def _agree(rows: list[Score], before: dict[int, Decimal | None], window: Window, by: Actor) -> None:
    standing = {mark.score_id: mark for mark in Mark.objects.filter(score__in=rows, step=window.step)}
    new, old = [], []
    for row in rows:
        mark = standing.get(row.pk) or Mark(score=row, step=window.step, max_points=row.max_points)
        mark.points = mark.from_points = before[row.pk]
        mark.author, mark.saved_at, mark.version = by.name, window.now, mark.version + 1
        (old if mark.pk else new).append(mark)
    create_all(Mark, new)
    update_all(Mark, old, ["points", "from_points", "author", "saved_at", "version"])
