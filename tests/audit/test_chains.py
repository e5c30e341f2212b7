"""Every history row continues its chain, whichever way it is written."""

import hashlib
import hmac
import json
from decimal import Decimal

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from backend.audit.models import Chain
from backend.audit.recording import create_all, recording, update_all
from backend.audit.rehash import Tally, problems, rows_in_order
from backend.audit.triggers import history_models
from backend.rounds.models import Band, Round
from backend.scoring import actions
from backend.scoring.models import Mark
from permissions.actor import SYSTEM
from tests import make
from tests.scoring.councils import OWN

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def wrong() -> list[str]:
    return list(problems(Tally()))


def test_every_tracked_model_names_its_chain():
    tracked = [model for model in apps.get_models() if hasattr(model, "history")]
    assert [model for model in tracked if not isinstance(model.history_chain, property)] == []
    assert len(tracked) == len(history_models())


def test_a_whole_season_holds(season):
    season.explained()
    assert wrong() == []


def test_rows_of_one_chain_count_from_one_over_all_tables(season):
    season.approved()
    chain = season.card.history_chain
    rows = list(rows_in_order([chain]))
    assert [sequence for _chain, sequence, _previous, _digest in rows] == list(range(1, len(rows) + 1))
    assert [previous for _c, _s, previous, _d in rows[1:]] == [digest for _c, _s, _p, digest in rows[:-1]]
    assert Chain.objects.get(pk=chain).length == len(rows)


def test_a_digest_is_what_the_specification_says(season):
    season.approved()
    row = Mark.history.filter(score__card_id=season.card.pk).first()
    commitments = json.loads(row.commitments)
    value = hashlib.sha256(
        b"CCHC commitment v1\n" + bytes.fromhex(row.salt) + b"actor_name\0" + json.dumps(
            row.actor_name, ensure_ascii=False
        ).encode()
    ).hexdigest()  # fmt: skip
    assert commitments == {"actor_name": value}
    told = {
        "v": 1, "chain": f"card:{season.card.pk}", "sequence": row.sequence, "previous": row.previous_digest,
        "model": "scoring.mark", "key": str(row.id), "kind": row.history_type,
        "at": row.history_date.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "by": row.history_user_id,
        "reason": "", "step": row.step_name, "stated_source": "", "stated_on": None, "unit": row.unit_key,
        "unit_path": row.unit_path, "unit_name": row.unit_name, "round": row.round_key,
        "fields": {
            "id": row.id, "score_id": row.score_id, "step_id": row.step_id, "max_points": int(row.max_points * 1000),
            "from_points": None, "points": int(row.points * 1000), "inputs": row.inputs, "note": row.note,
            "reason": row.reason, "rule_said": row.rule_said, "provenance_id": None, "author": row.author, "version": row.version,
            "saved_at": row.saved_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        },
        "commitments": commitments,
    }  # fmt: skip
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert row.digest == hashlib.sha256(f"CCHC history v1\n{text}".encode()).hexdigest()
    mac = hmac.new(settings.AUDIT_MAC_KEY, bytes.fromhex(row.digest), "sha256").hexdigest()
    assert row.mac == mac


def test_a_person_stands_in_the_record_by_commitments_only():
    person = make.person("Nguyễn Văn Kín", email="kin@example.vn", phone="0900000001")
    row = person.history.get()
    assert set(json.loads(row.commitments)) == {"actor_name", "username", "full_name", "email", "phone"}
    assert row.chain == f"person:{person.pk}"
    assert wrong() == []


def bands(round_: Round, count: int) -> list[Band]:
    group = round_.groups.first()
    return [Band(group=group, label=f"Mức {n}", lower=Decimal(n)) for n in range(100, 100 + count)]


def test_many_rows_at_once_read_the_heads_once(season):
    with recording(by=SYSTEM), CaptureQueriesContext(connection) as seen:
        made = create_all(Band, bands(season.round, 5))
    asked = [row["sql"] for row in seen.captured_queries]
    assert len([sql for sql in asked if "audit_hold" in sql or "FROM audit_chain" in sql]) == 1
    for row in made:
        row.label += " mới"
    with recording(by=SYSTEM):
        update_all(Band, made, ["label"])
    assert wrong() == []


@transaction.atomic
def save_twice(band: Band) -> None:
    band.save()
    Band(group=band.group, label=band.label, lower=band.lower).save()


def test_a_recording_goes_on_after_a_part_of_it_was_rolled_back(season):
    first, second, third = bands(season.round, 3)
    with recording(by=SYSTEM), transaction.atomic():
        first.save()
        with pytest.raises(IntegrityError):
            save_twice(second)
        third.save()
    assert wrong() == []


def test_two_recordings_in_each_other_share_their_heads(season):
    first, second, third = bands(season.round, 3)
    with transaction.atomic(), recording(by=SYSTEM):
        first.save()
        with recording(by=SYSTEM, reason="bên trong"):
            second.save()
        third.save()
    assert wrong() == []


ROW = {
    "id": 1, "actor_name": "", "step_name": "", "unit_path": "", "unit_name": "", "stated_source": "",
    "max_points": 1000, "inputs": "{}", "note": "", "rule_said": "", "reason": "", "author": "", "version": 0,
    "history_change_reason": "", "history_date": "2026-12-01 00:00:00+00:00", "history_type": "~",
    "chain": "card:1", "sequence": 1, "previous_digest": "0" * 64, "digest": "1" * 64, "mac": "2" * 64,
    "salt": "", "commitments": "{}", "shape": "",
}  # fmt: skip


def insert(**values: object) -> None:
    row = ROW | values
    names, places = ", ".join(row), ", ".join(["%s"] * len(row))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO scoring_historicalmark ({names}) VALUES ({places})", list(row.values()))


@pytest.mark.parametrize(
    "values",
    [{"sequence": 2}, {"previous_digest": "a" * 64}, {"mac": ""}, {"digest": ""}, {"chain": ""}, {"sequence": 0}],
    ids=str,
)  # fmt: skip
def test_a_row_that_does_not_continue_its_chain_is_refused(values):
    with pytest.raises(DatabaseError):
        insert(**({"chain": "card:999999"} | values))


def test_a_row_put_in_with_a_digest_of_ones_own_is_named(season):
    insert(chain="card:999999")
    assert any("card:999999" in line for line in wrong())


def test_a_row_after_the_last_without_the_key_is_named(season):
    season.approved()
    head = Chain.objects.get(pk=season.card.history_chain)
    insert(chain=head.name, sequence=head.length + 1, previous_digest=head.head)
    assert [line for line in wrong() if f"dòng {head.length + 1}" in line]


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_chain SET length = 0",
        "DELETE FROM audit_chain",
        "INSERT INTO audit_chain VALUES ('card:5', 0, 'x')",
        "SET session_replication_role = replica",
        "ALTER TABLE scoring_historicalmark DISABLE TRIGGER ALL",
    ],
)
def test_the_program_may_not_touch_heads_or_walls(statement):
    with pytest.raises(DatabaseError, match=r"denied|must be owner"), transaction.atomic():
        connection.cursor().execute(statement)


def test_a_save_of_an_officer_is_on_the_chain_of_her_card(season):
    before = Chain.objects.get(pk=season.card.history_chain).length
    actions.set_points(season.card, "1.1", by=season.officer, version=0, inputs=OWN["1.1"])
    assert Chain.objects.get(pk=season.card.history_chain).length == before + 1
    assert wrong() == []
