"""Error pages, and what machines ask: is it alive, is it ready, may robots read."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from backend.core import clock as database_clock

from .answers import Trouble, answer, not_found


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page, or a thing outside the person's units."""
    return answer(request, not_found())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 that is not a refusal of the domain (those carry their own words)."""
    text = _("Tài khoản của bạn không có quyền mở trang này hoặc làm việc này.")
    advice = _("Nếu công việc cần quyền này, hãy đề nghị người quản trị hệ thống.")
    return answer(request, Trouble(403, "refused", _("Bạn không được làm việc này"), text, advice))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request is malformed, or larger than allowed."""
    text = _("Máy chủ không đọc được yêu cầu, hoặc nội dung gửi lớn quá mức cho phép.")
    advice = _("Hãy quay lại trang trước, kiểm tra rồi gửi lại; nếu nội dung dài, hãy chia thành nhiều lần.")
    return _bare(request, Trouble(400, "bad_request", _("Yêu cầu không hợp lệ"), text, advice))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: says so without touching the database or the session."""
    text = _("Máy chủ gặp lỗi khi làm việc này. Lỗi đã được ghi lại.")
    advice = _(
        "Hãy quay lại trang trước và thử lại sau ít phút. Nếu vẫn lỗi, hãy báo người quản trị hệ thống."
    )
    return _bare(request, Trouble(500, "server_error", _("Máy chủ gặp lỗi"), text, advice))


def _bare(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    """Return the answer without asking who is signed in: the body or the database may be what is broken."""
    if request.path.startswith("/api/") or "HX-Request" in request.headers:
        return answer(request, trouble)
    html = render_to_string("web/error_bare.html", {"trouble": trouble})
    return HttpResponse(html, status=trouble.status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form is too old or comes from another site. What was typed is shown, never sent on by itself."""
    text = _("Trang bạn gửi đã cũ (có thể bạn đã đăng nhập lại ở thẻ khác), nên việc vừa gửi chưa được lưu.")
    advice = _("Hãy mở lại trang rồi nhập lại; những gì bạn đã nhập vẫn còn dưới đây để chép.")
    return answer(request, Trouble(403, "stale_form", _("Trang đã cũ, hãy mở lại"), text, advice))


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and is migrated, else 503; the body names what is not ready."""
    found = {"database": "ok", "migrations": "ok"}
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            found["migrations"] = "missing"
    except DatabaseError:
        found = {"database": "unreachable", "migrations": "unknown"}
    ready = set(found.values()) == {"ok"}
    return JsonResponse(found, status=200 if ready else 503)


@login_not_required
@never_cache
@require_safe
def clock(request: HttpRequest) -> JsonResponse:
    """The database's time, for countdowns of pages that slept."""
    return JsonResponse({"now": database_clock.now().isoformat()})


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines find what was published and stay out of everything else."""
    return HttpResponse("User-agent: *\nAllow: /published/\nDisallow: /\n", content_type="text/plain")


@login_not_required
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """The icon's own address, for browsers that ask for /favicon.ico."""
    return redirect(static("web/icon.svg"))
