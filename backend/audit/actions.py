"""Take a checkpoint: write the heads that have moved into the log, sign the tree over it."""

from __future__ import annotations

import re
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from backend.audit import accesses, log, notes
from backend.audit.chaining import ZEROS
from backend.audit.merkle import EMPTY, Frontier
from backend.audit.models import Chain, Checkpoint, LogEntry
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep

# The work to enqueue after a conclusion or a publication; its key is the occasion.
CHECKPOINT = "backend.audit.actions.checkpoint_if_set_up"
OCCASIONS = ("lock", "conclusion", "publication", "day", "hour")
_ORDER = re.compile(r"order \S.{0,180}")
_ONE_AT_A_TIME = 6962  # the number of the advisory lock


@transaction.atomic
def checkpoint(occasion: str) -> Checkpoint:
    """Append the occasion and every chain that has grown to the log, and sign it. One at a time.

    Raises OutOfStep where this account can't sign, or where what was signed before does not stand any more: then
    nothing new is signed. Invalid for an occasion that is none.
    """
    if occasion not in OCCASIONS and not _ORDER.fullmatch(occasion):
        raise Invalid(_("Dịp chốt sổ không đúng: %s") % occasion)
    signer = notes.signer()
    _wait_for_others()
    last = Checkpoint.objects.order_by("-number").first()
    tree = _tree_so_far(last)
    moved = _moved()
    made = _made(last, occasion, signer)
    entries = [(log.CHECKPOINT, made.number, made.head), *moved, *accesses.grown(made.at)]
    LogEntry.objects.bulk_create(
        [LogEntry(tree.size + at, *one) for at, one in enumerate(entries)], batch_size=1000
    )
    for one in entries:
        tree.add(log.leaf(*one))
    made.size, made.root = tree.size, tree.root().hex()
    made.note = signer.note(tree.size, tree.root())
    made.save(force_insert=True)
    return made


def has_grown() -> bool:
    """Return whether there is anything that no checkpoint covers yet."""
    return bool(_moved() or accesses.grown(clock.now()))


def checkpoint_if_set_up(occasion: str) -> None:
    """Take a checkpoint where keys were made; the job of background work."""
    if notes.published_key() is not None:
        checkpoint(occasion)


def _wait_for_others() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])


def _tree_so_far(last: Checkpoint | None) -> Frontier:
    """Return the tree over the log as it stands. Raises OutOfStep where it is not what was signed last."""
    tree = Frontier()
    for _index, *one in log.entries():
        tree.add(log.leaf(*one))
    signed = (last.size, last.root) if last else (0, EMPTY.hex())
    if (tree.size, tree.root().hex()) != signed:
        raise OutOfStep(
            _(
                "Sổ chốt không còn như lần ký trước nên không ký tiếp. Hãy chạy manage.py verify và báo thanh tra."
            )
        )
    return tree


def _moved() -> list[tuple[str, int, str]]:
    logged = LogEntry.objects.filter(chain=OuterRef("name"), length=OuterRef("length"))
    grown = Chain.objects.filter(~Exists(logged), length__gt=0).order_by("name")
    return list(grown.values_list("name", "length", "head"))


def _made(last: Checkpoint | None, occasion: str, signer: Any) -> Checkpoint:
    number, previous = (last.number + 1, last.head) if last else (1, ZEROS)
    at = clock.now()
    return Checkpoint(
        number=number,
        at=at,
        occasion=occasion,
        previous=previous,
        head=log.occasion_head(number, at, occasion, previous),
        key=str(signer.published),
    )
