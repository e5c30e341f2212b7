"""Checkpoints: what they take, when, and that nothing new is signed over a log that was altered."""

import base64
import hashlib
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from backend.audit import actions as audit
from backend.audit import merkle
from backend.audit.models import Chain, Checkpoint, LogEntry
from backend.audit.recording import recording
from backend.audit.rehash import Tally, problems
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep
from backend.jobs.models import Job
from backend.rounds.actions import signing, take_checkpoints
from backend.scoring import actions
from permissions.actor import SYSTEM
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_a_checkpoint_holds_every_chain_that_grew_after_its_occasion(season, keys):
    made = audit.checkpoint("day")
    entries = list(LogEntry.objects.order_by("index").values_list("chain", "length", "head"))
    assert entries[0] == ("checkpoint", 1, made.head)
    assert entries[1:] == list(Chain.objects.order_by("name").values_list("name", "length", "head"))
    assert list(problems(Tally())) == []


def test_the_next_checkpoint_takes_only_what_grew(season, keys):
    first = audit.checkpoint("day")
    make.person("Nguyễn Thị Mới")
    second = audit.checkpoint("order theo yêu cầu của thanh tra")
    new = LogEntry.objects.filter(index__gte=first.size).order_by("index")
    assert [entry.chain.partition(":")[0] for entry in new] == ["checkpoint", "person"]
    assert (second.number, second.previous) == (2, first.head)
    assert list(problems(Tally())) == []


def test_the_note_is_signed_as_the_specification_says(season, keys):
    made = audit.checkpoint("day")
    name, key_hash, data = keys.split("+", 2)
    raw = base64.b64decode(data)
    assert raw[:1] == b"\x01"
    assert hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex() == key_hash
    text, _empty, line = made.note.partition("\n\n")
    assert text.split("\n") == [name, str(made.size), base64.b64encode(bytes.fromhex(made.root)).decode()]
    dash, signer, signature = line.removesuffix("\n").split(" ")
    assert (dash, signer) == ("\N{EM DASH}", name)
    signed = base64.b64decode(signature)
    assert signed[:4].hex() == key_hash
    Ed25519PublicKey.from_public_bytes(raw[1:]).verify(signed[4:], f"{text}\n".encode())


def test_keys_are_never_made_over(keys):
    with pytest.raises(CommandError, match="không ghi đè"):
        call_command("audit_keys", name="thu.example.vn/khac")


def test_the_signing_key_is_for_one_account(keys, settings):
    assert Path(settings.AUDIT_SIGNING_KEY_FILE).stat().st_mode & 0o777 == 0o600


def test_without_keys_the_schedule_does_nothing_and_an_order_is_refused(db, settings, tmp_path):
    settings.AUDIT_SIGNING_KEY_FILE = str(tmp_path / "none")
    take_checkpoints()
    assert Checkpoint.objects.count() == 0
    with pytest.raises(CommandError, match="audit_keys"):
        call_command("checkpoint", "thử")


def test_an_occasion_that_is_none_is_refused(keys, db):
    with pytest.raises(Invalid):
        audit.checkpoint("hôm nay")


def test_a_day_is_signed_once_and_a_lock_at_once(season, keys):
    take_checkpoints()
    take_checkpoints()
    assert list(Checkpoint.objects.values_list("occasion", flat=True)) == ["day"]
    season.approved()
    season.close(1)
    with recording(by=SYSTEM):
        step = season.round.steps.get(order=1)
        step.closes_at = clock.now()
        step.save()
    take_checkpoints()
    take_checkpoints()
    assert list(Checkpoint.objects.values_list("occasion", flat=True)) == ["lock", "day"]


def test_an_hour_in_which_something_changed_is_signed_and_a_quiet_one_is_not(season, keys, monkeypatch):
    take_checkpoints()
    make.person("Nguyễn Thị Mới")
    take_checkpoints()
    assert Checkpoint.objects.count() == 1
    monkeypatch.setattr(signing, "HOUR", timedelta(0))
    take_checkpoints()
    take_checkpoints()
    assert list(Checkpoint.objects.values_list("occasion", flat=True)) == ["hour", "day"]


def test_a_conclusion_asks_for_a_checkpoint_once_for_many_cards(season, keys):
    season.explained()
    actions.agree_rest(season.card, by=season.secretary)
    actions.move(season.card, "appraise", by=season.secretary)
    actions.move(season.card, "conclude", by=season.chair)
    job = Job.objects.get(work=audit.CHECKPOINT)
    assert job.key == "conclusion"
    audit.checkpoint_if_set_up(job.key)
    assert Checkpoint.objects.get().occasion == "conclusion"


def test_the_command_prints_the_note(season, keys):
    said = StringIO()
    call_command("checkpoint", "theo yêu cầu", stdout=said)
    assert Checkpoint.objects.get().note in said.getvalue()
    assert Checkpoint.objects.get().occasion == "order theo yêu cầu"


@pytest.mark.parametrize("table", ["audit_logentry", "audit_checkpoint"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET {}"])
def test_the_log_is_only_added_to(season, keys, table, statement):
    audit.checkpoint("day")
    column = {"audit_logentry": "length = length + 1", "audit_checkpoint": "occasion = 'x'"}[table]
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(statement.format(table, column))


@pytest.mark.sqlite
def test_nothing_is_signed_over_a_log_that_was_altered(season, keys):
    audit.checkpoint("day")
    cursor = connection.cursor()
    cursor.execute("DROP TRIGGER audit_logentry_upd")
    cursor.execute('UPDATE audit_logentry SET head = %s WHERE "index" = 1', ["0" * 64])
    with pytest.raises(OutOfStep, match="không ký tiếp"):
        audit.checkpoint("day")
    assert any("gốc cây" in line for line in problems(Tally()))


# --- the tree ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [*range(1, 18), 64, 100])
def test_frontier_and_tree_have_the_same_roots(size):
    leaves = [str(number).encode() for number in range(size)]
    tree, frontier = merkle.Tree(leaves), merkle.Frontier()
    for number, leaf in enumerate(leaves, start=1):
        frontier.add(leaf)
        assert frontier.root() == tree.root(number)


def test_the_root_of_nothing_and_of_rfc_6962s_example():
    assert merkle.Frontier().root().hex() == hashlib.sha256().hexdigest()
    leaves = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
    tree = merkle.Tree(leaves)
    assert tree.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert [one.hex()[:8] for one in tree.inclusion(0, 8)] == ["96a296d2", "5f083f0a", "6b47aaf2"]
    assert [one.hex()[:8] for one in tree.consistency(6, 8)] == ["0ebc5d34", "ca854ea1", "d37ee418"]
