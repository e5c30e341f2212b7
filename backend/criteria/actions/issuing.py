"""A draft becomes a published set by a decision; from then on it never changes, its legal basis neither."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.audit.recording import recording, update_all
from backend.core import clock
from backend.core.errors import Invalid
from backend.criteria.actions.sets import (
    LEGAL,
    LEGAL_FILE,
    hold_draft,
    keep_decision,
    problems_of_set,
    received_decision,
)
from backend.criteria.checks import Problem
from backend.criteria.models import CriteriaSet
from permissions.actor import Actor
from permissions.roles import Verb


@transaction.atomic
def publish(
    criteria_set: CriteriaSet, *, by: Actor, reason: str = "", upload: Any = None, **legal: Any
) -> CriteriaSet:
    """Publish a draft: it is frozen from now on, and its earlier versions are superseded.

    ``legal`` are ``LEGAL`` fields, known only now; number and date are asked of a person who publishes what is
    no illustration. Raises Refused, OutOfStep; Invalid with every problem (``details["problems"]``), each with
    its node.
    """
    by.require(Verb.MANAGE_CRITERIA, at=criteria_set.place())
    received = received_decision(upload) if upload else None
    held = hold_draft(criteria_set, by=by)
    problems = problems_of_set(held)
    if problems:
        raise Invalid(_summary(problems), problems=[problem.as_dict() for problem in problems])
    _take_legal(held, legal, by=by)
    now = clock.now()
    with recording(by=by, at=now, about=held.history_about, reason=reason or _("Ban hành bộ tiêu chí")):
        _supersede_others(held)
        keep_decision(held, received)
        held.state, held.published_at = CriteriaSet.State.PUBLISHED, now
        held.save(update_fields=["state", "published_at", *LEGAL, *LEGAL_FILE])
    return held


def _take_legal(held: CriteriaSet, legal: dict[str, Any], *, by: Actor) -> None:
    unknown = set(legal) - set(LEGAL)
    if unknown:
        raise TypeError(f"not of the legal basis: {sorted(unknown)}")
    for name, value in legal.items():
        setattr(held, name, value)
    if held.is_illustration or by.system:
        return
    fields = {}
    if not held.legal_number.strip():
        fields["legal_number"] = [_("Hãy nhập số văn bản ban hành.")]
    if held.legal_date is None:
        fields["legal_date"] = [_("Hãy nhập ngày văn bản ban hành.")]
    if fields:
        raise Invalid(" ".join(line for lines in fields.values() for line in lines), fields=fields)


def _summary(problems: list[Problem], most: int = 5) -> str:
    count = len(problems)
    head = ngettext(
        "Bộ tiêu chí còn %(count)d chỗ cần sửa:", "Bộ tiêu chí còn %(count)d chỗ cần sửa:", count
    ) % {"count": count}
    rest = _("Mở bộ tiêu chí để xem đủ danh sách.") if count > most else ""
    return " ".join(filter(None, [head, *map(str, problems[:most]), rest]))


def _supersede_others(criteria_set: CriteriaSet) -> None:
    rows = CriteriaSet.objects.select_related("owner").filter(
        owner_id=criteria_set.owner_id,
        kind_id=criteria_set.kind_id,
        year=criteria_set.year,
        state=CriteriaSet.State.PUBLISHED,
    )
    # A framework gives way to a newer framework, not to the owner's own set for the same kind of unit.
    earlier = list(rows.filter(is_framework=criteria_set.is_framework).select_for_update(of=("self",)))
    for row in earlier:
        row.state = CriteriaSet.State.SUPERSEDED
    if earlier:
        update_all(CriteriaSet, earlier, ["state"])
