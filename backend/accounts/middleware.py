"""Who came with a one-time password chooses her own before anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext as _

ALLOWED = {"accounts:change_password", "accounts:sign_out"}


class FirstPasswordMiddleware:
    """Sends a person with a one-time password to the page where she chooses her own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Return the way to the page of passwords, None where nothing stands against the view."""
        user: Any = request.user
        if not user.is_authenticated or not user.must_change_password or _is_open(request, view):
            return None
        return _first_the_password(request)


def _is_open(request: HttpRequest, view: Callable[..., Any]) -> bool:
    match = request.resolver_match
    return bool(match and match.view_name in ALLOWED) or not getattr(view, "login_required", True)


def _first_the_password(request: HttpRequest) -> HttpResponse:
    page = resolve_url("accounts:change_password")
    if request.path.startswith("/api/"):
        sentence = _("Bạn đang dùng mật khẩu một lần. Hãy đổi mật khẩu trên trang web trước.")
        body = {"error": "refused", "message": sentence, "advice": "", "fields": {}, "details": {}}
        return JsonResponse(body, status=403, json_dumps_params={"ensure_ascii": False})
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=403, headers={"HX-Redirect": page})
    return redirect(page)
