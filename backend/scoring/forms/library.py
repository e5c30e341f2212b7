"""What is looked for in a card's evidence, and which pieces of earlier years are attached again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.scoring.queries import MOST_SOUGHT, SORTS, FlagKind, Offer, Sheet, Wanted


class LibraryFilter(forms.Form):
    """The filters above the list. What makes no sense in an address is as if it were not there."""

    field = forms.ChoiceField(label=gettext_lazy("Lĩnh vực"), required=False)
    leaf = forms.ChoiceField(label=gettext_lazy("Tiêu chí"), required=False)
    flag = forms.ChoiceField(label=gettext_lazy("Lưu ý"), required=False)

    def __init__(self, given: Any, *, sheet: Sheet, kinds: Iterable[FlagKind]) -> None:
        sort = given.get("sort", "")
        self.words = given.get("q", "").strip()[:MOST_SOUGHT]
        self.sort = sort if sort.removeprefix("-") in SORTS else ""
        fields = [("", _("Tất cả lĩnh vực"))]
        fields += [(part.node.code, f"{part.node.code}. {part.node.title}") for part in sheet.fields]
        leaves = [("", _("Tất cả tiêu chí"))]
        leaves += [(leaf.code, f"{leaf.code} {leaf.node.title}"[:90]) for leaf in sheet.leaves]
        flags = [("", _("Tất cả")), *((str(kind), str(kind.label).capitalize()) for kind in kinds)]
        choices = {"field": fields, "leaf": leaves, "flag": flags}
        known = {
            name: given.get(name, "") if given.get(name, "") in dict(options) else ""
            for name, options in choices.items()
        }
        super().__init__(known, auto_id="filter-%s")
        for name, options in choices.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def wanted(self) -> Wanted:
        """Return what is looked for."""
        return Wanted(words=self.words, sort=self.sort, **self.cleaned_data)


class ReuseForm(forms.Form):
    """Which offers of earlier years are taken; all of them unless said otherwise."""

    pick = forms.MultipleChoiceField(
        label=gettext_lazy("Tài liệu dùng lại"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Chưa chọn tài liệu nào. Hãy đánh dấu tài liệu cần dùng lại."),
            "invalid_choice": gettext_lazy(
                "Có tài liệu đã nằm trên phiếu hoặc không còn dùng lại được. Hãy chọn lại trong danh sách dưới đây."
            ),
        },
    )

    def __init__(self, given: Any = None, *, offers: list[Offer]) -> None:
        super().__init__(given, initial={"pick": [offer.key for offer in offers]}, auto_id="reuse-%s")
        self.fields["pick"].choices = [(offer.key, str(offer.piece)) for offer in offers]  # type: ignore[attr-defined]

    @property
    def picked(self) -> list[str]:
        """Return the keys that are ticked."""
        return list(self["pick"].value() or [])
