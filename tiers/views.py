"""Pages of the organisation: the tree on a date, a unit, mergers; plain data by hand."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.core.errors import Refused
from permissions.actor import Actor
from permissions.roles import Verb
from tiers import actions, queries, scope
from tiers.forms import NewUnitForm, ReasonForm, ReleaseForm, UnitFilterForm, UnitForm
from tiers.models import Release, Unit

MERGERS_A_PAGE = 25


@require_GET
def unit_list(request: HttpRequest) -> HttpResponse:
    """Show the tree on a date, or the units of that date that match a search."""
    today = queries.today()
    form = UnitFilterForm(request.GET)
    day, kind, words = form.day(today), form.kind_code(), request.GET.get("q", "").strip()
    tree = queries.tree_on(day)
    found = queries.matching(tree, words, kind) if words or kind else None
    context = {
        "filters": form,
        "q": words,
        "day": day,
        "is_today": day == today,
        "tree": tree,
        "found": found,
        "turns": queries.turning_days(),
    }
    return render(request, "tiers/unit_list.html", context)


@require_GET
def unit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a unit: dates, place, what it came of and became, who sits there."""
    unit = get_object_or_404(queries.unit_with_parents(pk))
    actor = request.actor
    day = min(queries.today(), unit.last_day or date.max)
    context = {
        "unit": unit,
        "day": day,
        "above": queries.above(unit),
        "origins": queries.predecessors(unit),
        "successions": queries.successors(unit),
        "children": queries.children_by_kind(unit, day),
        "seats": queries.seats_at(unit),
        "releases": _releases(actor, unit),
        "names_shown": queries.may_see_names(actor, unit),
        "history_shown": queries.may_see_history(actor, unit),
        "may_edit": actor.may(Verb.MANAGE_UNITS, at=unit.place()),
        "may_release": scope.may_release(actor, unit),
    }
    return render(request, "tiers/unit_detail.html", context)


def _releases(actor: Actor, unit: Unit) -> list[tuple[Release, ReasonForm | None]]:
    """Return each release of a divided unit with the form that ends it, None for who may not."""
    return [
        (
            made,
            ReasonForm(auto_id=f"withdraw-{made.pk}-%s")
            if actor.may(Verb.MANAGE_ROUND, at=made.place())
            else None,
        )
        for made in scope.releases_of(unit)
    ]


@require_GET
def unit_history(request: HttpRequest, pk: int) -> HttpResponse:
    """Show every recorded change of a unit."""
    unit = get_object_or_404(queries.unit_with_parents(pk))
    if not queries.may_see_history(request.actor, unit):
        raise Refused(_("Bạn không có quyền xem lịch sử của đơn vị này."))
    return render(request, "tiers/unit_history.html", {"unit": unit, "changes": queries.changes_of(unit)})


@require_GET
def merger_list(request: HttpRequest) -> HttpResponse:
    """Show which units came of which, searched on both sides."""
    words = request.GET.get("q", "").strip()
    page = Paginator(queries.mergers(words), MERGERS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "tiers/merger_list.html", {"page": page, "q": words})


@require_http_methods(["GET", "POST"])
def unit_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a unit below the unit ``pk``."""
    parent = get_object_or_404(queries.unit_with_parents(pk))
    request.actor.require(Verb.MANAGE_UNITS, at=parent.place())
    form = NewUnitForm(request.POST or None, initial={"order": queries.next_order(parent)})
    if form.is_valid():
        unit = actions.add_unit(parent, by=request.actor, **form.cleaned_data)
        messages.success(request, _("Đã thêm %(name)s.") % {"name": unit.name})
        return redirect("tiers:unit_detail", unit.pk)
    context = {"form": form, "unit": parent, "above": queries.above(parent)}
    return render(request, "tiers/unit_add.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def unit_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the plain data of a unit."""
    unit = get_object_or_404(queries.unit_with_parents(pk))
    request.actor.require(Verb.MANAGE_UNITS, at=unit.place())
    form = UnitForm.of(unit, request.POST or None)
    if form.is_valid():
        actions.edit_unit(unit, by=request.actor, **form.values())
        messages.success(request, _("Đã lưu %(name)s.") % {"name": form.cleaned_data["name"]})
        return redirect("tiers:unit_detail", unit.pk)
    context = {"form": form, "unit": unit, "above": queries.above(unit)}
    return render(request, "tiers/unit_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def release_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a successor of the divided unit ``pk`` read its past."""
    old = get_object_or_404(queries.unit_with_parents(pk))
    if not scope.may_release(request.actor, old):
        raise Refused(
            _(
                "Bạn không quyết định việc cho xem hồ sơ cũ của đơn vị này, hoặc không còn đơn vị nào cần cho xem."
            )
        )
    form = ReleaseForm(scope.open_successors(old), request.POST or None)
    if form.is_valid():
        made = actions.release(old, by=request.actor, **form.cleaned_data)
        messages.success(request, _("%(name)s được xem hồ sơ cũ từ bây giờ.") % {"name": made.new.name})
        return redirect("tiers:unit_detail", old.pk)
    context = {"form": form, "unit": old, "above": queries.above(old)}
    return render(request, "tiers/release_form.html", context, status=422 if form.errors else 200)


@require_POST
def release_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """End a release."""
    made = get_object_or_404(scope.releases_for(request.actor), pk=pk)
    request.actor.require(Verb.MANAGE_ROUND, at=made.place())
    actions.withdraw(made, by=request.actor, reason=request.POST.get("reason", ""))
    messages.success(request, _("Đã thôi cho xem hồ sơ cũ."))
    return redirect("tiers:unit_detail", made.old_id)
