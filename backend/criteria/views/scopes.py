"""Pages of a set's scope: for whom each node applies, and what becomes of what is left out."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.criteria import actions, queries
from backend.criteria.applying import Scope
from backend.criteria.forms.nodes import CountingForm, ScopeForm
from backend.criteria.forms.placing import SeenForm
from backend.criteria.models import CriteriaSet, Node
from backend.criteria.workshop import last_edit_of
from permissions.roles import Verb


@dataclass(frozen=True)
class Line:
    """One node that is not simply for everybody and within the scale."""

    node: Node
    scope: Scope | None


@require_http_methods(["GET", "POST"])
def set_scopes(request: HttpRequest, pk: int) -> HttpResponse:
    """Show for whom the nodes of a set apply; of a draft, change how what is left out is made good."""
    found = get_object_or_404(queries.sets_for(request.actor), pk=pk)
    may_edit = _may_edit(request, found)
    form = CountingForm(request.POST or None, initial=_standing(found))
    if request.method == "POST" and form.is_valid():
        actions.set_counting(found, by=request.actor, **form.cleaned_data)
        messages.success(request, _("Đã lưu cách tính tiêu chí không áp dụng, điểm thưởng và điểm phạt."))
        return redirect("criteria:set_scopes", pk)
    nodes = queries.nodes_of(found)
    context = {
        "set": found,
        "form": form if may_edit else None,
        "lines": _lines(found, nodes),
        "may_edit": may_edit,
    }
    return render(request, "criteria/set_scopes.html", context, status=422 if form.errors else 200)


def _may_edit(request: HttpRequest, found: CriteriaSet) -> bool:
    if request.method == "POST":
        request.actor.require(Verb.MANAGE_CRITERIA, at=found.place())
    mine: bool = request.actor.may(Verb.MANAGE_CRITERIA, at=found.place())
    return mine and found.state == CriteriaSet.State.DRAFT


def _standing(found: CriteriaSet) -> dict[str, object]:
    return {name: getattr(found, name) for name in CountingForm.base_fields}


def _lines(found: CriteriaSet, nodes: list[Node]) -> list[Line]:
    scopes = queries.scopes_of(found, nodes)
    plain = Node.Counting.BASE
    return [
        Line(node, scopes.get(node.pk))
        for node in nodes
        if node.pk in scopes or node.counting != plain or node.not_arisen
    ]


@require_http_methods(["GET", "POST"])
def node_scope(request: HttpRequest, pk: int) -> HttpResponse:
    """Say for whom one node of a draft applies."""
    node = get_object_or_404(queries.nodes_for(request.actor), pk=pk)
    request.actor.require(Verb.MANAGE_CRITERIA, at=node.criteria_set.place())
    if request.method == "GET" and node.criteria_set.state != CriteriaSet.State.DRAFT:
        return redirect("criteria:set_scopes", node.criteria_set_id)
    form = _scope_form(request, node)
    revision = SeenForm(request.POST).get("revision")
    overtaken = not actions.SCOPE.isdisjoint(actions.overtaken(node, revision))
    if form.is_valid() and not overtaken:
        actions.set_scope(node, by=request.actor, revision=revision, **form.cleaned_data)
        messages.success(request, _("Đã lưu phạm vi áp dụng của %s.") % node.code)
        return redirect(f"{reverse('criteria:set_detail', args=[node.criteria_set_id])}#node-{node.pk}")
    context = {"form": form, "set": node.criteria_set, "node": node}
    if overtaken:
        context |= {"edit": last_edit_of(node), "scope": queries.scopes_of(node.criteria_set, [node]).get(pk)}
    status = 409 if overtaken else 422 if form.errors else 200
    return render(request, "criteria/node_scope.html", context, status=status)


def _scope_form(request: HttpRequest, node: Node) -> ScopeForm:
    sent = request.POST if request.method == "POST" else None
    units = queries.units_under(node.criteria_set)
    return ScopeForm(sent, node=node, units=units, initial=ScopeForm.initial_of(node))
