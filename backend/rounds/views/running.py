"""Pages of rounds as they run: the list, one round with its dates, more time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from backend.core import clock
from backend.core.forms import ActingForm, NumbersField
from backend.rounds import actions, queries, rules
from backend.rounds.forms import DatesForm, ExtendForm, RoundFilterForm, days_of
from backend.rounds.models import Group, Round, Step
from permissions.roles import Verb

A_PAGE = 25


class RemindersForm(ActingForm):
    """How long before the end of a step people are reminded: days, and hours of the last day."""

    days = NumbersField(
        label=gettext_lazy("Số ngày trước hạn"),
        help_text=gettext_lazy("Cách nhau bằng dấu phẩy, ví dụ 14, 7, 3, 1."),
    )
    hours = NumbersField(
        label=gettext_lazy("Số giờ trước hạn, trong ngày cuối"), help_text=gettext_lazy("Ví dụ 4.")
    )

    @classmethod
    def said(cls, distances: Sequence[int]) -> dict[str, str]:
        """Return what the form shows for distances in hours."""
        whole = [hours // 24 for hours in distances if not hours % 24]
        rest = [hours for hours in distances if hours % 24]
        return {"days": ", ".join(map(str, whole)), "hours": ", ".join(map(str, rest))}

    def distances(self) -> list[int]:
        """Return the distances in hours, farthest first."""
        data = self.cleaned_data
        return sorted({*(day * 24 for day in data["days"]), *data["hours"]}, reverse=True)


@require_GET
def round_list(request: HttpRequest) -> HttpResponse:
    """Show the rounds the person may see, with the step that is on now."""
    filters, words = RoundFilterForm(request.GET), request.GET.get("q", "").strip()
    rows = queries.matching(queries.rounds_for(request.actor).filter(**filters.chosen()), words)
    rows = queries.sorted_by(rows, request.GET.get("sort", "")).prefetch_related("steps", "groups__kind")
    page, now = Paginator(rows, A_PAGE).get_page(request.GET.get("page")), clock.now()
    context = {
        "page": page,
        "rows": [(round, queries.current_step(round, now)) for round in page],
        "now": now,
        "filters": filters,
        "q": words,
        "may_add": request.actor.may_anywhere(Verb.MANAGE_ROUND),
    }
    return render(request, "rounds/round_list.html", context)


@require_GET
def round_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one round: its dates with today on them, groups, bands, extensions, and what comes next."""
    round, actor = _find(request, pk), request.actor
    now = clock.now()
    may_manage = actor.may(Verb.MANAGE_ROUND, at=round.place())
    drafting = round.state == Round.State.DRAFT
    context = {
        "round": round,
        "now": now,
        "groups": _groups(round),
        "extensions": queries.extensions_for(actor, round),
        "date_changes": queries.date_changes(round),
        "may_manage": may_manage,
        "may_edit": may_manage and drafting,
        "may_extend": round.state == Round.State.OPEN and queries.extendable_units(actor, round).exists(),
        "may_publish": round.state == Round.State.OPEN and actor.may(Verb.PUBLISH, at=round.place()),
        "problems": actions.check_ready(round) if may_manage and drafting else [],
        **_drawn(round, now),
    }
    if round.is_illustration:
        context["demo"] = True
    return render(request, "rounds/round_detail.html", context)


def _groups(round: Round) -> list[tuple[Group, int]]:
    rows = round.groups.select_related("kind", "criteria_set__owner").prefetch_related("bands")
    counts = queries.unit_counts(round)
    return [(group, counts.get(group.pk, 0)) for group in rows]


def _drawn(round: Round, now: Any) -> dict[str, Any]:
    """Return the steps beside the present, with the place of each on the line of time."""
    timeline = queries.timeline(round, now)
    drawn, today = rules.bars([actions.span_of(row.step) for row in timeline], now)
    lines = list(enumerate(zip(timeline, drawn, strict=True)))
    return {
        "timeline": timeline,
        "reminders": _reminders(timeline),
        "today": today,
        "chart_height": 40 * len(lines) + 24,
        "bars": [(row.step, row.phase, bar, 40 * place + 16, 40 * place + 22) for place, (row, bar) in lines],
    }


def _reminders(timeline: list[queries.StepNow]) -> dict[int, str]:
    """Return, by step that units work in, at which distances their people are reminded, in words."""
    steps = [row.step.pk for row in timeline if row.step.kind in actions.REMINDED]
    return {step: rules.said_distances(hours) for step, hours in queries.distances(steps).items()}


@require_http_methods(["GET", "POST"])
def step_dates(request: HttpRequest, pk: int) -> HttpResponse:
    """Change dates of a step for every unit after the round was opened."""
    step = get_object_or_404(queries.steps_for(request.actor), pk=pk)
    request.actor.require(Verb.MANAGE_ROUND, at=step.round.place())
    form = DatesForm(request.POST or None, initial=days_of(step))
    if form.is_valid():
        actions.change_dates(step, by=request.actor, **form.values())
        messages.success(request, _("Đã đổi ngày của bước “%s”.") % step.title)
        return redirect("rounds:round_detail", step.round_id)
    return _step_page(request, "rounds/step_dates.html", step, form)


@require_http_methods(["GET", "POST"])
def step_extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one unit more time at a step; ``unit`` in the address chooses it beforehand."""
    step = get_object_or_404(queries.steps_for(request.actor), pk=pk)
    queries.demand_extending(request.actor, step.round)
    units = queries.extendable_units(request.actor, step.round)
    form = ExtendForm(request.POST or None, units=units, initial={"unit": request.GET.get("unit", "")})
    if form.is_valid():
        made = actions.extend(step, by=request.actor, **form.values())
        messages.success(
            request,
            _("Đã gia hạn cho %(unit)s đến %(until)s.")
            % {"unit": made.unit.name, "until": rules.said_closing(made.closes_at)},
        )
        return redirect("rounds:round_detail", step.round_id)
    return _step_page(request, "rounds/step_extend.html", step, form)


@require_http_methods(["GET", "POST"])
def step_reminders(request: HttpRequest, pk: int) -> HttpResponse:
    """Set how long before the end of a step its people are reminded."""
    step = get_object_or_404(queries.steps_for(request.actor), pk=pk)
    request.actor.require(Verb.MANAGE_ROUND, at=step.round.place())
    stands = queries.distances([step.pk])[step.pk]
    form = RemindersForm(request.POST or None, initial=RemindersForm.said(stands), auto_id="reminders-%s")
    if form.is_valid() and form.carry_out(
        lambda: actions.set_reminders(step, form.distances(), by=request.actor)
    ):
        messages.success(request, _("Đã đặt mốc nhắc hạn của bước “%s”.") % step.title)
        return redirect("rounds:round_detail", step.round_id)
    context = {"form": form, "step": step, "round": step.round}
    return render(request, "rounds/step_reminders.html", context, status=422 if form.errors else 200)


def _step_page(request: HttpRequest, template: str, step: Step, form: Any) -> HttpResponse:
    return render(request, template, {"form": form, "step": step, "round": step.round})


def _find(request: HttpRequest, pk: int) -> Round:
    return get_object_or_404(queries.rounds_for(request.actor), pk=pk)
