"""Issued documents: number, code, fingerprint and frozen data; one current of a series; nothing alters them."""

import hashlib
import io
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pypdf
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backend.audit.recording import recording
from backend.audit.verify import differences
from backend.core import clock
from backend.core.dates import vn_date
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.jobs.models import Job
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports.documents import make as make_document
from reports.issuing import actions, codes, freezing, queries
from reports.issuing.models import IssuedDocument
from reports.models import Document
from tests import make
from tests.reports import issues, seasons
from tests.reports.test_documents import approve, season_with_a_cut

pytestmark = [pytest.mark.django_db, pytest.mark.slow]  # letters are set by WeasyPrint

State = IssuedDocument.State


def pages(document):
    reader = pypdf.PdfReader(io.BytesIO(issues.content(document)))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def test_an_issued_ranking_prints_number_day_signer_and_code_on_every_page():
    round_, _chair, _user = issues.published()
    made = issues.issued(issues.ready("ranking", round_=round_))
    found = pages(made.document)
    whole = " ".join(found)
    code = codes.spelled(made.code)
    for part in (
        "Số: 12/TB-UBND",
        "ngày 05 tháng 3 năm 2026",
        "CHỦ TỊCH Nguyễn Văn Ký",
        f"Mã tra cứu: {code}",
    ):
        assert part in whole
    assert all(code in page for page in found)
    assert made.state == State.CURRENT
    assert made.sha256 == hashlib.sha256(issues.content(made.document)).hexdigest() == made.document.sha256


def test_the_data_that_stand_in_the_letter_are_kept_with_their_digest():
    round_, _chair, _user = issues.published()
    made = issues.issued(issues.ready("ranking", round_=round_))
    (table,) = made.data["tables"]
    assert [(one["unit_name"], one["rank"]) for one in table["standings"]] == [("Phường A", 1), ("Xã B", 2)]
    assert table["standings"][1]["totals"]["survey"] == "20.500"
    assert made.data["head"]["number"] == "12/TB-UBND"
    assert made.data_digest == freezing.digest(made.data)


def test_freezing_keeps_points_exact_and_refuses_floats():
    assert freezing.frozen({"a": Decimal("7.250"), "b": Fraction(1, 3), "c": range(1, 3)}) == {
        "a": "7.250", "b": "1/3", "c": [1, 2],
    }  # fmt: skip
    with pytest.raises(TypeError):
        freezing.frozen({"a": 0.1})


def test_a_new_issue_supersedes_the_one_before():
    round_, chair, _user = issues.published()
    document = issues.ready("ranking", round_=round_)
    first = issues.issued(document, by=chair)
    second = issues.issued(document, "13/TB-UBND", by=chair)
    first.refresh_from_db()
    assert (first.state, first.superseded_by, second.state) == (State.SUPERSEDED, second, State.CURRENT)
    assert first.code != second.code


def test_a_number_is_given_once_in_a_year():
    round_, chair, _user = issues.published()
    issues.issued(issues.ready("ranking", round_=round_), by=chair)
    with pytest.raises(Invalid, match="đã cấp cho “Bảng xếp hạng"):
        actions.issue(issues.ready("left_out", round_=round_), issues.stated(), by=chair)
    issues.issued(issues.ready("left_out", round_=round_), by=chair, issued_on=date(2025, 3, 5))


@pytest.mark.parametrize("number", ["", "12", "TB-UBND", "12/ TB", "số 12/TB"])
def test_a_number_that_no_register_gives_is_refused(number):
    round_, chair, _user = issues.published()
    with pytest.raises(Invalid, match="123/TB-UBND"):
        actions.issue(issues.ready("ranking", round_=round_), issues.stated(number), by=chair)


def test_nothing_is_issued_with_a_day_to_come_or_without_a_signer():
    round_, chair, _user = issues.published()
    document = issues.ready("ranking", round_=round_)
    tomorrow = vn_date(clock.now()) + timedelta(days=1)
    with pytest.raises(Invalid, match="không thể sau hôm nay"):
        actions.issue(document, issues.stated(issued_on=tomorrow), by=chair)
    with pytest.raises(Invalid, match="họ tên và chức vụ"):
        actions.issue(document, issues.stated(signer_name="  "), by=chair)


def test_a_preview_and_a_workbook_are_not_issued():
    round_ = seasons.simple({"Phường A": ("50", "30")})
    _user, chair = make.seated(Role.CHAIR, round_.host)
    with pytest.raises(OutOfStep, match="đã công bố"):
        actions.issue(issues.ready("ranking", round_=round_), issues.stated(), by=chair)
    with pytest.raises(OutOfStep, match="không ban hành riêng"):
        actions.issue(issues.ready("ranking_sheet", round_=round_), issues.stated(), by=chair)


def test_while_one_is_being_made_no_second_one_is_begun_and_one_that_failed_is_taken_up_again():
    round_, chair, _user = issues.published()
    document = issues.ready("ranking", round_=round_)
    first = actions.issue(document, issues.stated(), by=chair)
    with pytest.raises(OutOfStep, match="12/TB-UBND đang được lập"):
        actions.issue(document, issues.stated("13/TB-UBND"), by=chair)
    Document.objects.filter(pk=first.document_id).update(state=Document.State.FAILED)
    Job.objects.filter(key=str(first.document_id)).update(state=Job.State.FAILED)
    again = actions.issue(document, issues.stated("13/TB-UBND"), by=chair)
    assert (again.pk, again.number) == (first.pk, "13/TB-UBND")
    make_document(str(again.document_id))
    assert IssuedDocument.objects.get().state == State.CURRENT


def test_making_twice_issues_once():
    round_, _chair, _user = issues.published()
    made = issues.issued(issues.ready("ranking", round_=round_))
    make_document(str(made.document_id))
    again = IssuedDocument.objects.get(pk=made.pk)
    assert (again.sha256, again.made_at, again.history.count()) == (made.sha256, made.made_at, 2)


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.MEMBER, Role.CRITERIA_MANAGER, Role.INSPECTOR])
def test_only_who_may_publish_issues_and_withdraws(role):
    round_, _chair, _user = issues.published()
    document = issues.ready("ranking", round_=round_)
    _other, actor = make.seated(role, round_.host)
    with pytest.raises(Refused):
        actions.issue(document, issues.stated(), by=actor)
    made = issues.issued(document)
    with pytest.raises(Refused):
        actions.withdraw(made, by=actor, reason="Sai số")


def test_a_self_report_is_issued_by_the_units_leader_once_it_is_approved():
    _round, (card, _other) = season_with_a_cut()
    _user, leader = make.seated(Role.LEADER, card.unit)
    with pytest.raises(OutOfStep, match="phê duyệt"):
        actions.issue(issues.ready("self_report", card=card), issues.stated("7/BC-UBND"), by=leader)
    approve(card)
    made = issues.issued(issues.ready("self_report", card=card), "7/BC-UBND", by=leader)
    assert (made.issuer, made.state) == (card.unit, State.CURRENT)
    assert made.history_chain == f"card:{card.pk}"
    assert "Số: 7/BC-UBND" in pages(made.document)[0]


def test_a_withdrawn_one_says_why_and_counts_no_more():
    round_, chair, _user = issues.published()
    made = issues.issued(issues.ready("ranking", round_=round_), by=chair)
    with pytest.raises(Invalid, match="lý do"):
        actions.withdraw(made, by=chair, reason=" ")
    made = actions.withdraw(made, by=chair, reason="Nhầm người ký")
    assert (made.state, made.withdrawn_reason) == (State.WITHDRAWN, "Nhầm người ký")
    with pytest.raises(OutOfStep, match="còn hiệu lực"):
        actions.withdraw(made, by=chair, reason="Lần nữa")
    again = issues.issued(issues.ready("ranking", round_=round_), "13/TB-UBND", by=chair)
    made.refresh_from_db()
    assert (again.state, made.state) == (State.CURRENT, State.WITHDRAWN)


CHANGES = [
    "UPDATE reports_issueddocument SET number = '99/TB-UBND'",
    "UPDATE reports_issueddocument SET sha256 = 'x'",
    "UPDATE reports_issueddocument SET data = '{}'",
    "UPDATE reports_issueddocument SET signer_name = 'Ai khác'",
    "UPDATE reports_issueddocument SET state = 'making', sha256 = '', made_at = NULL",
    "DELETE FROM reports_issueddocument",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_the_database_refuses_to_alter_what_was_issued(statement):
    round_, _chair, _user = issues.published()
    issues.issued(issues.ready("ranking", round_=round_))
    refused = pytest.raises(DatabaseError, match="what was issued never changes")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_keeps_one_current_issue_of_a_series():
    round_, chair, _user = issues.published()
    document = issues.ready("ranking", round_=round_)
    first = issues.issued(document, by=chair)
    issues.issued(document, "13/TB-UBND", by=chair)
    first.refresh_from_db()
    first.state, first.superseded_by = State.CURRENT, None
    with pytest.raises(DatabaseError), transaction.atomic(), recording(by=SYSTEM):
        first.save()
    with pytest.raises(IntegrityError), transaction.atomic(), recording(by=SYSTEM):
        IssuedDocument.objects.create(
            document=issues.ready("left_out", round_=round_), series=first.series, code="A" * 12,
            issuer=first.issuer, issuer_name="x", number="14/TB", issued_on=date(2026, 1, 1), year=2026,
            signer_name="x", signer_title="x", state=State.CURRENT, sha256="a", data_digest="b", size=1,
            issued_by_id=chair.user_id, asked_at=clock.now(), made_at=clock.now(),
        )  # fmt: skip


def test_the_history_of_an_issue_stands_on_the_rounds_chain_and_is_whole():
    round_, chair, _user = issues.published()
    made = issues.issued(issues.ready("ranking", round_=round_), by=chair)
    actions.withdraw(made, by=chair, reason="Nhầm người ký")
    rows = list(made.history.order_by("history_id"))
    assert {row.chain for row in rows} == {f"round:{round_.pk}"}
    assert [row.state for row in rows] == ["making", "current", "withdrawn"]
    assert list(differences()) == []


def test_a_demonstration_prints_no_number_and_says_what_it_is(settings):
    settings.DEMO = True
    round_, _chair, _user = issues.published(is_illustration=True)
    made = issues.issued(issues.ready("ranking", round_=round_))
    found = pages(made.document)
    assert all("SỐ LIỆU MINH HOẠ" in page for page in found)
    assert "12/TB-UBND" not in " ".join(found)
    assert codes.spelled(made.code) in found[-1]


def test_a_code_is_read_however_it_was_typed():
    assert codes.normal(" k7qf-2m9x 8trb ") == "K7QF2M9X8TRB"
    assert codes.normal("KOIL-2M9X-8TRB") == "K0112M9X8TRB"
    assert codes.normal("K7QF-2M9X-8TR") == codes.normal("K7QF-2M9X-8TR!") == ""
    assert len({codes.new_code() for _one in range(500)}) == 500


def test_the_page_issues_by_password_and_the_register_shows_it():
    round_, _chair, user = issues.published()
    document = issues.ready("ranking", round_=round_)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("reports:issue", args=[document.pk])
    typed = {
        "number": "12/TB-UBND", "issued_on": "05/03/2026", "signer_name": "Nguyễn Văn Ký",
        "signer_title": "Chủ tịch", "secret": "sai",
    }  # fmt: skip
    assert client.post(address, typed).status_code == 422
    answer = client.post(address, {**typed, "secret": make.PASSWORD})
    made = IssuedDocument.objects.get()
    assert answer["Location"] == reverse("reports:document", args=[made.document_id])
    make_document(str(made.document_id))
    shown = client.get(answer["Location"]).content.decode()
    assert "12/TB-UBND" in shown
    assert reverse("reports:withdraw", args=[made.document_id]) in shown
    register = client.get(reverse("reports:issued_list", args=[round_.pk])).content.decode()
    assert "12/TB-UBND" in register
    client.post(reverse("reports:withdraw", args=[made.document_id]), {"reason": "Nhầm"})
    made.refresh_from_db()
    assert made.state == State.WITHDRAWN


def test_the_register_reads_as_much_for_one_issue_as_for_three():
    round_, chair, _user = issues.published()
    counts = []
    for kind, number in (("ranking", "1/TB"), ("left_out", "2/BC"), ("ranking", "3/TB")):
        issues.issued(issues.ready(kind, round_=round_), number, by=chair)
        with CaptureQueriesContext(connection) as seen:
            queries.issued_in(round_, chair)
        counts.append(len(seen))
    assert len(set(counts)) == 1


def test_json_issues_and_withdraws():
    round_, _chair, user = issues.published()
    document = issues.ready("ranking", round_=round_)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    body = {
        "number": "12/TB-UBND", "issued_on": "2026-03-05", "signer_name": "Nguyễn Văn Ký",
        "signer_title": "Chủ tịch", "secret": make.PASSWORD,
    }  # fmt: skip
    address = reverse("api:document-issue", args=[document.pk])
    answer = client.post(address, body, content_type="application/json")
    assert answer.status_code == 202
    make_document(str(answer.json()["id"]))
    address = reverse("api:document-withdraw", args=[answer.json()["id"]])
    told = client.post(address, {"reason": "Nhầm"}, content_type="application/json").json()
    assert (told["state"], told["number"]) == ("withdrawn", "12/TB-UBND")
