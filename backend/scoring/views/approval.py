"""Phê duyệt: the leader reads the whole, returns it or puts her name to it; delegation; the signed copy."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from backend.scoring import actions, queries
from backend.scoring.agenda import approvals_for, with_progress
from backend.scoring.forms import ApproveForm, DelegateForm, MoveForm, SignedCopyForm
from backend.scoring.lifecycle import MOVES, State
from backend.scoring.models import Delegation, Scorecard, Signature
from backend.scoring.views.acts import shut
from backend.scoring.views.finding import actor_of, demand, find_card, may, paged, searched
from backend.scoring.views.grid import Page, Row, common, page_of
from permissions.actor import Actor
from permissions.roles import Verb
from tiers.models import Appointment

# A change of this share of the leaf's maximum against last year is worth a second look.
BIG_CHANGE = Decimal("0.3")


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
    card = find_card(request, pk)
    _demand_part(request, card)
    return _page(request, card)


def _demand_part(request: HttpRequest, card: Scorecard) -> None:
    """Raise Http404 unless the person approves here or works on the unit's own card."""
    if not any(may(request, verb, card) for verb in (Verb.APPROVE, Verb.SUBMIT, Verb.SCORE)):
        raise Http404


def _page(request: HttpRequest, card: Scorecard, *, status: int = 200, **forms: Any) -> HttpResponse:
    page = page_of(request, card)
    approves, delegates = may(request, Verb.APPROVE, card), may(request, Verb.DELEGATE, card)
    context = common(request, page, "approval") | {
        "warnings": warnings_of(page),
        "approves": approves,
        "delegates": delegates,
        "signatures": signed(card, actor_of(request)),
        "approval": queries.approval_of(card),
        "why_not": shut(card, "approve", actor_of(request)),
        "why_not_return": shut(card, "return", actor_of(request)),
        "approve_form": ApproveForm(user=request.user),
        "return_form": MoveForm("return"),
        "delegate_form": DelegateForm(people=_colleagues(request, card)) if delegates else None,
        "delegations": _delegations(card) if approves else [],
        "signed_form": _signed_form(request, page),
        "own_council": queries.council_of(card),
    }
    return render(request, "scoring/approval.html", context | forms, status=status)


def _signed_form(request: HttpRequest, page: Page) -> SignedCopyForm | None:
    open_now = page.window is not None and page.window.is_open
    ready = page.card.state in (State.SUBMITTED, State.APPROVED)
    if open_now and ready and may(request, Verb.SCORE, page.card):
        return SignedCopyForm(auto_id="signed-%s")
    return None


def signed(card: Scorecard, viewer: Actor) -> list[tuple[Signature, str]]:
    """Return the moves of the card, oldest first, with what each did in words."""
    return [(row, str(MOVES[row.move].done)) for row in queries.signatures(card, viewer)]


@dataclass(frozen=True)
class Warning:  # noqa: A001  (the word people use)
    """One thing on a leaf that deserves a look before signing."""

    row: Row
    text: str


def warnings_of(page: Page) -> list[Warning]:
    """Return what deserves a look: no proof, full points without a document, big changes."""
    return [Warning(row, text) for row in page.rows if row.own for text in _warnings(row)]


def _warnings(row: Row) -> list[str]:
    leaf = row.leaf
    if leaf.points is None:
        return [_("chưa chấm")]
    found = []
    if leaf.lacks_evidence:
        found.append(_("có điểm nhưng chưa có tài liệu kiểm chứng hoặc giải trình"))
    elif leaf.points == leaf.score.max_points and not leaf.evidence:
        found.append(_("điểm tối đa nhưng không có tài liệu, chỉ có giải trình"))
    if leaf.last_year is not None and _is_big(leaf.points - leaf.last_year, leaf.score.max_points):
        found.append(_("thay đổi nhiều so với năm trước"))
    return found


def _is_big(change: Decimal, most: Decimal) -> bool:
    return abs(change) >= most * BIG_CHANGE


@sensitive_post_parameters("secret")
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the leader's name to the card, after she has shown who she is again."""
    card = find_card(request, pk)
    demand(request, Verb.APPROVE, card)
    form = ApproveForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, card, status=422, approve_form=form, form=form)
    actions.move(card, "approve", by=actor_of(request), reason=form.cleaned_data["reason"])
    messages.success(request, _("Đã phê duyệt kết quả tự chấm của %(unit)s.") % {"unit": card.unit_name})
    return redirect("scoring:approval", pk=card.pk)


@require_POST
def signed_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Attach the signed and stamped report."""
    card = find_card(request, pk)
    demand(request, Verb.SCORE, card)
    form = SignedCopyForm(request.POST, request.FILES, auto_id="signed-%s")
    attach = partial(actions.attach_signed_copy, card, by=actor_of(request))
    if not (form.is_valid() and form.carry_out(lambda: attach(**form.report))):
        return _page(request, card, status=422, signed_form=form, form=form)
    messages.success(request, _("Đã đính kèm bản ký số %(number)s.") % form.report)
    return redirect("scoring:approval", pk=card.pk)


@require_POST
def delegate(request: HttpRequest, pk: int) -> HttpResponse:
    """Lend the approval of this card to a colleague for some days."""
    card = find_card(request, pk)
    demand(request, Verb.DELEGATE, card)
    form = DelegateForm(request.POST, people=_colleagues(request, card))
    if not form.is_valid():
        return _page(request, card, status=422, delegate_form=form, form=form)
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


def _delegations(card: Scorecard) -> QuerySet[Delegation]:
    return card.delegations.select_related("giver", "taker").order_by("-starts_at")
