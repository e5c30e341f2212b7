"""The bytes of evidence are bound: history names them, the database keeps their row, ``verify`` reads them again."""

from __future__ import annotations

from io import StringIO

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from backend.audit.models import Shape
from backend.scoring import actions
from backend.scoring.files import key_of
from backend.scoring.models import Evidence, Mark, StoredFile
from tests.scoring import specimens
from tests.scoring.worlds import world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FILES = StoredFile._meta.db_table


@pytest.fixture(autouse=True)
def empty_storage(settings, tmp_path):
    """No file of another test."""
    options = settings.STORAGES["default"]["OPTIONS"] | {"location": str(tmp_path)}
    settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["default"] | {"OPTIONS": options}}


@pytest.fixture
def here():
    made = world()
    upload = specimens.upload(specimens.pdf(), "Kế hoạch.pdf")
    actions.add_file(made.card, "1.1", by=made.officer, upload=upload)
    return made


def verified(*options: str) -> tuple[int, str]:
    """Return the exit code of ``manage.py verify`` and what it printed."""
    out = StringIO()
    try:
        call_command("verify", *options, stdout=out)
    except CommandError as stop:
        return stop.returncode, out.getvalue()
    return 0, out.getvalue()


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_history_names_the_bytes_of_what_was_attached(here):
    stored = StoredFile.objects.get()
    row = Evidence.history.get()
    assert (row.sha256, row.size) == (stored.sha256, stored.size)
    assert verified("--files") == (0, verified()[1])


def test_a_new_version_and_the_same_file_on_another_leaf_name_their_bytes_too(here):
    piece = Evidence.objects.get()
    again = actions.attach_again(piece, [actions.Spot("1.2")], by=here.officer)
    other = specimens.upload(specimens.pdf(pages=2), "Kế hoạch 2.pdf")
    newer = actions.replace_file(piece, by=here.officer, upload=other)
    assert again[0].sha256 == piece.sha256 != newer.sha256 == newer.file.sha256
    assert verified("--files")[0] == 0


def test_bytes_exchanged_or_gone_on_the_disk_are_named(here):
    stored = StoredFile.objects.get()
    key = key_of(stored.unit_id, stored.sha256)
    default_storage.delete(key)
    code, said = verified("--files")
    assert code == 1
    assert "không đọc được" in said
    default_storage.save(key, ContentFile(b"%PDF-1.4 other"))
    assert f"Phường thử: tệp {stored.sha256[:12]} có nội dung khác với khi nhận" in verified("--files")[1]
    assert verified()[0] == 0


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {FILES} SET sha256 = 'x'",
        f"UPDATE {FILES} SET unit_id = 1",
        f"DELETE FROM {FILES}",
        f"UPDATE {Shape._meta.db_table} SET columns = '[]'",
        f"DELETE FROM {Shape._meta.db_table}",
    ],
)
def test_the_database_keeps_the_rows_of_files_and_of_shapes(here, statement):
    with pytest.raises(DatabaseError):
        run(statement)


def test_what_the_background_finds_in_a_file_may_be_noted(here):
    run(f"UPDATE {FILES} SET state = 'clean', finding = ''")
    assert verified()[0] == 0


@pytest.mark.postgresql
def test_the_program_s_role_may_change_nothing_else_of_a_file(transactional_db, database_url):
    with psycopg.connect(database_url) as outside, pytest.raises(psycopg.errors.InsufficientPrivilege):
        outside.execute(f"UPDATE {FILES} SET sha256 = 'x'")


@pytest.mark.sqlite
def test_the_row_of_a_file_altered_behind_its_wall_is_named(here):
    run(f"DROP TRIGGER {FILES}_upd")
    run(f"UPDATE {FILES} SET sha256 = '{'0' * 64}'")
    said = verified()[1]
    assert f"Bảng lịch sử {FILES}" in said
    assert "Phường thử: tiêu chí 1.1, tài liệu Kế hoạch.pdf: tệp đang giữ không phải tệp đã đính kèm" in said


def test_an_approval_that_no_longer_signs_what_the_card_holds_is_named(here):
    here.approved()
    assert verified()[0] == 0
    Mark.objects.filter(score__card=here.card, score__code="1.2").update(note="khác")
    assert "Phường thử: chữ ký phê duyệt đang có hiệu lực không khớp nội dung phiếu" in verified()[1]
