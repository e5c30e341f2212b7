"""Say something on a leaf to the unit's other people, note what one has read, take one's own words back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backend.scoring import actions, queries
from backend.scoring.actions.sharing import require_own
from backend.scoring.forms import RemarkForm
from backend.scoring.models import Remark, Scorecard
from backend.scoring.views.card import leaf_again
from backend.scoring.views.finding import actor_of, find_card


@require_POST
def add_remark(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Say something about a leaf to the unit's other people."""
    card = find_card(request, pk)
    require_own(card, actor_of(request))
    get_object_or_404(card.scores, code=code)
    form = RemarkForm(request.POST, people=queries.people_of(card.unit))
    if not (form.is_valid() and form.carry_out(lambda: _say(request, card, code, form))):
        return leaf_again(request, card, code, remark_form=form, form=form)
    messages.success(request, _("Đã gửi trao đổi ở tiêu chí %(code)s.") % {"code": code})
    return _back(card, code)


def _say(request: HttpRequest, card: Scorecard, code: str, form: RemarkForm) -> None:
    chosen = [person.pk for person in form.cleaned_data["mentioned"]]
    actions.add_remark(card, code, by=actor_of(request), text=form.cleaned_data["text"], mentioned=chosen)


@require_POST
def read_remarks(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Note that the person has read what calls her on a leaf."""
    card = find_card(request, pk)
    require_own(card, actor_of(request))
    get_object_or_404(card.scores, code=code)
    actions.read_remarks(card, code, by=actor_of(request))
    return _back(card, code)


@require_POST
def withdraw_remark(request: HttpRequest, pk: int, remark_pk: int) -> HttpResponse:
    """Take one's own words back."""
    card = find_card(request, pk)
    require_own(card, actor_of(request))
    remark = get_object_or_404(Remark.objects.select_related("score"), pk=remark_pk, score__card=card)
    actions.withdraw_remark(remark, by=actor_of(request))
    messages.success(request, _("Đã rút lại trao đổi."))
    return _back(card, remark.score.code)


def _back(card: Scorecard, code: str) -> HttpResponse:
    return redirect(reverse("scoring:leaf", args=[card.pk, code]) + "#remarks")
