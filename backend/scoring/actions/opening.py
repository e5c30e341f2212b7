"""Open a round: copy what must not change, create every score and its first mark at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import create_all, recording
from backend.core import clock
from backend.core.errors import OutOfStep
from backend.criteria.models import CriteriaSet, Node
from backend.criteria.queries import left_out_by
from backend.notices.actions import Message, tell_all
from backend.notices.models import Kind
from backend.rounds.actions import mark_open
from backend.rounds.models import Group, Round, Step
from backend.rounds.queries import of_group
from backend.scoring.models import Mark, Score, Scorecard, StepTotal
from permissions.actor import Actor
from permissions.roles import Verb
from tiers.models import Unit
from tiers.queries import scored_units
from tiers.seating import holders_at


@transaction.atomic
def open_round(round_: Round, *, by: Actor, quiet: bool = False) -> list[Scorecard]:
    """Create a card for every unit of the round's kinds below its host and open the round.

    ``quiet`` tells nobody (for seasons taken over from paper). Raises Refused, or OutOfStep with
    what is not ready.
    """
    round_ = Round.objects.select_for_update(of=("self",)).select_related("host").get(pk=round_.pk)
    by.require(Verb.MANAGE_ROUND, at=round_.place())
    steps = list(round_.steps.order_by("order"))
    with recording(by=by, reason=_("Mở đợt đánh giá"), about=round_.history_about):
        cards = [card for group in _groups(round_) for card in _open_group(round_, group, steps)]
        if not cards:
            raise OutOfStep(_("Không có đơn vị nào thuộc các loại đã chọn tại ngày của đợt."))
        mark_open(round_, now=clock.now(), by=by)
    if not quiet:
        _tell_units(round_, cards)
    return cards


def _groups(round_: Round) -> Iterable[Group]:
    return round_.groups.select_related("kind", "criteria_set").order_by("order")


def _open_group(round_: Round, group: Group, steps: list[Step]) -> list[Scorecard]:
    units = scored_units(round_.host, [group.kind], round_.on_date).filter(of_group(group))
    cards = create_all(Scorecard, [card_of(round_, group, unit) for unit in units])
    scores = create_all(Score, scores_for(cards, group.criteria_set))
    create_all(Mark, [mark for score in scores for mark in _first_marks(score, steps)])
    StepTotal.objects.bulk_create(
        [StepTotal(card=card, step=step) for card in cards for step in steps], batch_size=1000
    )
    return cards


def card_of(round_: Round, group: Group, unit: Unit) -> Scorecard:
    """Return the unsaved card of a unit, with what must not change copied."""
    return Scorecard(
        round=round_,
        unit=unit,
        group=group,
        criteria_set=group.criteria_set,
        unit_name=unit.name,
    )


def scores_for(cards: Sequence[Scorecard], criteria_set: CriteriaSet) -> list[Score]:
    """Return the unsaved scores of every leaf of the set on each of its cards; two queries.

    A leaf that is not for the unit is left out from the start, with the set's own reason.
    """
    nodes = list(Node.objects.filter(criteria_set=criteria_set).order_by("order"))
    out = left_out_by(criteria_set, nodes, [card.unit for card in cards])
    leaves = [node for node in nodes if node.is_leaf]
    return [score_for(card, node, out[card.unit_id].get(node.pk, "")) for card in cards for node in leaves]


def score_for(card: Scorecard, node: Node, left_out_reason: str = "") -> Score:
    """Return the unsaved score of a leaf on a card, with its maximum copied; with a reason it does not apply."""
    made = Score(
        card=card,
        node=node,
        code=node.code,
        order=node.order,
        max_points=node.max_points,
        source=node.source,
        counting=node.counting,
        applies=not left_out_reason,
        left_out_reason=left_out_reason,
    )
    made.history_about = card.history_about
    return made


def _first_marks(score: Score, steps: list[Step]) -> Iterable[Mark]:
    own = score.source == Node.Source.ASSESSED
    kind = Step.Kind.SELF if own else Step.Kind.SURVEY
    for step in steps:
        if step.kind == kind:
            made = Mark(score=score, step=step, max_points=score.max_points)
            made.history_about = score.history_about
            yield made


def _tell_units(round_: Round, cards: list[Scorecard]) -> None:
    people = holders_at([card.unit_id for card in cards], [Verb.SCORE])
    subject = _("Mở %(round)s") % {"round": round_.title}
    tell_all(
        (
            Message(
                person,
                f"open-{round_.pk}-{card.pk}",
                subject,
                _("Phiếu tự chấm của %(unit)s đã mở.") % {"unit": card.unit_name},
                f"/scorecards/{card.pk}/",
            )
            for card in cards
            for person in people[card.unit_id]
        ),
        kind=Kind.RESULT,
    )
