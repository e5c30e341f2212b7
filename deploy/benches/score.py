"""Saving one score, opening a card, and the deadline hour, over HTTP on a card of a hundred leaves among few and many units."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from deploy.benches import hour
from deploy.benches.browser import Browser
from deploy.benches.clients import key_of
from deploy.benches.leaves import CODES, typed
from deploy.benches.machine import Machine, machine
from deploy.benches.measuring import Figure, alternate, asked
from deploy.benches.season import Officer, grow, officers, plant

FEW, MANY = 112, 10_000
SERVED = "deploy.benches.served"


@dataclass(frozen=True)
class Length:
    """How much is measured: units of the large round, seconds of the deadline hour, runs of each median."""

    units: int = MANY
    seconds: float = 300
    saves: int = 150
    openings: int = 30
    people: int = 0  # 0: as many as the database is to bear


def figures(kind: str, length: Length) -> Iterator[Figure]:
    """Give every figure on one database ("sqlite" or "postgresql"); the world is built once and kept."""
    with machine(kind) as here:
        season = plant()
        here.start_web(SERVED)
        counts = []
        for units in sorted({min(FEW, length.units), length.units}):
            grow(season, units)
            here.analyse()
            (officer,) = officers(season, 1, first=0)
            for figure in _of_one(here, officer, length):
                yield Figure(f"{kind}_{figure.name}_{units}", figure.value, figure.goal)
                counts += [figure.value] if figure.name == "save_statements" else []
        yield Figure(f"{kind}_save_statements_grown", counts[-1] - counts[0], 0)
        yield from hour.figures(kind, here, season, seconds=length.seconds, people=length.people)


def _of_one(here: Machine, officer: Officer, length: Length) -> Iterator[Figure]:
    """Give statements and median of one officer who saves and opens alone."""
    print(f"saving, then opening ({length.saves} and {length.openings} runs)", file=sys.stderr)
    inside, browser = Browser.inside(officer), Browser(here.port, officer)
    yield Figure("save_statements", asked(Saves(inside, officer)), 12)
    ours, floor = Saves(browser, officer), floor_saves(browser, officer)
    yield Figure("save_times", alternate(ours, floor, length.saves), 2)
    page, bare = f"/scorecards/{officer.card}/", f"/floor/cards/{officer.card}/"
    same_rows(browser.get(page), browser.get(bare))
    yield Figure("open_statements", asked(lambda: inside.get(page)), 15)
    ratio = alternate(lambda: browser.get(page), lambda: browser.get(bare), length.openings)
    yield Figure("open_times", ratio, 2.5)


class Saves:
    """Saves one leaf after another of the first half of the card, each a real change under a key of its own."""

    def __init__(self, browser: Browser, officer: Officer) -> None:
        self.browser, self.officer, self.turn = browser, officer, 0

    def __call__(self) -> None:
        officer, code = self.officer, CODES[self.turn % 50]
        version = officer.versions[code]
        form = {"version": str(version)} | {
            f"input_{name}": value for name, value in typed(code, version).items()
        }
        key = key_of(officer.user, officer.marks[code], version)
        self.browser.post(f"/scorecards/{officer.card}/leaves/{code}/", form, key)
        officer.versions[code] = version + 1
        self.turn += 1


def floor_saves(browser: Browser, officer: Officer) -> Callable[[], None]:
    """Return what saves one leaf after another of the second half through the yardstick."""
    turn = 0

    def save() -> None:
        nonlocal turn
        turn += 1
        mark = officer.marks[CODES[50 + turn % 50]]
        browser.post(f"/floor/cards/{officer.card}/marks/{mark}/", {"points": f"0.{turn % 1000:03d}"})

    return save


def same_rows(ours: str, floor: str) -> None:
    """Raise where the yardstick writes other rows, inputs or choices than ours: then the two would not do the same."""
    ours, floor = (page[page.index("<tbody") : page.rindex("</tbody>")] for page in (ours, floor))
    for what in ('<tr id="leaf-', 'name="input_', "<option"):
        if ours.count(what) != floor.count(what):
            raise RuntimeError(
                f"{what}: {ours.count(what)} in the page, {floor.count(what)} in the yardstick"
            )
