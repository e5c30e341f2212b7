"""Pages of batches: begin one, watch it, stop it, go on, fetch the zip."""

from __future__ import annotations

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from permissions.actor import Actor
from reports import queries as reports
from reports.bulk import actions, queries
from reports.bulk.models import Batch
from reports.bulk.serving import zip_response
from reports.forms import AskForm
from reports.models import Document


@require_http_methods(["GET", "POST"])
def batch_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the person's batches of a round; begin one."""
    round_ = get_object_or_404(reports.rounds_for(_actor(request)), pk=pk)
    if not reports.may_preview(_actor(request), round_):
        raise Http404
    if request.method == "POST":
        form = AskForm(request.POST)
        if not form.is_valid():
            raise Http404
        made = actions.start(round_, form.cleaned_data["kind"], by=_actor(request))
        return redirect("reports:batch", pk=made.pk)
    found = [
        (one, queries.progress_of(one)) for one in queries.batches_for(_actor(request)).filter(round=round_)
    ]
    context = {
        "round": round_,
        "batches": [(one, Document.Kind(one.kind).label, progress) for one, progress in found],
        "kinds": queries.KINDS,
        "demo": round_.is_illustration or settings.DEMO,
    }
    return render(request, "reports/batch_list.html", context)


@require_GET
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a batch is; htmx asks for the middle part only."""
    found = _batch(request, pk)
    context = {
        "batch": found,
        "title": Document.Kind(found.kind).label,
        "progress": queries.progress_of(found),
        "failed": found.items.filter(state="failed").select_related("card"),
        "demo": found.is_illustration or settings.DEMO,
    }
    partial = request.headers.get("HX-Request") == "true"
    return render(request, "reports/_batch.html" if partial else "reports/batch.html", context)


@require_POST
def batch_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a batch."""
    actions.cancel(_batch(request, pk), by=_actor(request))
    return redirect("reports:batch", pk=pk)


@require_POST
def batch_resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on with a batch."""
    actions.resume(_batch(request, pk), by=_actor(request))
    return redirect("reports:batch", pk=pk)


@require_GET
def batch_file(request: HttpRequest, pk: int) -> FileResponse:
    """Return the zip."""
    return zip_response(_batch(request, pk))


def _batch(request: HttpRequest, pk: int) -> Batch:
    found = get_object_or_404(queries.batches_for(_actor(request)), pk=pk)
    if not queries.may_read(_actor(request), found):
        raise Http404
    return found


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
