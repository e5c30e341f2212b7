"""What was left out for whom ("BÁO CÁO ĐẶC THÙ", dossier, section 5): by unit, with what it was brought up from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from backend.core.exact import ZERO, format_points
from backend.rounds.models import Round
from backend.scoring.models import Score
from backend.scoring.queries import scorecards_for
from permissions.actor import Actor
from reports.models import Ranking
from reports.queries.seeing import may_preview
from reports.queries.tables import tables
from reports.standings import Standing


@dataclass(frozen=True)
class LeftLeaf:
    """One leaf that does not apply to the unit: its points and why."""

    code: str
    title: str
    points: Decimal
    reason: str


@dataclass(frozen=True)
class LeftUnit:
    """One unit with what was left out for it; ``line`` is its result, None where there is none to be seen."""

    card_id: int
    unit_name: str
    leaves: tuple[LeftLeaf, ...]
    line: Standing | None = None

    @property
    def points(self) -> Decimal:
        """Return the points of the leaves left out."""
        return sum((leaf.points for leaf in self.leaves), ZERO)

    @property
    def given(self) -> str:
        """Return "48,50/65,00": the council's points of the maximum that applies; empty without a result."""
        totals = self.line.totals if self.line else None
        if totals is None or totals.marked is None or totals.marked_maximum is None:
            return ""
        return f"{format_points(totals.marked)}/{format_points(totals.marked_maximum)}"


def left_out_in(round_: Round, ranking: Ranking | None, viewer: Actor) -> list[LeftUnit]:
    """Return the units for which something was left out, in order, as far as ``viewer`` may see them.

    Who sees the whole round sees every unit; a unit sees its own, with its result once it is published.
    """
    whole = viewer.system or may_preview(viewer, round_)
    scores = _scores(round_)
    if not whole:
        scores = scores.filter(card__in=scorecards_for(viewer).filter(round=round_).order_by().values("pk"))
    lines = _lines(round_, ranking) if whole or ranking else {}
    found: dict[int, list[Score]] = {}
    for score in scores:
        found.setdefault(score.card_id, []).append(score)
    return [_unit(key, rows, lines.get(key)) for key, rows in found.items()]


def _scores(round_: Round) -> QuerySet[Score]:
    rows = Score.objects.filter(card__round=round_, applies=False).select_related("card", "node")
    return rows.order_by("card__group__order", "card__unit__order", "card", "order")


def _lines(round_: Round, ranking: Ranking | None) -> dict[int, Standing]:
    return {line.card_id: line for table in tables(round_, ranking) for line in table.standings}


def _unit(card_id: int, scores: list[Score], line: Standing | None) -> LeftUnit:
    leaves = tuple(LeftLeaf(s.code, s.node.title, s.max_points, s.left_out_reason) for s in scores)
    return LeftUnit(card_id, scores[0].card.unit_name, leaves, line)
