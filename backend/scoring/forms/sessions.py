"""What is typed in a session of the council and after it: attendance, proposals, votes, changes, the unit's signature."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.core.fields import PointsFormField
from backend.core.forms import ActingForm, area, points_field
from backend.core.text import NFCCharField
from backend.scoring.actions.survey import asked_of
from backend.scoring.forms.acts import ApproveForm
from backend.scoring.forms.council import ConcludeForm
from backend.scoring.forms.leaf import PREFIX, NumberField
from backend.scoring.models import Attendance, Ballot, Score
from backend.scoring.queries import seen_of


class BeginForm(ActingForm):
    """Where the council meets."""

    venue = NFCCharField(label=_("Địa điểm họp"), max_length=300)


class AttendanceForm(ActingForm):
    """Who is there of the session's members, and why others are not."""

    def __init__(self, data: Any = None, *, members: Sequence[Attendance]) -> None:
        super().__init__(data, auto_id="attendance-%s")
        self.members = members
        self.fields["seen"] = forms.CharField(
            widget=forms.HiddenInput, required=False, initial=seen_of(members)
        )
        for row in members:
            self.fields[f"presence_{row.person_id}"] = forms.ChoiceField(
                label=row.person_name, choices=Attendance.Presence.choices, initial=row.presence
            )
            reason = NFCCharField(
                label=_("Lý do vắng của %s") % row.person_name,
                required=False,
                max_length=300,
                initial=row.reason,
            )
            reason.widget.attrs["placeholder"] = _("lý do vắng")
            self.fields[f"reason_{row.person_id}"] = reason

    def see_again(self) -> None:
        """Let the next sending stand on what is noted now."""
        self.data = self.data.copy()
        self.data["seen"] = seen_of(self.members)

    @property
    def seats(self) -> list[tuple[Attendance, forms.BoundField, forms.BoundField]]:
        """Return each member with her two boxes."""
        return [
            (row, self[f"presence_{row.person_id}"], self[f"reason_{row.person_id}"]) for row in self.members
        ]

    @property
    def rows(self) -> dict[int, tuple[str, str]]:
        """Return presence and reason by key of the person."""
        data = self.cleaned_data
        return {
            row.person_id: (data[f"presence_{row.person_id}"], data[f"reason_{row.person_id}"])
            for row in self.members
        }


class ProposalForm(ActingForm):
    """Points proposed for a leaf, with the reason."""

    points = points_field(label=_("Điểm đề xuất"))
    reason = area(2, label=_("Lý do"), max_length=4000)


class VoteForm(forms.Form):
    """One vote."""

    choice = forms.ChoiceField(choices=Ballot.Choice.choices)


class SecretForm(ConcludeForm):
    """The password (or second factor) again, with nothing else."""

    reason = None  # type: ignore[assignment]

    def __init__(self, data: Any = None, *, user: Any, **options: Any) -> None:
        super().__init__(data, user=user, **options)
        self.fields["secret"].help_text = _("Nhập lại để xác nhận; nếu dùng mã xác thực thì nhập mã 6 số.")


class ChangeForm(ActingForm):
    """Other points for a leaf of a concluded card, by reason and document; a rule's inputs where it has some."""

    reason = area(3, label=_("Lý do"), max_length=4000)
    document = NFCCharField(
        label=_("Văn bản làm căn cứ"), max_length=200, help_text=_("Số, ký hiệu, ngày, cơ quan ban hành")
    )

    def __init__(self, data: Any = None, *, score: Score) -> None:
        super().__init__(data, auto_id="change-%s")
        self.specs = asked_of(score.node)
        asked: dict[str, forms.Field] = {PREFIX + spec.name: NumberField(spec) for spec in self.specs}
        if not asked:
            asked["points"] = PointsFormField(label=_("Điểm mới"))
            asked["points"].widget.attrs |= {"class": "input-points", "autocomplete": "off"}
        self.fields = asked | self.fields

    @property
    def proposed(self) -> dict[str, Any]:
        """Return what the action takes."""
        data = self.cleaned_data
        read: dict[str, Decimal | None] = {spec.name: data[PREFIX + spec.name] for spec in self.specs}
        inputs = {name: value for name, value in read.items() if value is not None}
        return {
            "points": data.get("points"),
            "inputs": inputs,
            "reason": data["reason"],
            "document": data["document"],
        }


class ReopeningForm(ActingForm):
    """Why a conclusion is to be opened again, by which document."""

    reason = area(3, label=_("Lý do"), max_length=4000)
    document = NFCCharField(
        label=_("Văn bản làm căn cứ"), max_length=200, help_text=_("Số, ký hiệu, ngày, cơ quan ban hành")
    )


class RefusalForm(ActingForm):
    """Why a proposed change is turned down or taken back."""

    answer = area(2, label=_("Lý do không chấp nhận hoặc rút lại"), max_length=4000)


class SignOffForm(ApproveForm):
    """The unit's leader puts her name to the result: without words she agrees."""

    reason = NFCCharField(
        label=_("Ý kiến của đơn vị"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Để trống nếu đồng ý với kết quả; có ý kiến thì ghi rõ tiêu chí."),
    )

    field_order = ["seen", "at", "reason", "secret"]
