"""What one saved mark changes on the council's page of its card: the mark, the sums and what is left, no more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from backend.rounds.models import Step
from backend.scoring import gates, queries
from backend.scoring.actions import HeldMark
from backend.scoring.actions.answers import MAY_ASK
from backend.scoring.actions.led import marks_on
from backend.scoring.gates import Facts
from backend.scoring.lifecycle import State
from backend.scoring.models import Draft
from backend.scoring.queries import Leaf
from backend.scoring.views.finding import actor_of, may
from backend.scoring.views.marking import Line, Marking, fit, lay_out
from permissions.actor import Actor
from permissions.roles import Verb


def line_held(held: HeldMark) -> Line:
    """Return the leaf as its mark's form is judged, from what is in hand, and the support team's draft."""
    card, step = held.card, held.window.step
    leaf = Leaf(held.score, held.score.node)
    for mark in marks_on(card, held.score):
        own = mark.step.kind == Step.Kind.SELF
        if own and queries.scored_itself(card):
            leaf.self_mark = mark
        if not own or leaf.self_mark:
            leaf.marks[mark.step_id] = mark
    draft = queries.drafts_on(card, step).get(held.score.pk)
    again = card.step_id is not None
    return Line(leaf, step, again=again, may_touch=True, double=held.double, draft=draft)


def marking_after(actor: Actor, held: HeldMark, draft: Draft | None) -> Marking:
    """Return the card after a save, with what points bear on; the forms only of the leaf that was held."""
    card, step = held.card, held.window.step
    sheet = queries.sheet(card, actor, whole=False, now=held.window.now)
    asking = queries.step_of(card, Step.Kind.EXPLANATION) if State(card.state) in MAY_ASK else None
    made = Marking(card, sheet, held.window, "", asking)
    doubles = queries.doubles_on(card, step, actor) if held.double else held.doubles
    drafts = {held.score.pk: draft} if draft else {}
    lay_out(made, actor, doubles, drafts, appraises=True)
    if line := made.line(held.score.code):
        fit(line, actor, card, drafting=False)
    return made


def owed(page: Marking) -> str:
    """Return that marks are owed and missing, as the gate of the finished appraisal says it."""
    return gates.all_marked(Facts(now=page.sheet.now, unmarked=tuple(page.left)))


def answer(
    request: HttpRequest,
    held: HeldMark,
    draft: Draft | None,
    more: Any,
    *,
    was_bare: bool = False,
    form: forms.Form | None = None,
) -> HttpResponse:
    """Answer a saved mark, or one that was refused with its ``form``.

    ``more`` gives the context of all the card's moves. They are asked anew only where this mark may have opened
    one: it was the last one owed, or of a leaf that two mark; else the page is told what is left.
    """
    page = marking_after(actor_of(request), held, draft)
    line: Any = page.line(held.score.code)
    context = {
        "page": page,
        "card": page.card,
        "sheet": page.sheet,
        "now": page.sheet.now,
        "line": line,
        "part": page.part_of(line),
        "leaf": line.leaf,
        "score": line.leaf.score,
        "may_reopen": may(request, Verb.REOPEN, page.card),
    }
    if form is not None:
        line.form = form
        return render(request, "scoring/_appraisal_mark.html", context, status=422)
    if line.double or (was_bare and not page.left):
        context |= more(page.card)
    # Only who finishes the appraisal has what is owed on her page, and an open double mark stands there instead.
    told = owed(page) if may(request, Verb.ASK, page.card) and not held.doubles else ""
    return render(request, "scoring/_appraisal_marked.html", context | {"owed": told, "just_saved": True})
