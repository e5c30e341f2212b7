"""What is typed about work shared inside a unit: assignments, divisions, remarks, its own council."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.core.dates import VNDateField, end_of_day_exclusive
from backend.core.forms import ActingForm, area, points_field
from backend.core.text import NFCCharField
from backend.scoring.models import Division, OwnMember, OwnOpinion


class DueForm(ActingForm):
    """The unit's own deadline, by its last day."""

    due = VNDateField(
        label=gettext_lazy("Hạn nội bộ: đến hết ngày"),
        required=False,
        help_text=gettext_lazy("Chỉ để nhắc việc trong đơn vị, không khoá phiếu."),
    )

    @property
    def due_at(self) -> datetime | None:
        """Return the first moment too late; None where no day was typed."""
        day = self.cleaned_data["due"]
        return end_of_day_exclusive(day) if day else None


class AssignForm(DueForm):
    """Leaves and whole fields ticked in the table, and to whom they are given (not asked to take them back)."""

    assignee = forms.ChoiceField(label=gettext_lazy("Giao cho"))
    codes = forms.MultipleChoiceField(required=False)
    fields_whole = forms.MultipleChoiceField(required=False)

    field_order = ["assignee", "due"]

    def __init__(
        self,
        data: Any = None,
        *,
        sheet: Any,
        divisions: Iterable[Division],
        people: Iterable[Any],
        taking_back: bool = False,
    ) -> None:
        super().__init__(data, auto_id="assign-%s")
        self.fields["assignee"].required = not taking_back
        self.by_field = {
            part.node.code: [leaf.code for leaf in (*part.own, *part.extra)] for part in sheet.fields
        }
        self.fields["fields_whole"].choices = [(code, code) for code in self.by_field]
        self.fields["codes"].choices = [(code, code) for codes in self.by_field.values() for code in codes]
        groups = (
            (_("Bộ phận"), [(f"d-{row.pk}", row.name) for row in divisions if row.is_active]),
            (_("Người"), [(f"p-{row.pk}", row.full_name) for row in people]),
        )
        self.fields["assignee"].choices = [
            ("", _("Chọn bộ phận hoặc người")),
            *(group for group in groups if group[1]),
        ]

    @property
    def ticked(self) -> list[str]:
        """Return the leaves that are chosen, alone or with their whole field."""
        whole = self.cleaned_data.get("fields_whole", [])
        codes = [code for field in whole for code in self.by_field[field]]
        return list(dict.fromkeys([*codes, *self.cleaned_data.get("codes", [])]))

    @property
    def marked(self) -> set[str]:
        """Return what was ticked when it was sent, to be shown ticked again."""
        return set(self.data.getlist("codes")) if self.is_bound else set()

    @property
    def marked_fields(self) -> set[str]:
        """Return the whole fields that were ticked when it was sent."""
        return set(self.data.getlist("fields_whole")) if self.is_bound else set()


class DivisionForm(ActingForm):
    """A division of the unit: its name, its place in the list, who works in it, whether it is in use."""

    name = NFCCharField(label=gettext_lazy("Tên phòng, bộ phận"), max_length=150)
    order = forms.IntegerField(
        label=gettext_lazy("Thứ tự"), min_value=1, max_value=9999, initial=1, widget=forms.NumberInput
    )
    people = forms.MultipleChoiceField(
        label=gettext_lazy("Người của bộ phận"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Tiêu chí giao cho bộ phận hiện trong “Việc của tôi” của những người này."),
    )
    is_active = forms.BooleanField(
        label=gettext_lazy("Đang dùng (bỏ chọn thì không giao việc mới được)"), required=False, initial=True
    )

    def __init__(self, data: Any = None, *, people: Iterable[Any], division: Division | None = None) -> None:
        super().__init__(data, auto_id=f"division-{division.pk if division else 'new'}-%s")
        self.division = division
        names = {person.pk: person.full_name for person in people}
        if division:
            members = {row.person_id: row.person.full_name for row in division.members.all()}
            names |= {key: name for key, name in members.items() if key not in names}
            self.initial = {
                "name": division.name,
                "order": division.order,
                "is_active": division.is_active,
                "people": [str(key) for key in members],
            }
        else:
            del self.fields["is_active"]
        self.fields["people"].choices = [(str(key), name) for key, name in names.items()]

    @property
    def facts(self) -> dict[str, Any]:
        """Return the keywords of ``actions.save_division``."""
        return self.cleaned_data | {"people": [int(key) for key in self.cleaned_data["people"]]}


class RemarkForm(ActingForm):
    """A remark on a leaf and whom it calls."""

    text = area(3, label=gettext_lazy("Nội dung trao đổi"), max_length=4000)

    def __init__(self, data: Any = None, *, people: Iterable[Any]) -> None:
        super().__init__(data, auto_id="remark-%s")
        self.fields["mentioned"] = PeopleField(
            people,
            label=gettext_lazy("Nhắc tới"),
            required=False,
            help_text=gettext_lazy("Người được nhắc nhận thông báo. Gõ @ và tên trong nội dung cũng được."),
        )


class PeopleField(forms.TypedMultipleChoiceField):
    """Some of these people, each by a tick; gives the people themselves."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, people: Iterable[Any], **options: Any) -> None:
        self.by_key = {str(person.pk): person for person in people}
        choices = [(key, person.full_name) for key, person in self.by_key.items()]
        super().__init__(choices=choices, coerce=self.by_key.__getitem__, empty_value=[], **options)


class OwnCouncilForm(ActingForm):
    """The decision that forms the unit's own council, and the part of each of its people."""

    decision_number = NFCCharField(label=gettext_lazy("Số quyết định"), max_length=100)
    decision_date = VNDateField(label=gettext_lazy("Ngày quyết định"))

    def __init__(self, data: Any = None, *, people: Iterable[Any], council: Any = None) -> None:
        super().__init__(data, auto_id="council-%s")
        standing = {row.person_id: row.role for row in council.members} if council else {}
        if council:
            self.initial = {
                "decision_number": council.council.decision_number,
                "decision_date": council.council.decision_date,
            }
        for person in people:
            self.fields[f"member_{person.pk}"] = forms.ChoiceField(
                label=person.full_name,
                required=False,
                choices=[("", _("không tham gia")), *OwnMember.Role.choices],
                initial=standing.get(person.pk, ""),
            )

    @property
    def seats(self) -> list[Any]:
        """Return the fields of the people, to be shown together."""
        return [self[name] for name in self.fields if name.startswith("member_")]

    @property
    def facts(self) -> dict[str, Any]:
        """Return the keywords of ``actions.form_council``."""
        roles = {
            int(name.removeprefix("member_")): role
            for name, role in self.cleaned_data.items()
            if name.startswith("member_") and role
        }
        decision = {name: self.cleaned_data[name] for name in ("decision_number", "decision_date")}
        return decision | {"members": roles}


class OpinionForm(ActingForm):
    """What a member of the unit's own council says of one leaf."""

    verdict = forms.ChoiceField(label=gettext_lazy("Ý kiến"), choices=OwnOpinion.Verdict.choices)
    points = points_field(label=gettext_lazy("Điểm đề xuất"), required=False)
    reason = area(2, label=gettext_lazy("Lý do"), required=False, max_length=4000)

    def __init__(self, data: Any = None, *, code: str, given: OwnOpinion | None = None) -> None:
        super().__init__(data, auto_id=f"opinion-{code}-%s")
        self.code = code
        if given:
            self.initial = {"verdict": given.verdict, "points": given.points, "reason": given.reason}
