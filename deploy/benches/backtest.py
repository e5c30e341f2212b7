"""A draft of 100 leaves tried on a season of 112 units, a thousand draws: the whole of it, and its arithmetic."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from deploy.benches.floor_backtest import floor
from deploy.benches.measuring import Figure, alternate, seconds, statements

UNITS, LEAVES = 112, 100
CODES = [f"{1 + place // 13}.{1 + place % 13}" for place in range(LEAVES)]


def figures() -> Iterator[Figure]:
    """Give the seconds of a whole backtest, its statements, and its arithmetic in times of the same in numpy."""
    from reports.backtest.comparing import Order
    from reports.backtest.findings import findings

    season, draft = _season()
    yield Figure(
        "backtest_seconds", statistics.median(seconds(lambda: _whole(draft, season)) for _ in range(5)), 2
    )
    yield Figure("backtest_statements", statements(lambda: _whole(draft, season)), 30)
    case = _case(draft, season)
    yield Figure(
        "backtest_arithmetic", alternate(lambda: findings(case, Order(), Order()), lambda: floor(case), 15), 2
    )


def _whole(draft: Any, season: Any) -> None:
    """From the rows of the season to the stored result."""
    from permissions.actor import SYSTEM
    from reports.backtest import running

    made = running.start(draft, season, by=SYSTEM)
    if made.state != made.State.DONE:
        raise SystemExit(made.state)


def _case(draft: Any, season: Any) -> Any:
    from reports.backtest.mapping import mapping
    from reports.backtest.reading import cards_of, read_season

    group = season.groups.get()
    found = mapping(draft, group.criteria_set, with_survey=True, with_guesses=True)
    return read_season(group, draft, cards_of(group), found).case


def _season() -> tuple[Any, Any]:
    """Return a concluded round of 112 communes and a draft; of every three leaves one gives points another way,
    one has another maximum, one is as it was."""
    from django.db import transaction

    from tests import make
    from tests.reports import backtests, seasons

    chance = random.Random(2026)  # noqa: S311 - the same rows every time
    with transaction.atomic():
        host = make.unit("Thành phố", kind="city")
        asked = make.criteria_set(host, leaves=dict.fromkeys(CODES, "1"), year=2025, state="draft")
        draft = make.criteria_set(host, leaves=_maxima(), year=2026, state="draft")
        _declining(asked, "0.25")
        _declining(draft, "0.2")
        backtests.link(draft, asked, {code: code for code in CODES})
        backtests.issue(asked)
        given = {make.unit(f"Xã {number}", parent=host): _given(chance) for number in range(UNITS)}
        season = seasons.season(host, asked, year=2025)
        seasons.finish(season, given)
        _note_inputs(season)
    return season, draft


def _maxima() -> dict[str, str]:
    return {code: "1.5" if place % 3 == 1 else "1" for place, code in enumerate(CODES)}


def _given(chance: random.Random) -> dict[str, str]:
    return {code: f"{1 - Decimal('0.25') * chance.choice((0, 0, 0, 1, 2, 3)):f}" for code in CODES}


def _declining(criteria_set: Any, step: str) -> None:
    from tests.reports import backtests

    for code in CODES[::3]:
        backtests.change(criteria_set, code, rule="declining", params={"step": step})


def _note_inputs(season: Any) -> None:
    """Write down the inputs that the self-scores were worked out from."""
    from backend.scoring.models import Mark

    marks = Mark.objects.filter(score__card__round=season, step__kind="self", score__code__in=CODES[::3])
    for cases in range(4):
        marks.filter(points=1 - Decimal("0.25") * cases).update(inputs={"cases": cases})
