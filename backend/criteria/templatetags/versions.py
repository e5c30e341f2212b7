"""What stands beside a set on its page: its versions, what it is compared with, its framework, its decision."""

from __future__ import annotations

from typing import Any

from django.template import Library

from backend.criteria.models import CriteriaSet, Node
from backend.criteria.queries import frameworks_for, relatives_of
from permissions.actor import Actor

register = Library()


@register.inclusion_tag("criteria/_versions.html")
def version_links(criteria_set: CriteriaSet, actor: Actor) -> dict[str, Any]:
    """Return the sets beside this one that the person sees."""
    follows = criteria_set.is_framework and frameworks_for(actor).filter(pk=criteria_set.pk).exists()
    return {"set": criteria_set, "beside": relatives_of(criteria_set, actor), "may_follow": follows}


@register.inclusion_tag("criteria/_frame.html", takes_context=True)
def frame_mark(context: dict[str, Any], node: Node, criteria_set: CriteriaSet) -> dict[str, Any]:
    """Say what of a node its framework fixes; in a framework, let the officer open the node to additions."""
    return {
        "node": node,
        "set": criteria_set,
        "framed": node.frame if criteria_set.framework_id else None,
        "csrf_token": context.get("csrf_token"),
    }
