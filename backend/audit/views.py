"""The log for everybody: no sign-in is asked, since what nobody sees nobody can hold against a change."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.audit import queries


@login_not_required
@require_safe
def checkpoint_list(request: HttpRequest) -> HttpResponse:
    """Show the newest checkpoints, the published key and how to check with them."""
    context = {"checkpoints": queries.shown(), "key": queries.published_key()}
    return render(request, "audit/checkpoint_list.html", context)


@login_not_required
@require_safe
def program(request: HttpRequest) -> FileResponse:
    """Hand out the program that checks a bundle without this server."""
    file = Path(__file__).parent / "outside" / "verify_bundle.py"
    return FileResponse(file.open("rb"), as_attachment=True, content_type="text/x-python; charset=utf-8")
