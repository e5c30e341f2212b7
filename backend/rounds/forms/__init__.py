"""Shape of HTML input about rounds. Days are typed; moments are made of them here."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.core.dates import (
    VNDateField,
    end_of_day_exclusive,
    last_day_before,
    start_of_day,
    vn_date,
)
from backend.core.fields import PointsFormField
from backend.core.forms import short
from backend.core.text import NFCCharField
from backend.criteria.models import CriteriaSet
from backend.rounds import rules
from backend.rounds.models import Group, Round, Step
from tiers.models import Kind, Unit


class RoundFilterForm(forms.Form):
    """The row above the list of rounds."""

    year = forms.IntegerField(label=gettext_lazy("Năm"), required=False, widget=short())
    state = forms.ChoiceField(
        label=gettext_lazy("Trạng thái"),
        choices=[("", gettext_lazy("Tất cả")), *Round.State.choices],
        required=False,
    )

    def chosen(self) -> dict[str, Any]:
        """Return what was chosen, by look-up; a wrong choice filters nothing."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class RoundEditForm(forms.Form):
    """What may be changed of a round in preparation."""

    title = NFCCharField(label=gettext_lazy("Tên đợt"), max_length=300)
    year = forms.IntegerField(
        label=gettext_lazy("Năm đánh giá"), min_value=2000, max_value=2100, widget=short()
    )
    on_date = VNDateField(
        label=gettext_lazy("Theo tổ chức tại ngày"),
        help_text=gettext_lazy("Đợt chấm các đơn vị trực thuộc đang tồn tại vào ngày này."),
    )
    with_survey = forms.BooleanField(
        label=gettext_lazy("Có điều tra xã hội học và chỉ số ngoài"), required=False, initial=True
    )
    previous = forms.ModelChoiceField(
        Round.objects.none(),
        label=gettext_lazy("Đợt trước để so sánh"),
        required=False,
        empty_label=gettext_lazy("Không so sánh"),
    )

    def __init__(self, *args: Any, rounds: QuerySet[Round], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["previous"].queryset = rounds  # type: ignore[attr-defined]


class RoundForm(RoundEditForm):
    """A new round; ``hosts`` are the units whose rounds the person sets up."""

    host = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("Cơ quan tổ chức đánh giá"), empty_label=None
    )

    field_order = ["host", "title", "year", "on_date", "with_survey", "previous"]

    def __init__(self, *args: Any, hosts: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["host"].queryset = hosts  # type: ignore[attr-defined]


class CopyForm(forms.Form):
    """The year of the new round."""

    year = forms.IntegerField(
        label=gettext_lazy("Năm đánh giá"), min_value=2000, max_value=2100, widget=short()
    )
    title = NFCCharField(label=gettext_lazy("Tên đợt"), max_length=300)


class CodesField(forms.CharField):
    """Codes of fields, typed with commas between them."""

    def prepare_value(self, value: Any) -> Any:
        """Return codes as they are typed."""
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """Return the codes in their order."""
        return [code.strip() for code in (value or "").replace(";", ",").split(",") if code.strip()]


class GroupForm(forms.Form):
    """The units of one kind: criteria and tie rule. ``sets`` are those a round may use."""

    kind = forms.ModelChoiceField(
        Kind.objects.all(), label=gettext_lazy("Loại đơn vị"), empty_label=gettext_lazy("Chọn loại")
    )
    criteria_set = forms.ModelChoiceField(
        CriteriaSet.objects.none(),
        label=gettext_lazy("Bộ tiêu chí"),
        empty_label=gettext_lazy("Chọn bộ tiêu chí"),
    )
    title = NFCCharField(
        label=gettext_lazy("Tên nhóm xếp hạng"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Để trống thì lấy tên loại đơn vị."),
    )
    procedures = forms.ChoiceField(
        label=gettext_lazy("Đơn vị trong nhóm"),
        choices=Group.Procedures.choices,
        required=False,
        help_text=gettext_lazy(
            "Tách riêng đơn vị có và không có thủ tục hành chính thì lập hai nhóm cùng loại."
        ),
    )
    tie_rule = forms.ChoiceField(
        label=gettext_lazy("Xử lý bằng điểm"),
        choices=Group.TieRule.choices,
        help_text=gettext_lazy(
            "Xếp hạng luôn so chỉ số chính xác, kể cả phần thập phân không in ra; chỉ bằng nhau tuyệt đối mới là bằng điểm."
        ),
    )
    tie_order = CodesField(
        label=gettext_lazy("Lĩnh vực xét trước khi bằng điểm"),
        required=False,
        widget=short(),
        help_text=gettext_lazy(
            "Mã các lĩnh vực theo thứ tự xét, cách nhau bằng dấu phẩy, ví dụ 2, 1, 5. Để trống thì theo thứ tự của bộ tiêu chí."
        ),
    )
    decimals = forms.TypedChoiceField(
        label=gettext_lazy("Số chữ số thập phân của chỉ số khi in"),
        choices=[(number, number) for number in (1, 2, 3)],
        coerce=int,
        required=False,
        empty_value=2,
        initial=2,
        help_text=gettext_lazy("Chỉ để in; xếp hạng và xếp loại dùng số chính xác."),
    )

    def clean_procedures(self) -> str:
        """Take every unit of the kind where nothing was chosen."""
        return self.cleaned_data["procedures"] or Group.Procedures.ANY

    def __init__(self, *args: Any, sets: QuerySet[CriteriaSet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["criteria_set"]
        field.queryset = sets
        field.label_from_instance = _set_label


def _set_label(criteria_set: CriteriaSet) -> str:
    return _("%(title)s (%(year)d, phiên bản %(version)d)") % {
        "title": criteria_set.title,
        "year": criteria_set.year,
        "version": criteria_set.version,
    }


class BandForm(forms.Form):
    """One band; a row without a label is left out."""

    label = NFCCharField(label=gettext_lazy("Xếp loại"), max_length=60, required=False)
    lower = PointsFormField(
        label=gettext_lazy("Từ (%)"),
        required=False,
        widget=forms.TextInput(
            attrs={"class": "input-points", "inputmode": "decimal", "autocomplete": "off"}
        ),
    )
    inclusive = forms.BooleanField(label=gettext_lazy("Kể cả mốc"), required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        """Ask for the bound where there is a label, and the other way round."""
        data = super().clean() or self.cleaned_data
        if data.get("label") and data.get("lower") is None and "lower" not in self.errors:
            self.add_error("lower", _("Hãy nhập mốc dưới của mức này."))
        if data.get("lower") is not None and not data.get("label"):
            self.add_error("label", _("Hãy nhập tên mức."))
        return data

    def line(self) -> rules.BandLine | None:
        """Return the band as a plain value, None for an empty row."""
        data = self.cleaned_data
        if not data.get("label"):
            return None
        return rules.BandLine(data["label"], data["lower"], data["inclusive"])


class BandRows(forms.BaseFormSet):
    """All bands of a group, judged together."""

    def clean(self) -> None:
        """Say what is wrong with the bands as a whole."""
        if not any(self.errors):
            raise_all(rules.wrong_bands(self.lines()))

    def lines(self) -> list[rules.BandLine]:
        """Return the bands as plain values."""
        return [line for form in self.forms if (line := form.line())]


class StepForm(forms.Form):
    """One step by days; a row without a title is left out. ``closes`` is the last day."""

    kind = forms.ChoiceField(label=gettext_lazy("Bước"), choices=Step.Kind.choices)
    title = NFCCharField(label=gettext_lazy("Tên bước"), max_length=100, required=False)
    opens = VNDateField(label=gettext_lazy("Mở từ ngày"), required=False)
    closes = VNDateField(label=gettext_lazy("Khoá sau ngày"), required=False)
    shown = VNDateField(label=gettext_lazy("Đơn vị xem từ ngày"), required=False)
    names_shown = forms.BooleanField(label=gettext_lazy("Hiện tên người chấm"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for both days where there is a title, and for a title where there are days."""
        data = super().clean() or self.cleaned_data
        for name in ("opens", "closes"):
            if data.get("title") and data.get(name) is None and name not in self.errors:
                self.add_error(name, _("Hãy nhập ngày, ví dụ 07/01/2027."))
        if not data.get("title") and (data.get("opens") or data.get("closes")):
            self.add_error("title", _("Hãy nhập tên bước."))
        return data

    def span(self) -> rules.Span | None:
        """Return the step as a plain value, None for an empty row. Hours of unchanged days are kept."""
        data = self.cleaned_data
        if not data.get("title"):
            return None
        return rules.Span(
            kind=data["kind"],
            title=data["title"],
            opens_at=self._moment("opens", start_of_day),
            closes_at=self._moment("closes", end_of_day_exclusive),
            shown_at=self._moment("shown", start_of_day) if data.get("shown") else None,
            names_shown=data["names_shown"],
        )

    def _moment(self, name: str, made_of: Any) -> datetime:
        stands = self.initial.get(f"{name}_at")
        if stands and self.initial.get(name) == self.cleaned_data[name]:
            return stands
        return made_of(self.cleaned_data[name])


class StepRows(forms.BaseFormSet):
    """All steps of a round in their order, judged together."""

    def clean(self) -> None:
        """Say what is wrong with the dates, both of them named."""
        if not any(self.errors):
            raise_all(rules.wrong_steps(self.spans()))

    def spans(self) -> list[rules.Span]:
        """Return the steps as plain values."""
        return [span for form in self.forms if (span := form.span())]


def raise_all(sentences: list[str]) -> None:
    """Raise ValidationError with every sentence, nothing where there is none."""
    if sentences:
        raise forms.ValidationError(sentences)


# What a round without steps begins from; the days are left to be typed.
USUAL_STEPS = (
    {"kind": Step.Kind.SELF, "title": gettext_lazy("Tự chấm điểm")},
    {"kind": Step.Kind.APPRAISAL, "title": gettext_lazy("Thẩm định lần 1")},
    {"kind": Step.Kind.EXPLANATION, "title": gettext_lazy("Giải trình")},
    {"kind": Step.Kind.APPRAISAL, "title": gettext_lazy("Thẩm định lần 2")},
    {"kind": Step.Kind.CONCLUSION, "title": gettext_lazy("Kết luận")},
    {"kind": Step.Kind.SURVEY, "title": gettext_lazy("Nhập điểm điều tra, chỉ số ngoài")},
)

BandFormSet = forms.formset_factory(BandForm, formset=BandRows, extra=2, max_num=12)
StepFormSet = forms.formset_factory(StepForm, formset=StepRows, extra=2, max_num=14)


class ExplainedForm(forms.Form):
    """Why, and by which document; both are kept in the history."""

    reason = NFCCharField(label=gettext_lazy("Lý do"), widget=forms.Textarea(attrs={"rows": 2}))
    document = NFCCharField(
        label=gettext_lazy("Văn bản"),
        max_length=200,
        help_text=gettext_lazy("Số, ký hiệu và ngày văn bản làm căn cứ."),
    )


class ExtendForm(ExplainedForm):
    """More time for one unit. ``closes`` is the new last day."""

    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("Đơn vị"), empty_label=gettext_lazy("Chọn đơn vị")
    )
    closes = VNDateField(label=gettext_lazy("Gia hạn đến hết ngày"))

    field_order = ["unit", "closes", "reason", "document"]

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        data = dict(self.cleaned_data)
        return {"closes_at": end_of_day_exclusive(data.pop("closes")), **data}


class DatesForm(ExplainedForm):
    """New days of a step for every unit; a day left as it was is not changed."""

    opens = VNDateField(label=gettext_lazy("Mở từ ngày"))
    closes = VNDateField(label=gettext_lazy("Khoá sau ngày"))
    shown = VNDateField(
        label=gettext_lazy("Đơn vị xem từ ngày"),
        required=False,
        help_text=gettext_lazy("Điểm chấm ở bước này được hiện cho đơn vị từ ngày này."),
    )

    field_order = ["opens", "closes", "shown", "reason", "document"]

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        data = self.cleaned_data
        changed = {
            "opens_at": ("opens", start_of_day),
            "closes_at": ("closes", end_of_day_exclusive),
            "shown_at": ("shown", start_of_day),
        }
        moments = {
            name: made_of(data[field])
            for name, (field, made_of) in changed.items()
            if data.get(field) and data[field] != self.initial.get(field)
        }
        return {"reason": data["reason"], "document": data["document"], **moments}


def days_of(step: Step) -> dict[str, Any]:
    """Return a step as the forms show it: its days, and its moments beside them."""
    shown: date | None = vn_date(step.shown_at) if step.shown_at else None
    return {
        "kind": step.kind,
        "title": step.title,
        "opens": vn_date(step.opens_at),
        "opens_at": step.opens_at,
        "closes": last_day_before(step.closes_at),
        "closes_at": step.closes_at,
        "shown": shown,
        "shown_at": step.shown_at,
        "names_shown": step.names_shown,
    }
