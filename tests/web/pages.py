"""The page of all components, and a small site of views that fail, for the tests of the shell."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.views.decorators.debug import sensitive_post_parameters

from backend.config import urls as program
from backend.core.errors import Invalid, OutOfStep, Refused, Stale

NOW = datetime(2027, 1, 4, 7, 5, tzinfo=UTC)
CLOSES = datetime(2027, 1, 7, 17, tzinfo=UTC)
NAV = [
    (title, f"/{number}/", number == 1)
    for number, title in enumerate(["Bàn làm việc", "Phiếu tự chấm", "Phê duyệt", "Thẩm định", "Kết quả"])
]


class PointsForm(forms.Form):
    """One field of every kind."""

    points = forms.CharField(
        label="Điểm tự chấm",
        help_text="Ví dụ 8,5. Tối đa 10,00.",
        widget=forms.TextInput(attrs={"class": "input-points"}),
    )
    reason = forms.CharField(label="Lý do", widget=forms.Textarea, required=False)
    band = forms.ChoiceField(
        label="Xếp loại", choices=[("a", "Xuất sắc"), ("b", "Tốt")], widget=forms.RadioSelect
    )
    kind = forms.ChoiceField(label="Loại đơn vị", choices=[("a", "Ủy ban nhân dân xã, phường")])
    checked = forms.BooleanField(label="Tôi đã kiểm tra mọi tiêu chí")
    file = forms.FileField(label="Tệp", required=False)
    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_points(self) -> str:
        """Refuse twelve thousand five hundred, or twelve and a half: nobody knows."""
        if self.cleaned_data["points"] == "12.500":
            raise forms.ValidationError("“12.500” đọc được thành 12500 hay 12,5. Hãy nhập lại.")
        return self.cleaned_data["points"]


def components(request: HttpRequest) -> HttpResponse:
    """Show every component; ``?bad`` shows the form with errors."""
    form = PointsForm({"points": "12.500", "reason": "Đã gõ"} if "bad" in request.GET else None)
    form.is_valid()
    source = Path(__file__).with_name("components.html").read_text()
    context = {
        "form": form,
        "nav": NAV,
        "demo": True,
        "now": NOW,
        "closes_at": CLOSES,
        "total": Decimal("87.125"),
        "change": Decimal("1.5"),
        "share": Decimal("93.571"),
        "page": Paginator(range(230), 20).page(6),
    }
    return HttpResponse(engines["django"].from_string(source).render(context, request))


TROUBLES = {
    "refused": lambda: Refused("Bạn không có quyền phê duyệt ở đơn vị này."),
    "late": lambda: OutOfStep("Đã quá hạn tự chấm điểm."),
    "stale": lambda: Stale("Người khác vừa lưu.", theirs=Decimal("7.5"), yours=Decimal(8)),
    "invalid": lambda: Invalid(
        "Điểm không hợp lệ.",
        fields={"points": ["“12,5” lớn hơn điểm tối đa 10,00."], "other": ["Thiếu tệp."]},
    ),
    "missing": lambda: Http404("không có"),
    "denied": lambda: PermissionDenied,
    "suspicious": lambda: SuspiciousOperation("lạ"),
    "broken": lambda: RuntimeError("cái gì đó hỏng"),
}


@login_not_required
def fail(request: HttpRequest, kind: str) -> HttpResponse:
    """Raise the named trouble; "nothing" is none."""
    if kind == "nothing":
        return HttpResponse(status=204)
    trouble = TROUBLES[kind]()
    raise trouble


@login_not_required
@sensitive_post_parameters("one_time")
def fail_secretly(request: HttpRequest) -> HttpResponse:
    """Refuse a form that carries secrets."""
    trouble = TROUBLES["late"]()
    raise trouble


def private(request: HttpRequest) -> HttpResponse:
    """Open to people who signed in only."""
    return HttpResponse("riêng")


urlpatterns = [
    path("components/", login_not_required(components), name="components"),
    path("fail/<str:kind>/", fail),
    path("api/fail/<str:kind>/", fail),
    path("secret/", fail_secretly),
    path("private/", private),
    *program.urlpatterns,
]
handler400 = program.handler400
handler403 = program.handler403
handler404 = program.handler404
handler500 = program.handler500
