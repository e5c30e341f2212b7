"""A piece of evidence given a new version, told anew, put on further leaves; photographs taken for a leaf."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.scoring import actions, queries
from backend.scoring.forms import FileForm, PhotosForm, SpotsForm, ToldForm
from backend.scoring.models import Evidence, Scorecard
from backend.scoring.views.card import leaf_again
from backend.scoring.views.evidence import added
from backend.scoring.views.finding import actor_of, demand, find_card, find_evidence, way_on
from permissions.roles import Verb


def _found(request: HttpRequest, pk: int, evidence_pk: int) -> tuple[Scorecard, Evidence]:
    """Return the card and its piece of evidence. Raises Http404, or Refused for who may not change it."""
    card = find_card(request, pk)
    demand(request, Verb.SCORE, card)
    return card, find_evidence(request, card, evidence_pk)


def _on_leaf(request: HttpRequest, pk: int, piece: Evidence) -> HttpResponse:
    return redirect(way_on(request, reverse("scoring:leaf", args=[pk, piece.score.code]) + "#evidence"))


def _told(piece: Evidence) -> dict[str, Any]:
    return {name: getattr(piece, name) for name in ToldForm.base_fields}


@require_http_methods(["GET", "POST"])
def replace(request: HttpRequest, pk: int, evidence_pk: int) -> HttpResponse:
    """Ask for a new version of a piece of evidence, and put it in the old one's place."""
    card, piece = _found(request, pk, evidence_pk)
    if request.method == "GET":
        form = FileForm(initial=_told(piece))
        return _asked(request, "scoring/evidence_replace.html", card, piece, form)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _asked(request, "scoring/evidence_replace.html", card, piece, form)
    upload = form.cleaned_data["file"]
    made: list[Evidence] = []
    done = form.carry_out(
        lambda: made.append(actions.replace_file(piece, by=actor_of(request), upload=upload, **form.said))
    )
    if not done:
        return _asked(request, "scoring/evidence_replace.html", card, piece, form)
    words = _("Đã thay bằng bản mới “%(name)s”. Bản trước vẫn được giữ bên dưới.") % {"name": made[0]}
    messages.success(request, words)
    return _on_leaf(request, pk, piece)


@require_http_methods(["GET", "POST"])
def mend(request: HttpRequest, pk: int, evidence_pk: int) -> HttpResponse:
    """Ask for number, issuer, day and section of a piece of evidence that stands, and write them down."""
    card, piece = _found(request, pk, evidence_pk)
    form = ToldForm(request.POST if request.method == "POST" else None, initial=_told(piece))
    if form.is_valid() and form.carry_out(
        lambda: actions.mend_told(piece, by=actor_of(request), **form.cleaned_data)
    ):
        messages.success(request, _("Đã ghi thông tin của tài liệu “%(name)s”.") % {"name": piece})
        return _on_leaf(request, pk, piece)
    return _asked(request, "scoring/evidence_mend.html", card, piece, form)


@require_http_methods(["GET", "POST"])
def attach(request: HttpRequest, pk: int, evidence_pk: int) -> HttpResponse:
    """Ask for further leaves that a piece of evidence proves, and put it there without sending it again."""
    card, piece = _found(request, pk, evidence_pk)
    leaves = queries.own_leaves(card)
    titles = {code: score.node.title for code, score in leaves.items()}
    form = SpotsForm(request.POST if request.method == "POST" else None, titles=titles)
    made: list[Evidence] = []
    if form.is_valid() and form.carry_out(
        lambda: made.extend(actions.attach_again(piece, form.spots, by=actor_of(request)))
    ):
        codes = ", ".join(row.score.code for row in made)
        words = _("Đã gắn “%(name)s” vào tiêu chí %(codes)s.") % {"name": piece, "codes": codes}
        messages.success(request, words)
        return _on_leaf(request, pk, piece)
    return _asked(request, "scoring/evidence_attach.html", card, piece, form, leaves=leaves)


def _asked(
    request: HttpRequest, template: str, card: Scorecard, piece: Evidence, form: Any, **more: Any
) -> HttpResponse:
    context = {"card": card, "piece": piece, "form": form, **more}
    return render(request, template, context, status=422 if form.errors else 200)


@require_POST
def add_photos(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Put photographs on a leaf as one document."""
    card = find_card(request, pk)
    demand(request, Verb.SCORE, card)
    form = PhotosForm(request.POST, request.FILES, auto_id="photos-%s")
    made: list[Evidence] = []
    if form.is_valid():
        given = form.cleaned_data
        form.carry_out(
            lambda: made.append(
                actions.add_photographs(
                    card, code, by=actor_of(request), photographs=given["photos"], section=given["section"]
                )
            )
        )
    if not made:
        return leaf_again(request, card, code, photos_form=form, form=form)
    return added(request, pk, code, made[0])
