"""All evidence of a card as one zip: asked for, made in the background, kept a while, swept."""

from __future__ import annotations

import hashlib
import tempfile
from datetime import timedelta
from typing import IO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from backend.core import clock
from backend.core.errors import Refused
from backend.core.files import forget, keep_under
from backend.core.files.keeping import key_in
from backend.jobs.actions import enqueue
from backend.scoring import packing
from backend.scoring.models import Bundle, Scorecard
from backend.scoring.queries import card_for, sheet
from permissions.actor import Actor
from tiers.seating import actor_for

MAKE = "backend.scoring.actions.make_bundle"
_CHUNK = 1024 * 1024
_TELL_EVERY = 10
_FOLDER = "bundles"


@transaction.atomic
def request_bundle(card: Scorecard, *, by: Actor) -> Bundle:
    """Ask the worker for a zip of the card's evidence as this person sees it, and return its row.

    One that is being made for her already is returned instead of a second one. Raises Refused.
    """
    if by.user_id is None or card_for(by, card.pk) is None:
        raise Refused(_("Bạn không được xem phiếu này nên không tải được tài liệu của phiếu."))
    bundle, made = Bundle.objects.get_or_create(
        card=card,
        requested_by_id=by.user_id,
        state=Bundle.State.MAKING,
        defaults={"requested_at": clock.now()},
    )
    if made:
        enqueue(MAKE, bundle.pk)
    return bundle


def make_bundle(key: str) -> None:
    """Make the zip with that primary key, unless it is ready or was swept. On trouble it is noted and raised."""
    rows = Bundle.objects.select_related("requested_by").filter(pk=key)
    bundle = rows.first()
    if bundle is None or bundle.state == Bundle.State.READY:
        return
    try:
        _make(bundle)
    except Exception:
        rows.update(state=Bundle.State.FAILED)
        raise


def _make(bundle: Bundle) -> None:
    actor = actor_for(bundle.requested_by)
    card = card_for(actor, bundle.card_id)
    if card is None:  # her seat ended meanwhile
        Bundle.objects.filter(pk=bundle.pk).update(state=Bundle.State.FAILED)
        return
    with tempfile.TemporaryFile(prefix="par-zip-") as out:
        packing.pack(sheet(card, actor), actor, out, told=lambda done, of: _tell(bundle, done, of))
        bundle.size, bundle.sha256 = out.seek(0, 2), _fingerprint(out)
        bundle.file_name = packing.file_name(card)
        bundle.stored_as = _keep(bundle, out)
    bundle.state, bundle.made_at = Bundle.State.READY, clock.now()
    # The progress stands in the row already.
    bundle.save(update_fields=["size", "sha256", "file_name", "stored_as", "state", "made_at"])
    _drop(*Bundle.objects.filter(card=card, requested_by=bundle.requested_by, pk__lt=bundle.pk))


def _tell(bundle: Bundle, done: int, of: int) -> None:
    if done % _TELL_EVERY == 0 or done == of:
        Bundle.objects.filter(pk=bundle.pk).update(done=done, total=of)


def _fingerprint(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _keep(bundle: Bundle, file: IO[bytes]) -> str:
    """Keep the zip under a name of the row's own; what an attempt before left there goes."""
    name = hashlib.sha256(f"{bundle.pk} {bundle.requested_at.isoformat()}".encode()).hexdigest()
    forget(key_in(_FOLDER, name))
    return keep_under(file, _FOLDER, name)


def sweep_bundles() -> int:
    """Remove what was asked for longer ago than a package is kept; return how many."""
    old = clock.now() - timedelta(hours=settings.BUNDLE_HOURS)
    return _drop(*Bundle.objects.filter(requested_at__lt=old)[:200])


def _drop(*bundles: Bundle) -> int:
    # Bytes first: a row without bytes is found and swept, bytes without a row never.
    for bundle in bundles:
        if bundle.stored_as:
            forget(bundle.stored_as)
        bundle.delete()
    return len(bundles)
