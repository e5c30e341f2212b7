"""The library of evidence: what was read of a file, page by page, and packages made for one person to fetch."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.scoring.models.cards import Scorecard
from backend.scoring.models.evidence import StoredFile


class Reading(models.Model):
    """Derived: what the background made of a clean file. ``said`` tells in words what could not be done.

    ``pages`` is how many pages there are, 0 where unknown; ``pages_read`` of how many the text is kept.
    """

    class Preview(models.TextChoices):
        OWN = "own", _("xem được ngay tệp gốc")
        MADE = "made", _("đã chuyển sang PDF")
        FAILED = "failed", _("không chuyển được sang PDF")
        LACKING = "lacking", _("máy chủ chưa chuyển được tệp văn phòng")

    file = models.OneToOneField(
        StoredFile, on_delete=models.CASCADE, primary_key=True, related_name="reading"
    )
    preview = models.CharField(max_length=7, choices=Preview.choices)
    pages = models.PositiveIntegerField(default=0)
    pages_read = models.PositiveIntegerField(default=0)
    said = models.TextField(blank=True)
    read_at = models.DateTimeField()

    class Meta:
        verbose_name = _("kết quả đọc tệp")
        constraints = [
            models.CheckConstraint(
                condition=Q(preview__in=["own", "made", "failed", "lacking"]),
                name="scoring_preview_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_id}: {self.preview}"

    @property
    def is_shown(self) -> bool:
        """Return whether there is something to show in place."""
        return self.preview in (self.Preview.OWN, self.Preview.MADE)


class PageText(models.Model):
    """Derived: the text of one page of a file, on one line, and its key for searching without accents."""

    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="page_texts")
    page = models.PositiveIntegerField()
    text = models.TextField()
    folded = models.TextField()

    class Meta:
        ordering = ["file", "page"]
        verbose_name = _("chữ của một trang")
        constraints = [
            models.UniqueConstraint(fields=["file", "page"], name="scoring_page_text_once"),
        ]

    def __str__(self) -> str:
        return f"{self.file_id}, {self.page}"


class Bundle(models.Model):
    """All evidence of a card as one zip, made by the worker for one person as she may see it; swept in time."""

    class State(models.TextChoices):
        MAKING = "making", _("đang tạo")
        READY = "ready", _("đã tạo xong")
        FAILED = "failed", _("không tạo được")

    card = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="bundles")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("yêu cầu lúc"))
    state = models.CharField(max_length=6, choices=State.choices, default=State.MAKING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    stored_as = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(_("tên tệp"), max_length=255, blank=True)
    size = models.PositiveBigIntegerField(_("dung lượng"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(_("tạo xong lúc"), null=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = _("gói tài liệu")
        constraints = [
            models.UniqueConstraint(
                fields=["card", "requested_by"],
                condition=Q(state="making"),
                name="scoring_one_bundle_making",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | ~Q(stored_as="") & Q(made_at__isnull=False),
                name="scoring_bundle_ready_has_bytes",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name or f"{self.card_id}/{self.pk}"
