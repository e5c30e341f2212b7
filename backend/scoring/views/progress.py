"""A round as its host sees it: its dates, units against states, and opening it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from backend.core import clock
from backend.core.forms import ActingForm, short
from backend.core.text import NFCCharField
from backend.rounds import queries as rounds
from backend.rounds.actions import check_ready
from backend.rounds.models import Round, Step
from backend.scoring import actions, board, mailing
from backend.scoring.deadlines import below
from backend.scoring.lifecycle import UNAPPROVED, State
from backend.scoring.views.appraisal import A_PAGE, demo_of
from backend.scoring.views.finding import actor_of
from backend.scoring.views.survey import find_round
from permissions.roles import Verb

LATE = "late"


class ProgressFilter(forms.Form):
    """Which group, which state, how far, and whom letters do not reach."""

    group = forms.ChoiceField(label=gettext_lazy("Nhóm đơn vị"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("Tình trạng"),
        required=False,
        choices=[("", gettext_lazy("Tất cả")), (LATE, gettext_lazy("Chưa phê duyệt")), *State.choices],
    )
    below = forms.IntegerField(
        label=gettext_lazy("Đã chấm dưới (%)"), required=False, min_value=1, max_value=100, widget=short()
    )
    mail = forms.ChoiceField(
        label=gettext_lazy("Thư điện tử"),
        required=False,
        choices=[
            ("", gettext_lazy("Tất cả")),
            (mailing.NO_ADDRESS, gettext_lazy("Có người chưa có địa chỉ")),
            (mailing.LOST, gettext_lazy("Thư bị từ chối, trả lại")),
        ],
    )


class EndStepForm(ActingForm):
    """Why a step ends early, and by which document."""

    reason = NFCCharField(
        label=gettext_lazy("Lý do"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    document = NFCCharField(
        label=gettext_lazy("Văn bản làm căn cứ"), max_length=200, help_text=gettext_lazy("Số, ký hiệu, ngày")
    )


@require_GET
def round_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the round's dates, how many units stand in each state, and each unit."""
    round_ = find_round(request, pk)
    now = clock.now()
    groups = board.counts_by_group(round_)
    words = request.GET.get("q", "").strip()
    page = Paginator(narrowed(request, round_, groups, words), A_PAGE).get_page(request.GET.get("page"))
    rows = board.standings(page.object_list, actor_of(request))
    reach = mailing.reach_of([row.card.unit_id for row in rows])
    steps = rounds.timeline(round_, now)
    _add_extensions(round_, rows, steps)
    states = [state for state in State if any(counts.get(state.value) for _group, counts, _n in groups)]
    context = {
        "round": round_,
        "now": now,
        "steps": steps,
        "groups": groups,
        "states": states,
        "filters": _filters(request, groups),
        "q": words,
        "page": page,
        "rows": rows,
        "reach": reach,
        "reminds": actions.may_remind(actor_of(request), round_),
        "manages": actor_of(request).may(Verb.MANAGE_ROUND, at=round_.place()),
        "step_on": actions.step_on(round_),
    }
    return render(request, "scoring/round_progress.html", context | demo_of(round_))


def narrowed(request: HttpRequest, round_: Round, groups: list[Any], words: str) -> Any:
    """Return the round's cards that the address asks for, in order, with their numbers."""
    form = _filters(request, groups)
    chosen = form.cleaned_data
    cards = board.hosted_cards(actor_of(request)).filter(round=round_)
    cards = board.narrowed(cards, words=words, group=int(chosen.get("group") or 0) or None)
    if state := chosen.get("state"):
        cards = cards.filter(state__in=UNAPPROVED if state == LATE else [state])
    if mail := chosen.get("mail"):
        cards = cards.filter(unit__in=mailing.units_in_trouble(round_, mail))
    cards = board.numbered(cards)
    if percent := chosen.get("below"):
        cards = below(cards, percent)
    return cards.order_by("group__order", "unit__order", "pk")


def _filters(request: HttpRequest, groups: list[Any]) -> ProgressFilter:
    form = ProgressFilter(request.GET, auto_id="filter-%s")
    form.fields["group"].choices = [("", _("Tất cả các nhóm")), *((row.pk, row.title) for row, *_ in groups)]
    form.is_valid()
    return form


def _add_extensions(round_: Round, rows: list[board.Standing], steps: list[rounds.StepNow]) -> None:
    own = next((row.step for row in steps if row.step.kind == Step.Kind.SELF), None)
    windows = rounds.windows(round_, [row.card.unit_id for row in rows]) if own else {}
    for row in rows:
        window = windows.get((own.pk, row.card.unit_id)) if own else None
        row.closes, row.extended = (window.closes_at, window.extended) if window else (None, False)


@require_http_methods(["GET", "POST"])
def open_round(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what keeps the round from being opened, or open it: every unit gets its card."""
    round_ = find_round(request, pk)
    actor_of(request).require(Verb.MANAGE_ROUND, at=round_.place())
    if request.method == "POST":
        cards = actions.open_round(round_, by=actor_of(request))
        messages.success(
            request,
            _("Đã mở đợt đánh giá: lập %(number)d phiếu và báo cho các đơn vị.") % {"number": len(cards)},
        )
        return redirect("scoring:round_progress", pk=pk)
    context = {
        "round": round_,
        "is_draft": round_.state == Round.State.DRAFT,
        "problems": check_ready(round_),
        "steps": rounds.timeline(round_, clock.now()),
        "units": rounds.units_in(round_).count(),
    }
    return render(request, "scoring/round_open.html", context | demo_of(round_))


@require_http_methods(["GET", "POST"])
def end_step(request: HttpRequest, pk: int) -> HttpResponse:
    """End the step that is on, once every unit is done with it, and open the next one."""
    round_ = find_round(request, pk)
    actor = actor_of(request)
    actor.require(Verb.MANAGE_ROUND, at=round_.place())
    form = EndStepForm(request.POST or None, auto_id="end-step-%s")
    if form.is_valid() and form.carry_out(
        lambda: actions.end_step_early(round_, by=actor, **form.cleaned_data)
    ):
        messages.success(request, _("Đã kết thúc sớm một bước; bước sau mở ngay."))
        return redirect("scoring:round_progress", pk=pk)
    context = {"round": round_, "form": form, "step": actions.step_on(round_)}
    status = 422 if form.errors else 200
    return render(request, "scoring/step_end.html", context | demo_of(round_), status=status)
