"""The nightly check: told by exit code and mail, and not misled by people who save meanwhile."""

import re
import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from backend.scoring import actions
from backend.scoring.models import Mark
from tests.house.sources import ROOT
from tests.scoring.councils import council
from tests.scoring.test_verify import verified

pytestmark = pytest.mark.slow


@pytest.fixture
def watchers(settings) -> list[str]:
    settings.VERIFY_MAIL_TO = ["quan-tri@example.vn", "thanh-tra@example.vn"]
    return settings.VERIFY_MAIL_TO


def nightly() -> str:
    """Run what the timer runs; return what went to the error output."""
    unit = (ROOT / "deploy/systemd/par-index-verify.service").read_text()
    (words,) = re.findall(r"^ExecStart=\S+/python manage\.py (.*)$", unit, re.MULTILINE)
    errors = StringIO()
    call_command(*words.split(), stdout=StringIO(), stderr=errors)
    return errors.getvalue()


def test_where_all_holds_nobody_is_told(season, watchers, mailoutbox):
    season.fill()
    nightly()
    assert mailoutbox == []


def test_who_watches_is_told_how_many_but_not_what(season, watchers, mailoutbox):
    season.fill()
    Mark.objects.filter(pk=season.mark("1.2").pk).update(note="Điều kín")
    with pytest.raises(CommandError, match="1 sai khác") as stop:
        nightly()
    assert stop.value.returncode == 1
    (letter,) = mailoutbox
    assert letter.to == watchers
    assert "1 sai khác" in letter.body
    assert "Điều kín" not in letter.body


@pytest.mark.sqlite  # the program may alter no table on PostgreSQL
def test_a_row_that_breaks_the_check_is_told_of(season, watchers, mailoutbox):
    season.fill()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE scoring_steptotal RENAME TO gone")
    with pytest.raises(Exception, match="steptotal"):
        nightly()
    assert "dừng giữa chừng" in mailoutbox[0].body


def test_a_mail_server_that_is_away_changes_no_result(season, watchers, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    season.fill()
    Mark.objects.filter(pk=season.mark("1.2").pk).update(note="Khác")
    with pytest.raises(CommandError, match="1 sai khác"):
        nightly()


def test_nobody_named_is_said(season, settings):
    settings.VERIFY_MAIL_TO = []
    errors = StringIO()
    season.fill()
    Mark.objects.filter(pk=season.mark("1.2").pk).update(note="Khác")
    with pytest.raises(CommandError):
        call_command("verify", "--mail", stdout=StringIO(), stderr=errors)
    assert "VERIFY_MAIL_TO" in errors.getvalue()


def test_a_save_in_the_middle_of_the_check_is_no_difference(transactional_db):
    season = council()
    season.fill()
    version, saved = season.mark("1.2").version, []

    def save() -> None:
        actions.set_points(season.card, "1.2", by=season.officer, version=version, points=2)
        connection.close()

    def meanwhile(execute, sql, *rest):
        if not saved and "UNION ALL" in sql:  # the heads have been read, the chains' rows not yet
            saved.append(sql)
            thread = threading.Thread(target=save)
            thread.start()
            thread.join()
        return execute(sql, *rest)

    with connection.execute_wrapper(meanwhile):
        code, said = verified()
    assert saved
    assert season.mark("1.2").points == 2
    assert (code, said.count("dòng hoặc mã băm khác")) == (0, 0)
