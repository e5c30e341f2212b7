"""The one place where a history row gets its place in a chain: sequence, digest before, commitments, digest, MAC.

``heads_of`` reads the heads under their lock, ``seal`` closes one row. The trigger on every history table
(``continuing``) moves the head on and refuses a row that does not continue its chain.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections

from backend.audit.records import Form, canonical, commitment, digest_of

ZEROS = "0" * 64
CHAINS = "audit_chain"

_HOLD = "SELECT chain, length, head FROM audit_hold(%s)"
_READ = "SELECT name, length, head FROM audit_chain WHERE name IN ({})"


@dataclass(frozen=True)
class Head:
    """How far a chain goes: so many rows, and the digest of the last one."""

    length: int = 0
    digest: str = ZEROS


def mac_of(digest: str) -> str:
    """Return the MAC of a digest under the key that is not in the database."""
    return hmac.digest(settings.AUDIT_MAC_KEY, bytes.fromhex(digest), "sha256").hex()


def seal(form: Form, values: dict[str, Any], chain: str, head: Head) -> Head:
    """Close a row given by attribute name as the next of its chain; return the chain's new head."""
    salt = os.urandom(16)
    personal = form.personal_of(values)
    commitments = {name: commitment(salt, name, value) for name, value in personal.items()}
    values |= {
        "chain": chain,
        "sequence": head.length + 1,
        "previous_digest": head.digest,
        "shape": form.shape,
    }
    digest = digest_of(form.record(values, commitments))
    values |= {
        "digest": digest,
        "mac": mac_of(digest),
        "salt": salt.hex(),
        "commitments": canonical(commitments),
    }
    return Head(head.length + 1, digest)


def heads_of(names: Iterable[str], using: str = "default") -> dict[str, Head]:
    """Return the heads of these chains, held until the transaction ends; one statement.

    They are held in the order of their names, so that two who hold several never wait for each other.
    """
    wanted = sorted(set(names))
    found: dict[str, Head] = {}
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_HOLD, [wanted])
            found = {name: Head(length, head) for name, length, head in cursor.fetchall()}
        else:  # SQLite has one writer: who is in a transaction holds all.
            for start in range(0, len(wanted), 500):
                part = wanted[start : start + 500]
                cursor.execute(_READ.format(", ".join(["%s"] * len(part))), part)
                found |= {name: Head(length, head) for name, length, head in cursor.fetchall()}
    return {name: found.get(name, Head()) for name in wanted}


class Heads:
    """The heads a recording has read under their lock or moved on itself.

    They are kept only inside one transaction, and one read or moved inside a savepoint only while that
    savepoint stands: rolled back, the chain stands where it stood and its lock is gone.
    """

    def __init__(self, using: str = "default") -> None:
        self.connection = connections[using]
        self.kept = self.connection.in_atomic_block
        self.known: dict[str, tuple[tuple[Any, ...], Head]] = {}

    def learn(self, given: Mapping[str, Head]) -> None:
        """Take over heads the caller has read, save those that are known better."""
        for name, head in given.items():
            if not self._stands(name):
                self.move(name, head)

    def of(self, names: Iterable[str]) -> dict[str, Head]:
        """Return the heads of these chains, reading those that are not known in one statement."""
        wanted = set(names)
        found = {name: self.known[name][1] for name in wanted if self._stands(name)}
        if missing := wanted - found.keys():
            for name, head in heads_of(missing, self.connection.alias).items():
                self.move(name, head)
                found[name] = head
        return found

    def move(self, name: str, head: Head) -> None:
        """Note the head of a chain after a row was added to it."""
        if self.kept:
            self.known[name] = (tuple(self.connection.savepoint_ids), head)

    def _stands(self, name: str) -> bool:
        if name not in self.known:
            return False
        within = self.known[name][0]
        return tuple(self.connection.savepoint_ids[: len(within)]) == within
