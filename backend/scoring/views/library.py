"""Tài liệu: the evidence of one card as a list, what is missing, and everything as one package."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from backend.core import files as core_files
from backend.core import letterhead
from backend.core.errors import OutOfStep
from backend.rounds.models import Step
from backend.scoring import actions, packing, queries
from backend.scoring.forms import LibraryFilter
from backend.scoring.models import Bundle, Scorecard
from backend.scoring.views.finding import actor_of, find_card
from backend.scoring.views.grid import Page, common, is_of_unit, may_score

A_PAGE = 30


@require_GET
def library(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the evidence of one card as far as the person may see it, searched, narrowed and sorted."""
    page = plain_page(request, find_card(request, pk))
    actor = actor_of(request)
    form = LibraryFilter(request.GET, sheet=page.sheet, kinds=queries.kinds_for(page.sheet, actor))
    every = queries.items_of(page.sheet, actor)
    wanted = form.wanted
    shown = Paginator(queries.found(every, wanted), A_PAGE).get_page(request.GET.get("page"))
    queries.show_hits(shown.object_list, wanted)
    context = common(request, page, "library") | {
        "q": form.words,
        "filters": form,
        "wanted": wanted,
        "items": shown,
        "total": len(every),
        "lacks": queries.missing(page.sheet),
        "room": queries.room_of(page.card.unit) if page.of_unit else None,
        "bundle": _newest(request, page.card),
        "may_reuse": page.editable and queries.has_offers(page.card),
        "is_hidden": not page.sheet.shows_own,
    }
    return render(request, "scoring/library.html", context)


def plain_page(request: HttpRequest, card: Scorecard) -> Page:
    """Return what the pages of a card have in common, without the rows of the grid."""
    sheet = queries.sheet(card, actor_of(request))
    window = queries.time_of(card, Step.Kind.SELF, sheet.now)
    return Page(card, sheet, window, may_score(request, card, window), is_of_unit(request, card))


def _newest(request: HttpRequest, card: Scorecard) -> Bundle | None:
    return Bundle.objects.filter(card=card, requested_by=actor_of(request).user_id).first()


@require_GET
def missing_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Give out the leaves without a document as a workbook, to who may read what the unit gives itself."""
    card = find_card(request, pk)
    sheet = queries.sheet(card, actor_of(request))
    if not sheet.shows_own:
        raise Http404
    content = packing.lacks(card, queries.missing(sheet))
    name = letterhead.file_name(
        _("Tiêu chí còn thiếu tài liệu"), card.unit_name, str(card.round.year), ending="xlsx"
    )
    return FileResponse(
        [content],
        as_attachment=True,
        filename=name,
        content_type=packing.XLSX,
        headers={"Cache-Control": "private, no-store"},
    )


@require_POST
def ask_bundle(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for all evidence of the card as one zip."""
    made = actions.request_bundle(find_card(request, pk), by=actor_of(request))
    return redirect("scoring:bundle", pk=pk, bundle_pk=made.pk)


@require_GET
def bundle(request: HttpRequest, pk: int, bundle_pk: int) -> HttpResponse:
    """Show a package: being made, ready to fetch, or failed; htmx asks for the middle part only."""
    card = find_card(request, pk)
    found = find_bundle(request, card, bundle_pk)
    if request.headers.get("HX-Request") == "true":
        return render(request, "scoring/_bundle.html", {"bundle": found, "card": card})
    context = common(request, plain_page(request, card)) | {"bundle": found}
    return render(request, "scoring/bundle.html", context)


@require_GET
def bundle_file(request: HttpRequest, pk: int, bundle_pk: int) -> FileResponse:
    """Give out a package to the person it was made for."""
    found = find_bundle(request, find_card(request, pk), bundle_pk)
    if found.state != Bundle.State.READY:
        raise OutOfStep(_("Gói tài liệu chưa tạo xong. Hãy chờ ít giây rồi tải lại."))
    return core_files.given_out(found.stored_as, name=found.file_name, content_type="application/zip")


def find_bundle(request: HttpRequest, card: Scorecard, pk: int) -> Bundle:
    """Return the package if it was made for this person: what it holds is what she may see. Raises Http404."""
    return get_object_or_404(Bundle, card=card, pk=pk, requested_by=actor_of(request).user_id)
