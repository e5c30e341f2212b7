"""Every write of the organisation by hand: add a unit, correct its data, release a divided unit's past.

What a decree changes at once (many units, mergers) comes by files: tiers.loading.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core import clock
from backend.core.dates import format_date, vn_date
from backend.core.errors import Invalid, OutOfStep
from backend.core.text import fold
from permissions.actor import Actor
from permissions.roles import Verb
from tiers import scope
from tiers.models import Lineage, Release, Unit
from tiers.rules import in_being, outlives, overlap, path_of


@transaction.atomic
def add_unit(parent: Unit, *, by: Actor, reason: str, code: str, valid_from: date, **plain: Any) -> Unit:
    """Add a unit below ``parent`` from its first day. ``plain``: name, kind, order, has_procedures, source.

    Raises Refused, or Invalid where the code is taken then or the parent is not in being.
    """
    parent = _lock(parent)
    by.require(Verb.MANAGE_UNITS, at=parent.place())
    _check_reason(reason)
    _check_parent(parent, valid_from)
    _check_code(code, valid_from)
    path = path_of(code, valid_from, parent_path=parent.path, parent_from=parent.valid_from)
    unit = Unit(parent=parent, code=code, valid_from=valid_from, valid_to=parent.valid_to, path=path, **plain)
    unit.folded = fold(unit.name)
    with recording(by=by, reason=reason):
        unit.save(force_insert=True)
    return unit


@transaction.atomic
def edit_unit(unit: Unit, *, by: Actor, reason: str, **plain: Any) -> Unit:
    """Correct plain data (name, order, has_procedures, valid_to) of ``unit``; nothing new writes nothing.

    Raises Refused, or Invalid where a last day would leave units below without a parent.
    """
    unit = _lock(unit)
    by.require(Verb.MANAGE_UNITS, at=unit.place())
    _check_reason(reason)
    changed = [name for name, value in plain.items() if getattr(unit, name) != value]
    if "valid_to" in changed:
        _check_end(unit, plain["valid_to"])
    if changed:
        _save(unit, {name: plain[name] for name in changed}, by=by, reason=reason)
    return unit


def _save(unit: Unit, values: dict[str, Any], *, by: Actor, reason: str) -> None:
    for name, value in values.items():
        setattr(unit, name, value)
    unit.folded = fold(unit.name)
    with recording(by=by, reason=reason):
        unit.save(update_fields=[*values, "folded"])


@transaction.atomic
def release(old: Unit, new: Unit, *, by: Actor, reason: str, document: str) -> Release:
    """Let the people of ``new`` read the closed cards and evidence of ``old``, which was divided.

    Decided by the host of ``old`` or by who took the host's place. Raises Refused, Invalid where
    ``new`` is no part-successor of ``old``, OutOfStep where it was released before.
    """
    old = _lock(old)
    now = clock.now()
    keeper = scope.keeper_of(old, vn_date(now))
    by.require(Verb.MANAGE_ROUND, at=(keeper or old).place())
    _check_reason(reason)
    _check_division(old, new)
    made = Release(old=old, new=new, host=keeper or old, reason=reason, document=document, released_at=now)
    with recording(by=by, reason=reason, at=now):
        made.save(force_insert=True)
    return made


@transaction.atomic
def withdraw(made: Release, *, by: Actor, reason: str) -> None:
    """End a release; its history stays. Raises Refused."""
    made = Release.objects.select_for_update(of=("self",)).get(pk=made.pk)
    by.require(Verb.MANAGE_ROUND, at=made.place())
    _check_reason(reason)
    with recording(by=by, reason=reason):
        made.delete()


def _lock(unit: Unit) -> Unit:
    return Unit.objects.select_for_update().get(pk=unit.pk)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid(_("Hãy ghi lý do."), fields={"reason": [_("Hãy ghi lý do.")]})


def _check_parent(parent: Unit, day: date) -> None:
    if not in_being(day, parent.valid_from, parent.valid_to):
        said = _("%(name)s không tồn tại vào ngày %(day)s. Hãy chọn ngày khác hoặc đơn vị cấp trên khác.")
        raise Invalid(
            said % {"name": parent.name, "day": format_date(day)},
            fields={"valid_from": [_("Ngày không phù hợp.")]},
        )


def _check_code(code: str, valid_from: date) -> None:
    for other in Unit.objects.filter(code=code):
        if overlap((valid_from, None), (other.valid_from, other.valid_to)):
            said = _("Mã %(code)s đang thuộc %(name)s (từ ngày %(day)s). Hãy dùng mã khác.")
            values = {"code": code, "name": other.name, "day": format_date(other.valid_from)}
            raise Invalid(said % values, fields={"code": [said % values]})


def _check_end(unit: Unit, valid_to: date | None) -> None:
    said = ""
    if valid_to and valid_to <= unit.valid_from:
        said = _("Ngày kết thúc phải sau ngày bắt đầu %(day)s.") % {"day": format_date(unit.valid_from)}
    elif unit.parent and outlives(valid_to, unit.parent.valid_to):
        said = _("%(name)s kết thúc sớm hơn. Hãy sửa đơn vị cấp trên trước.") % {"name": unit.parent.name}
    elif left := _left_behind(unit, valid_to):
        said = _("Còn %(count)s đơn vị trực thuộc tồn tại lâu hơn. Hãy cho các đơn vị đó kết thúc trước.") % {
            "count": left
        }
    elif unit.code in _later_namesakes(unit, valid_to):
        said = _("Mã %(code)s sau đó đã thuộc đơn vị khác.") % {"code": unit.code}
    if said:
        raise Invalid(said, fields={"valid_to": [said]})


def _left_behind(unit: Unit, valid_to: date | None) -> int:
    return sum(outlives(child.valid_to, valid_to) for child in unit.children.all())


def _later_namesakes(unit: Unit, valid_to: date | None) -> set[str]:
    span = unit.valid_from, valid_to
    others = Unit.objects.filter(code=unit.code).exclude(pk=unit.pk)
    return {other.code for other in others if overlap(span, (other.valid_from, other.valid_to))}


def _check_division(old: Unit, new: Unit) -> None:
    line = Lineage.objects.filter(old=old, new=new, share=Lineage.Share.PART)
    if not line.exists():
        raise Invalid(
            _("%(new)s không nhận một phần của %(old)s, nên không có hồ sơ để cho xem.")
            % {"new": new.name, "old": old.name}
        )
    if Release.objects.filter(old=old, new=new).exists():
        raise OutOfStep(
            _("Đã cho %(new)s xem hồ sơ của %(old)s trước đó.") % {"new": new.name, "old": old.name}
        )
