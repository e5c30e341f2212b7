"""Take over a finished season from paper: one real door, and nothing is back-dated.

History rows carry the true moment of recording; beside it stand the date and source stated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import About, create_all, current, recording
from backend.core.errors import Invalid
from backend.criteria.models import CriteriaSet, Node
from backend.rounds.models import Round, Step
from backend.rounds.queries import of_group
from backend.scoring.actions.locking import count
from backend.scoring.actions.opening import card_of, scores_for
from backend.scoring.actions.past_lines import Key, PastLine, problems_of
from backend.scoring.lifecycle import State
from backend.scoring.models import (
    Evidence,
    Explanation,
    Mark,
    Provenance,
    Score,
    Scorecard,
    StepTotal,
)
from permissions.actor import Actor
from permissions.roles import Verb
from tiers.queries import scored_units


@dataclass
class _Paper:
    """All that building rows needs, gathered once."""

    round: Round
    steps: list[Step]
    source: Provenance | None
    marks: list[Mark] = field(default_factory=list)
    explanations: list[Explanation] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)

    def step(self, kind: str) -> Step:
        """Return the first step of that kind. Raises Invalid where the round has none."""
        found = next((step for step in self.steps if step.kind == kind), None)
        if found is None:
            raise Invalid(_("Đợt đánh giá thiếu bước %(step)s.") % {"step": Step.Kind(kind).label})
        return found

    @property
    def appraisals(self) -> list[Step]:
        """Return the appraisal steps in order."""
        return [step for step in self.steps if step.kind == Step.Kind.APPRAISAL]

    @property
    def last_appraisal(self) -> Step:
        """Return the last appraisal step. Raises Invalid where the round has none."""
        if not self.appraisals:
            raise Invalid(_("Đợt đánh giá thiếu bước thẩm định."))
        return self.appraisals[-1]


@transaction.atomic
def take_over(
    round_: Round,
    lines: Sequence[PastLine],
    *,
    by: Actor,
    stated_on: date,
    stated_source: str,
    survey_source: Provenance | None = None,
) -> list[Scorecard]:
    """Write the cards, scores and marks of a finished season, all or none, and return the cards.

    The cards arrive concluded. Raises Refused, or Invalid with one sentence per wrong line
    (``details["problems"]``: line and reason): unknown unit or leaf, points off the leaf, a change
    without reason, a leaf without result.
    """
    by.require(Verb.MANAGE_ROUND, at=round_.place())
    steps = list(round_.steps.order_by("order"))
    paper = _Paper(round_, steps, survey_source)
    with recording(
        by=by,
        reason=_("Nhập kết quả đợt đã qua"),
        about=round_.history_about,
        stated_on=stated_on,
        stated_source=stated_source,
    ):
        cards = _cards(round_, paper)
        scores = _scores(cards)
        _refuse(problems_of(lines, scores, appraisals=len(paper.appraisals), survey=round_.with_survey))
        _leave_out(lines, scores)
        create_all(Score, scores.values())
        for line in lines:
            _read(line, scores[line.key], paper)
        _write(cards, paper)
    return cards


def _cards(round_: Round, paper: _Paper) -> list[Scorecard]:
    made = []
    for group in round_.groups.select_related("kind", "criteria_set").order_by("order"):
        for unit in scored_units(round_.host, [group.kind], round_.on_date).filter(of_group(group)):
            card = card_of(round_, group, unit)
            card.state = State.CONCLUDED
            card.step = paper.last_appraisal
            made.append(card)
    return create_all(Scorecard, made)


def _scores(cards: Iterable[Scorecard]) -> dict[Key, Score]:
    """Return the unsaved scores of every leaf of every card; what the set leaves out for a unit is left out."""
    by_set: dict[CriteriaSet, list[Scorecard]] = defaultdict(list)
    for card in cards:
        by_set[card.criteria_set].append(card)
    made = [score for criteria_set, owners in by_set.items() for score in scores_for(owners, criteria_set)]
    return {(score.card.unit.code, score.code): score for score in made}


def _refuse(problems: list[tuple[int, str]]) -> None:
    if problems:
        raise Invalid(
            "\n".join(_said(line, reason) for line, reason in problems[:50]),
            problems=[{"line": line, "reason": reason} for line, reason in problems],
        )


def _said(line: int, reason: str) -> str:
    return _("Dòng %(line)d: %(reason)s") % {"line": line, "reason": reason} if line else reason


def _leave_out(lines: Iterable[PastLine], scores: dict[Key, Score]) -> None:
    for line in lines:
        if line.left_out:
            scores[line.key].applies = False
            scores[line.key].left_out_reason = line.left_out


def _read(line: PastLine, score: Score, paper: _Paper) -> None:
    if line.left_out or not score.applies:
        return
    if score.source != Node.Source.ASSESSED:
        _read_outside(line, score, paper)
        return
    own = _mark(score, paper.step(Step.Kind.SELF), line.own, None)
    own.note = line.note
    paper.marks.append(own)
    before = line.own
    for step, given in zip(paper.appraisals, line.appraised, strict=False):
        if given is not None:
            paper.marks.append(_mark(score, step, given.points, before, given.reason, who=given.who))
            before = given.points
    end = paper.step(Step.Kind.CONCLUSION)
    paper.marks.append(_mark(score, end, before, before, who=line.concluded_by))
    _read_words(line, score, paper)


def _read_outside(line: PastLine, score: Score, paper: _Paper) -> None:
    if line.survey is None:
        return
    mark = _mark(score, paper.step(Step.Kind.SURVEY), line.survey, None)
    mark.provenance = paper.source
    paper.marks.append(mark)


def _read_words(line: PastLine, score: Score, paper: _Paper) -> None:
    now = current().at
    if line.question:
        paper.explanations.append(
            Explanation(
                score=score,
                step=paper.step(Step.Kind.EXPLANATION),
                question=line.question,
                asked_by=current().by.name,
                asked_at=now,
                answer=line.answer,
                answered_at=now if line.answer else None,
            )
        )
    number, issuer = line.document
    if number:
        paper.evidence.append(
            Evidence(
                score=score,
                step=paper.step(Step.Kind.SELF),
                number=number,
                issuer=issuer,
                added_by=current().by.name,
                added_at=now,
            )
        )


def _mark(
    score: Score,
    step: Step,
    points: Decimal | None,
    before: Decimal | None,
    reason: str = "",
    *,
    who: str = "",
) -> Mark:
    """Return a mark by whom the paper names, else by who enters it; history says who entered it in any case."""
    return Mark(
        score=score,
        step=step,
        max_points=score.max_points,
        from_points=before,
        points=points,
        reason=reason,
        author=who or current().by.name,
        saved_at=current().at,
        version=1,
    )


def _write(cards: list[Scorecard], paper: _Paper) -> None:
    steps = {step.pk: step for step in paper.steps}
    for rows in (paper.marks, paper.explanations, paper.evidence):
        for row in rows:
            row.history_about = _about(row.score, steps[row.step_id])
    create_all(Mark, paper.marks)
    create_all(Explanation, paper.explanations)
    create_all(Evidence, paper.evidence)
    _write_totals(cards, paper)


def _about(score: Score, step: Step) -> About:
    card = score.card.history_about
    return About(card.unit_key, card.unit_path, card.unit_name, card.round_key, step.title)


def _write_totals(cards: list[Scorecard], paper: _Paper) -> None:
    totals = {(card.pk, step.pk): StepTotal(card=card, step=step) for card in cards for step in paper.steps}
    for mark in paper.marks:
        if mark.points is not None:
            count(totals[mark.score.card_id, mark.step_id], mark.score, mark.points)
    StepTotal.objects.bulk_create(totals.values(), batch_size=1000)
