"""One document seen in place: the page or panel round it, and its bytes for the frame."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from backend.core import files as core_files
from backend.core.errors import OutOfStep
from backend.core.files.kinds import PDF
from backend.core.text import key_in
from backend.scoring import files, queries
from backend.scoring.files.reading import PICTURES, preview_key
from backend.scoring.models import Reading, Scorecard
from backend.scoring.queries import Item
from backend.scoring.views.finding import actor_of, find_card
from backend.scoring.views.grid import common
from backend.scoring.views.library import plain_page

MOST_PAGE = 9999


@require_GET
def evidence_view(request: HttpRequest, pk: int, evidence_pk: int) -> HttpResponse:
    """Show one document in place, with what is known of it; htmx asks for the panel only."""
    card = find_card(request, pk)
    page = plain_page(request, card)
    item = queries.item_of(page.sheet, actor_of(request), evidence_pk)
    if item is None:
        raise Http404
    at = key_in(request.GET.get("page", ""))
    context = {
        "card": card,
        "item": item,
        "is_picture": item.piece.file is not None and item.piece.file.content_type in PICTURES,
        "at_page": at if at <= MOST_PAGE else 0,
    }
    if request.headers.get("HX-Request") == "true":
        return render(request, "scoring/_viewer.html", context | {"in_panel": True})
    return render(request, "scoring/evidence_view.html", common(request, page) | context)


@require_GET
def evidence_preview(request: HttpRequest, pk: int, evidence_pk: int) -> FileResponse:
    """Give the bytes that a page of ours shows: the clean picture or PDF itself, or the PDF made of it."""
    card = find_card(request, pk)
    item = _item(request, card, evidence_pk)
    stored = item.piece.file
    if stored is None or item.reading is None or not item.is_shown:
        raise OutOfStep(_("Chưa xem được tài liệu này. %(why)s") % {"why": item.why_not_shown})
    if item.reading.preview == Reading.Preview.MADE:
        key, kind = preview_key(stored.unit_id, stored.sha256), PDF.content_type
    else:
        key, kind = files.key_of(stored.unit_id, stored.sha256), stored.content_type
    name = item.piece.file_name if kind == stored.content_type else f"{item.piece.file_name}.pdf"
    return core_files.shown(key, name=name, content_type=kind)


def _item(request: HttpRequest, card: Scorecard, pk: int) -> Item:
    actor = actor_of(request)
    item = queries.item_of(queries.sheet(card, actor), actor, pk)
    if item is None:
        raise Http404
    return item
