"""Work shared inside a unit: its divisions, who has which leaf until when, remarks and who is mentioned in them.

All of it is the unit's inner matter: nobody of the host reads it, at no time.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.audit.models import Tracked
from backend.audit.recording import About
from backend.scoring.models.cards import Score
from tiers.models import Unit


class Division(models.Model):
    """A division (phòng, bộ phận) of a unit, kept by the unit's own people. ``is_active``: may be given leaves."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="divisions")
    name = models.CharField(_("tên bộ phận"), max_length=150)
    order = models.PositiveIntegerField(_("thứ tự"), default=1)
    is_active = models.BooleanField(_("đang dùng"), default=True)
    history = Tracked()

    class Meta:
        ordering = ["order", "name", "pk"]
        verbose_name = _("bộ phận")
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="scoring_division_named_once"),
            models.CheckConstraint(condition=~Q(name=""), name="scoring_division_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of the unit's seats."""
        return f"seats:{self.unit_id}"

    @property
    def history_about(self) -> About:
        """Return what history rows of this division are about: its unit."""
        return About(unit_key=self.unit_id, unit_path=self.unit.path, unit_name=self.unit.name)


class DivisionMember(models.Model):
    """A person of the unit in one of its divisions: what the division is given is hers too."""

    division = models.ForeignKey(Division, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    history = Tracked()

    class Meta:
        ordering = ["division", "person__full_name", "pk"]
        verbose_name = _("người của bộ phận")
        constraints = [
            models.UniqueConstraint(fields=["division", "person"], name="scoring_division_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person} ({self.division})"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of the unit's seats."""
        return f"seats:{self.division.unit_id}"


class Assignment(models.Model):
    """Who of the unit sees to one leaf: a division or a person. It gives no right and takes none away.

    ``due_at`` is the first moment too late by the unit's own reckoning. It reminds and never locks.
    """

    score = models.OneToOneField(Score, on_delete=models.CASCADE, related_name="assignment")
    division = models.ForeignKey(
        Division, on_delete=models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    due_at = models.DateTimeField(_("hạn nội bộ"), null=True, blank=True)
    assigned_by = models.CharField(_("người giao"), max_length=200)
    assigned_at = models.DateTimeField(_("giao lúc"))
    history = Tracked()

    class Meta:
        verbose_name = _("phân công tiêu chí")
        constraints = [
            models.CheckConstraint(
                condition=Q(division__isnull=False, person__isnull=True)
                | Q(division__isnull=True, person__isnull=False),
                name="scoring_assigned_to_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score_id}: {self.division or self.person}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its card."""
        return f"card:{self.score.card_id}"


class Remark(models.Model):
    """What one of the unit's people says to the others about a leaf. Never edited; its author may withdraw it."""

    score = models.ForeignKey(Score, on_delete=models.CASCADE, related_name="remarks")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="remarks"
    )
    author_name = models.CharField(_("người viết"), max_length=200)
    text = models.TextField(_("nội dung trao đổi"))
    made_at = models.DateTimeField(_("lúc"))
    withdrawn_at = models.DateTimeField(_("rút lại lúc"), null=True)
    history = Tracked(personal=["author_name", "text"], inner=True)

    class Meta:
        ordering = ["made_at", "pk"]
        verbose_name = _("trao đổi")
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="scoring_remark_has_text"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=models.F("made_at")),
                name="scoring_remark_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score_id}: {self.text[:40]}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its card."""
        return f"card:{self.score.card_id}"


class Mention(models.Model):
    """A person called into a remark; ``read_at`` is when she said that she has read it."""

    remark = models.ForeignKey(Remark, on_delete=models.CASCADE, related_name="mentions")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mentions")
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["remark", "person__full_name", "pk"]
        verbose_name = _("nhắc tới")
        constraints = [
            models.UniqueConstraint(fields=["remark", "person"], name="scoring_mentioned_once"),
        ]

    def __str__(self) -> str:
        return f"@{self.person}"
