"""After the conclusion: changes by two persons, and the signature of the unit's leader under the result."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from backend.criteria.models import Node
from backend.rounds.models import Step
from backend.scoring import actions, board, queries
from backend.scoring.actions.facts import result_fingerprint_of
from backend.scoring.forms import ChangeForm, RefusalForm, ReopeningForm, SecretForm, SignOffForm
from backend.scoring.lifecycle import State
from backend.scoring.models import Amendment, Mark, Scorecard
from backend.scoring.views.acts import shut
from backend.scoring.views.appraisal import demo_of, find_hosted
from backend.scoring.views.conclusion import Table, table_of
from backend.scoring.views.finding import actor_of, demand, find_card, may
from backend.scoring.views.grid import common, page_of
from permissions.roles import Verb


@require_http_methods(["GET", "POST"])
def propose_change(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Propose other points for a leaf of a concluded card."""
    card = find_hosted(request, pk)
    score = get_object_or_404(card.scores.select_related("node"), code=code)
    assessed = score.source == Node.Source.ASSESSED
    demand(request, Verb.ASK if assessed else Verb.ENTER_SURVEY, card)
    form = ChangeForm(request.POST or None, score=score)
    act = partial(actions.propose_change, card, code, by=actor_of(request))
    if form.is_valid() and form.carry_out(lambda: act(**form.proposed)):
        messages.success(request, _("Đã ghi đề nghị; điểm chỉ đổi khi người khác xác nhận."))
        return redirect("scoring:conclusion", pk=pk)
    kind = Step.Kind.CONCLUSION if assessed else Step.Kind.SURVEY
    mark = Mark.objects.filter(score=score, step__kind=kind, points__isnull=False).first()
    context = {"card": card, "score": score, "mark": mark, "form": form} | demo_of(card.round)
    return render(request, "scoring/change_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def propose_reopening(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose to open the conclusion of a card again."""
    card = find_hosted(request, pk)
    demand(request, Verb.ASK, card)
    form = ReopeningForm(request.POST or None, auto_id="reopening-%s")
    act = partial(actions.propose_reopening, card, by=actor_of(request))
    if form.is_valid() and form.carry_out(lambda: act(**form.cleaned_data)):
        messages.success(request, _("Đã ghi đề nghị; kết luận chỉ mở lại khi người khác xác nhận."))
        return redirect("scoring:conclusion", pk=pk)
    context = {"card": card, "form": form} | demo_of(card.round)
    return render(request, "scoring/change_form.html", context, status=422 if form.errors else 200)


def _find_change(request: HttpRequest, pk: int) -> tuple[Amendment, Scorecard]:
    rows = Amendment.objects.filter(card__in=board.hosted_cards(actor_of(request)))
    found = get_object_or_404(rows.select_related("score__node"), pk=pk)
    return found, find_hosted(request, found.card_id)


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a proposed change; confirm it as the second person, who shows again who she is."""
    found, card = _find_change(request, pk)
    if request.method == "POST":
        demand(request, Verb.CONCLUDE, card)
    form = SecretForm(request.POST or None, user=request.user, auto_id="confirm-%s")
    if form.is_valid():
        actions.confirm_change(found, by=actor_of(request))
        messages.success(request, _("Đã xác nhận thay đổi."))
        return redirect("scoring:conclusion", pk=card.pk)
    return _change_page(request, found, card, confirm_form=form, form=form)


def _change_page(request: HttpRequest, found: Amendment, card: Scorecard, **forms: Any) -> HttpResponse:
    me = actor_of(request).user_id
    waits = found.state == Amendment.State.WAITING
    concludes = may(request, Verb.CONCLUDE, card)
    context = {
        "change": found,
        "card": card,
        "confirms": waits and concludes and found.proposed_by_id != me,
        "refuses": waits and (concludes or found.proposed_by_id == me),
        "own": found.proposed_by_id == me,
        "refuse_form": RefusalForm(auto_id="refuse-%s"),
    } | demo_of(card.round)
    status = 422 if forms["form"].errors else 200
    return render(request, "scoring/change.html", context | forms, status=status)


@require_POST
def refuse_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Turn a proposed change down, or take one's own back."""
    found, card = _find_change(request, pk)
    if found.proposed_by_id != actor_of(request).user_id:
        demand(request, Verb.CONCLUDE, card)
    form = RefusalForm(request.POST, auto_id="refuse-%s")
    act = partial(actions.refuse_change, found, by=actor_of(request))
    if form.is_valid() and form.carry_out(lambda: act(**form.cleaned_data)):
        messages.success(request, _("Đã ghi: không thay đổi."))
        return redirect("scoring:conclusion", pk=card.pk)
    confirm = SecretForm(user=request.user, auto_id="confirm-%s")
    return _change_page(request, found, card, confirm_form=confirm, refuse_form=form, form=form)


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
def sign_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the unit what was concluded; its leader signs exactly that, with or without remarks."""
    card = find_card(request, pk)
    if not any(may(request, verb, card) for verb in (Verb.SCORE, Verb.APPROVE)):
        raise Http404
    if card.round.sign_off_until is None or card.state not in (State.CONCLUDED, State.PUBLISHED):
        if request.method == "POST":
            demand(request, Verb.APPROVE, card)
            actions.move(card, "sign_off", by=actor_of(request))
        return _sign_off_page(request, card)
    if request.method == "GET":
        return _sign_off_page(request, card)
    demand(request, Verb.APPROVE, card)
    seen = request.POST.get("seen", "")
    if seen and seen != result_fingerprint_of(card):
        return _sign_off_page(request, card, status=409, overtaken=True)
    form = SignOffForm(request.POST, user=request.user)
    if not form.is_valid():
        return _sign_off_page(request, card, form, status=422, form=form)
    actions.move(card, "sign_off", by=actor_of(request), reason=form.cleaned_data["reason"], seen=seen)
    messages.success(request, _("Đã ký xác nhận kết quả."))
    return redirect("scoring:sign_off", pk=pk)


def _shown(table: Table) -> str:
    """Return the fingerprint of the result as the page shows it."""
    decided = [row for row in table.rows if row.leaf.score.applies and row.decided]
    lines = [(row.leaf.code, row.decided.points) for row in decided if row.decided]
    return queries.result_fingerprint(lines, [row.points for row in table.sheet.standing_deductions])


def _sign_off_page(
    request: HttpRequest,
    card: Scorecard,
    bound: SignOffForm | None = None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    asked = card.round.sign_off_until is not None and card.state in (State.CONCLUDED, State.PUBLISHED)
    table = table_of(request, card) if asked else None
    seen = _shown(table) if table else ""
    signs = asked and may(request, Verb.APPROVE, card)
    moves = [row for row in queries.signatures(card, actor_of(request)) if row.move == "sign_off"]
    context = common(request, page_of(request, card), "sign_off") | {
        "asked": asked,
        "table": table,
        "seen": seen,
        "signed": queries.sign_offs([card]).get(card.pk) if asked else None,
        "sign_offs": moves,
        "sign_form": bound or (SignOffForm(user=request.user, initial={"seen": seen}) if signs else None),
        "why_not": shut(card, "sign_off", actor_of(request)) if signs else "",
    }
    return render(request, "scoring/sign_off.html", context | more, status=status)
