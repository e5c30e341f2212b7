"""``{% load opinions %}``: from a set to what is asked, said and answered about it."""

from __future__ import annotations

from typing import Any

from django import template

from backend.criteria.models import CriteriaSet
from backend.criteria.opinions import consultations_for, responses_for
from permissions.actor import Actor

register = template.Library()


@register.inclusion_tag("criteria/_consultation_links.html")
def consultation_links(criteria_set: CriteriaSet, actor: Actor, may_edit: bool) -> dict[str, Any]:
    """Show the ways to the set's consultations that are open to the person; two queries."""
    of_set = {"consultation__criteria_set": criteria_set, "consultation__ended_at__isnull": True}
    return {
        "set": criteria_set,
        "may_edit": may_edit,
        "consultations": consultations_for(actor).filter(criteria_set=criteria_set).order_by("number"),
        "responses": responses_for(actor).filter(**of_set),
    }
