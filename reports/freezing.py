"""Copies a ranking as it stands into rows that never change: groups, bands, units, fields, criteria and leaves."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core import clock
from backend.rounds.models import Round
from permissions.actor import Actor
from reports import opendata, queries
from reports.models import BandCopy, CriterionCopy, FieldRow, LeafRow, Ranking, Row, Section
from reports.placing import Criterion, Leaves
from reports.standings import Standing, Table

AT_ONCE = 1000


def freeze(
    round_: Round,
    by: Actor,
    *,
    decision: str = "",
    reason: str = "",
    stated_on: date | None = None,
    stated_source: str = "",
) -> Ranking:
    """Copy the ranking of the locked round as its next version; the moment is read now that its cards are locked too."""
    now = clock.now()
    ranking = _new_version(round_, by, now)
    ranking.decision = "" if round_.is_illustration else decision.strip()
    ranking.reason = reason.strip()
    ranking.stated_on, ranking.stated_source = stated_on, stated_source
    with recording(by=by, reason=ranking.reason or _("Công bố kết quả"), at=now, about=round_.history_about):
        ranking.save()
        criteria, leaves = queries.criteria_in(round_, None), queries.leaves_in(round_, None)
        for order, table in enumerate(queries.preview(round_)):
            _copy(ranking, order, table, criteria.get(table.group_id, ()), leaves)
        ranking.published_at = now
        ranking.fingerprint = opendata.digest(opendata.data_of(ranking))
        ranking.save(update_fields=["published_at", "fingerprint"])
    return ranking


def _new_version(round_: Round, by: Actor, now: datetime) -> Ranking:
    last = Ranking.objects.filter(round=round_).order_by("-version").first()
    return Ranking(
        round=round_,
        version=last.version + 1 if last else 1,
        title=round_.title,
        year=round_.year,
        host_name=round_.host.name,
        with_survey=round_.with_survey,
        is_illustration=round_.is_illustration,
        made_at=now,
        published_by=by.name,
    )


def _copy(
    ranking: Ranking, order: int, table: Table, criteria: tuple[Criterion, ...], leaves: Leaves
) -> None:
    section = Section.objects.create(
        ranking=ranking,
        group_id=table.group_id,
        order=order,
        title=table.title,
        tie_rule=table.tie_rule.value,
        criteria_title=table.criteria_title,
    )
    BandCopy.objects.bulk_create(
        BandCopy(section=section, label=band.label, lower=band.lower, inclusive=band.inclusive)
        for band in table.bands
    )
    rows = Row.objects.bulk_create([_row(section, line) for line in table.standings])
    _copy_fields(rows, table)
    _copy_leaves(section, rows, criteria, leaves)


def _copy_fields(rows: list[Row], table: Table) -> None:
    FieldRow.objects.bulk_create(
        [
            FieldRow(
                row=row,
                order=place,
                code=part.code,
                title=part.title,
                points=part.points,
                maximum=part.maximum,
            )
            for row, line in zip(rows, table.standings, strict=True)
            for place, part in enumerate(line.fields)
        ],
        batch_size=AT_ONCE,
    )


def _copy_leaves(section: Section, rows: list[Row], criteria: tuple[Criterion, ...], leaves: Leaves) -> None:
    copies = CriterionCopy.objects.bulk_create(
        [
            CriterionCopy(
                section=section,
                order=order,
                code=one.code,
                title=one.title,
                level=one.level,
                is_leaf=one.is_leaf,
                max_points=one.maximum,
                source=one.source,
                counting=one.counting,
            )
            for order, one in enumerate(criteria)
        ],
        batch_size=AT_ONCE,
    )
    owned = [copy for copy in copies if copy.is_leaf]
    LeafRow.objects.bulk_create(
        (_leaf(row, copy, leaves.get(row.card_id, {})) for row in rows for copy in owned), batch_size=AT_ONCE
    )


def _leaf(row: Row, copy: CriterionCopy, own: dict) -> LeafRow:
    return LeafRow(row=row, criterion=copy, points=own.get(copy.code), applies=copy.code in own)


def _row(section: Section, line: Standing) -> Row:
    totals = line.totals
    return Row(
        section=section,
        card_id=line.card_id,
        unit_id=line.unit_id,
        unit_name=line.unit_name,
        unit_code=line.unit_code,
        unit_order=line.unit_order,
        rank=line.rank,
        shared=line.shared,
        band=line.band,
        total=totals.total,
        appraised=totals.appraised,
        survey=totals.survey,
        maximum=totals.maximum,
        full_maximum=totals.full_maximum,
        **{name: getattr(totals, name) for name in queries.KEPT},
    )
