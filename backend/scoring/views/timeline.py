"""The life of one score in words, and the newest changes of everything a person inspects."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from backend.audit import bundles
from backend.core import clock
from backend.core.dates import vn_date
from backend.core.errors import Invalid, OutOfStep
from backend.core.letterhead import file_name
from backend.rounds.models import Step
from backend.scoring import changes, queries, room_sheet, telling
from backend.scoring.forms.history import HistoryFilter
from backend.scoring.models import Scorecard
from backend.scoring.room import Cursor, demand_inspector, inspected_rounds
from backend.scoring.views.appraisal import demo_of
from backend.scoring.views.finding import actor_of, find_card
from permissions.roles import Verb

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def timeline(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Show everything that happened to one score, oldest first, as far as this viewer may know it."""
    card = find_card(request, pk)
    score = get_object_or_404(card.scores.select_related("node"), code=code)
    actor, own = actor_of(request), queries.step_of(card, Step.Kind.SELF)
    inspects = actor.may(Verb.INSPECT, at=card.place())
    kept_back = queries.kept_back(card, actor) if inspects else ""
    context = {
        "card": card,
        "score": score,
        "entries": changes.entries_for(card, score, actor),
        "is_own_hidden": own is not None and not queries.sees_step(card, own, actor, clock.now()),
        "of_host": queries.works_for_host(actor, card),
        "may_prove": inspects and not kept_back,
        "kept_back": kept_back,
        "inspects": inspects,
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
    asked, before = form.asked(words), Cursor.read(request.GET.get("before", ""))
    found, older = telling.newest(actor, asked, before=before) if asked else ([], None)
    context = {
        "changes": [change.shown() for change in found],
        "older": older,
        "filters": form,
        "q": words,
        "clear_url": reverse("scoring:history") if request.GET else "",
        "is_newest": "before" not in request.GET,
        "most_rows": room_sheet.MOST_ROWS,
    }
    status = HTTPStatus.OK if asked else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "scoring/history.html", context, status=status)


@require_GET
def history_sheet(request: HttpRequest) -> HttpResponseBase:
    """Give the changes that the filters keep as XLSX, newest first, up to a limit that the file states."""
    actor = actor_of(request)
    demand_inspector(actor)
    form = HistoryFilter(request.GET or None, actor=actor)
    words = request.GET.get("q", "").strip()
    asked = form.asked(words)
    if asked is None:
        raise Invalid(
            _("Bộ lọc có chỗ không đọc được nên không xuất gì: %(what)s") % {"what": _said(form)},
            fields={name: list(said) for name, said in form.errors.items()},
        )
    of_units = [(_("Tên đơn vị"), words)] if words else []
    invented = settings.DEMO or inspected_rounds(actor).filter(is_illustration=True).exists()
    head = room_sheet.Head([*of_units, *form.in_words], is_demo=invented)
    file = room_sheet.written(actor, asked, head)
    name = f"lich-su-{vn_date(clock.now()):%Y%m%d}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPE)


def _said(form: HistoryFilter) -> str:
    return " ".join(str(error) for said in form.errors.values() for error in said)
