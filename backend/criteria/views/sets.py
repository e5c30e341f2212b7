"""Pages of criteria sets: the list, and the life of a set."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.criteria import actions, queries
from backend.criteria.forms import CopyForm, SetEditForm, SetFilterForm, SetForm
from backend.criteria.models import CriteriaSet
from permissions.roles import Verb

A_PAGE = 25


@require_GET
def set_list(request: HttpRequest) -> HttpResponse:
    """Show the sets the person may see, filtered and searched without accents."""
    filters, words = SetFilterForm(request.GET), request.GET.get("q", "").strip()
    rows = queries.matching(queries.sets_for(request.actor).filter(**filters.chosen()), words)
    rows = queries.with_totals(queries.sorted_by(rows, request.GET.get("sort", "")))
    context = {
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
        "filters": filters,
        "q": words,
        "may_add": request.actor.may_anywhere(Verb.MANAGE_CRITERIA),
    }
    return render(request, "criteria/set_list.html", context)


@require_http_methods(["GET", "POST"])
def set_add(request: HttpRequest) -> HttpResponse:
    """Make a draft."""
    request.actor.require_anywhere(Verb.MANAGE_CRITERIA)
    owners = queries.owners_for(request.actor)
    form = SetForm(request.POST or None, owners=owners, initial={"scale": "100"})
    if form.is_valid():
        values = dict(form.cleaned_data)
        made = actions.create_set(values.pop("owner"), by=request.actor, **values)
        messages.success(request, _("Đã lập dự thảo. Hãy thêm lĩnh vực và tiêu chí."))
        return redirect("criteria:set_detail", made.pk)
    return render(request, "criteria/set_form.html", {"form": form, "owners": owners})


@require_http_methods(["GET", "POST"])
def set_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the title, scale or legal basis of a draft."""
    criteria_set = _find(request, pk)
    request.actor.require(Verb.MANAGE_CRITERIA, at=criteria_set.place())
    initial = {name: getattr(criteria_set, name) for name in actions.EDITABLE}
    form = SetEditForm(request.POST or None, initial=initial)
    if form.is_valid():
        actions.edit_set(criteria_set, by=request.actor, **form.cleaned_data)
        messages.success(request, _("Đã lưu thông tin bộ tiêu chí."))
        return redirect("criteria:set_detail", pk)
    return render(request, "criteria/set_form.html", {"form": form, "set": criteria_set})


@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a draft."""
    published = actions.publish(_find(request, pk), by=request.actor)
    messages.success(request, _("Đã ban hành “%s”. Từ nay bộ tiêu chí không thay đổi.") % published.title)
    return redirect("criteria:set_detail", pk)


@require_POST
def new_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a draft of the next version."""
    made = actions.new_version(_find(request, pk), by=request.actor)
    messages.success(
        request, _("Đã lập phiên bản %d. Bản trước còn hiệu lực đến khi ban hành bản này.") % made.version
    )
    return redirect("criteria:set_detail", made.pk)


@require_http_methods(["GET", "POST"])
def set_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a draft for another year, owner or kind of unit."""
    criteria_set = _find(request, pk)
    request.actor.require_anywhere(Verb.MANAGE_CRITERIA)
    form = CopyForm(
        request.POST or None,
        owners=queries.owners_for(request.actor),
        initial=_of_next_year(criteria_set),
    )
    if form.is_valid():
        made = actions.copy_set(criteria_set, by=request.actor, **form.cleaned_data)
        messages.success(request, _("Đã sao bộ tiêu chí sang năm %d.") % made.year)
        return redirect("criteria:set_detail", made.pk)
    return render(request, "criteria/set_copy.html", {"form": form, "set": criteria_set})


def _of_next_year(criteria_set: CriteriaSet) -> dict[str, Any]:
    year = criteria_set.year + 1
    return {
        "owner": criteria_set.owner_id,
        "kind": criteria_set.kind_id,
        "year": year,
        "title": criteria_set.title.replace(str(criteria_set.year), str(year)),
    }


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    criteria_set = _find(request, pk)
    actions.discard_set(criteria_set, by=request.actor)
    messages.success(request, _("Đã bỏ dự thảo “%s”.") % criteria_set.title)
    return redirect("criteria:set_list")


def _find(request: HttpRequest, pk: int) -> CriteriaSet:
    return get_object_or_404(queries.sets_for(request.actor), pk=pk)
