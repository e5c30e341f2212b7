"""Every read of scorecards, starting from the actor or from a card."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from backend.core import clock
from backend.core.exact import ZERO
from backend.criteria.models import Node
from backend.rounds.models import Step
from backend.rounds.queries import latest_extension
from backend.scoring.lifecycle import WITH_UNIT, State
from backend.scoring.models import (
    Evidence,
    Explanation,
    Mark,
    Score,
    Scorecard,
    ScorecardGrant,
    Signature,
    StepTotal,
)
from permissions.actor import Actor, within
from permissions.roles import Verb
from tiers.scope import predecessor_unit_ids

CARD_PARTS = ("unit", "round__host", "group", "step", "criteria_set")


def scorecards_for(actor: Actor) -> QuerySet[Scorecard]:
    """Return the cards the person may see: by seat, by delegation, and closed ones of predecessors."""
    seen = within(actor, Verb.VIEW, unit="unit__path", host="round__host__path")
    lent = ScorecardGrant.objects.in_force().filter(
        user_id=actor.user_id, excludes=False, content_object=OuterRef("pk")
    )
    return Scorecard.objects.filter(seen | Q(Exists(lent)) | _past(actor)).select_related(*CARD_PARTS)


def _past(actor: Actor) -> Q:
    whole, released = predecessor_unit_ids(actor)
    return Q(unit_id__in=whole | released, state=State.PUBLISHED)


def cards_where(actor: Actor, verb: Verb) -> QuerySet[Scorecard]:
    """Return the cards at which a seat of the person gives ``verb``."""
    allowed = within(actor, verb, unit="unit__path", host="round__host__path")
    return Scorecard.objects.filter(allowed).select_related(*CARD_PARTS)


@dataclass(frozen=True)
class Window:
    """When a step is open for one unit, its own extension counted, and the database's time."""

    step: Step
    opens: datetime
    closes: datetime
    now: datetime

    @property
    def is_open(self) -> bool:
        """Return whether the step takes writes at ``now``."""
        return self.opens <= self.now < self.closes


def time_of(card: Scorecard, kind: str) -> Window | None:
    """Return the window of the card's step of that kind that is on or next; None without one."""
    step = step_of(card, kind)
    if step is None:
        return None
    longer = latest_extension(step, card.unit_id)
    closes = max(step.closes_at, longer.closes_at) if longer else step.closes_at
    return Window(step, step.opens_at, closes, clock.now())


def steps_of(card: Scorecard) -> list[Step]:
    """Return the round's steps in order; kept on the round so that one page reads them once."""
    if not hasattr(card.round, "steps_in_order"):
        card.round.steps_in_order = list(  # type: ignore[attr-defined]
            Step.objects.filter(round_id=card.round_id).order_by("order")
        )
    steps: list[Step] = card.round.steps_in_order  # type: ignore[attr-defined]
    return steps


def step_of(card: Scorecard, kind: str) -> Step | None:
    """Return the step of ``kind`` the card is at or comes to next.

    Self-scoring, survey and conclusion come once. Of appraisals and explanations it is the first
    one after the step the card has finished; the explanation a card is out for counts as next.
    """
    kinds = [step for step in steps_of(card) if step.kind == kind]
    if kind in (Step.Kind.SELF, Step.Kind.SURVEY, Step.Kind.CONCLUSION):
        return kinds[0] if kinds else None
    done = card.step.order if card.step else -1
    return next((step for step in kinds if step.order > done), None)


# --- the sheet: everything one page shows of a card -----------------------------------------------


@dataclass
class Leaf:
    """One leaf of a card for one viewer. ``marks`` holds only the steps the viewer may see."""

    score: Score
    node: Node
    marks: dict[int, Mark] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)
    explanations: list[Explanation] = field(default_factory=list)
    last_year: Decimal | None = None
    self_mark: Mark | None = None

    is_leaf = True

    @property
    def code(self) -> str:
        """Return the leaf's code."""
        return self.score.code

    @property
    def points(self) -> Decimal | None:
        """Return the self-points, if the viewer may see them and they are given."""
        return self.self_mark.points if self.self_mark else None

    @property
    def lacks_evidence(self) -> bool:
        """Return whether points above zero stand without evidence or explanation asked for."""
        mark = self.self_mark
        if not (self.score.applies and self.node.needs_evidence and mark and mark.points):
            return False
        return not self.evidence and not mark.note.strip()


@dataclass
class Heading:
    """A group of the tree above its leaves: a criterion inside a field."""

    node: Node
    maximum: Decimal = ZERO

    is_leaf = False

    @property
    def code(self) -> str:
        """Return the group's code."""
        return self.node.code


@dataclass
class Field:
    """One field (lĩnh vực): its rows in tree order and its sums in points."""

    node: Node
    rows: list[Leaf | Heading] = field(default_factory=list)

    @property
    def leaves(self) -> list[Leaf]:
        """Return the leaves of the field in order."""
        return [row for row in self.rows if isinstance(row, Leaf)]

    @property
    def maximum(self) -> Decimal:
        """Return the points of the leaves that apply."""
        return sum((leaf.score.max_points for leaf in self.leaves if leaf.score.applies), ZERO)

    @property
    def own(self) -> list[Leaf]:
        """Return the leaves the unit scores itself."""
        return [
            leaf for leaf in self.leaves if leaf.score.applies and leaf.score.source == Node.Source.ASSESSED
        ]

    @property
    def given(self) -> int:
        """Return how many leaves have self-points."""
        return sum(leaf.points is not None for leaf in self.own)

    @property
    def total(self) -> Decimal:
        """Return the sum of self-points."""
        return sum((leaf.points or ZERO for leaf in self.own), ZERO)

    @property
    def last_year(self) -> Decimal | None:
        """Return last year's points of the leaves mapped to one; None where none is."""
        known = [leaf.last_year for leaf in self.leaves if leaf.last_year is not None]
        return sum(known, ZERO) if known else None

    def total_at(self, step_id: int) -> Decimal:
        """Return the sum of points given at a step the viewer may see."""
        marks = (leaf.marks.get(step_id) for leaf in self.leaves)
        return sum((mark.points or ZERO for mark in marks if mark), ZERO)


@dataclass
class Sheet:
    """A card with its fields and leaves as one viewer sees it."""

    card: Scorecard
    fields: list[Field]
    steps: list[Step]
    now: datetime

    @property
    def leaves(self) -> list[Leaf]:
        """Return every leaf in order."""
        return [leaf for part in self.fields for leaf in part.leaves]

    @property
    def own(self) -> list[Leaf]:
        """Return the leaves the unit scores itself."""
        return [leaf for part in self.fields for leaf in part.own]

    @property
    def maximum(self) -> Decimal:
        """Return the points of all leaves that apply."""
        return sum((part.maximum for part in self.fields), ZERO)

    @property
    def own_maximum(self) -> Decimal:
        """Return the points the unit may give itself."""
        return sum((leaf.score.max_points for leaf in self.own), ZERO)

    @property
    def total(self) -> Decimal:
        """Return the sum of self-points."""
        return sum((part.total for part in self.fields), ZERO)

    @property
    def given(self) -> int:
        """Return how many own leaves have points."""
        return sum(part.given for part in self.fields)

    @property
    def missing(self) -> list[Leaf]:
        """Return the own leaves without points."""
        return [leaf for leaf in self.own if leaf.points is None]

    @property
    def unproven(self) -> list[Leaf]:
        """Return the leaves with points that lack the evidence asked for."""
        return [leaf for leaf in self.own if leaf.lacks_evidence]

    def leaf(self, code: str) -> Leaf | None:
        """Return the leaf of that code, if there is one."""
        return next((leaf for leaf in self.leaves if leaf.code == code), None)


def sheet(card: Scorecard, viewer: Actor) -> Sheet:
    """Return the card as ``viewer`` may see it; the same number of queries for any number of leaves."""
    now = clock.now()
    steps = steps_of(card)
    shown = {step.pk for step in steps if sees_step(card, step, viewer, now)}
    leaves = _leaves(card, shown)
    return Sheet(card, _fields(card, leaves), steps, now)


def sees_step(card: Scorecard, step: Step, viewer: Actor, now: datetime) -> bool:
    """Return whether ``viewer`` may see the marks of ``step`` on the card now.

    The host sees self-scores once they are out of the unit's hands; the unit sees the host's marks
    from the step's ``shown_at``, when it is asked to explain, or when the card is published.
    """
    if card.state == State.PUBLISHED or viewer.system:
        return True
    if viewer.may(Verb.SCORE, at=card.place()) or viewer.may(Verb.APPROVE, at=card.place()):
        return _unit_sees(card, step, now)
    if step.kind == Step.Kind.SELF and card.state in {*WITH_UNIT, State.SUBMITTED}:
        return now >= step.closes_at
    return True


def _unit_sees(card: Scorecard, step: Step, now: datetime) -> bool:
    if step.kind == Step.Kind.SELF or (step.shown_at is not None and now >= step.shown_at):
        return True
    asked = card.state in (State.EXPLAINING, State.EXPLAINED)
    return asked and card.step is not None and step.order <= card.step.order


def _leaves(card: Scorecard, shown: set[int]) -> dict[int, Leaf]:
    scores = list(Score.objects.filter(card=card).select_related("node").order_by("order"))
    leaves = {score.pk: Leaf(score=score, node=score.node) for score in scores}
    marks = Mark.objects.filter(score__card=card, step_id__in=shown).select_related("step", "provenance")
    for mark in marks.order_by("step__order"):
        leaf = leaves[mark.score_id]
        leaf.marks[mark.step_id] = mark
        if mark.step.kind == Step.Kind.SELF:
            leaf.self_mark = mark
    for piece in _evidence(card, shown):
        leaves[piece.score_id].evidence.append(piece)
    for asked in Explanation.objects.filter(score__card=card).select_related("step"):
        leaves[asked.score_id].explanations.append(asked)
    _add_last_year(card, leaves.values())
    return leaves


def _evidence(card: Scorecard, shown: set[int]) -> QuerySet[Evidence]:
    rows = Evidence.objects.filter(score__card=card, removed_at__isnull=True)
    explained = Q(step__kind=Step.Kind.EXPLANATION)
    return rows.filter(Q(step_id__in=shown) | explained).select_related("file", "step")


def _add_last_year(card: Scorecard, leaves: Iterable[Leaf]) -> None:
    before = {leaf.node.previous_id: leaf for leaf in leaves if leaf.node.previous_id}
    if not before or not card.round.previous_id:
        return
    marks = Mark.objects.filter(
        score__card__round_id=card.round.previous_id,
        score__card__unit_id=card.unit_id,
        score__card__state=State.PUBLISHED,
        score__node_id__in=before,
        step__kind__in=[Step.Kind.CONCLUSION, Step.Kind.SURVEY],
    )
    for node_id, points in marks.values_list("score__node_id", "points"):
        before[node_id].last_year = points


def _fields(card: Scorecard, leaves: dict[int, Leaf]) -> list[Field]:
    by_node = {leaf.node.pk: leaf for leaf in leaves.values()}
    fields: list[Field] = []
    headings: dict[int, Heading] = {}
    nodes = list(Node.objects.filter(criteria_set_id=card.criteria_set_id).order_by("order"))
    parents = {node.pk: node.parent_id for node in nodes}
    for node in nodes:
        if node.parent_id is None:
            fields.append(Field(node))
        elif not node.is_leaf:
            headings[node.pk] = Heading(node)
            fields[-1].rows.append(headings[node.pk])
        if node.is_leaf and node.pk in by_node:
            fields[-1].rows.append(by_node[node.pk])
            _add_up(by_node[node.pk], parents, headings)
    return fields


def _add_up(leaf: Leaf, parents: dict[int, int | None], headings: dict[int, Heading]) -> None:
    above = parents[leaf.node.pk]
    while leaf.score.applies and above in headings:
        headings[above].maximum += leaf.score.max_points
        above = parents[above]


# --- smaller reads ---------------------------------------------------------------------------------


def signatures(card: Scorecard) -> list[Signature]:
    """Return the moves made on the card, oldest first."""
    return list(card.signatures.select_related("step").order_by("signed_at", "pk"))


def approval_of(card: Scorecard) -> Signature | None:
    """Return the approval in force: the newest one that is not voided."""
    rows = card.signatures.filter(move="approve", voided_at__isnull=True)
    return rows.order_by("-signed_at", "-pk").first()


def counts_by_state(round_id: int) -> dict[str, int]:
    """Return how many cards of the round stand in each state."""
    counts: dict[str, int] = defaultdict(int)
    for state in Scorecard.objects.filter(round_id=round_id).values_list("state", flat=True):
        counts[state] += 1
    return dict(counts)


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
    """Yield a line for every derived total that is not the sum of its marks."""
    sums = Mark.objects.filter(points__isnull=False).values_list("score__card_id", "step_id")
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
