"""The Merkle tree of RFC 6962 over the entries of the log: root, inclusion and consistency proofs. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over two."""
    return hashlib.sha256(b"\1" + left + right).digest()


EMPTY = hashlib.sha256().digest()


class Frontier:
    """A tree that grows leaf by leaf and keeps only its complete subtrees: enough for its root at every size."""

    def __init__(self) -> None:
        self.size = 0
        self.complete: list[bytes] = []  # the largest subtree first

    def add(self, leaf: bytes) -> None:
        """Put one more leaf at the end."""
        made, size = leaf_hash(leaf), self.size
        while size & 1:
            made = node_hash(self.complete.pop(), made)
            size >>= 1
        self.complete.append(made)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree as it stands."""
        if not self.complete:
            return EMPTY
        made = self.complete[-1]
        for left in reversed(self.complete[:-1]):
            made = node_hash(left, made)
        return made


class Tree:
    """A tree whose every complete subtree is kept, for proofs."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        level = [leaf_hash(leaf) for leaf in leaves]
        self.size = len(level)
        self.levels = [level]
        while len(level) > 1:
            level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
            self.levels.append(level)

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first ``size`` leaves, all by default."""
        size = self.size if size is None else size
        return self._over(0, size) if size else EMPTY

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the proof that the leaf of that index stands in the tree of ``size`` leaves."""
        return self._path(index, 0, self.size if size is None else size)

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        """Return the proof that the tree of ``old`` leaves is the beginning of that of ``size``."""
        size = self.size if size is None else size
        return self._subproof(old, 0, size, whole=True) if 0 < old < size else []

    def _over(self, low: int, high: int) -> bytes:
        count = high - low
        level = count.bit_length() - 1
        if count == 1 << level and low % count == 0:
            return self.levels[level][low >> level]
        middle = low + _split(count)
        return node_hash(self._over(low, middle), self._over(middle, high))

    def _path(self, index: int, low: int, high: int) -> list[bytes]:
        if high - low == 1:
            return []
        middle = low + _split(high - low)
        if index < middle:
            return [*self._path(index, low, middle), self._over(middle, high)]
        return [*self._path(index, middle, high), self._over(low, middle)]

    def _subproof(self, old: int, low: int, high: int, *, whole: bool) -> list[bytes]:
        if old == high:
            return [] if whole else [self._over(low, high)]
        middle = low + _split(high - low)
        if old <= middle:
            return [*self._subproof(old, low, middle, whole=whole), self._over(middle, high)]
        return [*self._subproof(old, middle, high, whole=False), self._over(low, middle)]


def _split(count: int) -> int:
    """Return the largest power of two smaller than ``count``."""
    return 1 << ((count - 1).bit_length() - 1)
