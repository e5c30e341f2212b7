"""What an owner of the database can do beside history: to keys of rows, to what is live, published, stored or read.

``deeds`` says who must object. Import after Django.
"""

from __future__ import annotations

from typing import Any

from backend.scoring.models import Mark, StepTotal
from deploy.benches.forging.books import ASIDE, Books, Row


def older_value_put_back(books: Books) -> None:
    """Rows of a thing exchange their keys, so that an older one seems the newest; the live row is put back to it."""
    rows = [row for row in books.rows() if row.values.get("id") == books.newest_row().values["id"]]
    rows = [row for row in rows if row.table is books.newest_row().table]
    _renumber(rows, books.rng.sample(rows[:-1], 1)[0])


def older_points_put_back(books: Books) -> None:
    """The same with the points of a mark, and the running total of the card with it."""
    found = [
        row for row in books.rows() if row.table is Mark.history.model and row.values["points"] is not None
    ]
    first = books.rng.choice(found[:3])
    rows = [
        row for row in books.rows() if row.table is first.table and row.values["id"] == first.values["id"]
    ]
    before, after = rows[-1].values, rows[0].values
    _renumber(rows, rows[0])
    total = StepTotal.objects.get(card__scores=before["score_id"], step=before["step_id"])
    less = (before["points"] or 0) - (after["points"] or 0)
    StepTotal.objects.filter(pk=total.pk).update(
        total=total.total - less, given=total.given - (not after["points"])
    )


def _renumber(rows: list[Row], newest: Row) -> None:
    """Let ``newest`` have the greatest key of these rows of one thing, and the live row say what it says."""
    last = rows[-1]
    old, new = newest.values["history_id"], last.values["history_id"]
    for row, key in ((newest, ASIDE), (last, old), (newest, new)):
        row.table.objects.filter(pk=row.values["history_id"]).update(history_id=key)
        row.values["history_id"] = key
    newest.live().update(**_told(newest))


def _told(row: Row) -> dict[str, Any]:
    key = row.table.instance_type._meta.pk.attname
    names = [field.attname for field in row.table.tracked_fields]
    return {name: row.values[name] for name in names if name != key}
