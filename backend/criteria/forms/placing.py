"""Forms of the workshop's tree: what was seen, where a node goes, into how many parts it splits."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from backend.core.errors import Invalid
from backend.core.text import NFCCharField, nfc
from backend.criteria import actions
from backend.criteria.models import Node

CHOICE = "choose_"
THEIRS = "theirs"


class SeenForm(forms.Form):
    """What the page was made from: revisions of the set and the node, the newest edit, the code it showed."""

    seen = forms.IntegerField(required=False, min_value=0)
    revision = forms.IntegerField(required=False, min_value=0)
    number = forms.IntegerField(required=False, min_value=0)
    shown_code = NFCCharField(required=False, max_length=30)

    def get(self, name: str) -> Any:
        """Return one of them, None where it was not sent. Raises Invalid where what was seen cannot be read.

        Taken for not sent, it would let the form overwrite what others saved.
        """
        if not self.is_valid() and name in self.errors and name in SeenForm.base_fields:
            raise Invalid(_("Trang gửi lên không đọc được. Hãy tải lại trang rồi làm lại."))
        return self.cleaned_data.get(name)


class MoveForm(SeenForm):
    """One of ``actions.WAYS``, with the group for "into"; an empty group is the row of fields."""

    way = forms.CharField(required=False, max_length=5)
    group = forms.IntegerField(required=False)


class SplitForm(SeenForm):
    """Into how many leaves one is split."""

    parts = forms.IntegerField(
        label=_("Số tiêu chí"),
        min_value=2,
        max_value=actions.MOST_PARTS,
        widget=forms.TextInput(attrs={"class": "input-short", "inputmode": "numeric", "autocomplete": "off"}),
        help_text=_(
            "Điểm tối đa được chia đều và cộng lại đúng bằng điểm cũ; sửa lại từng phần sau khi tách."
        ),
    )


class PlaceForm(forms.Form):
    """Where a new node stands among ``siblings``."""

    after = forms.ChoiceField(label=_("Chỗ đứng"), required=False)

    def __init__(self, *args: Any, siblings: list[Node], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.siblings = {str(node.pk): node for node in siblings}
        behind = [(key, _("Sau %s") % _short(node)) for key, node in self.siblings.items()]
        self.fields["after"].choices = [  # type: ignore[attr-defined]
            (actions.LAST, _("Cuối hàng")), (actions.FIRST, _("Đầu hàng")), *behind,
        ]  # fmt: skip

    def chosen(self) -> Node | str:
        """Return the node it stands behind, FIRST or LAST; a wrong choice is the last place."""
        wanted = self.cleaned_data["after"] if self.is_valid() else actions.LAST
        return self.siblings.get(wanted, wanted or actions.LAST)


def _short(node: Node) -> str:
    title = node.title if len(node.title) <= 60 else f"{node.title[:59]}…"
    return f"{node.code} {title}"


def with_theirs(data: QueryDict, standing: forms.Form) -> QueryDict:
    """Return what was sent, with the values that stand now where the person chose them over her own."""
    taken = data.copy()
    for name in standing.fields:
        if data.get(CHOICE + name) == THEIRS:
            value = standing[name].value()
            if value in (None, False):
                taken.pop(name, None)
            else:
                taken[name] = str(value)
    return taken


def differing(typed: forms.Form, standing: forms.Form) -> list[str]:
    """Return the names of the fields whose typed value is another than the one that stands now."""
    names = []
    for name, field in typed.fields.items():
        stands, sent = standing[name].value(), typed[name].data
        if isinstance(stands, str) and isinstance(sent, str):
            if _line(stands) != _line(sent) and field.has_changed(stands, sent):
                names.append(name)
        elif field.has_changed(standing[name].initial, sent):
            names.append(name)
    return names


def _line(text: str) -> str:
    return nfc(text).replace("\r\n", "\n").strip()
