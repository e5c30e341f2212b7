"""Who read, took out or was refused is bound by the log once it has settled, without a reader waiting for another."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from backend.audit import actions as audit
from backend.audit.accesses import SETTLED
from backend.audit.models import Access, Checkpoint, LogEntry
from backend.core import clock

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def read(*, ago: timedelta) -> Access:
    told = {"method": "GET", "status": 200, "act": "scoring:evidence_file", "address": "/scorecards/1/"}
    return Access.objects.create(
        at=clock.now() - ago, kind=Access.Kind.READ, actor_name="Người xem Đỗ", **told
    )


def logged() -> list[int]:
    rows = LogEntry.objects.filter(chain="accesses").order_by("index")
    return list(rows.values_list("length", flat=True))


def verified(*options: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("verify", *options, stdout=out)
    except CommandError as stop:
        return stop.returncode, out.getvalue()
    return 0, out.getvalue()


def test_a_checkpoint_takes_in_the_rows_that_have_settled_up_to_the_first_that_has_not(db, keys):
    read(ago=SETTLED * 3)
    second = read(ago=SETTLED * 2)
    read(ago=timedelta(0))
    late = read(ago=SETTLED * 2)
    audit.checkpoint("day")
    assert logged() == [second.pk]
    audit.checkpoint("day")
    assert logged() == [second.pk]
    assert late.pk > second.pk
    assert verified()[0] == 0


def test_the_next_checkpoint_goes_on_from_the_last(db, keys):
    first = read(ago=SETTLED * 3)
    audit.checkpoint("day")
    second = read(ago=SETTLED * 2)
    audit.checkpoint("hour")
    assert logged() == [first.pk, second.pk]
    assert verified()[0] == 0


@pytest.mark.sqlite
def test_rows_altered_behind_their_wall_are_named_by_their_part_of_the_log(db, keys):
    first = read(ago=SETTLED * 3)
    audit.checkpoint("day")
    second = read(ago=SETTLED * 2)
    audit.checkpoint("hour")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_access_upd")
        cursor.execute("UPDATE audit_access SET target = 'x' WHERE id = %s", [second.pk])
    said = verified()[1]
    assert f"các dòng {first.pk + 1} đến {second.pk} khác với sổ chốt" in said


# --- a checkpoint held outside ----------------------------------------------------------------------------------


@pytest.fixture
def held(db, keys, tmp_path):
    """Return a file with the newest of two checkpoints, as somebody outside keeps it."""
    audit.checkpoint("day")
    read(ago=SETTLED * 2)
    path = tmp_path / "held.txt"
    path.write_text(audit.checkpoint("hour").note)
    return path


def test_a_log_that_goes_on_from_a_checkpoint_held_outside_holds(held):
    read(ago=SETTLED * 2)
    audit.checkpoint("hour")
    assert verified("--note", str(held))[0] == 0
    held.write_text("\r\n".join(held.read_text().split("\n")[:3]))
    assert verified("--note", str(held))[0] == 0


@pytest.mark.sqlite
def test_a_log_rolled_back_before_a_checkpoint_held_outside_is_named(held):
    first = Checkpoint.objects.get(number=1)
    with connection.cursor() as cursor:
        for table in ("audit_logentry", "audit_checkpoint"):
            cursor.execute(f"DROP TRIGGER {table}_del")
        cursor.execute('DELETE FROM audit_logentry WHERE "index" >= %s', [first.size])
        cursor.execute("DELETE FROM audit_checkpoint WHERE number = 2")
    assert "lùi về trước" not in verified()[1]
    assert "lịch sử đã bị lùi về trước" in verified("--note", str(held))[1]


def test_another_log_than_the_one_held_outside_is_named(held):
    origin, size, _root = held.read_text().split("\n")[:3]
    held.write_text(f"{origin}\n{size}\n{'A' * 43}=\n")
    assert "lịch sử bị viết lại" in verified("--note", str(held))[1]


@pytest.mark.parametrize("text", ["", "một\nhai\nba\n", "a\n1\n!!\n"])
def test_what_is_no_checkpoint_is_refused_in_words(held, text):
    held.write_text(text)
    with pytest.raises(CommandError, match="chốt sổ"):
        call_command("verify", "--note", str(held), stdout=StringIO())


def test_a_checkpoint_with_a_bent_signature_is_refused(held):
    held.write_text(held.read_text().replace("=\n", "A\n"))
    with pytest.raises(CommandError, match="không ký bằng khoá"):
        call_command("verify", "--note", str(held), stdout=StringIO())
