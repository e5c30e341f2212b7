"""What forms of every slice share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .errors import Invalid
from .fields import PointsFormField
from .files import receive
from .files.kinds import ACCEPT
from .text import NFCCharField

_UNKNOWN_VERSION = gettext_lazy(
    "Hệ thống không biết bạn đã xem giá trị nào trước khi sửa. Hãy tải lại trang rồi nhập lại."
)


def short(classes: str = "input-short") -> forms.TextInput:
    """Return a box for a number or a code, without the browser's suggestions."""
    return forms.TextInput(attrs={"class": classes, "autocomplete": "off"})


def points_field(**options: Any) -> PointsFormField:
    """Return a field for points, wide enough for them."""
    attrs = {"class": "input-points", "inputmode": "decimal", "autocomplete": "off"}
    return PointsFormField(widget=forms.TextInput(attrs=attrs), **options)


def area(rows: int, **options: Any) -> NFCCharField:
    """Return a field for a longer text, so many rows high."""
    return NFCCharField(widget=forms.Textarea(attrs={"rows": rows}), **options)


class VersionField(forms.IntegerField):
    """The version of a row that the person has seen, sent along unseen."""

    widget = forms.HiddenInput

    def __init__(self, **options: Any) -> None:
        messages = dict.fromkeys(("required", "invalid"), _UNKNOWN_VERSION)
        super().__init__(label=gettext_lazy("Trang đã mở"), error_messages=messages, **options)
        self.validators = [MinValueValidator(0, _UNKNOWN_VERSION)]


class NumbersField(forms.Field):
    """Whole numbers with commas between them; gives a list, empty where nothing was typed."""

    widget = forms.TextInput(attrs={"class": "input-short", "inputmode": "numeric", "autocomplete": "off"})

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def to_python(self, value: Any) -> list[int]:
        """Return the numbers. Raises ValidationError for anything else."""
        parts = str(value or "").replace(";", ",").replace(" ", ",").split(",")
        found = [part for part in parts if part]
        if any(not (part.isascii() and part.isdigit() and len(part) < 5) for part in found):
            raise ValidationError(_("Chỉ nhập số nguyên, cách nhau bằng dấu phẩy."))
        return [int(part) for part in found]


class CheckedFileField(forms.FileField):
    """A file that passes the door (``files.receive``); the reason stands at the field."""

    widget = forms.FileInput(attrs={"accept": ACCEPT})

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the upload itself, judged by its content; None where none was sent and none is required."""
        upload = super().clean(data, initial)
        if upload is None:
            return None
        try:
            receive(upload)
        except Invalid as refusal:
            raise ValidationError(refusal.message, code="file") from None
        return upload


class ActingForm(forms.Form):
    """A form whose action may refuse what was typed; the refusal is shown at its field, nothing is lost."""

    def carry_out(self, act: Callable[[], Any]) -> bool:
        """Do ``act`` and return whether it was done.

        What it refuses as Invalid becomes this form's errors; any other refusal goes on to its page.
        """
        try:
            act()
        except Invalid as refusal:
            self._take(refusal)
        return not self.errors

    def _take(self, refusal: Invalid) -> None:
        own = {name: sentences for name, sentences in refusal.fields.items() if name in self.fields}
        for name, sentences in own.items():
            for sentence in sentences:
                self.add_error(name, sentence)
        if not own:
            self.add_error(None, refusal.message)


def demand(form: forms.Form) -> dict[str, Any]:
    """Return what a form of a confirmation holds. Raises Invalid, field by field, where it is not valid."""
    if form.is_valid():
        return dict(form.cleaned_data)
    fields = {name: [str(sentence) for sentence in sentences] for name, sentences in form.errors.items()}
    first = next(iter(fields.values()))[0]
    raise Invalid(first, fields=fields)
