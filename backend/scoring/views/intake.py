"""Tải nhiều tài liệu: files dropped on the card, matched to leaves by name, sorted by hand, put on leaves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.scoring import actions, queries
from backend.scoring.actions.intake import MOST_PIECE
from backend.scoring.forms import ManyFilesForm, ThrowForm, TrayForm
from backend.scoring.gates import Facts, in_time
from backend.scoring.models import Scorecard, Upload
from backend.scoring.views.evidence import given_out
from backend.scoring.views.finding import actor_of, demand, find_card
from backend.scoring.views.grid import common, is_of_unit, page_of
from permissions.roles import Verb


@require_http_methods(["GET", "POST"])
def intake(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is on its way and what waits; a POST takes files of the plain form into the tray."""
    card = find_card(request, pk)
    if request.method == "GET":
        return _page(request, card)
    demand(request, Verb.SCORE, card)
    form = ManyFilesForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, card, files_form=form, form=form, status=422)
    taken, refused = actions.take_all(card, by=actor_of(request), uploads=form.cleaned_data["files"])
    if taken:
        words = _("Đã nhận %(n)d tệp. Hãy xem lại tiêu chí của từng tệp rồi xếp.") % {"n": len(taken)}
        messages.success(request, words)
    for sentence in refused:
        messages.error(request, sentence)
    return redirect("scoring:intake", pk=pk)


def _page(request: HttpRequest, card: Scorecard, *, status: int = 200, **more: Any) -> HttpResponse:
    page = page_of(request, card)
    if not page.of_unit:
        raise Http404
    window = queries.evidence_window(card, actor_of(request))
    found = queries.intake_of(card)
    context = common(request, page, "intake") | {
        "intake": found,
        "tray": TrayForm(found),
        "files_form": ManyFilesForm(),
        "window": window,
        "takes": window is not None and window.is_open,
        "why": in_time(Facts(now=window.now, opens=window.opens, closes=window.closes)) if window else "",
        "piece": MOST_PIECE // 2,
    }
    return render(request, "scoring/intake.html", context | more, status=status)


@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the files of the tray on the leaves that stand beside them."""
    card = find_card(request, pk)
    demand(request, Verb.SCORE, card)
    form = TrayForm(queries.intake_of(card), request.POST)
    made: list[Any] = []
    form.is_valid()
    if not form.carry_out(
        lambda: made.extend(actions.place(card, form.wanted, by=actor_of(request), days=form.days))
    ):
        return _page(request, card, tray=form, form=form, status=422)
    if made:
        words = ngettext(
            "Đã xếp %(n)d tài liệu vào tiêu chí.", "Đã xếp %(n)d tài liệu vào tiêu chí.", len(made)
        )
        messages.success(request, words % {"n": len(made)})
    else:
        messages.info(request, _("Chưa tệp nào được chọn tiêu chí nên chưa xếp tệp nào."))
    return redirect("scoring:intake", pk=pk)


_CARD = ("card__unit", "card__round__host")


def _find_upload(card: Scorecard, pk: int) -> Upload:
    rows = card.uploads.filter(state__in=queries.SHOWN_UPLOADS).select_related("file", *_CARD)
    return get_object_or_404(rows, pk=pk)


@require_GET
def upload_file(request: HttpRequest, pk: int, upload_pk: int) -> FileResponse:
    """Give out a file of the tray to the unit's people."""
    card = find_card(request, pk)
    if not is_of_unit(request, card):
        raise Http404
    upload = _find_upload(card, upload_pk)
    if upload.file is None:
        raise Http404
    return given_out(upload.file, upload.name)


@require_http_methods(["GET", "POST"])
def throw(request: HttpRequest, pk: int, upload_pk: int) -> HttpResponse:
    """Ask why a file is put aside, and put it aside."""
    card = find_card(request, pk)
    demand(request, Verb.SCORE, card)
    upload = _find_upload(card, upload_pk)
    form = ThrowForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.throw_away(upload, by=actor_of(request), reason=form.cleaned_data["reason"])
        messages.success(request, _("Đã bỏ tệp “%(name)s”.") % {"name": upload.name})
        return redirect("scoring:intake", pk=pk)
    context = {"card": card, "upload": upload, "form": form}
    return render(request, "scoring/upload_throw.html", context, status=422 if form.errors else 200)
