"""The files of one folder to a season, or every problem in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from backend.core.dates import end_of_day_exclusive, start_of_day
from backend.rounds.models import Group, Step
from backend.rounds.rules import BandLine, Span, missing_steps, wrong_bands, wrong_steps
from backend.scoring.actions import Given, PastLine
from reports.seasons.season import BrokenSeasonError, GroupPlan, Problem, Season, SurveySource
from reports.seasons.tables import (
    Reader,
    Row,
    Table,
    day,
    flag,
    number,
    one_of,
    optional,
    points,
    read_table,
    text,
    year,
)

LONG = 4000

SEASON = Table(
    "season.csv",
    {
        "host": text(20, needed=True),
        "year": year,
        "title": text(300, needed=True),
        "on_date": day,
        "with_survey": flag,
        "illustration": optional(flag, empty=False),
        "stated_on": day,
        "stated_source": text(300, needed=True),
    },
    optional=("illustration",),
)
GROUPS = Table(
    "groups.csv",
    {
        "kind": text(40, needed=True),
        "title": text(200),
        "criteria_year": year,
        "criteria_version": optional(number),
        "tie_rule": optional(one_of(Group.TieRule.values), empty=Group.TieRule.SHARED),
    },
    optional=("title", "criteria_version", "tie_rule"),
)
BANDS = Table(
    "bands.csv",
    {
        "kind": text(40, needed=True),
        "label": text(60, needed=True),
        "lower": points,
        "inclusive": optional(flag, empty=True),
    },
    optional=("inclusive",),
)
STEPS = Table(
    "steps.csv",
    {
        "kind": one_of(Step.Kind.values),
        "title": text(100, needed=True),
        "opens": day,
        "last_day": day,
        "shown": optional(day),
    },
    optional=("shown",),
)
SURVEY = Table(
    "survey.csv",
    {"report_number": text(100, needed=True), "report_date": day, "sample": number, "answers": number},
)


MOST_APPRAISALS = 5
_TURNS = range(1, MOST_APPRAISALS + 1)
_APPRAISED: dict[str, Reader] = {
    name: read
    for turn in _TURNS
    for name, read in ((f"appraised_{turn}", optional(points)), (f"reason_{turn}", text(LONG)))
}
_WORDS: dict[str, Reader] = {
    "note": text(LONG),
    "question": text(LONG),
    "answer": text(LONG),
    "survey": optional(points),
    "document_number": text(100),
    "document_issuer": text(200),
    "left_out": text(LONG),
}
MARKS = Table(
    "marks.csv",
    {
        "unit": text(20, needed=True),
        "leaf": text(30, needed=True),
        "self": optional(points),
        **_APPRAISED,
        **_WORDS,
    },
    optional=(*[name for name in _APPRAISED if not name.endswith("_1")], *_WORDS),
)


def read_season(folder: Path) -> Season:
    """Return the season that the files of ``folder`` tell. Raises BrokenSeasonError with every problem."""
    problems: list[Problem] = []
    seasons = read_table(folder, SEASON, problems)
    groups = read_table(folder, GROUPS, problems)
    bands = read_table(folder, BANDS, problems)
    steps = read_table(folder, STEPS, problems)
    marks = read_table(folder, MARKS, problems)
    surveys = read_table(folder, SURVEY, problems) if (folder / SURVEY.name).exists() else []
    problems += _not_one(SEASON, seasons, problems)
    problems += _not_one(SURVEY, surveys, problems) if (folder / SURVEY.name).exists() else []
    problems += [*_wrong_groups(groups, bands), *_wrong_steps(steps, problems)]
    problems += [problem for row in seasons for problem in _wrong_survey(row.cells, surveys, marks)]
    if problems:
        raise BrokenSeasonError(problems)
    found = _season(seasons[0].cells, groups, bands)
    survey = SurveySource(**surveys[0].cells) if surveys else None
    return replace(
        found,
        steps=tuple(_span(row.cells) for row in steps),
        lines=[_past_line(row) for row in marks],
        survey=survey,
    )


def _told(table: Table, problems: list[Problem]) -> bool:
    return any(problem.file == table.name for problem in problems)


def _not_one(table: Table, rows: list[Row], problems: list[Problem]) -> list[Problem]:
    """Say where a file has more than its one line, or none and no reason yet why."""
    if len(rows) > 1:
        return [Problem(table.name, rows[1].line, _("tệp này chỉ có một dòng dữ liệu"))]
    if rows or _told(table, problems):
        return []
    return [Problem(table.name, 0, _("chưa có dòng dữ liệu"))]


def _wrong_groups(groups: list[Row], bands: list[Row]) -> Iterator[Problem]:
    kinds: set[str] = set()
    for row in groups:
        kind = row.cells["kind"]
        if kind in kinds:
            yield Problem(GROUPS.name, row.line, _("loại đơn vị %(kind)s lặp lại") % {"kind": kind})
        kinds.add(kind)
        found = _bands_of(kind, bands)
        if not found:
            yield Problem(GROUPS.name, row.line, _("loại %(kind)s chưa có mức xếp loại") % {"kind": kind})
        for sentence in wrong_bands(found):
            yield Problem(BANDS.name, 0, f"{kind}: {sentence}")
    for row in bands:
        if groups and row.cells["kind"] not in kinds:
            reason = _("không có nhóm %(kind)s trong groups.csv") % row.cells
            yield Problem(BANDS.name, row.line, reason)


def _bands_of(kind: str, rows: list[Row]) -> tuple[BandLine, ...]:
    own = (row.cells for row in rows if row.cells["kind"] == kind)
    return tuple(BandLine(cells["label"], cells["lower"], cells["inclusive"]) for cells in own)


def _wrong_steps(rows: list[Row], before: list[Problem]) -> Iterator[Problem]:
    if _told(STEPS, before):
        return  # a step that could not be read would be missed twice
    spans = [_span(row.cells) for row in rows]
    kinds = [span.kind for span in spans]
    if Step.Kind.APPRAISAL not in kinds:
        yield Problem(STEPS.name, 0, _("chưa có bước thẩm định (appraisal)"))
    for sentence in [*missing_steps(kinds), *wrong_steps(spans)]:
        yield Problem(STEPS.name, 0, sentence)


def _wrong_survey(season: dict[str, Any], surveys: list[Row], marks: list[Row]) -> Iterator[Problem]:
    for row in surveys:
        if row.cells["answers"] > row.cells["sample"]:
            reason = _("số phiếu trả lời %(answers)d nhiều hơn số phiếu phát ra %(sample)d") % row.cells
            yield Problem(SURVEY.name, row.line, reason)
    given = [row for row in marks if row.cells["survey"] is not None]
    if given and not season["with_survey"]:
        reason = _("có điểm điều tra, nhưng season.csv ghi đợt không có điều tra (with_survey là 0)")
        yield Problem("marks.csv", given[0].line, reason)
    elif given and not surveys:
        yield Problem(SURVEY.name, 0, _("có điểm điều tra nên phải có tệp này ghi nguồn của điểm"))


def _span(cells: dict[str, Any]) -> Span:
    return Span(
        kind=cells["kind"],
        title=cells["title"],
        opens_at=start_of_day(cells["opens"]),
        closes_at=end_of_day_exclusive(cells["last_day"]),
        shown_at=start_of_day(cells["shown"]) if cells["shown"] else None,
    )


def _season(cells: dict[str, Any], groups: list[Row], bands: list[Row]) -> Season:
    return Season(
        host=cells["host"],
        year=cells["year"],
        title=cells["title"],
        on_date=cells["on_date"],
        stated_on=cells["stated_on"],
        stated_source=cells["stated_source"],
        groups=tuple(_group(row, _bands_of(row.cells["kind"], bands)) for row in groups),
        with_survey=cells["with_survey"],
        is_illustration=cells["illustration"],
    )


def _group(row: Row, bands: tuple[BandLine, ...]) -> GroupPlan:
    cells = row.cells
    return GroupPlan(
        kind=cells["kind"],
        criteria_year=cells["criteria_year"],
        bands=bands,
        version=cells["criteria_version"],
        title=cells["title"],
        tie_rule=cells["tie_rule"],
        line=row.line,
    )


def _past_line(row: Row) -> PastLine:
    cells = row.cells
    return PastLine(
        unit=cells["unit"],
        leaf=cells["leaf"],
        own=cells["self"],
        note=cells["note"],
        appraised=_appraised(cells),
        question=cells["question"],
        answer=cells["answer"],
        survey=cells["survey"],
        document=(cells["document_number"], cells["document_issuer"]),
        left_out=cells["left_out"],
        line=row.line,
    )


def _appraised(cells: dict[str, Any]) -> tuple[Given | None, ...]:
    given = [_given(cells[f"appraised_{turn}"], cells[f"reason_{turn}"]) for turn in _TURNS]
    while given and given[-1] is None:
        given.pop()
    return tuple(given)


def _given(value: Decimal | None, reason: str) -> Given | None:
    return None if value is None else Given(value, reason)
