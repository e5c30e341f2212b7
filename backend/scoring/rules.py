"""Which units a share draws. Plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256


def drawn(seed: str, code: str, units: Iterable[str], share: int) -> list[str]:
    """Return the units that ``share`` percent of them, rounded up, draw for the leaf of that code.

    Those whose SHA-256 of "seed/leaf/unit" is smallest: the same for everybody who knows the seed.
    """
    lots = sorted(set(units), key=lambda unit: (sha256(f"{seed}/{code}/{unit}".encode()).hexdigest(), unit))
    return lots[: -(-len(lots) * share // 100)]
