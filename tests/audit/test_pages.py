"""The log before everybody's eyes, the bundle in an inspector's hand, the line on paper."""

import io
import json
import re
import zipfile
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from backend.audit import actions as audit
from backend.audit import queries
from backend.audit.models import Chain
from backend.core.dates import format_moment
from backend.scoring import actions
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
    assert {place: one.number for place, one in covered.items()} == {
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


def test_each_change_of_a_score_says_which_checkpoint_first_covers_it(season, keys):
    season.approved()
    first = audit.checkpoint("day")
    season.close(1)
    cut = {"points": Decimal("0.5"), "reason": "Ban hành chậm"}
    actions.appraise(season.card, "1.1", by=season.secretary, version=0, **cut)
    inspector, address = signed_in(season.users["inspector"]), ("scoring:timeline", [season.card.pk, "1.1"])
    told = inspector.get(reverse(address[0], args=address[1])).text
    own, cut_ = told.index("Đơn vị tự chấm: 1,00"), told.index("1,00 xuống 0,50")
    assert f"Đã vào chốt sổ số 1, {format_moment(first.at)}" in told[own:cut_]
    assert "Chưa vào chốt sổ nào" in told[cut_:]
    second = audit.checkpoint("day")
    told = inspector.get(reverse(address[0], args=address[1])).text
    assert f"Đã vào chốt sổ số 1, {format_moment(first.at)}" in told
    assert f"Đã vào chốt sổ số 2, {format_moment(second.at)}" in told
    as_json = inspector.get(f"/api/scorecards/{season.card.pk}/history/?code=1.1").json()["results"]
    assert [one["checkpoint"] for one in as_json] == [1, 2]


def test_many_rows_are_looked_up_in_the_log_by_one_statement(season, keys, django_assert_num_queries):
    season.approved()
    audit.checkpoint("day")
    length = Chain.objects.get(pk=season.card.history_chain).length
    with django_assert_num_queries(1):
        found = queries.covering((season.card.history_chain, place) for place in range(1, length + 2))
    assert sorted(place for _chain, place in found) == list(range(1, length + 1))
    assert {one.number for one in found.values()} == {1}


def test_the_row_s_number_beside_a_change_is_its_line_in_the_bundle(season, keys):
    season.approved()
    audit.checkpoint("day")
    inspector = signed_in(season.users["inspector"])
    told = inspector.get(reverse("scoring:timeline", args=[season.card.pk, "1.1"])).text
    (number,) = re.findall(r"dòng (\d+) của gói", told)
    answer = inspector.get(reverse("scoring:proof", args=[season.card.pk]))
    bundle = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    row = json.loads(bundle.read("rows/000001.jsonl").splitlines()[int(number) - 1])
    assert (row["record"]["model"], row["record"]["fields"]["points"]) == ("scoring.mark", 1000)


def test_the_page_of_a_score_says_how_to_check_and_why_not_yet(season, keys):
    season.fill()
    inspector = signed_in(season.users["inspector"])
    address = reverse("scoring:timeline", args=[season.card.pk, "1.1"])
    before = inspector.get(address).text
    assert "Đơn vị còn đang tự chấm điểm" in before
    assert "verify-diff" not in before
    season.approved()
    told = inspector.get(address).text
    for part in (reverse("audit:program"), reverse("audit:checkpoint_list"), "verify-bundle", "verify-diff"):
        assert part in told
    unit = signed_in(season.users["leader"]).get(address).text
    assert "Tự kiểm tra lịch sử" not in unit
    assert "của gói kiểm chứng" not in unit


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
