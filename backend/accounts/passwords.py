"""One-time passwords: easy to read from paper, too many to guess."""

from __future__ import annotations

import secrets

from django.contrib.auth.hashers import PBKDF2PasswordHasher, get_hasher

# Without 0 o 1 l i u v: nobody has to ask which sign it is.
_LETTERS = "abcdefghjkmnpqrstwxyz23456789"
_GROUPS, _LENGTH = 4, 4
# 78 random bits need no slow hash; an import of hundreds of accounts does need a quick one.
_QUICK = 10_000


def one_time_password() -> str:
    """Return a new random password, "k7mp-x3wd-t9hq-a2cf"."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(_GROUPS))


def quick_hash(random_password: str) -> str:
    """Return the hash of a random password. Django hashes it anew, slowly, at the first sign-in."""
    hasher = get_hasher()
    cost = {"iterations": _QUICK} if isinstance(hasher, PBKDF2PasswordHasher) else {}
    return hasher.encode(random_password, hasher.salt(), **cost)
