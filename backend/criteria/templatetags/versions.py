"""What stands beside a set on its page: its versions, what it is compared with, its framework, its decision."""

from __future__ import annotations

from typing import Any

from django import template

from backend.criteria.models import CriteriaSet
from backend.criteria.queries import frameworks_for
from backend.criteria.versions import relatives_of
from permissions.actor import Actor

register = template.Library()


@register.inclusion_tag("criteria/_versions.html")
def version_links(criteria_set: CriteriaSet, actor: Actor) -> dict[str, Any]:
    """Return the sets beside this one that the person sees."""
    follows = criteria_set.is_framework and frameworks_for(actor).filter(pk=criteria_set.pk).exists()
    return {"set": criteria_set, "beside": relatives_of(criteria_set, actor), "may_follow": follows}
