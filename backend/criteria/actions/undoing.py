"""Undo: put the rows of one edit back as they were before it, recorded like any other change."""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import create_all, recording, update_all
from backend.core.errors import OutOfStep
from backend.criteria.actions import ordering
from backend.criteria.actions.edits import COLUMNS, Images, images_of, record_edit
from backend.criteria.actions.sets import hold_draft
from backend.criteria.models import Applicability, CriteriaSet, Edit, Node
from permissions.actor import Actor


@transaction.atomic
def undo(criteria_set: CriteriaSet, *, by: Actor, number: int | None = None) -> Edit:
    """Undo the edit ``number`` of a draft, or the newest one not undone, and return it.

    Nodes it deleted come back under their own keys. Raises Refused; OutOfStep where there is nothing to
    undo, and where a row it touched was changed since.
    """
    held = hold_draft(criteria_set, by=by)
    edit = _wanted(held, number)
    now = images_of(held)
    _refuse_changed(edit, now)
    _refuse_unfit(edit, now)
    said = _("Hoàn tác: %s") % edit.said
    with recording(by=by, about=held.history_about, reason=said[:300]):
        _put_back(held, edit)
        made = record_edit(held, now, images_of(held), by=by, said=said)
    Edit.objects.filter(pk__in=[edit.pk, *([made.pk] if made else [])]).update(is_undone=True)
    return edit


def _wanted(held: CriteriaSet, number: int | None) -> Edit:
    rows = Edit.objects.filter(criteria_set=held, is_undone=False)
    edit = rows.filter(number=number).first() if number is not None else rows.order_by("-number").first()
    if edit is None:
        raise OutOfStep(
            _("Không còn lần sửa nào để hoàn tác. Có thể người khác vừa hoàn tác; hãy tải lại trang.")
        )
    return edit


def _refuse_changed(edit: Edit, now: Images) -> None:
    """Raise OutOfStep where a row does not stand as the edit left it."""
    current = _comparable({key: now[key] for key in edit.after if key in now})
    changed = [key for key, image in edit.after.items() if current.get(key) != image]
    if not changed:
        return
    later = Edit.objects.filter(criteria_set=edit.criteria_set_id, number__gt=edit.number)
    names = sorted({one.made_by for one in later if set(one.before) & set(changed)})
    raise OutOfStep(
        _("Không hoàn tác được “%(said)s”: %(codes)s đã được sửa tiếp%(by)s. Hãy sửa trực tiếp tiêu chí đó.")
        % {
            "said": edit.said,
            "codes": ", ".join(_code_of(edit, now, key) for key in changed[:3]),
            "by": _(" (%s)") % ", ".join(names) if names else "",
        }
    )


def _comparable(images: Images) -> Images:
    """Return images as an edit keeps them: decimals as text."""
    told: Images = json.loads(json.dumps(images, cls=DjangoJSONEncoder))
    return told


def _code_of(edit: Edit, now: Images, key: str) -> str:
    image = now.get(key) or edit.before.get(key) or edit.after.get(key) or {}
    return str(image.get("code", ""))


def _refuse_unfit(edit: Edit, now: Images) -> None:
    """Raise OutOfStep where what comes back has no place any more: its group gone, its code taken."""
    then = {key: image for key, image in {**now, **edit.before}.items() if image}
    codes, orders = ([image[name] for image in then.values()] for name in ("code", "order"))
    parents = {image["parent_id"] for image in then.values()} - {None}
    groups = {int(key) for key, image in then.items() if not image["is_leaf"]}
    if len(set(codes)) < len(codes) or len(set(orders)) < len(orders) or parents - groups:
        raise OutOfStep(
            _("Không hoàn tác được “%s”: chỗ cũ trong cây đã thay đổi. Hãy sửa trực tiếp.") % edit.said
        )


def _put_back(held: CriteriaSet, edit: Edit) -> None:
    standing = {str(node.pk): node for node in Node.objects.filter(pk__in=list(edit.before))}
    wanted = {key: image for key, image in edit.before.items() if image}
    ordering.set_aside([node.pk for node in standing.values()])
    _bring_back(held, {key: image for key, image in wanted.items() if key not in standing})
    changed = [_with(standing[key], image) for key, image in wanted.items() if key in standing]
    if changed:
        update_all(Node, changed, [Node._meta.get_field(name).name for name in COLUMNS])
    for key, image in wanted.items():
        _scope_back(int(key), image.get("scope", []))
    added = [node for key, node in standing.items() if key not in wanted]
    for node in sorted(added, key=lambda node: -node.level):
        node.delete()


def _scope_back(key: int, scope: list[list[int | None]]) -> None:
    rows = {(row.kind_id, row.unit_id): row for row in Applicability.objects.filter(node_id=key)}
    wanted = {(kind, unit) for kind, unit in scope}
    for pair in rows.keys() - wanted:
        rows[pair].delete()
    for kind, unit in wanted - rows.keys():
        Applicability.objects.create(node_id=key, kind_id=kind, unit_id=unit)


def _bring_back(held: CriteriaSet, images: Images) -> None:
    # Groups first: what stands under them points to them.
    for level in sorted({image["level"] for image in images.values()}):
        rows = [(key, image) for key, image in images.items() if image["level"] == level]
        create_all(Node, [_with(Node(pk=int(key), criteria_set=held), image) for key, image in rows])


def _with(node: Node, image: dict[str, Any]) -> Node:
    for name in COLUMNS:
        if name in image:
            value = image[name]
            field = Node._meta.get_field(name)
            setattr(node, name, value if field.is_relation else field.to_python(value))
    return node
