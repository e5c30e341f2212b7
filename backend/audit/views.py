"""The log for everybody: no sign-in is asked, since what nobody sees nobody can hold against a change."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backend.audit import queries
from backend.core.errors import OutOfStep

A_PAGE = 20


@login_not_required
@require_safe
def checkpoint_list(request: HttpRequest) -> HttpResponse:
    """Show the checkpoints page by page, the newest first, the published key and how to check with them."""
    page = Paginator(queries.every(), A_PAGE).get_page(request.GET.get("page"))
    context = {"checkpoints": queries.shown(page), "page": page, "key": queries.published_key()}
    return render(request, "audit/checkpoint_list.html", context)


@login_not_required
@require_safe
def note(request: HttpRequest, number: int) -> HttpResponse:
    """Hand out one checkpoint's signed note as the file that the program reads. Raises OutOfStep before it is made."""
    made = queries.every().filter(number=number).first()
    if made is None:
        raise OutOfStep(_("Chưa có lần chốt sổ số %(number)s.") % {"number": number})
    return _file(made.note, f"chot-so-{number:06}.txt")


@login_not_required
@require_safe
def key(request: HttpRequest) -> HttpResponse:
    """Hand out the published key as a file. Raises OutOfStep before there is one."""
    published = queries.published_key()
    if not published:
        raise OutOfStep(_("Cơ quan vận hành chưa tạo khoá ký."))
    return _file(f"{published}\n", "khoa.txt")


def _file(text: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


@login_not_required
@require_safe
def program(request: HttpRequest) -> FileResponse:
    """Hand out the program that checks a bundle without this server."""
    file = Path(__file__).parent / "outside" / "verify_bundle.py"
    return FileResponse(file.open("rb"), as_attachment=True, content_type="text/x-python; charset=utf-8")
