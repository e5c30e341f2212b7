"""Phê duyệt: the leader reads the whole, returns it or puts her name to it; the signed copy."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from backend.scoring import actions, checking, queries
from backend.scoring.actions.facts import fingerprint_of
from backend.scoring.agenda import approvals_for, with_progress
from backend.scoring.forms import ApproveForm, MoveForm, SignedCopyForm
from backend.scoring.lifecycle import MOVES, State
from backend.scoring.models import Scorecard, Signature
from backend.scoring.views.acts import shut_on
from backend.scoring.views.briefing import Briefing, briefing_of, fields_of
from backend.scoring.views.finding import actor_of, demand, find_card, may, paged, searched
from backend.scoring.views.grid import Page, common
from permissions.roles import Verb


@require_GET
def approval_list(request: HttpRequest) -> HttpResponse:
    """Show the cards whose approval is the person's, those that wait for her first."""
    cards = with_progress(approvals_for(actor_of(request)))
    found = searched(request, cards).order_by("-round__year", "unit__order", "pk")
    context = {
        "q": request.GET.get("q", ""),
        "waiting": paged(request, found.filter(state=State.SUBMITTED)),
        "others": paged(request, found.exclude(state=State.SUBMITTED), "others"),
    }
    return render(request, "scoring/approval_list.html", context)


@require_GET
def approval(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the leader puts her name to."""
    return approval_page(request, briefing_of(request, find_card(request, pk)))


def approval_page(request: HttpRequest, brief: Briefing, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Return the page of approval; ``forms`` are those to be shown again with what was typed."""
    page, card, actor = brief.page, brief.card, actor_of(request)
    context = common(request, page, "approval") | {
        "brief": brief,
        "fields": fields_of(brief),
        "warning_count": checking.count(brief.warnings) + checking.count(brief.must),
        "warning_kinds": checking.kinds([*brief.must, *brief.warnings]),
        "approves": brief.approves,
        "delegates": may(request, Verb.DELEGATE, card),
        "delegations": card.delegations.select_related("taker").order_by("-starts_at")
        if brief.approves
        else [],
        "signatures": in_words(brief.moves),
        "approval": brief.approval,
        "why_not": shut_on(page, "approve", brief.moves, actor),
        "why_not_return": shut_on(page, "return", brief.moves, actor),
        "approve_form": _approve_form(request, brief),
        "return_form": MoveForm("return", initial={"reason": _return_words(brief)}),
        "signed_form": _signed_form(request, page),
        "own_council": queries.council_of(card),
    }
    return render(request, "scoring/approval.html", context | forms, status=status)


def _approve_form(request: HttpRequest, brief: Briefing, **typed: str) -> ApproveForm:
    shown = {"seen": brief.fingerprint, "at": brief.page.sheet.now.isoformat()}
    return ApproveForm(user=request.user, initial=shown | typed)


def _return_words(brief: Briefing) -> str:
    number = len(brief.notes)
    return _("Đề nghị sửa %(n)d tiêu chí nêu lý do kèm theo.") % {"n": number} if number else ""


def _signed_form(request: HttpRequest, page: Page) -> SignedCopyForm | None:
    open_now = page.window is not None and page.window.is_open
    ready = page.card.state in (State.SUBMITTED, State.APPROVED)
    if open_now and ready and may(request, Verb.SCORE, page.card):
        return SignedCopyForm(auto_id="signed-%s")
    return None


def in_words(moves: list[Signature]) -> list[tuple[Signature, str]]:
    """Return moves with what each did in words."""
    return [(row, str(MOVES[row.move].done)) for row in moves]


@sensitive_post_parameters("secret")
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the leader's name to what she has seen, after she has shown who she is again."""
    card = find_card(request, pk)
    demand(request, Verb.APPROVE, card)
    seen = request.POST.get("seen", "")
    if seen and seen != fingerprint_of(card):
        return _overtaken(request, card)
    form = ApproveForm(request.POST, user=request.user)
    if not form.is_valid():
        return approval_page(request, briefing_of(request, card), status=422, approve_form=form, form=form)
    actions.move(card, "approve", by=actor_of(request), reason=form.cleaned_data["reason"], seen=seen)
    messages.success(request, _("Đã phê duyệt kết quả tự chấm của %(unit)s.") % {"unit": card.unit_name})
    return redirect("scoring:approval", pk=card.pk)


def _overtaken(request: HttpRequest, card: Scorecard) -> HttpResponse:
    """Refuse (409) with what changed since the page was shown; the note typed is kept, the secret is not used."""
    typed = ApproveForm(request.POST, user=request.user)
    at = typed.moment
    brief = briefing_of(request, card, at=at)
    form = _approve_form(request, brief, reason=request.POST.get("reason", ""))
    return approval_page(
        request, brief, status=409, approve_form=form, overtaken=True, overtaken_by=brief.trail.after(at)
    )


@require_POST
def signed_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Attach the signed and stamped report."""
    card = find_card(request, pk)
    demand(request, Verb.SCORE, card)
    form = SignedCopyForm(request.POST, request.FILES, auto_id="signed-%s")
    attach = partial(actions.attach_signed_copy, card, by=actor_of(request))
    if not (form.is_valid() and form.carry_out(lambda: attach(**form.report))):
        return approval_page(request, briefing_of(request, card), status=422, signed_form=form, form=form)
    messages.success(request, _("Đã đính kèm bản ký số %(number)s.") % form.report)
    return redirect("scoring:approval", pk=card.pk)
