"""Whole seasons against a computation that shares no code with the program: what an outsider runs over the open data."""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal

import pytest

from backend.audit.recording import recording
from backend.core import clock
from backend.criteria.models import CriteriaSet
from backend.rounds.models import Group
from backend.scoring.models import Deduction
from permissions.actor import SYSTEM
from reports import actions, opendata, queries
from reports.public import recompute
from tests import make
from tests.reports import seasons
from tests.reports.test_left_out import CEILINGS, LEAVES, NODES
from tests.scoring.specials import issued

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Few different values; some differ by a thousandth, which print does not show.
SHARES = ("0", "0.5", "0.5", "1", "1")
WAYS = CriteriaSet.LeftOut.values
TIES = Group.TieRule.values
SEASONS = [
    (way, tie, survey, seed)
    for seed, (way, tie, survey) in enumerate(
        (way, tie, survey) for way in WAYS for tie in TIES for survey in (1, 0)
    )
]


def drawn(draw: random.Random, has_procedures: bool) -> dict[str, str]:
    """Return points by leaf; bonus leaves together often pass their ceiling."""
    given = {}
    for code, most in LEAVES.items():
        if code == "1.3" and not has_procedures:
            continue
        points = Decimal(most) * Decimal(draw.choice(SHARES))
        if code == "1.1" and draw.random() < 0.2 and points:
            points -= Decimal("0.001")
        given[code] = str(points)
    return given


def published(way: str, tie: str, survey: bool, seed: int):
    """Publish a season drawn by that seed and return its ranking."""
    draw = random.Random(seed)
    host = make.unit("Thành phố Cần Thơ", kind="city")
    chosen = issued(host, LEAVES, NODES, left_out_way=way, **CEILINGS)
    units, has, given = {}, True, {}
    for number in range(14):
        if number == 0 or draw.random() < 0.6:
            has = draw.random() < 0.6
            given = drawn(draw, has)  # else as the unit before: a tie
        units[make.unit(f"Xã {number:02}", parent=host, has_procedures=has)] = given
    round_ = seasons.season(host, chosen, with_survey=survey)
    Group.objects.filter(round=round_).update(tie_rule=tie, tie_order=["2", "1"])
    cards = seasons.finish(round_, units)
    with recording(by=SYSTEM):
        for card in draw.sample(cards, 3):
            Deduction.objects.create(
                card=card, step=card.step, code="1", points=Decimal("0.25"), reason="Nộp muộn",
                document="15/TB-HĐ", author="Thư ký", made_at=clock.now(),
            )  # fmt: skip
    return actions.publish_ranking(round_, by=SYSTEM)


@pytest.mark.parametrize(("way", "tie", "survey", "seed"), SEASONS)
def test_a_drawn_season_comes_out_as_an_outsider_computes_it(way, tie, survey, seed):
    data = opendata.data_of(published(way, tie, bool(survey), seed))
    (group,) = data["groups"]
    assert len(group["units"]) == 14
    assert list(recompute.differences(group)) == []


def test_the_drawn_seasons_hold_what_they_are_meant_to_hold():
    seen = Counter()
    for way, tie, survey, seed in SEASONS:
        (table,) = queries.published(published(way, tie, bool(survey), seed))
        for line in table.standings:
            seen["ties"] += line.shared
            seen["left out"] += line.is_partial or line.totals.percent is not None
            seen["bonus at its ceiling"] += line.totals.bonus == CEILINGS["bonus_ceiling"]
            seen["taken off"] += line.totals.deducted > 0
    assert min(seen[what] for what in ("ties", "left out", "bonus at its ceiling", "taken off")) >= 20, seen


@pytest.mark.parametrize("what", ["rank", "total", "band", "shared", "index", "maximum", "bonus"])
def test_the_outsiders_program_notices_each_figure_that_was_altered(what):
    data = opendata.data_of(published("rescaled", "shared", True, 3))
    unit = data["groups"][0]["units"][4]
    unit[what] = {"rank": 14, "shared": not unit["shared"], "band": "Khác"}.get(what, "1.234")
    found = list(recompute.differences(data["groups"][0]))
    assert any(f"{unit['name']}: {what} = " in line for line in found)
