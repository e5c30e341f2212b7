"""The outsider's Ed25519: the vectors of RFC 8032, our own signer, and every number in its one form only."""

from __future__ import annotations

from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.audit.outside import verify_bundle
from backend.audit.outside.verify_bundle import Wrong, need_signed
from deploy.benches.forging.cases import SIGNER, STRANGER
from deploy.benches.forging.signing import FIELD, ORDER, Signer

VECTORS = {  # RFC 8032, 7.1: secret, public, message, signature
    "1": (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "2": (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    "3": (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_the_vectors_of_the_standard_are_accepted_and_made(name):
    secret, public, message, signature = map(bytes.fromhex, VECTORS[name])
    signer = Signer("so", secret)
    assert signer.public == public
    assert signer.sign(message) == signature
    need_signed(public, message, signature)


def test_another_library_takes_our_signatures_and_we_take_its():
    rng = Random(25519)
    for _ in range(5):
        seed, message = rng.randbytes(32), rng.randbytes(rng.randrange(200))
        theirs, ours = Ed25519PrivateKey.from_private_bytes(seed), Signer("so", seed)
        assert theirs.public_key().public_bytes_raw() == ours.public
        assert theirs.sign(message) == ours.sign(message)
        need_signed(ours.public, message, theirs.sign(message))


def test_any_other_bit_of_a_signature_is_refused():
    rng, signature = Random(8032), SIGNER.sign("gốc".encode())
    for bit in rng.sample(range(512), 24):
        bent = bytearray(signature)
        bent[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Wrong):
            need_signed(SIGNER.public, "gốc".encode(), bytes(bent))


@pytest.mark.parametrize(
    ("public", "message"),
    [(SIGNER.public, b"khac"), (STRANGER.public, b"so"), (bytes([1]) + bytes(31), b"so")],
)
def test_another_message_or_key_is_refused(public, message):
    with pytest.raises(Wrong):
        need_signed(public, message, SIGNER.sign(b"so"))


def test_the_same_number_written_larger_is_refused():
    signature = SIGNER.sign(b"so")
    for times in (1, 2, 7):
        larger = int.from_bytes(signature[32:], "little") + times * ORDER
        with pytest.raises(Wrong):
            need_signed(SIGNER.public, b"so", signature[:32] + larger.to_bytes(32, "little"))


@pytest.mark.parametrize("length", [0, 32, 63, 65])
def test_a_signature_of_another_length_is_refused(length):
    with pytest.raises(Wrong):
        need_signed(SIGNER.public, b"so", (SIGNER.sign(b"so") + b"\0")[:length])


@pytest.mark.parametrize(
    "code",
    [
        FIELD + 1,  # y = 1 written larger
        FIELD + 3,
        2**255 - 1,
        1 + (1 << 255),  # x = 0 called odd
        FIELD - 1 + (1 << 255),
        2,  # on no point of the curve
    ],
)
def test_a_key_that_is_not_the_one_code_of_a_point_is_refused(code):
    with pytest.raises(Wrong):
        need_signed(code.to_bytes(32, "little"), b"so", SIGNER.sign(b"so"))


def test_a_point_of_a_signature_written_larger_is_refused():
    # Of the key y = 1, R = (0, 1) and s = 0 hold for every message; R written as y + p is the same point.
    identity, larger = (1).to_bytes(32, "little"), (FIELD + 1).to_bytes(32, "little")
    need_signed(identity, b"so", identity + bytes(32))
    with pytest.raises(Wrong):
        need_signed(identity, b"so", larger + bytes(32))


def test_a_published_key_is_read_and_any_other_refused():
    assert verify_bundle.key_of(SIGNER.published + "\n") == (SIGNER.name, SIGNER.key_hash, SIGNER.public)
    name, short, code = SIGNER.published.split("+", 2)
    for wrong in (
        f"khac+{short}+{code}",
        f"{name}+00000000+{code}",
        f"{name}+{short}+{code[:-4]}",
        "khoá",
        "",
    ):
        with pytest.raises(verify_bundle.AMISS):
            verify_bundle.key_of(wrong)
