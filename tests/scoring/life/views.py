"""Who sees what of a card: nothing before it may be known, and then what is there."""

from __future__ import annotations

from typing import Any

from tests.scoring.life.kept import thousandths
from tests.scoring.life.plain_card import EXPLANATION, PEOPLE, SELF, UNAPPROVED, Card, Season
from tests.scoring.life.plain_moves import Act
from tests.scoring.life.stage import Stage


def wrong_view(stage: Stage, season: Season, act: Act, body: dict[str, Any]) -> list[str]:
    """Return what the person reads and may not, or may and does not."""
    card, person = season.cards[act.unit], PEOPLE[act.who]
    orders = {step.pk: step.order for step in stage.round.steps.all()}
    shown = {
        (orders[mark["step"]], leaf["code"]): thousandths(mark["points"])
        for leaf in body["leaves"]
        for mark in leaf["marks"]
        if mark["points"] is not None
    }
    wanted = {
        at: mark.points
        for at, mark in card.marks.items()
        if mark.points is not None and _sees(season, card, person, at[0])
    }
    return [] if shown == wanted else [f"{act.who} reads {shown}, by the rules {wanted}"]


def _sees(season: Season, card: Card, person: Any, step: int) -> bool:
    """Tell whether she may see the marks of a step.

    The unit's own stay inside while it still writes, and for good where it is recorded as not having scored itself;
    the council's stay with the host until it asks the unit about them or to sign the result, or all is published.
    """
    if card.state == "published":
        return True
    if step != SELF:
        told = card.state in ("explaining", "explained") and step <= card.done
        told = told or (card.done > EXPLANATION and step < EXPLANATION)  # what it was asked about it has read
        told = told or (
            bool(season.sign_off) and card.state == "concluded"
        )  # its leader signs what was concluded
        return told or not person.is_of(card.unit)
    if person.acts_for(card.unit):
        return True
    return season.over(SELF, card) if card.state in UNAPPROVED else card.scored_itself()
