"""Phân công: who of the unit has which leaf until when, how far each is, and the unit's divisions."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.scoring import actions, queries
from backend.scoring.actions.sharing import require_own
from backend.scoring.forms import AssignForm, DivisionForm, DueForm
from backend.scoring.models import Division, Scorecard
from backend.scoring.views.finding import actor_of, find_card
from backend.scoring.views.grid import Page, common, page_of
from backend.scoring.views.narrowing import NONE, grid_url, share_out


@require_GET
def sharing(request: HttpRequest, pk: int) -> HttpResponse:
    """Show every leaf with who has it, and how far people, divisions and fields are."""
    return _page(request, find_card(request, pk))


def _page(request: HttpRequest, card: Scorecard, *, status: int = 200, **forms: Any) -> HttpResponse:
    page = page_of(request, card)
    if not page.of_unit:
        raise Http404
    share_out(request, page)
    found = {row.leaf.score.pk: row.share for row in page.rows}
    divisions, people = queries.divisions_of(card.unit), queries.people_of(card.unit)
    open_ = page.window is not None and page.sheet.now < page.window.closes
    context = common(request, page, "sharing") | {
        "tables": _tables(card, queries.progress(page.sheet, found)),
        "form": AssignForm(sheet=page.sheet, divisions=divisions, people=people),
        "copy_form": DueForm(auto_id="copy-%s"),
        "may_copy": open_ and card.round.previous_id is not None,
        "open_now": open_,
        "divisions": divisions,
        "assigned": sum(bool(share.key) for share in found.values()),
    }
    return render(request, "scoring/sharing.html", context | forms, status=status)


def _tables(card: Scorecard, made: queries.Progress) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Return the three tables of progress: title, head of the first column, and rows with the ways to the grid."""
    people = [*made.people, *([made.unassigned] if made.unassigned.leaves else [])]
    made.unassigned.title = _("Chưa giao ai")
    return [
        (_("Theo người"), _("Người"), [_ways(card, "who", row) for row in people]),
        (_("Theo bộ phận"), _("Phòng, bộ phận"), [_ways(card, "who", row) for row in made.divisions]),
        (_("Theo lĩnh vực"), _("Lĩnh vực"), [_ways(card, "field", row) for row in made.fields]),
    ]


def _ways(card: Scorecard, by: str, row: queries.Tally) -> dict[str, Any]:
    to = partial(grid_url, card, **{by: row.key})
    return {
        "row": row,
        "late_first": bool(row.late),
        "nobody": row.key == NONE,
        "all": to(),
        "done": to(lack="done"),
        "no_points": to(lack="points"),
        "no_evidence": to(lack="evidence"),
        "late": to(lack="late"),
    }


def _ready(request: HttpRequest, pk: int) -> Scorecard:
    """Return the card for a write of its unit's people. Raises Http404 or Refused before what was sent is read."""
    card = find_card(request, pk)
    require_own(card, actor_of(request))
    return card


def _sent(request: HttpRequest, card: Scorecard, *, taking_back: bool = False) -> AssignForm:
    return AssignForm(
        request.POST,
        sheet=queries.sheet(card, actor_of(request)),
        people=queries.people_of(card.unit),
        divisions=queries.divisions_of(card.unit),
        taking_back=taking_back,
    )


@require_POST
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the ticked leaves and fields to a division or a person."""
    card = _ready(request, pk)
    form = _sent(request, card)
    if not (form.is_valid() and form.carry_out(lambda: _assign(request, card, form))):
        return _page(request, card, status=422, form=form)
    return redirect("scoring:sharing", pk=pk)


def _assign(request: HttpRequest, card: Scorecard, form: AssignForm) -> None:
    to = form.cleaned_data["assignee"]
    number = actions.assign(card, form.ticked, by=actor_of(request), assignee=to, due_at=form.due_at)
    messages.success(request, _("Đã giao %(n)d tiêu chí.") % {"n": number})


@require_POST
def unassign(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the ticked leaves back from whom they were given to."""
    card = _ready(request, pk)
    form = _sent(request, card, taking_back=True)
    act = partial(actions.unassign, card, by=actor_of(request))
    if not (form.is_valid() and form.carry_out(lambda: act(form.ticked))):
        return _page(request, card, status=422, form=form)
    messages.success(request, _("Đã bỏ phân công các tiêu chí đã chọn."))
    return redirect("scoring:sharing", pk=pk)


@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the leaves nobody has to whom their leaf of last year was given."""
    card = _ready(request, pk)
    form = DueForm(request.POST, auto_id="copy-%s")
    if not (form.is_valid() and form.carry_out(lambda: _copy(request, card, form))):
        return _page(request, card, status=422, copy_form=form)
    return redirect("scoring:sharing", pk=pk)


def _copy(request: HttpRequest, card: Scorecard, form: DueForm) -> None:
    number = actions.copy_assignments(card, by=actor_of(request), due_at=form.due_at)
    messages.success(request, _("Đã chép phân công năm trước cho %(n)d tiêu chí.") % {"n": number})


@require_http_methods(["GET", "POST"])
def divisions(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the unit's divisions; a POST adds one."""
    if request.method == "GET":
        return _divisions(request, find_card(request, pk))
    card = _ready(request, pk)
    return _save(request, card, DivisionForm(request.POST, people=queries.people_of(card.unit)))


@require_POST
def division(request: HttpRequest, pk: int, division_pk: int) -> HttpResponse:
    """Change one division of the unit."""
    card = _ready(request, pk)
    row = get_object_or_404(Division.objects.select_related("unit"), unit=card.unit, pk=division_pk)
    return _save(request, card, DivisionForm(request.POST, people=queries.people_of(card.unit), division=row))


def _save(request: HttpRequest, card: Scorecard, form: DivisionForm) -> HttpResponse:
    act = partial(actions.save_division, card, by=actor_of(request), division=form.division)
    if not (form.is_valid() and form.carry_out(lambda: act(**form.facts))):
        return _divisions(request, card, form)
    messages.success(request, _("Đã lưu bộ phận “%s”.") % form.cleaned_data["name"])
    return redirect("scoring:divisions", pk=card.pk)


def _divisions(request: HttpRequest, card: Scorecard, sent: DivisionForm | None = None) -> HttpResponse:
    page: Page = page_of(request, card)
    if not page.of_unit:
        raise Http404
    people = queries.people_of(card.unit)
    rows = queries.divisions_of(card.unit)
    forms = [DivisionForm(people=people, division=row) for row in rows]
    if sent and sent.division:
        forms = [sent if form.division == sent.division else form for form in forms]
    new = sent if sent and not sent.division else DivisionForm(people=people)
    if not sent and rows:
        new.initial["order"] = rows[-1].order + 1
    context = common(request, page, "sharing") | {"forms": forms, "new": new, "form": sent}
    return render(request, "scoring/divisions.html", context, status=422 if sent else 200)
