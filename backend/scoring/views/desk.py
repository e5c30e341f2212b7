"""Bàn làm việc: what waits for the person, by deadline, one button each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from backend.criteria.queries import Waiting
from backend.rounds.models import Round, Step
from backend.scoring.agenda import Agenda, HostedRound, OwnCard, agenda
from backend.scoring.lifecycle import WITH_UNIT, State
from backend.scoring.views.finding import actor_of
from backend.scoring.views.narrowing import ME, grid_url
from permissions.roles import Verb

FAR = datetime.max.replace(tzinfo=UTC)


@dataclass
class Task:
    """One thing to do: what, for which unit, until when, and the one button to it.

    ``inner``: ``closes`` is a deadline of the unit's own, which locks nothing; ``late`` counts what is over it.
    """

    what: str
    unit: str
    url: str
    button: str
    closes: datetime | None = None
    done: int | None = None
    of: int | None = None
    inner: bool = False
    late: int = 0


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show the person's tasks and how far her cards and rounds are."""
    found = agenda(actor_of(request))
    tasks = sorted(tasks_of(found), key=lambda task: task.closes or FAR)
    shown = [row.card.round for row in found.cards] + [row.round for row in found.rounds]
    context: dict[str, Any] = {
        "tasks": tasks,
        "cards": found.cards,
        "rounds": [(row, address("rounds:round_detail", row.round.pk)) for row in found.rounds],
        "now": found.now,
    }
    if any(round_.is_illustration for round_ in shown):
        context["demo"] = True
    return render(request, "scoring/desk.html", context)


def tasks_of(found: Agenda) -> list[Task]:
    """Return every task of the agenda, in no order."""
    tasks = [task for row in found.cards for task in _card_tasks(row)]
    tasks += [task for row in found.rounds for task in _round_tasks(row)]
    return tasks + [_say(row) for row in found.opinions]


def _card_tasks(row: OwnCard) -> list[Task]:
    made = [_score(row), _hers(row), _review(row), _approve(row), _explain(row), _sign_off(row)]
    return [task for task in made if task]


def _score(row: OwnCard) -> Task | None:
    card, window = row.card, row.window
    if not (row.scores and State(card.state) in WITH_UNIT and window and window.is_open):
        return None
    back = card.state == State.RETURNED
    finished = row.given >= row.leaves and not row.returned
    name = "scoring:check" if finished else "scoring:scorecard"
    going = _("Sửa và trình lại") if back else _("Chấm tiếp")
    button = _("Kiểm tra và trình") if finished else going if row.given else _("Bắt đầu chấm")
    return Task(
        f"{_returned(row) if back else _('Tự chấm điểm')}: {card.round.title}",
        card.unit_name,
        reverse(name, args=[card.pk]),
        button,
        window.closes,
        row.given,
        row.leaves,
    )


def _hers(row: OwnCard) -> Task | None:
    """Return the one task of what is assigned to the person on the card, by its nearest inner deadline."""
    card, window, hers = row.card, row.window, row.hers
    on = State(card.state) in WITH_UNIT and window and window.is_open
    if not (on and window and hers and hers.done < hers.leaves):
        return None
    return Task(
        _("Việc của tôi, %(n)d tiêu chí chưa xong: %(round)s")
        % {"n": hers.leaves - hers.done, "round": card.round.title},
        card.unit_name,
        grid_url(card, who=ME),
        _("Xem việc của tôi"),
        hers.nearest or window.closes,
        hers.done,
        hers.leaves,
        inner=hers.nearest is not None,
        late=hers.late,
    )


def _review(row: OwnCard) -> Task | None:
    card, window = row.card, row.window
    if not (row.reviews and window and window.is_open):
        return None
    what = _("Cho ý kiến trong Hội đồng của đơn vị: %(round)s") % {"round": card.round.title}
    url = reverse("scoring:own_council", args=[card.pk])
    return Task(what, card.unit_name, url, _("Xem và cho ý kiến"), window.closes)


def _returned(row: OwnCard) -> str:
    """Return "Trả lại: 3 tiêu chí", counting what is not dealt with yet."""
    if not row.returned:
        return _("Sửa phiếu bị trả lại")
    return _("Trả lại: %(n)d tiêu chí") % {"n": row.returned}


def _approve(row: OwnCard) -> Task | None:
    card, window = row.card, row.window
    if not (row.approves and card.state == State.SUBMITTED and window and window.is_open):
        return None
    what = _("Phê duyệt kết quả tự chấm: %(round)s") % {"round": card.round.title}
    url = reverse("scoring:approval", args=[card.pk])
    return Task(what, card.unit_name, url, _("Xem và phê duyệt"), window.closes)


def _explain(row: OwnCard) -> Task | None:
    window = row.explaining
    if not (window and window.is_open):
        return None
    all_answered = row.asked and row.answered >= row.asked
    if not (row.scores or (row.approves and row.answered)):
        return None
    what = _("Gửi giải trình") if row.approves and all_answered else _("Giải trình theo yêu cầu thẩm định")
    button = _("Xem và gửi") if row.approves else _("Viết giải trình")
    url = reverse("scoring:explanation", args=[row.card.pk])
    return Task(what, row.card.unit_name, url, button, window.closes, row.answered, row.asked)


def _sign_off(row: OwnCard) -> Task | None:
    until = row.card.round.sign_off_until
    if not (row.approves and row.to_sign and until and row.now and row.now < until):
        return None
    what = _("Ký xác nhận kết quả: %(round)s") % {"round": row.card.round.title}
    url = reverse("scoring:sign_off", args=[row.card.pk])
    return Task(what, row.card.unit_name, url, _("Xem và ký"), until)


def _say(row: Waiting) -> Task:
    title = row.response.consultation.criteria_set.title
    what, button = (
        (_("Duyệt ý kiến góp ý dự thảo: %s"), _("Xem và duyệt"))
        if row.to_approve
        else (_("Góp ý dự thảo: %s"), _("Xem và góp ý"))
    )
    url = reverse("criteria:response", args=[row.response.pk])
    return Task(what % title, row.response.unit_name, url, button, row.closes_at)


def _round_tasks(row: HostedRound) -> list[Task]:
    made = [
        _open(row),
        _unapproved(row),
        _appraise(row),
        _conclude(row),
        _sit(row),
        _confirm(row),
        _publish(row),
    ]
    return [task for task in made if task]


def _open(row: HostedRound) -> Task | None:
    if Verb.MANAGE_ROUND not in row.verbs or row.round.state != Round.State.DRAFT:
        return None
    return _task(
        row, _("Chuẩn bị và mở đợt: %(round)s"), "rounds:round_detail", _("Xem đợt đánh giá"), Step.Kind.SELF
    )


def _unapproved(row: HostedRound) -> Task | None:
    step = row.step(Step.Kind.SELF)
    over = step is not None and row.now is not None and step.closes_at <= row.now
    if Verb.REOPEN not in row.verbs or not (over and row.left_over):
        return None
    what = _("%(n)d phiếu chưa được phê duyệt khi khoá") % {"n": row.left_over}
    return _task(
        row, f"{what}: %(round)s", "rounds:round_detail", _("Xử lý phiếu chưa duyệt"), Step.Kind.APPRAISAL
    )


def _appraise(row: HostedRound) -> Task | None:
    step = row.step(Step.Kind.APPRAISAL)
    on = step is not None and row.now is not None and step.opens_at <= row.now < step.closes_at
    if Verb.APPRAISE not in row.verbs or not (row.to_appraise and on):
        return None
    what = _("Thẩm định %(n)d phiếu") % {"n": row.to_appraise}
    return _task(row, f"{what}: %(round)s", "scoring:appraisal_list", _("Vào thẩm định"), Step.Kind.APPRAISAL)


def _conclude(row: HostedRound) -> Task | None:
    step = row.step(Step.Kind.CONCLUSION)
    on = step is not None and row.now is not None and step.opens_at <= row.now < step.closes_at
    if Verb.CONCLUDE not in row.verbs or not (row.to_conclude and on):
        return None
    what = _("Kết luận %(n)d phiếu") % {"n": row.to_conclude}
    return _task(
        row, f"{what}: %(round)s", "scoring:conclusion_list", _("Xem và kết luận"), Step.Kind.CONCLUSION
    )


def _sit(row: HostedRound) -> Task | None:
    if row.session is None:
        return None
    what = _("Phiên họp Hội đồng đang diễn ra: %(round)s") % {"round": row.round.title}
    url = reverse("scoring:session", args=[row.session])
    return Task(what, row.round.host.name, url, _("Vào phiên họp"))


def _confirm(row: HostedRound) -> Task | None:
    if not row.changes:
        return None
    what = _("%(n)d thay đổi sau kết luận chờ bạn xác nhận: %(round)s")
    what %= {"n": len(row.changes), "round": row.round.title}
    url = reverse("scoring:change", args=[row.changes[0]])
    return Task(what, row.round.host.name, url, _("Xem và xác nhận"))


def _publish(row: HostedRound) -> Task | None:
    ready = row.units and row.concluded == row.units
    if Verb.PUBLISH not in row.verbs or not ready:
        return None
    return _task(row, _("Công bố kết quả: %(round)s"), "reports:ranking", _("Xem và công bố"), "")


def _task(row: HostedRound, what: str, name: str, button: str, kind: str) -> Task | None:
    url = address(name, row.round.pk) or address(name)
    step = row.step(kind) if kind else None
    closes = step.closes_at if step else None
    return Task(what % {"round": row.round.title}, row.round.host.name, url, button, closes)


def address(name: str, *args: Any) -> str:
    """Return the address of a page of another slice, empty where it has none."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
