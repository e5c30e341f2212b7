"""Put messages into letters: each urgent one alone, the others once a day per person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from backend.core import clock
from backend.core.dates import start_of_day, vn_date
from backend.notices.models import Letter, Notice, Way

A_BATCH = 500


def gather() -> None:
    """Make every letter that is due by now. Two at once make none twice: messages are locked, days unique."""
    while _singles():
        pass
    while _digests(last_digest(clock.now())):
        pass


def last_digest(now: datetime) -> datetime:
    """Return the newest moment at which digests were due: today's hour, or yesterday's before it."""
    hour = start_of_day(vn_date(now)) + timedelta(hours=settings.DIGEST_HOUR)
    return hour if hour <= now else hour - timedelta(days=1)


@transaction.atomic
def _singles() -> int:
    rows = Notice.objects.filter(way=Way.NOW, letter__isnull=True).order_by("pk")
    found = list(rows.select_for_update(skip_locked=True)[:A_BATCH])
    for notice in found:
        notice.letter = Letter(user_id=notice.user_id, made_at=notice.made_at)
    return _save(found)


@transaction.atomic
def _digests(due: datetime) -> int:
    """Take up what was told before ``due`` and is not read yet, for people without a digest of that day."""
    day = vn_date(due)
    has_one = Letter.objects.filter(user=OuterRef("user"), digest_on=day)
    rows = Notice.objects.filter(
        ~Exists(has_one), way=Way.DIGEST, letter__isnull=True, read_at__isnull=True, made_at__lt=due
    )
    people = list(rows.order_by("user").values_list("user", flat=True).distinct()[:A_BATCH])
    if not people:
        return 0
    found = rows.filter(user__in=people).order_by("user", "made_at", "pk")
    return _save(_of_the_day(found.select_for_update(skip_locked=True), day))


def _of_the_day(rows: Iterable[Notice], day: date) -> list[Notice]:
    made = []
    for user_id, notices in groupby(rows, key=lambda notice: notice.user_id):
        letter = Letter(user_id=user_id, digest_on=day, made_at=clock.now())
        for notice in notices:
            notice.letter = letter
            made.append(notice)
    return made


def _save(notices: list[Notice]) -> int:
    letters = list({id(notice.letter): notice.letter for notice in notices}.values())
    Letter.objects.bulk_create(letters)  # type: ignore[arg-type]
    for notice in notices:
        notice.letter = notice.letter
    Notice.objects.bulk_update(notices, ["letter"], batch_size=200)
    return len(notices)
