"""What the unit's people say to each other on a leaf, for its page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from backend.scoring import queries
from backend.scoring.forms import RemarkForm
from backend.scoring.lifecycle import State
from backend.scoring.views.finding import actor_of
from backend.scoring.views.grid import Page, Row


def talk(request: HttpRequest, page: Page, row: Row, form: RemarkForm | None = None) -> dict[str, Any]:
    """Return what the leaf's page shows of the unit's own talk; nothing for others than its people."""
    if not page.of_unit:
        return {}
    viewer = actor_of(request).user_id
    people = [person for person in queries.people_of(page.card.unit) if person.pk != viewer]
    open_ = page.card.state != State.PUBLISHED
    return {
        "remarks": queries.remarks_on(row.leaf.score),
        "viewer_id": viewer,
        "remark_form": (form or RemarkForm(people=people)) if open_ else None,
        "own_opinions": _opinions(page, row),
    }


def _opinions(page: Page, row: Row) -> list[Any]:
    """Return what the unit's own council said of the leaf at its newest sitting."""
    council = queries.council_of(page.card)
    return council.opinions.get(row.leaf.score.pk, []) if council else []
