"""Pages of a round's council: who sits in it by which decision, who presides, declared conflicts of interest."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.rounds import actions, queries
from backend.rounds.forms.councils import ConflictForm, CouncilForm, PresidingForm, WithdrawalForm
from backend.rounds.models import Conflict, Council, Office, Round
from backend.rounds.queries import councils
from permissions.roles import Verb


@require_GET
def council(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who judges the cards of the round, by which decision, and what is done about it."""
    return _council_page(request, _find(request, pk))


def _council_page(request: HttpRequest, round: Round, *, status: int = 200, **forms: Any) -> HttpResponse:
    found = councils.council_of(round)
    members = councils.sitting(found) if found else []
    herself = any(row.office == Office.CHAIR and row.person_id == request.actor.user_id for row in members)
    may_manage = request.actor.may(Verb.MANAGE_ROUND, at=round.place())
    running = round.state != Round.State.PUBLISHED
    hands = running and (may_manage or herself)
    context = {
        "round": round,
        "council": found,
        "members": members,
        "left": councils.left(found) if found else [],
        "has_vice": any(row.office == Office.VICE_CHAIR for row in members),
        "presiding_form": _presiding_form(found) if found and hands else None,
        "may_form": may_manage and running,
        "may_declare": _may_see_conflicts(request, round),
        "works_here": _works_here(request, round),
        **_demo(round),
    }
    return render(request, "rounds/council.html", context | forms, status=status)


def _presiding_form(found: Council) -> PresidingForm:
    return PresidingForm(initial={"to_vice": not found.vice_presides}, auto_id="presiding-%s")


@require_http_methods(["GET", "POST"])
def council_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the round its council, or change it."""
    round = _find(request, pk)
    request.actor.require(Verb.MANAGE_ROUND, at=round.place())
    found = councils.council_of(round)
    form = CouncilForm(
        request.POST or None,
        seats=councils.candidates(round),
        council=found,
        members=councils.sitting(found) if found else [],
    )
    act = partial(actions.form_council, round, by=request.actor)
    if form.is_valid() and form.carry_out(lambda: act(**form.facts)):
        messages.success(request, _("Đã lưu Hội đồng thẩm định của đợt."))
        return redirect("rounds:council", pk)
    context = {
        "form": form,
        "round": round,
        "council": found,
        "fields": councils.field_names(round),
        **_demo(round),
    }
    return render(request, "rounds/council_form.html", context, status=422 if form.errors else 200)


@require_POST
def hand_presiding(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the presiding over to the standing vice-chair, or take it back."""
    round = _find(request, pk)
    found = get_object_or_404(Council.objects.select_related("round__host"), round=round)
    actions.require_presiding(found, request.actor)
    form = PresidingForm(request.POST, auto_id="presiding-%s")
    act = partial(actions.hand_presiding, found, by=request.actor)
    if not (form.is_valid() and form.carry_out(lambda: act(**form.cleaned_data))):
        return _council_page(request, round, status=422, presiding_form=form, form=form)
    messages.success(request, _("Đã ghi việc chủ trì Hội đồng."))
    return redirect("rounds:council", pk)


@require_GET
def conflicts(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who is kept from which unit's card, and let a person declare a conflict of her own."""
    round = _find(request, pk)
    if not request.actor.may(Verb.INSPECT, at=round.place()):
        actions.require_declaring(round, request.actor)
    return _conflicts_page(request, round)


def _conflicts_page(
    request: HttpRequest, round: Round, form: ConflictForm | None = None, status: int = 200
) -> HttpResponse:
    actor = request.actor
    rows = councils.conflicts_for(actor, round)
    running = round.state != Round.State.PUBLISHED
    keeps = actor.may(Verb.KEEP_COUNCIL, at=round.place())
    mine = form or (_conflict_form(request, round) if running else None)
    context = {
        "round": round,
        "rows": [
            (row, running and row.withdrawn_at is None and actions.may_withdraw(row, actor)) for row in rows
        ],
        "form": mine if mine and mine.fields["person"].choices else None,  # type: ignore[attr-defined]
        "keeps": keeps,
        **_demo(round),
    }
    return render(request, "rounds/conflict_list.html", context, status=status)


def _conflict_form(request: HttpRequest, round: Round, data: Any = None) -> ConflictForm:
    """Return the form with those the person may declare for: herself, or everybody where she keeps the council."""
    people = councils.judges_of(round)
    if not request.actor.may(Verb.KEEP_COUNCIL, at=round.place()):
        people = [row for row in people if row.user_id == request.actor.user_id]
    return ConflictForm(data, people=people, units=queries.units_in(round))


@require_POST
def declare_conflict(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a person from the card of a unit."""
    round = _find(request, pk)
    actions.require_declaring(round, request.actor)
    form = _conflict_form(request, round, request.POST)
    act = partial(actions.declare_conflict, round, by=request.actor)
    if not (form.is_valid() and form.carry_out(lambda: act(**form.facts))):
        return _conflicts_page(request, round, form, 422)
    messages.success(request, _("Đã ghi khai báo xung đột lợi ích."))
    return redirect("rounds:conflict_list", pk)


@require_http_methods(["GET", "POST"])
def withdraw_conflict(request: HttpRequest, pk: int, conflict_pk: int) -> HttpResponse:
    """Ask why, then take a declaration back; it stays on record."""
    round = _find(request, pk)
    row: Conflict = get_object_or_404(councils.conflicts_for(request.actor, round), pk=conflict_pk)
    actions.require_withdrawing(row, request.actor)
    form = WithdrawalForm(request.POST or None, auto_id="withdraw-%s")
    act = partial(actions.withdraw_conflict, row, by=request.actor)
    if form.is_valid() and form.carry_out(lambda: act(**form.cleaned_data)):
        messages.success(request, _("Đã rút khai báo; khai báo cũ vẫn còn trong hồ sơ."))
        return redirect("rounds:conflict_list", pk)
    context = {"form": form, "round": round, "conflict": row, **_demo(round)}
    return render(request, "rounds/conflict_withdraw.html", context, status=422 if form.errors else 200)


def _find(request: HttpRequest, pk: int) -> Round:
    return get_object_or_404(queries.rounds_for(request.actor), pk=pk)


def _may_see_conflicts(request: HttpRequest, round: Round) -> bool:
    return request.actor.may(Verb.INSPECT, at=round.place()) or _works_here(request, round)


def _works_here(request: HttpRequest, round: Round) -> bool:
    verbs = (Verb.KEEP_COUNCIL, Verb.INSPECT)
    judges = any(row.user_id == request.actor.user_id for row in councils.judges_of(round))
    return judges or any(request.actor.may(verb, at=round.place()) for verb in verbs)


def _demo(round: Round) -> dict[str, bool]:
    return {"demo": True} if round.is_illustration else {}
