"""Pages of versions: publish by a decision, copy, follow a framework, compare two sets."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.core.files import given_out
from backend.core.files.kinds import named_kind
from backend.criteria import actions, queries
from backend.criteria.forms.versions import CompareForm, CopyForm, FollowForm, LegalForm, SourceForm
from backend.criteria.models import CriteriaSet
from permissions.roles import Verb


@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the decision that issues a draft, then publish it."""
    criteria_set = _managed(request, pk)
    initial = {name: getattr(criteria_set, name) for name in actions.LEGAL}
    asked = not criteria_set.is_illustration
    # An illustration has no decision: its form may be sent empty.
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = LegalForm(*sent, initial=initial, asked=asked)
    if form.is_valid() and form.carry_out(
        lambda: actions.publish(criteria_set, by=request.actor, **form.values())
    ):
        said = _("Đã ban hành “%s”. Từ nay bộ tiêu chí không thay đổi.") % criteria_set.title
        messages.success(request, said)
        return redirect("criteria:set_detail", pk)
    problems = [] if criteria_set.is_frozen else actions.problems_of_set(criteria_set)
    context = {**_context(criteria_set), "form": form, "problems": problems}
    return render(request, "criteria/set_publish.html", context, status=422 if form.errors else 200)


@require_GET
def legal_file(request: HttpRequest, pk: int) -> FileResponse:
    """Give out the signed decision to who may see the set."""
    criteria_set = _find(request, pk)
    kind = named_kind(criteria_set.legal_file_name)
    if not criteria_set.legal_file or kind is None:
        raise Http404
    return given_out(
        criteria_set.legal_file, name=criteria_set.legal_file_name, content_type=kind.content_type
    )


@require_POST
def new_version(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a draft of the next version."""
    made = actions.new_version(_find(request, pk), by=request.actor)
    messages.success(
        request, _("Đã lập phiên bản %d. Bản trước còn hiệu lực đến khi ban hành bản này.") % made.version
    )
    return redirect("criteria:set_detail", made.pk)


@require_GET
def copy_from(request: HttpRequest) -> HttpResponse:
    """Let the person choose the set a copy is made from, among all she sees."""
    request.actor.require_anywhere(Verb.MANAGE_CRITERIA)
    rows = queries.sorted_by(queries.sets_for(request.actor), "")
    form = SourceForm(request.GET or None, sets=rows)
    if form.is_valid():
        return redirect("criteria:set_copy", form.cleaned_data["source"].pk)
    return render(request, "criteria/copy_from.html", {"form": form, "any": rows.exists()})


@require_http_methods(["GET", "POST"])
def set_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a draft for another year, owner or kind of unit, and say what did not come along."""
    criteria_set = _find(request, pk)
    request.actor.require_anywhere(Verb.MANAGE_CRITERIA)
    owners = queries.owners_for(request.actor)
    form = CopyForm(request.POST or None, owners=owners, initial=_of_next_year(criteria_set))
    if form.is_valid():
        values = form.cleaned_data
        lost = actions.losses_of(criteria_set, owner=values["owner"], kind=values["kind"])
        made = actions.copy_set(criteria_set, by=request.actor, **values)
        messages.success(request, _("Đã sao bộ tiêu chí sang năm %d.") % made.year)
        for sentence in lost:
            messages.warning(request, sentence)
        return redirect("criteria:set_detail", made.pk)
    return render(request, "criteria/set_copy.html", {**_context(criteria_set), "form": form})


def _of_next_year(criteria_set: CriteriaSet) -> dict[str, Any]:
    year = criteria_set.year + 1
    return {
        "owner": criteria_set.owner_id,
        "kind": criteria_set.kind_id,
        "year": year,
        "title": criteria_set.title.replace(str(criteria_set.year), str(year)),
    }


@require_http_methods(["GET", "POST"])
def set_follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a draft inside a framework of a tier above."""
    framework = _find(request, pk)
    request.actor.require_anywhere(Verb.MANAGE_CRITERIA)
    owners = queries.owners_for(request.actor).filter(path__startswith=framework.owner.path)
    form = FollowForm(
        request.POST or None,
        owners=owners.exclude(pk=framework.owner_id),
        initial={"year": framework.year, "title": actions.title_inside(framework, framework.year)},
    )
    made: list[CriteriaSet] = []
    if form.is_valid() and form.carry_out(
        lambda: made.append(actions.follow_framework(framework, by=request.actor, **form.cleaned_data))
    ):
        messages.success(
            request, _("Đã lập dự thảo theo khung. Phần “theo khung” giữ nguyên, chỗ để mở được bổ sung.")
        )
        return redirect("criteria:set_detail", made[0].pk)
    return render(request, "criteria/set_follow.html", {**_context(framework), "form": form})


@require_POST
def node_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a node of a framework to additions of lower tiers, or close it."""
    node = get_object_or_404(queries.nodes_for(request.actor), pk=pk)
    is_open = request.POST.get("open") == "1"
    node = actions.edit_node(node, by=request.actor, open_to_additions=is_open)
    said = _("%s: cấp dưới được bổ sung.") if is_open else _("%s: cấp dưới giữ nguyên.")
    messages.success(request, said % node.code)
    return redirect("criteria:node_edit", pk)


@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """Show what one set changes in another, node by node."""
    rows = queries.sorted_by(queries.sets_for(request.actor), "")
    form = CompareForm(request.GET if {"old", "new"} & set(request.GET) else None, sets=rows)
    context: dict[str, Any] = {"picker": form}
    if form.is_valid():
        found = queries.compared(form.cleaned_data["old"], form.cleaned_data["new"])
        kind = form.cleaned_data["kind"]
        lines = found.comparison.in_place(found.comparison.showing(kind))
        context |= {"found": found, "lines": lines, "kind": kind}
        if found.old.is_illustration or found.new.is_illustration:
            context["demo"] = True
    return render(request, "criteria/compare.html", context, status=422 if form.errors else 200)


def _managed(request: HttpRequest, pk: int) -> CriteriaSet:
    criteria_set = _find(request, pk)
    request.actor.require(Verb.MANAGE_CRITERIA, at=criteria_set.place())
    return criteria_set


def _context(criteria_set: CriteriaSet) -> dict[str, Any]:
    return {"set": criteria_set, **({"demo": True} if criteria_set.is_illustration else {})}


def _find(request: HttpRequest, pk: int) -> CriteriaSet:
    return get_object_or_404(queries.sets_for(request.actor), pk=pk)
