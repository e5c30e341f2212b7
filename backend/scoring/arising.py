"""The answer "không phát sinh trong năm" (R11): how it is kept, read and said. Pure.

It stands in a mark's inputs in place of the rule's, so that history, signatures and checks know it like any other
input. Where the set gives full points for it the mark holds the maximum. Where the set leaves the leaf out the
mark holds zero and the answer: a claim, until the council agrees and the leaf leaves the unit's maximum.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from backend.core.exact import format_points
from backend.criteria.models import Node

NAME = "not_arisen"
YES = "yes"
ANSWER = {NAME: YES}


def is_answer(inputs: Mapping[str, Any]) -> bool:
    """Return whether the inputs of a mark say that nothing arose in the year."""
    return bool(inputs) and inputs.get(NAME) == YES


def is_claim(node: Node, inputs: Mapping[str, Any]) -> bool:
    """Return whether the unit asks to leave the leaf out because nothing arose."""
    return is_answer(inputs) and node.not_arisen == Node.NotArisen.LEFT_OUT


def words(node: Node, max_points: Decimal) -> str:
    """Return what the answer gives: "Không phát sinh trong năm: được đủ 2 điểm"."""
    if node.not_arisen == Node.NotArisen.FULL:
        plain = format(max_points.normalize(), "f").replace(".", ",")
        return _("Không phát sinh trong năm: được đủ %s điểm") % plain
    return _("Không phát sinh trong năm: đề nghị không tính tiêu chí này (%s điểm)") % format_points(
        max_points
    )
