"""Phiếu tự chấm: the list of cards, one card as a grid, one leaf as a page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.core.text import key_in
from backend.rounds.models import Round
from backend.scoring import actions, queries
from backend.scoring.agenda import with_progress
from backend.scoring.fingerprints import texts_seen
from backend.scoring.forms import (
    DocumentForm,
    FileForm,
    LeafForm,
    MoveForm,
    PhotosForm,
    ReturnAnswerForm,
    TextsForm,
)
from backend.scoring.lifecycle import WITH_UNIT, State
from backend.scoring.models import Scorecard
from backend.scoring.queries import Leaf
from backend.scoring.views.acts import shut
from backend.scoring.views.check import demand_unit
from backend.scoring.views.finding import (
    actor_of,
    demand,
    demand_seat,
    find_card,
    find_own_mark,
    may,
    paged,
    searched,
    way_back,
    way_on,
)
from backend.scoring.views.grid import Page, Row, add_returned, common, page_of
from backend.scoring.views.narrowing import narrowed, share_out
from backend.scoring.views.talking import talk
from permissions.actor import within
from permissions.roles import Verb


@require_GET
def scorecard_list(request: HttpRequest) -> HttpResponse:
    """Show the cards of the person's own units, the running ones first, and those of predecessors."""
    actor = actor_of(request)
    mine = within(actor, [Verb.SCORE, Verb.SUBMIT, Verb.APPROVE], unit="unit__path", host="round__host__path")
    visible = with_progress(queries.scorecards_for(actor)).order_by("-round__year", "unit__order", "pk")
    found = searched(request, visible)
    past = found.exclude(mine).filter(round__state=Round.State.PUBLISHED)
    context = {
        "q": request.GET.get("q", ""),
        "own": paged(request, found.filter(mine)),
        "past": paged(request, past if _only_own(actor) else past.none(), "past"),
    }
    return render(request, "scoring/scorecard_list.html", context)


def _only_own(actor: Any) -> bool:
    # Who sees a whole host's cards has other lists for them.
    return not any(actor.may_anywhere(verb) for verb in (Verb.APPRAISE, Verb.INSPECT, Verb.MANAGE_ROUND))


@require_GET
def scorecard(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one card as a grid: to be filled by the unit's officer, to be read by others."""
    card = find_card(request, pk)
    page = page_of(request, card)
    share_out(request, page)
    context = common(request, page, "card") | _doors(request, card) | narrowed(request, page)
    context["returned_leaves"] = add_returned(page)
    template = "scoring/scorecard_form.html" if page.editable else "scoring/scorecard.html"
    return render(request, template, context)


def _doors(request: HttpRequest, card: Scorecard) -> dict[str, Any]:
    """Return which other pages of the card the person has a reason to open, and what she may do here."""
    context: dict[str, Any] = {
        "may_submit": may(request, Verb.SUBMIT, card),
        "may_approve": may(request, Verb.APPROVE, card),
        "may_appraise": may(request, Verb.APPRAISE, card),
    }
    if card.state == State.RETURNED:
        sent_back = card.signatures.filter(move__in=["return", "send_back"])
        last = context["returned"] = sent_back.order_by("-signed_at", "-pk").first()
        if last and last.move == "send_back":
            context["objections"] = queries.objections_behind(last)
    if State(card.state) not in WITH_UNIT:  # an approval is void as soon as the card is back in hand
        context["approval"] = queries.approval_of(card)
    if context["may_submit"] and not shut(card, "withdraw", actor_of(request)):
        context["withdraw_form"] = MoveForm("withdraw")
    return context


@require_http_methods(["GET", "POST"])
def leaf(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Show one leaf with everything about it; a POST saves its points and answers where it came from."""
    if request.method == "POST":
        return _save(request, pk, code)
    return _leaf_page(request, page_of(request, find_card(request, pk)), code)


def _save(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    key = request.headers.get("Idempotency-Key", "")
    with actions.leaf_held(pk, code, by=actor_of(request), key=key) as held:
        form = LeafForm(request.POST, score=held.mark.score, mark=held.mark)
        saved = held.save(**form.entry, key=key) if form.is_valid() else None
    if request.headers.get("HX-Request"):
        return _answer_row(request, held, form, saved)
    if saved is None:
        return _refused(request, held.card, code, form)
    messages.success(request, _("Đã lưu tiêu chí %(code)s.") % {"code": code})
    return redirect(_came_from(request, held.card, code))


def _answer_row(
    request: HttpRequest, held: actions.HeldLeaf, form: LeafForm, saved: actions.SavedLeaf | None
) -> HttpResponse:
    """Answer with what changed in the page: the row alone, its field's sums, the card's total."""
    leaf = Leaf(held.mark.score, held.mark.score.node, self_mark=held.mark)
    context: dict[str, Any] = {"card": held.card, "row": Row(leaf, form)}
    if saved is None:
        status = 409 if form.overtaken else 422
        return render(request, "scoring/_refused.html", context, status=status)
    leaf.proven = saved.sums.has_documents
    sums = {"saved": saved, "sums": saved.sums, "extras": saved.sums.extras(held.card)}
    return render(request, "scoring/_saved.html", context | sums)


@require_GET
def try_leaf(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Answer what the rule would make of the inputs; nothing is saved and nothing is promised."""
    card = find_card(request, pk)
    demand_seat(request, Verb.SCORE, card)
    mark = find_own_mark(card, code)
    mark.score.card = card
    form = LeafForm(request.GET, score=mark.score, mark=mark, trying=True)
    context = {"row": Row(Leaf(mark.score, mark.score.node, self_mark=mark), form), "card": card}
    return render(request, "scoring/_tried.html", context, status=200 if form.is_valid() else 422)


def _refused(request: HttpRequest, card: Scorecard, code: str, form: LeafForm) -> HttpResponse:
    page = page_of(request, card, bound=form)
    if request.POST.get("at") == "leaf":
        return _leaf_page(request, page, code, status=422, form=form)
    share_out(request, page)
    context = common(request, page, "card") | _doors(request, card) | {"form": form}
    context["returned_leaves"] = add_returned(page)
    return render(request, "scoring/scorecard_form.html", context, status=422)


def _came_from(request: HttpRequest, card: Scorecard, code: str) -> str:
    if request.POST.get("at") == "leaf":
        return way_on(request, reverse("scoring:leaf", args=[card.pk, code]))
    return f"{reverse('scoring:scorecard', args=[card.pk])}#leaf-{code}"


def _leaf_page(
    request: HttpRequest, page: Page, code: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    row = page.row(code)
    if row is None:
        raise Http404
    add_returned(page)
    before, after = _neighbours(page, row)
    share_out(request, page)
    context = common(request, page) | talk(request, page, row)
    context |= {
        "row": row,
        "flags": queries.flags_of(page.sheet, actor_of(request)),
        "part": page.part_of(row),
        "wording": row.leaf.node.rule_words,
        "before": before,
        "after": after,
        "file_form": FileForm(auto_id="file-%s"),
        "document_form": DocumentForm(auto_id="document-%s"),
        "photos_form": PhotosForm(auto_id="photos-%s"),
        "return_answer_form": ReturnAnswerForm(initial=_answered(row)),
        **_ways(request, page, code),
    }
    return render(request, "scoring/leaf.html", context | more, status=status)


def _ways(request: HttpRequest, page: Page, code: str) -> dict[str, str]:
    """Return where the person came from to mend this leaf, and this page as one that still knows it."""
    back = way_back(request)
    own = reverse("scoring:leaf", args=[page.card.pk, code])
    return {"way_back": back, "stay": f"{own}?{urlencode({'next': back})}#evidence" if back else ""}


def _answered(row: Row) -> dict[str, str]:
    return {"answer": row.returned.answer} if row.returned else {}


def leaf_again(request: HttpRequest, card: Scorecard, code: str, **forms: Any) -> HttpResponse:
    """Return the leaf's page with a form that could not be taken, what was typed kept (422)."""
    return _leaf_page(request, page_of(request, card), code, status=422, **forms)


def _neighbours(page: Page, row: Row) -> tuple[Row | None, Row | None]:
    rows = page.rows
    place = rows.index(row)
    return (rows[place - 1] if place else None, rows[place + 1] if place + 1 < len(rows) else None)


@require_http_methods(["GET", "POST"])
def texts(request: HttpRequest, pk: int) -> HttpResponse:
    """Show and save the difficulties and proposals of the report."""
    card = find_card(request, pk)
    if request.method == "POST":
        demand(request, Verb.SCORE, card)
    standing = {
        "difficulties": card.difficulties,
        "proposals": card.proposals,
        "seen": texts_seen(card.difficulties, card.proposals),
    }
    form = TextsForm(request.POST or None, initial=standing)
    if request.method == "POST" and form.is_valid():
        written = form.cleaned_data
        seen = written.pop("seen") or None
        actions.set_texts(card, by=actor_of(request), seen=seen, **written)
        messages.success(request, _("Đã lưu phần khó khăn và đề xuất."))
        return redirect("scoring:texts", pk=card.pk)
    page = page_of(request, card)
    demand_unit(page)
    context = common(request, page, "texts") | {"form": form}
    return render(request, "scoring/texts.html", context, status=422 if form.errors else 200)


@require_POST
def clear(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Take the unit's points of one leaf back, as they stood on the page."""
    card = find_card(request, pk)
    demand(request, Verb.SCORE, card)
    find_own_mark(card, code)
    actions.set_points(card, code, by=actor_of(request), version=key_in(request.POST.get("version", "")))
    messages.success(request, _("Đã xoá điểm tiêu chí %(code)s.") % {"code": code})
    return redirect("scoring:leaf", pk=card.pk, code=code)
