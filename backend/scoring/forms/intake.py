"""Many files in one go, the tray's lines of leaf and section, photographs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from backend.core.errors import Invalid
from backend.core.files.kinds import ACCEPT, TAKEN
from backend.core.forms import ActingForm
from backend.core.text import NFCCharField, nfc
from backend.scoring.actions import Spot
from backend.scoring.queries import Intake, Waiting

LONGEST_SECTION = 200
BLANK_LINES = 3


class ManyFilesInput(forms.FileInput):
    """A box for any number of files."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Any number of files, at least one; each is judged by the action, so that one refused leaves the others alone."""

    widget = ManyFilesInput
    default_error_messages = {"required": _("Chưa chọn tệp nào.")}

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the uploads in the order they were sent."""
        files = data if isinstance(data, list | tuple) else [data]
        if not any(files):
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return list(files)


class ManyFilesForm(forms.Form):
    """The plain form of the intake page."""

    files = ManyFilesField(
        label=_("Chọn các tệp"), help_text=TAKEN, widget=ManyFilesInput(attrs={"accept": ACCEPT})
    )


class PhotosForm(ActingForm):
    """Photographs of one document, taken now or before, in the order of its pages."""

    photos = ManyFilesField(
        label=_("Chụp bằng máy ảnh"),
        widget=ManyFilesInput(attrs={"accept": "image/*", "capture": "environment"}),
        error_messages={"required": _("Chưa có ảnh nào.")},
    )
    section = NFCCharField(label=_("Mục, trang cần xem"), required=False, max_length=LONGEST_SECTION)


class ThrowForm(ActingForm):
    """Why a file is put aside."""

    reason = NFCCharField(
        label=_("Lý do"), max_length=500, help_text=_("Ví dụ: gửi nhầm tệp; đã có bản mới hơn")
    )


@dataclass
class Line:
    """What stands in one line: a leaf's code and the section and page to look at."""

    code: str = ""
    section: str = ""
    title: str = ""


@dataclass
class TrayRow:
    """A file of the tray with its lines, the last one empty."""

    waiting: Waiting
    lines: list[Line]
    errors: list[str] = field(default_factory=list)
    is_dated: bool = True  # the day in the file's name is taken for that of the document

    @property
    def key(self) -> int:
        """Return the key of the upload."""
        return self.waiting.upload.pk


class SpotsForm(ActingForm):
    """Lines of leaf and section under the names ``code`` and ``section``."""

    def __init__(self, data: QueryDict | None = None, *, titles: dict[str, str]) -> None:
        super().__init__(data)
        typed = _typed(data, "code", "section") if data is not None else []
        self.lines = _titled([*typed, *[Line() for _number in range(BLANK_LINES)]], titles)
        self.said: list[str] = []

    @property
    def spots(self) -> list[Spot]:
        """Return the lines that name a leaf. Raises Invalid for a section that is too long."""
        return _spots(self.lines)

    def _take(self, refusal: Invalid) -> None:
        self.said = refusal.fields.get("spots", [])
        self.add_error(None, refusal.message)


class TrayForm(ActingForm):
    """The tray: what the names of the files say, or what a person made of it. ``rows`` are matched ones first."""

    def __init__(self, intake: Intake, data: QueryDict | None = None) -> None:
        super().__init__(data)
        titles = {code: score.node.title for code, score in intake.leaves.items()}
        self.typed = data
        self.rows = [TrayRow(waiting, _titled(self._lines(waiting), titles)) for waiting in intake.waiting]
        for row in self.rows:
            row.is_dated = data is None or f"dated-{row.key}" in data

    def _lines(self, waiting: Waiting) -> list[Line]:
        key = waiting.upload.pk
        if self.typed is not None and f"code-{key}" in self.typed:
            return [*_typed(self.typed, f"code-{key}", f"section-{key}"), Line()]
        return [*(Line(code) for code in waiting.codes), Line()]

    @property
    def matched(self) -> list[TrayRow]:
        """Return the rows whose file names a leaf."""
        return [row for row in self.rows if row.waiting.codes]

    @property
    def unmatched(self) -> list[TrayRow]:
        """Return the rows that wait for a person."""
        return [row for row in self.rows if not row.waiting.codes]

    @property
    def wanted(self) -> dict[int, list[Spot]]:
        """Return the spots by upload for every file that was sent with a leaf. Raises Invalid."""
        data = self.typed or QueryDict()
        keys = [name.removeprefix("code-") for name in data if name.startswith("code-")]
        found = {
            int(key): _spots(_typed(data, f"code-{key}", f"section-{key}")) for key in keys if key.isdecimal()
        }
        return {key: spots for key, spots in found.items() if spots}

    @property
    def days(self) -> dict[int, date]:
        """Return the day in the name by upload, of files for which it was left ticked."""
        said = {row.key: row.waiting.issued_on for row in self.rows if row.is_dated}
        return {key: day for key, day in said.items() if day}

    def _take(self, refusal: Invalid) -> None:
        for row in self.rows:
            row.errors = refusal.fields.get(f"upload-{row.key}", [])
        self.add_error(None, refusal.message)


def _typed(data: QueryDict, codes: str, sections: str) -> list[Line]:
    """Return the lines that were filled in."""
    given = data.getlist(sections)
    pairs = [
        (code, given[place] if place < len(given) else "") for place, code in enumerate(data.getlist(codes))
    ]
    lines = [Line(nfc(code).strip().rstrip("."), nfc(section).strip()) for code, section in pairs]
    return [line for line in lines if line.code or line.section]


def _titled(lines: list[Line], titles: dict[str, str]) -> list[Line]:
    for line in lines:
        line.title = titles.get(line.code, "")
    return lines


def _spots(lines: Iterable[Line]) -> list[Spot]:
    found = [line for line in lines if line.code or line.section]
    if any(len(line.section) > LONGEST_SECTION for line in found):
        raise Invalid(_("Mục, trang dài quá %(n)d ký tự.") % {"n": LONGEST_SECTION})
    if any(not line.code for line in found):
        raise Invalid(_("Có mục, trang chưa ghi thuộc tiêu chí nào."))
    return [Spot(line.code, line.section) for line in found]
