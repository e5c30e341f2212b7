"""Who read evidence, took data out, was refused, or could not sign in: what is written down, and who finds it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from backend.audit.models import Access
from backend.scoring import actions, telling
from backend.scoring.models import Evidence
from backend.scoring.room import Asked
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring import specimens
from tests.scoring.councils import Council, council
from tests.scoring.rooms import HISTORY, found, inspected, signed_in
from tiers.people import bulk
from tiers.people.actions import Wish

pytestmark = pytest.mark.slow


@pytest.fixture
def attached(db) -> Council:
    here = council()
    actions.add_file(
        here.card, "1.1", by=here.officer, upload=specimens.upload(specimens.pdf(), "Kế hoạch.pdf")
    )
    here.under_appraisal()
    return here


def test_opening_a_document_is_written_down_with_its_name_and_leaf(attached):
    piece = Evidence.objects.get()
    reader = signed_in(attached.users["secretary"])
    answer = reader.get(f"/scorecards/{attached.card.pk}/evidence/{piece.pk}/")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    row = Access.objects.get()
    assert (row.kind, row.target, row.code) == ("reads", "Kế hoạch.pdf", "1.1")
    assert (row.unit_key, row.round_key) == (attached.unit.pk, attached.round.pk)
    page = reader.get(HISTORY, {"kind": "reads", "q": "o mon"}).text
    assert "Xem tài liệu: Kế hoạch.pdf" in page


def test_a_refused_write_is_written_down_with_its_sentence(attached):
    late = signed_in(attached.users["officer"])
    answer = late.post(f"/scorecards/{attached.card.pk}/leaves/1.2/", {"version": "1", "points": "1"})
    assert answer.status_code == 409
    row = Access.objects.get()
    assert (row.kind, row.status, row.code, row.person_key) == (
        "refused",
        409,
        "1.2",
        attached.users["officer"].pk,
    )
    assert row.target
    assert row.target in found(attached, kind="refused")[0]


def test_a_refusal_over_json_and_of_a_strangers_card_are_written_down(attached):
    stranger = signed_in(make.seated(Role.OFFICER, attached.cards[1].unit)[0])
    path = f"/api/scorecards/{attached.card.pk}/points/"
    assert (
        stranger.post(path, {"code": "1.1", "version": 0}, content_type="application/json").status_code == 404
    )
    row = Access.objects.get()
    assert (row.status, row.unit_key, row.address) == (404, attached.unit.pk, path)


WATCHED = ["/history/", "/history/sheet/", "/history/strictness/"]


@pytest.mark.parametrize("address", WATCHED)
def test_who_is_refused_the_history_is_written_down_in_words(attached, address):
    assert signed_in(attached.users["officer"]).get(address).status_code == 403
    row = Access.objects.get()
    assert (row.kind, row.status, row.person_key) == ("refused", 403, attached.users["officer"].pk)
    (told,) = inspected(attached, kind="refused")
    assert told.startswith("Bị từ chối (403): x")
    assert address not in told


def test_a_look_at_a_strangers_card_is_written_down_where_it_would_take_something_out(attached):
    stranger = signed_in(make.seated(Role.OFFICER, attached.cards[1].unit)[0])
    piece = Evidence.objects.get()
    root = f"/scorecards/{attached.card.pk}/"
    for rest in ("proof/", "as-of/", f"evidence/{piece.pk}/", "leaves/1.1/history/"):
        assert stranger.get(root + rest).status_code == 404
    assert stranger.get(root).status_code == 404
    assert stranger.get(f"/api{root}as-of/?at=2026-12-01T00:00:00Z").status_code == 404
    assert Access.objects.filter(status=404, unit_key=attached.unit.pk).count() == 5
    told = inspected(attached, kind="refused")
    assert any("tải gói kiểm chứng" in one for one in told)
    assert any("xem tài liệu kiểm chứng" in one for one in told)


def test_a_failed_sign_in_and_a_lock_out_are_written_down(attached):
    user = attached.users["officer"]
    for _turn in range(6):
        Client().post("/accounts/sign-in/", {"username": user.username, "password": "sai-mat-khau"})
    rows = list(Access.objects.order_by("pk"))
    assert {(row.kind, row.act, row.person_key) for row in rows} == {("refused", "accounts:sign_in", user.pk)}
    assert (rows[0].status, rows[-1].status) == (422, 429)
    assert "sai-mat-khau" not in str([vars(row) for row in rows])
    assert "Bị từ chối (429): đăng nhập" in inspected(attached, kind="refused")


def test_what_was_typed_as_a_name_that_nobody_has_is_not_kept(attached):
    Client().post("/accounts/sign-in/", {"username": "mat-khau-cua-toi", "password": "x"})
    row = Access.objects.get()
    assert "mat-khau-cua-toi" not in str(vars(row))
    assert Client().post("/accounts/sign-in/", {"username": "a\0b", "password": "x"}).status_code == 422
    assert row.unit_key == attached.host.pk


def test_a_refused_row_links_no_leaf_that_is_not_there(attached):
    stranger = signed_in(make.seated(Role.OFFICER, attached.cards[1].unit)[0])
    stranger.get(f"/scorecards/{attached.card.pk}/leaves/9.9.9/history/")
    page = signed_in(attached.users["secretary"]).get(HISTORY, {"kind": "refused"}).text
    assert "9.9.9" not in page
    assert "phiếu lúc đó" not in page


def test_changes_of_accounts_are_found_by_an_inspector_above(attached):
    texts = {"username": "nguoi.moi", "full_name": "Trần Thị Người Mới", "email": "", "phone": ""}
    bulk.hire_all([(texts, Wish(Role.OFFICER, attached.unit))], by=SYSTEM)
    told = inspected(attached, kind="people")
    assert any("Người Mới" in one for one in told)
    assert inspected(attached, kind="people", words="o mon")


def test_reading_pages_and_good_writes_leave_no_such_row(attached):
    reader = signed_in(attached.users["secretary"])
    reader.get(HISTORY)
    reader.get(f"/appraisals/{attached.card.pk}/")
    reader.get("/appraisals/999999/")
    assert not Access.objects.exists()


def test_an_answer_stands_though_it_can_not_be_written_down(attached, monkeypatch):
    def broken(**_values: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(Access.objects, "create", broken)
    late = signed_in(attached.users["officer"])
    answer = late.post(f"/scorecards/{attached.card.pk}/leaves/1.2/", {"version": "1", "points": "1"})
    assert answer.status_code == 409


def test_an_opened_document_over_who_inspects_elsewhere_stays_unseen(attached):
    test_opening_a_document_is_written_down_with_its_name_and_leaf(attached)
    other = make.seated(Role.SECRETARY, make.unit("Tỉnh khác", kind="city"))[1]
    assert telling.newest(other, Asked(kind="reads"))[0] == []
