"""Pages of criteria sets: the list, and the life of a set."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.criteria import actions, queries
from backend.criteria.forms.sets import SetEditForm, SetFilterForm, SetForm
from backend.criteria.models import CriteriaSet
from permissions.roles import Verb

A_PAGE = 25


@require_GET
def set_list(request: HttpRequest) -> HttpResponse:
    """Show the sets the person may see, filtered and searched without accents."""
    filters, words = SetFilterForm(request.GET), request.GET.get("q", "").strip()
    rows = queries.matching(queries.sets_for(request.actor).filter(**filters.chosen()), words)
    rows = queries.with_totals(queries.sorted_by(rows, request.GET.get("sort", "")))
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "chains": queries.chains_of(page, queries.sets_for(request.actor)),
        "frameworks": queries.frameworks_for(request.actor),
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
    """Change the title, scale or legal basis of a draft, and whether it is a framework."""
    criteria_set = _find(request, pk)
    request.actor.require(Verb.MANAGE_CRITERIA, at=criteria_set.place())
    initial = {name: getattr(criteria_set, name) for name in actions.EDITABLE}
    form = SetEditForm(
        request.POST or None,
        request.FILES or None,
        initial=initial,
        follows=criteria_set.framework_id is not None,
    )
    if form.is_valid() and form.carry_out(
        lambda: actions.edit_set(criteria_set, by=request.actor, **form.values())
    ):
        messages.success(request, _("Đã lưu thông tin bộ tiêu chí."))
        return redirect("criteria:set_detail", pk)
    return render(request, "criteria/set_form.html", {"form": form, "set": criteria_set})


@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    criteria_set = _find(request, pk)
    actions.discard_set(criteria_set, by=request.actor)
    messages.success(request, _("Đã bỏ dự thảo “%s”.") % criteria_set.title)
    return redirect("criteria:set_list")


def _find(request: HttpRequest, pk: int) -> CriteriaSet:
    return get_object_or_404(queries.sets_for(request.actor), pk=pk)
