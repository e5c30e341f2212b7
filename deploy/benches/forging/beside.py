"""What an owner of the database can do beside history: to keys of rows, to what is live, published, stored or read.

``deeds`` says who must object. Import after Django.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from backend.audit.models import Access, Chain, Line
from backend.scoring.models import Mark, Scorecard, StepTotal, StoredFile
from deploy.benches.forging.books import ASIDE, Books
from deploy.benches.forging.books import Row as HistoryRow
from reports import opendata
from reports.models import BandCopy, FieldRow, LeafRow, Ranking, Row
from tiers.models import Unit


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


def points_and_total_changed(books: Books) -> None:
    """Points in a row of history, in the live mark and in the card's running total, so that all three agree."""
    row = books.rng.choice([row for row in books.rows()[: books.logged()] if row.values.get("points")])
    points = row.values["points"] - 1
    total = StepTotal.objects.get(card__scores=row.values["score_id"], step=row.values["step_id"])
    StepTotal.objects.filter(pk=total.pk).update(total=total.total + points - row.values["points"])
    row.set(points=points)
    row.live().update(points=points)


def seat_changed(books: Books) -> None:
    """The role of a seat, in history and as it stands."""
    row = books.rows(f"seats:{Unit.objects.get(name='Thành phố thử').pk}")[0]
    row.set(role="inspector")
    row.live().update(role="inspector")


def account_renamed(books: Books) -> None:
    """The name of an account, in history and as it stands."""
    row = books.rng.choice([row for row in books.rows(_person()) if "full_name" in row.values])
    row.set(full_name="Người khác")
    row.live().update(full_name="Người khác")


def published_row_changed(books: Books) -> None:
    """A published result: total, rank and class of a unit."""
    row = books.rng.choice(list(Row.objects.all()))
    Row.objects.filter(pk=row.pk).update(
        total=row.total + 1, appraised=row.appraised + 1, rank=1, band="Xuất sắc"
    )


def published_field_changed(books: Books) -> None:
    """A published result in one field."""
    field = books.rng.choice(list(FieldRow.objects.all()))
    FieldRow.objects.filter(pk=field.pk).update(points=field.points + 1)


def published_leaf_changed(books: Books) -> None:
    """A published result of one leaf."""
    leaf = books.rng.choice(list(LeafRow.objects.filter(points__isnull=False)))
    LeafRow.objects.filter(pk=leaf.pk).update(points=leaf.points + 1)


def published_bands_renamed(books: Books) -> None:
    """The classes of a published group."""
    BandCopy.objects.update(label="Xuất sắc")


def published_row_gone(books: Books) -> None:
    """A published result is gone, with all that hangs on it."""
    row = books.rng.choice(list(Row.objects.all()))
    LeafRow.objects.filter(row=row).delete()
    FieldRow.objects.filter(row=row).delete()
    Row.objects.filter(pk=row.pk).delete()


def published_row_given_away(books: Books) -> None:
    """Two units' published results hang on each other's cards."""
    first, second = books.rng.sample(list(Row.objects.all()), 2)
    spare = Scorecard.objects.exclude(pk__in=Row.objects.values("card")).first()
    for row, card in ((first, spare.pk), (second, first.card_id), (first, second.card_id)):
        Row.objects.filter(pk=row.pk).update(card_id=card)


def published_row_and_digest_changed(books: Books) -> None:
    """A published result and the fingerprint of the publication, computed anew."""
    published_row_changed(books)
    ranking = Ranking.objects.get()
    Ranking.objects.update(fingerprint=opendata.digest(opendata.data_of(ranking)))


def accesses_emptied(books: Books) -> None:
    """Who read and took out is gone, to the last row."""
    Access.objects.all().delete()


def access_deleted(books: Books) -> None:
    """One row of who read is gone."""
    Access.objects.filter(pk=books.rng.choice(list(Access.objects.all())).pk).delete()


def access_changed(books: Books) -> None:
    """Who read is said to be another."""
    access = books.rng.choice(list(Access.objects.all()))
    Access.objects.filter(pk=access.pk).update(actor_name="Người khác", person_key=987654)


def access_moved(books: Books) -> None:
    """When somebody read."""
    access = books.rng.choice(list(Access.objects.all()))
    Access.objects.filter(pk=access.pk).update(at=access.at - timedelta(days=1))


def stored_file_exchanged(books: Books) -> None:
    """The file behind a piece of evidence is said to hold other bytes."""
    StoredFile.objects.update(sha256=books.rng.randbytes(32).hex())


def stored_file_resized(books: Books) -> None:
    """The file behind a piece of evidence is said to be of another size."""
    StoredFile.objects.update(size=books.rng.randrange(1, 1000))


def line_of_the_room_changed(books: Books) -> None:
    """What the history room says of a cut: by whom, from what to what, whose it is."""
    line = books.rng.choice(list(Line.objects.filter(kind="marks", points_after__isnull=False)))
    altered: list[dict[str, Any]] = [
        {"person_key": 987654},
        {"points_before": line.points_after + 2, "turn": -1},
        {"points_after": line.points_after + 1},
        {"host_key": None, "unit_path": ""},
        {"code": "9.9", "kind": "units"},
        {"step_name": "Bước khác"},
        {"side": "own", "own": 1 - line.own},
        {"at": line.at - timedelta(days=1)},
        {"said": "khac", "worded": 1},
    ]
    columns = books.rng.choice(altered)
    there = Line.objects.filter(source=line.source, row_key=line.row_key)
    books.late = lambda: there.update(**columns)


def line_of_the_room_inserted(books: Books) -> None:
    """The history room tells of a row that it leaves out: what opening a round made."""
    empty = Mark.history.filter(history_type="+", points=None).first()
    line = Line.objects.first()
    line.pk, line.source, line.row_key = None, Mark.history.model._meta.db_table, empty.history_id
    books.late = lambda: line.save(force_insert=True)


def _person() -> str:
    """Return the chain of some account."""
    return str(Chain.objects.filter(name__startswith="person:").order_by("name")[0].name)


def _renumber(rows: list[HistoryRow], newest: HistoryRow) -> None:
    """Let ``newest`` have the greatest key of these rows of one thing, and the live row say what it says."""
    last = rows[-1]
    old, new = newest.values["history_id"], last.values["history_id"]
    for row, key in ((newest, ASIDE), (last, old), (newest, new)):
        row.table.objects.filter(pk=row.values["history_id"]).update(history_id=key)
        row.values["history_id"] = key
    newest.live().update(**_told(newest))


def _told(row: HistoryRow) -> dict[str, Any]:
    key = row.table.instance_type._meta.pk.attname
    names = [field.attname for field in row.table.tracked_fields]
    return {name: row.values[name] for name in names if name != key}
