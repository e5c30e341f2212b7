"""The log for everybody: no sign-in is asked, since what nobody sees nobody can hold against a change."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.audit import queries


@login_not_required
@require_safe
def checkpoint_list(request: HttpRequest) -> HttpResponse:
    """Show the newest checkpoints, the published key and how to check with them."""
    context = {"checkpoints": queries.shown(), "key": queries.published_key()}
    return render(request, "audit/checkpoint_list.html", context)
