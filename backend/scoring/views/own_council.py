"""Hội đồng thẩm định của đơn vị: formed by the unit, its members' opinions, what the chair does with the card."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from backend.scoring import actions, queries
from backend.scoring.actions.own_council import require_member
from backend.scoring.actions.sharing import require_own
from backend.scoring.forms import OpinionForm, OwnCouncilForm, ReasonForm
from backend.scoring.lifecycle import WITH_UNIT, State
from backend.scoring.models import OwnOpinion, Scorecard
from backend.scoring.queries import CouncilSeen
from backend.scoring.queries.own_council import PRESIDES
from backend.scoring.views.doors import Door, door
from backend.scoring.views.finding import actor_of, find_card
from backend.scoring.views.grid import Page, Row, common, page_of


@dataclass
class Seat:
    """One leaf before the council: the row, what all said, what the viewer said, her form."""

    row: Row
    said: list[OwnOpinion]
    mine: OwnOpinion | None
    form: OpinionForm | None


@require_GET
def own_council(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the unit's own council: its decision and members, the leaves with what its members say."""
    return _page(request, find_card(request, pk))


def _page(request: HttpRequest, card: Scorecard, *, status: int = 200, **forms: Any) -> HttpResponse:
    page = page_of(request, card)
    if not page.of_unit:
        raise Http404
    seen = queries.council_of(card)
    open_ = page.window is not None and page.sheet.now < page.window.closes
    may_form = open_ and State(card.state) in WITH_UNIT
    context = common(request, page, "own_council") | {
        "own_council": seen,
        "seat": _seat(request, seen),
        "may_form": may_form,
        "open_now": open_,
        "council_form": _council_form(card, seen) if may_form else None,
        "dismiss_form": ReasonForm(auto_id="dismiss-%s") if may_form and seen else None,
        "parts": _parts(request, page, seen, forms.pop("opinion_form", None)),
        "doors": _doors(request, card, seen),
        "come_back": [("next", reverse("scoring:own_council", args=[card.pk]))],
    }
    return render(request, "scoring/own_council.html", context | forms, status=status)


def _council_form(card: Scorecard, seen: CouncilSeen | None) -> OwnCouncilForm:
    return OwnCouncilForm(people=queries.people_of(card.unit), council=seen)


def _seat(request: HttpRequest, seen: CouncilSeen | None) -> Any:
    viewer = actor_of(request).user_id
    return next((member for member in seen.members if member.person_id == viewer), None) if seen else None


def _doors(request: HttpRequest, card: Scorecard, seen: CouncilSeen | None) -> list[Door]:
    seat = _seat(request, seen)
    if card.state != State.REVIEWING or seat is None or seat.role not in PRESIDES:
        return []
    return [door(request, card, name) for name in ("pass_on", "send_back")]


def _parts(
    request: HttpRequest, page: Page, seen: CouncilSeen | None, sent: OpinionForm | None
) -> list[tuple[Any, list[Seat]]]:
    """Return the fields with the leaves that are before the council; none before it has sat."""
    if seen is None or seen.sitting is None:
        return []
    window = page.window is not None and page.window.is_open
    sits = page.card.state == State.REVIEWING and window and _seat(request, seen) is not None
    mine = seen.given_by(actor_of(request))
    made = []
    for part in page.parts:
        rows = [row for row in part.rows if isinstance(row, Row) and row.own and row.leaf.points is not None]
        seats = [_leaf(row, seen, mine, sits, sent) for row in rows]
        if seats:
            made.append((part.field, seats))
    return made


def _leaf(
    row: Row, seen: CouncilSeen, mine: dict[int, OwnOpinion], sits: bool, sent: OpinionForm | None
) -> Seat:
    key, code = row.leaf.score.pk, row.leaf.code
    form = None
    if sits:
        form = sent if sent and sent.code == code else OpinionForm(code=code, given=mine.get(key))
    return Seat(row, seen.opinions.get(key, []), mine.get(key), form)


@require_POST
def form_council(request: HttpRequest, pk: int) -> HttpResponse:
    """Form the unit's own council for this card, or change it."""
    card = find_card(request, pk)
    require_own(card, actor_of(request))
    form = OwnCouncilForm(request.POST, people=queries.people_of(card.unit), council=queries.council_of(card))
    act = partial(actions.form_council, card, by=actor_of(request))
    if not (form.is_valid() and form.carry_out(lambda: act(**form.facts))):
        return _page(request, card, status=422, council_form=form, form=form)
    messages.success(request, _("Đã lưu Hội đồng thẩm định của đơn vị. Phiếu sẽ được trình Hội đồng trước."))
    return redirect("scoring:own_council", pk=pk)


@require_POST
def dismiss_council(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the card go straight to the leader again."""
    card = find_card(request, pk)
    require_own(card, actor_of(request))
    form = ReasonForm(request.POST, auto_id="dismiss-%s")
    if not form.is_valid():
        return _page(request, card, status=422, dismiss_form=form, form=form)
    actions.dismiss_council(card, by=actor_of(request), reason=form.cleaned_data["reason"])
    messages.success(request, _("Phiếu sẽ được trình thẳng lãnh đạo."))
    return redirect("scoring:own_council", pk=pk)


@require_POST
def opine(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Say as a member what she thinks of one leaf."""
    card = find_card(request, pk)
    require_member(card, actor_of(request))
    get_object_or_404(card.scores, code=code)
    form = OpinionForm(request.POST, code=code)
    act = partial(actions.opine, card, code, by=actor_of(request))
    if not (form.is_valid() and form.carry_out(lambda: act(**form.cleaned_data))):
        return _page(request, card, status=422, opinion_form=form, form=form)
    messages.success(request, _("Đã ghi ý kiến ở tiêu chí %(code)s.") % {"code": code})
    return redirect(reverse("scoring:own_council", args=[pk]) + f"#leaf-{code}")


@require_POST
def agree_with_rest(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree as a member with every leaf she has said nothing of."""
    card = find_card(request, pk)
    require_member(card, actor_of(request))
    number = actions.agree_with_rest(card, by=actor_of(request))
    messages.success(request, _("Đã ghi đồng ý ở %(n)d tiêu chí.") % {"n": number})
    return redirect("scoring:own_council", pk=pk)
