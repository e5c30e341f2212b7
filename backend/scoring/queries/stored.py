"""Whether the bytes of evidence are those that history names: the rows of files, and the files themselves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.db.models import F, Q

from backend.scoring import files
from backend.scoring.models import Evidence, StoredFile


def wrong_files() -> Iterator[str]:
    """Yield a line for every piece of evidence whose file is told of otherwise than by the piece, which history binds."""
    others = ~Q(file__sha256=F("sha256")) | ~Q(file__size=F("size"))
    rows = Evidence.objects.exclude(sha256="").filter(others).select_related("score__card")
    for piece in rows.order_by("pk").iterator(500):
        score = piece.score
        yield (
            f"{score.card.unit_name}: tiêu chí {score.code}, tài liệu {piece.file_name}: "
            "tệp đang giữ không phải tệp đã đính kèm"
        )


def wrong_bytes() -> Iterator[str]:
    """Yield a line for every kept file whose bytes are gone or others than its row says; each is read once, whole."""
    for stored in StoredFile.objects.select_related("unit").order_by("pk").iterator(500):
        named = f"{stored.unit.name}: tệp {stored.sha256[:12]}"
        try:
            with files.open_stored(stored.unit_id, stored.sha256) as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as problem:
            yield f"{named} không đọc được ({problem.strerror})"
            continue
        if found != stored.sha256:
            yield f"{named} có nội dung khác với khi nhận"
