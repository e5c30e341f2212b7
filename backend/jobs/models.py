"""One row per piece of background work, so that no broker has to be trusted with it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """A call to make: ``work`` is the dotted path of a function that takes ``key``."""

    class State(models.TextChoices):
        QUEUED = "queued", _("đang chờ")
        RUNNING = "running", _("đang chạy")
        DONE = "done", _("xong")
        FAILED = "failed", _("không thành công")

    work = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    heartbeat = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    queued_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = _("việc chạy nền")
        indexes = [models.Index(fields=["state", "heartbeat"], name="jobs_state_beat")]
        constraints = [
            models.UniqueConstraint(
                fields=["work", "key"],
                condition=Q(state__in=["queued", "running"]),
                name="jobs_one_live_per_key",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running", "done", "failed"]),
                name="jobs_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.work}({self.key})"
