"""What is typed about a round's council: its decision and members, who presides, conflicts of interest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from backend.core.dates import VNDateField
from backend.core.forms import ActingForm, area, short
from backend.core.text import NFCCharField
from backend.rounds.actions import Seated
from backend.rounds.models import Council, CouncilMember, Office
from tiers.models import Appointment, Unit


class Chair(NamedTuple):
    """One seat at the host as a row of the form: its fields."""

    seat: Appointment
    sits: Any
    title: Any
    limit: Any

    @property
    def office(self) -> str:
        """Return the office its holder would have."""
        return str(Office(self.seat.role).label)


class CouncilForm(ActingForm):
    """The decision, and for every seat at the host whether its holder sits in the council, how and for what."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)
    decision_number = NFCCharField(label=gettext_lazy("Số quyết định"), max_length=100)
    decision_date = VNDateField(label=gettext_lazy("Ngày quyết định"))

    def __init__(
        self,
        data: Any = None,
        *,
        seats: Sequence[Appointment],
        council: Council | None = None,
        members: Iterable[CouncilMember] = (),
    ) -> None:
        super().__init__(data, auto_id="council-%s")
        self.seats = seats
        standing = {(row.person_id, row.office): row for row in members}
        if council is not None:
            self.initial = {
                "version": council.version,
                "decision_number": council.decision_number,
                "decision_date": council.decision_date,
            }
        for seat in seats:
            self._add(seat, standing.get((seat.user_id, seat.role)))

    def _add(self, seat: Appointment, stands: CouncilMember | None) -> None:
        self.fields[f"sits_{seat.pk}"] = forms.BooleanField(
            label=gettext_lazy("Tham gia"), required=False, initial=stands is not None
        )
        self.fields[f"title_{seat.pk}"] = NFCCharField(
            label=gettext_lazy("Chức vụ trong quyết định"),
            required=False,
            max_length=200,
            initial=stands.title if stands else seat.title,
        )
        self.fields[f"limit_{seat.pk}"] = NFCCharField(
            label=gettext_lazy("Chỉ thẩm định (mã lĩnh vực, tiêu chí)"),
            required=False,
            max_length=500,
            initial=stands.limit if stands else "",
            widget=short(),
        )

    @property
    def rows(self) -> list[Chair]:
        """Return the seats with their fields."""
        names = ("sits", "title", "limit")
        return [Chair(seat, *(self[f"{name}_{seat.pk}"] for name in names)) for seat in self.seats]

    @property
    def facts(self) -> dict[str, Any]:
        """Return the keywords of ``actions.form_council``."""
        data = self.cleaned_data
        members = [
            Seated(seat.user_id, seat.role, data[f"title_{seat.pk}"], data[f"limit_{seat.pk}"])
            for seat in self.seats
            if data[f"sits_{seat.pk}"]
        ]
        named = ("version", "decision_number", "decision_date")
        return {"members": members, **{name: data[name] for name in named}}


class PresidingForm(ActingForm):
    """Why the presiding changes hands; the document where it is not the chair herself."""

    to_vice = forms.BooleanField(required=False, widget=forms.HiddenInput)
    reason = area(3, label=gettext_lazy("Lý do"), max_length=2000)
    document = NFCCharField(
        label=gettext_lazy("Văn bản"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Bắt buộc khi người thực hiện không phải Chủ tịch Hội đồng."),
    )


class ConflictForm(ActingForm):
    """A declared conflict: who, from which unit, why; a document where it is for somebody else."""

    person = forms.ChoiceField(label=gettext_lazy("Người không tham gia"))
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=gettext_lazy("Đơn vị"), empty_label=gettext_lazy("Chọn đơn vị")
    )
    every_round = forms.BooleanField(
        label=gettext_lazy("Áp dụng cho mọi đợt của cơ quan tổ chức, không chỉ đợt này"), required=False
    )
    reason = area(3, label=gettext_lazy("Lý do"), max_length=2000)
    document = NFCCharField(
        label=gettext_lazy("Văn bản"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Bắt buộc khi thư ký ghi thay người khác."),
    )

    def __init__(self, data: Any = None, *, people: Sequence[Appointment], units: QuerySet[Unit]) -> None:
        super().__init__(data, auto_id="conflict-%s")
        self.fields["person"].choices = [(row.user_id, row.user.full_name) for row in people]  # type: ignore[attr-defined]
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]

    @property
    def facts(self) -> dict[str, Any]:
        """Return the keywords of ``actions.declare_conflict``."""
        return {**self.cleaned_data, "person": int(self.cleaned_data["person"])}


class WithdrawalForm(ActingForm):
    """Why a declaration is taken back."""

    reason = area(3, label=gettext_lazy("Lý do"), max_length=2000)
