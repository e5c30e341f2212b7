"""Points taken off after appraisal: entered on the page of the conclusion, taken back with a reason."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.core.exact import format_points
from backend.scoring import actions, queries
from backend.scoring.forms import DeductForm, ReasonForm
from backend.scoring.models import Deduction, Scorecard
from backend.scoring.queries import choices
from backend.scoring.views.appraisal import demo_of, find_hosted
from backend.scoring.views.conclusion import conclusion_page, table_of
from backend.scoring.views.evidence import given_out
from backend.scoring.views.finding import actor_of, demand, find_card
from permissions.roles import Verb


@require_POST
def deduct(request: HttpRequest, pk: int) -> HttpResponse:
    """Take points off a field or leaf, by reason and document."""
    card = find_hosted(request, pk)
    demand(request, Verb.ASK, card)
    table = table_of(request, card)
    form = DeductForm(request.POST, request.FILES, codes=choices(table.sheet))
    if not (form.is_valid() and form.carry_out(lambda: _deduct(request, card, **form.cleaned_data))):
        return conclusion_page(request, table, status=422, deduct_form=form, form=form)
    return redirect("scoring:conclusion", pk=pk)


def _deduct(request: HttpRequest, card: Scorecard, *, file: Any, **told: Any) -> None:
    made = actions.deduct(card, by=actor_of(request), upload=file, **told)
    messages.success(
        request,
        _("Đã trừ %(points)s điểm ở %(code)s.") % {"points": format_points(made.points), "code": made.code},
    )


@require_GET
def deduction_file(request: HttpRequest, pk: int, deduction_pk: int) -> FileResponse:
    """Give out the document of a deduction to who may see the deduction now: the host, then the unit."""
    card = find_card(request, pk)
    seen = queries.sheet(card, actor_of(request)).deductions
    row = next((row for row in seen if row.pk == deduction_pk), None)
    if row is None or row.file is None:
        raise Http404
    return given_out(row.file, row.file_name)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pk: int, deduction_pk: int) -> HttpResponse:
    """Ask for the reason, then take a deduction back."""
    card = find_hosted(request, pk)
    demand(request, Verb.ASK, card)
    found = get_object_or_404(Deduction, card=card, pk=deduction_pk, withdraws__isnull=True)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.withdraw_deduction(found, by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("Đã rút lại điểm trừ ở %(code)s.") % {"code": found.code})
        return redirect("scoring:conclusion", pk=pk)
    context = {"card": card, "deduction": found, "form": form}
    status = 422 if form.errors else 200
    return render(request, "scoring/deduction_withdraw.html", context | demo_of(card.round), status=status)
