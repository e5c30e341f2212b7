"""What a round's council keeps beside its marks: handed-over fields, leaves marked by two, drafts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.audit.models import Tracked
from backend.audit.recording import About
from backend.core.exact import ZERO
from backend.core.fields import PointsField
from backend.criteria.models import Node
from backend.rounds.models import Round, Step
from backend.scoring.models.cards import Score
from tiers.models import Unit


class HandOver(models.Model):
    """A lead agency has appraised its field in a round and hands the result over; it may be sent back.

    ``agency`` is where the field's appraisers work; ``left`` counts leaves that had no mark then, ``note`` says why.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="hand_overs")
    agency = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("cơ quan chủ trì thẩm định")
    )
    agency_name = models.CharField(max_length=200)
    field = models.CharField(_("lĩnh vực"), max_length=30)
    left = models.PositiveIntegerField(_("số tiêu chí chưa thẩm định"), default=0)
    note = models.TextField(_("ghi chú bàn giao"), blank=True)
    handed_by = models.CharField(_("người bàn giao"), max_length=200)
    handed_at = models.DateTimeField(_("bàn giao lúc"))
    sent_back_at = models.DateTimeField(_("trả lại lúc"), null=True, blank=True)
    sent_back_by = models.CharField(_("người trả lại"), max_length=200, blank=True)
    sent_back_reason = models.TextField(_("lý do trả lại"), blank=True)
    history = Tracked()

    class Meta:
        ordering = ["-handed_at", "-pk"]
        verbose_name = _("bàn giao kết quả thẩm định lĩnh vực")
        constraints = [
            models.UniqueConstraint(
                fields=["round", "agency", "field"],
                condition=Q(sent_back_at__isnull=True),
                name="scoring_handed_over_once",
            ),
            models.CheckConstraint(
                condition=Q(sent_back_at__isnull=True) | ~Q(sent_back_reason=""),
                name="scoring_sent_back_has_reason",
            ),
            models.CheckConstraint(condition=Q(left=0) | ~Q(note=""), name="scoring_hand_over_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.agency_name}: {self.field}"

    @property
    def history_about(self) -> About:
        """Return what history rows of this hand-over are about."""
        return self.round.history_about

    @property
    def history_chain(self) -> str:
        """Return the chain its history belongs to."""
        return f"round:{self.round_id}"


class DoubleChoice(models.Model):
    """A leaf of a round chosen to be marked by two people without seeing each other's mark.

    ``share`` is the percentage of the units drawn by ``seed`` (rules.drawn): anybody can draw again.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="double_choices")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="+")
    share = models.PositiveSmallIntegerField(_("tỷ lệ đơn vị (%)"), default=100)
    seed = models.CharField(_("mã rút chọn"), max_length=60, blank=True)
    chosen_by = models.CharField(_("người chọn"), max_length=200)
    chosen_at = models.DateTimeField(_("lúc"))
    history = Tracked()

    class Meta:
        ordering = ["-chosen_at", "-pk"]
        verbose_name = _("tiêu chí chấm hai lần độc lập")
        constraints = [
            models.CheckConstraint(
                condition=Q(share__gte=1, share__lte=100), name="scoring_double_share_in_percent"
            ),
            models.CheckConstraint(
                condition=Q(share=100) | ~Q(seed=""), name="scoring_double_share_has_seed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node.code}: {self.share} %"

    @property
    def history_about(self) -> About:
        """Return what history rows of this choice are about."""
        return self.round.history_about

    @property
    def history_chain(self) -> str:
        """Return the chain its history belongs to."""
        return f"round:{self.round_id}"


class OfLeaf(models.Model):
    """What hangs on one leaf of one card, for its history."""

    class Meta:
        abstract = True

    @property
    def history_about(self) -> About:
        """Return what history rows of this row are about."""
        return self.of_score.card.history_about

    @property
    def history_chain(self) -> str:
        """Return the chain its history belongs to."""
        return f"card:{self.of_score.card_id}"

    @property
    def of_score(self) -> Score:
        """Return the leaf."""
        raise NotImplementedError


class DoubleLeaf(OfLeaf):
    """One leaf of one card that two people mark at ``step``: settled by equal marks or by a third, or dropped.

    ``points`` are those that became the appraisal mark.
    """

    choice = models.ForeignKey(DoubleChoice, on_delete=models.PROTECT, related_name="leaves")
    score = models.ForeignKey(Score, on_delete=models.CASCADE, related_name="doubles")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="+")
    points = PointsField(_("điểm thống nhất"), null=True)
    reason = models.TextField(_("lý do thống nhất"), blank=True)
    settled_by = models.CharField(_("người quyết định"), max_length=200, blank=True)
    settled_at = models.DateTimeField(_("thống nhất lúc"), null=True, blank=True)
    dropped_by = models.CharField(_("người bỏ"), max_length=200, blank=True)
    dropped_at = models.DateTimeField(_("bỏ lúc"), null=True, blank=True)
    drop_reason = models.TextField(_("lý do bỏ"), blank=True)
    history = Tracked()

    class Meta:
        ordering = ["score__card__unit__order", "score__order"]
        verbose_name = _("tiêu chí của một đơn vị chấm hai lần")
        constraints = [
            models.UniqueConstraint(
                fields=["score", "step"], condition=Q(dropped_at__isnull=True), name="scoring_double_once"
            ),
            models.CheckConstraint(
                condition=Q(points__isnull=True, settled_at__isnull=True)
                | Q(points__isnull=False, settled_at__isnull=False),
                name="scoring_double_settled_with_points",
            ),
            models.CheckConstraint(
                condition=Q(dropped_at__isnull=True) | ~Q(drop_reason=""),
                name="scoring_double_drop_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score_id}/{self.step_id}"

    @property
    def of_score(self) -> Score:
        """Return the leaf."""
        return self.score

    @property
    def is_open(self) -> bool:
        """Return whether marks are still owed or differ."""
        return self.settled_at is None and self.dropped_at is None


class FirstMark(OfLeaf):
    """What one of two people gave a leaf marked twice. Units: points."""

    double = models.ForeignKey(DoubleLeaf, on_delete=models.CASCADE, related_name="first_marks")
    slot = models.PositiveSmallIntegerField(_("lượt"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(_("người chấm"), max_length=200)
    max_points = PointsField()
    points = PointsField(_("điểm"))
    reason = models.TextField(_("lý do"), blank=True)
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(_("lúc"))
    history = Tracked()

    class Meta:
        ordering = ["double", "slot"]
        verbose_name = _("điểm chấm độc lập")
        constraints = [
            models.UniqueConstraint(fields=["double", "slot"], name="scoring_first_mark_slot_once"),
            models.UniqueConstraint(fields=["double", "person"], name="scoring_first_mark_two_people"),
            models.CheckConstraint(condition=Q(slot__in=[1, 2]), name="scoring_first_mark_at_most_two"),
            models.CheckConstraint(
                condition=Q(points__gte=ZERO, points__lte=F("max_points")), name="scoring_first_mark_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.double_id}: {self.points} - {self.person_name}"

    @property
    def of_score(self) -> Score:
        """Return the leaf."""
        return self.double.score


class Draft(OfLeaf):
    """What the council's support team proposes for a leaf at a step. It is no mark; a member takes it or not."""

    score = models.ForeignKey(Score, on_delete=models.CASCADE, related_name="drafts")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="+")
    max_points = PointsField()
    points = PointsField(_("điểm dự thảo"))
    reason = models.TextField(_("lý do dự thảo"), blank=True)
    author = models.CharField(_("người dự thảo"), max_length=200)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(_("lúc"))
    history = Tracked()

    class Meta:
        ordering = ["score__order"]
        verbose_name = _("dự thảo thẩm định")
        constraints = [
            models.UniqueConstraint(fields=["score", "step"], name="scoring_draft_once_per_step"),
            models.CheckConstraint(
                condition=Q(points__gte=ZERO, points__lte=F("max_points")), name="scoring_draft_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score_id}/{self.step_id}: {self.points}"

    @property
    def of_score(self) -> Score:
        """Return the leaf."""
        return self.score
