"""Bonus and penalty of a card: what was claimed, what counts, where it stops (R12). Pure over rows in hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from backend.core.errors import Invalid
from backend.core.exact import ZERO, format_points
from backend.core.points import parse_points
from backend.criteria.models import Node
from backend.scoring.models import Score, Scorecard


@dataclass(frozen=True)
class Extra:
    """The bonus or the penalty of a card at one step, in points: ``claimed`` counts up to ``ceiling``."""

    counting: str
    claimed: Decimal
    ceiling: Decimal

    @property
    def counted(self) -> Decimal:
        """Return the points that enter the total."""
        return min(self.claimed, self.ceiling)

    @property
    def is_capped(self) -> bool:
        """Return whether more was claimed than counts."""
        return self.claimed > self.ceiling

    @property
    def title(self) -> str:
        """Return "Thưởng" or "Phạt"."""
        return _("Thưởng") if self.counting == Node.Counting.BONUS else _("Phạt")

    @property
    def words(self) -> str:
        """Return "thưởng 6,00, tính 5,00 (trần 5,00)"; shorter where all of it counts."""
        named = {
            "what": self.title.lower(),
            "claimed": format_points(self.claimed),
            "counted": format_points(self.counted),
            "ceiling": format_points(self.ceiling),
        }
        if not self.is_capped:
            return _("%(what)s %(claimed)s (trần %(ceiling)s)") % named
        return _("%(what)s %(claimed)s, tính %(counted)s (trần %(ceiling)s)") % named


def ceiling_of(card: Scorecard, counting: str) -> Decimal | None:
    """Return where bonus or penalty stops on the card; None for leaves within the scale."""
    ceilings = {
        Node.Counting.BONUS: card.criteria_set.bonus_ceiling,
        Node.Counting.PENALTY: card.criteria_set.penalty_ceiling,
    }
    return ceilings.get(Node.Counting(counting))


def extras_of(card: Scorecard, given: Iterable[tuple[Score, Decimal | None]]) -> list[Extra]:
    """Return the card's bonus and penalty over these points; only those for which it has leaves that apply."""
    rows = [(score, points) for score, points in given if score.applies]
    found = []
    for counting in (Node.Counting.BONUS, Node.Counting.PENALTY):
        own = [points or ZERO for score, points in rows if score.counting == counting]
        if own:
            found.append(Extra(counting, sum(own, ZERO), ceiling_of(card, counting) or ZERO))
    return found


def with_extras(base: Decimal, extras: Iterable[Extra]) -> Decimal:
    """Return the points within the scale with what counts of bonus and penalty, never below zero."""
    signs = {Node.Counting.BONUS: 1, Node.Counting.PENALTY: -1}
    return max(base + sum((signs[Node.Counting(one.counting)] * one.counted for one in extras), ZERO), ZERO)


def above_ceiling(card: Scorecard, score: Score, points: Decimal | None) -> str:
    """Return why one claim alone passes the card's ceiling, in words; empty where it does not."""
    ceiling = ceiling_of(card, score.counting)
    if ceiling is None or points is None or points <= ceiling:
        return ""
    words = {
        Node.Counting.BONUS: _("Điểm thưởng %(points)s không được vượt quá điểm thưởng tối đa %(most)s."),
        Node.Counting.PENALTY: _("Điểm phạt %(points)s không được vượt quá điểm phạt tối đa %(most)s."),
    }
    values = {"most": format_points(ceiling), "points": format_points(points)}
    return words[Node.Counting(score.counting)] % values


def typed_points(inputs: Mapping[str, Any] | None, points: Decimal | None) -> Decimal | None:
    """Return the points a person typed for a leaf, bare or as the input of that name; None where none can be read."""
    value = points if points is not None else (inputs or {}).get("points")
    if isinstance(value, Decimal):
        return value
    try:
        return parse_points(str(value)) if value not in (None, "") else None
    except Invalid:
        return None
