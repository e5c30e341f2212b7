"""Beside the list of the history room: a card at a moment, and who cuts or raises how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from backend.core import clock
from backend.core.exact import round_half_up
from backend.core.text import key_in
from backend.scoring import queries
from backend.scoring import strictness as figures
from backend.scoring.forms.history import AsOfForm
from backend.scoring.room import demand_inspector, inspected_rounds
from backend.scoring.strictness import Tally
from backend.scoring.views.appraisal import demo_of
from backend.scoring.views.finding import actor_of, find_card

HALF = 250  # of the chart's width; nothing stands in the middle


@require_GET
def as_of(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a card as it stood at a moment, or what became different between two."""
    card, viewer = find_card(request, pk), actor_of(request)
    form = AsOfForm(request.GET if "at" in request.GET else None)
    then = later = None
    if form.is_bound and form.is_valid():
        then = queries.card_at(card, form.cleaned_data["at"], viewer)
        if other := form.cleaned_data["other"]:
            later = queries.card_at(card, other, viewer)
    context = {
        "card": card,
        "form": form,
        "then": then,
        "later": later,
        "differences": queries.differences(then, later) if then and later else [],
        "of_host": queries.works_for_host(viewer, card),
        "now": clock.now(),
    }
    return render(request, "scoring/as_of.html", context | demo_of(card.round))


@dataclass(frozen=True)
class Row:
    """One tally with its bar, which leans right where points are taken off and left where they are added."""

    tally: Tally
    value: Fraction | None
    most: Fraction

    @property
    def width(self) -> str:
        """Return the length of the bar for SVG."""
        share = abs(self.value or Fraction(0)) / self.most if self.most else Fraction(0)
        return str(round_half_up(share * HALF, 1))

    @property
    def start(self) -> str:
        """Return where the bar begins for SVG."""
        return str(HALF) if (self.value or 0) >= 0 else str(HALF - Fraction(self.width).limit_denominator(10))

    @property
    def is_cut(self) -> bool:
        """Return whether points are taken off."""
        return (self.value or 0) > 0


@require_GET
def strictness(request: HttpRequest) -> HttpResponse:
    """Show who raised or cut how much in a round the person inspects."""
    actor = actor_of(request)
    demand_inspector(actor)
    rounds = inspected_rounds(actor)
    chosen = request.GET.get("round", "")
    round_ = get_object_or_404(rounds, pk=key_in(chosen)) if chosen else figures.newest_marked(rounds)
    context: dict[str, Any] = {"rounds": rounds, "round": round_, "enough": figures.ENOUGH}
    if round_ is not None:
        found = figures.figures(figures.decisions_in(round_, actor), figures.blind_in(round_, actor))
        titles = figures.field_titles(round_)
        for tally in found.fields:
            tally.name = f"{tally.name}. {titles[tally.name]}" if tally.name in titles else tally.name
        context |= {
            "members": _rows(found.members, [tally.from_peers for tally in found.members]),
            "fields": _rows(found.fields, [tally.mean for tally in found.fields]),
            "units": _rows(found.units, [tally.mean for tally in found.units]),
            "pairs": found.pairs,
        } | demo_of(round_)
    return render(request, "scoring/strictness.html", context)


def _rows(tallies: Sequence[Tally], values: list[Fraction | None]) -> list[Row]:
    most = max((abs(value) for value in values if value is not None), default=Fraction(0))
    return [Row(tally, value, most) for tally, value in zip(tallies, values, strict=True)]
