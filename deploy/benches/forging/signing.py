"""Ed25519 signatures (RFC 8032, 5.1), published keys and signed notes."""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache

FIELD = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
Affine = tuple[int, int]


def _inverse(number: int) -> int:
    return pow(number, FIELD - 2, FIELD)


CURVE = -121665 * _inverse(121666) % FIELD


def _sum(left: Affine, right: Affine) -> Affine:
    """Return the sum of two points by the curve's addition law (RFC 8032, 5.1.4), in plain coordinates."""
    (x1, y1), (x2, y2) = left, right
    product = CURVE * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * _inverse(1 + product)
    y = (y1 * y2 + x1 * x2) * _inverse(1 - product)
    return x % FIELD, y % FIELD


@cache
def _doubles() -> list[Affine]:
    """Return B, 2B, 4B, ... : the base point doubled again and again."""
    y = 4 * _inverse(5) % FIELD
    square = (y * y - 1) * _inverse(CURVE * y * y + 1) % FIELD
    x = pow(square, (FIELD + 3) // 8, FIELD)
    if x * x % FIELD != square:
        x = x * pow(2, (FIELD - 1) // 4, FIELD) % FIELD
    points = [(FIELD - x if x % 2 else x, y)]
    while len(points) < 256:
        points.append(_sum(points[-1], points[-1]))
    return points


def _times_base(scalar: int) -> bytes:
    """Return the code of so many times the base point."""
    x, y, z = 0, 1, 1
    for bit, (bx, by) in enumerate(_doubles()):
        if scalar >> bit & 1:
            # The addition law again, with the denominators gathered in z.
            cross = CURVE * x * bx * y * by % FIELD
            square = z * z % FIELD
            plus, minus = (square + cross) % FIELD, (square - cross) % FIELD
            x, y, z = (
                z * (x * by + bx * y) * minus % FIELD,
                z * (y * by + x * bx) * plus % FIELD,
                plus * minus % FIELD,
            )
    inverse = _inverse(z)
    x, y = x * inverse % FIELD, y * inverse % FIELD
    return (y + ((x % 2) << 255)).to_bytes(32, "little")


def _number(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


@dataclass(frozen=True)
class Signer:
    """A private key and the name it signs under."""

    name: str
    seed: bytes

    @property
    def _secret(self) -> tuple[int, bytes]:
        digest = hashlib.sha512(self.seed).digest()
        scalar = int.from_bytes(digest[:32], "little") & (2**254 - 8) | 2**254
        return scalar, digest[32:]

    @property
    def public(self) -> bytes:
        """Return the 32 bytes of the public key."""
        return _public(self._secret[0])

    @property
    def key_hash(self) -> bytes:
        """Return the four bytes that name the key in a note."""
        return hashlib.sha256(self.name.encode() + b"\n" + b"\x01" + self.public).digest()[:4]

    @property
    def published(self) -> str:
        """Return the key as it is published."""
        code = base64.b64encode(b"\x01" + self.public).decode()
        return f"{self.name}+{self.key_hash.hex()}+{code}"

    def sign(self, message: bytes) -> bytes:
        """Return the signature of the message."""
        scalar, prefix = self._secret
        nonce = _number(prefix, message) % ORDER
        point = _times_base(nonce)
        answer = (nonce + _number(point, self.public, message) * scalar) % ORDER
        return point + answer.to_bytes(32, "little")

    def note(self, size: int, root: bytes) -> str:
        """Return the signed note of a tree of that size and root."""
        text = f"{self.name}\n{size}\n{base64.b64encode(root).decode()}\n"
        return f"{text}\n{self.line(self.sign(text.encode()))}"

    def line(self, signature: bytes) -> str:
        """Return the signature line of a note."""
        return f"— {self.name} {base64.b64encode(self.key_hash + signature).decode()}\n"


@cache
def _public(scalar: int) -> bytes:
    return _times_base(scalar)
