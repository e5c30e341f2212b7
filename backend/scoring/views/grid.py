"""The sheet of a card as rows of a page: each leaf with its form, its words and its state."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from backend.core.dates import format_moment
from backend.core.exact import ZERO, round_half_up
from backend.criteria.models import Node
from backend.rounds.models import Step
from backend.scoring import queries
from backend.scoring.forms import LeafForm
from backend.scoring.lifecycle import WITH_UNIT, State
from backend.scoring.models import Mark, ReturnedLeaf, Scorecard
from backend.scoring.queries import NOTHING, Heading, Leaf, Share, Sheet, Window
from backend.scoring.views.finding import actor_of, may
from permissions.roles import Verb


@dataclass
class Row:
    """One leaf on the page. ``form`` is None where the viewer may not change it; ``share``, ``late``: views.narrowing.

    ``returned``: why it came back.
    """

    leaf: Leaf
    form: LeafForm | None = None
    share: Share = NOTHING
    late: bool = False
    returned: ReturnedLeaf | None = None

    is_leaf = True

    @cached_property
    def key(self) -> str:
        """Return what ends the names of the row's pieces in the page."""
        return str(self.leaf.score.pk)

    @cached_property
    def url(self) -> str:
        """Return the address of the leaf's own page."""
        return f"{_leaves_at(self.leaf.score.card_id)}{quote(self.leaf.code)}/"

    @property
    def saved(self) -> str:
        """Return when the leaf was last saved, in words; empty before the first time."""
        saved_at = self.leaf.self_mark.saved_at if self.leaf.self_mark else None
        return _("Lưu lúc %(when)s") % {"when": format_moment(saved_at)} if saved_at else ""

    @property
    def documents(self) -> str:
        """Return how many pieces of evidence there are, "3 tài liệu"."""
        return _("%(count)s tài liệu") % {"count": len(self.leaf.evidence)}

    @cached_property
    def own(self) -> bool:
        """Return whether the unit scores this leaf itself."""
        return self.leaf.score.applies and self.leaf.score.source == Node.Source.ASSESSED

    @property
    def explained(self) -> str:
        """Return how the rule came to the points, with the unit's numbers."""
        return self.leaf.explained

    @property
    def status(self) -> tuple[str, str]:
        """Return the state of the leaf in words, and its colour."""
        if not self.leaf.score.applies:
            return _("không áp dụng"), "grey"
        if not self.own:
            return _("cơ quan tổ chức nhập"), "grey"
        if self.leaf.points is None:
            return (_("chưa chấm") if self.leaf.within_scale else _("không bắt buộc")), "plain"
        if self.leaf.claims_not_arisen:
            return _("không phát sinh"), "green"
        if self.leaf.lacks_evidence:
            return _("thiếu tài liệu"), "amber"
        return _("đã chấm"), "green"

    @property
    def later(self) -> list[Mark]:
        """Return the marks of later steps that the viewer may see, in order."""
        return [mark for mark in self.leaf.marks.values() if mark.step.kind != Step.Kind.SELF]


@lru_cache(maxsize=1000)
def _leaves_at(card_id: int) -> str:
    """Return what the addresses of a card's leaves begin with: resolving each takes longer than its row."""
    return reverse("scoring:leaf", args=[card_id, "0"]).removesuffix("0/")


@dataclass
class Part:
    """One field of the sheet with its rows and headings in order."""

    field: queries.Field
    rows: list[Row | Heading] = dataclasses.field(default_factory=list)

    @property
    def own_maximum(self) -> Decimal:
        """Return the points of the field that the unit may give itself."""
        return sum((leaf.score.max_points for leaf in self.field.own), ZERO)

    @property
    def width(self) -> str:
        """Return the length of the field's bar for SVG, 0 to 500: its self-points out of their maximum."""
        return _width(self.field.total, self.own_maximum)

    @property
    def last_width(self) -> str:
        """Return the length of last year's bar: what the mapped leaves got out of last year's maximum."""
        known = [leaf for leaf in self.field.own if leaf.last_year is not None]
        most = sum((leaf.last_maximum or ZERO for leaf in known), ZERO)
        return _width(sum((leaf.last_year or ZERO for leaf in known), ZERO), most)


def _width(points: Decimal, most: Decimal) -> str:
    share = Fraction(points) / Fraction(most) if most else Fraction(0)
    return str(round_half_up(share * 500, 1))


@dataclass
class Page:
    """What the pages of one card have in common."""

    card: Scorecard
    sheet: Sheet
    window: Window | None
    editable: bool
    of_unit: bool
    parts: list[Part] = field(default_factory=list)

    @property
    def last_year(self) -> Decimal | None:
        """Return last year's points of the mapped leaves; None where none is."""
        known = [part.field.last_year for part in self.parts if part.field.last_year is not None]
        return sum(known, ZERO) if known else None

    @property
    def last_own(self) -> Decimal | None:
        """Return last year's points of the mapped leaves that the unit scores itself; None where none is."""
        known = [part.field.last_own for part in self.parts if part.field.last_own is not None]
        return sum(known, ZERO) if known else None

    @property
    def rows(self) -> list[Row]:
        """Return the leaves in order."""
        return [row for part in self.parts for row in part.rows if isinstance(row, Row)]

    @property
    def later_steps(self) -> list[Step]:
        """Return the later steps of which the viewer sees at least one mark, in order."""
        seen = {mark.step_id for row in self.rows for mark in row.later}
        return [step for step in self.sheet.steps if step.pk in seen]

    @property
    def change(self) -> Decimal | None:
        """Return the total's change against last year's points of the mapped leaves; None without any."""
        pairs = [(leaf.points, leaf.last_year) for leaf in self.sheet.own]
        known = [(now, before) for now, before in pairs if now is not None and before is not None]
        return sum((now - before for now, before in known), ZERO) if known else None

    def row(self, code: str) -> Row | None:
        """Return the leaf of that code."""
        return next((row for row in self.rows if row.leaf.code == code), None)

    def part_of(self, row: Row) -> Part:
        """Return the field a row stands in."""
        return next(part for part in self.parts if row in part.rows)


def page_of(request: HttpRequest, card: Scorecard, *, bound: LeafForm | None = None) -> Page:
    """Return the page's rows for this viewer; ``bound`` is a form to be shown again with what was typed."""
    actor = actor_of(request)
    sheet = queries.sheet(card, actor)
    window = queries.time_of(card, Step.Kind.SELF, sheet.now)
    editable = may_score(request, card, window)
    of_unit = is_of_unit(request, card)
    page = Page(card, sheet, window, editable, of_unit)
    for part in sheet.fields:
        rows = [_row(row, editable, bound) if isinstance(row, Leaf) else row for row in part.rows]
        page.parts.append(Part(part, rows))
    return page


def is_of_unit(request: HttpRequest, card: Scorecard) -> bool:
    """Return whether the person is on the unit's side of the card: officer, leader, or lent the approval."""
    actor = actor_of(request)
    own = any(actor.may(verb, at=card.place()) for verb in (Verb.SCORE, Verb.APPROVE))
    return own or may(request, Verb.APPROVE, card)


def may_score(request: HttpRequest, card: Scorecard, window: Window | None) -> bool:
    """Return whether the viewer could save points now; the action decides again under lock."""
    if window is None or not window.is_open or State(card.state) not in WITH_UNIT:
        return False
    return actor_of(request).may(Verb.SCORE, at=card.place())


def _row(leaf: Leaf, editable: bool, bound: LeafForm | None) -> Row:
    row = Row(leaf)
    if editable and row.own and leaf.self_mark:
        ours = bound is not None and bound.score.pk == leaf.score.pk
        leaf.self_mark.score = leaf.score
        row.form = bound if ours else LeafForm(score=leaf.score, mark=leaf.self_mark)
    return row


def add_returned(page: Page) -> list[ReturnedLeaf]:
    """Put the reasons of the last return on their rows and return them; none while the unit has not got it back."""
    if not page.of_unit or State(page.card.state) not in WITH_UNIT:
        return []
    found = queries.returned_now(page.card)
    by_score = {one.score_id: one for one in found}
    for row in page.rows:
        row.returned = by_score.get(row.leaf.score.pk)
    return found


def common(request: HttpRequest, page: Page, tab: str = "") -> dict[str, Any]:
    """Return the context that every page of a card needs; ``tab`` is which of them it is."""
    context: dict[str, Any] = {
        "page": page,
        "card": page.card,
        "sheet": page.sheet,
        "taken": queries.taken(page.sheet),
        "now": page.sheet.now,
        "tab": tab,
        "part_of_unit": page.of_unit,
        "with_unit": State(page.card.state) in WITH_UNIT,
        "has_questions": page.of_unit and any(leaf.explanations for leaf in page.sheet.leaves),
    }
    # The key stands only where it says yes, so that the demonstration's own banner is not switched off.
    return context | ({"demo": True} if page.card.round.is_illustration else {})
