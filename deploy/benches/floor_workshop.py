"""The floor of opening the workshop: the same rows read bare through the ORM and written out as plain lines.

It stands behind the same server, settings and middleware (session, person, seats) as ours.
"""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from backend.config.urls import urlpatterns as ours
from backend.criteria.models import Consultation, CriteriaSet, Edit, Node, Response


def floor(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with the nodes and the newest edits of a set."""
    criteria_set = CriteriaSet.objects.select_related("owner", "kind").get(pk=pk)
    nodes = Node.objects.filter(criteria_set=criteria_set).order_by("order")
    edits = Edit.objects.filter(criteria_set=criteria_set).defer("before", "after").order_by("-number")[:8]
    # Who is asked about it, and the sets beside it: read by ours for the links to them.
    list(Consultation.objects.filter(criteria_set=criteria_set))
    list(Response.objects.filter(consultation__criteria_set=criteria_set))
    list(CriteriaSet.objects.filter(owner=criteria_set.owner, kind=criteria_set.kind))
    lines = [criteria_set.title, *(f"{node.code} {node.title} {node.max_points}" for node in nodes)]
    return HttpResponse("\n".join([*lines, *(edit.said for edit in edits)]), content_type="text/plain")


urlpatterns = [path("floor/<int:pk>/", floor), *ours]
