"""Files put on leaves: those of the tray, one that is on the card already, a new version in the place of an old."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from backend.audit.recording import create_all, recording
from backend.core import clock
from backend.core import files as core_files
from backend.core.dates import format_date
from backend.core.errors import Invalid, OutOfStep
from backend.scoring import files
from backend.scoring.actions.evidence import add_file, require_named, taking
from backend.scoring.actions.keeping import record, require_room
from backend.scoring.actions.locking import about, not_own
from backend.scoring.models import Evidence, Score, Scorecard, StoredFile, Upload
from backend.scoring.queries import Window
from permissions.actor import Actor
from permissions.roles import Verb

MOST_PHOTOGRAPHS = 30
# What is told of a document beside its bytes.
_TOLD = ("number", "issuer", "issued_on", "section")


@dataclass(frozen=True)
class Spot:
    """Where a file proves something: a leaf by code, and the section and page to look at."""

    code: str
    section: str = ""


@transaction.atomic
def place(
    card: Scorecard,
    wanted: Mapping[int, Sequence[Spot]],
    *,
    by: Actor,
    days: Mapping[int, date] | None = None,
) -> list[Evidence]:
    """Put files of the tray, by key, on leaves; return the rows made. All of them or, where one is wrong, none.

    ``days``: when a file's document was issued, by key, as far as known.
    Raises Invalid with the reasons under ``upload-<key>``, Refused, OutOfStep.
    """
    card, window = taking(card, by)
    uploads = {row.pk: row for row in _held(card, wanted)}
    leaves = _Leaves(card)
    wrong = {
        f"upload-{key}": found
        for key, spots in wanted.items()
        if (found := [*_unfit(uploads.get(key)), *leaves.wrong(_file_of(uploads.get(key)), spots)])
    }
    if wrong:
        raise Invalid(_("Có tệp chưa xếp được; chưa tệp nào được xếp."), fields=wrong)
    rows = []
    for key, spots in wanted.items():
        issued = (days or {}).get(key)
        columns = {"file": uploads[key].file, "file_name": uploads[key].name, "issued_on": issued}
        rows += leaves.rows(spots, window, by, columns)
    with recording(by=by, at=window.now, about=about(card, window.step)):
        made = create_all(Evidence, rows)
    files_placed = [uploads[key].file_id for key in wanted]
    doubles = Q(state=Upload.State.DOUBLE, file__in=files_placed)
    card.uploads.filter(Q(pk__in=list(wanted)) | doubles).update(
        state=Upload.State.PLACED, closed_by=by.name, touched_at=window.now
    )
    return made


def _held(card: Scorecard, keys: Iterable[int]) -> Iterable[Upload]:
    rows = card.uploads.select_for_update(of=("self",)).select_related("file")
    return rows.filter(pk__in=list(keys)).order_by("pk")


def _unfit(upload: Upload | None) -> list[str]:
    if upload is None or upload.state != Upload.State.WAITING:
        return [_("Tệp này không còn chờ xếp: có người vừa xếp hoặc bỏ tệp.")]
    return _blocked(upload.file)


def _blocked(file: StoredFile | None) -> list[str]:
    if file is None or file.state != StoredFile.State.HARMFUL:
        return []
    return [_("Tệp bị chặn: %(finding)s Hãy bỏ tệp này và gửi bản khác.") % {"finding": file.finding}]


def _file_of(upload: Upload | None) -> int | None:
    return upload.file_id if upload else None


class _Leaves:
    """The leaves of a card, read once, under its lock, for any number of files."""

    def __init__(self, card: Scorecard) -> None:
        self.scores = {score.code: score for score in Score.objects.filter(card=card)}
        shown = Evidence.objects.filter(score__card=card, file__isnull=False, removed_at__isnull=True)
        self.taken = set(shown.values_list("score_id", "file_id", "section"))

    def wrong(self, file: int | None, spots: Sequence[Spot]) -> list[str]:
        """Return what hinders putting the file on those leaves, a sentence for each."""
        if not spots:
            return [_("Hãy chọn ít nhất một tiêu chí.")]
        found = [words for spot in spots if (words := self._hindrance(file, spot))]
        if len(set(spots)) < len(spots):
            found.append(_("Có tiêu chí được chọn hai lần với cùng mục, trang."))
        return found

    def _hindrance(self, file: int | None, spot: Spot) -> str:
        score = self.scores.get(spot.code)
        if score is None:
            return _("Phiếu này không có tiêu chí %(code)s.") % {"code": spot.code}
        if words := not_own(score):
            return words
        if file and (score.pk, file, spot.section) in self.taken:
            return _("Tiêu chí %(code)s đã có tệp này; hãy ghi mục, trang khác.") % {"code": spot.code}
        return ""

    def rows(
        self, spots: Sequence[Spot], window: Window, by: Actor, columns: dict[str, Any]
    ) -> list[Evidence]:
        """Return a row of evidence for each spot, not saved yet."""
        told = {"step": window.step, "added_by": by.name, "added_at": window.now, **columns}
        file = told.pop("file")
        return [
            Evidence.showing(file, score=self.scores[spot.code], section=spot.section, **told)
            for spot in spots
        ]


@transaction.atomic
def attach_again(piece: Evidence, spots: Sequence[Spot], *, by: Actor) -> list[Evidence]:
    """Put what a piece of evidence holds on further leaves too, without sending it again; return the rows made.

    Raises Refused, OutOfStep where the piece was taken off, Invalid in words at ``spots``.
    """
    card, window = taking(piece.score.card, by)
    piece = _standing(piece)
    leaves = _Leaves(card)
    wrong = [*_blocked(piece.file), *leaves.wrong(piece.file_id, spots)]
    if wrong:
        raise Invalid(wrong[0], fields={"spots": wrong})
    names = ("file", "file_name", "number", "issued_on", "issuer")
    rows = leaves.rows(spots, window, by, {name: getattr(piece, name) for name in names})
    with recording(by=by, at=window.now, about=about(card, window.step)):
        return create_all(Evidence, rows)


def _standing(piece: Evidence) -> Evidence:
    """Return the piece as it is now, held. Raises OutOfStep where it no longer stands."""
    piece = Evidence.objects.select_for_update(of=("self",)).select_related("score", "file").get(pk=piece.pk)
    if piece.removed_at is not None:
        raise OutOfStep(_("Tài liệu này vừa được gỡ hoặc thay bằng bản mới."))
    return piece


def replace_file(piece: Evidence, *, by: Actor, upload: Any, **told: Any) -> Evidence:
    """Put a new version in the place of a piece of evidence and return it; the old one is kept under it.

    ``told``: number, issuer, issued_on, section. What is not said stays as the old one has it.
    Raises Refused, OutOfStep where the piece no longer stands or its step is over, Invalid in words.
    """
    card = piece.score.card
    by.require(Verb.SCORE, at=card.place())
    received = files.receive(upload)
    _demand_new(piece, received, by=by)
    files.store(received, unit_id=card.unit_id)
    return _put_in_place(piece, received, told, by=by)


@transaction.atomic
def _demand_new(piece: Evidence, received: files.Received, *, by: Actor) -> None:
    card, _window, _old = _replaceable(piece, received, by=by)
    require_room(card.unit, received)


def _replaceable(
    piece: Evidence, received: files.Received, *, by: Actor
) -> tuple[Scorecard, Window, Evidence]:
    card, window = taking(piece.score.card, by)
    old = _standing(piece)
    if old.step_id != window.step.pk:
        raise OutOfStep(_("Tài liệu này thuộc bước đã khoá nên không thay được. Hãy thêm bản mới."))
    if old.file is not None and old.file.sha256 == received.sha256:
        sentence = _("Bản mới giống hệt bản đang có.")
        raise Invalid(sentence, fields={"file": [sentence]})
    return card, window, old


@transaction.atomic
def _put_in_place(piece: Evidence, received: files.Received, told: dict[str, Any], *, by: Actor) -> Evidence:
    card, window, old = _replaceable(piece, received, by=by)
    kept = {name: getattr(old, name) for name in _TOLD}
    made = Evidence.showing(
        record(card.unit, received),
        score=old.score,
        step=window.step,
        file_name=received.name,
        added_by=by.name,
        added_at=window.now,
        replaces=old,
        **{**kept, **told},
    )
    old.removed_at = window.now
    reason = _("Thay bằng bản mới “%(name)s”") % {"name": received.name}
    with recording(by=by, at=window.now, reason=reason, about=about(card, window.step)):
        old.save(update_fields=["removed_at"])
        made.save()
    return made


@transaction.atomic
def mend_told(piece: Evidence, *, by: Actor, **told: Any) -> Evidence:
    """Change what is told of a piece of evidence and return it; its file and its place on the leaf stay.

    ``told``: number, issuer, issued_on, section; what is not said stays. Where nothing changes nothing is recorded.
    Raises Refused, OutOfStep where the piece no longer stands or its step is over, Invalid in words.
    """
    card, window = taking(piece.score.card, by)
    piece = _standing(piece)
    if piece.step_id != window.step.pk:
        raise OutOfStep(_("Tài liệu này thuộc bước đã khoá nên không sửa được. Hãy thêm bản mới."))
    changed = {name: value for name, value in told.items() if getattr(piece, name) != value}
    for name, value in changed.items():
        setattr(piece, name, value)
    _require_told(piece, changed)
    if changed:
        with recording(by=by, at=window.now, about=about(card, window.step)):
            piece.save(update_fields=list(changed))
    return piece


def _require_told(piece: Evidence, changed: Iterable[str]) -> None:
    """Raise Invalid where a document without a file loses its name, or a leaf would show one place twice."""
    if piece.file_id is None:
        require_named(piece.number, piece.issuer)
    elif "section" in changed:
        standing = piece.score.evidence.filter(removed_at__isnull=True).exclude(pk=piece.pk)
        if standing.filter(file=piece.file_id, section=piece.section).exists():
            sentence = _("Tiêu chí này đã có tệp này với cùng mục, trang; hãy ghi mục, trang khác.")
            raise Invalid(sentence, fields={"section": [sentence]})


def add_photographs(
    card: Scorecard, code: str, *, by: Actor, photographs: Sequence[Any], section: str = ""
) -> Evidence:
    """Make one upright document of photographs, named after the leaf and the day, and put it on the leaf.

    Raises Refused, OutOfStep, Invalid in words at ``photos``.
    """
    by.require(Verb.SCORE, at=card.place())
    if len(photographs) > MOST_PHOTOGRAPHS:
        sentence = _("Mỗi lần nhận tối đa %(n)d ảnh. Hãy gửi làm nhiều lần.") % {"n": MOST_PHOTOGRAPHS}
        raise Invalid(sentence, fields={"photos": [sentence]})
    pages = core_files.gathered(photographs)
    name = _("%(code)s ảnh chụp %(day)s") % {"code": code, "day": format_date(clock.now()).replace("/", "-")}
    upload = SimpleUploadedFile(f"{name}.{pages.ending}", pages.content)
    return add_file(card, code, by=by, upload=upload, section=section)
