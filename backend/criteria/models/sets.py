"""A criteria set and its life; published sets never change."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.audit.models import Tracked
from backend.audit.recording import About
from backend.core.exact import ZERO
from backend.core.fields import PointsField
from permissions.roles import Place
from tiers.models import Kind, Unit


class CriteriaSet(models.Model):
    """One version of the criteria for one kind of unit in one year, owned by the host unit.

    ``scale`` is the number of points the whole set must add up to (dossier, section 0: 100), bonus and
    penalty aside; their sums on a card stop at ``bonus_ceiling`` and ``penalty_ceiling`` points (R12). ``left_out_way`` says
    what becomes of leaves that do not apply (dossier, section 5). A set may follow a ``framework`` of a tier
    above. ``revision`` grows with every change of its tree and stands outside history.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("dự thảo")
        CONSULTATION = "consultation", _("đang lấy ý kiến")
        PUBLISHED = "published", _("đã ban hành")
        SUPERSEDED = "superseded", _("đã thay thế")

    class LeftOut(models.TextChoices):
        OWN_MAXIMUM = "own_maximum", _("tính trên điểm tối đa của riêng đơn vị")
        RESCALED = "rescaled", _("quy phần thẩm định về đủ điểm tối đa")
        FULL_POINTS = "full_points", _("được tính đủ điểm tối đa")

    owner = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="criteria_sets", verbose_name=_("cơ quan")
    )
    kind = models.ForeignKey(
        Kind, on_delete=models.PROTECT, related_name="criteria_sets", verbose_name=_("loại đơn vị")
    )
    title = models.CharField(_("tên bộ tiêu chí"), max_length=300)
    year = models.PositiveSmallIntegerField(_("năm"))
    version = models.PositiveSmallIntegerField(_("phiên bản"), default=1)
    state = models.CharField(_("trạng thái"), max_length=12, choices=State.choices, default=State.DRAFT)
    scale = PointsField(_("thang điểm"))
    legal_number = models.CharField(_("số văn bản"), max_length=100, blank=True)
    legal_date = models.DateField(_("ngày văn bản"), null=True, blank=True)
    legal_signer = models.CharField(_("chức vụ người ký"), max_length=200, blank=True)
    legal_file = models.CharField(_("tệp văn bản"), max_length=200, blank=True)
    legal_file_name = models.CharField(_("tên tệp văn bản"), max_length=200, blank=True)
    left_out_way = models.CharField(
        _("tiêu chí không áp dụng"), max_length=11, choices=LeftOut.choices, default=LeftOut.OWN_MAXIMUM
    )
    bonus_ceiling = PointsField(_("điểm thưởng tối đa"), default=ZERO)
    penalty_ceiling = PointsField(_("điểm phạt tối đa"), default=ZERO)
    is_framework = models.BooleanField(_("là khung cho cấp dưới"), default=False)
    framework = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="followers",
        verbose_name=_("theo khung"),
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    published_at = models.DateTimeField(_("ban hành lúc"), null=True, blank=True)
    is_illustration = models.BooleanField(_("minh hoạ"), default=False)
    history = Tracked(excluded_fields=["revision"])

    class Meta:
        ordering = ["-year", "kind__order", "-version"]
        verbose_name = _("bộ tiêu chí")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "kind", "year", "version"], name="criteria_version_once"
            ),
            models.CheckConstraint(condition=Q(scale__gt=ZERO), name="criteria_scale_positive"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "consultation"]) | Q(published_at__isnull=False),
                name="criteria_published_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "consultation", "published", "superseded"]),
                name="criteria_state_known",
            ),
            models.CheckConstraint(
                condition=Q(left_out_way__in=["own_maximum", "rescaled", "full_points"]),
                name="criteria_left_out_way_known",
            ),
            models.CheckConstraint(
                condition=Q(bonus_ceiling__gte=ZERO, penalty_ceiling__gte=ZERO),
                name="criteria_ceilings_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(framework__isnull=True) | Q(is_framework=False),
                name="criteria_framework_follows_none",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: its own."""
        return f"set:{self.pk}"

    @property
    def is_frozen(self) -> bool:
        """Return whether the set was published and so never changes."""
        return self.state in (self.State.PUBLISHED, self.State.SUPERSEDED)

    def place(self) -> Place:
        """Return where the set stands for questions of rights: at its owner."""
        return Place.of(self.owner.path)

    @property
    def history_about(self) -> About:
        """Return what history rows of this set are about."""
        return About(unit_key=self.owner_id, unit_path=self.owner.path, unit_name=self.owner.name)
