"""The log before everybody's eyes, the bundle in an inspector's hand, the line on paper."""

import io
import re
import zipfile

import pytest
from django.test import Client
from django.urls import reverse

from backend.audit import actions as audit
from backend.audit import queries
from backend.audit.models import Chain
from reports.documents import letters
from reports.models import Document

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_anybody_reads_the_lines_and_the_key_without_signing_in(season, keys):
    made = audit.checkpoint("order theo yêu cầu của thanh tra")
    page = Client().get(reverse("audit:checkpoint_list"))
    assert page.status_code == 200
    assert made.note.split("\n")[2] in page.text
    assert keys.split("+")[1] in page.text
    assert "theo yêu cầu: theo yêu cầu của thanh tra" in page.text


def test_a_note_and_the_key_are_files_as_the_program_reads_them(season, keys, tmp_path):
    season.approved()
    made = audit.checkpoint("day")
    page = Client().get(reverse("audit:checkpoint_list")).text
    taken = {}
    for name, address in (
        ("note", reverse("audit:note", args=[made.number])),
        ("key", reverse("audit:key")),
        ("program", reverse("audit:program")),
    ):
        assert address in page
        answer = Client().get(address)
        assert answer["Content-Disposition"].startswith("attachment")
        taken[name] = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert taken["note"].decode() == made.note
    assert taken["key"].decode() == f"{keys}\n"


def test_what_is_not_made_yet_is_said_in_words(db, settings, tmp_path):
    settings.AUDIT_SIGNING_KEY_FILE = str(tmp_path / "none")
    assert "Chưa có lần chốt sổ số 5" in Client().get(reverse("audit:note", args=[5])).text
    assert "chưa tạo khoá ký" in Client().get(reverse("audit:key")).text


def test_the_checkpoints_are_shown_page_by_page(season, keys, monkeypatch):
    monkeypatch.setattr("backend.audit.views.A_PAGE", 1)
    first = audit.checkpoint("day")
    season.approved()
    second = audit.checkpoint("day")
    numbers = [
        re.findall(r'id="so-(\d+)"', Client().get(reverse("audit:checkpoint_list"), {"page": page}).text)
        for page in (1, 2)
    ]
    assert numbers == [[str(second.number)], [str(first.number)]]


def test_the_first_checkpoint_that_covers_a_row_is_found(season, keys):
    chain = season.card.history_chain
    before = Chain.objects.get(name=chain).length
    first = audit.checkpoint("day")
    season.approved()
    second = audit.checkpoint("day")
    covered = queries.covering([(chain, 1), (chain, before), (chain, before + 1), (chain, 10**6)])
    assert covered == {
        (chain, 1): first.number,
        (chain, before): first.number,
        (chain, before + 1): second.number,
    }


def test_the_same_as_json(season, keys):
    made = audit.checkpoint("day")
    told = Client().get(reverse("api:checkpoint-list")).json()
    assert told["key"] == keys
    assert [(one["number"], one["note"]) for one in told["checkpoints"]] == [(1, made.note)]


def test_before_keys_and_checkpoints_the_page_says_so(db, settings, tmp_path):
    settings.AUDIT_SIGNING_KEY_FILE = str(tmp_path / "none")
    page = Client().get(reverse("audit:checkpoint_list")).text
    assert "chưa tạo khoá ký" in page
    assert "Chưa có lần chốt sổ nào" in page


def test_an_inspector_takes_the_bundle_of_a_card_from_the_life_of_a_score(season, keys):
    season.approved()
    audit.checkpoint("day")
    inspector = signed_in(season.users["inspector"])
    address = reverse("scoring:proof", args=[season.card.pk])
    assert address in inspector.get(reverse("scoring:timeline", args=[season.card.pk, "1.1"])).text
    answer = inspector.get(address)
    bundle = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert "proofs.json" in bundle.namelist()
    assert "Gói" in answer["Content-Disposition"] or "G%C3%B3i" in answer["Content-Disposition"]


def test_before_the_first_checkpoint_the_bundle_is_refused_in_words(season):
    season.approved()
    answer = signed_in(season.users["inspector"]).get(reverse("scoring:proof", args=[season.card.pk]))
    assert answer.status_code == 409
    assert "Chưa có lần chốt sổ" in answer.text


def test_a_report_carries_the_line_of_the_newest_checkpoint(season, keys):
    season.approved()
    document = Document(kind=Document.Kind.SELF_REPORT, card=season.card, round=season.round)
    assert letters.self_report(document).context["checkpoint"] == ""
    made = audit.checkpoint("day")
    line = letters.self_report(document).context["checkpoint"]
    assert line == queries.line()
    assert f"Chốt sổ số {made.number}" in line
    assert all(part in line for part in made.note.split("\n")[:3])
