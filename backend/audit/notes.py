"""The signed note of a checkpoint (C2SP tlog-checkpoint, signed-note) and the Ed25519 keys it is signed with.

The signing key stands in a file that only the account of the background work can read; beside it the published
key, which everybody reads.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.utils.translation import gettext as _

from backend.core.errors import Invalid, OutOfStep

_KIND = b"\x01"  # Ed25519
_NAME = re.compile(r"[^\s+]{1,100}")


@dataclass(frozen=True)
class PublishedKey:
    """The key signatures are checked with, and its name, which is the log's origin too."""

    name: str
    raw: bytes

    @property
    def key_hash(self) -> bytes:
        """Return the four bytes by which a signature line names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + _KIND + self.raw).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_hash.hex()}+{_b64(_KIND + self.raw)}"

    @classmethod
    def parse(cls, text: str) -> PublishedKey:
        """Read a key as it is published. Raises Invalid."""
        name, _hash, data = _parts(text)
        key = cls(name, data[1:])
        if str(key) != text.strip():
            raise Invalid(_("Khoá công bố không đúng dạng."))
        return key


@dataclass(frozen=True)
class Signer:
    """The key checkpoints are signed with."""

    name: str
    seed: bytes

    @property
    def published(self) -> PublishedKey:
        """Return the key to publish."""
        return PublishedKey(self.name, self._key.public_key().public_bytes_raw())

    def secret(self) -> str:
        """Return the key as it is kept in its file."""
        return f"PRIVATE+KEY+{self.name}+{self.published.key_hash.hex()}+{_b64(_KIND + self.seed)}"

    def note(self, size: int, root: bytes) -> str:
        """Return the signed note over a tree."""
        text = body(self.name, size, root)
        signature = self.published.key_hash + self._key.sign(text.encode())
        return f"{text}\n\N{EM DASH} {self.name} {_b64(signature)}\n"

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def body(origin: str, size: int, root: bytes) -> str:
    """Return the three lines that are signed."""
    return f"{origin}\n{size}\n{_b64(root)}\n"


def is_signed(note: str, key: PublishedKey, *, size: int, root: bytes) -> bool:
    """Tell whether a note says this size and root and is signed with this key."""
    text = body(key.name, size, root)
    begun = f"{text}\n\N{EM DASH} {key.name} "
    if not note.startswith(begun):
        return False
    try:
        data = base64.b64decode(note[len(begun) :].strip(), validate=True)
        Ed25519PublicKey.from_public_bytes(key.raw).verify(data[4:], text.encode())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return data[:4] == key.key_hash


def read(text: str) -> tuple[int, bytes]:
    """Return size and root of a checkpoint kept outside, signed or, as on paper, its three lines alone. Raises Invalid."""
    lines = [line.strip() for line in text.replace("\ufeff", "").strip().splitlines()]
    try:
        size, root = int(lines[1]), base64.b64decode(lines[2], validate=True)
    except (IndexError, ValueError) as problem:
        raise Invalid(_("Không phải ba dòng của một lần chốt sổ.")) from problem
    if len(lines) > 3:
        key = published_key()
        note = "\n".join([*lines, ""])
        if key is None or not is_signed(note, key, size=size, root=root):
            raise Invalid(_("Dòng chốt sổ này không ký bằng khoá đang công bố."))
    return size, root


def signer() -> Signer:
    """Return the key to sign with. Raises OutOfStep where this account has none."""
    path = Path(settings.AUDIT_SIGNING_KEY_FILE)
    try:
        text = path.read_text()
    except OSError as problem:
        raise OutOfStep(
            _("Chưa đọc được khoá ký chốt sổ (AUDIT_SIGNING_KEY_FILE). Hãy chạy: manage.py audit_keys")
        ) from problem
    name, key_hash, data = _parts(text.removeprefix("PRIVATE+KEY+"))
    found = Signer(name, data[1:])
    if found.published.key_hash.hex() != key_hash:
        raise Invalid(_("Tệp khoá ký chốt sổ không đúng dạng."))
    return found


def published_key() -> PublishedKey | None:
    """Return the published key; None where keys were not made yet."""
    try:
        return PublishedKey.parse(_published_file().read_text())
    except OSError:
        return None


def make_keys(name: str) -> PublishedKey:
    """Make a key of that name and write both files; never over one that is there. Raises Invalid."""
    if not _NAME.fullmatch(name):
        raise Invalid(_("Tên khoá không được có khoảng trắng hay dấu +."))
    made = Signer(name, os.urandom(32))
    _write(Path(settings.AUDIT_SIGNING_KEY_FILE), made.secret(), 0o600)
    _write(_published_file(), str(made.published), 0o644)
    return made.published


def _published_file() -> Path:
    return Path(f"{settings.AUDIT_SIGNING_KEY_FILE}.pub")


def _write(path: Path, text: str, mode: int) -> None:
    try:
        made = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode)
    except FileExistsError:
        raise Invalid(_("Đã có tệp %s; không ghi đè khoá đang dùng.") % path) from None
    with os.fdopen(made, "w") as file:
        file.write(f"{text}\n")


def _parts(text: str) -> tuple[str, str, bytes]:
    parts = text.strip().split("+", 2)
    try:
        name, key_hash, data = parts[0], parts[1], base64.b64decode(parts[2], validate=True)
    except (IndexError, binascii.Error) as problem:
        raise Invalid(_("Khoá không đúng dạng.")) from problem
    if len(data) != 33 or data[:1] != _KIND:
        raise Invalid(_("Khoá không đúng dạng."))
    return name, key_hash, data


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
