"""A session of the host's council: who was there, which cards it took up, what was proposed and how it voted."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.audit.models import Tracked
from backend.audit.recording import About
from backend.core.exact import ZERO
from backend.core.fields import PointsField
from backend.rounds.models import Round
from backend.scoring.models.cards import Score, Scorecard
from permissions.roles import ROLE_TITLES, Place, Role


class Session(models.Model):
    """One sitting of the council of a round; one at a time is open.

    ``by_name`` and ``quorum`` are copied from the round when it begins. ``minutes`` is what the minutes say, frozen
    when it closes; ``fingerprint`` is the SHA-256 of it and stands in history.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="sessions")
    number = models.PositiveSmallIntegerField(_("phiên số"))
    venue = models.CharField(_("địa điểm"), max_length=300)
    by_name = models.BooleanField(_("biểu quyết ghi tên"))
    quorum = models.CharField(_("số thành viên phải có mặt"), max_length=14, choices=Round.Quorum.choices)
    opened_at = models.DateTimeField(_("bắt đầu lúc"))
    opened_by = models.CharField(_("người mở phiên"), max_length=200)
    closed_at = models.DateTimeField(_("kết thúc lúc"), null=True)
    closed_by = models.CharField(_("người chủ trì"), max_length=200, blank=True)
    minutes: Any = models.JSONField(default=dict, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    history = Tracked(excluded_fields=["minutes"])

    class Meta:
        ordering = ["round", "-number"]
        verbose_name = _("phiên họp Hội đồng")
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="scoring_session_numbered_once"),
            models.UniqueConstraint(
                fields=["round"], condition=Q(closed_at__isnull=True), name="scoring_session_one_open"
            ),
            models.CheckConstraint(condition=~Q(venue=""), name="scoring_session_has_venue"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, fingerprint="", closed_by="")
                | Q(closed_at__isnull=False) & ~Q(fingerprint="") & ~Q(closed_by=""),
                name="scoring_session_closed_with_minutes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}/{self.round_id}"

    def place(self) -> Place:
        """Return where the session stands for questions of rights: at its host, about no unit of its own."""
        return Place(unit=f"{self.round.host.path}*/", host=self.round.host.path)

    @property
    def is_open(self) -> bool:
        """Return whether the council still sits."""
        return self.closed_at is None

    @property
    def history_about(self) -> About:
        """Return what history rows of the session are about: its round."""
        return self.round.history_about

    @property
    def history_chain(self) -> str:
        """Return the chain its history belongs to."""
        return f"round:{self.round_id}"


class Attendance(models.Model):
    """One member of the council at one session; nobody stands in for another. Copied when it begins."""

    class Presence(models.TextChoices):
        PRESENT = "present", _("có mặt")
        EXCUSED = "excused", _("vắng có lý do")
        ABSENT = "absent", _("vắng không lý do")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="attendances")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(_("thành viên"), max_length=200)
    role = models.CharField(_("vai trò"), max_length=20)
    title = models.CharField(_("chức vụ"), max_length=200, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    presence = models.CharField(max_length=7, choices=Presence.choices, default=Presence.ABSENT)
    reason = models.CharField(_("lý do vắng"), max_length=300, blank=True)
    history = Tracked()

    class Meta:
        ordering = ["session", "order", "pk"]
        verbose_name = _("điểm danh phiên họp")
        constraints = [
            models.UniqueConstraint(fields=["session", "person"], name="scoring_attendance_once"),
            models.CheckConstraint(
                condition=~Q(presence="excused") | ~Q(reason=""), name="scoring_excused_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(presence__in=["present", "excused", "absent"]), name="scoring_presence_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_name}: {self.get_presence_display()}"

    @property
    def is_present(self) -> bool:
        """Return whether she is there."""
        return self.presence == self.Presence.PRESENT

    @property
    def role_title(self) -> str:
        """Return her part in the council in words."""
        return str(ROLE_TITLES[Role(self.role)])

    @property
    def history_about(self) -> About:
        """Return what history rows are about: the round."""
        return self.session.history_about

    @property
    def history_chain(self) -> str:
        """Return the chain its history belongs to."""
        return self.session.history_chain


class AgendaCard(models.Model):
    """A card the session takes up; what is open on it stands first."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="agenda")
    card = models.ForeignKey(Scorecard, on_delete=models.PROTECT, related_name="agendas")
    order = models.PositiveSmallIntegerField()
    history = Tracked()

    class Meta:
        ordering = ["session", "order", "pk"]
        verbose_name = _("phiếu trong chương trình họp")
        constraints = [
            models.UniqueConstraint(fields=["session", "card"], name="scoring_agenda_once"),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}/{self.card_id}"

    @property
    def history_about(self) -> About:
        """Return what history rows are about: the card."""
        return self.card.history_about

    @property
    def history_chain(self) -> str:
        """Return the chain its history belongs to."""
        return f"card:{self.card_id}"


class Proposal(models.Model):
    """Points that a member proposes for a leaf, on which the council votes. ``max_points`` is copied.

    ``ended_at``: no more votes are taken and the count is told.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="proposals")
    score = models.ForeignKey(Score, on_delete=models.PROTECT, related_name="proposals")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(_("người đề xuất"), max_length=200)
    max_points = PointsField()
    points = PointsField(_("điểm đề xuất"))
    reason = models.TextField(_("lý do"))
    made_at = models.DateTimeField(_("lúc"))
    ended_at = models.DateTimeField(_("kết thúc biểu quyết lúc"), null=True)
    history = Tracked()

    class Meta:
        ordering = ["score__order", "made_at", "pk"]
        verbose_name = _("đề xuất tại phiên họp")
        constraints = [
            models.UniqueConstraint(fields=["session", "score", "points"], name="scoring_proposed_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="scoring_proposal_has_reason"),
            models.CheckConstraint(
                condition=Q(points__gte=ZERO, points__lte=models.F("max_points")),
                name="scoring_proposal_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score_id}: {self.points}"

    @property
    def history_about(self) -> About:
        """Return what history rows are about: the card."""
        return self.score.card.history_about

    @property
    def history_chain(self) -> str:
        """Return the chain its history belongs to."""
        return f"card:{self.score.card_id}"


class Ballot(models.Model):
    """That a member voted on a proposal: by name with her choice, closed without it.

    What a closed vote chose is only added up in ``Tally``: it stands on no row beside a name, nor in history.
    Whoever reads the database itself while members vote may still see a count move; pages and JSON tell none
    before the vote has ended.
    """

    class Choice(models.TextChoices):
        FOR = "for", _("tán thành")
        AGAINST = "against", _("không tán thành")
        ABSTAIN = "abstain", _("không có ý kiến")

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="ballots")
    voter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    voter_name = models.CharField(_("người biểu quyết"), max_length=200)
    by_name = models.BooleanField()
    choice = models.CharField(_("ý kiến"), max_length=7, choices=Choice.choices, blank=True)
    history = Tracked()

    class Meta:
        ordering = ["proposal", "voter_name", "pk"]
        verbose_name = _("lượt biểu quyết")
        constraints = [
            models.UniqueConstraint(fields=["proposal", "voter"], name="scoring_one_vote_each"),
            models.CheckConstraint(
                condition=Q(by_name=True, choice__in=["for", "against", "abstain"])
                | Q(by_name=False, choice=""),
                name="scoring_closed_vote_keeps_no_choice",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.voter_name}"

    @property
    def history_about(self) -> About:
        """Return what history rows are about: the card."""
        return self.proposal.history_about

    @property
    def history_chain(self) -> str:
        """Return the chain its history belongs to."""
        return self.proposal.history_chain


class Tally(models.Model):
    """How a closed vote stands, added up without names; outside history, which would tell each step of it."""

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="tally")
    agreed = models.PositiveSmallIntegerField(default=0)
    against = models.PositiveSmallIntegerField(default=0)
    abstained = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("kết quả bỏ phiếu kín")

    def __str__(self) -> str:
        return str(self.proposal_id)
