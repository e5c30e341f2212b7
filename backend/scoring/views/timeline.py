"""The life of one score in words, and the newest changes of everything a person inspects."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from backend.audit import bundles
from backend.core import clock
from backend.core.dates import vn_date
from backend.core.errors import OutOfStep
from backend.core.letterhead import file_name
from backend.scoring import changes, queries, room_sheet, telling
from backend.scoring.forms.history import HistoryFilter
from backend.scoring.models import Scorecard
from backend.scoring.room import Cursor, demand_inspector
from backend.scoring.views.appraisal import demo_of
from backend.scoring.views.finding import actor_of, find_card
from permissions.roles import Verb

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def timeline(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Show everything that happened to one score, oldest first, as far as this viewer may know it."""
    card = find_card(request, pk)
    score = get_object_or_404(card.scores.select_related("node"), code=code)
    inspects = actor_of(request).may(Verb.INSPECT, at=card.place())
    kept_back = queries.kept_back(card, actor_of(request)) if inspects else ""
    context = {
        "card": card,
        "score": score,
        "entries": changes.entries_for(card, score, actor_of(request)),
        "of_host": queries.works_for_host(actor_of(request), card),
        "inspects": inspects,
        "kept_back": kept_back,
        "may_prove": inspects and not kept_back,
        "bundle_name": _bundle_name(card),
    }
    return render(request, "scoring/timeline.html", context | demo_of(card.round))


@require_GET
def proof(request: HttpRequest, pk: int) -> FileResponse:
    """Hand out the bundle by which the card's history is checked outside."""
    card = find_card(request, pk)
    actor_of(request).require(Verb.INSPECT, at=card.place())
    if said := queries.kept_back(card, actor_of(request)):
        raise OutOfStep(said)
    out = bundles.made([card.history_chain])
    return FileResponse(out, as_attachment=True, filename=_bundle_name(card))


def _bundle_name(card: Scorecard) -> str:
    return file_name("Gói kiểm chứng", card.unit_name, str(card.round.year), ending="zip")


@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """Show the newest changes under the person's eye, with filters, page by page into the past."""
    actor = actor_of(request)
    demand_inspector(actor)
    form = HistoryFilter(request.GET or None, auto_id="filter-%s", actor=actor)
    words = request.GET.get("q", "").strip()
    found, older = telling.newest(actor, form.asked(words), before=Cursor.read(request.GET.get("before", "")))
    context = {
        "changes": [change.shown() for change in found],
        "older": older,
        "filters": form,
        "q": words,
        "is_newest": "before" not in request.GET,
        "most_rows": room_sheet.MOST_ROWS,
    }
    return render(request, "scoring/history.html", context)


@require_GET
def history_sheet(request: HttpRequest) -> HttpResponseBase:
    """Give the changes that the filters keep as XLSX, newest first, up to a limit that the file states."""
    actor = actor_of(request)
    demand_inspector(actor)
    form = HistoryFilter(request.GET or None, actor=actor)
    file = room_sheet.written(actor, form.asked(request.GET.get("q", "").strip()))
    name = f"lich-su-{vn_date(clock.now()):%Y%m%d}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPE)
