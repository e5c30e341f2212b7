"""What the unit has answered: only what its leader sent counts; the rest is a draft of the unit's own."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from backend.rounds.models import Step
from backend.scoring.models import Evidence, Explanation, Scorecard, Signature


def unapproved() -> Q:
    """Return the condition of a row of an explanation step to which the card went out and that no leader sent."""
    moves = Signature.objects.filter(card=OuterRef("score__card"), step=OuterRef("step"))
    return Q(Exists(moves.filter(move="ask"))) & ~Q(Exists(moves.filter(move="explain")))


def given_answers(**where: Any) -> QuerySet[Explanation]:
    """Return the questions the unit answered by its leader's approval."""
    return Explanation.objects.filter(**where).exclude(answer="").exclude(unapproved())


def draft_steps(card: Scorecard) -> frozenset[int]:
    """Return the keys of the explanation steps for which the card went out and nothing was sent; one statement."""
    moves = card.signatures.filter(move__in=["ask", "explain"]).values_list("move", "step_id")
    found: dict[str, set[int]] = {"ask": set(), "explain": set()}
    for move, step in moves:
        found[move].add(step)
    return frozenset(found["ask"] - found["explain"])


def drafts(model: type[Explanation | Evidence], **where: Any) -> QuerySet[Any]:
    """Return the rows of ``model`` that are drafts of an explanation not sent."""
    rows: Any = model._default_manager
    found: QuerySet[Any] = rows.filter(unapproved(), step__kind=Step.Kind.EXPLANATION, **where)
    return found.order_by()
