"""Pages of analysis: find, build the parts, answer with the page or with its tables as a workbook."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from backend.core.errors import Refused
from backend.rounds.models import Round
from permissions.actor import Actor
from reports import queries
from reports.analysis import firmness, pages, trends
from reports.analysis.grids import Grid
from reports.analysis.kept import Firmness
from reports.analysis.sections import grids_of
from reports.analysis.sheets import book_of
from reports.documents.sheets import CONTENT_TYPE
from reports.models import Ranking
from reports.queries.analysed import Analysed, analysed


@require_GET
def analysis(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how the units of each group lie: steps of the index, fields by quartiles."""
    return _round_page(request, pk, "analysis")


@require_GET
def analysis_places(request: HttpRequest, pk: int) -> HttpResponse:
    """Show results by place, as tiles."""
    return _round_page(request, pk, "analysis_places")


@require_GET
def analysis_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far the season is, day by day, to who sees every card."""
    return _round_page(request, pk, "analysis_progress")


@require_GET
def analysis_losses(request: HttpRequest, pk: int) -> HttpResponse:
    """Show which leaves cost most points, and why, to who sees every card."""
    return _round_page(request, pk, "analysis_losses")


@require_GET
def analysis_claims(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what units gave themselves beside what was found, to who sees every card."""
    return _round_page(request, pk, "analysis_claims")


@require_http_methods(["GET", "POST"])
def analysis_firmness(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how firm the ranks are; work it out where it was not yet."""
    round_ = get_object_or_404(queries.rounds_for(_actor(request)), pk=pk)
    seen = analysed(_actor(request), round_)
    if request.method == "POST":
        if seen is None:
            raise Refused(_("Kết quả chưa được công bố nên chưa tính được độ vững của thứ hạng."))
        firmness.ask(seen)
        return redirect("reports:analysis_firmness", pk=pk)
    return _round_page(request, pk, "analysis_firmness")


def _firmness(seen: Analysed) -> dict[str, Any]:
    kept = firmness.kept_for(seen)
    done = kept is not None and kept.state == Firmness.State.DONE
    stale = bool(done and kept and firmness.is_stale(seen, kept))
    return {"kept": kept, "stale": stale, "method": firmness.method()}


# What a page shows beside its parts, and the template that shows it.
MORE: dict[str, tuple[str, Callable[[Analysed], dict[str, Any]]]] = {
    "analysis_firmness": ("reports/analysis/firmness.html", _firmness),
}
PLAIN = ("reports/analysis/round.html", lambda _seen: {})


def _round_page(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    round_ = get_object_or_404(queries.rounds_for(_actor(request)), pk=pk)
    page, seen = pages.PAGES[name], analysed(_actor(request), round_)
    pages.require_open(page, seen)
    if seen is None:
        return render(request, "reports/ranking_waiting.html", {"round": round_, "demo": demo(round_)})
    sections = page.build(seen)
    if _wants_book(request):
        return _workbook(str(page.title), grids_of(sections), round_, seen.ranking)
    template, more = MORE.get(name, PLAIN)
    context = {
        **more(seen),
        "round": round_,
        "ranking": seen.ranking,
        "whole": seen.whole,
        "demo": demo(round_),
        "page": name,
        "title": page.title,
        "lede": page.lede,
        "sections": sections,
    }
    return render(request, template, context)


@require_GET
def unit_analysis(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one unit: fields against its group to all of the round, leaves to who sees its card."""
    seen = queries.result_of(_actor(request), pk)
    if seen is None:
        raise Http404
    parts = pages.of_unit(seen, _actor(request))
    if _wants_book(request):
        title = _("Phân tích %(unit)s") % {"unit": seen.line.unit_name}
        return _workbook(title, (grid for part in parts for grid in part.grids), seen.round, seen.ranking)
    context = {
        "seen": seen,
        "round": seen.round,
        "line": seen.line,
        "table": seen.table,
        "parts": parts,
        "interval": firmness.interval_of(seen),
        "demo": demo(seen.round),
    }
    return render(request, "reports/analysis/unit.html", context)


@require_GET
def unit_trend(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one unit over the years: index and rank to all of the round, mapped leaves to who sees its card."""
    seen = queries.result_of(_actor(request), pk)
    if seen is None:
        raise Http404
    parts = trends.over_years(seen, _actor(request))
    if _wants_book(request):
        title = _("Qua các năm %(unit)s") % {"unit": seen.line.unit_name}
        return _workbook(title, (grid for part in parts for grid in part.grids), seen.round, seen.ranking)
    context = {"seen": seen, "round": seen.round, "line": seen.line, "parts": parts, "demo": demo(seen.round)}
    return render(request, "reports/analysis/trend.html", context)


def _wants_book(request: HttpRequest) -> bool:
    return request.GET.get("format") == "xlsx"


def _workbook(title: str, grids: Iterable[Grid], round_: Round, ranking: Ranking | None) -> FileResponse:
    content, name = book_of(title, grids, round_, ranking, is_illustration=demo(round_))
    answer = FileResponse(io.BytesIO(content), as_attachment=True, filename=name, content_type=CONTENT_TYPE)
    answer["Cache-Control"] = "private, no-store"
    return answer


def demo(round_: Round) -> bool:
    """Return whether the page says that its numbers are an illustration."""
    return round_.is_illustration or settings.DEMO


def _actor(request: Any) -> Actor:
    actor: Actor = request.actor
    return actor
