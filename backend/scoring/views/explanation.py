"""Giải trình, the unit's side: what the council asks of each leaf, the answer, the leader's approval that sends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from backend.rounds.models import Step
from backend.scoring import actions, queries
from backend.scoring.actions.facts import answers_fingerprint_of
from backend.scoring.forms import AnswerForm, ApproveForm, MoveForm
from backend.scoring.lifecycle import MOVES, State
from backend.scoring.models import Evidence, Explanation, Mark, Scorecard
from backend.scoring.views.acts import shut
from backend.scoring.views.finding import actor_of, demand, find_card, may
from backend.scoring.views.grid import Page, Row, common, page_of
from permissions.roles import Verb

MOVES_HERE = ("ask", "submit_answers", "explain")


@dataclass
class Asked:
    """One leaf the council asks about, with the points in question and the unit's form."""

    row: Row
    explanation: Explanation
    mark: Mark | None
    form: AnswerForm | None

    @property
    def added(self) -> list[Evidence]:
        """Return the evidence added while explaining."""
        return [piece for piece in self.row.leaf.evidence if piece.step_id == self.explanation.step_id]


@require_GET
def explanation(request: HttpRequest, pk: int) -> HttpResponse:
    """Show every leaf asked about, with the reason and a place to answer."""
    return _page(request, find_card(request, pk))


def _page(
    request: HttpRequest,
    card: Scorecard,
    *,
    status: int = 200,
    bound: AnswerForm | None = None,
    code: str = "",
    **forms: Any,
) -> HttpResponse:
    _demand_unit(request, card)
    page, actor = page_of(request, card), actor_of(request)
    window = queries.time_of(card, Step.Kind.EXPLANATION)
    open_now = card.state == State.EXPLAINING and window is not None and window.is_open
    answers = open_now and actor.may(Verb.SCORE, at=card.place())
    asked = _asked(page, answers=answers, bound=bound, code=code)
    moves = [row for row in queries.signatures(card, actor) if row.move in MOVES_HERE]
    context = common(request, page, "explanation") | {
        "asked": asked,
        "flags": queries.flags_of(page.sheet, actor),
        "answered": sum(bool(item.explanation.answer) for item in asked),
        "window": window,
        "answers": answers,
        "drafts": queries.draft_steps(card) if card.state != State.EXPLAINING else frozenset(),
        "moves": [(row, str(MOVES[row.move].done)) for row in moves],
        **_sending(request, card, asked),
    }
    if bound:
        context["form"] = bound
    return render(request, "scoring/explanation.html", context | forms, status=status)


def _sending(request: HttpRequest, card: Scorecard, asked: list[Asked]) -> dict[str, Any]:
    """Return who may put the answers before the leader, or send them, and what she would sign."""
    if card.state != State.EXPLAINING:
        return {}
    actor, found = actor_of(request), {}
    if may(request, Verb.APPROVE, card):
        seen = _fingerprint(card, asked)
        form = ApproveForm(user=request.user, initial={"seen": seen})
        found = {"sends": True, "why_not": shut(card, "explain", actor), "explain_form": form, "seen": seen}
    if may(request, Verb.SUBMIT, card):
        found["submits"] = True
        found["why_not_submit"] = shut(card, "submit_answers", actor)
        found["submit_form"] = MoveForm("submit_answers")
    return found


def _fingerprint(card: Scorecard, asked: list[Asked]) -> str:
    """Return the fingerprint of what the page shows of the step the card is out for."""
    step = queries.step_of(card, Step.Kind.EXPLANATION)
    shown = [item for item in asked if step and item.explanation.step_id == step.pk]
    return queries.answers_fingerprint((item.row.leaf.code, item.explanation, item.added) for item in shown)


def _demand_unit(request: HttpRequest, card: Scorecard) -> None:
    if not any(may(request, verb, card) for verb in (Verb.SCORE, Verb.APPROVE)):
        raise Http404


def _asked(page: Page, *, answers: bool, bound: AnswerForm | None, code: str) -> list[Asked]:
    found = []
    for row in page.rows:
        for item in row.leaf.explanations:
            ours = bound is not None and row.leaf.code == code
            form = bound if ours else _form(item) if answers else None
            found.append(Asked(row, item, _mark_before(row, item), form))
    return found


def _form(item: Explanation) -> AnswerForm:
    standing = {"version": item.version, "answer": item.answer}
    return AnswerForm(initial=standing, auto_id=f"answer-{item.pk}-%s")


def _mark_before(row: Row, item: Explanation) -> Mark | None:
    """Return the appraised mark that the question is about: the newest before the explanation."""
    marks = [mark for mark in row.later if mark.step.order < item.step.order]
    return marks[-1] if marks else None


@require_POST
def answer(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Save the unit's answer on one leaf."""
    card = find_card(request, pk)
    demand(request, Verb.SCORE, card)
    form = AnswerForm(request.POST, auto_id=f"answer-{code}-%s")
    if not form.is_valid():
        return _page(request, card, status=422, bound=form, code=code)
    actions.answer(card, code, by=actor_of(request), **form.cleaned_data)
    messages.success(request, _("Đã lưu giải trình tiêu chí %(code)s.") % {"code": code})
    return redirect(f"{reverse('scoring:explanation', args=[card.pk])}#asked-{code}")


@sensitive_post_parameters("secret")
@require_POST
def explain(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve the answers the leader has read and send them, after she has shown who she is again."""
    card = find_card(request, pk)
    demand(request, Verb.APPROVE, card)
    seen = request.POST.get("seen", "")
    if seen and card.state == State.EXPLAINING and seen != answers_fingerprint_of(card):
        return _page(request, card, status=409, overtaken=True)
    form = ApproveForm(request.POST, user=request.user)
    if not form.is_valid():
        return _page(request, card, status=422, explain_form=form, form=form)
    actions.move(card, "explain", by=actor_of(request), reason=form.cleaned_data["reason"], seen=seen)
    messages.success(request, _("Đã gửi giải trình của %(unit)s cho Hội đồng.") % {"unit": card.unit_name})
    return redirect("scoring:explanation", pk=card.pk)
