"""``{% load opinions %}``: from a set to what is asked, said and answered about it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.template import Library

from backend.criteria.models import Consultation, CriteriaSet, Response
from backend.criteria.opinions import consultations_for, responses_for
from permissions.actor import Actor

register = Library()


@register.inclusion_tag("criteria/_consultation_links.html")
def consultation_links(criteria_set: CriteriaSet, actor: Actor, may_edit: bool) -> dict[str, Any]:
    """Show the ways to the set's consultations that are open to the person; at most two queries."""
    return {
        "set": criteria_set,
        "may_edit": may_edit,
        "consultations": _seen(criteria_set, actor, may_edit=may_edit).order_by("number"),
        "responses": _open_responses(criteria_set, actor),
    }


def _seen(criteria_set: CriteriaSet, actor: Actor, *, may_edit: bool) -> QuerySet[Consultation]:
    # Who writes a set sees all that was asked about it; the long question is for others.
    asked = Consultation.objects if may_edit else consultations_for(actor)
    return asked.filter(criteria_set=criteria_set)


def _open_responses(criteria_set: CriteriaSet, actor: Actor) -> QuerySet[Response]:
    if criteria_set.state != CriteriaSet.State.CONSULTATION:
        return Response.objects.none()
    rows = responses_for(actor).filter(consultation__criteria_set=criteria_set)
    return rows.filter(consultation__ended_at__isnull=True)
