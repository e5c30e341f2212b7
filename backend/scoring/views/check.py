"""Kiểm tra trước khi trình: what must be mended, what deserves a second look, and the button to the leader."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from backend.core import letterhead
from backend.scoring import checking, queries
from backend.scoring.forms import MoveForm
from backend.scoring.lifecycle import MOVES, WITH_UNIT, State
from backend.scoring.models import Scorecard
from backend.scoring.queries import CouncilSeen
from backend.scoring.views.acts import shut_on
from backend.scoring.views.finding import actor_of, find_card, may
from backend.scoring.views.grid import Page, add_returned, common, page_of
from permissions.roles import Verb


@require_GET
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Show by field what is missing and what to look at again, and the totals beside last year's."""
    card = find_card(request, pk)
    page = page_of(request, card)
    demand_unit(page)
    returned, council = add_returned(page), queries.council_of(card)
    must, look = checking.to_fix(page.sheet), checking.to_look_at(page.sheet, returned)
    context = common(request, page, "check") | {
        "may_submit": State(card.state) in WITH_UNIT and may(request, Verb.SUBMIT, card),
        "why_not": shut_on(page, "submit", [], actor_of(request)),
        "submit_title": submit_title(card, council),
        "submit_form": MoveForm("refer" if council else "submit"),
        "must": must,
        "must_count": checking.count(must),
        "look": look,
        "look_count": checking.count(look),
        "look_kinds": checking.kinds(look),
        "own_council": council,
    }
    return render(request, "scoring/check.html", context)


def demand_unit(page: Page) -> None:
    """Raise Http404 for the host's people: what the unit still writes is not theirs to read."""
    if not page.of_unit:
        raise Http404


def submit_title(card: Scorecard, council: CouncilSeen | None) -> str:
    """Return the name of the act: "Trình Chủ tịch phê duyệt", by what the head of such a unit is called.

    Where the unit has its own council on the card, it is that of going there first.
    """
    if council:
        return str(MOVES["refer"].title)
    return _("Trình %(head)s phê duyệt") % {"head": letterhead.head_title(card.unit_name)}
