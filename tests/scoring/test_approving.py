"""From check to approval: what is found, what the leader sees, what comes back, what is refused."""

from __future__ import annotations

import copy
import hashlib
from datetime import date
from decimal import Decimal
from typing import Any

import pyotp
import pytest
from django.db import IntegrityError, transaction

from backend.audit import verify
from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import OutOfStep
from backend.scoring import actions, checking
from backend.scoring.actions.facts import fingerprint_of
from backend.scoring.lifecycle import State
from backend.scoring.models import Look, ReturnedLeaf, Score
from backend.scoring.queries import Leaf
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring import specimens
from tests.scoring.pages import Browsers, signed_in, text, typed, url
from tests.scoring.worlds import World, world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def here() -> World:
    return world()


@pytest.fixture
def people(here: World) -> Browsers:
    return Browsers(here)


def mend(here: World, code: str, points: str, note: str = "Theo báo cáo số 12/BC-UBND") -> None:
    """Let the officer give a leaf other points."""
    version = here.mark(code).version
    actions.set_points(here.card, code, by=here.officer, version=version, points=Decimal(points), note=note)


def page(people: Browsers, name: str, who: str, *args: Any) -> str:
    """Return a page of the card as a person sees it."""
    answer = people.of(who).get(url(name, people.world.card, *args))
    assert answer.status_code == 200
    return text(answer)


def approve(people: Browsers, **values: Any) -> Any:
    """Let the leader press the button of approval, with the fingerprint of what stands unless said."""
    card = people.world.card
    sent = {"secret": make.PASSWORD, "reason": "", "seen": fingerprint_of(card)} | values
    return people.of("leader").post(url("approve", card), sent)


def look(people: Browsers) -> None:
    """Let the page tell that the leader has looked."""
    people.of("leader").post(url("look", people.world.card), {"at": clock.now().isoformat()})


def returned(people: Browsers, **reasons: str) -> None:
    """Let the leader note a reason for each leaf ("p2_1" for 2.1) and return the card."""
    card = people.world.card
    for code, reason in reasons.items():
        people.of("leader").post(url("note_return", card, code[1:].replace("_", ".")), {"reason": reason})
    people.of("leader").post(url("move", card, "return"), {"reason": "Đề nghị sửa"})
    assert people.world.fresh().state == State.RETURNED


# --- the check -------------------------------------------------------------------------------------------


def test_what_must_be_mended_stands_apart_from_what_to_look_at_again(here, people):
    mend(here, "1.1", "2")
    mend(here, "1.2", "1", note="")
    found = page(people, "check", "officer")
    must, look_again = found.split("Nên xem lại", 1)
    assert "Còn thiếu (2)" in must
    assert "</a>: chưa chấm" in must
    assert "</a>: có điểm nhưng chưa có tài liệu kiểm chứng hoặc giải trình" in must
    assert "điểm tối đa nhưng không có tài liệu, chỉ có giải trình" in look_again


def test_a_link_of_the_check_comes_back_to_it_after_the_save(here, people):
    found = page(people, "check", "officer")
    back = url("check", here.card)
    assert f"/leaves/1.1/?next={back}" in found
    leaf = text(people.of("officer").get(url("leaf", here.card, "1.1") + f"?next={back}"))
    assert "Về phần kiểm tra" in leaf
    sent = typed(here.mark("1.1"), points="2") | {"at": "leaf", "next": back, "note": "Theo báo cáo"}
    assert people.of("officer").post(url("leaf", here.card, "1.1"), sent).url == back
    away = sent | {"version": here.mark("1.1").version, "next": "https://example.org/"}
    assert people.of("officer").post(url("leaf", here.card, "1.1"), away).url == url("leaf", here.card, "1.1")


def test_a_large_change_is_told_with_both_numbers(here, people, settings):
    score = Score.objects.select_related("node").get(card=here.card, code="1.2")
    leaf = Leaf(score, score.node, self_mark=here.mark("1.2"))
    leaf.self_mark.points = Decimal("1")
    leaf.last_year, leaf.last_maximum = Decimal("3"), Decimal("3")
    assert checking.is_big_change(leaf)
    assert checking.change_words(leaf) == "thay đổi nhiều: năm trước 3,00/3,00, năm nay 1,00/3,00 (giảm 2,00)"
    settings.BIG_CHANGE_PERCENT = 70
    assert not checking.is_big_change(leaf)
    settings.BIG_CHANGE_PERCENT = 30
    leaf.last_year, leaf.last_maximum = Decimal("2"), Decimal("6")  # the same share of another maximum
    assert not checking.is_big_change(leaf)


def test_a_document_of_another_year_is_told(here, people):
    here.fill()
    actions.add_document(
        here.card, "1.1", by=here.officer, number="05/KH-UBND", issuer="UBND", issued_on=date(2020, 1, 5)
    )
    assert "tài liệu “05/KH-UBND” ngày 05/01/2020, ngoài năm đánh giá 2026" in page(
        people, "check", "officer"
    )


def test_the_button_names_the_act_and_the_note_reaches_the_leader(here, people):
    here.fill()
    assert "Trình Chủ tịch phê duyệt" in page(people, "check", "officer")
    people.of("officer").post(
        url("move", here.card, "submit"), {"reason": "Tiêu chí 2.1 tăng do rà soát lại"}
    )
    seen = page(people, "approval", "leader")
    assert "Tiêu chí 2.1 tăng do rà soát lại" in seen
    assert "Chỗ cần xem kỹ (3)" in seen


# --- the leader reads ---------------------------------------------------------------------------------------


def test_the_first_look_says_so_and_the_next_one_tells_every_change(here, people):
    here.submitted()
    assert "Đây là lần đầu bạn xem phiếu này." in page(people, "approval", "leader")
    look(people)
    actions.move(here.card, "withdraw", by=here.officer, reason="Sửa")
    mend(here, "2.1", "3")
    actions.add_document(here.card, "1.1", by=here.officer, number="05/KH-UBND", issuer="UBND")
    actions.move(here.card, "submit", by=here.officer)
    seen = page(people, "approval", "leader")
    assert "5,00 → 3,00" in seen
    assert "thêm tài liệu 05/KH-UBND" in seen
    assert "Thay đổi từ lần bạn xem trước (2)" in seen
    look(people)
    assert "Thay đổi từ lần bạn xem trước (2)" in page(people, "approval", "leader")  # still the same visit


def test_a_leaf_is_seen_until_it_changes(here, people):
    here.submitted()
    panel = page(people, "approval_leaf", "leader", "2.1")
    assert "đã xem 0/3" in panel
    digest = panel.split('name="digest" value="')[1].split('"')[0]
    sent = {"digest": digest, "at": clock.now().isoformat(), "next": url("approval", here.card)}
    people.of("leader").post(url("see_leaf", here.card, "2.1"), sent)
    assert "đã xem 1/3" in page(people, "approval_leaf", "leader", "1.1")
    actions.move(here.card, "withdraw", by=here.officer, reason="Sửa")
    mend(here, "2.1", "4")
    assert "đã xem 0/3" in page(people, "approval_leaf", "leader", "1.1")


def test_the_officer_reads_the_page_but_keeps_no_look(here, people):
    here.submitted()
    seen = page(people, "approval", "officer")
    assert "data-look" not in seen
    assert 'name="secret"' not in seen
    answer = people.of("officer").post(url("look", here.card), {"at": clock.now().isoformat()})
    assert answer.status_code == 403
    assert not Look.objects.exists()


# --- returned -----------------------------------------------------------------------------------------------


def test_reasons_go_with_the_return_and_are_answered_one_by_one(here, people):
    here.submitted()
    returned(people, p1_1="Thiếu trang 3", p2_1="Số liệu chưa khớp")
    grid = page(people, "scorecard", "officer")
    assert grid.count("Thiếu trang 3") == 2  # above the grid and in its row
    assert "Trả lại: 2 tiêu chí" in text(people.of("officer").get("/"))
    assert "Số liệu chưa khớp" in page(people, "leaf", "officer", "2.1")
    assert "chưa đánh dấu đã xử lý: Thiếu trang 3" in page(people, "check", "officer")
    mend(here, "2.1", "4.5")
    people.of("officer").post(url("answer_return", here.card, "2.1"), {"answer": "Đã đối chiếu lại"})
    assert "Trả lại: 1 tiêu chí" in text(people.of("officer").get("/"))
    people.of("officer").post(url("move", here.card, "submit"), {"reason": ""})
    seen = page(people, "approval", "leader")
    assert "Lần trả lại trước (2)" in seen
    assert "Đã đối chiếu lại" in seen
    assert "5,00 → 4,50" in seen
    assert "không có thay đổi" in seen
    assert list(verify.differences()) == []
    assert "Lãnh đạo trả lại: Thiếu trang 3" in page(people, "timeline", "officer", "1.1")


def test_notes_are_hers_alone_until_sent_and_go_when_she_approves(here, people):
    here.submitted()
    people.of("leader").post(url("note_return", here.card, "1.1"), {"reason": "Chưa rõ"})
    deputy = signed_in(make.seated(Role.DEPUTY, here.unit)[0])
    for who in (people.of("officer"), deputy):
        assert "Chưa rõ" not in text(who.get(url("approval", here.card)))
    assert "Bạn đang ghi lý do trả lại 1 tiêu chí" in page(people, "approval", "leader")
    assert approve(people).status_code == 302
    assert not ReturnedLeaf.objects.exists()


def test_an_empty_reason_takes_a_leaf_off_the_list(here, people):
    here.submitted()
    for reason in ("Chưa rõ", " "):
        people.of("leader").post(url("note_return", here.card, "1.1"), {"reason": reason})
    assert not ReturnedLeaf.objects.exists()
    assert list(verify.differences()) == []


def test_the_database_itself_keeps_one_reason_a_leaf_and_return(here, people):
    here.submitted()
    returned(people, p1_1="Thiếu trang 3")
    row = ReturnedLeaf.objects.get()
    for wrong in ({"reason": ""}, {"answer": "Đã sửa"}, {"answered_at": clock.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReturnedLeaf.objects.filter(pk=row.pk).update(**wrong)
    again = copy.copy(row)
    again.pk, again._state.adding = None, True
    with pytest.raises(IntegrityError), transaction.atomic(), recording(by=SYSTEM):
        again.save()


def test_nobody_answers_what_was_not_returned_nor_after_the_submission(here, people):
    here.submitted()
    returned(people, p1_1="Thiếu trang 3")
    answer = url("answer_return", here.card, "2.1")
    assert people.of("officer").post(answer, {"answer": "x"}).status_code == 422
    actions.move(here.card, "submit", by=here.officer)
    late = people.of("officer").post(url("answer_return", here.card, "1.1"), {"answer": "Đã sửa"})
    assert late.status_code == 409


def test_the_api_returns_leaves_with_reasons(here, people):
    here.submitted()
    path = f"/api/scorecards/{here.card.pk}"
    body = {"reason": "Sửa", "leaves": [{"code": "1.1", "reason": "Thiếu"}, {"code": "2.1", "reason": " "}]}
    send = people.of("leader").post
    assert send(f"{path}/moves/return/", body, "application/json").status_code == 422
    body["leaves"].pop()
    assert send(f"{path}/moves/return/", body, "application/json").status_code == 200
    brief = people.of("officer").get(f"{path}/check/").json()
    assert [(row["code"], row["reason"], row["sent"]) for row in brief["returned"]] == [
        ("1.1", "Thiếu", True)
    ]
    told = people.of("officer").post(f"{path}/answer-return/", {"code": "1.1"}, "application/json").json()
    assert told["answered_by"] == here.officer.name


# --- approved -----------------------------------------------------------------------------------------------


def test_what_changed_between_the_page_and_the_click_is_refused_and_told(here, people):
    here.submitted()
    seen, at = fingerprint_of(here.card), clock.now().isoformat()
    actions.move(here.card, "withdraw", by=here.officer, reason="Sửa")
    mend(here, "2.1", "3")
    actions.move(here.card, "submit", by=here.officer)
    answer = approve(people, seen=seen, at=at, reason="Đồng ý")
    found = text(answer)
    assert answer.status_code == 409
    assert "nội dung phiếu đã thay đổi sau khi bạn mở trang" in found
    assert "5,00 → 3,00" in found
    assert "Đồng ý</textarea>" in found
    assert here.fresh().state == State.SUBMITTED
    assert approve(people, seen=found.split('name="seen" value="')[1].split('"')[0]).status_code == 302


def test_a_change_under_the_lock_is_refused_too(here):
    here.submitted()
    with pytest.raises(OutOfStep, match="đã thay đổi"):
        actions.move(here.card, "approve", by=here.leader, seen="0" * 64)


def test_a_page_that_does_not_say_what_it_showed_approves_nothing(here, people):
    here.submitted()
    assert approve(people, seen="").status_code == 422
    assert here.fresh().state == State.SUBMITTED


def test_a_code_of_the_second_factor_approves(here, people):
    here.submitted()
    leader = here.users["leader"]
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    type(leader).objects.filter(pk=leader.pk).update(totp_secret=secret)
    assert approve(people, secret=pyotp.TOTP(secret).at(clock.now())).status_code == 302
    assert here.fresh().state == State.APPROVED


def test_five_wrong_passwords_shut_the_door_on_pages_and_in_the_api(here, people):
    here.submitted()
    for _ in range(5):
        assert approve(people, secret="sai", reason="Đồng ý").status_code == 422
    blocked = approve(people, reason="Đồng ý")
    assert blocked.status_code == 422
    assert "Đồng ý</textarea>" in text(blocked)
    body = {"secret": make.PASSWORD, "seen": fingerprint_of(here.card)}
    path = f"/api/scorecards/{here.card.pk}/moves/approve/"
    assert people.of("leader").post(path, body, "application/json").status_code == 422
    assert here.fresh().state == State.SUBMITTED


# --- the report and its signed copy -------------------------------------------------------------------------


def issued(here: World) -> bytes:
    """Return bytes that the system gave out as the report of the card as it stands."""
    content = specimens.pdf(pages=2)
    sha256 = hashlib.sha256(content).hexdigest()
    actions.note_report(
        here.card.pk, sha256=sha256, size=len(content), fingerprint=fingerprint_of(here.card), now=clock.now()
    )
    return content


def attach(people: Browsers, content: bytes) -> dict[str, Any]:
    """Let the officer attach a signed copy and return the card as JSON."""
    file = specimens.upload(content, "Báo cáo đã ký.pdf")
    sent = {"file": file, "number": "15/BC-UBND", "signed_on": "05/01/2026"}
    answer = people.of("officer").post(url("signed_copy", people.world.card), sent)
    assert answer.status_code == 302, text(answer)
    return people.of("officer").get(f"/api/scorecards/{people.world.card.pk}/").json()


def test_a_copy_that_goes_on_from_our_report_says_so_and_claims_no_more(here, people):
    here.approved()
    report = issued(here)
    told = attach(people, specimens.digitally_signed(report))
    assert told["signed_digitally"] == 1
    assert told["signed_continues"] == hashlib.sha256(report).hexdigest()
    here.close(1)
    for name, who in (("approval", "leader"), ("scorecard", "officer"), ("appraisal", "secretary")):
        seen = page(people, name, who)
        assert "Bản ký số 15/BC-UBND ngày 05/01/2026" in seen
        assert "có chữ ký số, chưa xác minh" in seen
        assert "Dấu xác thực trên báo cáo đó đúng là dấu của phê duyệt này." in seen
        assert fingerprint_of(here.card) in seen
    assert list(verify.differences()) == []


def test_a_scan_is_taken_as_what_it_is(here, people):
    here.approved()
    issued(here)
    told = attach(people, specimens.pdf())
    assert (told["signed_digitally"], told["signed_continues"]) == (0, None)
    seen = page(people, "approval", "leader")
    assert "không thấy chữ ký số trong tệp (bản quét)" in seen
    assert "hệ thống không so được nội dung" in seen


def test_a_copy_of_another_content_is_told_apart(here, people):
    here.submitted()
    report = issued(here)
    actions.move(here.card, "withdraw", by=here.officer, reason="Sửa")
    mend(here, "2.1", "3")
    actions.move(here.card, "submit", by=here.officer)
    actions.move(here.card, "approve", by=here.leader)
    attach(people, specimens.digitally_signed(report))
    assert "khác dấu của phê duyệt đang có hiệu lực" in page(people, "approval", "leader")


def test_a_lent_approval_is_signed_by_authorisation(here, people):
    here.submitted()
    colleague, actor = make.seated(Role.OFFICER, here.unit)
    now = clock.now()
    actions.delegate(
        here.card, by=here.leader, taker=colleague, starts_at=now, ends_at=now + make.DAY, document="05/UQ"
    )
    actions.move(here.card, "approve", by=actor)
    assert "TUQ." in page(people, "approval", "leader")
