"""The steps of a round in preparation, given whole so that their dates are judged together."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core.errors import Invalid
from backend.rounds import rules
from backend.rounds.actions.setup import hold_draft
from backend.rounds.models import Round, Step
from permissions.actor import Actor


@transaction.atomic
def set_steps(round: Round, spans: Sequence[rules.Span], *, by: Actor) -> list[Step]:
    """Give a round in preparation these steps, in this order, in place of its old ones.

    Raises Refused, OutOfStep; Invalid with every problem, those about dates naming both dates.
    """
    round = hold_draft(round, by=by)
    problems = rules.wrong_steps(spans)
    if problems:
        raise Invalid(" ".join(problems), problems=problems)
    with recording(by=by, about=round.history_about, reason=_("Đặt các bước của đợt")):
        for step in round.steps.all():
            step.delete()
        return [_save(round, number, span) for number, span in enumerate(spans, 1)]


def _save(round: Round, number: int, span: rules.Span) -> Step:
    step = Step(
        round=round,
        order=number,
        kind=span.kind,
        title=span.title,
        opens_at=span.opens_at,
        closes_at=span.closes_at,
        shown_at=span.shown_at,
        names_shown=span.names_shown,
    )
    step.save()
    return step


def spans_of(round: Round) -> list[rules.Span]:
    """Return the steps of the round as plain values, in their order."""
    return [span_of(step) for step in round.steps.all()]


def span_of(step: Step) -> rules.Span:
    """Return the step as plain values."""
    return rules.Span(
        kind=step.kind,
        title=step.title,
        opens_at=step.opens_at,
        closes_at=step.closes_at,
        shown_at=step.shown_at,
        names_shown=step.names_shown,
    )
