"""Merkle trees as RFC 6962 defines them (section 2.1): by halves, never by climbing."""

import hashlib


def leaf(entry: bytes) -> bytes:
    """Return the hash of an entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def root(leaves: list[bytes]) -> bytes:
    """Return the root of the tree over these leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = _half(len(leaves))
    return hashlib.sha256(b"\x01" + root(leaves[:half]) + root(leaves[half:])).digest()


def inclusion(index: int, leaves: list[bytes]) -> list[bytes]:
    """Return the path of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    half = _half(len(leaves))
    if index < half:
        return [*inclusion(index, leaves[:half]), root(leaves[half:])]
    return [*inclusion(index - half, leaves[half:]), root(leaves[:half])]


def consistency(size: int, leaves: list[bytes]) -> list[bytes]:
    """Return the proof of RFC 6962, 2.1.2 that the tree begins with its first ``size`` leaves."""
    return [] if size == len(leaves) else _part(size, leaves, whole=True)


def _part(size: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    if size == len(leaves):
        return [] if whole else [root(leaves)]
    half = _half(len(leaves))
    if size <= half:
        return [*_part(size, leaves[:half], whole=whole), root(leaves[half:])]
    return [*_part(size - half, leaves[half:], whole=False), root(leaves[:half])]


def _half(size: int) -> int:
    """Return the largest power of two smaller than the size."""
    return 1 << ((size - 1).bit_length() - 1)
