"""Survey and outside-index points as typed: where they come from, and a table of units and leaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from backend.core.dates import VNDateField
from backend.core.errors import Invalid
from backend.core.exact import format_points, to_points
from backend.core.fields import PointsFormField
from backend.core.text import MOST_WHOLE, NFCCharField
from backend.scoring.actions import SurveyRow
from backend.scoring.actions.points import require_allowed
from backend.scoring.board import SurveyCell, SurveyLine, SurveyTable

SALT = "scoring.survey-import"
PREVIEW_LASTS = timedelta(hours=2)


class SourceForm(forms.Form):
    """Where the points come from."""

    report_number = NFCCharField(
        label=_("Số báo cáo"), max_length=100, help_text=_("Ví dụ: 45/BC-SNV hoặc tên báo cáo chỉ số ngoài")
    )
    report_date = VNDateField(label=_("Ngày báo cáo"))
    sample = forms.IntegerField(label=_("Số phiếu phát ra"), min_value=0, max_value=MOST_WHOLE)
    answers = forms.IntegerField(label=_("Số phiếu trả lời"), min_value=0, max_value=MOST_WHOLE)

    def __init__(self, data: Any = None, *args: Any, **options: Any) -> None:
        super().__init__(data, *args, **options)
        for name in ("sample", "answers"):
            self.fields[name].widget = forms.TextInput(
                attrs={"inputmode": "numeric", "class": "input-short", "autocomplete": "off"}
            )

    def clean(self) -> dict[str, Any]:
        """Refuse more answers than forms sent."""
        cleaned: dict[str, Any] = super().clean() or {}
        sample, answers = cleaned.get("sample"), cleaned.get("answers")
        if sample is not None and answers is not None and answers > sample:
            self.add_error(
                "answers",
                _("Số phiếu trả lời (%(answers)d) nhiều hơn số phiếu phát ra (%(sample)d).")
                % {"answers": answers, "sample": sample},
            )
        return cleaned

    @property
    def source(self) -> dict[str, Any]:
        """Return the keywords of ``actions.enter_survey`` about the source."""
        return {name: self.cleaned_data[name] for name in SourceForm.base_fields}


class SurveyForm(SourceForm):
    """The table itself; a cell left as it stands is not sent on."""

    reason = NFCCharField(
        label=_("Lý do sửa điểm đã nhập"), required=False, max_length=1000, help_text=_("Chỉ cần khi sửa.")
    )

    def __init__(self, data: Any = None, *, table: SurveyTable, **options: Any) -> None:
        options.setdefault("auto_id", "survey-%s")
        super().__init__(data, **options)
        self.table = table
        for line, cell in self._cells():
            self.fields[cell_name(cell)] = _cell_field(line, cell)

    def _cells(self) -> Iterator[tuple[SurveyLine, SurveyCell]]:
        for line in self.table.lines:
            if line.may_enter:
                for cell in line.cells.values():
                    yield line, cell

    @property
    def rows(self) -> list[tuple[SurveyLine, list[tuple[SurveyCell | None, Any]]]]:
        """Return each unit with its cells in the order of the columns, each with its input if there is one."""
        return [
            (line, [self._place(line, node.code) for node in self.table.nodes]) for line in self.table.lines
        ]

    def _place(self, line: SurveyLine, code: str) -> tuple[SurveyCell | None, Any]:
        cell = line.cells.get(code)
        name = cell_name(cell) if cell else ""
        return cell, self[name] if name in self.fields else None

    @property
    def about(self) -> list[Any]:
        """Return the fields that stand above the table."""
        return [self[name] for name in (*SourceForm.base_fields, "reason")]

    def clean(self) -> dict[str, Any]:
        """Read the cells that changed and judge each as the action will."""
        cleaned = super().clean()
        self.changed: list[tuple[SurveyLine, SurveyCell, Decimal]] = []
        for line, cell in self._cells():
            self._judge(line, cell, cleaned.get(cell_name(cell)))
        if not self.errors and not self.changed:
            self.add_error(None, _("Chưa có điểm nào được nhập hoặc thay đổi."))
        if any(cell.points is not None for _line, cell, _points in self.changed) and not cleaned.get(
            "reason"
        ):
            self.add_error("reason", _("Có điểm đã nhập được sửa: hãy ghi lý do."))
        return cleaned

    def _judge(self, line: SurveyLine, cell: SurveyCell, typed: Decimal | None) -> None:
        name = cell_name(cell)
        if name in self.errors or typed == cell.points:
            return
        if typed is None:
            self.add_error(name, _("Điểm đã nhập không xoá được; hãy nhập điểm đúng."))
        elif self.data.get(f"seen_{cell.score.pk}", "0") != str(cell.version):
            self.add_error(name, _faster(cell, typed))
        else:
            self._allow(line, cell, typed)

    def _allow(self, line: SurveyLine, cell: SurveyCell, typed: Decimal) -> None:
        try:
            require_allowed(cell.score, typed)
        except Invalid as refusal:
            self.add_error(cell_name(cell), refusal.message)
        else:
            self.changed.append((line, cell, typed))

    @property
    def survey_rows(self) -> list[SurveyRow]:
        """Return what ``actions.enter_survey`` is to write."""
        reason = self.cleaned_data["reason"]
        return [
            SurveyRow(
                line.card, cell.score.code, points, cell.version, reason if cell.points is not None else ""
            )
            for line, cell, points in self.changed
        ]


def cell_name(cell: SurveyCell) -> str:
    """Return the name of a cell's input."""
    return f"cell_{cell.score.pk}"


def _cell_field(line: SurveyLine, cell: SurveyCell) -> PointsFormField:
    label = f"{line.card.unit_name}, {cell.score.code}"
    field = PointsFormField(label=label, required=False, initial=cell.points)
    field.widget.attrs |= {"aria-label": label}
    return field


def _faster(cell: SurveyCell, typed: Decimal) -> str:
    theirs = "–" if cell.points is None else format_points(cell.points)
    return _("Vừa có người nhập %(theirs)s. Bạn nhập %(yours)s. Hãy xem lại rồi gửi lần nữa.") % {
        "theirs": theirs,
        "yours": format_points(typed),
    }


class SurveyFileForm(SourceForm):
    """The filled-in workbook."""

    file = forms.FileField(
        label=_("Tệp XLSX đã điền"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        help_text=_("Dùng tệp mẫu tải từ trang này; các đơn vị và cột giữ nguyên."),
    )


class ConfirmForm(SourceForm):
    """The preview sent back: the rows are signed, so what was looked at is what is written."""

    rows = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, round_id: int, user_id: int, **options: Any) -> None:
        super().__init__(data, **options)
        self.owner = [round_id, user_id]
        for field in self.fields.values():
            field.widget = forms.HiddenInput()

    def clean_rows(self) -> list[list[Any]]:
        """Return the rows looked at: card, code, points as text, reason, version seen."""
        try:
            owner, rows = signing.loads(self.cleaned_data["rows"], salt=SALT, max_age=PREVIEW_LASTS)
        except signing.BadSignature:
            raise ValidationError(_("Bản xem trước đã hết hạn. Hãy tải tệp lên lần nữa.")) from None
        if owner != self.owner:
            raise ValidationError(_("Bản xem trước không phải của bạn. Hãy tải tệp lên lần nữa."))
        found: list[list[Any]] = rows
        return found


def signed(rows: list[list[Any]], *, round_id: int, user_id: int) -> str:
    """Return the rows of a preview as text that nobody can change."""
    return signing.dumps([[round_id, user_id], rows], salt=SALT, compress=True)


def points_of(text: str) -> Decimal:
    """Return points kept as machine text in a preview."""
    return to_points(text)
