"""The yardsticks of scoring: one score saved by a bare view, one card opened by a bare view.

They stand behind the same server, settings and middleware (session, person) as ours. Saving is one locked
read, one update of the mark, the head of its chain and its one row of simple-history, one update of the total. Opening reads the same
rows and writes them out, inputs and the rule's own sentence with them, through one template.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, engines
from django.urls import path
from django.utils import timezone

from backend.audit.recording import recording
from backend.config.urls import urlpatterns as ours
from backend.core.fields import points_value
from backend.criteria.models import Node
from backend.scoring.models import Evidence, Mark, Scorecard, StepTotal
from permissions.actor import Actor

PAGE = engines["django"].engine.from_string(Path(__file__).with_name("floor_score.html").read_text("utf-8"))


def save(request: HttpRequest, card: int, pk: int) -> HttpResponse:
    """Write the points that were sent on a mark."""
    points, now = Decimal(request.POST["points"]), timezone.now()
    by = Actor(request.user.pk, request.user.full_name)
    with transaction.atomic(), recording(by=by, at=now):
        mark = Mark.objects.select_related("score").select_for_update(of=("self",)).get(pk=pk)
        moved = points - (mark.points or 0)
        mark.points, mark.saved_at, mark.author = points, now, by.name
        mark.version += 1
        mark.save(update_fields=["points", "saved_at", "author", "version"])
        rows = StepTotal.objects.filter(card_id=card, step_id=mark.step_id)
        rows.update(total=F("total") + points_value(moved))
    return HttpResponse(f"{mark.points} {mark.version}", content_type="text/plain")


def opened(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with the rows of a card as its officer sees them."""
    card = Scorecard.objects.select_related("unit", "round").get(pk=pk)
    documents = Counter(Evidence.objects.filter(score__card=card).values_list("score_id", flat=True))
    fields = {node.code: node for node in Node.objects.filter(criteria_set=card.criteria_set_id, level=1)}
    marks = Mark.objects.filter(score__card=card, step__kind="self").select_related("score__node")
    rows = [_row(mark, documents) for mark in marks.order_by("score__order")]
    context = RequestContext(request, {"card": card, "fields": fields, "rows": rows})
    return HttpResponse(PAGE.render(context))


def _row(mark: Mark, documents: Counter[int]) -> dict[str, object]:
    score, rule = mark.score, mark.score.node.parsed_rule()
    return {
        "mark": mark,
        "score": score,
        "node": score.node,
        "field": score.code.partition(".")[0],
        "inputs": [(spec, mark.inputs.get(spec.name, "")) for spec in rule.inputs],
        "explained": rule.apply(mark.inputs, score.max_points).explained if mark.inputs else "",
        "documents": documents[score.pk],
    }


urlpatterns = [
    path("floor/cards/<int:card>/marks/<int:pk>/", save),
    path("floor/cards/<int:pk>/", opened),
    *ours,
]
