"""Shapes of what an administrator types about people."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from backend.core.dates import VNDateField
from backend.core.errors import Invalid
from backend.core.forms import ActingForm
from backend.core.text import NFCCharField
from permissions.actor import Actor
from permissions.roles import ROLE_TITLES, Role
from tiers.models import Unit
from tiers.people import queries
from tiers.people.actions import FIELD_CODES, Wish, proper_username

ROLES = [(str(role), title) for role, title in ROLE_TITLES.items()]
SEAT = ("role", "acts_for", "workplace", "title", "fields_limit", "starts_on", "last_day",
        "decision_number", "decision_date")  # fmt: skip


class UnitField(forms.ModelChoiceField):
    """One of the units the administrator manages, shown with its code."""

    def label_from_instance(self, unit: Unit) -> str:  # type: ignore[override]
        """Return "Phường Cái Khế (31120)"."""
        return f"{unit.name} ({unit.code})"


class FilterForm(forms.Form):
    """The row above the list."""

    unit = UnitField(Unit.objects.none(), label=_("Đơn vị"), required=False, empty_label=_("Tất cả"))
    role = forms.ChoiceField(label=_("Vai trò"), required=False, choices=[("", _("Tất cả")), *ROLES])
    state = forms.ChoiceField(
        label=_("Tình trạng"),
        required=False,
        choices=[
            ("", _("Tất cả")),
            ("active", _("Đang hoạt động")),
            ("first", _("Chưa đổi mật khẩu lần đầu")),
            ("disabled", _("Đã vô hiệu hoá")),
            ("unseated", _("Không giữ vai trò nào")),
        ],
    )

    def __init__(self, actor: Actor, day: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = queries.units_for(actor, day)  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """Return what was chosen; a choice that is none counts as "all"."""
        self.is_valid()
        names = ("unit", "role", "state")
        return {name: self.cleaned_data.get(name) or (None if name == "unit" else "") for name in names}


class ReasonForm(forms.Form):
    """Why; kept in the history."""

    reason = NFCCharField(
        label=_("Lý do"), max_length=500, help_text=_("Lý do được lưu trong lịch sử."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class ResetForm(ReasonForm):
    """Why, and whether the telephone is lost too."""

    without_factor = forms.BooleanField(label=_("Tắt cả xác thực hai lớp (mất điện thoại)"), required=False)


class EndForm(ReasonForm):
    """The last day of a seat, why, and by which decision."""

    field_order = ("last_day", "reason", "decision")
    last_day = VNDateField(
        label=_("Ngày cuối giữ vai trò"), required=False, help_text=_("Bỏ trống để kết thúc ngay bây giờ.")
    )
    decision = NFCCharField(label=_("Số quyết định"), required=False, max_length=100)


class PersonForm(ActingForm):
    """Name and contact."""

    full_name = NFCCharField(label=_("Tên hiển thị"), max_length=200)
    email = forms.EmailField(label=_("Thư điện tử"), required=False)
    phone = NFCCharField(label=_("Điện thoại"), required=False, max_length=20)


class SeatForm(ActingForm):
    """A seat: role, unit, from when to when, by which decision."""

    role = forms.ChoiceField(label=_("Vai trò"), choices=[("", _("Chọn vai trò")), *ROLES])
    acts_for = UnitField(
        Unit.objects.none(), label=_("Đơn vị"), empty_label=_("Chọn đơn vị"),
        help_text=_("Đơn vị mà người này thay mặt: thành viên Hội đồng của thành phố thì chọn thành phố."),
    )  # fmt: skip
    workplace = UnitField(
        Unit.objects.none(), label=_("Nơi công tác"), required=False, empty_label=_("Chính đơn vị trên"),
        help_text=_("Người công tác ở nơi nào thì không được thẩm định, gia hạn cho nơi ấy."),
    )  # fmt: skip
    title = NFCCharField(label=_("Chức vụ"), required=False, max_length=200)
    fields_limit = forms.RegexField(
        rf"{FIELD_CODES}\Z", label=_("Chỉ trong các lĩnh vực"), required=False, max_length=200,
        help_text=_(
            "Mã lĩnh vực, cách nhau bằng dấu phẩy, ví dụ 1, 3. Nếu bộ tiêu chí của các loại đơn vị đánh số khác nhau "
            "thì ghi mã loại ở trước, ví dụ xa:5. Bỏ trống là mọi lĩnh vực."
        ),
    )  # fmt: skip
    starts_on = VNDateField(label=_("Từ ngày"), required=False, help_text=_("Bỏ trống là từ bây giờ."))
    last_day = VNDateField(
        label=_("Đến hết ngày"), required=False, help_text=_("Bỏ trống là chưa định ngày kết thúc.")
    )
    decision_number = NFCCharField(label=_("Số quyết định"), required=False, max_length=100)
    decision_date = VNDateField(label=_("Ngày quyết định"), required=False)

    def __init__(self, actor: Actor, day: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("acts_for", "workplace"):
            self.fields[name].queryset = queries.units_for(actor, day)  # type: ignore[attr-defined]

    def wish(self) -> Wish:
        """Return the seat asked for."""
        values = {name: self.cleaned_data[name] for name in SEAT}
        return Wish(**values | {"role": Role(values["role"])})

    def person(self) -> dict[str, str]:
        """Return what is not of the seat."""
        return {name: value for name, value in self.cleaned_data.items() if name not in SEAT}


class AccountForm(PersonForm, SeatForm):
    """A new account with its first seat."""

    username = forms.CharField(
        label=_("Tên đăng nhập"), max_length=60,
        help_text=_("Chữ cái không dấu, chữ số, dấu chấm hoặc gạch; ví dụ 31117.chuyenvien."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    field_order = ("username", "full_name", "email", "phone", *SEAT)

    def clean_username(self) -> str:
        """Return the username as accounts hold it."""
        try:
            return proper_username(self.cleaned_data["username"])
        except Invalid as refusal:
            raise ValidationError(refusal.message) from None


class UploadForm(ActingForm):
    """The file of an import."""

    file = forms.FileField(
        label=_("Tệp XLSX"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        help_text=_("Tối đa 5 MB và 1000 dòng. Chưa có gì được lưu cho đến khi bạn xác nhận ở bước sau."),
    )
