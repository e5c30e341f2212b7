"""Every refusal in one shape: {error, message, advice, fields, details}."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from backend.core.errors import DomainError, Invalid

_NAMES = {400: "bad_request", 401: "signed_out", 403: "refused", 404: "not_found", 405: "bad_method"}
_NAMES |= {409: "out_of_step", 415: "bad_media", 422: "invalid", 429: "too_many"}


def handle(problem: Exception, context: dict[str, Any]) -> Response | None:
    """Return the refusal as JSON with its status; None lets an unknown fault rise (500)."""
    answer = _answer(problem)
    if answer is not None:
        set_rollback()
    return answer


def _answer(problem: Exception) -> Response | None:
    if isinstance(problem, DomainError):
        fields = problem.fields if isinstance(problem, Invalid) else {}
        return _shape(problem.status, problem.message, fields=fields, details=problem.details)
    if isinstance(problem, Http404):
        return _shape(404, _("Không có mục này, hoặc nó ngoài phạm vi của bạn."))
    if isinstance(problem, PermissionDenied):
        return _shape(403, _("Bạn không có quyền làm việc này."))
    if isinstance(problem, exceptions.ValidationError):
        return _shape(422, _("Dữ liệu gửi lên chưa đúng."), fields=_fields(problem.detail))
    if isinstance(problem, exceptions.APIException):
        return _from_rest(problem)
    return None


def _from_rest(problem: exceptions.APIException) -> Response:
    code = problem.status_code
    if isinstance(problem, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return _shape(status.HTTP_401_UNAUTHORIZED, _("Hãy đăng nhập rồi gửi lại."))
    sentences = {
        403: _("Bạn không có quyền làm việc này, hoặc phiên làm việc đã hết hạn."),
        405: _("Địa chỉ này không nhận cách gửi đó."),
        415: _("Hãy gửi dữ liệu dạng JSON."),
    }
    return _shape(code, sentences.get(code, _("Không đọc được yêu cầu gửi lên.")))


def _fields(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    if isinstance(detail, dict):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            found |= _fields(inner, f"{prefix}.{name}" if prefix else str(name))
        return found
    if isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        return {k: v for n, item in enumerate(detail) for k, v in _fields(item, f"{prefix}.{n}").items()}
    sentences = detail if isinstance(detail, list) else [detail]
    return {prefix or "data": [str(sentence) for sentence in sentences]}


def _shape(code: int, message: str, *, fields: Any = None, details: Any = None) -> Response:
    body = {"error": _NAMES.get(code, "error"), "message": message, "advice": ""}
    return Response(body | {"fields": fields or {}, "details": details or {}}, status=code)
