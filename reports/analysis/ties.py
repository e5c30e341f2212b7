"""Which units stand so close that their order is no finding: ties in substance, from rank intervals. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def ties(intervals: Sequence[tuple[int, int]]) -> list[int]:
    """Return for each unit the number of its tie, counted from 1.

    ``intervals`` are the ranks from 5 % to 95 % of the draws, in the order of the ranks. The first unit that is in no
    tie yet leads the next one; those that follow belong to it as long as their intervals reach into the leader's.
    """
    numbers: list[int] = []
    reach = 0
    for low, high in intervals:
        if not numbers or low > reach:
            numbers.append(numbers[-1] + 1 if numbers else 1)
            reach = high
        else:
            numbers.append(numbers[-1])
    return numbers
