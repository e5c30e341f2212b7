"""The sums that move when one leaf is saved: of its card and of its field, and whether it has documents."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Sum

from backend.core.exact import ZERO
from backend.criteria.models import Node
from backend.scoring.models import Evidence, Mark, Scorecard, StepTotal
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


def sums_around(mark: Mark) -> Sums:
    """Return the sums of the card and field of a mark as they stand now; one query."""
    field = _of_field(mark).order_by().values("step")
    documents = Evidence.objects.filter(score=mark.score_id, removed_at__isnull=True)
    rows = StepTotal.objects.filter(card_id=mark.score.card_id, step_id=mark.step_id).annotate(
        field_total=Subquery(field.annotate(sum=Sum("points")).values("sum")),
        field_given=Subquery(field.annotate(count=Count("points")).values("count")),
        has_documents=Exists(documents),
    )
    row = rows.get()
    return Sums(
        total=row.total,
        given=row.given,
        field_total=row.field_total or ZERO,
        field_given=row.field_given or 0,
        has_documents=row.has_documents,
        bonus=row.bonus,
        penalty=row.penalty,
    )


def _of_field(mark: Mark) -> QuerySet[Mark]:
    return Mark.objects.filter(
        step=OuterRef("step"),
        score__card=OuterRef("card"),
        score__code__startswith=f"{mark.score.field_code}.",
        score__applies=True,
        score__source=Node.Source.ASSESSED,
        score__counting=Node.Counting.BASE,
    )
