"""The support team's draft of one leaf, beside the council's mark."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backend.scoring import actions
from backend.scoring.actions.drafting import require_drafting
from backend.scoring.views.appraisal import find_hosted, page_with, way_to_leaf
from backend.scoring.views.finding import actor_of, demand
from backend.scoring.views.mark_forms import draft_form
from backend.scoring.views.marking import marking_of
from permissions.roles import Verb


@require_POST
def draft(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Keep what the support team proposes for a leaf; it is no mark."""
    card = find_hosted(request, pk)
    demand(request, Verb.PREPARE, card)
    page = marking_of(request, card)
    line = page.line(code)
    if line is None:
        raise Http404
    require_drafting(card, code, actor_of(request))
    form = draft_form(line, request.POST)
    act = partial(actions.draft, card, code, by=actor_of(request))
    if not (form.is_valid() and form.carry_out(lambda: act(**form.cleaned_data))):
        line.draft_form = form
        return page_with(request, page, line, form)
    messages.success(request, _("Đã lưu dự thảo tiêu chí %(code)s.") % {"code": code})
    return redirect(way_to_leaf(card, code))
