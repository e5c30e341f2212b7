"""The floors of results: one statement with RANK(), the same templates over rows held in memory, a bare workbook.

The pages stand behind the same middleware (session, person, seats) as ours.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import xlsxwriter
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from backend.config.urls import urlpatterns as ours_at
from reports import queries, views
from reports.models import Ranking
from reports.public.finding import Publication
from reports.public.sheet import workbook as sheet_of

_FIELD = {"sqlite": "substr(s.code, 1, instr(s.code, '.') - 1)", "postgresql": "split_part(s.code, '.', 1)"}
_TOTALS = """
WITH part AS (
    SELECT s.card_id AS card, {field} AS field, SUM(m.points) AS points, SUM(s.max_points) AS most
    FROM scoring_score s
    JOIN scoring_scorecard c ON c.id = s.card_id
    LEFT JOIN scoring_mark m ON m.score_id = s.id AND m.step_id = %s
    WHERE c.round_id = %s AND s.applies AND s.counting = 'base' AND s.source = 'assessed'
    GROUP BY s.card_id, {field}
), whole AS (
    SELECT card, SUM(points) AS total, SUM(most) AS most FROM part GROUP BY card
), placed AS (
    SELECT card, total, most, RANK() OVER (ORDER BY total * 1.0 / most DESC) AS place FROM whole
)
SELECT part.card, part.field, part.points, placed.total, placed.most, placed.place
FROM part JOIN placed ON placed.card = part.card
"""


def totals(round_id: int, step_id: int) -> list[tuple[Any, ...]]:
    """Return card, field, points of the field, total, maximum and rank: thousandths, one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS.format(field=_FIELD[connection.vendor]), (step_id, round_id))
        return list(cursor.fetchall())


_kept: dict[str, tuple[str, dict[str, Any]]] = {}


def held(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Return a view that renders what ``view`` would, its rows read once and kept in memory."""

    def bare(request: HttpRequest, pk: int) -> HttpResponse:
        if request.path not in _kept:
            _kept[request.path] = _taken(view, request, pk)
        return render(request, *_kept[request.path])

    return bare


def _taken(view: Callable[..., HttpResponse], request: HttpRequest, pk: int) -> tuple[str, dict[str, Any]]:
    """Return template and context of a page as the view gives them to the renderer."""
    given: list[tuple[str, dict[str, Any]]] = []

    def take(_request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        given.append((template, context))
        return HttpResponse()

    real, views.render = views.render, take
    try:
        view(request, pk=pk)
    finally:
        views.render = real
    return given[0]


def publication(ranking: Ranking) -> Publication:
    """Return a publication of which nothing is read yet."""
    return Publication(ranking.round.host.code, ranking, (ranking,))


def ours(ranking: Ranking) -> bytes:
    """Return the workbook as the public page makes it, read from the database."""
    return sheet_of(publication(ranking))


def cells(found: Publication) -> list[tuple[Any, ...]]:
    """Return the rows of the workbook, read beforehand."""
    leaves = queries.leaves_in(found.round, found.ranking)
    (table,) = found.tables
    codes = [one.code for one in found.criteria[table.group_id] if one.is_leaf]
    return [
        (
            line.rank, line.unit_code, line.unit_name, line.band, float(line.index),
            line.totals.total, line.totals.maximum, *(leaves[line.card_id][code] for code in codes),
        )
        for line in table.standings
    ]  # fmt: skip


def workbook(rows: list[tuple[Any, ...]], out: io.BytesIO) -> None:
    """Write the rows with the library alone, at its setting for many rows."""
    book = xlsxwriter.Workbook(
        out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    page = book.add_worksheet()
    words, number = book.add_format({"border": 1}), book.add_format({"border": 1, "num_format": "0.00"})
    for place, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(place, column, value, words)
            else:
                page.write_number(place, column, value, number)
    book.close()


urlpatterns = [
    path("floor/results/<int:pk>/", held(views.ranking)),
    path("floor/results/cards/<int:pk>/", held(views.unit_result)),
    *ours_at,
]
