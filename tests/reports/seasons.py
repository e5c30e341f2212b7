"""Finished seasons for tests of results: real sets, rounds and cards, taken over by the real door."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from backend.audit.recording import recording
from backend.core import clock
from backend.core.exact import ZERO
from backend.criteria.models import CriteriaSet, Node
from backend.rounds.actions import mark_open
from backend.rounds.models import Band, Round, Step
from backend.scoring.actions import Given, PastLine, take_over
from backend.scoring.models import Provenance, Scorecard
from permissions.actor import SYSTEM
from tests import make
from tiers.models import Unit

STATED = {"stated_on": date(2020, 4, 24), "stated_source": "Tài liệu thử"}


def criteria(
    owner: Unit, leaves: dict[str, str], *, survey: tuple[str, ...] = (), **fields: Any
) -> CriteriaSet:
    """Make a published set; the leaves named in ``survey`` get their points from a survey."""
    made = make.criteria_set(owner, leaves=leaves, state=CriteriaSet.State.DRAFT, **fields)
    with recording(by=SYSTEM):
        for node in Node.objects.filter(criteria_set=made, code__in=survey):
            node.source, node.rule = Node.Source.SURVEY, ""
            node.save()
        made.state, made.published_at = CriteriaSet.State.PUBLISHED, clock.now()
        made.save()
    return made


def season(host: Unit, *sets: CriteriaSet, year: int = 2026, **fields: Any) -> Round:
    """Make an open round with two appraisals, a survey step and three bands per group."""
    made = make.round_(host, *sets, year=year, **fields)
    last = made.steps.order_by("-order").first()
    with recording(by=SYSTEM):
        Step.objects.create(
            round=made,
            order=last.order + 1,
            kind=Step.Kind.SURVEY,
            title="Điểm điều tra",
            opens_at=last.opens_at,
            closes_at=last.closes_at,
        )
        for group in made.groups.all():
            for label, lower in (("Rất tốt", "90"), ("Khá", "65")):
                Band.objects.create(group=group, label=label, lower=Decimal(lower))
        mark_open(made, now=clock.now(), by=SYSTEM)
    return Round.objects.select_related("host").get(pk=made.pk)


def finish(
    round_: Round, results: dict[Unit, dict[str, str]], *, lines: dict[str, dict[str, Any]] | None = None
) -> list[Scorecard]:
    """Give every unit of the round its results, "2.5" by leaf, and conclude its card.

    ``lines`` adds to the past line of a leaf, for all units: note, own, appraised, question, answer.
    """
    with recording(by=SYSTEM):
        source = Provenance.objects.create(
            round=round_,
            report_number="12/BC-TEST",
            report_date=date(2026, 3, 5),
            sample=120,
            answers=100,
            entered_at=clock.now(),
        )
    survey = set(
        Node.objects.filter(criteria_set__groups__round=round_)
        .exclude(source=Node.Source.ASSESSED)
        .values_list("code", flat=True)
    )
    past = [
        _line(unit, code, Decimal(points), code in survey, (lines or {}).get(code, {}))
        for unit, leaves in results.items()
        for code, points in leaves.items()
    ]
    return take_over(round_, past, by=SYSTEM, survey_source=source, **STATED)


def _line(unit: Unit, code: str, points: Decimal, survey: bool, more: dict[str, Any]) -> PastLine:
    if survey:
        return PastLine(unit.code, code, survey=points)
    values = {"own": points, "appraised": (Given(points), None)} | more
    return PastLine(unit.code, code, **values)


def leave_out(card: Scorecard, code: str) -> None:
    """Say that a leaf does not apply to the unit, and take its result away."""
    score = card.scores.get(code=code)
    with recording(by=SYSTEM):
        score.applies, score.left_out_reason = False, "Không phát sinh"
        score.save()


def simple(
    results: dict[str, tuple[str, str]],
    *,
    host: Unit | None = None,
    maxima: tuple[str, str] = ("60", "40"),
    lines: dict[str, dict[str, Any]] | None = None,
    **fields: Any,
) -> Round:
    """Make a finished round of one group: name to appraised and survey points, out of ``maxima``."""
    host = host or make.unit("Thành phố Cần Thơ", kind="city")
    leaves = {"1.1": maxima[0], "2.1": maxima[1]}
    chosen = criteria(host, leaves, survey=("2.1",))
    units = [make.unit(name, parent=host) for name in results]
    round_ = season(host, chosen, **fields)
    given = {
        unit: {"1.1": values[0], "2.1": values[1]}
        for unit, values in zip(units, results.values(), strict=True)
    }
    finish(round_, given, lines=lines)
    return round_


__all__ = ["ZERO", "criteria", "finish", "leave_out", "season", "simple"]
