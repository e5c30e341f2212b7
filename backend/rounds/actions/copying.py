"""A new round made from an earlier one of the same host."""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from backend.audit.recording import recording
from backend.core import clock
from backend.core.dates import VN
from backend.criteria.models import CriteriaSet
from backend.rounds import queries, rules
from backend.rounds.actions.setup import RANKING, create_round
from backend.rounds.actions.sitting import set_sitting
from backend.rounds.actions.steps import set_steps, spans_of
from backend.rounds.models import Band, Group, Round
from permissions.actor import Actor


@transaction.atomic
def copy_round(round: Round, *, by: Actor, year: int, title: str = "") -> Round:
    """Return a round in preparation for ``year`` with groups, bands and steps of ``round``.

    Dates keep their day and month. A group takes the published criteria of the new year, or of the
    latest year before it, for its kind. Raises Refused, or Invalid where the host has a round that year.
    """
    years = year - round.year
    made = create_round(
        round.host,
        by=by,
        title=title or round.title.replace(str(round.year), str(year)),
        year=year,
        on_date=_later(round.on_date, years),
        with_survey=round.with_survey,
        previous=round,
        is_illustration=round.is_illustration,
    )
    until = _later_moment(round.sign_off_until, years) if round.sign_off_until else None
    until = until if until and until > clock.now() else None
    made = set_sitting(made, by=by, sitting=round.sitting, quorum=round.quorum, sign_off_until=until)
    _copy_groups(round, made, by)
    set_steps(made, [_moved(span, years) for span in spans_of(round)], by=by)
    return made


def _copy_groups(source: Round, made: Round, by: Actor) -> None:
    groups = source.groups.select_related("criteria_set", "kind").prefetch_related("bands")
    with recording(by=by, about=made.history_about, reason=source.title):
        for group in groups:
            fresh = Group(
                round=made,
                kind=group.kind,
                criteria_set=_criteria_for(group, made.year),
                title=group.title,
                order=group.order,
                **{name: getattr(group, name) for name in RANKING - {"tie_order"}},
            )
            # Fields may be numbered anew in the new year's set.
            known = {code for code, _title in queries.fields_of(fresh.criteria_set)}
            fresh.tie_order = [code for code in group.tie_order if code in known]
            fresh.save()
            for band in group.bands.all():
                Band(group=fresh, label=band.label, lower=band.lower, inclusive=band.inclusive).save()


def _criteria_for(group: Group, year: int) -> CriteriaSet:
    """Return the newest published set of the same owner and kind up to ``year``, else the old one."""
    used = group.criteria_set
    published = CriteriaSet.objects.filter(
        owner_id=used.owner_id,
        kind_id=used.kind_id,
        state=CriteriaSet.State.PUBLISHED,
        is_framework=False,
        year__lte=year,
    )
    return published.order_by("-year", "-version").first() or used


def _moved(span: rules.Span, years: int) -> rules.Span:
    return replace(
        span,
        opens_at=_later_moment(span.opens_at, years),
        closes_at=_later_moment(span.closes_at, years),
        shown_at=_later_moment(span.shown_at, years) if span.shown_at else None,
    )


def _later_moment(moment: datetime, years: int) -> datetime:
    local = moment.astimezone(VN)
    return datetime.combine(_later(local.date(), years), local.time(), tzinfo=VN)


def _later(day: date, years: int) -> date:
    last = calendar.monthrange(day.year + years, day.month)[1]
    return day.replace(year=day.year + years, day=min(day.day, last))
