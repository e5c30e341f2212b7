"""Files on their way to a card: pieces of an upload, then a tray from which they are put on leaves."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.scoring.models.cards import Scorecard
from backend.scoring.models.evidence import StoredFile


class Upload(models.Model):
    """One file that a unit brings to its card. Rows stay, with the reason where nothing came of them.

    ``size`` and ``received`` are in bytes. ``mark`` tells the same file again: the SHA-256 of its content
    in hex where the browser can work it out, else what the browser knows of it.
    """

    class State(models.TextChoices):
        RECEIVING = "receiving", _("đang nhận")
        WAITING = "waiting", _("chưa xếp")
        PLACED = "placed", _("đã xếp")
        REFUSED = "refused", _("không nhận được")
        DOUBLE = "double", _("trùng tệp đang chờ")
        THROWN = "thrown", _("đã bỏ")
        ABANDONED = "abandoned", _("đã bỏ dở")

    card = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="uploads")
    name = models.CharField(_("tên tệp"), max_length=255)
    size = models.PositiveBigIntegerField(_("dung lượng"))
    mark = models.CharField(max_length=64, blank=True)
    received = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=9, choices=State.choices, default=State.RECEIVING)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="uploads")
    reason = models.TextField(_("lý do"), blank=True)
    begun_by = models.CharField(max_length=200)
    begun_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    closed_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["begun_at", "pk"]
        verbose_name = _("tệp đang nhận")
        constraints = [
            models.UniqueConstraint(
                fields=["card", "name", "size", "mark"],
                condition=Q(state="receiving"),
                name="scoring_upload_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["card", "file"], condition=Q(state="waiting"), name="scoring_upload_once_in_tray"
            ),
            models.CheckConstraint(
                condition=Q(size__gt=0, received__lte=F("size")), name="scoring_upload_within_size"
            ),
            models.CheckConstraint(
                condition=Q(file__isnull=False) | ~Q(state__in=["waiting", "placed"]),
                name="scoring_upload_kept_has_file",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") | ~Q(state__in=["refused", "thrown", "abandoned"]),
                name="scoring_upload_gone_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["state", "touched_at"], name="scoring_upload_touched")]

    def __str__(self) -> str:
        return self.name


class UploadPiece(models.Model):
    """A stretch of an upload's bytes, kept under their SHA-256 until the whole is put together."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="pieces")
    offset = models.PositiveBigIntegerField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["offset"]
        verbose_name = _("phần của tệp")
        constraints = [
            models.UniqueConstraint(fields=["upload", "offset"], name="scoring_piece_once_at_offset"),
            models.CheckConstraint(condition=Q(size__gt=0), name="scoring_piece_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.upload_id}+{self.offset}"
