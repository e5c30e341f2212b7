"""Moves a person could make on a card, each with the reason why it is shut now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest

from backend.scoring.forms import MoveForm
from backend.scoring.lifecycle import MOVES, Move, State
from backend.scoring.models import Scorecard
from backend.scoring.views.acts import shut
from backend.scoring.views.finding import actor_of, may


@dataclass(frozen=True)
class Door:
    """One move from the card's state: ``why_not`` is empty where it is open; ``form`` asks what it needs."""

    name: str
    move: Move
    why_not: str
    form: MoveForm | None


def doors(request: HttpRequest, card: Scorecard, names: Iterable[str]) -> list[Door]:
    """Return the moves of ``names`` that start from the card's state and that the person has a right to."""
    from_here = [name for name in names if State(card.state) in MOVES[name].sources]
    return [door(request, card, name) for name in from_here if may(request, MOVES[name].verb, card)]


def door(request: HttpRequest, card: Scorecard, name: str) -> Door:
    """Return one move with the gate's reason and the form of what it needs."""
    form = MoveForm(name)
    return Door(name, MOVES[name], shut(card, name, actor_of(request)), form if form.fields else None)
