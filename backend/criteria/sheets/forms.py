"""The file of an import, as it is sent and as it travels from the preview to the button."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.core.errors import Invalid
from backend.core.forms import ActingForm, CheckedFileField
from backend.criteria.sheets.lines import Reading

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


def keep(reading: Reading, *, set_key: int, revision: int) -> str:
    """Return the reading as text that only this program can have written, for this draft as it stands.

    Raises Invalid where it is too large to travel.
    """
    kept = {"set": set_key, "revision": revision, "reading": reading.as_json()}
    text = signing.dumps(kept, salt=SALT, compress=True)
    if len(text) > MOST_KEPT:
        raise Invalid(_("Tệp có quá nhiều chữ. Hãy chỉ giữ bảng tiêu chí rồi gửi lại."))
    return text


def kept_from(text: str, *, set_key: int) -> tuple[Reading, int]:
    """Return what ``keep`` kept, and the draft's revision then. Raises Invalid after an hour or if touched."""
    try:
        kept = signing.loads(text, salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        kept = {}
    if kept.get("set") != set_key:
        raise Invalid(_("Bản xem trước đã quá một giờ hoặc không còn nguyên vẹn. Hãy gửi lại tệp."))
    return Reading.from_json(kept["reading"]), kept["revision"]
