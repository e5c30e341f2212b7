"""One error, three ways of saying it: a page, a notice put into the page (htmx), or JSON under /api/."""

import json
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from .typed import files_in, typed_in


@dataclass(frozen=True)
class Trouble:
    """What happened (``title``, ``message``), what to do (``advice``), and the values that belong to it."""

    status: int
    kind: str
    title: str
    message: str
    advice: str = ""
    fields: dict[str, list[str]] = field(default_factory=dict)
    details: dict[str, object] = field(default_factory=dict)
    # Whether the typed values may be sent again from the error page.
    resend: bool = False


def answer(request: HttpRequest, trouble: Trouble, *, template: str = "web/error.html") -> HttpResponse:
    """Return the answer in the kind the request asks for, with the trouble's status."""
    if request.path.startswith("/api/"):
        return _as_json(trouble)
    if request.headers.get("HX-Request") == "true":
        return _as_notice(request, trouble)
    return _as_page(request, trouble, template)


def _as_json(trouble: Trouble) -> HttpResponse:
    body = {"error": trouble.kind, "message": trouble.message, "advice": trouble.advice}
    body |= {"fields": trouble.fields, "details": trouble.details}
    text = json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False)
    return HttpResponse(text, status=trouble.status, content_type="application/json")


def _as_notice(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    html = render_to_string("web/_error_notice.html", {"trouble": trouble}, request=request)
    # The form is left as it is, so that nothing typed is lost; only the notice changes.
    headers = {"HX-Retarget": "#page-alert", "HX-Reswap": "innerHTML show:top"}
    return HttpResponse(html, status=trouble.status, headers=headers)


def _as_page(request: HttpRequest, trouble: Trouble, template: str) -> HttpResponse:
    posted = request.method == "POST"
    context = {
        "trouble": trouble,
        "typed": typed_in(request, trouble.fields) if posted else [],
        "files": files_in(request) if posted else [],
        "back": _back(request),
        "general": _general(trouble, request),
    }
    return HttpResponse(render_to_string(template, context, request=request), status=trouble.status)


def _general(trouble: Trouble, request: HttpRequest) -> list[str]:
    """Return the sentences about fields that the request did not carry; they have no input to stand at."""
    return [
        sentence
        for name, sentences in trouble.fields.items()
        if name not in request.POST
        for sentence in sentences
    ]


def _back(request: HttpRequest) -> str:
    """Return the path of the page the person came from, when it is one of ours."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc != request.get_host() or not came_from.path.startswith("/"):
        return "/"
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")


def not_found() -> Trouble:
    """Return the trouble of an address that does not exist or lies outside the person's units."""
    return Trouble(
        404,
        "not_found",
        _("Không tìm thấy trang"),
        _("Trang không tồn tại, hoặc thuộc đơn vị nằm ngoài phạm vi của bạn."),
        _("Hãy kiểm tra lại địa chỉ, hoặc đi từ Bàn làm việc."),
    )
