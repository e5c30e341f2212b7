"""Kết luận: self-score, appraisals and explanation side by side; decide what is still open; conclude."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from backend.core.exact import ZERO
from backend.criteria.models import Node
from backend.rounds.models import Round, Step
from backend.scoring import actions, board, gates, queries
from backend.scoring.forms import ConcludeForm, DeductForm, MarkForm
from backend.scoring.gates import Facts
from backend.scoring.lifecycle import MOVES, State
from backend.scoring.models import Explanation, Mark, Scorecard
from backend.scoring.queries import Leaf
from backend.scoring.tally import Extra, extras_of, with_extras
from backend.scoring.views.acts import shut
from backend.scoring.views.appraisal import A_PAGE, demo_of, find_hosted
from backend.scoring.views.finding import actor_of, demand, may, way_on
from permissions.roles import Verb

# In this order they stand on the page; the last two are folded.
GROUPS = (
    ("open", gettext_lazy("Còn khác nhau sau giải trình")),
    ("silent", gettext_lazy("Khác điểm tự chấm, không có giải trình")),
    ("settled", gettext_lazy("Đã nhận giải trình, trở lại điểm tự chấm")),
    ("unmarked", gettext_lazy("Chưa thẩm định")),
    ("agreed", gettext_lazy("Đồng ý với điểm tự chấm")),
    ("other", gettext_lazy("Không thẩm định: điều tra, chỉ số ngoài, không áp dụng")),
)
FOLDED = ("agreed", "other")
CONCLUDING = ("conclude", "reconsider", "sign_off", "publish")


@dataclass
class Difference:
    """One leaf of the table: points at each step the viewer may see, and what is said of them."""

    leaf: Leaf
    appraisals: list[Step]
    deciding: Step | None
    form: MarkForm | None = None

    @property
    def assessed(self) -> bool:
        """Return whether the council appraised this leaf."""
        return self.leaf.score.applies and self.leaf.score.source == Node.Source.ASSESSED

    @property
    def marks(self) -> list[Mark | None]:
        """Return the mark of each appraisal, None where none was given."""
        return [self._given(step) for step in self.appraisals]

    def _given(self, step: Step) -> Mark | None:
        mark = self.leaf.marks.get(step.pk)
        return mark if mark and mark.points is not None else None

    @property
    def newest(self) -> Mark | None:
        """Return the newest appraised mark."""
        given = [mark for mark in self.marks if mark]
        return given[-1] if given else None

    @property
    def decided(self) -> Mark | None:
        """Return the mark of the conclusion, if one stands."""
        return self._given(self.deciding) if self.deciding else None

    @property
    def final(self) -> Decimal | None:
        """Return the points that are or would be the result."""
        mark = self.decided or self.newest or self._survey
        return mark.points if mark else None

    @property
    def _survey(self) -> Mark | None:
        kind = Step.Kind.SURVEY
        return next((mark for mark in self.leaf.marks.values() if mark.step.kind == kind), None)

    @property
    def change(self) -> Decimal | None:
        """Return the final points less the self-points; None where one is missing."""
        if not self.assessed or self.final is None or self.leaf.points is None:
            return None
        return self.final - self.leaf.points

    @property
    def explained(self) -> Explanation | None:
        """Return the newest question with an answer."""
        answered = [item for item in self.leaf.explanations if item.answer]
        return answered[-1] if answered else None

    @property
    def group(self) -> str:
        """Return the key of ``GROUPS`` the leaf belongs to."""
        if not self.assessed:
            return "other"
        if self.leaf.claims_not_arisen:
            return "open" if self.explained else "silent"
        if self.newest is None and self.decided is None:
            return "unmarked"
        if self.newest and self.newest.points != self.leaf.points:
            return "open" if self.explained else "silent"
        return "settled" if self.explained else "agreed"

    @property
    def reasons(self) -> list[Mark]:
        """Return the marks that say why, in order."""
        marks = [*self.marks, self.decided]
        return [mark for mark in marks if mark and mark.reason]


@dataclass
class Table:
    """The whole table of one card. ``why_shut`` says why no points can be decided now."""

    card: Scorecard
    sheet: queries.Sheet
    rows: list[Difference]
    appraisals: list[Step]
    why_shut: str

    @property
    def groups(self) -> list[tuple[str, str, bool, list[Difference]]]:
        """Return (key, title, folded, rows) of each group that has rows."""
        found = [(key, str(title), key in FOLDED, self._of(key)) for key, title in GROUPS]
        return [group for group in found if group[3]]

    def _of(self, key: str) -> list[Difference]:
        return [row for row in self.rows if row.group == key]

    @property
    def final(self) -> Decimal:
        """Return the sum of what is or would be the result within the scale, survey points left aside."""
        return sum((row.final or ZERO for row in self.scaled), ZERO)

    @property
    def scaled(self) -> list[Difference]:
        """Return the appraised leaves within the scale."""
        return [row for row in self.rows if row.assessed and row.leaf.within_scale]

    @property
    def extras(self) -> list[Extra]:
        """Return bonus and penalty as they are or would be the result."""
        return extras_of(self.card, [(row.leaf.score, row.final) for row in self.rows if row.assessed])

    @property
    def left(self) -> Decimal:
        """Return what is left within the scale after the deductions that stand (R13)."""
        return self.final - self.deducted

    @property
    def deducted(self) -> Decimal:
        """Return the points that stand taken off."""
        return sum((row.points for row in self.sheet.standing_deductions), ZERO)

    @property
    def concluded(self) -> Decimal:
        """Return what the conclusion comes to: bonus, penalty and deductions counted."""
        return max(with_extras(self.final, self.extras) - self.deducted, ZERO)

    @property
    def totals(self) -> list[Decimal]:
        """Return the running sum after each appraisal, earlier points standing where none was given."""
        return [self._after(number) for number in range(1, len(self.appraisals) + 1)]

    def _after(self, number: int) -> Decimal:
        newest = ([mark for mark in row.marks[:number] if mark][-1:] for row in self.scaled)
        return sum((marks[0].points or ZERO for marks in newest if marks), ZERO)

    def row(self, code: str) -> Difference | None:
        """Return the leaf of that code."""
        return next((row for row in self.rows if row.leaf.code == code), None)


def table_of(request: HttpRequest, card: Scorecard) -> Table:
    """Return the table for this viewer, with forms where she could decide now."""
    sheet = queries.sheet(card, actor_of(request))
    appraisals = [step for step in sheet.steps if step.kind == Step.Kind.APPRAISAL]
    deciding = queries.step_of(card, Step.Kind.CONCLUSION)
    rows = [Difference(leaf, appraisals, deciding) for leaf in sheet.leaves]
    table = Table(card, sheet, rows, appraisals, why_shut(card))
    if not table.why_shut and may(request, Verb.CONCLUDE, card):
        for row in rows:
            row.form = decide_form(row) if row.assessed else None
    return table


def decide_form(row: Difference, data: Any = None) -> MarkForm:
    """Return the form of the chair's own points on a leaf."""
    standing = row.leaf.marks.get(row.deciding.pk) if row.deciding else None
    before = row.newest.points if row.newest else row.leaf.points
    form = MarkForm(data, score=row.leaf.score, mark=standing, before=before)
    form.fields["points"].label = _("Điểm kết luận")
    return form


def why_shut(card: Scorecard) -> str:
    """Return why no points can be decided now, in words; empty where they can. The action asks again."""
    if card.state != State.APPRAISED:
        return _("Phiếu %(state)s.") % {"state": State(card.state).label}
    window = queries.time_of(card, Step.Kind.CONCLUSION)
    facts = Facts(now=window.now, opens=window.opens, closes=window.closes) if window else None
    return gates.in_time(facts) if facts else _("Đợt đánh giá không có bước kết luận.")


@require_GET
def conclusion_list(request: HttpRequest) -> HttpResponse:
    """Show the cards that wait for the conclusion, and those concluded."""
    rounds = board.hosted_rounds(actor_of(request))
    wanted = request.GET.get("round", "")
    chosen = next((row for row in rounds if str(row.pk) == wanted), rounds[0] if rounds else None)
    words = request.GET.get("q", "").strip()
    stage = "done" if request.GET.get("stage") == "done" else "appraised"
    every = board.hosted_cards(actor_of(request)).filter(round=chosen)
    cards = board.narrowed(every, words=words)
    counts = board.counts_by_stage(cards)
    listed = board.numbered(cards.filter(state__in=board.STAGES[stage]))
    page = Paginator(listed.order_by("group__order", "unit__order", "pk"), A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "round": chosen,
        "q": words,
        "stage": stage,
        "counts": counts,
        "page": page,
        "rows": board.standings(page.object_list, actor_of(request)),
    }
    return render(request, "scoring/conclusion_list.html", context | (demo_of(chosen) if chosen else {}))


@require_GET
def conclusion(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the table of differences of one card, open ones first."""
    card = find_hosted(request, pk)
    return conclusion_page(request, table_of(request, card))


def conclusion_page(request: HttpRequest, table: Table, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Return the page of one card; ``forms`` are those to be shown again with what was typed."""
    card = table.card
    may_deduct = may(request, Verb.ASK, card) and card.state == State.APPRAISED
    concludes = may(request, Verb.CONCLUDE, card) and card.state == State.APPRAISED
    context = {
        "table": table,
        "card": card,
        "sheet": table.sheet,
        "now": table.sheet.now,
        "concludes": concludes,
        "why_not": shut(card, "conclude", actor_of(request)) if concludes else "",
        "taken": queries.taken(table.sheet),
        "may_deduct": may_deduct,
        "deduct_form": DeductForm(codes=queries.choices(table.sheet)) if may_deduct else None,
        "conclude_form": ConcludeForm(user=request.user) if concludes else None,
        "signatures": [
            (sign, MOVES[sign.move].done)
            for sign in queries.signatures(card, actor_of(request))
            if sign.move in CONCLUDING
        ],
        **_session_of(card),
        **_after_conclusion(request, card),
    }
    return render(request, "scoring/conclusion.html", context | demo_of(card.round) | forms, status=status)


def _session_of(card: Scorecard) -> dict[str, Any]:
    """Return the session that is on, where the card is on its agenda, and what keeps the card from being decided."""
    if card.round.sitting == Round.Sitting.NONE or card.state != State.APPRAISED:
        return {}
    found = queries.open_session(card.round_id)
    listed = found is not None and found.agenda.filter(card=card).exists()
    return {"session": found if listed else None, "session_shut": queries.kept_by_session(card)}


def _after_conclusion(request: HttpRequest, card: Scorecard) -> dict[str, Any]:
    """Return the changes proposed since the conclusion, whether she may propose one, and the unit's signature."""
    concluded = card.state == State.CONCLUDED
    asked = concluded and card.round.sign_off_until is not None
    return {
        "changes": card.amendments.select_related("score").order_by("-proposed_at", "-pk"),
        "amends": (concluded or card.state == State.PUBLISHED) and may(request, Verb.ASK, card),
        "unit_signed": queries.sign_offs([card]).get(card.pk) if asked else None,
    }


@require_POST
def decide(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Save the chair's own points of one leaf, with a reason."""
    card = find_hosted(request, pk)
    demand(request, Verb.CONCLUDE, card)
    table = table_of(request, card)
    row = table.row(code)
    if row is None:
        raise Http404
    form = decide_form(row, request.POST)
    save = partial(actions.decide, table.card, code, by=actor_of(request))
    if not (form.is_valid() and form.carry_out(lambda: save(**form.to_save))):
        row.form = form
        return _refused(request, table, row, form)
    if request.headers.get("HX-Request"):
        table = table_of(request, table.card)
        context = {"table": table, "card": table.card, "row": table.row(code), "swap": True}
        return render(request, "scoring/_conclusion_saved.html", context)
    messages.success(request, _("Đã ghi điểm kết luận tiêu chí %(code)s.") % {"code": code})
    return redirect(way_on(request, f"{reverse('scoring:conclusion', args=[pk])}#row-{code}"))


def _refused(request: HttpRequest, table: Table, row: Difference, form: MarkForm) -> HttpResponse:
    if request.headers.get("HX-Request"):
        context = {"table": table, "card": table.card, "row": row}
        return render(request, "scoring/_conclusion_row.html", context, status=422)
    return conclusion_page(request, table, status=422, form=form)


@sensitive_post_parameters("secret")
@require_POST
def conclude(request: HttpRequest, pk: int) -> HttpResponse:
    """Conclude the card, after the chair has shown who she is again."""
    card = find_hosted(request, pk)
    demand(request, Verb.CONCLUDE, card)
    form = ConcludeForm(request.POST, user=request.user)
    if not form.is_valid():
        return conclusion_page(request, table_of(request, card), status=422, conclude_form=form, form=form)
    actions.move(card, "conclude", by=actor_of(request), reason=form.cleaned_data["reason"])
    messages.success(request, _("Đã kết luận phiếu của %(unit)s.") % {"unit": card.unit_name})
    return redirect("scoring:conclusion", pk=card.pk)
