"""One change of a draft's tree, kept whole: what the rows it touched were before and are after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.core import clock
from backend.core.errors import OutOfStep
from backend.criteria import frames
from backend.criteria.models import Applicability, CriteriaSet, Edit, Node
from permissions.actor import Actor

_OUTSIDE = {"id", "criteria_set", "revision"}
PLACES = frozenset({"order", "code", "level", "parent_id"})
_SHAPE = ("code", "parent_id")
_LABELS = {"params": gettext_lazy("tham số của cách chấm"), "previous": gettext_lazy("tiêu chí năm trước")}
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
    """Return the columns of every node of the set as they stand, by key as text; two queries.

    ``scope`` holds the pairs of kind and unit (keys) it applies to.
    """
    scopes: dict[int, list[list[int | None]]] = {}
    rules = Applicability.objects.filter(node__criteria_set=criteria_set).order_by("pk")
    for node, *pair in rules.values_list("node_id", "kind_id", "unit_id"):
        scopes.setdefault(node, []).append(pair)
    rows = Node.objects.filter(criteria_set=criteria_set).values("id", *COLUMNS)
    return {str(row["id"]): {**_columns(row), "scope": scopes.get(row["id"], [])} for row in rows}


def _columns(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in COLUMNS}


def record_edit(held: CriteriaSet, before: Images, after: Images, *, by: Actor, said: str) -> Edit | None:
    """Return the Edit that keeps what differs between two images of the tree, None where nothing does.

    Raises Invalid where the change leaves the framework that the set follows.
    """
    touched = [key for key in before | after if before.get(key) != after.get(key)]
    if not touched:
        return None
    frames.check_edit(held)
    CriteriaSet.objects.filter(pk=held.pk).update(revision=F("revision") + 1)
    Node.objects.filter(pk__in=[key for key in touched if key in after]).update(revision=F("revision") + 1)
    held.refresh_from_db(fields=["revision"])
    return Edit.objects.create(
        criteria_set=held,
        number=held.revision,  # so that a page that carries a revision can ask what came after it
        said=said[:300],
        made_by=by.name,
        made_by_key=by.user_id,
        made_at=clock.now(),
        before={key: before.get(key) for key in touched},
        after={key: after.get(key) for key in touched},
    )


def overtaken(node: Node, revision: int | None) -> dict[str, Any]:
    """Return the columns that others changed of the node since ``revision``, with what they held then.

    ``node`` is as it stands now; its places are left out. Where no edits tell, it is every column, None each.
    """
    if revision in (None, node.revision):
        return {}
    steps = node.revision - int(revision or 0)
    touching = Edit.objects.filter(criteria_set_id=node.criteria_set_id, after__has_key=str(node.pk))
    edits = list(touching.order_by("-number")[: max(steps, 0)])
    if steps < 0 or len(edits) < steps:
        return dict.fromkeys(set(COLUMNS) - PLACES)
    held: dict[str, Any] = {}
    for edit in edits:  # the newest first, so that the oldest has the last word
        held |= _changed(edit, str(node.pk))
    return {name: value for name, value in held.items() if name not in PLACES}


def _changed(edit: Edit, key: str) -> dict[str, Any]:
    before, after = edit.before.get(key) or {}, edit.after.get(key) or {}
    return {name: before.get(name) for name in before | after if before.get(name) != after.get(name)}


def refuse_moved(held: CriteriaSet, seen: int | None, nodes: Sequence[Node], *touched: Node | None) -> None:
    """Raise OutOfStep where the rows that the ``touched`` nodes stand in changed since ``seen``.

    ``seen`` is the set's revision as the person read it; None asks nothing. Changes elsewhere in the tree
    and of what nodes say do no harm.
    """
    if seen in (None, held.revision):
        return
    groups = {node.parent_id if node else None for node in touched} | {node.pk for node in touched if node}
    for edit in Edit.objects.filter(criteria_set=held, number__gt=seen).order_by("-number"):
        if any(_moved_in(edit, key, groups) for key in edit.before):
            raise OutOfStep(
                _("Cây tiêu chí vừa thay đổi ở chỗ này: “%(said)s” (%(who)s). Hãy xem lại cây rồi làm lại.")
                % {"said": edit.said, "who": edit.made_by}
            )


def _moved_in(edit: Edit, key: str, groups: set[int | None]) -> bool:
    images = [image for image in (edit.before.get(key), edit.after.get(key)) if image]
    here = int(key) in groups or any(image["parent_id"] in groups for image in images)
    return here and (len(images) < 2 or any(images[0][name] != images[1][name] for name in _SHAPE))


def label_of(name: str) -> str:
    """Return a column of a node as people call it."""
    return str(_LABELS.get(name) or Node._meta.get_field(name).verbose_name)
