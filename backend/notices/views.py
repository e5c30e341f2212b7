"""A person's messages."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from backend.notices import actions, queries

PER_PAGE = 30


@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    """Show the person's messages, newest first."""
    pages = Paginator(queries.notices_for(request.user.pk), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    return render(request, "notices/notice_list.html", {"page": page})


@require_POST
def mark_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a message was read and go where it points, or back to the list."""
    notice = get_object_or_404(queries.notices_for(request.user.pk), pk=pk)
    actions.mark_read(notice)
    return redirect(notice.url or "notices:notice_list")


@require_POST
def mark_all_read(request: HttpRequest) -> HttpResponse:
    """Note that all messages were read."""
    actions.mark_all_read(request.user.pk)
    return redirect("notices:notice_list")
