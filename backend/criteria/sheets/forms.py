"""The file of an import, as it is sent and as it travels from the preview to the button."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.core.errors import Invalid
from backend.core.forms import ActingForm, CheckedFileField
from backend.core.text import NFCCharField
from backend.criteria.forms.versions import YEARS
from backend.criteria.sheets.lines import Reading
from tiers.models import Kind, Unit

SALT = "criteria.sheets"
KEPT_FOR = 60 * 60
# What a browser may send back in one field; the server takes two and a half megabytes in all.
MOST_KEPT = 2_000_000
ENDINGS = (".xlsx", ".csv")


class SheetField(CheckedFileField):
    """An XLSX that passes the door, or a CSV, which is only text."""

    widget = forms.FileInput(attrs={"accept": ",".join(ENDINGS)})

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the upload. Raises ValidationError for another kind of file."""
        name = str(getattr(data, "name", "")).lower()
        if name and not name.endswith(ENDINGS):
            raise forms.ValidationError(
                _("Chỉ nhận tệp .xlsx hoặc .csv. Hãy mở tệp bằng Excel, lưu lại dạng .xlsx rồi gửi lại.")
            )
        if name.endswith(".csv"):
            return forms.FileField.clean(self, data, initial)
        return super().clean(data, initial)


class SheetForm(ActingForm):
    """The file of an import."""

    file = SheetField(
        label=gettext_lazy("Tệp Excel"),
        help_text=gettext_lazy(
            "Tệp .xlsx (hoặc .csv), tối đa 5 MB và 2000 dòng. Bước này chỉ xem trước, chưa lưu gì."
        ),
    )


class NewSheetForm(SheetForm):
    """The file of an import that makes a draft; ``owners`` are the units whose sets the person writes."""

    owner = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("Cơ quan ban hành"), empty_label=None
    )
    kind = forms.ModelChoiceField(
        Kind.objects.all(),
        label=gettext_lazy("Loại đơn vị được đánh giá"),
        empty_label=gettext_lazy("Chọn loại"),
    )
    year = forms.IntegerField(
        label=gettext_lazy("Năm đánh giá"),
        widget=forms.TextInput(attrs={"class": "input-short", "autocomplete": "off"}),
        **YEARS,
    )
    title = NFCCharField(
        label=gettext_lazy("Tên bộ tiêu chí"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Để trống thì tên theo loại đơn vị và năm."),
    )

    field_order = ["owner", "kind", "year", "title", "file"]

    def __init__(self, *args: Any, owners: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Return kind, year and title of the draft."""
        kind, year = self.cleaned_data["kind"], self.cleaned_data["year"]
        usual = _("Bộ tiêu chí %(kind)s năm %(year)d") % {"kind": kind.title, "year": year}
        return {"kind": kind, "year": year, "title": self.cleaned_data["title"] or usual}


def keep(reading: Reading, *, set_key: int = 0, revision: int = 0, new: dict[str, Any] | None = None) -> str:
    """Return the reading as text that only this program can have written, for this draft as it stands.

    ``new`` (JSON) says which draft it is to make, where there is none yet. Raises Invalid where it is too large
    to travel.
    """
    kept = {"set": set_key, "revision": revision, "new": new, "reading": reading.as_json()}
    text = signing.dumps(kept, salt=SALT, compress=True)
    if len(text) > MOST_KEPT:
        raise Invalid(_("Tệp có quá nhiều chữ. Hãy chỉ giữ bảng tiêu chí rồi gửi lại."))
    return text


def kept_from(text: str, *, set_key: int) -> tuple[Reading, int]:
    """Return what ``keep`` kept, and the draft's revision then. Raises Invalid after an hour or if touched."""
    kept = _loaded(text, set_key)
    return Reading.from_json(kept["reading"]), kept["revision"]


def new_from(text: str) -> tuple[Reading, dict[str, Any]]:
    """Return the reading and the ``new`` that ``keep`` kept. Raises Invalid as ``kept_from`` does."""
    kept = _loaded(text, 0)
    return Reading.from_json(kept["reading"]), kept["new"]


def _loaded(text: str, set_key: int) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = signing.loads(text, salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        kept = {}
    if kept.get("set") != set_key:
        raise Invalid(_("Bản xem trước đã quá một giờ hoặc không còn nguyên vẹn. Hãy gửi lại tệp."))
    return kept
