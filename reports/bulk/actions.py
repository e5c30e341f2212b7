"""Begin a batch, make its documents one by one, pack them; stop it and go on with it.

A few documents are on their way at a time, so that others' work stands between them and a stop takes effect soon.
Each is a job of the table: a killed worker's is taken up again, and what was done stays done.
"""

from __future__ import annotations

import logging
import tempfile
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from backend.core import clock, letterhead
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.core.files import forget, keep_under
from backend.core.files.keeping import key_in
from backend.jobs.actions import enqueue
from backend.rounds.models import Round
from permissions.actor import Actor
from reports import queries as reports
from reports.actions import not_asked_yet
from reports.bulk import packing, queries
from reports.bulk.models import Batch, BatchItem
from reports.documents import make
from reports.models import Document

MAKE = "reports.bulk.actions.make_item"
PACK = "reports.bulk.actions.pack"
# On their way at a time; more only helps who has more workers.
WINDOW = 8
MOST_TRIES = 3
_FOLDER = "batches"
State, Item = Batch.State, BatchItem.State
logger = logging.getLogger(__name__)


@transaction.atomic
def start(round_: Round, kind: str, *, by: Actor) -> Batch:
    """Begin the documents of all units of the round that have one, and return the batch.

    One that is at work already is returned instead. Raises Refused, Invalid or OutOfStep.
    """
    round_ = Round.objects.select_for_update(of=("self",)).select_related("host").get(pk=round_.pk)
    if by.user_id is None or not reports.may_preview(by, round_):
        raise Refused(_("Chỉ cơ quan tổ chức đợt lập được văn bản của mọi đơn vị."))
    if kind not in queries.KINDS:
        raise Invalid(_("Loại văn bản này không lập theo từng đơn vị."))
    at_work = Batch.objects.filter(round=round_, kind=kind, requested_by=by.user_id)
    if found := at_work.filter(state__in=[State.MAKING, State.PACKING]).first():
        return found
    cards = queries.cards_with(round_, kind, by)
    if not cards:
        raise OutOfStep(_("Chưa đơn vị nào trong đợt này có văn bản loại đó."))
    batch = Batch.objects.create(
        round=round_,
        kind=kind,
        is_illustration=round_.is_illustration,
        requested_by_id=by.user_id,
        requested_at=clock.now(),
    )
    rows = [BatchItem(batch=batch, card=card, order=order) for order, card in enumerate(cards, start=1)]
    BatchItem.objects.bulk_create(rows, batch_size=1000)
    _advance(batch.pk)
    return batch


def _advance(batch_id: int) -> None:
    """Send what may be on its way next; when nothing is left, have the zip packed. In the caller's transaction."""
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    if batch.state != State.MAKING:
        return
    sent = batch.items.filter(state=Item.SENT).count()
    waiting = list(batch.items.filter(state=Item.WAITING).order_by("order")[: max(WINDOW - sent, 0)])
    for item in waiting:
        BatchItem.objects.filter(pk=item.pk).update(state=Item.SENT)
        enqueue(MAKE, item.pk)
    if not sent and not waiting:
        Batch.objects.filter(pk=batch_id).update(state=State.PACKING)
        enqueue(PACK, batch_id)


def make_item(key: str) -> None:
    """Make the document of one unit, unless it is made or the batch was stopped. After some tries it is given up."""
    item = BatchItem.objects.select_related("batch__requested_by", "card__round").filter(pk=key).first()
    if item is None or item.state != Item.SENT or item.batch.state != State.MAKING:
        return
    if item.tries >= MOST_TRIES:
        _over(item, Item.FAILED)
        return
    BatchItem.objects.filter(pk=item.pk).update(tries=F("tries") + 1)
    try:
        make(str(_document_of(item).pk))
    except Exception:
        if item.tries + 1 < MOST_TRIES:
            raise
        logger.exception("given up: %s", item)
        _over(item, Item.FAILED)
        return
    _over(item, Item.DONE)


@transaction.atomic
def _document_of(item: BatchItem) -> Document:
    """Return the document of an item: what an attempt before began, what stands already, or a new one."""
    if item.document is not None:
        return item.document
    document = not_asked_yet(item.batch.kind, item.card, item.batch.requested_by_id)
    BatchItem.objects.filter(pk=item.pk).update(document=document)
    return document


@transaction.atomic
def _over(item: BatchItem, state: str) -> None:
    # The batch first, as whoever stops it or goes on with it does.
    Batch.objects.select_for_update().get(pk=item.batch_id)
    BatchItem.objects.filter(pk=item.pk).update(state=state)
    _advance(item.batch_id)


def pack(key: str) -> None:
    """Pack what is done, unless it is packed or was stopped."""
    batch = Batch.objects.select_related("round__host").filter(pk=key, state=State.PACKING).first()
    if batch is None:
        return
    with tempfile.TemporaryFile(prefix="par-zip-") as out:
        packing.pack(batch, out)
        size, sha256 = out.seek(0, 2), packing.fingerprint(out)
        # What an attempt before left there goes.
        name = f"{batch.pk}-{batch.requested_at:%Y%m%d%H%M%S%f}"
        forget(key_in(_FOLDER, name))
        stored = keep_under(out, _FOLDER, name)
    title = str(Document.Kind(batch.kind).label).partition(" (")[0]
    named = letterhead.file_name(title, batch.round.host.name, str(batch.round.year), ending="zip")
    made = {"stored_as": stored, "size": size, "sha256": sha256, "file_name": named, "made_at": clock.now()}
    Batch.objects.filter(pk=batch.pk, state=State.PACKING).update(state=State.READY, **made)


@transaction.atomic
def cancel(batch: Batch, *, by: Actor) -> Batch:
    """Stop a batch; what is done stays, what is being made is finished and no more is begun. Raises Refused, OutOfStep."""
    batch = _held(batch, by)
    if batch.state not in (State.MAKING, State.PACKING):
        raise OutOfStep(_("Loạt văn bản này %s, không còn gì để dừng.") % batch.get_state_display())
    batch.state = State.CANCELLED
    batch.save(update_fields=["state"])
    return batch


@transaction.atomic
def resume(batch: Batch, *, by: Actor) -> Batch:
    """Go on with a batch that was stopped, or try again what could not be made. Raises Refused, OutOfStep."""
    batch = _held(batch, by)
    left = batch.items.exclude(state=Item.DONE)
    if batch.state == State.READY and not left.exists():
        raise OutOfStep(_("Loạt văn bản này đã xong, không còn gì để làm tiếp."))
    if batch.state in (State.MAKING, State.PACKING):
        raise OutOfStep(_("Loạt văn bản này đang được lập."))
    others = Batch.objects.filter(round=batch.round_id, kind=batch.kind, requested_by=batch.requested_by_id)
    if others.filter(state__in=[State.MAKING, State.PACKING]).exists():
        raise OutOfStep(_("Một loạt khác cùng loại đang được lập. Hãy chờ xong hoặc dừng loạt ấy."))
    left.update(state=Item.WAITING, tries=0)
    batch.state = State.MAKING
    batch.save(update_fields=["state"])
    _advance(batch.pk)
    return Batch.objects.get(pk=batch.pk)


def _held(batch: Batch, by: Actor) -> Batch:
    batch = Batch.objects.select_for_update(of=("self",)).select_related("round__host").get(pk=batch.pk)
    if batch.requested_by_id != by.user_id or not reports.may_preview(by, batch.round):
        raise Refused(_("Chỉ người đã yêu cầu mới dừng hay làm tiếp được loạt văn bản này."))
    return batch


def sweep_batches() -> int:
    """Remove batches older than a package is kept; their documents stay. Return how many."""
    old = clock.now() - timedelta(hours=settings.BUNDLE_HOURS)
    found = list(
        Batch.objects.filter(requested_at__lt=old).exclude(state__in=[State.MAKING, State.PACKING])[:200]
    )
    # Bytes first: a row without bytes is found and swept, bytes without a row never.
    for batch in found:
        if batch.stored_as:
            forget(batch.stored_as)
        batch.delete()
    return len(found)
