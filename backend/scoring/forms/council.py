"""What the council types: points on a leaf, a question, a reason, the conclusion."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from backend.accounts.actions import re_authenticate
from backend.core.dates import format_moment
from backend.core.errors import Invalid
from backend.core.exact import format_points
from backend.core.fields import PointsFormField
from backend.core.forms import ActingForm, CheckedFileField, VersionField, short
from backend.core.text import NFCCharField
from backend.criteria.rules import RuleError
from backend.scoring.actions.points import require_allowed
from backend.scoring.models import Draft, Mark, Score

# A longer list of values is typed faster than it is searched.
MOST_CHOICES = 15


class MarkForm(ActingForm):
    """Points of one leaf at one step of the council, judged as the action will judge them.

    ``mark`` is what stands at the step (None before the first save), ``before`` the points of the
    step before. "Đồng ý" sends ``agree`` and needs no points.
    """

    version = VersionField()
    # Chosen by the person after she has seen what somebody else saved meanwhile.
    over = VersionField(required=False)
    agree = forms.BooleanField(widget=forms.HiddenInput, required=False)
    # The version of the support team's draft that the person takes as her own.
    draft_taken = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)
    points = PointsFormField(label=_("Điểm thẩm định"), required=False)
    reason = NFCCharField(
        label=_("Lý do"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self,
        data: Any = None,
        *,
        score: Score,
        mark: Mark | None,
        before: Decimal | None,
        draft: Draft | None = None,
        **options: Any,
    ) -> None:
        self.score, self.mark, self.before, self.draft = score, mark, before, draft
        self.overtaken = False
        options.setdefault("auto_id", f"mark-{score.pk}-%s")
        super().__init__(data, initial=self._standing(), **options)
        self.fields["points"].widget = self._widget()
        if before is not None:
            self.fields["reason"].label = _("Lý do (khi khác %s)") % format_points(before)

    def _standing(self) -> dict[str, Any]:
        if self.mark is None:
            return {"version": 0}
        return {"version": self.mark.version, "points": self.mark.points, "reason": self.mark.reason}

    def _widget(self) -> forms.Widget:
        values = reachable(self.score)
        if not values or len(values) > MOST_CHOICES:
            attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "input-points"}
            return forms.TextInput(attrs=attrs)
        standing = {
            value for value in (self.mark.points if self.mark else None, self.before) if value is not None
        }
        every = sorted({*values, *standing}, reverse=True)
        shown = [(format_points(value), format_points(value)) for value in every]
        return forms.Select(choices=[("", _("Chọn điểm")), *shown], attrs={"class": "input-points"})

    @property
    def seen_version(self) -> int:
        """Return the version the person has seen."""
        return self.cleaned_data.get("over") or self.cleaned_data["version"]

    def clean(self) -> dict[str, Any]:
        """Check the points against the leaf's rule, ask for the reason, look whether somebody was faster."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("agree"):
            cleaned["points"], cleaned["reason"] = self.before, ""
        if self.draft is not None and cleaned.get("draft_taken") == self.draft.version:
            cleaned["points"], cleaned["reason"] = self.draft.points, self.draft.reason
        if not self.errors:
            self._check_points(cleaned.get("points"))
        if not self.errors:
            self._check_reason(cleaned)
            self._check_fresh(cleaned)
        return cleaned

    def _check_points(self, points: Decimal | None) -> None:
        if points is None:
            self.add_error("points", _("Hãy nhập điểm từ 0 đến %s.") % format_points(self.score.max_points))
            return
        try:
            require_allowed(self.score, points)
        except Invalid as refusal:
            self.add_error("points", refusal.message)

    def _check_reason(self, cleaned: dict[str, Any]) -> None:
        points = cleaned["points"]
        if self.before in (None, points) or cleaned["reason"]:
            return
        sentence = _("Điểm thay đổi từ %(old)s thành %(new)s: hãy ghi lý do cụ thể.")
        self.add_error("reason", sentence % {"old": format_points(self.before), "new": format_points(points)})

    def _check_fresh(self, cleaned: dict[str, Any]) -> None:
        standing = self.mark.version if self.mark else 0
        seen = cleaned.get("over") or cleaned["version"]
        if seen == standing or self._same(cleaned):
            return
        self.overtaken = True
        self.yours = cleaned["points"]
        self.add_error(None, self._faster(cleaned["points"]))

    def _same(self, cleaned: dict[str, Any]) -> bool:
        mark = self.mark
        return mark is not None and (mark.points, mark.reason) == (cleaned["points"], cleaned["reason"])

    def _faster(self, yours: Decimal) -> ValidationError:
        mark = self.mark
        return ValidationError(
            _(
                "%(who)s vừa chấm tiêu chí này%(when)s. Đang lưu: %(theirs)s điểm%(because)s. "
                "Bạn nhập: %(yours)s điểm."
            ),
            code="stale",
            params={
                "who": (mark.author if mark else "") or _("Người khác"),
                "when": f" lúc {format_moment(mark.saved_at)}" if mark and mark.saved_at else "",
                "theirs": "–" if mark is None or mark.points is None else format_points(mark.points),
                "because": _(", lý do: “%s”") % mark.reason if mark and mark.reason else "",
                "yours": format_points(yours),
            },
        )

    @property
    def to_save(self) -> dict[str, Any]:
        """Return the keywords of ``actions.appraise`` and ``actions.decide``."""
        cleaned = self.cleaned_data
        return {
            "version": self._version(),
            "points": cleaned["points"],
            "reason": cleaned["reason"],
        }

    def _version(self) -> int:
        # The same points saved twice are one save: what stands now is what she meant.
        if self.mark is not None and self._same(self.cleaned_data):
            return self.mark.version
        return self.seen_version


class RowMarkForm(MarkForm):
    """The same in one row of a table: points typed, the reason on one line, so that Enter saves."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        attrs = {"autocomplete": "off", "maxlength": 4000, "class": "row-reason"}
        self.fields["reason"].widget = forms.TextInput(attrs=attrs)

    def _widget(self) -> forms.Widget:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "input-points"}
        if self.before is not None:
            attrs["placeholder"] = format_points(self.before)
        return forms.TextInput(attrs=attrs)


def reachable(score: Score) -> tuple[Decimal, ...] | None:
    """Return every number of points the leaf's rule can give, largest first; None where any may come."""
    try:
        return score.node.parsed_rule().reachable(score.max_points)
    except RuleError:
        return None


class QuestionForm(ActingForm):
    """What the unit is asked to explain on one leaf."""

    question = NFCCharField(
        label=_("Nội dung yêu cầu giải trình"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class DeductForm(ActingForm):
    """Points taken off a field or leaf after appraisal; ``codes`` are those of the card with their titles."""

    code = forms.ChoiceField(label=_("Lĩnh vực hoặc tiêu chí"))
    points = PointsFormField(label=_("Điểm bị trừ"))
    reason = NFCCharField(label=_("Lý do"), max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))
    document = NFCCharField(
        label=_("Văn bản làm căn cứ"), max_length=200, help_text=_("Số, ký hiệu, ngày, cơ quan ban hành")
    )
    file = CheckedFileField(label=_("Tệp văn bản"), required=False)

    def __init__(self, data: Any = None, files: Any = None, *, codes: list[tuple[str, str]]) -> None:
        super().__init__(data, files, auto_id="deduct-%s")
        self.fields["code"].choices = [("", _("Chọn nơi bị trừ")), *codes]  # type: ignore[attr-defined]


class CannedForm(ActingForm):
    """A canned reason: its code, its text with blanks, and the leaf it is for (none: every leaf)."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    leaf = forms.TypedChoiceField(label=_("Dùng cho tiêu chí"), required=False, coerce=int, empty_value=None)
    code = NFCCharField(
        label=_("Mã"), max_length=9, widget=short(), help_text=_("Chữ cái rồi chữ số, ví dụ vb1")
    )
    text = NFCCharField(
        label=_("Nội dung"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Để chỗ trống bằng ba dấu chấm, ví dụ: Văn bản số ... ban hành chậm ... ngày"),
    )

    def __init__(self, data: Any = None, *, leaves: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(data, auto_id="canned-%s", **options)
        self.fields["leaf"].choices = [("", _("Mọi tiêu chí")), *leaves]


class ReasonForm(forms.Form):
    """Why something is done to one leaf."""

    reason = NFCCharField(label=_("Lý do"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


class ConcludeForm(forms.Form):
    """The password (or second factor) again, and a note that stays with the conclusion."""

    reason = NFCCharField(
        label=_("Ý kiến kết luận"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )
    secret = forms.CharField(
        label=_("Mật khẩu của bạn"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("Nhập lại để xác nhận chính bạn kết luận; nếu dùng mã xác thực thì nhập mã 6 số."),
    )

    def __init__(self, data: Any = None, *, user: Any, **options: Any) -> None:
        options.setdefault("auto_id", "conclude-%s")
        super().__init__(data, **options)
        self.user = user

    def clean_secret(self) -> str:
        """Make sure of the person; wrong answers are counted and slow the next ones."""
        try:
            re_authenticate(self.user, self.cleaned_data["secret"])
        except Invalid as refusal:
            raise ValidationError(refusal.message, code="secret") from None
        return ""
