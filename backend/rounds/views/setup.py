"""Pages for a round being prepared: itself, its steps, its groups and their bands."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.rounds import actions, queries
from backend.rounds.forms import (
    USUAL_STEPS,
    BandFormSet,
    CopyForm,
    GroupForm,
    RoundEditForm,
    RoundForm,
    StepFormSet,
    days_of,
)
from backend.rounds.models import Group, Round
from permissions.roles import Verb


@require_http_methods(["GET", "POST"])
def round_add(request: HttpRequest) -> HttpResponse:
    """Prepare a round."""
    request.actor.require_anywhere(Verb.MANAGE_ROUND)
    hosts = queries.hosts_for(request.actor)
    rounds = queries.rounds_for(request.actor)
    form = RoundForm(request.POST or None, hosts=hosts, rounds=rounds)
    if form.is_valid():
        values = dict(form.cleaned_data)
        made = actions.create_round(values.pop("host"), by=request.actor, **values)
        messages.success(request, _("Đã lập đợt đánh giá. Hãy đặt các bước và nhóm xếp hạng."))
        return redirect("rounds:round_detail", made.pk)
    return render(request, "rounds/round_form.html", {"form": form, "hosts": hosts})


@require_http_methods(["GET", "POST"])
def round_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a round in preparation."""
    round = _manage(request, pk)
    rounds = queries.rounds_for(request.actor).filter(host=round.host).exclude(pk=pk)
    initial = {name: getattr(round, name) for name in actions.EDITABLE}
    form = RoundEditForm(request.POST or None, initial=initial, rounds=rounds)
    if form.is_valid():
        actions.edit_round(round, by=request.actor, **form.cleaned_data)
        messages.success(request, _("Đã lưu đợt đánh giá."))
        return redirect("rounds:round_detail", pk)
    return render(request, "rounds/round_form.html", {"form": form, "round": round})


@require_http_methods(["GET", "POST"])
def round_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Prepare a round of another year like this one."""
    round = _manage(request, pk)
    year = round.year + 1
    initial = {"year": year, "title": round.title.replace(str(round.year), str(year))}
    form = CopyForm(request.POST or None, initial=initial)
    if form.is_valid():
        made = actions.copy_round(round, by=request.actor, **form.cleaned_data)
        messages.success(request, _("Đã lập đợt mới. Hãy kiểm tra lại ngày và bộ tiêu chí."))
        return redirect("rounds:round_detail", made.pk)
    return render(request, "rounds/round_copy.html", {"form": form, "round": round})


@require_http_methods(["GET", "POST"])
def steps_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a round in preparation its steps."""
    round = _manage(request, pk)
    standing = [days_of(step) for step in round.steps.all()] or list(USUAL_STEPS)
    rows = StepFormSet(request.POST or None, initial=standing)
    if request.method == "POST" and rows.is_valid():
        actions.set_steps(round, rows.spans(), by=request.actor)
        messages.success(request, _("Đã lưu các bước của đợt."))
        return redirect("rounds:round_detail", pk)
    return render(request, "rounds/steps_form.html", {"rows": rows, "round": round})


@require_http_methods(["GET", "POST"])
def group_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a group to a round in preparation."""
    round = _manage(request, pk)
    form = GroupForm(request.POST or None, sets=queries.sets_for_round(round))
    if form.is_valid():
        group = actions.put_group(round, by=request.actor, **form.cleaned_data)
        messages.success(request, _("Đã thêm nhóm. Hãy đặt các mức xếp loại."))
        return redirect("rounds:bands_edit", group.pk)
    return render(request, "rounds/group_form.html", {"form": form, "round": round})


@require_http_methods(["GET", "POST"])
def group_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a group of a round in preparation."""
    group = _manage_group(request, pk)
    shown = ("kind", "criteria_set", "title", *actions.RANKING)
    initial = {name: getattr(group, name) for name in shown}
    form = GroupForm(request.POST or None, initial=initial, sets=queries.sets_for_round(group.round))
    if form.is_valid():
        actions.put_group(group.round, by=request.actor, group=group, **form.cleaned_data)
        messages.success(request, _("Đã lưu nhóm xếp hạng."))
        return redirect("rounds:round_detail", group.round_id)
    context = {"form": form, "round": group.round, "group": group}
    return render(request, "rounds/group_form.html", context)


@require_POST
def group_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a group out of a round in preparation."""
    group = _manage_group(request, pk)
    actions.remove_group(group, by=request.actor)
    messages.success(request, _("Đã bỏ nhóm “%s”.") % group.title)
    return redirect("rounds:round_detail", group.round_id)


@require_http_methods(["GET", "POST"])
def bands_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a group its bands."""
    group = _manage_group(request, pk)
    rows = BandFormSet(request.POST or None, initial=_bands_of(group))
    if request.method == "POST" and rows.is_valid():
        actions.set_bands(group, rows.lines(), by=request.actor)
        messages.success(request, _("Đã lưu các mức xếp loại."))
        return redirect("rounds:round_detail", group.round_id)
    context = {"rows": rows, "round": group.round, "group": group}
    return render(request, "rounds/bands_form.html", context)


def _bands_of(group: Group) -> list[dict[str, Any]]:
    return [
        {"label": band.label, "lower": band.lower, "inclusive": band.inclusive} for band in group.bands.all()
    ]


def _manage(request: HttpRequest, pk: int) -> Round:
    """Return the round for who sets it up. Raises Http404 outside her rounds, Refused without the right."""
    round = get_object_or_404(queries.rounds_for(request.actor), pk=pk)
    request.actor.require(Verb.MANAGE_ROUND, at=round.place())
    return round


def _manage_group(request: HttpRequest, pk: int) -> Group:
    group = get_object_or_404(queries.groups_for(request.actor), pk=pk)
    request.actor.require(Verb.MANAGE_ROUND, at=group.round.place())
    return group
