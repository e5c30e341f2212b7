"""Leaf by leaf: the leader reads one beside the list, notes why it goes back; the unit says what it did about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from backend.scoring import actions, queries
from backend.scoring.forms import ReturnAnswerForm, ReturnNoteForm, SeenForm
from backend.scoring.views.briefing import Briefing, Line, briefing_of, fields_of
from backend.scoring.views.card import leaf_again
from backend.scoring.views.finding import actor_of, demand, find_card, way_on
from backend.scoring.views.grid import common
from permissions.roles import Verb


@require_GET
def approval_leaf(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Show one leaf beside the list of all, the previous and the next one key away."""
    return _leaf_page(request, briefing_of(request, find_card(request, pk)), code)


def _leaf_page(
    request: HttpRequest, brief: Briefing, code: str, *, status: int = 200, **forms: Any
) -> HttpResponse:
    line = brief.line(code)
    if line is None:
        raise Http404
    place = brief.lines.index(line)
    context = common(request, brief.page, "approval") | {
        "brief": brief,
        "fields": fields_of(brief),
        "line": line,
        "row": line.row,
        "before": brief.lines[place - 1] if place else None,
        "after": _next(brief, place),
        "number": place + 1,
        "digest": queries.shown_digest(line.row.leaf),
        "changed": next((one for one in brief.news if one.code == code), None),
        "note_form": ReturnNoteForm(initial={"reason": line.note.reason if line.note else ""}),
        "wording": line.row.leaf.node.rule_words,
    }
    return render(request, "scoring/approval_leaf.html", context | forms, status=status)


def _next(brief: Briefing, place: int) -> Line | None:
    return brief.lines[place + 1] if place + 1 < len(brief.lines) else None


@require_POST
def note_return(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Keep why this leaf is to go back; nobody else reads it until the card is returned."""
    card = find_card(request, pk)
    demand(request, Verb.APPROVE, card)
    form = ReturnNoteForm(request.POST)
    if not form.is_valid():
        return _leaf_page(request, briefing_of(request, card), code, status=422, note_form=form, form=form)
    row = actions.note_return(card, code, by=actor_of(request), **form.cleaned_data)
    said = (
        _("Đã ghi lý do trả lại tiêu chí %(code)s.")
        if row
        else _("Đã bỏ tiêu chí %(code)s khỏi lần trả lại.")
    )
    messages.success(request, said % {"code": code})
    return redirect(way_on(request, reverse("scoring:approval_leaf", args=[pk, code])))


@require_POST
def see_leaf(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Note that she has seen the leaf as the page showed it, and go on."""
    card = find_card(request, pk)
    demand(request, Verb.APPROVE, card)
    form = SeenForm(request.POST)
    if form.is_valid():
        actions.see_leaf(card, code, by=actor_of(request), **form.cleaned_data)
    return redirect(way_on(request, reverse("scoring:approval", args=[pk])))


@require_POST
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that she has looked at the card as of the moment of the page; a script is answered without one (204)."""
    card = find_card(request, pk)
    demand(request, Verb.APPROVE, card)
    form = SeenForm(request.POST)
    if form.is_valid():
        actions.look(card, by=actor_of(request), at=form.cleaned_data["at"])
    if request.headers.get("X-Quiet"):
        return HttpResponse(status=204)
    return redirect("scoring:approval", pk=pk)


@require_POST
def answer_return(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Mark a returned leaf as dealt with, or as not yet."""
    card = find_card(request, pk)
    demand(request, Verb.SCORE, card)
    form = ReturnAnswerForm(request.POST)
    if form.is_valid():
        done = "undo" not in request.POST
        actions.answer_return(card, code, by=actor_of(request), done=done, **form.cleaned_data)
        said = _("Đã đánh dấu xử lý tiêu chí %(code)s.") if done else _("Tiêu chí %(code)s: chưa xử lý.")
        messages.success(request, said % {"code": code})
        return redirect(way_on(request, reverse("scoring:leaf", args=[pk, code])))
    return leaf_again(request, card, code, return_answer_form=form, form=form)
