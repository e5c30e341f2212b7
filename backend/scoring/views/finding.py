"""Find what a request names; outside the person's units it does not exist (404)."""

from __future__ import annotations

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.http import url_has_allowed_host_and_scheme

from backend.rounds.models import Step
from backend.scoring import board, queries
from backend.scoring.actions.moves import require_verb
from backend.scoring.models import Evidence, Mark, Scorecard
from permissions.actor import Actor
from permissions.roles import CONFLICTED, Verb

A_PAGE = 30


def find_card(request: HttpRequest, pk: int) -> Scorecard:
    """Return the card if the person may see it. Raises Http404."""
    card = queries.card_for(actor_of(request), pk)
    if card is None:
        raise Http404
    return card


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts, as ``tiers.seating.ActorMiddleware`` put her on the request."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def find_own_mark(card: Scorecard, code: str) -> Mark:
    """Return the unit's own mark of a leaf with all its form needs. Raises Http404."""
    marks = Mark.objects.select_related("score__node", "step")
    return get_object_or_404(
        marks, score__card=card, score__code=code, step__kind=Step.Kind.SELF, score__applies=True
    )


def find_evidence(request: HttpRequest, card: Scorecard, pk: int) -> Evidence:
    """Return a piece of the card's evidence, or an earlier version, that this viewer may see now. Raises Http404."""
    sheet = queries.sheet(card, actor_of(request))
    for leaf in sheet.leaves:
        for standing in leaf.evidence:
            for piece in (standing, *standing.earlier):
                if piece.pk == pk:
                    return piece
    raise Http404


def may(request: HttpRequest, verb: Verb, card: Scorecard) -> bool:
    """Return whether the person holds ``verb`` on the card, for what a page shows; the action asks guardian.

    By seat as far as the round's council counts it, or lent to her on this card, and not excluded from it; the
    card's own grants are read once.
    """
    actor = actor_of(request)
    if not hasattr(card, "single_grants"):
        card.single_grants = queries.single_grants(actor, card)  # type: ignore[attr-defined]
    lent, excluded = card.single_grants  # type: ignore[attr-defined]
    if verb in CONFLICTED and actor.works_at(card.place()):
        return False
    return verb not in excluded and (verb in lent or queries.takes_part(actor, card, verb))


def demand(request: HttpRequest, verb: Verb, card: Scorecard) -> None:
    """Raise Refused unless the person holds ``verb`` on the card; asked before anything sent is read."""
    require_verb(card, verb, actor_of(request))


def demand_seat(request: HttpRequest, verb: Verb, card: Scorecard) -> None:
    """Raise Refused unless the person holds ``verb`` by her seat; for answers that change nothing."""
    actor_of(request).require(verb, at=card.place())


def searched(request: HttpRequest, cards: QuerySet[Scorecard]) -> QuerySet[Scorecard]:
    """Return the cards whose unit's name has the words looked for, with or without accents."""
    return board.narrowed(cards, words=request.GET.get("q", "").strip())


def paged(request: HttpRequest, cards: QuerySet[Scorecard], param: str = "page") -> Page:
    """Return the page of a list of cards that the address names under ``param``."""
    return Paginator(cards, A_PAGE).get_page(request.GET.get(param))


def way_on(request: HttpRequest, default: str) -> str:
    """Return the address of ours that the form asked to go on to, or ``default``."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return default


def way_back(request: HttpRequest) -> str:
    """Return the address of ours from which the person came to mend something, to go back to; empty without one."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) else ""
