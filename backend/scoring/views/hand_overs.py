"""Bàn giao lĩnh vực: how far each lead agency of a round is; its field handed over and sent back."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from backend.rounds.models import Round
from backend.scoring import actions, board, queries
from backend.scoring.forms import HandOverForm, ReasonForm
from backend.scoring.models import HandOver
from backend.scoring.views.appraisal import demo_of
from backend.scoring.views.finding import actor_of
from permissions.roles import Verb
from tiers.models import Unit


def find_round(request: HttpRequest, pk: int) -> Round:
    """Return the round if the person works on its cards for its host or inspects them. Raises Http404."""
    return get_object_or_404(board.rounds_of_host(actor_of(request)), pk=pk)


@require_GET
def hand_over_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the lead agencies of the round with their progress and what they handed over."""
    round_, actor = find_round(request, pk), actor_of(request)
    open_ = round_.state == Round.State.OPEN
    keeps = open_ and actor.may(Verb.KEEP_COUNCIL, at=round_.place())
    leads = queries.leads_of(round_)
    context = {
        "round": round_,
        "leads": [(lead, open_ and lead.is_of(actor)) for lead in leads],
        "keeps": keeps,
        **demo_of(round_),
    }
    return render(request, "scoring/hand_over_list.html", context)


@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, pk: int, agency_pk: int, field: str) -> HttpResponse:
    """Look once more, then hand the field over."""
    round_ = find_round(request, pk)
    agency = get_object_or_404(Unit, pk=agency_pk)
    lead = actions.require_lead(round_, actor_of(request), agency, field)
    form = HandOverForm(request.POST or None, auto_id="hand-%s")
    act = partial(actions.hand_over, round_, by=actor_of(request), agency=agency, field=field)
    if request.method == "POST" and form.is_valid() and form.carry_out(lambda: act(**form.cleaned_data)):
        messages.success(request, _("Đã bàn giao lĩnh vực %s cho Hội đồng thẩm định.") % field)
        return redirect("scoring:hand_over_list", pk)
    return _form(request, round_, form, "scoring/hand_over.html", lead=lead)


@require_http_methods(["GET", "POST"])
def send_back(request: HttpRequest, pk: int, hand_over_pk: int) -> HttpResponse:
    """Ask why, then send a field back to its lead agency."""
    round_ = find_round(request, pk)
    row = get_object_or_404(
        HandOver.objects.select_related("round__host", "agency"), round=round_, pk=hand_over_pk
    )
    actor_of(request).require(Verb.KEEP_COUNCIL, at=round_.place())
    form = ReasonForm(request.POST or None, auto_id="back-%s")
    if form.is_valid():
        actions.send_back(row, by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("Đã trả lại lĩnh vực %s cho cơ quan chủ trì.") % row.field)
        return redirect("scoring:hand_over_list", pk)
    return _form(request, round_, form, "scoring/hand_over_back.html", handed=row)


def _form(request: HttpRequest, round_: Round, form: forms.Form, template: str, **more: Any) -> HttpResponse:
    context = {"round": round_, "form": form, **more, **demo_of(round_)}
    return render(request, template, context, status=422 if form.errors else 200)
