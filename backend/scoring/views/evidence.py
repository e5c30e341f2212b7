"""Evidence on a leaf: put there, taken away, given out; the signed copy of the report."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from backend.core import files as core_files
from backend.core.errors import OutOfStep
from backend.scoring import actions, files, queries
from backend.scoring.forms import DocumentForm, FileForm
from backend.scoring.models import Evidence, StoredFile
from backend.scoring.views.card import leaf_again
from backend.scoring.views.finding import actor_of, demand, find_card, find_evidence, way_on
from permissions.roles import Verb


@require_POST
def add_file(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Put an uploaded file on a leaf."""
    card = find_card(request, pk)
    demand(request, Verb.SCORE, card)
    form = FileForm(request.POST, request.FILES, auto_id="file-%s")
    if not form.is_valid():
        return leaf_again(request, card, code, file_form=form, form=form)
    upload = form.cleaned_data["file"]
    piece = actions.add_file(card, code, by=actor_of(request), upload=upload, **form.said)
    return added(request, pk, code, piece)


@require_POST
def add_document(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Name a document on a leaf."""
    card = find_card(request, pk)
    demand(request, Verb.SCORE, card)
    form = DocumentForm(request.POST, auto_id="document-%s")
    if not form.is_valid():
        return leaf_again(request, card, code, document_form=form, form=form)
    piece = actions.add_document(card, code, by=actor_of(request), **form.cleaned_data)
    return added(request, pk, code, piece)


def added(request: HttpRequest, pk: int, code: str, piece: Evidence) -> HttpResponse:
    """Say that the piece was added and return the way back to its leaf."""
    messages.success(request, _("Đã thêm tài liệu “%(name)s”.") % {"name": piece})
    return redirect(way_on(request, reverse("scoring:leaf", args=[pk, code]) + "#evidence"))


@require_POST
def remove(request: HttpRequest, pk: int, evidence_pk: int) -> HttpResponse:
    """Take a piece of evidence off its leaf; its row and bytes stay for the history."""
    card = find_card(request, pk)
    demand(request, Verb.SCORE, card)
    piece = get_object_or_404(
        Evidence.objects.select_related("score"),
        pk=evidence_pk,
        score__card=card,
        removed_at__isnull=True,
    )
    actions.remove_evidence(piece, by=actor_of(request))
    messages.success(request, _("Đã gỡ tài liệu “%(name)s”.") % {"name": piece})
    default = reverse("scoring:leaf", args=[pk, piece.score.code]) + "#evidence"
    return redirect(way_on(request, default))


@require_GET
def evidence_file(request: HttpRequest, pk: int, evidence_pk: int) -> FileResponse:
    """Give out the bytes of a piece of evidence to who may see it now."""
    card = find_card(request, pk)
    piece = find_evidence(request, card, evidence_pk)
    if piece.file is None:
        raise Http404
    return given_out(piece.file, piece.file_name)


@require_GET
def signed_file(request: HttpRequest, pk: int) -> FileResponse:
    """Give out the signed copy of the card's report, to the host once the card is out of the unit's hands."""
    card = find_card(request, pk)
    if card.signed_file is None or not queries.sees_own_points(actor_of(request), card):
        raise Http404
    return given_out(card.signed_file, f"ban-ky-{card.signed_number}.pdf".replace("/", "-"))


def given_out(stored: StoredFile, name: str) -> FileResponse:
    """Return the bytes as a download that a browser neither guesses at nor runs. Raises OutOfStep if harmful."""
    if stored.state == StoredFile.State.HARMFUL:
        raise OutOfStep(
            _("Tệp “%(name)s” bị chặn: %(finding)s Đơn vị cần gỡ tệp này và tải lên bản khác.")
            % {"name": name, "finding": stored.finding}
        )
    key = files.key_of(stored.unit_id, stored.sha256)
    return core_files.given_out(key, name=name, content_type=stored.content_type)
