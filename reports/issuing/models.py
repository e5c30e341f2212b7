"""A document given out under a number: which bytes, of which data, and whether it still counts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.audit.models import Tracked
from backend.audit.recording import About
from permissions.roles import Place
from tiers.models import Unit


class IssuedDocument(models.Model):
    """One issue of a document. Of one ``series`` at most one is current: a new one supersedes it.

    ``document`` holds the bytes with number and code on them. ``data`` are the values that stand in the letter, and
    ``data_digest`` the SHA-256 over their canonical JSON; ``sha256`` is of the file, ``size`` in bytes. While the
    worker makes the file the state is ``making``; from then on the database refuses any change of what was issued
    (``reports.walls``). ``signatures`` are those put in the file by the program: who, when.
    """

    class State(models.TextChoices):
        MAKING = "making", _("đang lập")
        CURRENT = "current", _("còn hiệu lực")
        SUPERSEDED = "superseded", _("đã có bản thay thế")
        WITHDRAWN = "withdrawn", _("đã thu hồi")

    class Capacity(models.TextChoices):
        HEAD = "", _("người đứng đầu")
        FOR = "KT.", _("ký thay (KT.)")
        BY_LEAVE = "TUQ.", _("thừa ủy quyền (TUQ.)")

    document = models.OneToOneField("reports.Document", on_delete=models.PROTECT, related_name="issue")
    series = models.CharField(max_length=60)
    code = models.CharField(_("mã tra cứu"), max_length=12, unique=True)
    issuer = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    issuer_name = models.CharField(_("cơ quan ban hành"), max_length=200)
    number = models.CharField(_("số, ký hiệu"), max_length=60)
    issued_on = models.DateField(_("ngày ban hành"))
    year = models.PositiveSmallIntegerField(_("năm của sổ văn bản"))
    signer_name = models.CharField(_("người ký"), max_length=200)
    signer_capacity = models.CharField(_("thẩm quyền ký"), max_length=4, blank=True, choices=Capacity.choices)
    signer_title = models.CharField(_("chức vụ người ký"), max_length=200)
    title = models.CharField(_("tên văn bản"), max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.MAKING)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(_("dung lượng"), default=0)
    data = models.JSONField(default=dict, blank=True)
    data_digest = models.CharField(max_length=64, blank=True)
    signatures = models.JSONField(default=list, blank=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("ban hành lúc"))
    made_at = models.DateTimeField(_("lập xong lúc"), null=True)
    superseded_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="supersedes")
    withdrawn_at = models.DateTimeField(_("thu hồi lúc"), null=True)
    withdrawn_reason = models.TextField(_("lý do thu hồi"), blank=True)
    history = Tracked(excluded_fields=["data", "signatures"])

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("văn bản ban hành")
        constraints = [
            models.UniqueConstraint(fields=["issuer", "year", "number"], name="reports_issued_number_once"),
            models.UniqueConstraint(
                fields=["series"], condition=Q(state="current"), name="reports_one_current_issue"
            ),
            models.UniqueConstraint(
                fields=["series"], condition=Q(state="making"), name="reports_one_issue_making"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["making", "current", "superseded", "withdrawn"]),
                name="reports_issue_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(number="") & ~Q(code="") & ~Q(signer_name=""), name="reports_issue_is_named"
            ),
            models.CheckConstraint(
                condition=Q(state="making", sha256="", made_at__isnull=True)
                | ~Q(state="making")
                & ~Q(sha256="")
                & ~Q(data_digest="")
                & Q(made_at__isnull=False, size__gt=0),
                name="reports_issue_has_bytes",
            ),
            models.CheckConstraint(
                condition=Q(state="superseded", superseded_by__isnull=False)
                | ~Q(state="superseded") & Q(superseded_by__isnull=True),
                name="reports_superseded_by_another",
            ),
            models.CheckConstraint(
                condition=Q(superseded_by__isnull=True) | ~Q(superseded_by=F("id")),
                name="reports_not_superseded_by_itself",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")
                | ~Q(state="withdrawn") & Q(withdrawn_at__isnull=True, withdrawn_reason=""),
                name="reports_withdrawn_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} ({self.year})"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its card, or of its round."""
        of = self.document
        return f"card:{of.card_id}" if of.card_id else f"round:{of.round_id}"

    @property
    def history_about(self) -> About:
        """Return what history rows of this issue are about: its card, or its round."""
        of = self.document
        return of.card.history_about if of.card else of.of_round.history_about

    def place(self) -> Place:
        """Return where the issue stands for questions of rights: at its card, or at the round's host."""
        of = self.document
        return of.card.place() if of.card else of.of_round.place()
