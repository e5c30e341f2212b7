"""Totals, ranks, pages and the workbook of a round of few and many units with a hundred leaves, on both databases."""

from __future__ import annotations

import gc
import io
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

from deploy.benches.browser import Browser
from deploy.benches.machine import machine
from deploy.benches.measuring import Figure, alternate, asked, seconds
from deploy.benches.results import Results, plant

FEW, MIDDLE, MANY = 112, 1_000, 10_000
IN_SHEET = 390
RUNS = 9


def figures(kind: str, units: int = MANY) -> Iterator[Figure]:
    """Give every figure on one database; the round is grown, measured, grown again."""
    with machine(kind) as here:
        world = plant()
        per_unit = {}
        for number in sorted({min(FEW, units), min(MIDDLE, units), units}):
            world.grow(number)
            here.analyse()
            print(f"{number} units", file=sys.stderr)
            for figure in _totals(world, RUNS if number <= MIDDLE else 5):
                yield Figure(f"{kind}_{figure.name}_{number}", figure.value, figure.goal)
            per_unit[number] = min(seconds(world.ours) for _turn in range(3)) / number
        if units > MIDDLE:
            yield Figure(f"{kind}_reports_time_a_unit_grown", per_unit[units] / per_unit[MIDDLE], 1.5)
        for figure in _published(kind):
            yield figure


def _totals(world: Results, runs: int) -> Iterator[Figure]:
    """Give statements, time and memory of totals and ranks against one statement with RANK()."""
    from deploy.benches import floor_reports

    def bare() -> Any:
        return floor_reports.totals(world.round.pk, world.conclusion.pk)

    _same(world.ours(), bare())
    yield Figure("reports_totals_statements", asked(world.ours), 2)
    yield Figure("reports_totals_times", alternate(world.ours, bare, runs), 2)
    extra = (held(world.ours) - held(bare)) / world.units
    yield Figure("reports_totals_bytes_a_unit", round(extra), 1000)


def held(work: Callable[[], Any]) -> int:
    """Return the most bytes that Python held while the work was done, its result among them."""
    gc.collect()
    tracemalloc.start()
    try:
        kept = work()
        return tracemalloc.get_traced_memory()[1] if kept else 0
    finally:
        tracemalloc.stop()


def _same(ours: Any, floor: Any) -> None:
    """Raise where the two give other totals or ranks: then they would not do the same."""
    mine = sorted((line.rank, line.totals.total, line.totals.maximum) for line in ours)
    bare = {row[0]: (row[5], row[3], row[4]) for row in floor}
    theirs = sorted((rank, total, most) for rank, total, most in bare.values())
    exact = [(rank, int(total * 1000), int(most * 1000)) for rank, total, most in mine]
    if exact != theirs:
        raise RuntimeError(f"the floor gives other figures: {exact[:3]} {theirs[:3]}")


def _published(kind: str) -> Iterator[Figure]:
    """Give statements and time of the pages of a published round of 112 units, and of the workbook of 390."""
    from django.conf import settings

    from deploy.benches import floor_reports

    settings.ROOT_URLCONF = "deploy.benches.floor_reports"
    print("publishing", file=sys.stderr)
    world = plant(number=2)
    world.grow(FEW)
    ranking, card, officer = world.published()
    browser = Browser.inside(officer, urls="")
    pages = {"ranking": (f"/results/{world.round.pk}/", 10), "unit": (f"/results/cards/{card}/", 15)}
    for name, (address, most) in pages.items():
        bare = f"/floor{address}"
        _same_rows(browser.get(address), browser.get(bare))
        yield Figure(f"{kind}_reports_{name}_statements", asked(lambda a=address: browser.get(a)), most)
        times = alternate(lambda a=address: browser.get(a), lambda b=bare: browser.get(b), RUNS * 2)
        yield Figure(f"{kind}_reports_{name}_times", times, 2.5)
    world = plant(number=3)
    world.grow(IN_SHEET)
    ranking = world.published()[0]
    found = floor_reports.publication(ranking)
    rows = floor_reports.cells(found)
    times = alternate(
        lambda: floor_reports.ours(ranking), lambda: floor_reports.workbook(rows, io.BytesIO()), RUNS
    )
    yield Figure(f"{kind}_reports_xlsx_times_{IN_SHEET}", times, 1.5)


def _same_rows(ours: str, floor: str) -> None:
    if ours.count("<tr") != floor.count("<tr"):
        raise RuntimeError(f"{ours.count('<tr')} rows instead of {floor.count('<tr')}")
