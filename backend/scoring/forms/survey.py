"""Survey and outside-index points as typed: where they come from, and a table of units and leaves.

A leaf whose rule works its points out has one input for each number that the rule asks for.
"""

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
from backend.core.errors import Invalid, OutOfStep
from backend.core.exact import format_points, to_points
from backend.core.fields import PointsFormField
from backend.core.text import MOST_WHOLE, NFCCharField
from backend.rounds.models import Round
from backend.scoring import board
from backend.scoring.actions import SurveyRow, asked_of, worked_out
from backend.scoring.actions.points import Entry
from backend.scoring.board import SurveyCell, SurveyLine, SurveyTable
from backend.scoring.forms.leaf import NumberField, shown_input
from permissions.actor import Actor

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
            self.fields |= _cell_fields(line, cell)

    def _cells(self) -> Iterator[tuple[SurveyLine, SurveyCell]]:
        for line in self.table.lines:
            if line.may_enter:
                for cell in line.cells.values():
                    yield line, cell

    @property
    def rows(self) -> list[tuple[SurveyLine, list[tuple[SurveyCell | None, list[Any]]]]]:
        """Return each unit with its cells in the order of the columns, each with its inputs if there are any."""
        return [
            (line, [self._place(line, node.code) for node in self.table.nodes]) for line in self.table.lines
        ]

    def _place(self, line: SurveyLine, code: str) -> tuple[SurveyCell | None, list[Any]]:
        cell = line.cells.get(code)
        if cell is None or not line.may_enter:
            return cell, []
        return cell, [self[name] for name in cell_names(cell).values()]

    @property
    def about(self) -> list[Any]:
        """Return the fields that stand above the table."""
        return [self[name] for name in (*SourceForm.base_fields, "reason")]

    def clean(self) -> dict[str, Any]:
        """Read the cells that changed and judge each as the action will."""
        cleaned = super().clean()
        self.changed: list[tuple[SurveyLine, SurveyCell, Entry]] = []
        for line, cell in self._cells():
            self._judge(line, cell, cleaned)
        if not self.errors and not self.changed:
            self.add_error(None, _("Chưa có điểm nào được nhập hoặc thay đổi."))
        changes = any(cell.points is not None for _line, cell, _entry in self.changed)
        if changes and not cleaned.get("reason"):
            self.add_error("reason", _("Có điểm đã nhập được sửa: hãy ghi lý do."))
        return cleaned

    def _judge(self, line: SurveyLine, cell: SurveyCell, cleaned: dict[str, Any]) -> None:
        names = cell_names(cell)
        if any(name in self.errors for name in names.values()):
            return
        typed = {key: cleaned.get(name) for key, name in names.items()}
        if all(value is None for value in typed.values()):
            if cell.points is not None:
                self.add_error(cell_name(cell), _("Điểm đã nhập không xoá được; hãy nhập điểm đúng."))
            return
        try:
            entry = _entry(cell, typed)
        except Invalid as refusal:
            self._refuse(cell, refusal)
            return
        if (entry.points, entry.inputs) == (cell.points, cell.inputs):
            return
        if self.data.get(f"seen_{cell.score.pk}", "0") != str(cell.version):
            self.add_error(cell_name(cell), _faster(cell, entry))
        else:
            self.changed.append((line, cell, entry))

    def _refuse(self, cell: SurveyCell, refusal: Invalid) -> None:
        names = cell_names(cell)
        at_inputs = {names[key]: said for key, said in refusal.fields.items() if key in names}
        for name, sentences in (at_inputs or {cell_name(cell): [refusal.message]}).items():
            self.add_error(name, sentences)  # type: ignore[arg-type]

    @property
    def survey_rows(self) -> list[SurveyRow]:
        """Return what ``actions.enter_survey`` is to write."""
        return [row_of(line, cell, entry, self.cleaned_data["reason"]) for line, cell, entry in self.changed]


def row_of(line: SurveyLine, cell: SurveyCell, entry: Entry, reason: str) -> SurveyRow:
    """Return one cell as the action takes it; a reason belongs only to a change."""
    points = None if entry.inputs else entry.points
    said = reason if cell.points is not None else ""
    return SurveyRow(line.card, cell.score.code, points, cell.version, said, entry.inputs)


def cell_names(cell: SurveyCell) -> dict[str, str]:
    """Return the names of a cell's inputs by those of its rule; one with an empty name where it takes points."""
    specs = asked_of(cell.score.node)
    return {spec.name: f"cell_{cell.score.pk}_{spec.name}" for spec in specs} or {"": f"cell_{cell.score.pk}"}


def cell_name(cell: SurveyCell) -> str:
    """Return the name of a cell's first input."""
    return next(iter(cell_names(cell).values()))


def _cell_fields(line: SurveyLine, cell: SurveyCell) -> dict[str, forms.Field]:
    label = f"{line.card.unit_name}, {cell.score.code}"
    specs = asked_of(cell.score.node)
    made: dict[str, forms.Field] = {}
    for spec, name in zip(specs, cell_names(cell).values(), strict=False):
        made[name] = NumberField(spec)
        made[name].initial = shown_input(cell.inputs.get(spec.name, ""))
        made[name].widget.attrs |= {"aria-label": f"{label}, {spec.label}"}
    if not specs:
        field = PointsFormField(label=label, required=False, initial=cell.points)
        field.widget.attrs |= {"aria-label": label}
        made[cell_name(cell)] = field
    return made


def _entry(cell: SurveyCell, typed: dict[str, Decimal | None]) -> Entry:
    if "" in typed:
        return worked_out(cell.score, typed[""], {})
    return worked_out(cell.score, None, {name: value for name, value in typed.items() if value is not None})


def _faster(cell: SurveyCell, entry: Entry) -> str:
    theirs = "–" if cell.points is None else format_points(cell.points)
    yours = "–" if entry.points is None else format_points(entry.points)
    return _("Vừa có người nhập %(theirs)s. Bạn nhập %(yours)s. Hãy xem lại rồi gửi lần nữa.") % {
        "theirs": theirs,
        "yours": yours,
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
        self.owner = {"round_id": round_id, "user_id": user_id}
        for field in self.fields.values():
            field.widget = forms.HiddenInput()

    def clean_rows(self) -> list[list[Any]]:
        """Return the rows looked at: card, code, points as text or none, inputs, reason, version seen."""
        try:
            return unsigned(self.cleaned_data["rows"], **self.owner)
        except Invalid as refusal:
            raise ValidationError(refusal.message) from None


def signed(rows: list[list[Any]], *, round_id: int, user_id: int) -> str:
    """Return the rows of a preview as text that nobody can change."""
    return signing.dumps([[round_id, user_id], rows], salt=SALT, compress=True)


def unsigned(text: str, *, round_id: int, user_id: int) -> list[list[Any]]:
    """Return the rows of a preview that ``signed`` made. Raises Invalid for an old one, or another's."""
    try:
        owner, rows = signing.loads(text, salt=SALT, max_age=PREVIEW_LASTS)
    except signing.BadSignature:
        sentence = _("Bản xem trước đã hết hạn. Hãy tải tệp lên lần nữa.")
        raise Invalid(sentence, fields={"preview": [str(sentence)]}) from None
    if owner != [round_id, user_id]:
        sentence = _("Bản xem trước không phải của bạn. Hãy tải tệp lên lần nữa.")
        raise Invalid(sentence, fields={"preview": [str(sentence)]})
    found: list[list[Any]] = rows
    return found


def looked_at(rows: list[list[Any]], round_: Round, actor: Actor) -> list[SurveyRow]:
    """Return a preview's rows to write, each with the version looked at. Raises OutOfStep where a card is gone."""
    cards = board.hosted_cards(actor).filter(round=round_, pk__in={row[0] for row in rows})
    by_key = {card.pk: card for card in cards}
    if any(row[0] not in by_key for row in rows):
        raise OutOfStep(_("Điểm đã thay đổi sau khi xem trước. Hãy tải tệp lên lần nữa để xem lại."))
    return [
        SurveyRow(by_key[card_id], code, _points_of(points), version, reason, inputs)
        for card_id, code, points, inputs, reason, version in rows
    ]


def _points_of(text: str) -> Decimal | None:
    """Return points kept as machine text in a preview; None where inputs were kept instead."""
    return to_points(text) if text else None
