"""What somebody does who owns the database and drops the walls: each kind is named by ``verify``.

On SQLite, where whoever can write the file can do all of this.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from backend.audit import actions as audit
from backend.audit import notes
from backend.audit.chaining import ZEROS, Head, seal
from backend.audit.models import Chain, Checkpoint
from backend.audit.rehash import Tally, problems
from backend.audit.triggers import history_models
from backend.scoring.models import Mark

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

MARKS = Mark.history.model._meta.db_table
Attack = Callable[[Any], None]


def run(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def without_walls(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')


def last(season: Any) -> Any:
    return Mark.history.filter(score__card_id=season.card.pk).order_by("-sequence").first()


def rows(season: Any) -> list[Any]:
    return list(Mark.history.filter(score__card_id=season.card.pk).order_by("sequence"))


def alter(column: str, value: object) -> Attack:
    return lambda season: run(
        f"UPDATE {MARKS} SET {column} = %s WHERE history_id = %s", value, last(season).pk
    )


def delete_last(season: Any) -> None:
    """Remove the newest row of the chain and set the head back, as if it had never been."""
    chain = season.card.history_chain
    found = {
        row.sequence: row
        for history in history_models()
        for row in history.objects.filter(chain=chain)
    }  # fmt: skip
    end = max(found)
    without_walls(type(found[end])._meta.db_table)
    run(f"DELETE FROM {type(found[end])._meta.db_table} WHERE history_id = %s", found[end].pk)
    run(
        "UPDATE audit_chain SET length = %s, head = %s WHERE name = %s",
        end - 1,
        found[end].previous_digest,
        chain,
    )


def swap(season: Any) -> None:
    first, second, *_rest = rows(season)
    run(f"UPDATE {MARKS} SET sequence = 99999 WHERE history_id = %s", first.pk)
    run(f"UPDATE {MARKS} SET sequence = %s WHERE history_id = %s", first.sequence, second.pk)
    run(f"UPDATE {MARKS} SET sequence = %s WHERE history_id = %s", second.sequence, first.pk)


def exchange_contents(season: Any) -> None:
    first, second, *_rest = rows(season)
    for row, other in ((first, second), (second, first)):
        run(
            f"UPDATE {MARKS} SET points = %s WHERE history_id = %s", int(other.points or 0) * 1000 + 1, row.pk
        )


def insert_between(season: Any) -> None:
    row = last(season)
    names = [
        one.column for one in row._meta.concrete_fields if not one.primary_key and one.column != "sequence"
    ]
    columns = ", ".join(f'"{name}"' for name in names)
    run(
        f"INSERT INTO {MARKS} ({columns}, sequence) SELECT {columns}, 50000 FROM {MARKS} WHERE history_id = %s",
        row.pk,
    )


def reseal(season: Any) -> None:
    """Alter the newest mark and compute its digest anew, without the MAC key."""
    row = last(season)
    form = type(row).tracker.form
    values = {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields} | {"note": "khác"}
    digest = seal(form, values, row.chain, Head(row.sequence - 1, row.previous_digest)).digest
    run(
        f"UPDATE {MARKS} SET note = 'khác', digest = %s, salt = %s, commitments = %s WHERE history_id = %s",
        digest, values["salt"], values["commitments"], row.pk,
    )  # fmt: skip


def remove_a_chain(season: Any) -> None:
    for history in history_models():
        without_walls(history._meta.db_table)
        run(f"DELETE FROM {history._meta.db_table} WHERE chain = %s", season.card.history_chain)
    without_walls("audit_chain")
    run("DELETE FROM audit_chain WHERE name = %s", season.card.history_chain)


def empty_the_table(_season: Any) -> None:
    run(f"DELETE FROM {MARKS}")


def foreign_commitment(season: Any) -> None:
    row = last(season)
    told = json.dumps({**json.loads(row.commitments), "email": "0" * 64})
    run(f"UPDATE {MARKS} SET commitments = %s WHERE history_id = %s", told, row.pk)


ATTACKS: dict[str, Attack] = {
    "points raised": alter("points", 1),
    "a reason rewritten": alter("reason", "khác"),
    "back-dated": alter("history_date", "2020-01-01 00:00:00"),
    "another author": alter("history_user_id", 999),
    "another name": alter("actor_name", "Người khác"),
    "another unit": alter("unit_key", 999),
    "another round": alter("round_key", 999),
    "another kind of change": alter("history_type", "-"),
    "another chain": alter("chain", "card:99999"),
    "a later sequence": alter("sequence", 99999),
    "another predecessor": alter("previous_digest", "0" * 64),
    "another digest": alter("digest", "0" * 64),
    "another MAC": alter("mac", "0" * 64),
    "another salt": alter("salt", "0" * 32),
    "another shape": alter("shape", "0" * 16),
    "commitments of somebody else": foreign_commitment,
    "two rows swapped": swap,
    "contents exchanged": exchange_contents,
    "a row put in": insert_between,
    "sealed anew without the key": reseal,
    "the newest row gone": delete_last,
    "a whole chain gone": remove_a_chain,
    "the table emptied": empty_the_table,
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_verify_names_it(season, keys, attack):
    season.approved()
    audit.checkpoint("day")
    assert list(problems(Tally())) == []
    without_walls(MARKS)
    ATTACKS[attack](season)
    assert list(problems(Tally())) != []


@pytest.mark.parametrize(
    ("column", "value"),
    [("size", 1), ("root", "0" * 64), ("occasion", "lock"), ("previous", "1" * 64), ("at", "2020-01-01 00:00:00"), ("number", 7)],
)  # fmt: skip
def test_an_altered_checkpoint_is_named(season, keys, column, value):
    audit.checkpoint("day")
    without_walls("audit_checkpoint")
    run(f"UPDATE audit_checkpoint SET {column} = %s", value)
    assert list(problems(Tally())) != []


def test_a_note_signed_with_another_key_is_named(season, keys, settings, tmp_path):
    made = audit.checkpoint("day")
    held = settings.AUDIT_SIGNING_KEY_FILE
    settings.AUDIT_SIGNING_KEY_FILE = str(tmp_path / "forged")
    call_command("audit_keys", name="thu.example.vn/chi-so", verbosity=0)
    forged = notes.signer()
    without_walls("audit_checkpoint")
    note = forged.note(made.size, bytes.fromhex(made.root))
    run("UPDATE audit_checkpoint SET note = %s, key = %s", note, str(forged.published))
    settings.AUDIT_SIGNING_KEY_FILE = held
    assert any("khoá khác" in line for line in problems(Tally()))


def test_a_published_key_that_is_gone_is_named(season, keys, settings):
    audit.checkpoint("day")
    Path(f"{settings.AUDIT_SIGNING_KEY_FILE}.pub").unlink()
    assert [line for line in problems(Tally()) if "khoá công bố" in line] != []


def test_who_has_the_mac_key_is_shown_by_the_signed_log(season, keys):
    season.approved()
    audit.checkpoint("day")
    chain = Chain.objects.get(pk=season.card.history_chain)
    found = sorted(
        (
            (row.sequence, row)
            for history in history_models()
            for row in history.objects.filter(chain=chain.name)
        ),
        key=lambda pair: pair[0],
    )
    head = Head(0, ZEROS)
    for sequence, row in found:
        table, form = type(row)._meta.db_table, type(row).tracker.form
        without_walls(table)
        values = {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields}
        if sequence == len(found):
            values["history_change_reason"] = "viết lại"
        head = seal(form, values, chain.name, head)
        names = ("previous_digest", "digest", "mac", "salt", "commitments", "history_change_reason")
        sets = ", ".join(f"{name} = %s" for name in names)
        run(f"UPDATE {table} SET {sets} WHERE history_id = %s", *(values[name] for name in names), row.pk)
    run("UPDATE audit_chain SET head = %s WHERE name = %s", head.digest, chain.name)
    assert [line for line in problems(Tally()) if "sổ chốt đã ký" in line] != []
    assert Checkpoint.objects.count() == 1
