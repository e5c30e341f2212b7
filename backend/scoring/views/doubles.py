"""Chấm hai lần độc lập: which leaves of a round two people mark, how far they are, where they differ."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.criteria.models import Node
from backend.rounds.models import Round
from backend.rounds.queries import units_in
from backend.scoring import actions, queries
from backend.scoring.forms import DoubleForm, DropForm
from backend.scoring.models import DoubleLeaf
from backend.scoring.views.appraisal import demo_of
from backend.scoring.views.finding import actor_of
from backend.scoring.views.hand_overs import find_round
from permissions.roles import Verb

A_LIST = 200


@require_GET
def double_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is marked twice, how far it is, and the differences that a third settles."""
    return _page(request, find_round(request, pk))


def _page(
    request: HttpRequest, round_: Round, form: DoubleForm | None = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    keeps = actor.may(Verb.KEEP_COUNCIL, at=round_.place()) and round_.state == Round.State.OPEN
    differing = queries.differing_doubles(round_, actor)
    owed = [row for row in queries.waiting(round_) if row.given < 2]  # type: ignore[attr-defined]
    context = {
        "round": round_,
        "keeps": keeps,
        "choices": queries.choices_of(round_),
        "open": [one for one in differing if one.double.is_open],
        "settled": [one for one in differing if not one.double.is_open],
        "owed": owed[:A_LIST],
        "more": max(0, len(owed) - A_LIST),
        "form": (form or double_form(round_)) if keeps else None,
        **demo_of(round_),
    }
    return render(request, "scoring/double_list.html", context, status=status)


def nodes_of(round_: Round) -> list[Node]:
    """Return the leaves of the round's criteria sets that the council appraises, in order."""
    sets = round_.groups.values("criteria_set")
    rows = Node.objects.filter(criteria_set__in=sets, is_leaf=True, source=Node.Source.ASSESSED)
    return list(rows.select_related("criteria_set__kind").order_by("criteria_set", "order"))


def double_form(round_: Round, data: object = None) -> DoubleForm:
    """Return the form that chooses leaves of the round."""
    return DoubleForm(data, nodes=nodes_of(round_), units=list(units_in(round_)))


@require_POST
def choose_doubles(request: HttpRequest, pk: int) -> HttpResponse:
    """Let leaves be marked twice."""
    round_ = find_round(request, pk)
    actor_of(request).require(Verb.KEEP_COUNCIL, at=round_.place())
    form = double_form(round_, request.POST)
    if not (form.is_valid() and form.carry_out(lambda: _choose(request, round_, form))):
        return _page(request, round_, form, 422)
    return redirect("scoring:double_list", pk)


def _choose(request: HttpRequest, round_: Round, form: DoubleForm) -> None:
    data = dict(form.cleaned_data)
    wanted = set(data.pop("nodes"))
    nodes = [node for node in nodes_of(round_) if node.pk in wanted]
    units = data.pop("units") or None
    made = actions.choose_doubles(round_, nodes, by=actor_of(request), units=units, **data)
    said = _("Đã chọn %(n)d lượt tiêu chí của đơn vị để chấm hai lần.") % {"n": made.leaves}
    if made.marked:
        said += " " + _("%(n)d lượt đã có điểm nên giữ nguyên.") % {"n": made.marked}
    messages.success(request, said)


@require_http_methods(["GET", "POST"])
def drop_doubles(request: HttpRequest, pk: int, choice_pk: int) -> HttpResponse:
    """Ask why, then let the open leaves of a choice, or one of them, be marked once again."""
    round_ = find_round(request, pk)
    actor_of(request).require(Verb.KEEP_COUNCIL, at=round_.place())
    rows = DoubleLeaf.objects.filter(choice=choice_pk, choice__round=round_, dropped_at__isnull=True)
    one = request.GET.get("leaf", "")
    if one.isdecimal():
        rows = rows.filter(pk=one)
    open_ = list(rows.filter(settled_at__isnull=True).select_related("score__card", "score__node"))
    choice = get_object_or_404(round_.double_choices.select_related("node"), pk=choice_pk)
    form = DropForm(request.POST or None, auto_id="drop-%s")
    act = partial(actions.drop_doubles, round_, [row.pk for row in open_], by=actor_of(request))
    if form.is_valid() and form.carry_out(lambda: act(**form.cleaned_data)):
        messages.success(request, _("Đã bỏ chấm hai lần; điểm đã cho vẫn còn trong hồ sơ."))
        return redirect("scoring:double_list", pk)
    context = {"round": round_, "form": form, "choice": choice, "leaves": open_, **demo_of(round_)}
    return render(request, "scoring/double_drop.html", context, status=422 if form.errors else 200)
