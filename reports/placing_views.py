"""Pages that put units in another order: over all groups, by a field or criterion, across hosts and over the years."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from backend.rounds.models import Round
from permissions.actor import Actor
from reports import lineage, placing, queries
from reports.forms import WeightsForm
from reports.standings import Table


@require_GET
def placing_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Rank the units by one part of their results: ``group`` (1, 2, …) and ``of`` (a code); without ``of`` over all."""
    round_ = _round(request, pk)
    made = queries.current_ranking(round_) if round_.state == Round.State.PUBLISHED else None
    if made is None and not queries.may_preview(_actor(request), round_):
        raise Http404
    tables = queries.tables(round_, made)
    criteria = queries.criteria_in(round_, made)
    number, code = _number(request, len(tables)), request.GET.get("of", "").strip()
    table = tables[number - 1] if tables else None
    own = criteria.get(table.group_id, ()) if table else ()
    if code and (table is None or not known(table, own, code)):
        raise Http404
    shown: dict[str, Any] = {}
    if code and table:
        leaves = {} if code in dict(table.field_titles) else queries.leaves_in(round_, made)
        shown = {"placing": placing.by_part(table, own, leaves, code), "title": title_of(table, own, code)}
    else:
        shown = {"placing": placing.over_all(tables), "title": ""}
    context = {
        "round": round_,
        "demo": round_.is_illustration or settings.DEMO,
        "ranking": made,
        "tables": tables,
        "number": number,
        "table": table,
        "criteria": parts_of(table, own) if table else [],
        "of": code,
        "with_group": not code,
        "links": links(tables),
        "own_paths": [seat.path for seat in _actor(request).seats],
        **shown,
    }
    return render(request, "reports/placing.html", context)


def links(tables: Iterable[Table]) -> dict[int, str]:
    """Return the page of each unit's result by card key."""
    lines = (line for table in tables for line in table.standings)
    return {line.card_id: reverse("reports:unit_result", args=[line.card_id]) for line in lines}


def known(table: Any, criteria: Any, code: str) -> bool:
    """Return whether the group has a field or criterion of that code."""
    return any(code == one for one, _title, _level in parts_of(table, criteria))


def parts_of(table: Any, criteria: Any) -> list[tuple[str, str, int]]:
    """Return code, title and level of all that units can be ranked by: fields, criteria and leaves within the scale."""
    lines = [(one.code, one.title, one.level) for one in criteria if one.counting in ("", placing.BASE)]
    return lines or [(code, title, 1) for code, title in table.field_titles]


def title_of(table: Any, criteria: Any, code: str) -> str:
    """Return "code title" of a part."""
    return next(f"{one} {title}" for one, title, _level in parts_of(table, criteria) if one == code)


@require_GET
def across(request: HttpRequest, pk: int) -> HttpResponse:
    """Rank the units of one kind over all hosts beside this one: communes of every district, as published."""
    round_ = _round(request, pk)
    groups = queries.across(round_)
    context = {
        "round": round_,
        "demo": settings.DEMO or any(one.is_illustration for group in groups for one in group.rankings),
        "groups": groups,
        "links": {},
        "own_paths": [seat.path for seat in _actor(request).seats],
    }
    return render(request, "reports/across.html", context)


@require_GET
def past(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was published of a unit and of those that went into it; joined by weights the person typed, if at all."""
    seen = queries.result_of(_actor(request), pk)
    if seen is None:
        raise Http404
    years = queries.past_of(seen.card.unit, seen.round.year)
    parts = {
        part.ancestor.unit_id: part.ancestor.name for year in years if year.may_join for part in year.parts
    }
    asked = any(f"w{key}" in request.GET for key in parts)
    form = WeightsForm(request.GET if asked else None, parts=parts)
    weights = form.weights if asked and form.is_valid() else {}
    context = {
        "seen": seen,
        "card": seen.card,
        "round": seen.round,
        "demo": settings.DEMO or any(year.is_illustration for year in years),
        "form": form,
        "years": [(year, lineage.joined(year, weights) if weights else None) for year in years],
        "chosen": [(parts[key], weight) for key, weight in weights.items()],
    }
    return render(request, "reports/past.html", context, status=422 if asked and form.errors else 200)


def _number(request: HttpRequest, most: int) -> int:
    text = request.GET.get("group", "1")
    if not text.isdecimal() or not 1 <= int(text) <= max(most, 1):
        raise Http404
    return int(text)


def _round(request: HttpRequest, pk: int) -> Round:
    return get_object_or_404(queries.rounds_for(_actor(request)), pk=pk)


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
