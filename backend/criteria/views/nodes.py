"""Pages for the tree of a draft: add, edit, move, split, duplicate, delete one node."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.core.points import format_points
from backend.core.text import key_in
from backend.criteria import actions, queries
from backend.criteria.forms.nodes import GroupForm, LeafForm, initial_of
from backend.criteria.forms.placing import (
    CHOICE,
    MoveForm,
    PlaceForm,
    SeenForm,
    SplitForm,
    differing,
    with_theirs,
)
from backend.criteria.models import CriteriaSet, Node
from backend.criteria.trying import RuleTryForm, Trial, try_text
from backend.criteria.views.workshop import workshop
from backend.criteria.workshop import changes_since, groups_for, last_edit_of
from permissions.roles import Verb

Form = LeafForm | GroupForm


@require_http_methods(["GET", "POST"])
def node_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a group or, with ``leaf`` in the address, a scored criterion, at a chosen place of a group."""
    criteria_set = get_object_or_404(queries.sets_for(request.actor), pk=pk)
    request.actor.require(Verb.MANAGE_CRITERIA, at=criteria_set.place())
    parent = _parent(request, criteria_set)
    form = _form(request, criteria_set, is_leaf="leaf" in request.GET)
    place = _place_form(request, criteria_set, parent)
    if form.is_valid():
        node = actions.add_node(
            criteria_set, by=request.actor, parent=parent, after=place.chosen(), **form.values()
        )
        node.refresh_from_db(fields=["code"])
        messages.success(request, _("Đã thêm %s.") % node.code)
        return redirect("criteria:node_edit", node.pk)
    context = {"form": form, "place": place, "parent": parent, "trial": _trial(form)}
    return workshop(request, criteria_set, "criteria/_pane_add.html", **context)


def _parent(request: HttpRequest, criteria_set: CriteriaSet) -> Node | None:
    wanted = request.GET.get("parent", "")
    if not wanted:
        return None
    return get_object_or_404(criteria_set.nodes.select_related("criteria_set__owner"), pk=key_in(wanted))


def _place_form(request: HttpRequest, criteria_set: CriteriaSet, parent: Node | None) -> PlaceForm:
    siblings = list(criteria_set.nodes.filter(parent=parent).order_by("order"))
    chosen = {"after": request.GET.get("after", actions.LAST)}
    return PlaceForm(request.POST if "after" in request.POST else None, siblings=siblings, initial=chosen)


def _form(
    request: HttpRequest, criteria_set: CriteriaSet, *, is_leaf: bool, data: Any = None, **options: Any
) -> Form:
    sent = data or request.POST or None
    if not is_leaf:
        return GroupForm(sent, **options)
    return LeafForm(sent, agencies=queries.agencies_for(criteria_set), **options)


def _trial(form: Form) -> Trial | None:
    """Return the rule as the form holds it, tried with nothing; None for a group."""
    if not isinstance(form, LeafForm):
        return None
    names = ("rule", "source", "max_points", "params_text")
    return try_text(RuleTryForm({name: _text_of(form[name].value()) for name in names}), {})


def _text_of(value: Any) -> str:
    return "" if value is None else str(value)


@require_http_methods(["GET", "POST"])
def node_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a node of a draft in the workshop and change it; what others saved meanwhile is not overwritten."""
    node = _find(request, pk)
    request.actor.require(Verb.MANAGE_CRITERIA, at=node.criteria_set.place())
    if request.method == "GET" and node.criteria_set.state != CriteriaSet.State.DRAFT:
        return redirect(f"{reverse('criteria:set_detail', args=[node.criteria_set_id])}#node-{node.pk}")
    seen = SeenForm(request.POST)
    standing = _standing(request, node)
    data = with_theirs(request.POST, standing) if seen.get("revision") == node.revision else None
    form = _form(request, node.criteria_set, is_leaf=node.is_leaf, initial=standing.initial, data=data)
    if not form.is_valid():
        return _pane(request, node, form, read=seen)
    both = _both_values(node, form, standing, seen)
    if both:
        return _pane(request, node, form, both=both, overtaken_by=last_edit_of(node), status=409)
    return _save(request, node, form, seen)


def _standing(request: HttpRequest, node: Node) -> Form:
    agencies = queries.agencies_for(node.criteria_set)
    initial = initial_of(node)
    return LeafForm(agencies=agencies, initial=initial) if node.is_leaf else GroupForm(initial=initial)


def _save(request: HttpRequest, node: Node, form: Form, seen: SeenForm) -> HttpResponse:
    values = form.values()
    if values.get("code") == seen.get("shown_code"):
        # Codes follow places; one that nobody typed must not hold the node back at its old number.
        values.pop("code", None)
    saved = actions.edit_node(node, by=request.actor, revision=seen.get("revision"), **values)
    messages.success(request, _("Đã lưu %s.") % saved.code)
    address = reverse("criteria:node_edit", args=[saved.pk])
    if changes_since(node.criteria_set, seen.get("seen"), by=request.actor):
        address += f"?seen={seen.get('seen')}"
    return redirect(address)


def _both_values(node: Node, form: Form, standing: Form, seen: SeenForm) -> list[dict[str, Any]]:
    """Return the fields that others changed since to something else than was typed, with both values."""
    before = actions.overtaken(node, seen.get("revision"))
    columns = {"params_text": "params", "lead_agency": "lead_agency_id"}
    names = [name for name in differing(form, standing) if columns.get(name, name) in before]
    return [
        {
            "field": CHOICE + name,
            "label": form[name].label,
            "theirs": _said(standing, name, standing[name].value()),
            "yours": _said(form, name, form[name].data),
            "touched": form.fields[name].has_changed(before[columns.get(name, name)], form[name].data),
        }
        for name in names
    ]


def _said(form: Form, name: str, value: Any) -> str:
    if value in (True, False, "on"):
        return _("có") if value else _("không")
    choices = dict(getattr(form.fields[name], "choices", None) or [])
    said = next((title for key, title in choices.items() if str(key) == str(value)), value)
    return _text_of(said)


def _pane(
    request: HttpRequest,
    node: Node,
    form: Form,
    *,
    read: SeenForm | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """Return the workshop at the node. ``read``: what the page was made from whose typing is shown again."""
    sent = bool(read and read.data)
    made_from = {"revision": node.revision, "seen": node.criteria_set.revision, "shown_code": node.code}
    if read and sent:
        made_from = {name: _text_of(read.get(name)) for name in made_from}
    return workshop(
        request,
        node.criteria_set,
        "criteria/_pane_node.html",
        node=node,
        status=status,
        form=form,
        split=SplitForm(initial={"parts": 2}),
        groups=groups_for(node),
        trial=_trial(form),
        **made_from,
        **context,
    )


@require_POST
def node_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a node one of ``actions.WAYS``."""
    node, form = _find(request, pk), MoveForm(request.POST)
    named = request.POST.get("group") and form.get("way") == "into"
    target = get_object_or_404(node.criteria_set.nodes, pk=form.get("group")) if named else None
    moved = actions.shift_node(
        node, form.get("way") or "", by=request.actor, group=target, seen=form.get("seen")
    )
    moved.refresh_from_db(fields=["code"])
    messages.success(
        request, _("Đã chuyển, nay là %(code)s %(title)s.") % {"code": moved.code, "title": moved.title}
    )
    return redirect("criteria:node_edit", pk)


@require_POST
def node_split(request: HttpRequest, pk: int) -> HttpResponse:
    """Split a leaf into several under a group of its code."""
    node, form = _find(request, pk), SplitForm(request.POST)
    made = actions.split_node(node, by=request.actor, parts=form.get("parts") or 0, seen=form.get("seen"))
    points = "; ".join(f"{part.code}: {format_points(part.max_points)}" for part in made if part.max_points)
    messages.success(request, _("Đã tách %(code)s: %(points)s.") % {"code": node.code, "points": points})
    return redirect("criteria:node_edit", pk)


@require_POST
def node_duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    """Copy a node with all under it, right behind it."""
    node = _find(request, pk)
    copy = actions.duplicate_node(node, by=request.actor, seen=SeenForm(request.POST).get("seen"))
    copy.refresh_from_db(fields=["code"])
    messages.success(
        request, _("Đã nhân đôi %(code)s thành %(copy)s.") % {"code": node.code, "copy": copy.code}
    )
    return redirect("criteria:node_edit", copy.pk)


@require_POST
def node_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a node of a draft with all under it."""
    node = _find(request, pk)
    actions.delete_node(node, by=request.actor, seen=SeenForm(request.POST).get("seen"))
    messages.success(request, _("Đã xóa %s. Bấm Hoàn tác để lấy lại.") % node.code)
    if node.parent_id:
        return redirect("criteria:node_edit", node.parent_id)
    return redirect("criteria:set_detail", node.criteria_set_id)


def _find(request: HttpRequest, pk: int) -> Node:
    return get_object_or_404(queries.nodes_for(request.actor), pk=pk)
