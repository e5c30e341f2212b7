"""Proofs of inclusion and consistency, right ones and mostly wrong ones: the kinds that test logs of certificates."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from backend.audit.outside import verify_bundle
from deploy.benches.forging import trees
from deploy.benches.forging.ledgers import hexed

EMPTY = trees.root([])


@dataclass(frozen=True)
class Inclusion:
    """A claim that an entry stands at an index of a tree."""

    entry: bytes
    index: int
    size: int
    path: tuple[bytes, ...]
    root: bytes

    def holds(self) -> bool:
        """Return the outsider's judgement."""
        path = hexed(list(self.path))
        return _accepted(verify_bundle.need_included, self.entry, self.index, self.size, path, self.root)


@dataclass(frozen=True)
class Consistency:
    """A claim that a tree begins with an older one."""

    size: int
    root: bytes
    new_size: int
    new_root: bytes
    path: tuple[bytes, ...]

    def holds(self) -> bool:
        """Return the outsider's judgement."""
        old, new = (self.size, self.root), (self.new_size, self.new_root)
        return _accepted(verify_bundle.need_continued, *old, *new, hexed(list(self.path)))


Claim = Inclusion | Consistency


@dataclass(frozen=True)
class Probe:
    """A claim, what was done to it, and whether it must be accepted."""

    kind: str
    claim: Claim
    right: bool = False


def probes(rng: Random, trees_tried: int) -> Iterator[Probe]:
    """Give the probes of so many random trees: one right proof of each form, and every wrong one made of it."""
    for _ in range(trees_tried):
        entries = [rng.randbytes(rng.randrange(40)) + bytes([n % 256]) for n in range(rng.randint(2, 70))]
        leaves, size = [trees.leaf(entry) for entry in entries], rng.randrange(1, len(entries))
        index, root = rng.randrange(len(entries)), trees.root(leaves)
        path = tuple(trees.inclusion(index, leaves))
        yield from _of_inclusion(Inclusion(entries[index], index, len(entries), path, root), rng)
        path = tuple(trees.consistency(size, leaves))
        yield from _of_consistency(
            Consistency(size, trees.root(leaves[:size]), len(entries), root, path), rng
        )


def _of_inclusion(right: Inclusion, rng: Random) -> Iterator[Probe]:
    yield Probe("right", right, right=True)
    changed = {
        "wrong leaf": {"entry": right.entry + b"x"},
        "index + 1": {"index": right.index + 1},
        "index - 1": {"index": right.index - 1},
        "index xor 2": {"index": right.index ^ 2},
        "index beyond": {"index": right.index + right.size},
        "size x 2": {"size": right.size * 2},
        "size / 2": {"size": right.size // 2},
        "size 0": {"size": 0},
        "empty root": {"root": EMPTY},
        "random root": {"root": rng.randbytes(32)},
    }
    for kind, change in changed.items():
        yield Probe(kind, _with(right, **change))
    yield from _of_path(right, right.root, rng)


def _of_consistency(right: Consistency, rng: Random) -> Iterator[Probe]:
    yield Probe("right", right, right=True)
    changed = {
        "old size + 1": {"size": right.size + 1},
        "old size - 1": {"size": right.size - 1},
        "old size xor 2": {"size": right.size ^ 2},
        "old size 0": {"size": 0, "root": EMPTY},
        "new size x 2": {"new_size": right.new_size * 2},
        "new size / 2": {"new_size": right.new_size // 2},
        "sizes swapped": {"size": right.new_size, "new_size": right.size},
        "roots swapped": {"root": right.new_root, "new_root": right.root},
        "empty old root": {"root": EMPTY},
        "random old root": {"root": rng.randbytes(32)},
        "empty new root": {"new_root": EMPTY},
        "random new root": {"new_root": rng.randbytes(32)},
    }
    for kind, change in changed.items():
        yield Probe(kind, _with(right, **change))
    yield from _of_path(right, right.root, rng)
    yield from _of_path(right, right.new_root, rng)


def _of_path(right: Claim, root: bytes, rng: Random) -> Iterator[Probe]:
    """Give the claims whose path is another."""
    path, garbage = right.path, rng.randbytes(32)
    yield Probe("garbage after", _with(right, path=(*path, garbage)))
    yield Probe("garbage before", _with(right, path=(garbage, *path)))
    yield Probe("root after", _with(right, path=(*path, root)))
    yield Probe("root before", _with(right, path=(root, *path)))
    for at, node in enumerate(path):
        bit = rng.randrange(256)
        flipped = bytes(byte ^ (1 << bit % 8 if place == bit // 8 else 0) for place, byte in enumerate(node))
        yield Probe("bit flipped", _with(right, path=(*path[:at], flipped, *path[at + 1 :])))
        yield Probe("node removed", _with(right, path=(*path[:at], *path[at + 1 :])))
        yield Probe("node inserted", _with(right, path=(*path[:at], garbage, *path[at:])))
        yield Probe("node shortened", _with(right, path=(*path[:at], node[:31], *path[at + 1 :])))


def _with(claim: Claim, **changes: object) -> Claim:
    return type(claim)(**(vars(claim) | changes))


def _accepted(need: Callable[..., None], *claim: object) -> bool:
    try:
        need(*claim)
    except verify_bundle.AMISS:
        return False
    return True
