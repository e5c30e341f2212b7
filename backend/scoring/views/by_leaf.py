"""Thẩm định theo tiêu chí: one leaf across the units of a round, marked row by row; who has done how much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from backend.criteria.models import Node
from backend.rounds.models import Round, Step
from backend.scoring import actions, work
from backend.scoring.across import Across, Case, across, key_of, scores_for
from backend.scoring.actions.appraisal import her_field
from backend.scoring.forms import MarkForm, RowMarkForm
from backend.scoring.forms.council import reachable
from backend.scoring.lifecycle import UNDER_APPRAISAL, State
from backend.scoring.models import Scorecard
from backend.scoring.queries import Leaf, step_of
from backend.scoring.queries.canned import canned_for, leaves_in
from backend.scoring.views.appraisal import demo_of
from backend.scoring.views.finding import actor_of, may
from backend.scoring.views.mark_forms import mark_form
from backend.scoring.views.marking import Line, is_over, why_shut
from backend.scoring.views.sifting import fits, sifts
from backend.scoring.views.survey import find_round
from permissions.roles import Verb

SORTS: dict[str, tuple[Any, Callable[[Row], Any]]] = {
    "inputs": (gettext_lazy("Cùng số liệu"), lambda row: row.rank),
    "unit": (gettext_lazy("Đơn vị"), lambda _row: 0),
    "points": (gettext_lazy("Điểm tự chấm"), lambda row: -(row.line.leaf.points or -1)),
}
# A rule with more values says from where to where instead.
MOST_VALUES = 8


@dataclass
class Row:
    """One unit in the table of a leaf. ``why_shut`` says why nothing is saved here now; ``case`` are its equals."""

    line: Line
    card: Scorecard
    why_shut: str = ""
    case: Case | None = None
    place: int = 0

    @property
    def rank(self) -> tuple[Any, ...]:
        """Return where the row stands among equals: rows of equal inputs together, most points first."""
        leaf = self.line.leaf
        points = leaf.points if leaf.points is not None else -1
        first = self.case.leaves[0].score.pk if self.case else 0
        return -points, first, self.place

    @property
    def peers(self) -> list[tuple[Any, list[Leaf]]]:
        """Return the points given to other units with the same inputs."""
        given = self.case.given if self.case else []
        others = [
            (points, [leaf for leaf in leaves if leaf is not self.line.leaf]) for points, leaves in given
        ]
        return [(points, leaves) for points, leaves in others if leaves]


@dataclass
class Table:
    """The leaf in every unit that the page shows, and in all of them."""

    found: Across
    every: list[Row]
    rows: list[Row] = field(default_factory=list)

    @property
    def due(self) -> int:
        """Return how many units under appraisal are owed a mark at their step."""
        return len(self._owed)

    @property
    def done(self) -> int:
        """Return how many of those have one."""
        return sum(line.mark is not None for line in self._owed)

    @property
    def _owed(self) -> list[Line]:
        return [row.line for row in self.every if row.line.due and State(row.card.state) in UNDER_APPRAISAL]


def _line(leaf: Leaf) -> Line:
    card = leaf.score.card
    step = None if is_over(card) else step_of(card, Step.Kind.APPRAISAL)
    return Line(leaf, step, again=card.step_id is not None)


def _row(request: HttpRequest, found: Across, leaf: Leaf, case: Case | None) -> Row:
    card, line = leaf.score.card, _line(leaf)
    find = partial(found.window, card)
    shut = why_shut(card, find(Step.Kind.APPRAISAL), find)
    if not shut and leaf.score.is_double:  # type: ignore[attr-defined]
        shut = _("Tiêu chí này có hai người chấm độc lập: hãy chấm ở phiếu của đơn vị.")
    row = Row(line, card, shut, case)
    mine = may(request, Verb.APPRAISE, card) and her_field(card, leaf.score, actor_of(request))
    line.may_touch = mine and line.assessed and not row.why_shut
    if line.may_touch:
        line.form = _form(line)
    return row


def _form(line: Line) -> MarkForm:
    return mark_form(line, shape=RowMarkForm)


def _node(round_: Round, pk: int) -> tuple[Node, Node | None, Node | None]:
    """Return a leaf of the round with the one before and the one after it. Raises Http404."""
    nodes = list(leaves_in(round_))
    place = next((n for n, node in enumerate(nodes) if node.pk == pk), None)
    if place is None:
        raise Http404
    near = [nodes[n] if 0 <= n < len(nodes) else None for n in (place - 1, place + 1)]
    return nodes[place], near[0], near[1]


@require_GET
def by_leaf(request: HttpRequest, pk: int, node_pk: int) -> HttpResponse:
    """Show one leaf across the units of the round, equal inputs together."""
    return _page(request, find_round(request, pk), node_pk)


def _page(
    request: HttpRequest, round_: Round, node_pk: int, *, card_pk: int = 0, form: RowMarkForm | None = None
) -> HttpResponse:
    node, before, after = _node(round_, node_pk)
    found = across(round_, node, actor_of(request), whole=True)
    table = _table(request, found)
    for row in table.every:
        if form is not None and row.card.pk == card_pk:
            row.line.form = form
    context = _context(round_, node, table) | {
        "before": before,
        "after": after,
        "sifts": sifts([row.line for row in table.every], found.flags),
        "shown": request.GET.get("show", "all"),
        "sorts": [(name, title) for name, (title, _key) in SORTS.items()],
        "sort": _sort(request),
        "offered": canned_for(round_.host_id, node.pk),
        "groups": _groups(table),
        "group": request.GET.get("group", ""),
        "values": _values(table),
        "form": form,
    }
    status = 422 if form else 200
    return render(request, "scoring/by_leaf.html", context | demo_of(round_), status=status)


def _context(round_: Round, node: Node, table: Table) -> dict[str, Any]:
    return {"round": round_, "node": node, "table": table, "flags": table.found.flags, "now": table.found.now}


def _table(request: HttpRequest, found: Across) -> Table:
    cases = found.cases
    every = [_row(request, found, leaf, cases.get(key_of(leaf))) for leaf in found.leaves]
    for place, row in enumerate(every):
        row.place = place
    group, shown = request.GET.get("group", ""), request.GET.get("show", "")
    rows = [row for row in every if not group or str(row.card.group_id) == group]
    rows = [row for row in rows if fits(shown, row.line, found.flags)]
    return Table(found, every, sorted(rows, key=SORTS[_sort(request)][1]))


def _sort(request: HttpRequest) -> str:
    wanted = request.GET.get("sort", "")
    return wanted if wanted in SORTS else "inputs"


def _groups(table: Table) -> list[tuple[str, str]]:
    found = {str(row.card.group_id): row.card.group.title for row in table.every}
    return list(found.items()) if len(found) > 1 else []


def _values(table: Table) -> list[Any]:
    values = reachable(table.every[0].line.leaf.score) if table.every else None
    return list(values) if values and len(values) <= MOST_VALUES else []


@require_POST
def row(request: HttpRequest, pk: int, node_pk: int, card_pk: int) -> HttpResponse:
    """Save the council's points of the leaf for one unit, or its agreement."""
    rows = scores_for(actor_of(request)).filter(card__round=pk, node=node_pk, card=card_pk)
    with actions.mark_held(rows, by=actor_of(request)) as held:
        form = RowMarkForm(request.POST, score=held.score, mark=held.mark, before=held.before)
        if form.is_valid() and form.carry_out(lambda: held.save(**form.to_save)):
            return _saved(request, held)
    return _refused(request, held, form)


def _refused(request: HttpRequest, held: actions.HeldMark, form: RowMarkForm) -> HttpResponse:
    card, node = held.card, held.score.node
    if not request.headers.get("HX-Request"):
        return _page(request, find_round(request, card.round_id), node.pk, card_pk=card.pk, form=form)
    leaf = Leaf(held.score, node)
    line = Line(leaf, held.window.step, again=card.step_id is not None, may_touch=True, form=form)
    if held.mark:
        leaf.marks[held.mark.step_id] = held.mark
    context = {"round": card.round, "node": node, "row": Row(line, card)}
    return render(request, "scoring/_by_leaf_mark.html", context, status=422)


def _saved(request: HttpRequest, held: actions.HeldMark) -> HttpResponse:
    card, node, round_ = held.card, held.score.node, held.card.round
    if not request.headers.get("HX-Request"):
        said = {"unit": card.unit_name, "code": node.code}
        messages.success(request, _("Đã lưu điểm tiêu chí %(code)s của %(unit)s.") % said)
        return redirect(f"{reverse('scoring:by_leaf', args=[round_.pk, node.pk])}#unit-{card.pk}")
    found = across(round_, node, actor_of(request), now=held.window.now)
    cases = found.cases
    every = [Row(_line(one), one.score.card, "", cases.get(key_of(one))) for one in found.leaves]
    here = next(row for row in every if row.card.pk == card.pk)
    here.line.may_touch, here.line.form = True, _form(here.line)
    equals = [row for row in every if row.case is here.case] if here.case else [here]
    context = _context(round_, node, Table(found, every))
    context |= {"row": here, "equals": equals, "just_saved": True}
    return render(request, "scoring/_by_leaf_saved.html", context)


@require_GET
def by_leaf_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the leaves of the round with how far each is appraised."""
    round_ = find_round(request, pk)
    done = work.work_in(round_, actor_of(request))
    context = {"round": round_, "work": done, "keeps": actions.may_keep_reasons(actor_of(request), round_)}
    return render(request, "scoring/by_leaf_list.html", context | demo_of(round_))


@require_GET
def marker_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who has appraised how much, by field."""
    round_ = find_round(request, pk)
    context = {"round": round_, "work": work.work_in(round_, actor_of(request))}
    return render(request, "scoring/marker_list.html", context | demo_of(round_))
