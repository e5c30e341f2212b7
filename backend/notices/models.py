"""One message to one person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """What a person is told in the page and by mail. ``key`` makes a message unique per person."""

    class State(models.TextChoices):
        WAITING = "waiting", _("chờ gửi")
        SENT = "sent", _("đã gửi")
        NO_ADDRESS = "no_address", _("không có địa chỉ thư")
        REFUSED = "refused", _("bị từ chối")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(max_length=120)
    subject = models.CharField(_("tiêu đề"), max_length=200)
    body = models.TextField(_("nội dung"))
    url = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(_("lúc"))
    read_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("thông báo")
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="notices_told_once"),
        ]

    def __str__(self) -> str:
        return self.subject
