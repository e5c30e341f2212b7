"""Own points of many leaves at once: from a file, or for the demonstration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording, update_all
from backend.core.errors import Invalid
from backend.rounds.models import Round, Step
from backend.scoring.actions.locking import about, count, held, require_open
from backend.scoring.actions.points import judged, require_explained, require_inputs, require_with_unit
from backend.scoring.models import Mark, Scorecard, StepTotal
from backend.scoring.queries import CARD_PARTS, Window
from permissions.actor import Actor
from permissions.roles import Verb

WRITTEN = ["points", "inputs", "note", "version", "author", "saved_at"]


@dataclass(frozen=True)
class OwnLine:
    """What one unit gives itself on one leaf: inputs of its rule or bare points, and a note."""

    card_id: int
    code: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    points: Decimal | None = None
    note: str = ""


@transaction.atomic
def fill(round_: Round, lines: Sequence[OwnLine], *, by: Actor) -> int:
    """Save own points of leaves that have none yet, all or none; return how many were saved.

    Judged like ``set_points``. Raises Refused, OutOfStep (locked, submitted), or Invalid: off the
    rule, a leaf that is not there or has points already.
    """
    step = Step.objects.get(round=round_, kind=Step.Kind.SELF)
    cards = _locked(round_, {line.card_id for line in lines})
    now = [_window(card, step, by) for card in cards.values()][-1].now if cards else None
    marks = _empty_marks(step, cards)
    changed = [_filled(line, marks, by) for line in lines]
    for mark in changed:
        mark.saved_at = now
        mark.history_about = about(cards[mark.score.card_id], step)
    with recording(by=by, at=now):
        update_all(Mark, changed, WRITTEN)
    _add_up(step, changed)
    return len(changed)


def _locked(round_: Round, wanted: set[int]) -> dict[int, Scorecard]:
    rows = Scorecard.objects.select_for_update(of=("self",)).filter(round=round_, pk__in=wanted)
    return {card.pk: card for card in rows.select_related(*CARD_PARTS).order_by("pk")}


def _window(card: Scorecard, step: Step, by: Actor) -> Window:
    by.require(Verb.SCORE, at=card.place())
    window = held(card, step)
    require_open(window)
    require_with_unit(card)
    return window


def _empty_marks(step: Step, cards: Mapping[int, Scorecard]) -> dict[tuple[int, str], Mark]:
    marks = Mark.objects.filter(step=step, score__card__in=cards, score__applies=True, points__isnull=True)
    return {(mark.score.card_id, mark.score.code): mark for mark in marks.select_related("score__node")}


def _filled(line: OwnLine, marks: dict[tuple[int, str], Mark], by: Actor) -> Mark:
    mark = marks.pop((line.card_id, line.code), None)
    if mark is None:
        raise Invalid(_("Tiêu chí %(code)s không có hoặc đã có điểm.") % {"code": line.code})
    require_inputs(mark.score, line.points)
    entry = judged(mark.score, line.inputs, line.points)
    require_explained(entry, line.note.strip())
    mark.points, mark.inputs, mark.note = entry.points, entry.inputs, line.note.strip()
    mark.version += 1
    mark.author = by.name
    return mark


def _add_up(step: Step, changed: Iterable[Mark]) -> None:
    made = list(changed)
    rows = StepTotal.objects.filter(step=step, card__in={mark.score.card_id for mark in made})
    totals = {row.card_id: row for row in rows}
    for mark in made:
        if mark.points is not None:
            count(totals[mark.score.card_id], mark.score, mark.points)
    StepTotal.objects.bulk_update(totals.values(), ["total", "given", "bonus", "penalty"])
