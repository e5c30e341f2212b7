"""A person's messages, and how she wants them."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.notices import actions, queries
from backend.notices.forms import NoticeFilterForm, PreferencesForm

PER_PAGE = 30


@require_GET
def notice_list(request: HttpRequest) -> HttpResponse:
    """Show the person's messages, newest first."""
    filters = NoticeFilterForm(request.GET, auto_id="filter-%s")
    chosen = filters.chosen()
    pages = Paginator(queries.notices_for(request.user.pk, **chosen), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {"page": page, "filters": filters, "filtered": bool(chosen)}
    return render(request, "notices/notice_list.html", context)


@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Let the person choose how she is told of each kind of messages."""
    form = PreferencesForm(request.POST or None, chosen=queries.preferences_of(request.user.pk))
    if form.is_valid() and form.carry_out(lambda: actions.prefer(request.user, form.ways())):  # type: ignore[arg-type]
        messages.success(request, _("Đã lưu cách nhận thông báo."))
        return redirect("notices:preferences")
    context = {"form": form, "hour": settings.DIGEST_HOUR}
    return render(request, "notices/preferences.html", context, status=422 if form.errors else 200)


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
