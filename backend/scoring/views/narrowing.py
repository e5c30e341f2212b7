"""The grid of a card narrowed to what one looks for: whose leaves, which field, what they lack."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.scoring import queries
from backend.scoring.models import Scorecard
from backend.scoring.queries import NOTHING, Leaf, Share
from backend.scoring.views.finding import actor_of
from backend.scoring.views.grid import Page, Part, Row

ME, NONE = "me", "none"
LACKS: dict[str, tuple[Any, Callable[[Leaf, Share, datetime], bool]]] = {
    "points": (gettext_lazy("Chưa chấm"), lambda leaf, _share, _now: queries.lacks_points(leaf)),
    "evidence": (gettext_lazy("Thiếu tài liệu"), lambda leaf, _share, _now: leaf.lacks_evidence),
    "late": (gettext_lazy("Quá hạn nội bộ"), queries.is_late),
    "done": (gettext_lazy("Đã xong"), lambda leaf, _share, _now: queries.is_done(leaf)),
    "unread": (gettext_lazy("Có người nhắc tôi"), lambda _leaf, share, _now: bool(share.unread)),
}


class NarrowForm(forms.Form):
    """Whose leaves, of which field, and what they lack; everything is offered where nothing is chosen."""

    who = forms.ChoiceField(label=gettext_lazy("Người được giao"), required=False)
    field = forms.ChoiceField(label=gettext_lazy("Lĩnh vực"), required=False)
    lack = forms.ChoiceField(
        label=gettext_lazy("Tình trạng"),
        required=False,
        choices=[("", gettext_lazy("Tất cả")), *((name, title) for name, (title, _test) in LACKS.items())],
    )

    def __init__(self, page: Page, data: Any) -> None:
        wanted = {name: data.get(name, "") for name in ("who", "field", "lack")}
        super().__init__(wanted, auto_id="narrow-%s")
        self.fields["who"].choices = [
            ("", _("Tất cả")),
            (ME, _("Việc của tôi")),
            (NONE, _("Chưa giao ai")),
            *_assignees(page),
        ]
        self.fields["field"].choices = [
            ("", _("Tất cả các lĩnh vực")),
            *(
                (part.field.node.code, f"{part.field.node.code}. {part.field.node.title}")
                for part in page.parts
            ),
        ]
        self.is_valid()

    @property
    def wanted(self) -> dict[str, str]:
        """Return what is asked for, without what asks for nothing or for what there is not."""
        return {name: value for name, value in self.cleaned_data.items() if value}


def _assignees(page: Page) -> list[tuple[str, str]]:
    found = {row.share.key: row.share.assignee for row in page.rows if row.share.key}
    return sorted(found.items(), key=lambda item: item[1])


def share_out(request: HttpRequest, page: Page) -> None:
    """Put on each row what the unit's people share about its leaf; one statement, none for others."""
    if not page.of_unit:
        return
    found = queries.shares(page.card, actor_of(request))
    for row in page.rows:
        row.share = found.get(row.leaf.score.pk, NOTHING)
        row.late = queries.is_late(row.leaf, row.share, page.sheet.now)


def narrowed(request: HttpRequest, page: Page) -> dict[str, Any]:
    """Leave on the page the rows that the address asks for and return what the filter needs to be shown."""
    if not page.of_unit:
        return {}
    form = NarrowForm(page, request.GET)
    every = len([row for row in page.rows if row.own])
    context = {"narrow": form, "all_leaves": every, "my_leaves": sum(row.share.mine for row in page.rows)}
    if form.wanted:
        _narrow(page, form.wanted)
    return context | {"shown_leaves": len(page.rows)}


def _narrow(page: Page, wanted: dict[str, str]) -> None:
    for part in page.parts:
        kept = [row for row in part.rows if isinstance(row, Row) and _fits(row, part, page, wanted)]
        part.rows = [row for row in part.rows if row in kept or _above(row, kept)]
    page.parts = [part for part in page.parts if part.rows]


def _above(row: Any, kept: list[Row]) -> bool:
    return not row.is_leaf and any(leaf.leaf.code.startswith(f"{row.code}.") for leaf in kept)


def _fits(row: Row, part: Part, page: Page, wanted: dict[str, str]) -> bool:
    who, share = wanted.get("who", ""), row.share
    hers = {"": True, ME: share.mine, NONE: not share.key}.get(who, share.key == who)
    here = wanted.get("field", part.field.node.code) == part.field.node.code
    lack = wanted.get("lack", "")
    return row.own and hers and here and (not lack or LACKS[lack][1](row.leaf, share, page.sheet.now))


def grid_url(card: Scorecard, **wanted: str) -> str:
    """Return the address of the card's grid narrowed to what is ``wanted``."""
    return f"{reverse('scoring:scorecard', args=[card.pk])}?{urlencode(wanted)}"
