"""A set and its life: draft, published, superseded. A published one never changes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.audit.recording import recording, update_all
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep
from backend.core.exact import ZERO
from backend.criteria.checks import Problem, problems_of
from backend.criteria.models import CriteriaSet, Node
from backend.criteria.queries import nodes_of
from permissions.actor import Actor
from permissions.roles import Verb
from tiers.models import Kind, Unit

EDITABLE = frozenset({"title", "scale", "legal_number", "legal_date"})
HUNDRED = Decimal("100.000")


@transaction.atomic
def create_set(
    owner: Unit,
    *,
    by: Actor,
    kind: Kind,
    year: int,
    is_illustration: bool = False,
    **values: Any,
) -> CriteriaSet:
    """Return a new draft with ``EDITABLE`` values, the next version for that owner, kind and year.

    ``scale`` is 100 points unless given. In the demonstration (DEMO) every set is an illustration.
    Raises Refused or Invalid.
    """
    by.require(Verb.MANAGE_CRITERIA, at=owner.place())
    made = CriteriaSet(owner=owner, kind=kind, year=year, scale=HUNDRED)
    made.is_illustration = is_illustration or settings.DEMO
    made.version = _next_version(owner, kind, year)
    _take(made, values)
    with recording(by=by, reason=_("Lập bộ tiêu chí")):
        made.save()
    return made


def _take(criteria_set: CriteriaSet, values: dict[str, Any]) -> None:
    unknown = set(values) - EDITABLE
    if unknown:
        raise TypeError(f"not editable: {sorted(unknown)}")
    for name, value in values.items():
        setattr(criteria_set, name, value)
    _check(criteria_set)


def _next_version(owner: Unit, kind: Kind, year: int) -> int:
    # Two at once: the unique constraint lets one through.
    rows = CriteriaSet.objects.filter(owner=owner, kind=kind, year=year)
    return (rows.aggregate(last=Max("version"))["last"] or 0) + 1


def _check(criteria_set: CriteriaSet) -> None:
    fields = {}
    if not criteria_set.title.strip():
        fields["title"] = [_("Hãy nhập tên bộ tiêu chí.")]
    if criteria_set.scale <= ZERO:
        fields["scale"] = [_("Thang điểm phải lớn hơn 0.")]
    if fields:
        raise Invalid(" ".join(line for lines in fields.values() for line in lines), fields=fields)


def hold_draft(criteria_set: CriteriaSet, *, by: Actor) -> CriteriaSet:
    """Return the locked set if ``by`` may write it and it is still a draft.

    Raises Refused; OutOfStep while opinions are asked and once it was published.
    """
    rows = CriteriaSet.objects.select_related("owner", "kind").select_for_update(of=("self",))
    held = rows.get(pk=criteria_set.pk)
    by.require(Verb.MANAGE_CRITERIA, at=held.place())
    if held.state == CriteriaSet.State.CONSULTATION:
        raise OutOfStep(_("Dự thảo đang được lấy ý kiến nên chưa sửa được. Hãy kết thúc lấy ý kiến rồi sửa."))
    if held.is_frozen:
        raise OutOfStep(_("Bộ tiêu chí đã ban hành nên không sửa được. Hãy lập phiên bản mới rồi sửa ở đó."))
    return held


@transaction.atomic
def edit_set(criteria_set: CriteriaSet, *, by: Actor, **changes: Any) -> CriteriaSet:
    """Change ``EDITABLE`` fields of a draft. Raises Refused, OutOfStep or Invalid."""
    held = hold_draft(criteria_set, by=by)
    _take(held, changes)
    with recording(by=by, reason=_("Sửa thông tin bộ tiêu chí")):
        held.save(update_fields=list(changes))
    return held


@transaction.atomic
def discard_set(criteria_set: CriteriaSet, *, by: Actor) -> None:
    """Delete a draft with its tree; history keeps it. Raises Refused or OutOfStep."""
    held = hold_draft(criteria_set, by=by)
    with recording(by=by, about=held.history_about, reason=_("Bỏ dự thảo bộ tiêu chí")):
        for node in Node.objects.filter(criteria_set=held).order_by("-level", "-order"):
            node.delete()
        held.delete()


def problems_of_set(criteria_set: CriteriaSet) -> list[Problem]:
    """Return everything to mend before the set can be published; one query."""
    return problems_of(criteria_set, nodes_of(criteria_set))


@transaction.atomic
def publish(criteria_set: CriteriaSet, *, by: Actor, reason: str = "") -> CriteriaSet:
    """Publish a draft: it is frozen from now on, and its earlier versions are superseded.

    Raises Refused, OutOfStep; Invalid with every problem (``details["problems"]``), each with its node.
    """
    held = hold_draft(criteria_set, by=by)
    problems = problems_of_set(held)
    if problems:
        raise Invalid(_summary(problems), problems=[problem.as_dict() for problem in problems])
    now = clock.now()
    with recording(by=by, at=now, about=held.history_about, reason=reason or _("Ban hành bộ tiêu chí")):
        _supersede_others(held)
        held.state, held.published_at = CriteriaSet.State.PUBLISHED, now
        held.save(update_fields=["state", "published_at"])
    return held


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
    earlier = list(rows.select_for_update(of=("self",)))
    for row in earlier:
        row.state = CriteriaSet.State.SUPERSEDED
    if earlier:
        update_all(CriteriaSet, earlier, ["state"])
