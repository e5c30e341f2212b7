"""The code printed on an issued document: twelve signs that are never mistaken for one another, and its QR."""

from __future__ import annotations

import secrets

import segno
from django.conf import settings
from django.urls import reverse

# Crockford's base 32: no I, L, O, U. Twelve signs are 60 bits, too many to try.
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """Return a code nobody can guess."""
    return "".join(secrets.choice(SIGNS) for _sign in range(LENGTH))


def normal(typed: str) -> str:
    """Return the code as it is stored: capitals, no spaces or dashes, letters that were misread put right.

    What is no code at all gives "".
    """
    bare = "".join(typed.split()).replace("-", "").upper().translate(_MISREAD)
    return bare if len(bare) == LENGTH and set(bare) <= set(SIGNS) else ""


def spelled(code: str) -> str:
    """Return the code in groups of four, as it is printed."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def address(code: str) -> str:
    """Return the public address that tells about the code."""
    return settings.SITE_URL.rstrip("/") + reverse("reports:verify_code", args=[spelled(code)])


def qr(code: str) -> str:
    """Return the QR of the address as SVG, 24 mm wide with its quiet zone; level Q survives a stamp's edge."""
    made = segno.make(address(code), error="q", micro=False)
    return made.svg_inline(scale=1, border=4, omitsize=True)
