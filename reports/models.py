"""A published ranking as copies that never change, and the documents made for people."""

from __future__ import annotations

from fractions import Fraction

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.audit.models import Tracked
from backend.audit.recording import About
from backend.core.exact import ZERO
from backend.core.fields import PointsField
from backend.criteria.models import CriteriaSet
from backend.rounds.models import Group, Round
from backend.scoring.models import Scorecard, Session
from permissions.roles import Place
from tiers.models import Unit


class Ranking(models.Model):
    """One publication of a round. A new publication is a new version; the newest one counts.

    Once ``published_at`` is set the database itself refuses any change of the ranking and of its
    rows (``walls``). ``stated_on`` and ``stated_source`` are of a publication taken over from paper.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="rankings")
    version = models.PositiveSmallIntegerField(_("lần công bố"), default=1)
    title = models.CharField(_("tên đợt"), max_length=300)
    year = models.PositiveSmallIntegerField(_("năm đánh giá"))
    host_name = models.CharField(_("cơ quan tổ chức"), max_length=200)
    with_survey = models.BooleanField(_("có điều tra xã hội học"))
    is_illustration = models.BooleanField(_("số liệu minh hoạ"), default=False)
    decision = models.CharField(_("văn bản công bố"), max_length=200, blank=True)
    made_at = models.DateTimeField(_("lập lúc"))
    published_at = models.DateTimeField(_("công bố lúc"), null=True)
    published_by = models.CharField(_("người công bố"), max_length=200)
    stated_on = models.DateField(_("ngày công bố theo tài liệu"), null=True)
    stated_source = models.CharField(_("nguồn tài liệu"), max_length=300, blank=True)
    history = Tracked()

    class Meta:
        ordering = ["round", "-version"]
        verbose_name = _("bảng xếp hạng")
        constraints = [
            models.UniqueConstraint(fields=["round", "version"], name="reports_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="reports_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its round."""
        return f"round:{self.round_id}"

    def place(self) -> Place:
        """Return where the ranking stands for questions of rights: at the round's host."""
        return self.round.place()

    @property
    def history_about(self) -> About:
        """Return what history rows of this ranking are about: its round."""
        return self.round.history_about


class Section(models.Model):
    """One ranking group as it was: its title, tie rule and criteria."""

    ranking = models.ForeignKey(Ranking, on_delete=models.PROTECT, related_name="sections")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=200)
    tie_rule = models.CharField(max_length=8, choices=Group.TieRule.choices)
    criteria_title = models.CharField(max_length=300)

    class Meta:
        ordering = ["ranking", "order", "pk"]
        verbose_name = _("nhóm đã công bố")
        constraints = [
            models.UniqueConstraint(fields=["ranking", "group"], name="reports_section_once"),
        ]

    def __str__(self) -> str:
        return self.title


class BandCopy(models.Model):
    """One class of a section as it was. ``lower`` is in percent."""

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="bands")
    label = models.CharField(max_length=60)
    lower = PointsField()
    inclusive = models.BooleanField()

    class Meta:
        ordering = ["section", "-lower"]
        verbose_name = _("mức xếp loại đã công bố")

    def __str__(self) -> str:
        return self.label


class Row(models.Model):
    """One unit's result. Points, not percent; the index is ``total`` of ``maximum``.

    ``maximum`` is of the leaves that apply to the unit, or of all where the set makes good what is left out;
    ``full_maximum`` is of all leaves. ``marked`` of ``marked_maximum`` are the council's points as they were given
    (null in rows from before they were copied); with ``percent`` they were brought to ``marked_full`` (dossier,
    section 5). ``total`` is never below zero: appraised + survey + bonus - penalty - deducted.
    """

    section = models.ForeignKey(Section, on_delete=models.PROTECT, related_name="rows")
    card = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="results")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit_name = models.CharField(max_length=200)
    unit_order = models.PositiveIntegerField(default=0)
    rank = models.PositiveIntegerField(_("hạng"))
    shared = models.BooleanField(_("đồng hạng"), default=False)
    band = models.CharField(_("xếp loại"), max_length=60, blank=True)
    total = PointsField(_("tổng điểm"))
    appraised = PointsField(_("điểm thẩm định"))
    survey = PointsField(_("điểm điều tra và chỉ số ngoài"))
    maximum = PointsField(_("điểm tối đa áp dụng"))
    full_maximum = PointsField(_("điểm tối đa"))
    bonus = PointsField(_("điểm thưởng"), default=ZERO)
    penalty = PointsField(_("điểm phạt"), default=ZERO)
    deducted = PointsField(_("điểm bị trừ"), default=ZERO)
    percent = PointsField(_("tỷ lệ đạt của phần thẩm định"), null=True)
    marked = PointsField(_("điểm thẩm định thực tế"), null=True)
    marked_maximum = PointsField(_("điểm tối đa thẩm định áp dụng"), null=True)
    marked_full = PointsField(_("điểm tối đa thẩm định"), null=True)

    class Meta:
        ordering = ["section", "rank", "unit_order", "pk"]
        verbose_name = _("kết quả đã công bố")
        constraints = [
            models.UniqueConstraint(fields=["section", "card"], name="reports_row_once"),
            models.CheckConstraint(
                condition=Q(total=F("appraised") + F("survey") + F("bonus") - F("penalty") - F("deducted"))
                | Q(
                    total=ZERO,
                    appraised__lt=F("penalty") + F("deducted") - F("survey") - F("bonus"),
                ),
                name="reports_total_is_sum",
            ),
            models.CheckConstraint(
                condition=Q(
                    total__gte=ZERO,
                    total__lte=F("maximum") + F("bonus"),
                    maximum__gt=ZERO,
                    maximum__lte=F("full_maximum"),
                ),
                name="reports_total_in_range",
            ),
            models.CheckConstraint(condition=Q(rank__gte=1), name="reports_rank_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.unit_name}"

    @property
    def index(self) -> Fraction:
        """Return the index in percent, exact: points over the maximum, before any rounding for print."""
        return self.exact_total / Fraction(self.maximum) * 100

    @property
    def exact_total(self) -> Fraction:
        """Return the total with the appraised part brought up by its percent, not rounded to thousandths."""
        if self.percent is None or self.marked_full is None:
            return Fraction(self.total)
        brought = Fraction(self.percent) * Fraction(self.marked_full) / 100
        rest = self.survey + self.bonus - self.penalty - self.deducted
        return max(brought + Fraction(rest), Fraction(0))


class FieldRow(models.Model):
    """One unit's points in one field (lĩnh vực)."""

    row = models.ForeignKey(Row, on_delete=models.PROTECT, related_name="fields")
    order = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=30)
    title = models.TextField()
    points = PointsField()
    maximum = PointsField()

    class Meta:
        ordering = ["row", "order"]
        verbose_name = _("kết quả lĩnh vực đã công bố")
        constraints = [
            models.UniqueConstraint(fields=["row", "code"], name="reports_field_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Document(models.Model):
    """A file asked for by a person and made by the worker. ``sha256`` names the bytes in storage.

    ``fingerprint`` is that of the approval printed in it (self-assessment report), so that a later
    change of the card shows. A ranking document without ``ranking`` is a draft of the preview. A
    comparison is of two criteria sets and of no round; minutes are of a session.
    """

    class Kind(models.TextChoices):
        SELF_REPORT = "self_report", _("Báo cáo tự chấm điểm (PDF)")
        APPRAISAL = "appraisal", _("Kết quả thẩm định của đơn vị (PDF)")
        RANKING = "ranking", _("Bảng xếp hạng (PDF)")
        RANKING_SHEET = "ranking_sheet", _("Bảng xếp hạng (XLSX)")
        LEFT_OUT = "left_out", _("Báo cáo đặc thù (PDF)")
        LEFT_OUT_SHEET = "left_out_sheet", _("Báo cáo đặc thù (XLSX)")
        CRITERIA_CHANGES = "criteria_changes", _("Phụ lục thuyết minh thay đổi (PDF)")
        MINUTES = "minutes", _("Biên bản họp Hội đồng (PDF)")
        MINUTES_DOCX = "minutes_docx", _("Biên bản họp Hội đồng (DOCX)")
        FIELDS = "fields", _("Kết quả theo lĩnh vực (PDF)")
        FIELDS_SHEET = "fields_sheet", _("Kết quả theo lĩnh vực (XLSX)")
        DECISION = "decision", _("Dự thảo Quyết định công bố (PDF)")
        DECISION_DOCX = "decision_docx", _("Dự thảo Quyết định công bố (DOCX)")
        PROGRESS = "progress", _("Báo cáo tiến độ (PDF)")
        PROGRESS_DOCX = "progress_docx", _("Báo cáo tiến độ (DOCX)")
        PROGRESS_SHEET = "progress_sheet", _("Báo cáo tiến độ (XLSX)")
        HANDOUT = "handout", _("Tờ thông tin hai trang của đơn vị (PDF)")

    class State(models.TextChoices):
        MAKING = "making", _("đang tạo")
        READY = "ready", _("đã tạo xong")
        FAILED = "failed", _("không tạo được")

    kind = models.CharField(max_length=16, choices=Kind.choices)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, null=True, related_name="documents")
    card = models.ForeignKey(Scorecard, on_delete=models.PROTECT, null=True, related_name="documents")
    ranking = models.ForeignKey(Ranking, on_delete=models.PROTECT, null=True, related_name="documents")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, null=True, related_name="documents")
    # A draft may be discarded; what was printed of it goes with it.
    older_set = models.ForeignKey(CriteriaSet, on_delete=models.CASCADE, null=True, related_name="+")
    newer_set = models.ForeignKey(CriteriaSet, on_delete=models.CASCADE, null=True, related_name="+")
    state = models.CharField(max_length=6, choices=State.choices, default=State.MAKING)
    stored_as = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(_("tên tệp"), max_length=255, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(_("dung lượng"), default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    is_illustration = models.BooleanField(_("số liệu minh hoạ"), default=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    requested_at = models.DateTimeField(_("yêu cầu lúc"))
    made_at = models.DateTimeField(_("tạo xong lúc"), null=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = _("văn bản")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ready") | ~Q(sha256="") & Q(made_at__isnull=False),
                name="reports_ready_has_bytes",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["self_report", "appraisal", "handout"], card__isnull=False)
                | Q(
                    kind__in=[
                        "ranking",
                        "ranking_sheet",
                        "criteria_changes",
                        "left_out",
                        "left_out_sheet",
                        "minutes",
                        "minutes_docx",
                        "fields",
                        "fields_sheet",
                        "decision",
                        "decision_docx",
                        "progress",
                        "progress_docx",
                        "progress_sheet",
                    ],
                    card__isnull=True,
                ),
                name="reports_document_of_card_or_round",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["minutes", "minutes_docx"], session__isnull=False)
                | ~Q(kind__in=["minutes", "minutes_docx"]) & Q(session__isnull=True),
                name="reports_minutes_of_a_session",
            ),
            models.CheckConstraint(
                condition=Q(round__isnull=False, older_set__isnull=True, newer_set__isnull=True)
                & ~Q(kind="criteria_changes")
                | Q(
                    kind="criteria_changes",
                    round__isnull=True,
                    older_set__isnull=False,
                    newer_set__isnull=False,
                ),
                name="reports_comparison_of_two_sets",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name or self.get_kind_display()

    @property
    def of_round(self) -> Round:
        """Return the round; every kind but the comparison of criteria sets has one."""
        if self.round is None:
            raise ValueError("a comparison of criteria sets is of no round")
        return self.round

    @property
    def of_session(self) -> Session:
        """Return the session of the council; minutes have one."""
        if self.session is None:
            raise ValueError("only minutes are of a session")
        return self.session


class Backtest(models.Model):
    """A draft set run over a season that is over; worked out again at any time, so it stands outside history.

    ``done`` of ``total`` is how far it is. ``revision`` is that of the set when it was asked for: a draft changed
    since then shows. ``result`` is what ``reports.backtest.findings`` found for each group.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("đang chờ")
        RUNNING = "running", _("đang tính")
        DONE = "done", _("đã tính xong")
        FAILED = "failed", _("không tính được")

    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.CASCADE, related_name="backtests")
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="backtests")
    with_guesses = models.BooleanField(_("dùng cả tiêu chí đoán theo mã và tên"), default=True)
    revision = models.PositiveIntegerField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict, blank=True)
    is_illustration = models.BooleanField(_("số liệu minh hoạ"), default=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    requested_at = models.DateTimeField(_("yêu cầu lúc"))
    finished_at = models.DateTimeField(_("tính xong lúc"), null=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        verbose_name = _("lần chạy thử bộ tiêu chí")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done", "failed"]),
                name="reports_backtest_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(finished_at__isnull=False),
                name="reports_backtest_done_has_moment",
            ),
            models.CheckConstraint(condition=Q(done__lte=F("total")), name="reports_backtest_done_of_total"),
        ]

    def __str__(self) -> str:
        return f"{self.criteria_set} / {self.round}"

    @property
    def is_stale(self) -> bool:
        """Return whether the draft was changed since."""
        return self.revision != self.criteria_set.revision


# Parts of this slice with models of their own; Django reads them with these.
from reports.bulk.models import Batch, BatchItem  # noqa: E402
from reports.issuing.models import IssuedDocument  # noqa: E402

__all__ = [
    "Backtest", "BandCopy", "Batch", "BatchItem", "Document", "FieldRow", "IssuedDocument", "Ranking", "Row",
    "Section",
]  # fmt: skip
