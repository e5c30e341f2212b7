"""How much of its room a unit uses for files."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, Sum

from backend.scoring.models import Deduction, Evidence, Scorecard, StoredFile, Upload
from tiers.models import Unit

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Room:
    """What a unit may keep and what it uses, in bytes."""

    used: int
    quota: int

    @property
    def left(self) -> int:
        """Return the bytes that are left."""
        return max(self.quota - self.used, 0)

    @property
    def is_tight(self) -> bool:
        """Return whether less than a tenth is left."""
        return self.left * 10 < self.quota


def in_use(unit: Unit) -> QuerySet[StoredFile]:
    """Return the unit's files that a leaf, a signed report, a deduction or a tray shows now.

    Those taken off are not counted.
    """
    shown = Evidence.objects.filter(file=OuterRef("pk"), removed_at__isnull=True)
    signed = Scorecard.objects.filter(signed_file=OuterRef("pk"))
    in_tray = Upload.objects.filter(file=OuterRef("pk"), state=Upload.State.WAITING)
    deducted = Deduction.objects.filter(file=OuterRef("pk"))
    shown_now = Exists(shown) | Exists(signed) | Exists(in_tray) | Exists(deducted)
    return StoredFile.objects.filter(shown_now, unit=unit)


def room_of(unit: Unit) -> Room:
    """Return how much the unit uses of its room; one query."""
    used = in_use(unit).aggregate(used=Sum("size"))["used"] or 0
    return Room(used, settings.EVIDENCE_UNIT_QUOTA_MB * MEGABYTE)
