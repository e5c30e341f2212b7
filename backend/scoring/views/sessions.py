"""Phiên họp Hội đồng: who is there, the agenda, a leaf with its proposals and votes, the close."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.rounds.models import Round
from backend.scoring import actions, board, queries
from backend.scoring.forms import AttendanceForm, BeginForm, ProposalForm, SecretForm, VoteForm
from backend.scoring.models import Ballot, Proposal, Scorecard, Session
from backend.scoring.queries.sessions import PRESIDING, require_presiding
from backend.scoring.views.appraisal import demo_of
from backend.scoring.views.conclusion import table_of
from backend.scoring.views.finding import actor_of, may
from permissions.roles import Verb


def find_session(request: HttpRequest, pk: int) -> Session:
    """Return the session if the person works for its host or inspects it. Raises Http404."""
    rows = Session.objects.filter(round__in=board.hosted_rounds(actor_of(request)))
    return get_object_or_404(rows.select_related("round__host"), pk=pk)


def _find_proposal(request: HttpRequest, pk: int) -> Proposal:
    rows = Proposal.objects.select_related("session__round__host", "score__card__unit")
    found = get_object_or_404(rows, pk=pk)
    _find_heard(request, found.session, found.score.card_id)
    return found


def _find_heard(request: HttpRequest, found: Session, card_pk: int) -> Scorecard:
    return get_object_or_404(board.heard_cards(actor_of(request), found.round), pk=card_pk)


@require_http_methods(["GET", "POST"])
def session_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the sessions of a round, newest first; begin the next one."""
    round_ = next((row for row in board.hosted_rounds(actor_of(request)) if row.pk == pk), None)
    if round_ is None:
        raise Http404
    form = BeginForm(request.POST or None, auto_id="begin-%s")
    act = partial(actions.begin_session, round_, by=actor_of(request))
    if request.method == "POST":
        require_presiding(queries.council_members(round_), actor_of(request))
        if form.is_valid() and form.carry_out(lambda: act(**form.cleaned_data)):
            made = queries.open_session(round_.pk)
            return redirect("scoring:session", pk=made.pk if made else 0)
    context = {
        "round": round_,
        "sessions": Session.objects.filter(round=round_).order_by("-number"),
        "may_begin": _presides_over(request, round_),
        "begin_form": form,
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "scoring/session_list.html", context | demo_of(round_), status=status)


def _presides_over(request: HttpRequest, round_: Round) -> bool:
    if round_.sitting == Round.Sitting.NONE or round_.state != Round.State.OPEN:
        return False
    members = queries.council_members(round_)
    me = actor_of(request).user_id
    begun = queries.open_session(round_.pk) is not None
    return not begun and any(row.person.pk == me and row.role in PRESIDING for row in members)


@require_GET
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one session: who is there, and its cards with what is open on each."""
    return _page(request, find_session(request, pk))


def _page(request: HttpRequest, found: Session, *, status: int = 200, **forms: Any) -> HttpResponse:
    actor = actor_of(request)
    seat = queries.seat_of(found, actor)
    agenda = queries.agenda_of(found)
    members = list(found.attendances.order_by("order", "pk"))
    closes = found.is_open and queries.may_close(found, actor)
    context = {
        "session": found,
        "round": found.round,
        "seat": seat,
        "quorum": queries.quorum_of(found),
        "members": members,
        "agenda": _agenda(request, found, [row.card for row in agenda]),
        "attendance_form": AttendanceForm(members=members) if found.is_open and seat.presides else None,
        "close_form": SecretForm(user=request.user, auto_id="close-%s") if closes else None,
    }
    return render(request, "scoring/session.html", context | demo_of(found.round) | forms, status=status)


def _agenda(request: HttpRequest, found: Session, cards: list[Scorecard]) -> list[dict[str, Any]]:
    """Return each card with what is open, and its votes; without them for who is kept from the card."""
    mine = set(board.heard_cards(actor_of(request), found.round).values_list("pk", flat=True))
    open_leaves = queries.disagreements(cards)
    talked: dict[int, dict[str, bool]] = {}
    for voting in queries.votings(found):
        rows = talked.setdefault(voting.proposal.score.card_id, {})
        code = voting.proposal.score.code
        rows[code] = rows.get(code, False) or voting.proposal.ended_at is None
    return [
        {
            "card": card,
            "hosted": card.pk in mine,
            "open": open_leaves.get(card.pk, []) if card.pk in mine else [],
            "talked": talked.get(card.pk, {}) if card.pk in mine else {},
        }
        for card in cards
    ]


@require_POST
def attendance(request: HttpRequest, pk: int) -> HttpResponse:
    """Note who is there."""
    found = find_session(request, pk)
    form = AttendanceForm(request.POST, members=list(found.attendances.order_by("order", "pk")))
    act = partial(actions.mark_attendance, found, by=actor_of(request))
    if not form.is_valid():
        act(rows={})
        return _page(request, found, status=422, attendance_form=form, form=form)
    if not form.carry_out(lambda: act(rows=form.rows, seen=form.cleaned_data["seen"] or None)):
        form.see_again()
        return _page(request, found, status=422, attendance_form=form, form=form)
    messages.success(request, _("Đã ghi điểm danh."))
    return redirect("scoring:session", pk=pk)


@require_POST
def add_waiting(request: HttpRequest, pk: int) -> HttpResponse:
    """Put on the agenda the cards whose appraisal was finished since the session began."""
    number = actions.add_waiting(find_session(request, pk), by=actor_of(request))
    messages.success(request, _("Đã đưa thêm %(n)d phiếu vào chương trình.") % {"n": number})
    return redirect("scoring:session", pk=pk)


@sensitive_post_parameters("secret")
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the session and freeze its minutes, after the chair has shown who she is again."""
    found = find_session(request, pk)
    actions.require_closing(found, actor_of(request))
    form = SecretForm(request.POST, user=request.user, auto_id="close-%s")
    if not form.is_valid():
        return _page(request, found, status=422, close_form=form, form=form)
    actions.close_session(found, by=actor_of(request))
    messages.success(request, _("Đã kết thúc phiên họp; biên bản không thay đổi được nữa."))
    return redirect("scoring:session", pk=pk)


@require_http_methods(["GET", "POST"])
def leaf(request: HttpRequest, pk: int, card_pk: int, code: str) -> HttpResponse:
    """Show one leaf before the council with its proposals and votes; propose points for it."""
    found = find_session(request, pk)
    card = _find_heard(request, found, card_pk)
    score = get_object_or_404(card.scores.select_related("node"), code=code)
    get_object_or_404(found.agenda, card=card)
    form = ProposalForm(request.POST or None, auto_id="proposal-%s")
    if request.method == "POST":
        act = partial(actions.propose, found, card, code, by=actor_of(request))
        if not form.is_valid():
            actions.require_voter(found, card, actor_of(request), code)
        elif form.carry_out(lambda: act(**form.cleaned_data)):
            messages.success(request, _("Đã ghi đề xuất ở tiêu chí %(code)s.") % {"code": code})
            return redirect("scoring:session_leaf", pk=pk, card_pk=card_pk, code=code)
    context = _leaf_context(request, found, card, code) | {"proposal_form": form, "form": form}
    me = actor_of(request).user_id
    context["votings"] = [(row, row.has_voted(me)) for row in queries.votings(found, score=score)]
    return render(
        request,
        "scoring/session_leaf.html",
        context | demo_of(found.round),
        status=422 if form.errors else 200,
    )


def _leaf_context(request: HttpRequest, found: Session, card: Scorecard, code: str) -> dict[str, Any]:
    table = table_of(request, card)
    row = table.row(code)
    seat = queries.seat_of(found, actor_of(request))
    kept = not may(request, Verb.APPRAISE, card)
    return {
        "session": found,
        "card": card,
        "table": table,
        "row": row,
        "seat": seat,
        "kept": kept,
        "votes": found.is_open and seat.attendance is not None and not kept,
        "choices": Ballot.Choice.choices,
        "quorum": queries.quorum_of(found),
    }


@require_POST
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    """Vote on a proposal, once."""
    found = _find_proposal(request, pk)
    form = VoteForm(request.POST)
    actions.vote(found, by=actor_of(request), choice=form.data.get("choice", ""))
    messages.success(request, _("Đã ghi biểu quyết của bạn."))
    return _to_leaf(found)


@require_POST
def end_vote(request: HttpRequest, pk: int) -> HttpResponse:
    """Take no more votes on a proposal and tell the count."""
    found = _find_proposal(request, pk)
    actions.end_vote(found, by=actor_of(request))
    messages.success(request, _("Đã kết thúc biểu quyết."))
    return _to_leaf(found)


def _to_leaf(found: Proposal) -> HttpResponse:
    score = found.score
    return redirect("scoring:session_leaf", pk=found.session_id, card_pk=score.card_id, code=score.code)
