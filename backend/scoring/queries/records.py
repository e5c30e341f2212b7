"""What is recorded of scores, and whether what is derived still agrees with it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from backend.core.exact import ZERO
from backend.criteria.models import Node
from backend.scoring import fingerprints
from backend.scoring.models import (
    Delegation,
    Evidence,
    Explanation,
    Mark,
    ReturnedLeaf,
    Score,
    ScorecardGrant,
    Session,
    StepTotal,
    Tally,
)
from permissions.roles import Verb


def timeline(score: Score) -> list[Any]:
    """Return every history row of the score's marks, answers, evidence and returns, oldest first."""
    marks = Mark.history.filter(score_id=score.pk)
    asked = Explanation.history.filter(score_id=score.pk)
    evidence = Evidence.history.filter(score_id=score.pk)
    returned = ReturnedLeaf.history.filter(score_id=score.pk, signature_id__isnull=False)
    rows = [*marks, *asked, *evidence, *returned, *Score.history.filter(id=score.pk)]
    return sorted(rows, key=lambda row: row.sequence)


def leaf_of(row: dict[str, Any]) -> str:
    """Return "tiêu chí 2.1" for a row of a score or of what hangs on one; empty for others."""
    if row.get("code"):
        return f"tiêu chí {row['code']}"
    score = Score.objects.filter(pk=row.get("score_id")).first()
    return f"tiêu chí {score.code}" if score else ""


def wrong_totals() -> Iterator[str]:
    """Yield a line for every derived total that is not the sum of the marks of the leaves that apply."""
    real = _sums()
    for row in StepTotal.objects.select_related("card", "step").iterator(2000):
        counted = {name: real.get((row.card_id, row.step_id, name), (ZERO, 0)) for name in _SUMS}
        wrong = [name for name in _SUMS if getattr(row, name) != counted[name][0]]
        if not wrong and row.given != counted["total"][1]:
            wrong = ["total"]
        for name in wrong:
            yield (
                f"{row.card.unit_name}: {_SUMS[name]} bước {row.step.title} ghi {getattr(row, name)}, "
                f"cộng lại là {counted[name][0]}"
            )


def wrong_sessions() -> Iterator[str]:
    """Yield a line for every closed vote whose sum is not the number who voted, and for minutes changed since frozen."""
    counted = Tally.objects.select_related("proposal__session", "proposal__score__card")
    for row in counted.annotate(voted=Count("proposal__ballots")).iterator(500):
        if row.agreed + row.against + row.abstained != row.voted:
            score = row.proposal.score
            yield (
                f"{score.card.unit_name}: tiêu chí {score.code}, phiếu kín cộng lại là "
                f"{row.agreed + row.against + row.abstained}, số người đã bỏ phiếu là {row.voted}"
            )
    for session in Session.objects.filter(closed_at__isnull=False).select_related("round").iterator(100):
        if fingerprints.of_content(session.minutes) != session.fingerprint:
            yield f"{session.round.title}: biên bản phiên {session.number} khác với dấu xác thực khi kết thúc phiên"


def wrong_loans() -> Iterator[str]:
    """Yield a line for every lent approval whose grant is not exactly as lent, and for every grant nobody lent."""
    lent = Delegation.objects.select_related("card", "taker").prefetch_related("grants__permission")
    for row in lent.iterator(500):
        as_lent = (str(Verb.APPROVE), row.card_id, row.taker_id, row.starts_at, row.ends_at, False)
        if [_as_granted(grant) for grant in row.grants.all()] != [as_lent]:
            yield f"{row.card.unit_name}: quyền duyệt của {row.taker.username} ({row}) khác với ủy quyền đã ghi"
    loose = ScorecardGrant.objects.filter(delegation__isnull=True)
    for grant in loose.select_related("permission", "user", "content_object").iterator(500):
        yield (
            f"{grant.content_object.unit_name}: quyền {grant.permission.codename} của {grant.user.username} "
            "trên phiếu không theo ủy quyền nào"
        )


def _as_granted(grant: ScorecardGrant) -> tuple[Any, ...]:
    codename, dates = grant.permission.codename, (grant.starts_at, grant.ends_at)
    return (codename, grant.content_object_id, grant.user_id, *dates, grant.excludes)


_SUMS = {"total": "tổng điểm", "bonus": "điểm thưởng", "penalty": "điểm phạt"}


def _sums() -> dict[tuple[int, int, str], tuple[Decimal, int]]:
    """Return sum and count of the marks by card, step and where they count."""
    marks = Mark.objects.filter(points__isnull=False, score__applies=True)
    rows = marks.values_list("score__card_id", "step_id", "score__counting")
    return {
        (card, step, "total" if counting == Node.Counting.BASE else counting): (total, given)
        for card, step, counting, total, given in rows.annotate(total=Sum("points"), given=Count("pk"))
    }
