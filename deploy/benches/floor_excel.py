"""The floors of the import: the sheet parsed bare and held against the draft bare, and its rows inserted bare with their history.

The page stands behind the same server, settings and middleware (session, person, seats) as ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from python_calamine import CalamineWorkbook

from backend.config.urls import urlpatterns as ours
from backend.criteria.models import Applicability, CriteriaSet, Node
from tiers.models import Unit

PAGE = Engine(autoescape=True).from_string(Path(__file__).with_name("floor_excel.html").read_text("utf-8"))
# Under the heading: code, text, points, source of points.
_FIRST, _COLUMNS = 5, (0, 1, 2, 10)


@csrf_exempt
def floor(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with the nodes of the sheet that was sent which the draft lacks or titles otherwise, in our columns."""
    rows = CalamineWorkbook.from_filelike(request.FILES["file"]).get_sheet_by_index(0).to_python()
    criteria_set = CriteriaSet.objects.select_related("owner", "kind").get(pk=pk)
    titles = {node.code: node.title for node in Node.objects.filter(criteria_set=criteria_set)}
    # For whom the nodes are, and who may lead their appraisal: read by ours to hold the sheet against them.
    list(Applicability.objects.filter(node__criteria_set=criteria_set))
    list(Unit.objects.filter(parent_id=criteria_set.owner_id))
    lines = [
        [number, *(row[place] for place in _COLUMNS)]
        for number, row in enumerate(rows[_FIRST:-1], start=_FIRST + 1)
        if titles.get(row[0]) != row[1]
    ]
    return HttpResponse(PAGE.render(Context({"title": criteria_set.title, "lines": lines})))


def insert(draft: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Insert nodes and their history in bulk, the columns known beforehand: the least that must be written."""
    from django.db import transaction

    from backend.audit.recording import create_all, recording
    from permissions.actor import SYSTEM

    with transaction.atomic(), recording(by=SYSTEM, about=draft.history_about):
        keys: dict[str, int] = {"": 0}
        for level in range(1, 6):
            nodes = [
                Node(criteria_set=draft, parent_id=keys[row["code"].rpartition(".")[0]] or None, **row)
                for row in rows
                if row["level"] == level
            ]
            keys |= {node.code: node.pk for node in create_all(Node, nodes)}


urlpatterns = [path("floor/sheet/<int:pk>/", floor), *ours]
