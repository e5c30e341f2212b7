"""The sheet: everything one page shows of a card, as far as its viewer may know it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from django.db.models import Q, QuerySet

from backend.core import clock
from backend.core.exact import ZERO
from backend.core.prepared import Prepared
from backend.criteria.models import Node
from backend.criteria.rules import RuleError
from backend.rounds.models import Step
from backend.scoring import arising
from backend.scoring.lifecycle import WITH_UNIT, State
from backend.scoring.models import Deduction, Evidence, Explanation, Mark, Score, Scorecard
from backend.scoring.queries.answers import draft_steps
from backend.scoring.queries.cards import step_of, steps_of
from backend.scoring.queries.intake import with_earlier
from backend.scoring.queries.last_year import add_last_year
from backend.scoring.queries.seeing import is_sent, of_unit, sees_step, works_for_host
from backend.scoring.tally import Extra, extras_of, with_extras
from permissions.actor import Actor


@dataclass
class Leaf:
    """One leaf of a card for one viewer. ``marks`` holds only the steps the viewer may see.

    ``proven``: documents are known to be there though their rows were not read.
    """

    score: Score
    node: Node
    marks: dict[int, Mark] = field(default_factory=dict)
    evidence: list[Evidence] = field(default_factory=list)
    explanations: list[Explanation] = field(default_factory=list)
    last_year: Decimal | None = None
    last_maximum: Decimal | None = None
    self_mark: Mark | None = None
    proven: bool = False

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
    def survey_mark(self) -> Mark | None:
        """Return what the host entered of a survey or an index, if the viewer may see it."""
        marks = (mark for mark in self.marks.values() if mark.step.kind == Step.Kind.SURVEY)
        return next((mark for mark in marks if mark.points is not None), None)

    @cached_property
    def explained(self) -> str:
        """Return how the rule came to the points that were entered first: the unit's, or those of a survey."""
        entered = self.self_mark if self.score.source == Node.Source.ASSESSED else self.survey_mark
        return explained(self.score, entered)

    @property
    def within_scale(self) -> bool:
        """Return whether the leaf counts in the scale: it is neither bonus nor penalty (R12)."""
        return self.score.counting == Node.Counting.BASE

    @property
    def claims_not_arisen(self) -> bool:
        """Return whether the unit asks to leave the leaf out because nothing arose (R11)."""
        return self.self_mark is not None and arising.is_claim(self.node, self.self_mark.inputs)

    @property
    def lacks_evidence(self) -> bool:
        """Return whether points above zero stand without evidence or explanation asked for."""
        mark = self.self_mark
        if not (self.score.applies and self.node.needs_evidence and mark and mark.points):
            return False
        if self.score.counting == Node.Counting.PENALTY:
            return False
        return not (self.evidence or self.proven or mark.note.strip())


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
        """Return the points of the leaves within the scale that apply."""
        scaled = (leaf.score for leaf in self.leaves if leaf.within_scale)
        return sum((score.max_points for score in scaled if score.applies), ZERO)

    @property
    def is_extra(self) -> bool:
        """Return whether the field holds nothing but bonus and penalty."""
        return bool(self.leaves) and not any(leaf.within_scale for leaf in self.leaves)

    @property
    def own(self) -> list[Leaf]:
        """Return the leaves within the scale that the unit scores itself."""
        return [leaf for leaf in self._assessed if leaf.within_scale]

    @property
    def extra(self) -> list[Leaf]:
        """Return the bonus and penalty leaves that apply."""
        return [leaf for leaf in self._assessed if not leaf.within_scale]

    @property
    def _assessed(self) -> list[Leaf]:
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

    @property
    def last_own(self) -> Decimal | None:
        """Return last year's points of the mapped leaves that the unit scores itself; None where none is."""
        known = [leaf.last_year for leaf in self.own if leaf.last_year is not None]
        return sum(known, ZERO) if known else None

    @property
    def change(self) -> Decimal | None:
        """Return the change of self-points over the leaves given in both years; None where there are none."""
        return _change(self.own)


def _change(leaves: Iterable[Leaf]) -> Decimal | None:
    pairs = [(leaf.points, leaf.last_year) for leaf in leaves]
    known = [(now, before) for now, before in pairs if now is not None and before is not None]
    return sum((now - before for now, before in known), ZERO) if known else None


@dataclass
class Sheet:
    """A card with its fields and leaves as one viewer sees it; ``shows_own``: the unit's own words too."""

    card: Scorecard
    fields: list[Field]
    steps: list[Step]
    now: datetime
    shows_own: bool = True
    deductions: list[Deduction] = field(default_factory=list)

    @property
    def leaves(self) -> list[Leaf]:
        """Return every leaf in order."""
        return [leaf for part in self.fields for leaf in part.leaves]

    @property
    def own(self) -> list[Leaf]:
        """Return the leaves the unit scores itself."""
        return [leaf for part in self.fields for leaf in part.own]

    @property
    def standing_deductions(self) -> list[Deduction]:
        """Return the points taken off after appraisal that nobody took back (R13)."""
        back = {row.withdraws_id for row in self.deductions}
        return [row for row in self.deductions if row.withdraws_id is None and row.pk not in back]

    @property
    def extra(self) -> list[Leaf]:
        """Return the bonus and penalty leaves that apply."""
        return [leaf for part in self.fields for leaf in part.extra]

    @property
    def extras(self) -> list[Extra]:
        """Return bonus and penalty as the unit claims them, with their ceilings; empty in a set without."""
        return extras_of(self.card, [(leaf.score, leaf.points) for leaf in self.extra])

    @property
    def with_extras(self) -> Decimal:
        """Return the sum of self-points with what counts of bonus and penalty."""
        return with_extras(self.total, self.extras)

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

    def leaf(self, code: str) -> Leaf | None:
        """Return the leaf of that code, if there is one."""
        return next((leaf for leaf in self.leaves if leaf.code == code), None)


def explained(score: Score, mark: Mark | None) -> str:
    """Return the rule's own sentence for the standing inputs; empty without any."""
    if mark is None or not mark.inputs:
        return ""
    if arising.is_answer(mark.inputs):
        return arising.words(score.node, score.max_points)
    try:
        return score.node.parsed_rule().apply(mark.inputs, score.max_points).explained
    except RuleError:
        # Inputs taken over from an earlier rule: the points stand, the words do not.
        return ""


_NODES = Prepared(lambda criteria_set: Node.objects.filter(criteria_set=criteria_set).order_by("order"))
_SCORES = Prepared(lambda card: Score.objects.filter(card=card).order_by("order"))
_ASKED = Prepared(lambda card: Explanation.objects.filter(score__card=card).select_related("step"))


def sheet(card: Scorecard, viewer: Actor, *, whole: bool = True, now: datetime | None = None) -> Sheet:
    """Return the card as ``viewer`` may see it; the same number of queries for any number of leaves.

    ``whole``: with what does not bear on points, that is evidence, last year's points, deductions.
    ``now`` is the database's time where it has been read already.
    """
    now = now or clock.now()
    steps = steps_of(card)
    shown = {step.pk for step in steps if sees_step(card, step, viewer, now)}
    nodes = _NODES.all(criteria_set=card.criteria_set_id)
    leaves = _leaves(card, shown, nodes)
    if whole:
        _add_evidence(card, shown, leaves)
        add_last_year(card, leaves.values())
    if not works_for_host(viewer, card):
        _hide_unsent(card, leaves.values())
    if not of_unit(viewer, card):
        _hide_drafts(card, leaves.values())
    own = step_of(card, Step.Kind.SELF)
    shows_own = own is not None and own.pk in shown
    deductions = _deductions(card, shown) if whole else []
    return Sheet(card, _fields(nodes, leaves), steps, now, shows_own, deductions)


def _hide_unsent(card: Scorecard, leaves: Iterable[Leaf]) -> None:
    for leaf in leaves:
        leaf.explanations = [asked for asked in leaf.explanations if is_sent(card, asked)]


def _hide_drafts(card: Scorecard, leaves: Iterable[Leaf]) -> None:
    """Leave out answers, and evidence added to them, that the unit's leader has not sent."""
    asked = [leaf for leaf in leaves if leaf.explanations]
    hidden = draft_steps(card) if asked else frozenset()
    for leaf in asked if hidden else ():
        leaf.evidence = [piece for piece in leaf.evidence if piece.step_id not in hidden]
        for question in leaf.explanations:
            if question.step_id in hidden:
                question.answer, question.answered_by, question.answered_at = "", "", None


def _leaves(card: Scorecard, shown: set[int], nodes: Iterable[Node]) -> dict[int, Leaf]:
    """Return the leaves by score; nodes and steps are in hand, so that no row brings its own again."""
    by_node = {node.pk: node for node in nodes}
    by_step = {step.pk: step for step in steps_of(card)}
    leaves = {}
    for score in _SCORES.all(card=card.pk):
        score.card = card
        score.node = by_node[score.node_id]
        leaves[score.pk] = Leaf(score=score, node=score.node)
    # By the keys of the scores: joined to card and step, SQLite walks through all marks of the round's step.
    marks = Mark.objects.filter(score_id__in=leaves, step_id__in=shown).select_related("provenance")
    for mark in sorted(marks, key=lambda mark: by_step[mark.step_id].order):
        mark.step = by_step[mark.step_id]
        leaf = leaves[mark.score_id]
        leaf.marks[mark.step_id] = mark
        if mark.step.kind == Step.Kind.SELF:
            leaf.self_mark = mark
    # A card in the unit's hands shows no question: what the council wrote before a reopening was never sent.
    if State(card.state) not in WITH_UNIT:
        for asked in _ASKED.all(card=card.pk):
            leaves[asked.score_id].explanations.append(asked)
    return leaves


def _add_evidence(card: Scorecard, shown: set[int], leaves: dict[int, Leaf]) -> None:
    by_step = {step.pk: step for step in steps_of(card)}
    for piece in with_earlier(_evidence(card, shown)):
        piece.step = by_step[piece.step_id]
        leaves[piece.score_id].evidence.append(piece)


def _deductions(card: Scorecard, shown: set[int]) -> list[Deduction]:
    if card.step_id is None:
        return []  # nothing comes off before the first appraisal
    rows = Deduction.objects.filter(card=card, step_id__in=shown).select_related("file")
    return list(rows.order_by("made_at", "pk"))


def _evidence(card: Scorecard, shown: set[int]) -> QuerySet[Evidence]:
    kept = Q(removed_at__isnull=True) | Q(replaced_by__isnull=False)
    rows = Evidence.objects.filter(kept, score__card=card)
    explained = Q(step__kind=Step.Kind.EXPLANATION)
    return rows.filter(Q(step_id__in=shown) | explained).select_related("file")


def _fields(nodes: Sequence[Node], leaves: dict[int, Leaf]) -> list[Field]:
    by_node = {leaf.node.pk: leaf for leaf in leaves.values()}
    fields: list[Field] = []
    headings: dict[int, Heading] = {}
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
    while leaf.score.applies and leaf.within_scale and above in headings:
        headings[above].maximum += leaf.score.max_points
        above = parents[above]
