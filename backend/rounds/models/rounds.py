"""A round, its groups of units, its bands and its steps, all as rows."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.audit.models import Tracked
from backend.audit.recording import About
from backend.core.fields import PointsField
from backend.criteria.models import CriteriaSet
from permissions.roles import Place
from tiers.models import Kind, Unit


class Round(models.Model):
    """One season of one host: the units directly below it, scored for ``year``.

    ``with_survey`` says whether survey and outside-index points count; without them a result is
    appraised points over their own maximum (dossier, section 5, "no survey held"). ``sitting`` says whether the
    council concludes in session and how it votes, ``quorum`` who must be there; a session copies both when it
    begins. ``sign_off_until``: the first moment too late for the units' leaders to sign what was concluded; null:
    they are not asked.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("đang chuẩn bị")
        OPEN = "open", _("đang thực hiện")
        PUBLISHED = "published", _("đã công bố")

    class Sitting(models.TextChoices):
        NONE = "none", _("không họp: Chủ tịch Hội đồng kết luận từng phiếu")
        BY_NAME = "by_name", _("họp Hội đồng, biểu quyết ghi tên")
        CLOSED = "closed", _("họp Hội đồng, bỏ phiếu kín")

    class Quorum(models.TextChoices):
        HALF = "half", _("quá nửa số thành viên")
        TWO_THIRDS = "two_thirds", _("ít nhất hai phần ba số thành viên")
        THREE_QUARTERS = "three_quarters", _("ít nhất ba phần tư số thành viên")
        ALL = "all", _("tất cả thành viên")

    host = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="rounds", verbose_name=_("cơ quan tổ chức")
    )
    title = models.CharField(_("tên đợt"), max_length=300)
    year = models.PositiveSmallIntegerField(_("năm đánh giá"))
    on_date = models.DateField(_("theo tổ chức tại ngày"))
    state = models.CharField(_("trạng thái"), max_length=9, choices=State.choices, default=State.DRAFT)
    with_survey = models.BooleanField(_("có điều tra xã hội học"), default=True)
    is_illustration = models.BooleanField(_("số liệu minh hoạ"), default=False)
    sitting = models.CharField(_("kết luận"), max_length=7, choices=Sitting.choices, default=Sitting.NONE)
    quorum = models.CharField(
        _("số thành viên phải có mặt"), max_length=14, choices=Quorum.choices, default=Quorum.TWO_THIRDS
    )
    sign_off_until = models.DateTimeField(_("hạn đơn vị ký xác nhận kết quả"), null=True, blank=True)
    previous = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="next_rounds",
        verbose_name=_("đợt trước để so sánh"),
    )
    opened_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    history = Tracked()

    class Meta:
        ordering = ["-year", "host__path"]
        verbose_name = _("đợt đánh giá")
        constraints = [
            models.UniqueConstraint(fields=["host", "year"], name="rounds_once_a_year"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "open", "published"]), name="rounds_state_known"
            ),
            models.CheckConstraint(
                condition=Q(sitting__in=["none", "by_name", "closed"]), name="rounds_sitting_known"
            ),
            models.CheckConstraint(
                condition=Q(quorum__in=["half", "two_thirds", "three_quarters", "all"]),
                name="rounds_quorum_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: its own."""
        return f"round:{self.pk}"

    def place(self) -> Place:
        """Return where the round stands for questions of rights: at its host."""
        return Place.of(self.host.path)

    @property
    def history_about(self) -> About:
        """Return what history rows of this round are about."""
        return About(
            unit_key=self.host_id,
            unit_path=self.host.path,
            unit_name=self.host.name,
            round_key=self.pk,
        )


class Group(models.Model):
    """The units of one kind in a round: their criteria and how they are ranked together.

    ``procedures`` splits a kind in two, units with and without administrative procedures (dossier, section 8); the
    constraints let a unit stand in one group only. Ranks compare exact indices; ``decimals`` is for printing only.
    ``tie_order`` are the codes of the fields asked first where ``tie_rule`` is ORDERED, then those left in their order.
    """

    class TieRule(models.TextChoices):
        SHARED = "shared", _("đồng hạng, bỏ hạng kế tiếp (1, 2, 2, 4)")
        DENSE = "dense", _("đồng hạng, không bỏ hạng (1, 2, 2, 3)")
        ORDERED = "ordered", _("xét lần lượt điểm từng lĩnh vực, rồi đồng hạng")

    class Procedures(models.TextChoices):
        ANY = "any", _("mọi đơn vị của loại này")
        WITH = "with", _("đơn vị có thủ tục hành chính")
        WITHOUT = "without", _("đơn vị không có thủ tục hành chính")

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="groups")
    kind = models.ForeignKey(Kind, on_delete=models.PROTECT, related_name="+", verbose_name=_("loại đơn vị"))
    criteria_set = models.ForeignKey(
        CriteriaSet, on_delete=models.PROTECT, related_name="groups", verbose_name=_("bộ tiêu chí")
    )
    title = models.CharField(_("tên nhóm xếp hạng"), max_length=200)
    order = models.PositiveSmallIntegerField(_("thứ tự"), default=0)
    tie_rule = models.CharField(
        _("xử lý bằng điểm"), max_length=8, choices=TieRule.choices, default=TieRule.SHARED
    )
    tie_order = models.JSONField(_("thứ tự lĩnh vực xét khi bằng điểm"), default=list, blank=True)
    decimals = models.PositiveSmallIntegerField(_("số chữ số thập phân khi in"), default=2)
    procedures = models.CharField(
        _("đơn vị trong nhóm"), max_length=7, choices=Procedures.choices, default=Procedures.ANY
    )
    history = Tracked()

    class Meta:
        ordering = ["round", "order"]
        verbose_name = _("nhóm xếp hạng")
        constraints = [
            models.UniqueConstraint(fields=["round", "kind", "procedures"], name="rounds_group_once"),
            # A group of all units of a kind excludes both halves; the halves may stand together.
            models.UniqueConstraint(
                fields=["round", "kind"], condition=~Q(procedures="with"), name="rounds_any_or_without_once"
            ),
            models.UniqueConstraint(
                fields=["round", "kind"], condition=~Q(procedures="without"), name="rounds_any_or_with_once"
            ),
            models.CheckConstraint(
                condition=Q(procedures__in=["any", "with", "without"]), name="rounds_procedures_known"
            ),
            models.CheckConstraint(
                condition=Q(decimals__gte=1, decimals__lte=3), name="rounds_decimals_one_to_three"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its round."""
        return f"round:{self.round_id}"


class Band(models.Model):
    """One class of a group (xếp loại): from ``lower`` percent, with it or above it."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="bands")
    label = models.CharField(_("xếp loại"), max_length=60)
    lower = PointsField(_("từ (%)"))
    inclusive = models.BooleanField(_("kể cả mốc"), default=True)
    history = Tracked()

    class Meta:
        ordering = ["group", "-lower"]
        verbose_name = _("mức xếp loại")
        constraints = [
            models.UniqueConstraint(fields=["group", "label"], name="rounds_band_label_once"),
            models.UniqueConstraint(fields=["group", "lower"], name="rounds_band_lower_once"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its round."""
        return f"round:{self.group.round_id}"


class Step(models.Model):
    """A span of work in a round. A kind may come twice (first and second appraisal).

    ``closes_at`` is the first moment that is too late: "khoá sau ngày 07/01" is 00:00 of 08/01 in
    Vietnam. Marks of the step are shown to the unit from ``shown_at``; null is not before
    publication. ``names_shown`` says whether the unit sees who gave them.
    """

    class Kind(models.TextChoices):
        SELF = "self", _("tự chấm điểm")
        APPRAISAL = "appraisal", _("thẩm định")
        EXPLANATION = "explanation", _("giải trình")
        SURVEY = "survey", _("điểm điều tra và chỉ số ngoài")
        CONCLUSION = "conclusion", _("kết luận")

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="steps")
    order = models.PositiveSmallIntegerField(_("thứ tự"))
    kind = models.CharField(_("bước"), max_length=11, choices=Kind.choices)
    title = models.CharField(_("tên bước"), max_length=100)
    opens_at = models.DateTimeField(_("mở lúc"))
    closes_at = models.DateTimeField(_("khoá lúc"))
    shown_at = models.DateTimeField(_("đơn vị được xem từ"), null=True, blank=True)
    names_shown = models.BooleanField(_("hiện tên người chấm"), default=False)
    history = Tracked()

    class Meta:
        ordering = ["round", "order"]
        verbose_name = _("bước đánh giá")
        constraints = [
            models.UniqueConstraint(fields=["round", "order"], name="rounds_step_order_once"),
            models.UniqueConstraint(
                fields=["round", "kind"],
                condition=Q(kind__in=["self", "conclusion", "survey"]),
                name="rounds_single_steps_once",
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="rounds_step_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its round."""
        return f"round:{self.round_id}"


class Reminder(models.Model):
    """How many hours before a step closes its people are reminded. A step without rows has the usual distances."""

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="reminders")
    hours = models.PositiveSmallIntegerField(_("số giờ trước hạn"))
    history = Tracked()

    class Meta:
        ordering = ["step", "-hours"]
        verbose_name = _("mốc nhắc hạn")
        constraints = [
            models.UniqueConstraint(fields=["step", "hours"], name="rounds_reminder_once"),
            models.CheckConstraint(
                condition=Q(hours__gte=1, hours__lte=2160), name="rounds_reminder_within_90_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step}: {self.hours}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its round."""
        return f"round:{self.step.round_id}"


class HostReminder(models.Model):
    """A reminder that somebody of the host wrote and sent to some units. Rows are only added."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="host_reminders")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    sender_name = models.CharField(max_length=200)
    sent_at = models.DateTimeField(_("gửi lúc"))
    subject = models.CharField(_("tiêu đề"), max_length=200)
    body = models.TextField(_("nội dung"))

    class Meta:
        ordering = ["-sent_at", "-pk"]
        verbose_name = _("lời nhắc của cơ quan tổ chức")

    def __str__(self) -> str:
        return self.subject


class RemindedUnit(models.Model):
    """A unit that got a host's reminder: how many people were told, how many have an address, who has none."""

    reminder = models.ForeignKey(HostReminder, on_delete=models.PROTECT, related_name="units")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit_name = models.CharField(max_length=200)
    people = models.PositiveSmallIntegerField(_("số người"))
    mails = models.PositiveSmallIntegerField(_("số thư"))
    without_address = models.TextField(_("người chưa có địa chỉ thư"), blank=True)

    class Meta:
        ordering = ["reminder", "pk"]
        verbose_name = _("đơn vị được nhắc")
        constraints = [
            models.UniqueConstraint(fields=["reminder", "unit"], name="rounds_reminded_once"),
            models.CheckConstraint(condition=Q(mails__lte=F("people")), name="rounds_mails_within_people"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_name}: {self.reminder}"


class Extension(models.Model):
    """More time for one unit at one step, by reason and document. Rows are only added."""

    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="extensions")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="extensions")
    closes_at = models.DateTimeField(_("khoá lúc"))
    reason = models.TextField(_("lý do"))
    document = models.CharField(_("văn bản"), max_length=200)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    made_at = models.DateTimeField()
    # The unit had finished, or was locked out, and began again; without it the time was only made longer.
    reopens = models.BooleanField(_("mở lại"), default=False)
    history = Tracked()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("gia hạn")
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(document=""), name="rounds_extension_is_explained"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.step}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its round."""
        return f"round:{self.step.round_id}"
