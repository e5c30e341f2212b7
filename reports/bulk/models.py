"""One batch of documents and its units, so that whatever dies it is known what is done."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.rounds.models import Round
from backend.scoring.models import Scorecard


class Batch(models.Model):
    """The documents of one kind of many units, asked for by one person, made as she may see them; swept in time.

    ``ready``: every unit was tried and the zip is there; what could not be made stands in its index.
    """

    class State(models.TextChoices):
        MAKING = "making", _("đang lập")
        PACKING = "packing", _("đang đóng gói")
        READY = "ready", _("đã xong")
        CANCELLED = "cancelled", _("đã dừng")

    kind = models.CharField(max_length=16)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="batches")
    state = models.CharField(max_length=9, choices=State.choices, default=State.MAKING)
    stored_as = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(_("tên tệp"), max_length=255, blank=True)
    size = models.PositiveBigIntegerField(_("dung lượng"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    is_illustration = models.BooleanField(_("số liệu minh hoạ"), default=False)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("yêu cầu lúc"))
    made_at = models.DateTimeField(_("xong lúc"), null=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = _("loạt văn bản")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "kind", "requested_by"],
                condition=Q(state__in=["making", "packing"]),
                name="reports_one_batch_at_work",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["making", "packing", "ready", "cancelled"]),
                name="reports_batch_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="ready") | ~Q(stored_as="") & ~Q(sha256="") & Q(made_at__isnull=False),
                name="reports_batch_ready_has_bytes",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["self_report", "appraisal", "handout"]), name="reports_batch_of_cards"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} / {self.round_id}"


class BatchItem(models.Model):
    """One unit of a batch. ``sent``: a job of the table makes it; ``tries`` counts how often one began."""

    class State(models.TextChoices):
        WAITING = "waiting", _("đang chờ")
        SENT = "sent", _("đang lập")
        DONE = "done", _("đã xong")
        FAILED = "failed", _("không lập được")

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    card = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="+")
    document = models.ForeignKey("reports.Document", on_delete=models.PROTECT, null=True, related_name="+")
    order = models.PositiveIntegerField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["batch", "order"]
        verbose_name = _("văn bản trong loạt")
        indexes = [models.Index(fields=["batch", "state"], name="reports_item_state")]
        constraints = [
            models.UniqueConstraint(fields=["batch", "card"], name="reports_item_once"),
            models.UniqueConstraint(fields=["batch", "order"], name="reports_item_order_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sent", "done", "failed"]), name="reports_item_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(document__isnull=False), name="reports_item_done_has_document"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.order}"
