"""Opinions of units on a draft, and what the owner answers."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.audit.models import Tracked
from backend.audit.recording import About
from backend.criteria.models.nodes import Node
from backend.criteria.models.sets import CriteriaSet
from backend.criteria.models.work import Edit
from permissions.roles import Place
from tiers.models import Unit


class Consultation(models.Model):
    """One round of opinions on a draft: the tree stands still from ``opened_at`` to ``ended_at``.

    Units write until ``closes_at``, the first moment that is too late.
    """

    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.CASCADE, related_name="consultations")
    number = models.PositiveSmallIntegerField(_("lần"))
    document = models.CharField(_("văn bản lấy ý kiến"), max_length=200)
    opened_at = models.DateTimeField(_("mở lúc"))
    closes_at = models.DateTimeField(_("hết hạn lúc"))
    ended_at = models.DateTimeField(_("kết thúc lúc"), null=True, blank=True)
    history = Tracked()

    class Meta:
        ordering = ["criteria_set", "-number"]
        verbose_name = _("đợt lấy ý kiến")
        constraints = [
            models.UniqueConstraint(fields=["criteria_set", "number"], name="criteria_consultation_once"),
            models.UniqueConstraint(
                fields=["criteria_set"],
                condition=Q(ended_at__isnull=True),
                name="criteria_one_consultation_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opened_at")), name="criteria_consultation_dates_in_order"
            ),
            models.CheckConstraint(condition=~Q(document=""), name="criteria_consultation_has_document"),
        ]

    def __str__(self) -> str:
        return f"{self.criteria_set_id}/{self.number}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its set."""
        return f"set:{self.criteria_set_id}"

    def is_open(self, now: datetime) -> bool:
        """Return whether units may write at that moment."""
        return self.ended_at is None and now < self.closes_at

    @property
    def history_about(self) -> About:
        """Return what history rows of this consultation are about."""
        return self.criteria_set.history_about


class Response(models.Model):
    """What one unit says to one consultation; it counts once its leader approved it."""

    class State(models.TextChoices):
        WRITING = "writing", _("đang soạn")
        SUBMITTED = "submitted", _("đã trình lãnh đạo")
        APPROVED = "approved", _("đã gửi")

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="responses")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit_name = models.CharField(_("đơn vị"), max_length=200)
    state = models.CharField(_("trạng thái"), max_length=9, choices=State.choices, default=State.WRITING)
    agrees = models.BooleanField(_("thống nhất, không có ý kiến khác"), default=False)
    approved_by = models.CharField(_("người duyệt"), max_length=200, blank=True)
    approved_at = models.DateTimeField(_("duyệt lúc"), null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    history = Tracked()

    class Meta:
        ordering = ["consultation", "unit__order"]
        verbose_name = _("ý kiến của đơn vị")
        constraints = [
            models.UniqueConstraint(fields=["consultation", "unit"], name="criteria_response_once"),
            models.CheckConstraint(
                condition=Q(state__in=["writing", "submitted", "approved"]),
                name="criteria_response_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_at__isnull=False),
                name="criteria_approved_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consultation_id}: {self.unit_name}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its set."""
        return f"set:{self.consultation.criteria_set_id}"

    def place(self) -> Place:
        """Return where the response stands: about its unit, asked by the set's owner."""
        return Place(unit=self.unit.path, host=self.consultation.criteria_set.owner.path)

    @property
    def history_about(self) -> About:
        """Return what history rows of this response are about."""
        return About(unit_key=self.unit_id, unit_path=self.unit.path, unit_name=self.unit_name)


class Opinion(models.Model):
    """One opinion, on a node or (``node`` null, ``code`` empty) on the whole, and its answer.

    ``code`` and ``title`` are copied: the node may go, so history keeps them and not the node. ``edit`` is the
    change an accepted opinion made.
    """

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _("tiếp thu")
        PARTLY = "partly", _("tiếp thu một phần")
        DECLINED = "declined", _("giải trình, giữ nguyên")

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="opinions")
    node = models.ForeignKey(Node, on_delete=models.SET_NULL, null=True, blank=True, related_name="opinions")
    code = models.CharField(_("mã"), max_length=30, blank=True)
    title = models.TextField(_("tiêu chí"), blank=True)
    text = models.TextField(_("ý kiến"))
    verdict = models.CharField(_("tiếp thu"), max_length=8, choices=Verdict.choices, blank=True, default="")
    answer = models.TextField(_("giải trình của cơ quan soạn thảo"), blank=True)
    answered_by = models.CharField(_("người trả lời"), max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    edit = models.ForeignKey(Edit, on_delete=models.SET_NULL, null=True, blank=True, related_name="opinions")
    history = Tracked(excluded_fields=["node"])

    class Meta:
        ordering = ["response", "code", "pk"]
        verbose_name = _("ý kiến")
        constraints = [
            models.UniqueConstraint(fields=["response", "code"], name="criteria_opinion_once_per_node"),
            models.CheckConstraint(condition=~Q(text=""), name="criteria_opinion_says_something"),
            models.CheckConstraint(
                condition=Q(verdict__in=["", "accepted", "partly", "declined"]), name="criteria_verdict_known"
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=["", "accepted"]) | ~Q(answer=""), name="criteria_refusal_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.text[:40]}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its set."""
        return f"set:{self.response.consultation.criteria_set_id}"

    @property
    def about_what(self) -> str:
        """Return what the opinion is about: "1.2 Ban hành kế hoạch", or the set as a whole."""
        return f"{self.code} {self.title}" if self.code else str(_("Về toàn bộ dự thảo"))

    @property
    def history_about(self) -> About:
        """Return what history rows of this opinion are about."""
        return self.response.history_about
