"""Dùng lại tài liệu năm trước: what there is for the card's leaves, picked and attached without a new upload."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.scoring import actions, queries
from backend.scoring.forms import ReuseForm
from backend.scoring.views.finding import actor_of, demand, find_card
from backend.scoring.views.grid import common
from backend.scoring.views.library import plain_page
from permissions.roles import Verb


@require_http_methods(["GET", "POST"])
def reuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what earlier years have for the leaves of the card, or of one (``leaf``); a POST attaches what is picked."""
    card = find_card(request, pk)
    demand(request, Verb.SCORE, card)
    code = request.POST.get("leaf") or request.GET.get("leaf", "")
    found = queries.offers(card, actor_of(request), code)
    form = ReuseForm(request.POST if request.method == "POST" else None, offers=found)
    if form.is_valid():
        made = actions.reuse(card, form.cleaned_data["pick"], by=actor_of(request))
        messages.success(request, _("Đã dùng lại %(number)d tài liệu của năm trước.") % {"number": len(made)})
        return redirect(_way_back(pk, code))
    context = common(request, plain_page(request, card)) | {"offers": found, "code": code, "form": form}
    return render(request, "scoring/reuse.html", context, status=422 if form.errors else 200)


def _way_back(pk: int, code: str) -> str:
    if code:
        return reverse("scoring:leaf", args=[pk, code]) + "#evidence"
    return reverse("scoring:library", args=[pk])
