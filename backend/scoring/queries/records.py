"""What is recorded of scores, and whether what is derived still agrees with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Sum

from backend.core.exact import ZERO
from backend.scoring.models import Evidence, Explanation, Mark, Score, StepTotal


def timeline(score: Score) -> list[Any]:
    """Return every history row of the score's marks, answers and evidence, oldest first."""
    marks = Mark.history.filter(score_id=score.pk)
    asked = Explanation.history.filter(score_id=score.pk)
    evidence = Evidence.history.filter(score_id=score.pk)
    rows = [*marks, *asked, *evidence, *Score.history.filter(id=score.pk)]
    return sorted(rows, key=lambda row: (row.history_date, row.history_id))


def leaf_of(row: dict[str, Any]) -> str:
    """Return "tiêu chí 2.1" for a row of a score or of what hangs on one; empty for others."""
    if row.get("code"):
        return f"tiêu chí {row['code']}"
    score = Score.objects.filter(pk=row.get("score_id")).first()
    return f"tiêu chí {score.code}" if score else ""


def wrong_totals() -> Iterator[str]:
    """Yield a line for every derived total that is not the sum of the marks of the leaves that apply."""
    sums = Mark.objects.filter(points__isnull=False, score__applies=True).values_list(
        "score__card_id", "step_id"
    )
    real = {
        (card, step): (total, given)
        for card, step, total, given in sums.annotate(total=Sum("points"), given=Count("pk"))
    }
    for row in StepTotal.objects.select_related("card", "step").iterator(2000):
        total, given = real.get((row.card_id, row.step_id), (ZERO, 0))
        if (row.total, row.given) != (total, given):
            yield (
                f"{row.card.unit_name}: tổng điểm bước {row.step.title} ghi {row.total}, cộng lại là {total}"
            )
