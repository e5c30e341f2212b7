"""One change of a draft's tree, kept whole: what the rows it touched were before and are after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import F, Max

from backend.core import clock
from backend.criteria.models import CriteriaSet, Edit, Node
from permissions.actor import Actor

_OUTSIDE = {"id", "criteria_set", "revision"}
COLUMNS = tuple(field.attname for field in Node._meta.concrete_fields if field.name not in _OUTSIDE)

Images = dict[str, dict[str, Any]]


@contextmanager
def recorded_edit(held: CriteriaSet, *, by: Actor, said: str) -> Iterator[None]:
    """Keep what the block does to the tree of a draft held by ``hold_draft`` as one ``Edit``.

    The revisions of the set and of the nodes it changed grow by one. A block that changes nothing leaves
    no trace. Stands inside the transaction of the action; ``said`` is the sentence shown in the list of edits.
    """
    before = images_of(held)
    yield
    record_edit(held, before, images_of(held), by=by, said=said)


def images_of(criteria_set: CriteriaSet) -> Images:
    """Return the columns of every node of the set as they stand, by key as text; one query."""
    rows = Node.objects.filter(criteria_set=criteria_set).values("id", *COLUMNS)
    return {str(row.pop("id")): row for row in rows}


def record_edit(held: CriteriaSet, before: Images, after: Images, *, by: Actor, said: str) -> Edit | None:
    """Return the Edit that keeps what differs between two images of the tree, None where nothing does."""
    touched = [key for key in before | after if before.get(key) != after.get(key)]
    if not touched:
        return None
    CriteriaSet.objects.filter(pk=held.pk).update(revision=F("revision") + 1)
    Node.objects.filter(pk__in=[key for key in touched if key in after]).update(revision=F("revision") + 1)
    held.refresh_from_db(fields=["revision"])
    last = Edit.objects.filter(criteria_set=held).aggregate(last=Max("number"))["last"] or 0
    return Edit.objects.create(
        criteria_set=held,
        number=last + 1,
        said=said[:300],
        made_by=by.name,
        made_by_key=by.user_id,
        made_at=clock.now(),
        before={key: before.get(key) for key in touched},
        after={key: after.get(key) for key in touched},
    )
