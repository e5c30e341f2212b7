"""A sheet of 300 nodes sent to the import: the page of its preview, then its rows written, each against its own floor."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from deploy.benches.measuring import Figure, alternate

RUNS = 15
NODES = 300
CHANGED = 3


class _BackAgain(Exception):
    """Takes a transaction back, so that every run finds an empty draft."""


def figures() -> Iterator[Figure]:
    """Give the ratio of the preview's page to one that parses bare, and of the writing to inserting bare."""
    from django.test.utils import override_settings

    with override_settings(ROOT_URLCONF="deploy.benches.floor_excel"):
        from deploy.benches import floor_excel

        user, full, empty, content = _world()
        page = _sender(user)
        for name, draft, shown in (("preview", empty, NODES), ("compare", full, CHANGED)):
            sent = content if draft is empty else _changed(full)
            ours, floor = page(f"/criteria/{draft.pk}/import/", sent), page(f"/floor/sheet/{draft.pk}/", sent)
            _demand_rows(ours(), shown)
            _demand_rows(floor(), shown)
            yield Figure(f"excel_{name}_300", alternate(ours, floor, RUNS), 3)
        rows = _rows(full)
        ratio = alternate(
            lambda: _back(lambda: _apply(empty, content)),
            lambda: _back(lambda: floor_excel.insert(empty, rows)),
            RUNS,
        )
        yield Figure("excel_apply_300", ratio, 3)


def _sender(user: Any) -> Callable[[str, bytes], Callable[[], str]]:
    """Return what makes the sending of a file to an address; it gives the page, or an error for any but 200."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def sending(address: str, content: bytes) -> Callable[[], str]:
        def send() -> str:
            answer = client.post(address, {"file": SimpleUploadedFile("bo-tieu-chi.xlsx", content)})
            if answer.status_code != 200:
                raise RuntimeError(f"{address}: {answer.status_code}")
            return str(answer.content.decode())

        return send

    return sending


def _demand_rows(page: str, wanted: int) -> None:
    """Raise where a page shows another number of nodes: then the two would not do the same."""
    found = page.rsplit("<tbody>", 1)[1].split("</tbody>", maxsplit=1)[0].count("<tr")
    if found != wanted:
        raise RuntimeError(f"{found} rows instead of {wanted}")


def _apply(draft: Any, content: bytes) -> None:
    from backend.criteria import actions
    from backend.criteria.sheets import read_file
    from permissions.actor import SYSTEM

    reading = read_file(io.BytesIO(content), "bo-tieu-chi.xlsx")
    actions.import_sheet(draft, reading, by=SYSTEM, seen=draft.revision)


def _back(write: Callable[[], None]) -> None:
    from django.db import transaction

    with suppress(_BackAgain), transaction.atomic():
        write()
        raise _BackAgain


def _world() -> tuple[Any, Any, Any, bytes]:
    """Return who imports, a draft of 300 nodes, an empty one, and the first as a sheet."""
    from backend.criteria import actions
    from backend.criteria.queries import nodes_of
    from backend.criteria.sheets import exported
    from deploy.benches import workshop
    from permissions.actor import SYSTEM

    user, full = workshop.world()
    empty = actions.create_set(full.owner, by=SYSTEM, kind=full.kind, year=2027, title="Bộ trống")
    return user, full, empty, exported(full, nodes_of(full))[0]


def _changed(full: Any) -> bytes:
    """Return the draft as a sheet in which a person has changed the text of a few leaves."""
    from backend.criteria.queries import nodes_of
    from backend.criteria.sheets import exported

    nodes = nodes_of(full)
    for node in [node for node in nodes if node.is_leaf][:CHANGED]:
        node.title += " (sửa)"
    return exported(full, nodes)[0]


def _rows(full: Any) -> list[dict[str, Any]]:
    names = (
        "code",
        "level",
        "order",
        "title",
        "is_leaf",
        "max_points",
        "source",
        "rule",
        "params",
        "guidance",
    )
    return list(full.nodes.order_by("order").values(*names))
