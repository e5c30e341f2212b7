"""The canned reasons of a host's council: listed for who works on its round, kept by its council."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.core.text import key_in
from backend.rounds.models import Round
from backend.scoring import actions
from backend.scoring.forms import CannedForm
from backend.scoring.queries.canned import canned_in, canned_named, leaves_in
from backend.scoring.views.appraisal import demo_of
from backend.scoring.views.finding import actor_of
from backend.scoring.views.survey import find_round


@require_http_methods(["GET", "POST"])
def reason_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the canned reasons of the round's host; a POST writes one."""
    round_ = find_round(request, pk)
    if request.method == "GET":
        return _page(request, round_)
    actions.require_keeping(actor_of(request), round_)
    form = CannedForm(request.POST, leaves=_leaves(round_))
    act = partial(actions.save_reason, round_, by=actor_of(request))
    if not (form.is_valid() and form.carry_out(lambda: act(**form.cleaned_data))):
        return _page(request, round_, form)
    messages.success(request, _("Đã lưu lý do mẫu %(code)s.") % {"code": form.cleaned_data["code"]})
    return redirect("scoring:reason_list", pk=pk)


def _leaves(round_: Round) -> list[tuple[int, str]]:
    return [(node.pk, f"{node.code}. {node.title}"[:90]) for node in leaves_in(round_)]


def _page(request: HttpRequest, round_: Round, sent: CannedForm | None = None) -> HttpResponse:
    rows = canned_in(round_)
    keeps = actions.may_keep_reasons(actor_of(request), round_)
    context: dict[str, Any] = {"round": round_, "rows": rows, "keeps": keeps, "form": sent}
    if keeps:
        leaf = key_in(request.GET.get("leaf", "")) or None
        chosen = canned_named(round_, key_in(request.GET.get("edit", "")), leaf)
        standing = {"version": 0, "leaf": leaf}
        if chosen:
            standing = {
                "version": 0 if chosen.is_carried else chosen.version,
                "leaf": chosen.leaf.pk if chosen.leaf else None,
                "code": chosen.code,
                "text": chosen.text,
            }
        context["write"] = sent or CannedForm(leaves=_leaves(round_), initial=standing)
        context["chosen"] = chosen
    status = 422 if sent else 200
    return render(request, "scoring/reason_list.html", context | demo_of(round_), status=status)


@require_POST
def retire_reason(request: HttpRequest, pk: int, reason_pk: int) -> HttpResponse:
    """Take a canned reason out of use."""
    round_ = find_round(request, pk)
    actions.require_keeping(actor_of(request), round_)
    row = canned_named(round_, reason_pk)
    if row is None:
        raise Http404
    actions.retire_reason(row, by=actor_of(request), round_=round_)
    messages.success(request, _("Lý do mẫu %(code)s đã thôi dùng.") % {"code": row.code})
    return redirect("scoring:reason_list", pk=pk)
