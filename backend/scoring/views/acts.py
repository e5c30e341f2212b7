"""Moves of a card: one view for every move of the table that needs no page of its own."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backend.core import clock
from backend.scoring import actions, lifecycle, queries
from backend.scoring.actions.facts import facts_of
from backend.scoring.actions.moves import require_move
from backend.scoring.forms import MoveForm
from backend.scoring.gates import Facts
from backend.scoring.lifecycle import MOVES, State
from backend.scoring.models import Scorecard, Signature
from backend.scoring.views.finding import actor_of, find_card, way_on
from backend.scoring.views.grid import Page
from permissions.actor import Actor


@require_POST
def move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Make one move of the card; the reason typed is kept when something is missing."""
    card = find_card(request, pk)
    if name not in MOVES or MOVES[name].signs:  # those have pages of their own that ask for the password
        raise Http404
    name = queries.way_of(card, name)
    require_move(card, name, actor_of(request))
    form = MoveForm(name, request.POST)
    if not form.is_valid():
        context = {"card": card, "form": form, "name": name, "title": MOVES[name].title}
        return render(request, "scoring/move_form.html", context, status=422)
    card = actions.move(card, name, by=actor_of(request), **form.cleaned_data)
    messages.success(request, _("Đã %(act)s.") % {"act": MOVES[name].done})
    return redirect(way_on(request, reverse("scoring:scorecard", args=[card.pk])))


def shut_on(page: Page, name: str, moves: list[Signature], actor: Actor) -> str:
    """Return what ``shut`` does, from what a page of the card has read already: no statement of its own.

    For the unit's own moves; ``moves`` are those made on the card, oldest first.
    """
    row, card, window = MOVES[name], page.card, page.window
    if State(card.state) not in row.sources:
        return _("Phiếu %(state)s.") % {"state": State(card.state).label}
    submits = [made.signer_id for made in moves if made.move in ("submit", "refer") and made.signer_id]
    facts = Facts(
        now=page.sheet.now,
        opens=window.opens if window else None,
        closes=window.closes if window else None,
        reason="-",
        missing_points=tuple(leaf.code for leaf in page.sheet.missing),
        missing_evidence=tuple(row.leaf.code for row in page.rows if row.leaf.lacks_evidence),
        signer=actor.user_id,
        submitters=frozenset(submits[-1:]),
    )
    return lifecycle.shut(row, facts)


def shut(card: Scorecard, name: str, actor: Actor) -> str:
    """Return why the move can't be made now, in words; empty where it can. The action asks again.

    What the person types with the move (reason, document, new date) is taken as given.
    """
    name = queries.way_of(card, name)
    row = MOVES[name]
    if State(card.state) not in row.sources:
        return _("Phiếu %(state)s.") % {"state": State(card.state).label}
    facts, _step = facts_of(
        card,
        name,
        signer=actor.user_id,
        reason="-",
        document="-",
        new_close=clock.now() + timedelta(days=1),
    )
    return lifecycle.shut(row, facts)
