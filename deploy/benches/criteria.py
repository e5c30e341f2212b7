"""The criteria workshop: opening a set's page, importing a set from Excel, trying a draft on a past season."""

import importlib
from collections.abc import Iterator

from deploy.benches.measuring import Figure

PARTS = ("workshop", "excel", "backtest")


def figures() -> Iterator[Figure]:
    """Give the figures of every part."""
    for part in PARTS:
        yield from importlib.import_module(f"deploy.benches.{part}").figures()
