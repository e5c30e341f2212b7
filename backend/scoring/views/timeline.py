"""The life of one score in words, and the newest changes of everything a person inspects."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from backend.audit import bundles
from backend.core.errors import Refused
from backend.core.letterhead import file_name
from backend.scoring import changes, queries
from backend.scoring.forms.history import HistoryFilter
from backend.scoring.views.appraisal import demo_of
from backend.scoring.views.finding import actor_of, find_card
from permissions.roles import Verb


@require_GET
def timeline(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Show everything that happened to one score, oldest first, as far as this viewer may know it."""
    card = find_card(request, pk)
    score = get_object_or_404(card.scores.select_related("node"), code=code)
    context = {
        "card": card,
        "score": score,
        "entries": changes.entries_for(card, score, actor_of(request)),
        "of_host": queries.works_for_host(actor_of(request), card),
        "may_prove": actor_of(request).may(Verb.INSPECT, at=card.place()),
    }
    return render(request, "scoring/timeline.html", context | demo_of(card.round))


@require_GET
def proof(request: HttpRequest, pk: int) -> FileResponse:
    """Hand out the bundle by which the card's history is checked outside."""
    card = find_card(request, pk)
    actor_of(request).require(Verb.INSPECT, at=card.place())
    out = bundles.made([card.history_chain])
    name = file_name("Gói kiểm chứng", card.unit_name, str(card.round.year), ending="zip")
    return FileResponse(out, as_attachment=True, filename=name)


@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """Show the newest changes under the person's eye, with filters, page by page into the past."""
    actor = actor_of(request)
    if not actor.may_anywhere(Verb.INSPECT):
        raise Refused(
            _("Bạn không có quyền xem lịch sử. Lịch sử điểm của đơn vị xem ở từng tiêu chí trên phiếu.")
        )
    form = HistoryFilter(request.GET or None, auto_id="filter-%s")
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found, older = changes.newest(
        actor,
        words=request.GET.get("q", "").strip(),
        kind=asked.get("kind", ""),
        first=asked.get("first"),
        last=asked.get("last"),
        before=changes.Cursor.read(request.GET.get("before", "")),
    )
    context = {
        "changes": found,
        "older": older,
        "filters": form,
        "q": request.GET.get("q", ""),
        "is_newest": "before" not in request.GET,
    }
    return render(request, "scoring/history.html", context)
