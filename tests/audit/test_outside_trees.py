"""The outsider's Merkle trees: known roots, every small proof, and the wrong proofs that logs of certificates test."""

from __future__ import annotations

import base64
from collections import Counter
from random import Random

import pytest

from backend.audit.outside import verify_bundle
from deploy.benches.forging import trees
from deploy.benches.forging.cases import SIGNER
from deploy.benches.forging.ledgers import hexed
from deploy.benches.forging.probes import probes

# The eight entries and roots that implementations of RFC 6962 compare themselves by.
ENTRIES = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    bytes(range(0x40, 0x44)),
    bytes(range(0x50, 0x58)),
    bytes(range(0x60, 0x70)),
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_the_known_roots_come_out_of_both_ways_to_build_a_tree():
    parts: list[bytes] = []
    grown = [verify_bundle.grow(parts, size, entry).hex() for size, entry in enumerate(ENTRIES, 1)]
    halved = [trees.root([trees.leaf(one) for one in ENTRIES[:size]]).hex() for size in range(1, 9)]
    assert grown == halved == ROOTS


def test_every_proof_of_every_small_tree_is_accepted():
    entries = [bytes([number]) for number in range(20)]
    leaves = [trees.leaf(entry) for entry in entries]
    for size in range(1, 21):
        root = trees.root(leaves[:size])
        for index in range(size):
            path = hexed(trees.inclusion(index, leaves[:size]))
            verify_bundle.need_included(entries[index], index, size, path, root)
        for old in range(1, size):
            path = hexed(trees.consistency(old, leaves[:size]))
            verify_bundle.need_continued(old, trees.root(leaves[:old]), size, root, path)


def test_no_proof_is_accepted_for_another_tree_of_any_size():
    entries = [bytes([number]) for number in range(12)]
    leaves = [trees.leaf(entry) for entry in entries]
    others = [*leaves[:3], trees.leaf(b"khac"), *leaves[4:]]
    for size in range(4, 13):
        for old in range(4, size):
            path = hexed(trees.consistency(old, others[:size]))
            with pytest.raises(verify_bundle.AMISS):
                verify_bundle.need_continued(
                    old, trees.root(leaves[:old]), size, trees.root(others[:size]), path
                )


def test_every_wrong_proof_is_refused_and_nine_in_ten_probes_are_wrong():
    judged = [(probe, probe.claim.holds()) for probe in probes(Random(6962), 60)]
    assert Counter(probe.kind for probe, holds in judged if holds != probe.right) == {}
    kinds = {probe.kind for probe, _ in judged}
    assert {"wrong leaf", "index xor 2", "size x 2", "garbage before", "bit flipped", "node removed"} <= kinds
    assert sum(not probe.right for probe, _ in judged) >= 0.9 * len(judged)


def test_a_note_is_read_in_its_one_form_only():
    key, note = verify_bundle.key_of(SIGNER.published), SIGNER.note(8, bytes.fromhex(ROOTS[7]))
    assert verify_bundle.note_of(note.encode(), key) == (8, bytes.fromhex(ROOTS[7]))
    text, signature = note.split("\n\n")
    origin, size, root = text.split("\n")
    for wrong in (
        "",
        text,
        note[:-1],
        note + "\n",
        note + signature,
        note.replace("—", "-"),
        note.replace("\n", "\r\n"),
        f"{origin}\n0{size}\n{root}\n\n{signature}",
        f"{origin}\n{size}\n{base64.b64encode(bytes(31)).decode()}\n\n{signature}",
        f"{origin}\n{size}\n{root}\nthêm\n\n{signature}",
    ):
        with pytest.raises(verify_bundle.AMISS):
            verify_bundle.note_of(wrong.encode(), key)
