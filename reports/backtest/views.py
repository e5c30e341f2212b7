"""Pages of backtests: choose a season, see what a draft would have done to it, take it as a workbook."""

from __future__ import annotations

import io
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRefresh

from backend.core.errors import OutOfStep, Refused
from backend.criteria.models import CriteriaSet
from backend.criteria.queries import sets_for
from permissions.roles import Verb
from reports.backtest import running, seasons, sheets
from reports.backtest.shaking import DRAWS
from reports.backtest.tables import GroupTable, tables
from reports.documents.sheets import CONTENT_TYPE
from reports.forms import BacktestForm
from reports.models import Backtest
from reports.queries import may_preview, rounds_for

# Rows of each table that show at once; the rest is a page or a click away.
FIRST = 20
MOST_MOVED = 100


@require_http_methods(["GET", "POST"])
def backtest_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the season a set is tried on, and run it; below, what was tried before."""
    chosen: CriteriaSet = get_object_or_404(sets_for(request.actor), pk=pk)
    request.actor.require(Verb.MANAGE_CRITERIA, at=chosen.place())
    found = seasons.seasons_for(request.actor, chosen)
    form = BacktestForm(request.POST or None, rounds=[one.round.pk for one in found])
    if request.method == "POST" and form.is_valid():
        season = next(one.round for one in found if one.round.pk == form.cleaned_data["round"])
        guesses = form.cleaned_data["with_guesses"]
        made = running.start(chosen, season, by=request.actor, with_guesses=guesses)
        return redirect("reports:backtest", made.pk)
    context = {
        "set": chosen,
        "form": form,
        "seasons": found,
        "wanted": request.POST.get("round") or request.GET.get("round", ""),
        "earlier": seasons.backtests_for(request.actor).filter(criteria_set=chosen)[:10],
    }
    return render(request, "reports/backtest_start.html", context, status=422 if form.errors else 200)


@require_GET
def backtest_round(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the set that is tried on a season."""
    round_ = get_object_or_404(rounds_for(request.actor), pk=pk)
    request.actor.require_anywhere(Verb.MANAGE_CRITERIA)
    if not may_preview(request.actor, round_):
        raise Refused(_("Bạn không xem được điểm của mọi đơn vị trong đợt này nên không chạy thử được."))
    found = seasons.sets_for_round(request.actor, round_)
    context = {"round": round_, "sets": found, "demo": round_.is_illustration or settings.DEMO}
    return render(request, "reports/backtest_round.html", context)


@require_GET
def backtest(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a backtest, or how far it is; htmx asks for that part only."""
    found = _backtest(request, pk)
    if request.headers.get("HX-Request") == "true":
        return _progress(request, found)
    words, sort = request.GET.get("q", "").strip(), request.GET.get("sort", "")
    groups = [_group(request, number, one, words, sort) for number, one in enumerate(tables(found), 1)]
    context = {
        "backtest": found,
        "set": found.criteria_set,
        "round": found.round,
        "demo": found.is_illustration or settings.DEMO,
        "draws": DRAWS,
        "q": words,
        "groups": groups,
        "finished": found.state == Backtest.State.DONE,
    }
    return render(request, "reports/backtest.html", context)


def _progress(request: HttpRequest, found: Backtest) -> HttpResponse:
    """Return how far the backtest is; once it is done the page loads itself again."""
    if found.state == Backtest.State.DONE:
        return HttpResponseClientRefresh()
    return render(request, "reports/_backtest_progress.html", {"backtest": found})


def _group(request: HttpRequest, number: int, table: GroupTable, words: str, sort: str) -> dict[str, Any]:
    param = f"page{number}"
    moved, leaves = table.moved, table.by_share
    return {
        "anchor": f"nhom-{number}",
        "table": table,
        "page": Paginator(table.shown(words, sort), FIRST).get_page(request.GET.get(param)),
        "param": param,
        "moved": (moved[:FIRST], moved[FIRST:MOST_MOVED]),
        "unsaid": max(len(moved) - MOST_MOVED, 0),
        "leaves": (leaves[:FIRST], leaves[FIRST:]),
    }


@require_GET
def backtest_sheet(request: HttpRequest, pk: int) -> FileResponse:
    """Return a finished backtest as a workbook. Raises OutOfStep before that."""
    found = _backtest(request, pk)
    if found.state != Backtest.State.DONE:
        raise OutOfStep(_("Lần chạy thử này chưa tính xong. Hãy chờ ít giây rồi tải lại."))
    content, name = sheets.backtest(found)
    answer = FileResponse(io.BytesIO(content), as_attachment=True, filename=name, content_type=CONTENT_TYPE)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _backtest(request: HttpRequest, pk: int) -> Backtest:
    found = get_object_or_404(seasons.backtests_for(request.actor), pk=pk)
    running.require_right(found.criteria_set, found.round, request.actor)
    return found
