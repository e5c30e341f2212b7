"""Codes of authenticator apps (TOTP, RFC 6238): six digits, a new one every 30 seconds."""

from __future__ import annotations

from datetime import datetime
from hmac import compare_digest

import pyotp

ISSUER = "Chỉ số cải cách hành chính"
SECONDS = 30
# A telephone's clock may be half a minute wrong.
_OFFSETS = (0, -1, 1)


def new_secret() -> str:
    """Return a new random secret, 32 letters in base 32."""
    return pyotp.random_base32()


def provisioning_uri(username: str, secret: str) -> str:
    """Return the address an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def looks_like_code(typed: str) -> bool:
    """Return whether ``typed`` is six digits, spaces aside."""
    digits = "".join(typed.split())
    return len(digits) == 6 and digits.isascii() and digits.isdigit()


def matching_step(secret: str, typed: str, *, at: datetime, after: int) -> int:
    """Return the number of the half minute whose code was typed, 0 if none.

    Only half minutes later than ``after`` count, so a code that was used is of no more use.
    """
    digits = "".join(typed.split())
    here = int(at.timestamp()) // SECONDS
    for step in (here + offset for offset in _OFFSETS):
        if step > after and compare_digest(pyotp.TOTP(secret).generate_otp(step), digits):
            return step
    return 0
