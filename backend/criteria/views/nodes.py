"""Pages for the tree of a draft: add, edit, move, delete one node."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.core.text import key_in
from backend.criteria import actions, queries
from backend.criteria.forms import GroupForm, LeafForm, initial_of
from backend.criteria.models import CriteriaSet, Node
from permissions.roles import Verb


@require_http_methods(["GET", "POST"])
def node_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a group or, with ``leaf`` in the address, a scored criterion at the end of a group."""
    criteria_set = get_object_or_404(queries.sets_for(request.actor), pk=pk)
    request.actor.require(Verb.MANAGE_CRITERIA, at=criteria_set.place())
    parent = _parent(request, criteria_set)
    form = _form(request, criteria_set, is_leaf="leaf" in request.GET)
    if form.is_valid():
        node = actions.add_node(criteria_set, by=request.actor, parent=parent, **form.values())
        messages.success(request, _("Đã thêm %s.") % node.code)
        return _back(node)
    context = {"form": form, "set": criteria_set, "parent": parent}
    return render(request, "criteria/node_form.html", context)


def _parent(request: HttpRequest, criteria_set: CriteriaSet) -> Node | None:
    wanted = request.GET.get("parent", "")
    if not wanted:
        return None
    return get_object_or_404(criteria_set.nodes.select_related("criteria_set__owner"), pk=key_in(wanted))


def _form(
    request: HttpRequest, criteria_set: CriteriaSet, *, is_leaf: bool, **options: Any
) -> LeafForm | GroupForm:
    if not is_leaf:
        return GroupForm(request.POST or None, **options)
    return LeafForm(request.POST or None, agencies=queries.agencies_for(criteria_set), **options)


@require_http_methods(["GET", "POST"])
def node_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a node of a draft."""
    node = _find(request, pk)
    request.actor.require(Verb.MANAGE_CRITERIA, at=node.criteria_set.place())
    form = _form(request, node.criteria_set, is_leaf=node.is_leaf, initial=initial_of(node))
    if form.is_valid():
        edited = actions.edit_node(node, by=request.actor, **form.values())
        messages.success(request, _("Đã lưu %s.") % edited.code)
        return _back(edited)
    context = {"form": form, "set": node.criteria_set, "node": node, "parent": node.parent}
    return render(request, "criteria/node_form.html", context)


@require_POST
def node_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a node change places with its neighbour, ``up`` or down."""
    node = actions.move_node(_find(request, pk), by=request.actor, up=request.POST.get("up") == "1")
    return _back(node)


@require_POST
def node_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a node of a draft with all under it."""
    node = _find(request, pk)
    actions.delete_node(node, by=request.actor)
    messages.success(request, _("Đã xóa %s.") % node.code)
    return redirect("criteria:set_detail", node.criteria_set_id)


def _find(request: HttpRequest, pk: int) -> Node:
    return get_object_or_404(queries.nodes_for(request.actor), pk=pk)


def _back(node: Node) -> HttpResponse:
    address = reverse("criteria:set_detail", args=[node.criteria_set_id])
    return redirect(f"{address}#node-{node.pk}")
