"""A finished season of the demonstration, made leaf by leaf from a seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

from backend.criteria.models import CriteriaSet
from backend.rounds.models import Group
from backend.rounds.rules import BandLine
from backend.scoring.actions import Given, PastLine
from reports.seasons.demo import words
from reports.seasons.demo.days import Season as SeasonDays
from reports.seasons.demo.drawing import Answer, answer, luck, part_of, weaker
from reports.seasons.demo.leaves import Leaf, leaves_of
from reports.seasons.season import GroupPlan, Season, SurveySource
from tiers.models import Unit

BANDS = tuple(
    BandLine(label, Decimal(lower))
    for label, lower in (("Rất tốt", 90), ("Tốt", 80), ("Khá", 70), ("Trung bình", 50), ("Kém", 0))
)
# So that the demonstration shows more than one way to settle ties.
TIE_RULES = {"commune": Group.TieRule.ORDERED}


def past_season(
    host: Unit,
    days: SeasonDays,
    members: Sequence[tuple[CriteriaSet, Sequence[Unit]]],
    *,
    title: str,
    on_date: date,
) -> Season:
    """Return a finished season of ``host``; ``members`` are the sets, each with the units it scores.

    The same host, year and unit always get the same points.
    """
    survey = any(span.kind == "survey" for span in days.steps)
    lines = [
        line
        for chosen, units in members
        for leaves in [leaves_of(chosen)]
        for unit in units
        for line in unit_lines(unit, leaves, survey=survey, rng=luck(days.year, unit.path))
    ]
    return Season(
        host=host.code,
        year=days.year,
        title=title,
        on_date=on_date,
        stated_on=days.ends,
        stated_source=words.SOURCE,
        groups=tuple(group_plan(chosen) for chosen, _units in members),
        steps=days.steps,
        lines=lines,
        with_survey=survey,
        is_illustration=True,
        survey=SurveySource(words.SURVEY_REPORT, days.ends, 1200, 1084) if survey else None,
    )


def group_plan(chosen: CriteriaSet) -> GroupPlan:
    """Return the group of the units that the set is for."""
    kind = chosen.kind
    rule = TIE_RULES.get(kind.code, Group.TieRule.SHARED)
    return GroupPlan(kind.code, chosen.year, BANDS, chosen.version, kind.title, rule)


def unit_lines(unit: Unit, leaves: Sequence[Leaf], *, survey: bool, rng: Random) -> Iterator[PastLine]:
    """Yield the lines of one unit. How good it is, is drawn first: about 75 to 97 of 100 points."""
    quality = rng.randint(600, 985)
    may_ask = rng.randrange(100) < 40
    for leaf in leaves:
        if not leaf.is_own:
            if survey:
                points = part_of(leaf.most, rng.randint(740, 960))
                yield PastLine(unit.code, leaf.node.code, survey=points)
        elif why := not_arisen(leaf, rng):
            yield PastLine(unit.code, leaf.node.code, left_out=why)
        else:
            yield _assessed(unit, leaf, quality, may_ask, rng)


def not_arisen(leaf: Leaf, rng: Random) -> str:
    """Return why the leaf does not apply to a unit, mostly empty."""
    title = leaf.node.title.lower()
    for part, reason in words.NOT_ARISEN:
        if part in title and rng.randrange(100) < 12:
            return reason
    return ""


def _assessed(unit: Unit, leaf: Leaf, quality: int, may_ask: bool, rng: Random) -> PastLine:
    own = answer(leaf.rule, leaf.most, good=rng.randrange(1000) < quality, rng=rng)
    doubted = rng.randrange(1000) < 140
    found = weaker(leaf.rule, leaf.most, own, rng=rng) if doubted else None
    proof = (words.document(rng), unit.name) if rng.randrange(100) < 12 else ("", "")
    if found is None:
        return _line(unit, leaf, own, (Given(own.points),), document=proof)
    reason = words.cut(leaf.rule, own, found, rng)
    first = Given(found.points, reason)
    if not may_ask or rng.randrange(100) < 50:
        return _line(unit, leaf, own, (first,), document=proof)
    given_back = rng.randrange(100) < 45
    second = Given(own.points, words.accepted(rng)) if given_back else Given(found.points)
    agrees = not given_back and rng.randrange(100) < 60
    asked = {"question": reason, "answer": words.explained(leaf.rule, rng, agrees=agrees)}
    return _line(unit, leaf, own, (first, second), document=proof, **asked)


def _line(unit: Unit, leaf: Leaf, own: Answer, given: tuple[Given, ...], **more: object) -> PastLine:
    return PastLine(
        unit=unit.code,
        leaf=leaf.node.code,
        own=own.points,
        note=own.words,
        appraised=_by_members(unit, leaf, own, given),
        concluded_by=words.CHAIR,
        **more,  # type: ignore[arg-type]
    )


def _by_members(unit: Unit, leaf: Leaf, own: Answer, given: tuple[Given, ...]) -> tuple[Given, ...]:
    """Return the same points with who gave them: the first member meets more of what is cut than the others."""
    rng = luck("members", unit.path, leaf.node.code)
    is_cut = given[0].points != own.points
    first = rng.choices(words.MEMBERS, words.ON_CUTS if is_cut else words.ON_KEPT)[0]
    others = [name for name in words.MEMBERS if name != first]
    return tuple(replace(one, who=rng.choice(others) if place else first) for place, one in enumerate(given))
