"""Shapes of what people type about results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from backend.accounts.actions import re_authenticate
from backend.core.errors import Invalid
from backend.core.points import parse_points
from backend.rounds import rules
from backend.rounds.models import Group, Round
from reports.models import Document
from reports.rankings import Band, TieRule
from reports.trying import Wanted

# Rows of the page of bands that are read.
MOST_BANDS = 20


class PublishForm(forms.Form):
    """The publishing document, and the password (or second factor) again."""

    decision = forms.CharField(
        label=_("Số, ngày văn bản công bố"),
        required=False,
        max_length=200,
        help_text=_("Ví dụ: Quyết định số 123/QĐ-UBND ngày 05/03/2027. Có thể để trống."),
    )
    secret = forms.CharField(
        label=_("Mật khẩu của bạn"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("Nhập lại để xác nhận chính bạn công bố; nếu dùng mã xác thực thì nhập mã 6 số."),
    )

    def __init__(self, data: Any = None, *, user: Any, round_: Round) -> None:
        super().__init__(data)
        self.user = user
        if round_.is_illustration:
            del self.fields["decision"]  # number, signer and seal of a demonstration stay empty

    def clean_secret(self) -> str:
        """Make sure of the person; wrong answers are counted and slow the next ones."""
        try:
            re_authenticate(self.user, self.cleaned_data["secret"])
        except Invalid as refusal:
            raise ValidationError(refusal.message, code="secret") from None
        return ""


class CorrectForm(PublishForm):
    """Why a published ranking is corrected, the correcting document, and the password again."""

    reason = forms.CharField(
        label=_("Lý do đính chính"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Được công bố cùng bảng xếp hạng mới. Không ghi thông tin riêng của đơn vị, cá nhân."),
    )
    field_order = ["reason", "decision", "secret"]


class WeightsForm(forms.Form):
    """How much each part of a merged unit counts in one figure of its past; nothing is assumed for the person."""

    def __init__(self, data: Any, *, parts: dict[int, str]) -> None:
        super().__init__(data)
        self.parts = parts
        for key, name in parts.items():
            self.fields[f"w{key}"] = forms.CharField(label=name, max_length=20)

    def clean(self) -> dict[str, Any]:
        """Read the weights as numbers above zero."""
        for name in self.fields:
            if text := self.cleaned_data.get(name, ""):
                try:
                    weight = parse_points(text)
                except Invalid as refusal:
                    self.add_error(name, refusal.message)
                    continue
                if weight <= 0:
                    self.add_error(name, _("Trọng số phải lớn hơn 0."))
                self.cleaned_data[name] = weight
        return self.cleaned_data

    @property
    def weights(self) -> dict[int, Any]:
        """Return the weights by unit."""
        return {key: self.cleaned_data[f"w{key}"] for key in self.parts}


class AskForm(forms.Form):
    """Which document to make."""

    kind = forms.ChoiceField(choices=Document.Kind.choices)


class BacktestForm(forms.Form):
    """Which of ``rounds`` (keys) a set is tried on, and whether leaves may be matched by code and title."""

    round = forms.TypedChoiceField(
        coerce=int,
        error_messages={"required": _("Hãy chọn một đợt."), "invalid_choice": _("Hãy chọn một đợt.")},
    )
    with_guesses = forms.BooleanField(required=False)

    def __init__(self, data: Any = None, *, rounds: list[int]) -> None:
        super().__init__(data)
        self.fields["round"].choices = [(key, key) for key in rounds]  # type: ignore[attr-defined]


class TryForm(forms.Form):
    """What is typed about a group's ranking; whatever is left out is as the group has it."""

    tie_rule = forms.ChoiceField(choices=Group.TieRule.choices, required=False)
    tie_order = forms.CharField(required=False)
    decimals = forms.TypedChoiceField(choices=[(n, n) for n in (1, 2, 3)], coerce=int, required=False)
    procedures = forms.ChoiceField(choices=Group.Procedures.choices, required=False)

    def __init__(self, data: Any, *, group: Group) -> None:
        super().__init__(data)
        self.group = group
        self.problems: list[str] = []

    def wanted(self) -> Wanted:
        """Return what to try; ``problems`` then holds sentences about bands that can't be read."""
        self.is_valid()
        given = self.cleaned_data
        codes = [code.strip() for code in given.get("tie_order", "").replace(";", ",").split(",")]
        typed = "tie_order" in self.data
        return Wanted(
            self._bands(),
            TieRule(given.get("tie_rule") or self.group.tie_rule),
            tuple(filter(None, codes)) if typed else tuple(self.group.tie_order),
            given.get("decimals") or self.group.decimals,
            given.get("procedures") or self.group.procedures,
        )

    def _bands(self) -> tuple[Band, ...]:
        lines = list(self._typed_bands()) if "form-TOTAL_FORMS" in self.data else self._stored_bands()
        self.problems += rules.wrong_bands(lines)
        return tuple(Band(line.label, line.lower, line.inclusive) for line in lines)

    def _stored_bands(self) -> list[rules.BandLine]:
        return [rules.BandLine(band.label, band.lower, band.inclusive) for band in self.group.bands.all()]

    def _typed_bands(self) -> Iterator[rules.BandLine]:
        """Give the rows of the page of bands that have both a label and a bound; say what is wrong with others."""
        for number in range(MOST_BANDS):
            label = self.data.get(f"form-{number}-label", "").strip()
            lower = self.data.get(f"form-{number}-lower", "").strip()
            if not label or not lower:
                continue
            try:
                exact = parse_points(lower)
            except Invalid as refusal:
                self.problems.append(f"{label}: {refusal.message}")
            else:
                yield rules.BandLine(label, exact, f"form-{number}-inclusive" in self.data)
