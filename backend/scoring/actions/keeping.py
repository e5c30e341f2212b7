"""Bytes of a unit: whether there is room for them, and the row that names them. ``files`` keeps the bytes."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from backend.core import clock
from backend.core.errors import Invalid
from backend.jobs.actions import enqueue
from backend.scoring import files
from backend.scoring.actions.reading import READ
from backend.scoring.models import StoredFile, Upload
from backend.scoring.queries.quota import MEGABYTE, in_use
from tiers.models import Unit

CHECK = "backend.scoring.actions.check_file"


def require_room(unit: Unit, received: files.Received) -> None:
    """Raise Invalid where the file passes the unit's quota. Bytes that are in use already need no more room."""
    used = in_use(unit).exclude(sha256=received.sha256).aggregate(used=Sum("size"))["used"] or 0
    _fits(used, received.size)


def hold_room(unit: Unit, size: int) -> None:
    """Hold the unit's row and raise Invalid where ``size`` bytes pass its quota, all that is on its way counted."""
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    coming = Upload.objects.filter(card__unit=unit, state=Upload.State.RECEIVING)
    used = sum(rows.aggregate(used=Sum("size"))["used"] or 0 for rows in (in_use(unit), coming))
    _fits(used, size)


def _fits(used: int, size: int) -> None:
    if used + size <= settings.EVIDENCE_UNIT_QUOTA_MB * MEGABYTE:
        return
    sentence = _("Đơn vị đã dùng %(used)d MB trong hạn mức %(quota)d MB. Hãy gỡ bớt hoặc nén tệp.") % {
        "used": used // MEGABYTE,
        "quota": settings.EVIDENCE_UNIT_QUOTA_MB,
    }
    raise Invalid(sentence, fields={"file": [sentence]})


def record(unit: Unit, received: files.Received) -> StoredFile:
    """Return the row of bytes already kept, one for each content; they are looked into in the background.

    Call it under the card's lock. The unit's row is held, so that of two uploads at once the second
    counts the first. Raises Invalid above the quota.
    """
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    require_room(unit, received)
    about = {"size": received.size, "content_type": received.content_type, "stored_at": clock.now()}
    stored, made = StoredFile.objects.get_or_create(unit=unit, sha256=received.sha256, defaults=about)
    if made:
        enqueue(CHECK, stored.pk)
    return stored


def check_file(key: str) -> None:
    """Look deep into a stored file, in the background, and note what is found; a clean one is read next."""
    stored = StoredFile.objects.get(pk=key)
    finding = files.deep_check(stored)
    state = StoredFile.State.HARMFUL if finding else StoredFile.State.CLEAN
    StoredFile.objects.filter(pk=stored.pk).update(state=state, finding=finding)
    if not finding:
        enqueue(READ, stored.pk)
