"""The workshop of a draft: its page, undo, a rule tried; for who only reads, the set as a table."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.criteria import actions, queries
from backend.criteria.forms.placing import SeenForm
from backend.criteria.models import CriteriaSet, Node
from backend.criteria.trying import RuleTryForm, try_text
from backend.criteria.workshop import changes_since, shop_of
from permissions.roles import Verb

PANE = "pane"


@require_GET
def set_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a draft to who writes it as the workshop (``?view=read``: as the others see it), else the set as a table."""
    criteria_set = get_object_or_404(queries.sets_for(request.actor), pk=pk)
    may_manage = request.actor.may(Verb.MANAGE_CRITERIA, at=criteria_set.place())
    may_edit = may_manage and criteria_set.state == CriteriaSet.State.DRAFT
    if may_edit and request.GET.get("view") != "read":
        return workshop(request, criteria_set, "criteria/_pane_set.html")
    return _read(request, criteria_set, may_manage=may_manage)


def _read(request: HttpRequest, criteria_set: CriteriaSet, *, may_manage: bool) -> HttpResponse:
    tree = queries.tree_of(criteria_set)
    context = {
        "set": criteria_set,
        "tree": tree,
        "scopes": queries.scopes_of(criteria_set, [branch.node for branch in queries.flatten(tree)]),
        "totals": queries.totals_of(tree),
        "may_manage": may_manage,
        "may_edit": False,
        "in_workshop": may_manage and criteria_set.state == CriteriaSet.State.DRAFT,
        "problems": [] if criteria_set.is_frozen else actions.problems_of_set(criteria_set),
    }
    return render(request, "criteria/set_detail.html", _marked(criteria_set, context))


def workshop(
    request: HttpRequest,
    criteria_set: CriteriaSet,
    pane: str,
    *,
    node: Node | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """Return the workshop with ``pane`` at right, only the pane where htmx asks for it."""
    shop = shop_of(criteria_set, node.pk if node else None)
    told = {
        "set": criteria_set,
        "shop": shop,
        "node": node,
        "pane": pane,
        "only_pane": _only_pane(request),
        "may_manage": True,
        "may_edit": True,
        "problems": shop.problems,
        "since": changes_since(criteria_set, SeenForm(request.GET).get("seen"), by=request.actor),
        **context,
    }
    template = pane if told["only_pane"] else "criteria/workshop.html"
    return render(request, template, _marked(criteria_set, told), status=status)


def _only_pane(request: HttpRequest) -> bool:
    return request.headers.get("HX-Target") == PANE and "HX-History-Restore-Request" not in request.headers


def _marked(criteria_set: CriteriaSet, context: dict[str, Any]) -> dict[str, Any]:
    if criteria_set.is_illustration:
        context["demo"] = True
    return context


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back one edit of a draft, the newest unless the page named one."""
    criteria_set = get_object_or_404(queries.sets_for(request.actor), pk=pk)
    edit = actions.undo(criteria_set, by=request.actor, number=SeenForm(request.POST).get("number"))
    messages.success(request, _("Đã hoàn tác: %s.") % edit.said)
    node = Node.objects.filter(criteria_set=criteria_set, pk__in=list(edit.before)).first()
    return redirect("criteria:node_edit", node.pk) if node else redirect("criteria:set_detail", pk)


@require_http_methods(["GET", "POST"])
def rule_try(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a rule, saved or not, gives for the numbers typed; nothing is stored.

    It is sent in the body: a long rule has no room in an address.
    """
    criteria_set = get_object_or_404(queries.sets_for(request.actor), pk=pk)
    request.actor.require(Verb.MANAGE_CRITERIA, at=criteria_set.place())
    typed = request.POST or request.GET
    form = RuleTryForm(typed)
    context = {"set": criteria_set, "form": form, "trial": try_text(form, typed)}
    partial = request.headers.get("HX-Request") == "true"
    template = "criteria/_try.html" if partial else "criteria/rule_try.html"
    return render(request, template, _marked(criteria_set, context))
