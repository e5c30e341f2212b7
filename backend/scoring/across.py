"""One leaf across the units of a round, side by side; the same number of statements for one unit or a hundred."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery

from backend.core import clock
from backend.criteria.models import Node
from backend.rounds import queries as rounds
from backend.rounds.models import Round, Step
from backend.rounds.queries.councils import parts_judging
from backend.scoring.board import HOST_VERBS
from backend.scoring.lifecycle import WITH_UNIT, State
from backend.scoring.models import DoubleLeaf, Evidence, Explanation, Mark, Score, Scorecard, ScorecardGrant
from backend.scoring.queries import Flag, Leaf, Window, sees_step, step_of, still_writing, unapproved
from backend.scoring.queries.cards import arrivals
from backend.scoring.queries.councils import fields_handed_over
from backend.scoring.queries.flags import flags_across
from backend.scoring.queries.last_year import add_last_year_across
from permissions.actor import Actor, within
from permissions.roles import Role, Verb


@dataclass
class Case:
    """Units that gave equal inputs on the leaf. A key is the inputs as the rule reads them, so 47 is 47."""

    key: str
    leaves: list[Leaf] = field(default_factory=list)

    @property
    def explained(self) -> str:
        """Return how the rule reads the inputs."""
        return self.leaves[0].explained

    @property
    def given(self) -> list[tuple[Decimal, list[Leaf]]]:
        """Return the points the council gave, largest first, each with the units that got them."""
        found: dict[Decimal, list[Leaf]] = defaultdict(list)
        for leaf in self.leaves:
            mark = council_mark(leaf)
            if mark is not None and mark.points is not None:
                found[mark.points].append(leaf)
        return sorted(found.items(), key=lambda item: item[0], reverse=True)

    @property
    def is_uneven(self) -> bool:
        """Return whether equal inputs got different points."""
        return len(self.given) > 1


def council_mark(leaf: Leaf) -> Mark | None:
    """Return the newest points the council gave on the leaf."""
    given = [mark for mark in leaf.marks.values() if mark.points is not None]
    appraised = [mark for mark in given if mark.step.kind == Step.Kind.APPRAISAL]
    return max(appraised, key=lambda mark: mark.step.order, default=None)


def key_of(leaf: Leaf) -> str:
    """Return what makes cases equal: the inputs of the unit; empty where the rule asks for none or they are unseen."""
    inputs = leaf.self_mark.inputs if leaf.self_mark else None
    return json.dumps(inputs, sort_keys=True, ensure_ascii=False) if inputs else ""


@dataclass
class Across:
    """One leaf of a round with every unit's part in it, as one viewer may see it."""

    round: Round
    node: Node
    steps: list[Step]
    now: datetime
    leaves: list[Leaf]
    flags: dict[int, list[Flag]] = field(default_factory=dict)
    dates: dict[tuple[int, int], rounds.Window] = field(default_factory=dict)

    def window(self, card: Scorecard, kind: str) -> Window | None:
        """Return when the step of that kind, on or next, is open for the card's unit."""
        step = step_of(card, kind)
        dates = self.dates.get((step.pk, card.unit_id)) if step else None
        return Window.of(step, dates, self.now) if step and dates else None

    @property
    def cases(self) -> dict[str, Case]:
        """Return the groups of equal inputs by their key."""
        found: dict[str, Case] = {}
        for leaf in self.leaves:
            if key := key_of(leaf):
                found.setdefault(key, Case(key)).leaves.append(leaf)
        return found

    @property
    def uneven(self) -> list[Case]:
        """Return the groups of equal inputs that got different points."""
        return [case for case in self.cases.values() if case.is_uneven]


def across(
    round_: Round, node: Node, viewer: Actor, *, whole: bool = False, now: datetime | None = None
) -> Across:
    """Return the leaf in every unit of the round that the viewer works on or inspects.

    ``whole``: with what does not bear on points, that is evidence, last year's points, dates of the steps.
    ``now`` is the database's time where it has been read already.
    """
    now = now or clock.now()
    _share_steps(round_)
    steps: list[Step] = round_.steps_in_order  # type: ignore[attr-defined]
    leaves = {score.pk: Leaf(score, node) for score in _scores(round_, node, viewer, now)}
    found = Across(round_, node, steps, now, list(leaves.values()))
    _add_marks(leaves, steps, viewer, now)
    if any(
        leaf.score.card.step_id for leaf in found.leaves
    ):  # nobody is asked before the first appraisal is over
        _add_questions(leaves, steps)
    if whole:
        _share_parts(round_, [leaf.score.card for leaf in found.leaves], viewer)
        _add_evidence(leaves, steps, viewer, now)
        pieces = [piece for leaf in found.leaves for piece in leaf.evidence]
        found.flags = flags_across(pieces, viewer, now)
        add_last_year_across(round_, node, found.leaves)
        units = {leaf.score.card.unit_id for leaf in found.leaves}
        found.dates = rounds.windows_of(steps, units)
    return found


def _share_steps(round_: Round) -> None:
    if not hasattr(round_, "steps_in_order"):
        rows = Step.objects.filter(round=round_).order_by("order")
        round_.steps_in_order = list(rows)  # type: ignore[attr-defined]


def scores_for(viewer: Actor) -> QuerySet[Score]:
    """Return the leaves of the cards the viewer works on for their host, or inspects."""
    return Score.objects.filter(
        within(viewer, HOST_VERBS, unit="card__unit__path", host="card__round__host__path")
    )


def _scores(round_: Round, node: Node, viewer: Actor, now: datetime) -> list[Score]:
    """Return the scores of the leaf in units' order, each with its card and what tells who may see what of it."""
    rows = scores_for(viewer).filter(node=node, card__round=round_)
    grants = ScorecardGrant.objects.in_force().filter(
        user_id=viewer.user_id, content_object=OuterRef("card_id"), permission__codename=str(Verb.APPRAISE)
    )
    rows = rows.select_related(
        "card__unit", "card__group", "card__step", "card__criteria_set__kind"
    ).annotate(
        is_writing=Exists(still_writing(now).filter(pk=OuterRef("card_id"))),
        arrived_by=Subquery(arrivals(OuterRef("card_id"))[:1]),
        lent=Exists(grants.filter(excludes=False)),
        excluded=Exists(grants.filter(excludes=True)),
        is_double=Exists(
            DoubleLeaf.objects.filter(score=OuterRef("pk"), settled_at__isnull=True, dropped_at__isnull=True)
        ),
    )
    found: list[Any] = list(rows.order_by("card__group__order", "card__unit__order", "pk"))
    for score in found:
        card = score.card
        score.node, card.round = node, round_
        card.is_writing, card.arrived_by = score.is_writing, score.arrived_by
        # As ``may`` reads them; of no other verb is asked here.
        card.single_grants = _appraising(score.lent), _appraising(score.excluded)
    return found


def _share_parts(round_: Round, cards: list[Scorecard], viewer: Actor) -> None:
    """Put the viewer's part by council and conflicts on each card, as ``her_leaf`` reads it; three statements."""
    parts = parts_judging(viewer.user_id, round_, [card.unit_id for card in cards])
    leads = any(seat.role is Role.APPRAISER for seat in viewer.seats)
    handed = fields_handed_over(round_.pk) if leads else None
    for card in cards:
        card.__dict__["parts_by_person"] = {viewer.user_id: parts[card.unit_id]}
        if handed is not None:
            card.__dict__["handed_fields"] = handed


def _appraising(given: bool) -> frozenset[str]:
    return frozenset({str(Verb.APPRAISE)}) if given else frozenset()


def _add_marks(leaves: dict[int, Leaf], steps: list[Step], viewer: Actor, now: datetime) -> None:
    by_step = {step.pk: step for step in steps}
    marks = Mark.objects.filter(score__in=list(leaves), step__in=list(by_step))
    for mark in sorted(marks, key=lambda mark: by_step[mark.step_id].order):
        leaf, mark.step = leaves[mark.score_id], by_step[mark.step_id]
        mark.score = leaf.score
        if not sees_step(leaf.score.card, mark.step, viewer, now):
            continue
        leaf.marks[mark.step_id] = mark
        if mark.step.kind == Step.Kind.SELF:
            leaf.self_mark = mark


def _add_questions(leaves: dict[int, Leaf], steps: list[Step]) -> None:
    """Add the questions, with the answers that the units' leaders sent."""
    by_step = {step.pk: step for step in steps}
    draft = ExpressionWrapper(unapproved(), output_field=BooleanField())
    for asked in Explanation.objects.filter(score__in=list(leaves)).annotate(is_draft=draft):
        asked.step = by_step[asked.step_id]
        if asked.is_draft:
            asked.answer, asked.answered_by, asked.answered_at = "", "", None
        if State(leaves[asked.score_id].score.card.state) not in WITH_UNIT:
            leaves[asked.score_id].explanations.append(asked)


def _add_evidence(leaves: dict[int, Leaf], steps: list[Step], viewer: Actor, now: datetime) -> None:
    by_step = {step.pk: step for step in steps}
    kept = Q(score__in=list(leaves), removed_at__isnull=True)
    kept &= ~Q(unapproved(), step__kind=Step.Kind.EXPLANATION)
    for piece in Evidence.objects.filter(kept).select_related("file"):
        leaf, piece.step, piece.earlier = leaves[piece.score_id], by_step[piece.step_id], []
        piece.score = leaf.score
        added_later = piece.step.kind == Step.Kind.EXPLANATION
        if added_later or sees_step(leaf.score.card, piece.step, viewer, now):
            leaf.evidence.append(piece)
