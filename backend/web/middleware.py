"""Turns a refusal of the domain, and a session that has ended, into an answer that loses nothing typed."""

from collections.abc import Callable

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.core.errors import DomainError, Invalid, OutOfStep, Refused, Stale

from .answers import Trouble, answer

TITLES = (
    (Stale, "stale", gettext_lazy("Có người vừa lưu trước bạn")),
    (Invalid, "invalid", gettext_lazy("Có chỗ cần sửa")),
    (OutOfStep, "out_of_step", gettext_lazy("Chưa làm được vào lúc này")),
    (Refused, "refused", gettext_lazy("Bạn không được làm việc này")),
    (DomainError, "error", gettext_lazy("Chưa làm được việc này")),
)
ADVICE = {
    "stale": gettext_lazy("Hãy xem cả hai giá trị dưới đây, mở lại trang rồi nhập lại nếu vẫn cần."),
    "invalid": gettext_lazy("Hãy sửa rồi gửi lại. Những gì bạn đã nhập vẫn còn dưới đây."),
    "out_of_step": gettext_lazy("Hãy mở lại trang để xem tình trạng hiện nay."),
    "refused": gettext_lazy("Nếu công việc cần quyền này, hãy đề nghị người quản trị hệ thống."),
}


class ErrorMiddleware:
    """Answers every DomainError that a view lets through; other errors go on to Django."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page, notice or JSON of a refusal; None for anything else."""
        if not isinstance(exception, DomainError):
            return None
        return answer(request, trouble_of(exception))


def trouble_of(refusal: DomainError) -> Trouble:
    """Return the refusal in words for a person; 422 may be corrected and sent again in place."""
    kind, title = next((kind, title) for cls, kind, title in TITLES if isinstance(refusal, cls))
    return Trouble(
        status=refusal.status,
        kind=kind,
        title=str(title),
        message=refusal.message,
        advice=str(ADVICE.get(kind, "")),
        fields=getattr(refusal, "fields", {}),
        details=refusal.details,
        resend=isinstance(refusal, Invalid),
    )


class SignInMiddleware(LoginRequiredMiddleware):
    """Asks for sign-in as Django does, except when that would throw away what was sent."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., object]) -> HttpResponse:
        """Return the redirect to sign-in for a page; for a POST or htmx, an answer that keeps what was typed."""
        plain = request.method in {"GET", "HEAD"} and "HX-Request" not in request.headers
        if plain and not request.path.startswith("/api/"):
            return super().handle_no_permission(request, view_func)
        return answer(request, _signed_out(), template="web/signed_out.html")


def _signed_out() -> Trouble:
    return Trouble(
        401,
        "signed_out",
        _("Phiên làm việc đã hết"),
        _("Bạn chưa đăng nhập, hoặc phiên làm việc đã hết, nên việc vừa gửi chưa được lưu."),
        _("Hãy đăng nhập lại ở một thẻ khác của trình duyệt, rồi trở lại đây gửi lần nữa."),
    )
