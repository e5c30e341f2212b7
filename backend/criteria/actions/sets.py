"""A set as a whole while it is a draft: made, edited, thrown away."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core import files
from backend.core.errors import Invalid, OutOfStep
from backend.core.exact import ZERO
from backend.criteria.checks import Problem, problems_of
from backend.criteria.models import CriteriaSet, Node, Response
from backend.criteria.queries import nodes_of
from permissions.actor import Actor
from permissions.roles import Verb
from tiers.models import Kind, Unit

LEGAL = ("legal_number", "legal_date", "legal_signer")
LEGAL_FILE = ("legal_file", "legal_file_name")
FOLDER = "criteria/legal"
EDITABLE = frozenset(
    {"title", "scale", "left_out_way", "bonus_ceiling", "penalty_ceiling", "is_framework", *LEGAL}
)
HUNDRED = Decimal("100.000")


@transaction.atomic
def create_set(
    owner: Unit,
    *,
    by: Actor,
    kind: Kind,
    year: int,
    framework: CriteriaSet | None = None,
    is_illustration: bool = False,
    **values: Any,
) -> CriteriaSet:
    """Return a new draft with ``EDITABLE`` values, the next version for that owner, kind and year.

    ``scale`` is 100 points unless given. In the demonstration (DEMO) every set is an illustration.
    Raises Refused or Invalid.
    """
    by.require(Verb.MANAGE_CRITERIA, at=owner.place())
    made = CriteriaSet(owner=owner, kind=kind, year=year, scale=HUNDRED, framework=framework)
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
    for name in ("bonus_ceiling", "penalty_ceiling"):
        if getattr(criteria_set, name) < ZERO:
            fields[name] = [_("Điểm tối đa này không được nhỏ hơn 0.")]
    if criteria_set.is_framework and criteria_set.framework_id:
        fields["is_framework"] = [_("Bộ tiêu chí theo khung của cấp trên thì không làm khung được.")]
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
def edit_set(criteria_set: CriteriaSet, *, by: Actor, upload: Any = None, **changes: Any) -> CriteriaSet:
    """Change ``EDITABLE`` fields of a draft; ``upload`` is its signed decision, an earlier one gives way.

    Raises Refused, OutOfStep or Invalid.
    """
    by.require(Verb.MANAGE_CRITERIA, at=criteria_set.place())
    received = received_decision(upload) if upload else None
    held = hold_draft(criteria_set, by=by)
    _take(held, changes)
    with recording(by=by, reason=_("Sửa thông tin bộ tiêu chí")):
        keep_decision(held, received)
        held.save(update_fields=[*changes, *(LEGAL_FILE if received else ())])
    return held


def received_decision(upload: Any) -> files.Received:
    """Return the signed decision: through the same door as evidence, and the slow look too. Raises Invalid."""
    received = files.receive(upload)
    if found := files.finding(received.file, received.content_type):
        sentence = _("Tệp “%(name)s”: %(problem)s") % {"name": received.name, "problem": found}
        raise Invalid(sentence, fields={"legal_upload": [sentence]})
    return received


def keep_decision(criteria_set: CriteriaSet, received: files.Received | None) -> None:
    """Keep the bytes of a decision and name them on the set, which is saved by the caller."""
    if received:
        criteria_set.legal_file = files.keep(received, FOLDER)
        criteria_set.legal_file_name = received.name


@transaction.atomic
def discard_set(criteria_set: CriteriaSet, *, by: Actor) -> None:
    """Delete a draft with its tree; history keeps it.

    Raises Refused; OutOfStep also where units sent opinions on it, which would go with it.
    """
    held = hold_draft(criteria_set, by=by)
    if Response.objects.filter(consultation__criteria_set=held, state=Response.State.APPROVED).exists():
        raise OutOfStep(
            _(
                "Các đơn vị đã gửi ý kiến về dự thảo này nên không bỏ được: bỏ dự thảo là mất cả ý kiến. "
                "Hãy sửa tiếp, hoặc cứ để lại dự thảo."
            )
        )
    with recording(by=by, about=held.history_about, reason=_("Bỏ dự thảo bộ tiêu chí")):
        for node in Node.objects.filter(criteria_set=held).order_by("-level", "-order"):
            node.delete()
        held.delete()


def problems_of_set(criteria_set: CriteriaSet) -> list[Problem]:
    """Return everything to mend before the set can be published; one query."""
    return problems_of(criteria_set, nodes_of(criteria_set))
