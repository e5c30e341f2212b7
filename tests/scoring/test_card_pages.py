"""The unit's card through HTTP: filling it, checking it, submitting, approving, explaining."""

import copy
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.core import clock
from backend.notices.models import Notice
from backend.scoring import actions
from backend.scoring.actions.facts import fingerprint_of
from backend.scoring.fingerprints import texts_seen
from backend.scoring.lifecycle import State
from permissions.roles import Role
from tests import make
from tests.scoring.pages import HTMX, Browsers, signed_in, text, typed, url, world_of
from tests.scoring.worlds import LEAVES, world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def built(standing):
    return standing(world)


@pytest.fixture
def here(built):
    return copy.deepcopy(built)


@pytest.fixture
def people(here):
    return Browsers(here)


# --- who sees what ---------------------------------------------------------------------------------


def test_the_officer_finds_every_leaf_with_its_form(here, people):
    page = text(people.of("officer").get(url("scorecard", here.card)))
    assert all(f'id="leaf-{code}"' in page for code in LEAVES)
    assert page.count("data-leaf") == len(LEAVES)
    assert "Còn 29 ngày" in page or "Còn 30 ngày" in page


PAGES = ("scorecard", "check", "texts", "approval", "explanation")


@pytest.mark.parametrize("name", PAGES)
def test_a_card_of_another_unit_does_not_exist(here, name):
    other = make.unit("Phường khác", parent=here.host)
    stranger, _ = make.seated(Role.OFFICER, other)
    assert signed_in(stranger).get(url(name, here.card)).status_code == 404


@pytest.mark.parametrize("name", ["check", "texts", "approval", "explanation"])
def test_what_the_unit_still_writes_is_not_for_the_host(here, people, name):
    assert people.of("secretary").get(url(name, here.card)).status_code == 404


def test_the_host_sees_no_self_points_before_the_lock(here, people):
    here.fill()
    page = text(people.of("secretary").get(url("scorecard", here.card)))
    assert "data-leaf" not in page
    assert "10,00</span>" not in page


def test_nobody_signed_out_gets_a_page(here, client):
    assert client.get(url("scorecard", here.card)).status_code == 302


def test_an_illustration_says_so(here, people):
    assert "SỐ LIỆU MINH HOẠ" not in text(people.of("officer").get(url("scorecard", here.card)))
    type(here.round).objects.filter(pk=here.round.pk).update(is_illustration=True)
    assert "SỐ LIỆU MINH HOẠ" in text(people.of("officer").get(url("scorecard", here.card)))


def test_the_grid_takes_the_same_number_of_statements_for_any_number_of_leaves(here, people):
    few = _statements(people.of("officer"), url("scorecard", here.card))
    large = world_of({f"{n // 10 + 1}.{n % 10 + 1}": "1" for n in range(40)})
    officer = signed_in(large.users["officer"])
    assert _statements(officer, url("scorecard", large.card)) == few
    assert few <= 15


def _statements(browser, address):
    browser.get(address)
    with CaptureQueriesContext(connection) as seen:
        browser.get(address)
    return len(seen)


# --- saving a leaf ---------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["1,5", "1.5", " 1,50 "])
def test_a_comma_and_a_point_both_mean_one_and_a_half(here, people, number):
    answer = people.of("officer").post(url("leaf", here.card, "1.1"), typed(here.mark("1.1"), points=number))
    assert answer.status_code == 302
    assert answer.url.endswith("#leaf-1.1")
    assert str(here.mark("1.1").points) == "1.500"


def test_htmx_gets_only_what_changed(here, people):
    answer = people.of("officer").post(
        url("leaf", here.card, "1.1"), typed(here.mark("1.1"), points="1,5"), headers=HTMX
    )
    page = text(answer)
    assert "<html" not in page
    assert "Đã lưu" in page
    assert 'id="total-now">1,50</span>' in page
    assert 'id="field-total-1">1,50</span>' in page
    assert f'value="{here.mark("1.1").version}"' in page


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("2,5", "ngoài khoảng từ 0 đến 2,00"),
        ("1.234,5", "1234,5 hoặc 1,2345"),
        ("12.500", "12500 hoặc 12,5"),
        ("hai", "không phải là một số"),
        ("1,2345", "quá ba chữ số thập phân"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_what_cannot_be_taken_is_told_and_stays_typed(here, people, number, words, headers):
    answer = people.of("officer").post(
        url("leaf", here.card, "1.1"), typed(here.mark("1.1"), points=number), headers=headers
    )
    assert answer.status_code == 422
    assert words in text(answer)
    assert here.mark("1.1").points is None
    if not headers:
        assert f'value="{number}"' in text(answer)


def test_half_a_ratio_says_which_number_is_missing():
    here = world_of(LEAVES, ratio="1.1")
    people = Browsers(here)
    answer = people.of("officer").post(url("leaf", here.card, "1.1"), typed(here.mark("1.1"), done="46"))
    assert answer.status_code == 422
    assert "Chưa nhập “Được giao”" in text(answer)
    assert 'value="46"' in text(answer)


def test_the_rule_explains_the_points_with_the_units_numbers():
    here = world_of(LEAVES, ratio="1.1")
    people = Browsers(here)
    people.of("officer").post(
        url("leaf", here.card, "1.1"), typed(here.mark("1.1"), done="46", assigned="50")
    )
    page = text(people.of("officer").get(url("leaf", here.card, "1.1")))
    assert "46/50 = 92 %, từ 80 % trở lên: 46/50 × 2 = 1,84 điểm" in page
    assert "Dưới 80 %: 0 điểm" in page


def test_an_emptied_row_clears_the_leaf(here, people):
    here.fill()
    people.of("officer").post(url("leaf", here.card, "1.1"), typed(here.mark("1.1"), points=""))
    assert here.mark("1.1").points is None
    assert here.mark("1.1").note


def test_who_comes_second_sees_both_values_and_chooses(here, people):
    old = here.mark("1.1")
    actions.set_points(here.card, "1.1", by=here.officer, version=old.version, inputs={"points": "2"})
    answer = people.of("officer").post(url("leaf", here.card, "1.1"), typed(old, points="1"))
    assert answer.status_code == 422
    assert "Đang lưu: 2,00 điểm. Bạn nhập: 1,00 điểm." in text(answer)
    assert str(here.mark("1.1").points) == "2.000"
    again = people.of("officer").post(url("leaf", here.card, "1.1"), typed(here.mark("1.1"), points="1"))
    assert again.status_code == 302
    assert str(here.mark("1.1").points) == "1.000"


def test_saving_the_same_twice_is_no_quarrel(here, people):
    old = here.mark("1.1")
    for _time in range(2):
        answer = people.of("officer").post(url("leaf", here.card, "1.1"), typed(old, points="1"))
        assert answer.status_code == 302


def test_after_the_lock_a_save_is_refused_and_what_was_typed_is_shown(here, people):
    old = here.mark("1.1")
    here.close(1)
    answer = people.of("officer").post(url("leaf", here.card, "1.1"), typed(old, points="1,75"))
    assert answer.status_code == 409
    assert "Đã khoá lúc" in text(answer)
    assert "1,75" in text(answer)
    assert "data-leaf" not in text(people.of("officer").get(url("scorecard", here.card)))


def test_the_leader_and_the_host_may_not_save(here, people):
    for who in ("leader", "secretary"):
        answer = people.of(who).post(url("leaf", here.card, "1.1"), typed(here.mark("1.1"), points="1"))
        assert answer.status_code == 403


def test_an_explanation_is_saved_with_the_leaf_and_kept_when_refused(here, people):
    data = typed(here.mark("1.1"), points="9") | {"note": "Theo kết luận số 5", "at": "leaf"}
    refused = people.of("officer").post(url("leaf", here.card, "1.1"), data)
    assert refused.status_code == 422
    assert "Theo kết luận số 5" in text(refused)
    saved = people.of("officer").post(url("leaf", here.card, "1.1"), data | {"input_points": "2"})
    assert saved.url == url("leaf", here.card, "1.1")
    assert here.mark("1.1").note == "Theo kết luận số 5"


def test_a_leaf_that_is_not_there_is_404(here, people):
    assert people.of("officer").get(url("leaf", here.card, "9.9")).status_code == 404


def test_last_years_points_stand_beside_this_years(here, people):
    page = text(people.of("officer").get(url("leaf", here.card, "1.1")))
    assert "Năm trước được" not in page


# --- check, submit, approve ------------------------------------------------------------------------


def test_the_check_names_each_missing_leaf_with_its_link(here, people):
    page = text(people.of("officer").get(url("check", here.card)))
    assert all(url("leaf", here.card, code) in page for code in LEAVES)
    assert "disabled" in page
    assert "Còn 3 tiêu chí chưa chấm: 1.1, 1.2, 2.1." in page


def test_points_without_proof_are_named(here, people):
    for code, most in LEAVES.items():
        mark = here.mark(code)
        actions.set_points(here.card, code, by=here.officer, version=mark.version, inputs={"points": most})
    page = text(people.of("officer").get(url("check", here.card)))
    assert page.count("</a>: có điểm nhưng chưa có tài liệu kiểm chứng hoặc giải trình") == len(LEAVES)
    refused = people.of("officer").post(url("move", here.card, "submit"))
    assert refused.status_code == 409


def test_a_whole_card_is_submitted_with_one_button(here, people):
    here.fill()
    assert "Không còn thiếu gì" in text(people.of("officer").get(url("check", here.card)))
    answer = people.of("officer").post(url("move", here.card, "submit"), follow=True)
    assert here.fresh().state == State.SUBMITTED
    assert "Đã trình lãnh đạo phê duyệt." in text(answer)


def approve(people, here, **typed_in):
    values = {"secret": make.PASSWORD, "reason": "", "seen": fingerprint_of(here.card)} | typed_in
    return people.of("leader").post(url("approve", here.card), values)


def test_the_leader_approves_by_her_password_and_the_fingerprint_is_shown(here, people):
    here.submitted()
    assert "Chờ phê duyệt" in text(people.of("leader").get("/approvals/"))
    assert "Bạn phê duyệt tổng 10,00 trên 10,00" in text(people.of("leader").get(url("approval", here.card)))
    assert approve(people, here).status_code == 302
    page = text(people.of("leader").get(url("approval", here.card)))
    signature = here.card.signatures.get(move="approve")
    assert signature.fingerprint in page
    assert here.fresh().state == State.APPROVED


def test_a_wrong_password_approves_nothing_and_keeps_the_note(here, people):
    here.submitted()
    answer = approve(people, here, secret="khong-phai", reason="Đồng ý với đề xuất")
    assert answer.status_code == 422
    assert "Đồng ý với đề xuất" in text(answer)
    assert "khong-phai" not in text(answer)
    assert here.fresh().state == State.SUBMITTED


def test_the_officer_may_not_approve(here, people):
    here.submitted()
    answer = people.of("officer").post(url("approve", here.card), {"secret": make.PASSWORD})
    assert answer.status_code == 403
    assert 'name="secret"' not in text(people.of("officer").get(url("approval", here.card)))


def test_approval_and_publication_have_no_short_way(here, people):
    here.submitted()
    for name in ("approve", "publish", "nothing"):
        assert people.of("leader").post(url("move", here.card, name)).status_code == 404


def test_a_return_needs_its_reason_and_the_officer_reads_it(here, people):
    here.submitted()
    empty = people.of("leader").post(url("move", here.card, "return"), {"reason": " "})
    assert empty.status_code == 422
    people.of("leader").post(url("move", here.card, "return"), {"reason": "Xem lại tiêu chí 2.1"})
    assert here.fresh().state == State.RETURNED
    assert "Xem lại tiêu chí 2.1" in text(people.of("officer").get(url("scorecard", here.card)))


def test_a_withdrawal_voids_the_approval(here, people):
    here.approved()
    page = text(people.of("officer").get(url("scorecard", here.card)))
    assert "Rút lại để sửa" in page
    people.of("officer").post(url("move", here.card, "withdraw"), {"reason": "Bổ sung số liệu"})
    assert here.fresh().state == State.DRAFT
    assert "không còn hiệu lực" in text(people.of("leader").get(url("approval", here.card)))
    told = Notice.objects.filter(user=here.users["leader"]).latest("pk")
    assert "rút lại để sửa" in told.subject
    assert "Bổ sung số liệu" in told.body


def test_a_full_mark_without_a_document_is_a_warning(here, people):
    here.submitted()
    page = text(people.of("leader").get(url("approval", here.card)))
    assert page.count("điểm tối đa nhưng không có tài liệu, chỉ có giải trình") == len(LEAVES)


def test_difficulties_and_proposals_are_saved_until_submitted(here, people):
    words = {"difficulties": "Thiếu biên chế", "proposals": "Tập huấn thêm"}
    people.of("officer").post(url("texts", here.card), words | {"seen": texts_seen("", "")})
    assert (here.fresh().difficulties, here.fresh().proposals) == ("Thiếu biên chế", "Tập huấn thêm")
    here.submitted()
    late = people.of("officer").post(url("texts", here.card), words | {"proposals": "Khác"})
    assert late.status_code == 409
    assert "Khác" in text(late)


def test_a_colleague_approves_by_delegation_and_no_longer(here, people):
    here.submitted()
    colleague, _ = make.seated(Role.OFFICER, here.unit)
    today = clock.now()
    lend = {
        "taker": colleague.pk,
        "first_day": f"{today:%d/%m/%Y}",
        "last_day": f"{today + timedelta(days=2):%d/%m/%Y}",
        "document": "05/UQ-UBND",
    }
    assert signed_in(colleague).post(url("delegate", here.card), lend).status_code == 403
    people.of("leader").post(url("delegate", here.card), lend)
    assert "05/UQ-UBND" in text(people.of("leader").get(url("approval", here.card)))
    lent = here.card.delegations.get()
    told = Notice.objects.filter(user=colleague, key__startswith="lent-").order_by("pk")
    assert [row.url for row in told] == [url("approval", here.card)]
    people.of("leader").post(url("revoke", here.card, lent.pk))
    assert [row.key for row in told.all()] == [f"lent-{lent.pk}", f"lent-{lent.pk}-ended"]
    refused = signed_in(colleague).post(url("approve", here.card), {"secret": make.PASSWORD})
    assert refused.status_code == 403
    people.of("leader").post(url("delegate", here.card), lend)
    seen = {"secret": make.PASSWORD, "seen": fingerprint_of(here.card)}
    signed_in(colleague).post(url("approve", here.card), seen)
    assert here.fresh().state == State.APPROVED


def test_the_same_loan_twice_is_told_and_after_it_was_taken_back_made_anew(here, people):
    here.submitted()
    colleague, _ = make.seated(Role.OFFICER, here.unit)
    day = f"{clock.now() + timedelta(days=3):%d/%m/%Y}"
    lend = {"taker": colleague.pk, "first_day": day, "last_day": day, "document": "05/UQ-UBND"}
    leader = people.of("leader")
    for answer in (302, 422):
        assert leader.post(url("delegate", here.card), lend).status_code == answer
    assert "đã được ủy quyền" in text(leader.post(url("delegate", here.card), lend))
    lent = here.card.delegations.get()
    assert leader.post(url("revoke", here.card, lent.pk)).status_code == 302
    assert leader.post(url("delegate", here.card), lend).status_code == 302
    assert here.card.delegations.count() == 2


def test_a_delegation_backwards_is_told_at_the_form(here, people):
    here.submitted()
    colleague, _ = make.seated(Role.OFFICER, here.unit)
    lend = {"taker": colleague.pk, "first_day": "32/01/2027", "last_day": "01/02/2027", "document": "05/UQ"}
    answer = people.of("leader").post(url("delegate", here.card), lend)
    assert answer.status_code == 422
    assert "32/01/2027" in text(answer)
