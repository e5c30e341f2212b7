"""What a person typed into a request that failed, so that an error page can give it back."""

import re
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

SECRET = re.compile(r"password|passphrase|secret|token|otp|mật khẩu", re.IGNORECASE)
TECHNICAL = {"csrfmiddlewaretoken", "next", "version", "id", "pk", "at", "seen", "digest", "over", "undo"}
LABELS = {
    "points": _("Điểm"),
    "reason": _("Lý do"),
    "note": _("Ghi chú"),
    "comment": _("Nhận xét"),
    "explanation": _("Giải trình"),
    "difficulties": _("Khó khăn, vướng mắc"),
    "proposals": _("Kiến nghị, đề xuất"),
    "title": _("Tiêu đề"),
    "name": _("Tên"),
    "code": _("Mã"),
    "number": _("Số văn bản"),
    "document": _("Văn bản"),
    "issuer": _("Cơ quan ban hành"),
    "section": _("Mục"),
    "page": _("Trang"),
    "date": _("Ngày"),
    "opens": _("Ngày mở"),
    "closes": _("Ngày khoá"),
    "year": _("Năm"),
    "username": _("Tên đăng nhập"),
    "text": _("Nội dung trao đổi"),
    "mentioned": _("Người được nhắc tới"),
    "answer": _("Trả lời"),
    "question": _("Yêu cầu giải trình"),
    "new_close": _("Hạn mới"),
    "issued_on": _("Ngày ban hành"),
    "signed_on": _("Ngày ký"),
    "assignee": _("Giao cho"),
    "codes": _("Mã tiêu chí"),
    "fields": _("Lĩnh vực"),
    "due": _("Hạn nội bộ"),
    "order": _("Thứ tự"),
    "verdict": _("Ý kiến"),
    "subject": _("Tiêu đề"),
    "body": _("Nội dung"),
    "decision_number": _("Số quyết định"),
    "decision_date": _("Ngày quyết định"),
    "taker": _("Người được ủy quyền"),
    "first_day": _("Từ ngày"),
    "last_day": _("Đến hết ngày"),
}


@dataclass(frozen=True)
class Typed:
    """One value of the failed request. ``hidden``: sent again but not worth showing."""

    name: str
    label: str
    value: str
    hidden: bool = False
    long: bool = False
    errors: tuple[str, ...] = ()


def typed_in(request: HttpRequest, errors: dict[str, list[str]] | None = None) -> list[Typed]:
    """Return every value posted, in order; secrets and the CSRF token are left out."""
    wrong = errors or {}
    return [
        _typed(name, value, tuple(wrong.get(name, ())))
        for name, values in request.POST.lists()
        if not _is_secret(request, name)
        for value in values
    ]


def files_in(request: HttpRequest) -> list[str]:
    """Return the names of the files sent; a browser does not let a page choose them again."""
    return [file.name for _, files in request.FILES.lists() for file in files]


def _is_secret(request: HttpRequest, name: str) -> bool:
    # Set by django.views.decorators.debug.sensitive_post_parameters; "__ALL__" or names.
    sensitive = getattr(request, "sensitive_post_parameters", ())
    return (
        name == "csrfmiddlewaretoken"
        or sensitive == "__ALL__"
        or name in sensitive
        or bool(SECRET.search(name))
    )


def _typed(name: str, value: str, errors: tuple[str, ...]) -> Typed:
    return Typed(
        name=name,
        label=str(LABELS.get(name, name.replace("_", " "))),
        value=value,
        hidden=name in TECHNICAL,
        long=len(value) > 60 or "\n" in value,
        errors=errors,
    )
