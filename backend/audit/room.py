"""What the history room reads beside history itself: one narrow line per change, and who read or was refused."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.core.fields import PointsField


class Access(models.Model):
    """Somebody read evidence, took data out, was refused, or could not sign in. Rows are only added.

    ``act`` is the name of the address, ``target`` the file's name or the sentence of the refusal. No network
    address is kept, and nothing of what was sent.
    """

    class Kind(models.TextChoices):
        READ = "reads", _("Xem tài liệu")
        EXPORT = "exports", _("Xuất dữ liệu")
        REFUSED = "refused", _("Việc bị từ chối")

    at = models.DateTimeField(_("lúc"))
    kind = models.CharField(_("loại"), max_length=8, choices=Kind.choices)
    person_key = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200, blank=True)
    act = models.CharField(max_length=100)
    method = models.CharField(max_length=7)
    address = models.CharField(max_length=300)
    target = models.CharField(max_length=300, blank=True)
    status = models.PositiveSmallIntegerField(_("kết quả"))
    code = models.CharField(max_length=30, blank=True)
    card_key = models.BigIntegerField(null=True)
    unit_key = models.BigIntegerField(null=True)
    unit_path = models.CharField(max_length=200, blank=True)
    unit_name = models.CharField(max_length=300, blank=True)
    round_key = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("lượt xem, xuất, bị từ chối")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["reads", "exports", "refused"]), name="audit_access_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.act} {self.status}"

    # What a page asks of any row of history.
    step_name = ""
    history_change_reason = ""
    stated_on = None
    stated_source = ""

    @property
    def history_date(self) -> datetime:
        """Return when it happened."""
        return self.at

    @property
    def history_id(self) -> int:
        """Return the key of the row."""
        return self.pk


def _by(*fields: str, name: str, condition: Q | None = None) -> models.Index:
    return models.Index(fields=[*fields, "at", "id"], name=f"audit_line_{name}", condition=condition)


class Line(models.Model):
    """Where one change of history stands for the room's filters; the database writes it (``audit.lines``).

    ``source`` and ``row_key`` name the history row, ``object_key`` what it is a row of. ``host_key`` is the unit
    that runs the round, else the unit itself. ``side`` says whose part of a card it is: "own", "council", an
    "answer" to the council, a "draft" of one, or none of them; ``own`` is 1 for the first, so that a filter never walks through what its
    reader may not see yet. ``turn`` is -1 where points were cut, 1 where raised, but 0 for what a unit gives
    itself. ``said`` is the reason without
    accents, ``worded`` is 1 where there is one.
    """

    at = models.DateTimeField()
    source = models.CharField(max_length=63)
    row_key = models.BigIntegerField()
    object_key = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=8)
    host_key = models.BigIntegerField(null=True)
    unit_key = models.BigIntegerField(null=True)
    unit_path = models.CharField(max_length=200, blank=True)
    round_key = models.BigIntegerField(null=True)
    card_key = models.BigIntegerField(null=True)
    person_key = models.BigIntegerField(null=True)
    code = models.CharField(max_length=30, blank=True)
    step_name = models.CharField(max_length=200, blank=True)
    side = models.CharField(max_length=7, blank=True)
    own = models.SmallIntegerField(default=0)
    points_before = PointsField(null=True)
    points_after = PointsField(null=True)
    turn = models.SmallIntegerField(default=0)
    said = models.TextField(blank=True)
    worded = models.SmallIntegerField(default=0)

    class Meta:
        verbose_name = _("dòng chỉ mục lịch sử")
        constraints = [
            models.UniqueConstraint(fields=["source", "row_key"], name="audit_line_once"),
            models.CheckConstraint(condition=Q(turn__in=[-1, 0, 1]), name="audit_line_turn_known"),
        ]
        indexes = [
            _by("own", name="at"),
            _by("host_key", "own", name="host"),
            _by("unit_key", "own", name="unit"),
            _by("round_key", "own", name="round"),
            _by("card_key", "own", name="card"),
            _by("person_key", "own", name="person"),
            _by("kind", "own", name="kind"),
            _by("code", "own", name="code"),
            _by("step_name", "own", name="step"),
            _by("turn", "own", name="turn", condition=~Q(turn=0)),
            _by("points_before", "own", name="from", condition=Q(points_before__isnull=False)),
            _by("points_after", "own", name="to", condition=Q(points_after__isnull=False)),
            _by("worded", "own", name="worded"),
        ]

    def __str__(self) -> str:
        return f"{self.source}/{self.row_key}"
