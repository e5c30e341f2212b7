"""The sums that move when one leaf is saved: of its card and of its field, and whether it has documents."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Sum

from backend.core.exact import ZERO
from backend.criteria.models import Node
from backend.scoring.models import Evidence, Mark, StepTotal


@dataclass(frozen=True)
class Sums:
    """Points and counts of given leaves, of the whole card and of one field at one step."""

    total: Decimal
    given: int
    field_total: Decimal
    field_given: int
    has_documents: bool


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
    return Sums(row.total, row.given, row.field_total or ZERO, row.field_given or 0, row.has_documents)


def _of_field(mark: Mark) -> QuerySet[Mark]:
    return Mark.objects.filter(
        step=OuterRef("step"),
        score__card=OuterRef("card"),
        score__code__startswith=f"{mark.score.field_code}.",
        score__applies=True,
        score__source=Node.Source.ASSESSED,
    )
