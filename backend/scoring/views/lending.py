"""Ủy quyền: a leader lends the approval of one card to a colleague for some days, and takes it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.scoring import actions
from backend.scoring.forms import DelegateForm
from backend.scoring.models import Delegation, Scorecard
from backend.scoring.views.finding import actor_of, demand, find_card
from permissions.roles import Verb
from tiers.models import Appointment


@require_http_methods(["GET", "POST"])
def delegate(request: HttpRequest, pk: int) -> HttpResponse:
    """Show and take to whom the approval of this card is lent, from which day to which."""
    card = find_card(request, pk)
    demand(request, Verb.DELEGATE, card)
    form = DelegateForm(request.POST or None, people=_colleagues(request, card))
    if request.method == "POST" and form.is_valid():
        return _lend(request, card, form)
    context = {"card": card, "form": form} | ({"demo": True} if card.round.is_illustration else {})
    return render(request, "scoring/delegate.html", context, status=422 if form.errors else 200)


def _lend(request: HttpRequest, card: Scorecard, form: DelegateForm) -> HttpResponse:
    cleaned = form.cleaned_data
    actions.delegate(
        card,
        by=actor_of(request),
        taker=cleaned["taker"],
        document=cleaned["document"],
        **form.period,
    )
    messages.success(request, _("Đã ủy quyền phê duyệt cho %(who)s.") % {"who": cleaned["taker"]})
    return redirect("scoring:approval", pk=card.pk)


@require_POST
def revoke(request: HttpRequest, pk: int, delegation_pk: int) -> HttpResponse:
    """End a delegation of this card now."""
    card = find_card(request, pk)
    demand(request, Verb.DELEGATE, card)
    lent = get_object_or_404(Delegation, pk=delegation_pk, card=card)
    actions.revoke(lent, by=actor_of(request), reason=_("Chấm dứt ủy quyền"))
    messages.success(request, _("Đã chấm dứt ủy quyền."))
    return redirect("scoring:approval", pk=card.pk)


def _colleagues(request: HttpRequest, card: Scorecard) -> QuerySet[Any]:
    """Return the active people who hold a seat at the unit now, without the person herself."""
    seats = Appointment.objects.in_force().filter(acts_for_id=card.unit_id)
    people = get_user_model().objects.filter(is_active=True, pk__in=seats.values("user_id"))
    return people.exclude(pk=request.user.pk).order_by("full_name")
