"""A round being prepared: itself, its groups, their bands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core.errors import Invalid, OutOfStep
from backend.criteria.models import CriteriaSet
from backend.criteria.queries import serves
from backend.rounds import rules
from backend.rounds.models import Band, Group, Round
from backend.rounds.queries import fields_of
from permissions.actor import Actor
from permissions.roles import Verb
from tiers.models import Kind, Unit

EDITABLE = frozenset({"title", "year", "on_date", "with_survey", "previous"})
RANKING = frozenset({"tie_rule", "tie_order", "decimals", "procedures"})


@transaction.atomic
def create_round(
    host: Unit,
    *,
    by: Actor,
    title: str,
    year: int,
    on_date: date,
    with_survey: bool = True,
    previous: Round | None = None,
    is_illustration: bool = False,
) -> Round:
    """Return a new round in preparation; in the demonstration (DEMO) every round is an illustration.

    Raises Refused, or Invalid where the host has one that year.
    """
    by.require(Verb.MANAGE_ROUND, at=host.place())
    made = Round(
        host=host,
        title=title,
        year=year,
        on_date=on_date,
        with_survey=with_survey,
        previous=previous,
        is_illustration=is_illustration or settings.DEMO,
    )
    _check_once_a_year(made)
    with recording(by=by, reason=_("Lập đợt đánh giá")):
        made.save()
    return made


@transaction.atomic
def edit_round(round: Round, *, by: Actor, **changes: Any) -> Round:
    """Change ``EDITABLE`` fields of a round in preparation. Raises Refused, OutOfStep or Invalid."""
    unknown = set(changes) - EDITABLE
    if unknown:
        raise TypeError(f"not editable: {sorted(unknown)}")
    round = hold_draft(round, by=by)
    for name, value in changes.items():
        setattr(round, name, value)
    _check_once_a_year(round)
    with recording(by=by, reason=_("Sửa đợt đánh giá")):
        round.save(update_fields=list(changes))
    return round


def _check_once_a_year(round: Round) -> None:
    others = Round.objects.filter(host_id=round.host_id, year=round.year).exclude(pk=round.pk)
    if others.exists():
        sentence = _("%(host)s đã có đợt đánh giá năm %(year)d. Hãy mở đợt đó hoặc chọn năm khác.") % {
            "host": round.host.name,
            "year": round.year,
        }
        raise Invalid(sentence, fields={"year": [sentence]})


def hold_round(round: Round) -> Round:
    """Return the round as it stands now, locked until the transaction ends."""
    rows = Round.objects.select_related("host").select_for_update(of=("self",))
    return rows.get(pk=round.pk)


def hold_draft(round: Round, *, by: Actor) -> Round:
    """Return the locked round if ``by`` may set it up and it is still in preparation.

    Raises Refused; OutOfStep once it was opened.
    """
    round = hold_round(round)
    by.require(Verb.MANAGE_ROUND, at=round.place())
    if round.state != Round.State.DRAFT:
        raise OutOfStep(
            _(
                "Đợt đánh giá đã mở nên không sửa được nhóm, mức xếp loại và thứ tự các bước. "
                "Ngày của bước chưa kết thúc vẫn đổi được, có lý do và văn bản."
            )
        )
    return round


@transaction.atomic
def put_group(
    round: Round,
    *,
    by: Actor,
    kind: Kind,
    criteria_set: CriteriaSet,
    title: str = "",
    order: int | None = None,
    group: Group | None = None,
    **ranking: Any,
) -> Group:
    """Add a group to a round in preparation, or change ``group``.

    Two groups may share a set: one of its own kind, and others of kinds it names for some of its criteria.
    ``ranking`` are any of ``RANKING``: how units are ranked and printed, and which half of the kind they are.
    Raises Refused, OutOfStep or Invalid.
    """
    unknown = set(ranking) - RANKING
    if unknown:
        raise TypeError(f"not of a group: {sorted(unknown)}")
    round = hold_draft(round, by=by)
    made = group or Group(round=round)
    made.kind, made.criteria_set = kind, criteria_set
    for name, value in ranking.items():
        setattr(made, name, value)
    _check_group(round, made)
    made.title = title or _title_of(made)
    made.order = _order_of(round, made, order)
    with recording(by=by, about=round.history_about, reason=_("Đặt nhóm xếp hạng")):
        made.save()
    return made


def _order_of(round: Round, group: Group, order: int | None) -> int:
    if order is not None:
        return order
    return group.order if group.pk else round.groups.count() + 1


def _title_of(group: Group) -> str:
    if group.procedures == Group.Procedures.ANY:
        return group.kind.title
    half = _("có TTHC") if group.procedures == Group.Procedures.WITH else _("không có TTHC")
    return _("%(kind)s (%(half)s)") % {"kind": group.kind.title, "half": half}


def _check_group(round: Round, group: Group) -> None:
    fields = {
        "kind": _wrong_kind(round, group),
        "criteria_set": _wrong_set(round, group),
        "tie_order": _wrong_tie_order(group),
        "decimals": [] if group.decimals in (1, 2, 3) else [_("Số chữ số thập phân khi in là 1, 2 hoặc 3.")],
    }
    wrong = {name: lines for name, lines in fields.items() if lines}
    if wrong:
        raise Invalid(" ".join(line for lines in wrong.values() for line in lines), fields=wrong)


def _wrong_kind(round: Round, group: Group) -> list[str]:
    """Return why the group would share units with another; a unit stands in one group only."""
    others = round.groups.exclude(pk=group.pk).filter(kind=group.kind)
    if group.procedures != Group.Procedures.ANY:
        others = others.filter(procedures__in=[group.procedures, Group.Procedures.ANY])
    return [_("Loại đơn vị này đã có nhóm trong đợt.")] if others.exists() else []


def _wrong_set(round: Round, group: Group) -> list[str]:
    chosen = group.criteria_set
    if not serves(chosen, group.kind):
        return [_("Bộ tiêu chí này dành cho loại đơn vị khác và không nêu loại này trong phạm vi áp dụng.")]
    if chosen.state != CriteriaSet.State.PUBLISHED:
        return [_("Bộ tiêu chí chưa ban hành hoặc đã được thay thế.")]
    if chosen.is_framework:
        return [_("Đây là khung cho cấp dưới, không dùng để mở đợt. Hãy chọn bộ tiêu chí lập theo khung.")]
    if not round.host.path.startswith(chosen.owner.path):
        return [_("Bộ tiêu chí này của cơ quan khác.")]
    return []


def _wrong_tie_order(group: Group) -> list[str]:
    known = [code for code, _title in fields_of(group.criteria_set)]
    return rules.wrong_tie_order(group.tie_order, known)


@transaction.atomic
def remove_group(group: Group, *, by: Actor) -> None:
    """Take a group with its bands out of a round in preparation. Raises Refused or OutOfStep."""
    round = hold_draft(group.round, by=by)
    with recording(by=by, about=round.history_about, reason=_("Bỏ nhóm xếp hạng")):
        for band in group.bands.all():
            band.delete()
        group.delete()


@transaction.atomic
def set_bands(group: Group, lines: Sequence[rules.BandLine], *, by: Actor) -> list[Band]:
    """Give a group these bands in place of its old ones. Raises Refused, OutOfStep or Invalid."""
    round = hold_draft(group.round, by=by)
    problems = rules.wrong_bands(lines)
    if problems:
        raise Invalid(" ".join(problems), problems=problems)
    with recording(by=by, about=round.history_about, reason=_("Đặt mức xếp loại")):
        for band in group.bands.all():
            band.delete()
        made = [
            Band(group=group, label=line.label, lower=line.lower, inclusive=line.inclusive)
            for line in sorted(lines, key=lambda line: line.lower, reverse=True)
        ]
        for band in made:
            band.save()
    return made
