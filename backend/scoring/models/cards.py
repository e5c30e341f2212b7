"""A unit's card in a round, its scores, and the derived totals per step."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.audit.models import Tracked
from backend.audit.recording import About
from backend.core.exact import ZERO
from backend.core.fields import PointsField
from backend.criteria.models import CriteriaSet, Node
from backend.rounds.models import Group, Round, Step
from backend.rounds.queries.councils import Part, part_of
from backend.scoring.lifecycle import State
from permissions.actor import Seat
from permissions.roles import CONFLICTED, VERB_TITLES, Place, Verb
from tiers.models import Unit


class Scorecard(models.Model):
    """The card of one unit in one round. ``step`` is the last step of appraisal it finished.

    ``unit_name`` and ``criteria_set`` are copied when the round opens and never change.
    ``difficulties`` and ``proposals`` go into the self-assessment report (dossier, section 2.3). Of the signed copy:
    ``signed_digitally`` counts the digital signatures found in it, none of them verified; ``signed_report`` is the
    report whose bytes it carries on, if it does.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="cards")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="cards")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="cards")
    criteria_set = models.ForeignKey(CriteriaSet, on_delete=models.PROTECT, related_name="cards")
    unit_name = models.CharField(max_length=200)
    state = models.CharField(_("trạng thái"), max_length=12, choices=State.choices, default=State.DRAFT)
    step = models.ForeignKey(Step, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    difficulties = models.TextField(_("khó khăn, vướng mắc"), blank=True)
    proposals = models.TextField(_("đề xuất, kiến nghị"), blank=True)
    signed_file = models.ForeignKey(
        "scoring.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_number = models.CharField(_("số văn bản đã ký"), max_length=100, blank=True)
    signed_date = models.DateField(_("ngày ký"), null=True, blank=True)
    signed_digitally = models.PositiveSmallIntegerField(_("số chữ ký số trong bản ký"), default=0)
    signed_report = models.ForeignKey(
        "scoring.IssuedReport", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    history = Tracked()

    class Meta:
        ordering = ["round", "unit__order"]
        verbose_name = _("phiếu đánh giá")
        permissions = [(str(verb), str(title)) for verb, title in VERB_TITLES.items()]
        constraints = [
            models.UniqueConstraint(fields=["round", "unit"], name="scoring_card_once"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="scoring_card_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_name} - {self.round.year}"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: its own."""
        return f"card:{self.pk}"

    def place(self) -> Place:
        """Return where the card stands: about its unit, run by the round's host."""
        return Place(unit=self.unit.path, host=self.round.host.path)

    def seats_counted(self, user_id: int | None, verb: Verb, seats: tuple[Seat, ...]) -> tuple[Seat, ...]:
        """Return the seats that the round's council and declared conflicts leave a person on this card."""
        return self.part_of(user_id).counted(verb, seats) if verb in CONFLICTED else seats

    def part_of(self, user_id: int | None) -> Part:
        """Return the person's part on this card by council and conflicts; asked once for each card in hand."""
        known: dict[int | None, Part] = self.__dict__.setdefault("parts_by_person", {})
        if user_id not in known:
            known[user_id] = part_of(user_id, self.round, self.unit)
        return known[user_id]

    @property
    def history_about(self) -> About:
        """Return what history rows of this card are about."""
        return About(
            unit_key=self.unit_id,
            unit_path=self.unit.path,
            unit_name=self.unit_name,
            round_key=self.round_id,
        )


class Score(models.Model):
    """One leaf on one card. ``max_points``, ``code``, ``source`` and ``counting`` are copied when the round opens.

    ``applies`` is False where the leaf is left out for this unit: its points leave the maximum. ``counting`` sets
    bonus and penalty leaves apart (R12): they are owed nothing and stand outside the maximum.
    """

    card = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="scores")
    node = models.ForeignKey(Node, on_delete=models.PROTECT, related_name="scores")
    code = models.CharField(max_length=30)
    order = models.PositiveIntegerField()
    max_points = PointsField(_("điểm tối đa"))
    source = models.CharField(max_length=8, choices=Node.Source.choices)
    counting = models.CharField(max_length=7, choices=Node.Counting.choices, default=Node.Counting.BASE)
    applies = models.BooleanField(_("áp dụng"), default=True)
    left_out_reason = models.TextField(_("lý do không áp dụng"), blank=True)
    history = Tracked(excluded_fields=["order"])

    class Meta:
        ordering = ["card", "order"]
        verbose_name = _("điểm tiêu chí")
        constraints = [
            models.UniqueConstraint(fields=["card", "node"], name="scoring_score_once"),
            models.CheckConstraint(condition=Q(max_points__gt=ZERO), name="scoring_max_positive"),
            models.CheckConstraint(
                condition=Q(applies=True) | ~Q(left_out_reason=""),
                name="scoring_left_out_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(counting__in=["base", "bonus", "penalty"]), name="scoring_counting_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.card_id})"

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: that of its card."""
        return f"card:{self.card_id}"

    @property
    def field_code(self) -> str:
        """Return the code of the field (lĩnh vực) of the leaf."""
        return self.code.partition(".")[0]


class StepTotal(models.Model):
    """Derived: the sum and count of marks given on a card at a step, kept by difference.

    ``total`` and ``given`` are of the leaves within the scale; ``bonus`` and ``penalty`` are plain sums of what
    was claimed, before any ceiling (R12). It stands outside history; ``verify`` recomputes it.
    """

    card = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="totals")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="+")
    total = PointsField(default=ZERO)
    given = models.PositiveIntegerField(default=0)
    bonus = PointsField(default=ZERO)
    penalty = PointsField(default=ZERO)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["card", "step"], name="scoring_total_once"),
        ]

    def __str__(self) -> str:
        return f"{self.card_id}/{self.step_id}: {self.total}"
