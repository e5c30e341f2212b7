"""The sums that move when one leaf is saved: of its card and of its field, and whether it has documents."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from backend.core.exact import ZERO
from backend.criteria.models import Node
from backend.scoring.models import Evidence, Mark, Score, Scorecard, StepTotal
from backend.scoring.tally import Extra, ceiling_of


@dataclass(frozen=True)
class Sums:
    """Points and counts of given leaves within the scale, of the whole card and of one field at one step."""

    total: Decimal
    given: int
    field_total: Decimal
    field_given: int
    has_documents: bool
    bonus: Decimal = ZERO
    penalty: Decimal = ZERO

    def extras(self, card: Scorecard) -> list[Extra]:
        """Return bonus and penalty as claimed, with the card's ceilings (R12)."""
        claimed = {Node.Counting.BONUS: self.bonus, Node.Counting.PENALTY: self.penalty}
        return [Extra(kind, points, ceiling_of(card, kind) or ZERO) for kind, points in claimed.items()]


# The order of the joins is meant. Left to itself SQLite looks up the marks by their step: those of every unit.
_AROUND = f"""
    SELECT kept.total, kept.given, kept.bonus, kept.penalty, SUM(mark.points), COUNT(mark.points), (
        SELECT 1 FROM {Evidence._meta.db_table} piece
        WHERE piece.score_id = %s AND piece.removed_at IS NULL LIMIT 1
    )
    FROM {StepTotal._meta.db_table} kept
    LEFT JOIN {Score._meta.db_table} score ON score.card_id = kept.card_id AND score.code LIKE %s
        AND score.applies AND score.source = %s AND score.counting = %s
    LEFT JOIN {Mark._meta.db_table} mark ON mark.score_id = score.id AND mark.step_id = kept.step_id
    WHERE kept.card_id = %s AND kept.step_id = %s
    GROUP BY kept.id
"""  # noqa: S608 - our own names


def sums_around(mark: Mark) -> Sums:
    """Return the sums of the card and field of a mark as they stand now; one query."""
    score = mark.score
    counted = [f"{score.field_code}.%", str(Node.Source.ASSESSED), str(Node.Counting.BASE)]
    with connection.cursor() as cursor:
        cursor.execute(_AROUND, [score.pk, *counted, score.card_id, mark.step_id])
        total, given, bonus, penalty, field_total, field_given, documents = cursor.fetchone()
    return Sums(
        total=_points(total),
        given=given,
        field_total=_points(field_total),
        field_given=field_given,
        has_documents=bool(documents),
        bonus=_points(bonus),
        penalty=_points(penalty),
    )


def _points(thousandths: int | None) -> Decimal:
    return Decimal(int(thousandths or 0)).scaleb(-3)
