"""A hundred leaves scored in six ways, and what an officer types into each the n-th time. Plain values, no Django."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

LEAVES = 100
CODES = tuple(f"{1 + place // 10}.{1 + place % 10}" for place in range(LEAVES))

Typed = dict[str, str]


def _of_thousand(names: tuple[str, str]) -> Callable[[int], Typed]:
    return lambda turn: {names[0]: str(900 + turn % 100), names[1]: "1000"}


# How a leaf is scored: the rule, its parameters, and what is typed at a turn; no turn repeats the one before.
WAYS: tuple[tuple[str, dict[str, Any], Callable[[int], Typed]], ...] = (
    (
        "option",
        {"options": [
            {"key": "1", "title": "Kịp thời", "points": "1"},
            {"key": "2", "title": "Chậm dưới 10 ngày", "points": "0.5"},
            {"key": "3", "title": "Không", "points": "0"},
        ]},
        lambda turn: {"option": "123"[turn % 3]},
    ),
    ("pass_fail", {}, lambda turn: {"passed": ("yes", "no")[turn % 2]}),
    (
        "bands",
        {"done": "Số hoàn thành", "assigned": "Số được giao", "measure": "count", "bands": [
            {"lower": "95", "inclusive": True, "points": "1"}, {"lower": "0", "inclusive": True, "points": "0.5"},
        ]},
        _of_thousand(("done", "assigned")),
    ),
    (
        "threshold",
        {"threshold": "80", "done": "Số hoàn thành", "assigned": "Số được giao", "measure": "count"},
        _of_thousand(("done", "assigned")),
    ),
    ("declining", {"step": "0.05", "title": "Số vụ vi phạm"}, lambda turn: {"cases": str(turn % 20)}),
    (
        "formula",
        {"formula": "x / y * max_points", "variables": [
            {"name": "x", "title": "Số đúng hạn", "measure": "count", "at_most": "y"},
            {"name": "y", "title": "Tổng số hồ sơ", "measure": "count"},
        ]},
        _of_thousand(("x", "y")),
    ),
)  # fmt: skip


def typed(code: str, turn: int) -> Typed:
    """Return what is typed into the leaf at that turn, by the names of its rule's inputs."""
    return WAYS[CODES.index(code) % len(WAYS)][2](turn)
