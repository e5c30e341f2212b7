"""A person's data goes out of history by a document; every digest stands, and nothing else gets past the wall."""

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from backend.accounts.models import User
from backend.audit import actions as audit
from backend.audit.erasure import erase
from backend.audit.recording import recording
from backend.audit.rehash import Tally, problems
from backend.core.errors import Invalid
from tests import make
from tests.audit.test_bundles import Bundle

pytestmark = pytest.mark.slow
PAST = User.history.model._meta.db_table


def wrong() -> tuple[list[str], int]:
    tally = Tally()
    return list(problems(tally)), tally.erased


def change(statement: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.sqlite
def test_an_erased_person_is_nowhere_in_history_and_everything_still_holds(season, keys):
    season.fill()
    officer = season.users["officer"]
    name, chain = officer.full_name, officer.history_chain
    assert erase(officer, document="12/QĐ-SNV ngày 01/12/2026") > 0
    found, erased = wrong()
    assert found == []
    assert erased > 0
    audit.checkpoint("day")
    everything = Bundle([chain])
    text = b"".join(everything.files.read(part) for part in everything.files.namelist())
    assert name.encode() not in text
    first, *_rest, last = everything.rows(chain)
    assert (first["salt"], first["personal"]) == ("", {})
    assert last["record"]["reason"] == "Xoá dữ liệu cá nhân: 12/QĐ-SNV ngày 01/12/2026"


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {PAST} SET full_name = ''",
        f"UPDATE {PAST} SET salt = ''",
        f"UPDATE {PAST} SET salt = '', actor_name = '', username = '', full_name = '', email = '', phone = '', mac = 'x'",
        f"UPDATE {PAST} SET salt = '', actor_name = 'khác', username = '', full_name = '', email = '', phone = ''",
    ],
)
def test_no_other_change_gets_past_the_wall(db, statement):
    make.person("Nguyễn Văn Kín", email="kin@example.vn")
    with pytest.raises(DatabaseError, match="append-only"):
        change(statement)


@pytest.mark.sqlite
def test_values_blanked_without_a_document_are_named(db):
    make.person("Nguyễn Văn Kín", email="kin@example.vn")
    change(
        f"UPDATE {PAST} SET salt = '', actor_name = '', username = '', full_name = '', email = '', phone = ''"
    )
    assert any("không có văn bản" in line for line in wrong()[0])


@pytest.mark.sqlite
def test_a_reason_that_somebody_typed_orders_no_erasure(season, keys):
    officer = season.users["officer"]
    with recording(by=season.secretary, reason="Xoá dữ liệu cá nhân: 12/QĐ-SNV"):
        officer.save()
    change(
        f"UPDATE {PAST} SET salt = '', actor_name = '', username = '', full_name = '', email = '', phone = ''"
        f" WHERE id = {officer.pk}"
    )
    assert any("không có văn bản" in line for line in wrong()[0])


@pytest.mark.django_db
def test_without_a_document_nothing_is_erased():
    person = make.person("Nguyễn Văn Kín")
    with pytest.raises(Invalid, match="văn bản"):
        erase(person, document=" ")
    with pytest.raises(CommandError, match="Không có tài khoản"):
        call_command("erase_person", "khong-co", document="1/QĐ")


@pytest.mark.postgresql
@pytest.mark.django_db
def test_the_program_may_not_erase():
    person = make.person("Nguyễn Văn Kín")
    with pytest.raises(DatabaseError, match="denied"), transaction.atomic():
        erase(person, document="1/QĐ")
