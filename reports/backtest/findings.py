"""All a backtest finds out about one group, as plain values that go into JSON and come back. Pure, no Django.

Points are whole thousandths; percents, shares and shifts are exact in the making and kept as text with six decimals.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from backend.core.exact import round_half_up
from reports.backtest.cases import Case
from reports.backtest.comparing import Mover, Order, Side, movers, sides
from reports.backtest.reckoning import Parts
from reports.backtest.separating import Spread, spreads
from reports.backtest.shaking import Interval, shake

DECIMALS = 6


def findings(
    case: Case,
    old_order: Order,
    new_order: Order,
    told: Callable[[int], object] = int,
) -> dict[str, Any]:
    """Return the group's ``lines`` (by new rank), ``leaves`` and ``fields``.

    Units to which no common leaf applies on either side are left out; ``told`` hears how many draws are done.
    """
    old = sides(case.units, case.before, case.old, old_order, case.old_making)
    new = sides(case.units, case.after, case.new, new_order, case.new_making)
    both = [place for place, unit in enumerate(case.units) if unit in old and unit in new]
    if not both:
        return {"lines": [], "leaves": [], "fields": []}
    before = Parts(case.before, [case.old[place] for place in both], case.old_making.only(both))
    after = Parts(case.after, [case.new[place] for place in both], case.new_making.only(both))
    compared = [(case.units[place], old[case.units[place]], new[case.units[place]]) for place in both]
    shaken = shake(after, [side.rank for _, _, side in compared], told=told)
    spread = spreads(after)
    moved = movers(before, after, case.origin, case.codes)
    lines = [
        _line(*one, leaves, interval) for one, leaves, interval in zip(compared, moved, shaken, strict=True)
    ]
    return {
        "lines": sorted(lines, key=lambda line: line["new"]["rank"]),
        "leaves": [_spread(leaf.code, one) for leaf, one in zip(case.after, spread.leaves, strict=True)],
        "fields": [_spread(code, one) for code, one in spread.fields.items()],
    }


def _line(card: int, old: Side, new: Side, moved: list[Mover], interval: Interval) -> dict[str, Any]:
    return {
        "card": card,
        "old": vars(old),
        "new": vars(new),
        "movers": [{"code": one.code, "shift": text(one.shift)} for one in moved],
        "ranks": vars(interval),
    }


def _spread(code: str, one: Spread) -> dict[str, Any]:
    return {"code": code, **vars(one), "mean": text(one.mean), "share": text(one.share)}


def text(value: Fraction) -> str:
    """Return an exact number as text with six decimals, a half rounded away from zero."""
    return format(round_half_up(value, DECIMALS), "f")
