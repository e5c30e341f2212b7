"""Canned reasons: what a host's council often writes, with blanks for the document or number."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backend.audit.models import Tracked
from backend.audit.recording import About
from backend.criteria.models import Node
from backend.scoring.canned import BLANK
from tiers.models import Unit


class CannedReason(models.Model):
    """One canned reason of a host, for one leaf or (``node`` empty) for every leaf.

    ``text`` has blanks, each one sign "…", that whoever uses it fills. It is never deleted: ``retired_at``
    takes it out of use.
    """

    host = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="canned_reasons")
    node = models.ForeignKey(
        Node, on_delete=models.PROTECT, null=True, blank=True, related_name="canned_reasons"
    )
    code = models.CharField(_("mã"), max_length=9)
    text = models.TextField(_("nội dung"))
    author = models.CharField(_("người soạn"), max_length=200)
    saved_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    history = Tracked()

    # Set by ``queries.canned``: the leaf of the round that offers it, and whether an earlier year kept it.
    offered_on: Node | None = None
    is_carried = False

    class Meta:
        ordering = ["node__order", "code"]
        verbose_name = _("lý do mẫu")
        constraints = [
            models.UniqueConstraint(
                fields=["host", "node", "code"],
                condition=Q(retired_at__isnull=True, node__isnull=False),
                name="scoring_canned_code_once_per_leaf",
            ),
            models.UniqueConstraint(
                fields=["host", "code"],
                condition=Q(retired_at__isnull=True, node__isnull=True),
                name="scoring_canned_code_once_per_host",
            ),
            models.CheckConstraint(condition=Q(text__contains=BLANK), name="scoring_canned_has_blank"),
            models.CheckConstraint(condition=~Q(code=""), name="scoring_canned_has_code"),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.text[:60]}"

    @property
    def leaf(self) -> Node | None:
        """Return the leaf it may be used on; None where it is for every leaf."""
        return self.offered_on or self.node

    @property
    def source(self) -> str:
        """Return from which set and leaf of an earlier year it is carried, in words; empty for this year's own."""
        if not (self.is_carried and self.node):
            return ""
        kept_for = self.node.criteria_set
        told = {"title": kept_for.title, "year": kept_for.year, "code": self.node.code}
        return gettext("mang sang từ tiêu chí %(code)s, %(title)s, năm %(year)s") % told

    @property
    def history_chain(self) -> str:
        """Return the chain of its history: of the leaf's criteria set, else of the host itself."""
        return f"set:{self.node.criteria_set_id}" if self.node else f"seats:{self.host_id}"

    @property
    def history_about(self) -> About:
        """Return what history rows of it are about: its host."""
        return About(unit_key=self.host_id, unit_path=self.host.path, unit_name=self.host.name)
