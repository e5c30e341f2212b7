"""What the workshop of one draft shows: the tree as flat lines with sums, problems by node, what others changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.core.exact import ZERO
from backend.core.points import format_points
from backend.criteria.applying import Scope
from backend.criteria.checks import Problem, problems_of
from backend.criteria.models import CriteriaSet, Edit, Node
from backend.criteria.queries import Branch, Totals, branches, flatten, scopes_of, totals_of
from permissions.actor import Actor

SHOWN_EDITS = 8


@dataclass
class Shop:
    """One draft opened: each read is made once."""

    criteria_set: CriteriaSet
    nodes: list[Node]
    current: int | None = None

    @cached_property
    def tree(self) -> list[Branch]:
        """Return the fields with all under them."""
        return branches(self.nodes)

    @cached_property
    def totals(self) -> Totals:
        """Return points and counts of the whole set."""
        return totals_of(self.tree)

    @cached_property
    def scopes(self) -> dict[int, Scope]:
        """Return for whom each node applies, by key, where not for everybody."""
        return scopes_of(self.criteria_set, self.nodes)

    @cached_property
    def problems(self) -> list[Problem]:
        """Return everything to mend before the set can be published."""
        return problems_of(self.criteria_set, self.nodes, self.tree, self.scopes)

    @cached_property
    def problems_here(self) -> list[Problem]:
        """Return the problems of the node that is open."""
        return [problem for problem in self.problems if problem.node_id == self.current]

    @cached_property
    def edits(self) -> list[Edit]:
        """Return the newest edits, without the rows they kept."""
        rows = Edit.objects.filter(criteria_set=self.criteria_set).defer("before", "after")
        return list(rows.order_by("-number")[:SHOWN_EDITS])

    @cached_property
    def undoable(self) -> Edit | None:
        """Return the edit that undo would take back."""
        newest = next((edit for edit in self.edits if not edit.is_undone), None)
        if newest or len(self.edits) < SHOWN_EDITS:
            return newest
        rows = Edit.objects.filter(criteria_set=self.criteria_set, is_undone=False)
        return rows.defer("before", "after").order_by("-number").first()

    @property
    def lines(self) -> SafeString:
        """Return the tree in the order of reading, one item of a list each."""
        # Written here, with one address for all: a template's loop over hundreds of lines and as many look-ups
        # of addresses would cost several times the reading of the rows.
        before, after = reverse("criteria:node_edit", args=[0]).rsplit("0", 1)
        wrong = Counter(problem.node_id for problem in self.problems)
        return SafeString(
            "\n".join(
                self._line(branch, f"{before}{branch.node.pk}{after}", wrong[branch.node.pk])
                for branch in flatten(self.tree)
            )
        )

    def _line(self, branch: Branch, address: str, problems: int) -> str:
        node = branch.node
        kind = "leaf" if node.is_leaf else "group"
        current = ' aria-current="page"' if node.pk == self.current else ""
        mark = "".join(f" <small>{escape(text)}</small>" for text in self._marks(node))
        mend = f" <em>{_wrong(problems)}</em>" if problems else ""
        return (
            f'<li class="lv{min(branch.depth, 5)} {kind}"><a id="t{node.pk}" href="{address}"{current}>'
            f"<b>{escape(node.code)}</b> <span>{escape(node.title)}</span> <i>{_points_of(branch)}</i>{mark}{mend}</a></li>"
        )

    def _marks(self, node: Node) -> Iterator[str]:
        """Yield what sets the node apart: framed or added, bonus or penalty, not for everybody."""
        if self.criteria_set.framework_id:
            yield _("theo khung") if node.frame_id else _("bổ sung")
        if node.counting != Node.Counting.BASE:
            yield node.get_counting_display()
        if node.pk in self.scopes:
            yield _("phạm vi riêng")


def _wrong(count: int) -> str:
    return ngettext("%d chỗ cần sửa", "%d chỗ cần sửa", count) % count


def _points_of(branch: Branch) -> str:
    if branch.node.counting != Node.Counting.BASE:
        # Outside the scale: none of the sum, yet points of its own.
        return format_points(branch.node.max_points or ZERO)
    planned = branch.node.planned_points
    if planned is None or planned == branch.points:
        return format_points(branch.points)
    return f"{format_points(branch.points)}/{format_points(planned)}"


def shop_of(criteria_set: CriteriaSet, current: int | None = None) -> Shop:
    """Return the draft opened at the node ``current``; one query, the rest when asked for."""
    nodes = list(Node.objects.filter(criteria_set=criteria_set).order_by("order"))
    return Shop(criteria_set, nodes, current)


def groups_for(node: Node) -> list[tuple[int, str]]:
    """Return the groups (key, code and title) the node can be moved into; one query."""
    rows = Node.objects.filter(criteria_set_id=node.criteria_set_id, is_leaf=False, level__lt=5)
    inside = f"{node.code}."
    return [
        (pk, f"{code} {title}")
        for pk, code, title in rows.order_by("order").values_list("pk", "code", "title")
        if pk not in (node.pk, node.parent_id) and not code.startswith(inside)
    ]


@dataclass(frozen=True)
class Change:
    """An edit of somebody else, with a node it touched that still stands."""

    edit: Edit
    node_id: int | None


def last_edit_of(node: Node) -> Edit | None:
    """Return the newest edit that touched the node."""
    rows = Edit.objects.filter(criteria_set_id=node.criteria_set_id, after__has_key=str(node.pk))
    return rows.defer("before", "after").order_by("-number").first()


def changes_since(criteria_set: CriteriaSet, revision: int | None, *, by: Actor) -> list[Change]:
    """Return what others changed in the tree since that revision, the newest first."""
    if revision is None:
        return []
    rows = Edit.objects.filter(criteria_set=criteria_set, number__gt=revision).exclude(made_by_key=by.user_id)
    edits = list(rows.order_by("-number")[:SHOWN_EDITS])
    standing = _standing(edits)
    return [
        Change(edit, next((int(key) for key in edit.after if int(key) in standing), None)) for edit in edits
    ]


def _standing(edits: Sequence[Edit]) -> set[int]:
    keys = {int(key) for edit in edits for key in edit.after}
    return set(Node.objects.filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
