"""Evidence on a leaf: a file kept by its content, or a reference to a document."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.audit.models import Tracked
from backend.rounds.models import Step
from backend.scoring.models.cards import Score
from tiers.models import Unit


class StoredFile(models.Model):
    """Bytes kept once per unit, named by their SHA-256. ``size`` is in bytes."""

    class State(models.TextChoices):
        WAITING = "waiting", _("chờ kiểm tra")
        CLEAN = "clean", _("đã kiểm tra")
        HARMFUL = "harmful", _("bị chặn")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="files")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(_("dung lượng"))
    content_type = models.CharField(max_length=100)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    finding = models.TextField(blank=True)
    stored_at = models.DateTimeField()

    class Meta:
        verbose_name = _("tệp")
        constraints = [
            models.UniqueConstraint(fields=["unit", "sha256"], name="scoring_bytes_once_per_unit"),
            models.CheckConstraint(condition=Q(size__gt=0), name="scoring_file_not_empty"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class Evidence(models.Model):
    """One piece of evidence on a leaf, added at a step. Removed rows stay, marked removed.

    A new version ``replaces`` the one before, which is removed at the same moment. ``sha256`` and ``size`` are the
    file's, copied so that history names the bytes; rows from before they were copied have none.
    """

    score = models.ForeignKey(Score, on_delete=models.CASCADE, related_name="evidence")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="uses")
    file_name = models.CharField(_("tên tệp"), max_length=255, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(null=True)
    number = models.CharField(_("số văn bản"), max_length=100, blank=True)
    issued_on = models.DateField(_("ngày ban hành"), null=True, blank=True)
    issuer = models.CharField(_("cơ quan ban hành"), max_length=200, blank=True)
    section = models.CharField(_("mục, trang"), max_length=200, blank=True)
    added_by = models.CharField(max_length=200)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    # Of an earlier round's piece that was attached again; its year is copied, so that a list need not look for it.
    reused_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reuses"
    )
    reused_year = models.PositiveSmallIntegerField(_("dùng lại từ năm"), null=True, blank=True)
    history = Tracked()

    earlier: list[Evidence]  # the versions it replaced, newest first; set by queries.sheet

    class Meta:
        ordering = ["added_at", "pk"]
        verbose_name = _("tài liệu kiểm chứng")
        constraints = [
            models.CheckConstraint(
                condition=Q(file__isnull=False, file_name__gt="")
                | Q(file__isnull=True, number__gt="", issuer__gt=""),
                name="scoring_evidence_file_or_document",
            ),
            models.CheckConstraint(
                condition=Q(sha256="", size__isnull=True)
                | Q(file__isnull=False, size__isnull=False) & ~Q(sha256=""),
                name="scoring_evidence_names_its_bytes",
            ),
            models.CheckConstraint(
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("pk")),
                name="scoring_evidence_replaces_another",
            ),
            models.UniqueConstraint(
                fields=["score", "reused_from"],
                condition=Q(removed_at__isnull=True),
                name="scoring_reused_once_per_leaf",
            ),
            models.CheckConstraint(
                condition=Q(reused_from__isnull=True, reused_year__isnull=True)
                | Q(reused_from__isnull=False, reused_year__isnull=False),
                name="scoring_reused_with_its_year",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name or self.number

    @classmethod
    def showing(cls, file: StoredFile | None, **columns: Any) -> Evidence:
        """Return a row that shows this file, or a document without one, not saved yet."""
        names = {"sha256": file.sha256, "size": file.size} if file else {}
        return cls(file=file, **names, **columns)

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its card."""
        return f"card:{self.score.card_id}"
