"""Every message that was mailed, or could not be, has its letter; so that none is mailed a second time."""

import secrets

from django.db import migrations
from django.db.models import F

A_BATCH = 500


def make_letters(apps, schema_editor):
    """Give each message that no longer waited a letter in its state."""
    Notice, Letter = apps.get_model("notices", "Notice"), apps.get_model("notices", "Letter")
    rows = Notice.objects.filter(letter__isnull=True).exclude(state="waiting").order_by("pk")
    while batch := list(rows.select_related("user")[:A_BATCH]):
        for notice in batch:
            notice.letter = Letter(
                user=notice.user,
                token=secrets.token_hex(16),
                state=notice.state,
                attempts=1,
                address=notice.user.email if notice.state != "no_address" else "",
                made_at=notice.made_at,
                sent_at=notice.sent_at or (notice.made_at if notice.state == "sent" else None),
                error=notice.error,
            )
        Letter.objects.bulk_create([notice.letter for notice in batch])
        for notice in batch:
            notice.letter = notice.letter
        Notice.objects.bulk_update(batch, ["letter"], batch_size=200)


def write_back(apps, schema_editor):
    """Write the state of each letter to its message; what an older program doesn't know counts as refused."""
    Notice = apps.get_model("notices", "Notice")
    for notice in Notice.objects.filter(letter__isnull=False).select_related("letter").iterator(A_BATCH):
        letter = notice.letter
        known = letter.state in ("waiting", "sent", "no_address")
        notice.state, notice.sent_at = letter.state if known else "refused", letter.sent_at
        notice.error, notice.letter = letter.error, None
        notice.save(update_fields=["state", "sent_at", "error", "letter"])
    Notice.objects.filter(way="page").update(state="sent", sent_at=F("made_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('notices', '0002_letters'),
    ]

    operations = [
        migrations.RunPython(make_letters, write_back),
    ]
