"""What keeps a round from being published, unit by unit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from backend.core import clock
from backend.criteria.models import Node
from backend.rounds.models import Round, Step
from backend.scoring.models import Mark, Score, Scorecard, State
from backend.scoring.queries import open_ends, waiting_changes
from reports.queries.totals import totals_in


@dataclass(frozen=True)
class Problem:
    """One unit that keeps the round from being published, and why."""

    card_id: int
    unit_name: str
    what: str

    @property
    def sentence(self) -> str:
        """Return the problem as one line."""
        return f"{self.unit_name}: {self.what}"


def problems(round_: Round) -> list[Problem]:
    """Return what keeps the ranking from being published, unit by unit; the same number of queries for any number of units.

    Of a round published already: what keeps a correction from being published.
    """
    cards = list(Scorecard.objects.filter(round=round_).select_related("round").order_by("unit__order", "pk"))
    again = round_.state == Round.State.PUBLISHED
    left = _waiting(cards) if again else open_ends(cards, clock.now())
    done = State.PUBLISHED if again else State.CONCLUDED
    missing, without = missing_survey(round_), without_result(round_)
    empty = [totals.card_id for totals in totals_in(round_).values() if not totals.maximum]
    found = []
    for card in cards:
        if card.state != done:
            state = State(card.state).label
            what = _("phiếu %(state)s, chưa kết luận") % {"state": state}
            found.append(Problem(card.pk, card.unit_name, what))
        elif codes := without.get(card.pk):
            what = _("đã kết luận nhưng chưa có điểm ở tiêu chí %(codes)s")
            found.append(Problem(card.pk, card.unit_name, what % {"codes": ", ".join(codes)}))
        if codes := missing.get(card.pk):
            what = _("thiếu điểm điều tra xã hội học hoặc chỉ số ngoài ở tiêu chí %(codes)s")
            found.append(Problem(card.pk, card.unit_name, what % {"codes": ", ".join(codes)}))
        if card.state == done and card.pk in left:
            found.append(Problem(card.pk, card.unit_name, left[card.pk]))
        if card.pk in empty:
            found.append(Problem(card.pk, card.unit_name, _("không có tiêu chí nào áp dụng")))
    return found


def _waiting(cards: list[Scorecard]) -> dict[int, str]:
    return {
        key: _("đề nghị thay đổi chờ người thứ hai xác nhận (%s)") % ", ".join(codes)
        for key, codes in waiting_changes(cards).items()
    }


def missing_survey(round_: Round) -> dict[int, list[str]]:
    """Return the codes of survey and outside-index leaves without points, by card key."""
    if not round_.with_survey:
        return {}
    given = Mark.objects.filter(score=OuterRef("pk"), step__kind=Step.Kind.SURVEY, points__isnull=False)
    owed = Score.objects.filter(card__round=round_, applies=True)
    owed = owed.exclude(source=Node.Source.ASSESSED).filter(~Exists(given)).order_by("card", "order")
    return _codes(owed)


def without_result(round_: Round) -> dict[int, list[str]]:
    """Return the codes of the leaves the council appraises that the conclusion gave no points, by card key."""
    given = Mark.objects.filter(score=OuterRef("pk"), step__kind=Step.Kind.CONCLUSION, points__isnull=False)
    within = {"source": Node.Source.ASSESSED, "counting": Node.Counting.BASE}
    owed = Score.objects.filter(card__round=round_, applies=True, **within)
    return _codes(owed.filter(~Exists(given)).order_by("card", "order"))


def _codes(scores: QuerySet[Score]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for card_id, code in scores.values_list("card_id", "code"):
        found[card_id].append(code)
    return dict(found)
