"""The unit's own council before its leader: formed by the unit, opinions that change nothing, passed on or sent back."""

from __future__ import annotations

import copy
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from backend.audit.recording import recording
from backend.audit.verify import differences
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.notices.models import Notice
from backend.scoring import actions, queries
from backend.scoring.lifecycle import MOVES, OWN_MOVES, UNAPPROVED, State
from backend.scoring.models import Mark, OwnCouncil, OwnMember, OwnOpinion, Signature
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring.insiders import SEATS, Inside, inside
from tests.scoring.pages import signed_in, text, url
from tiers.seating import actor_for

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def built(standing) -> Inside:
    return standing(inside)


@pytest.fixture
def here(built) -> Inside:
    return copy.deepcopy(built)


@pytest.fixture
def referred(here) -> Inside:
    here.referred()
    return here


def post(here: Inside, by: str, page: str, *args: Any, **data: Any) -> Any:
    return signed_in(here.users[by]).post(url(page, here.card, *args), data)


def state(here: Inside) -> str:
    return here.fresh().state


def object_to(here: Inside, code: str = "1.1", by: str = "clerk") -> OwnOpinion:
    return actions.opine(here.card, code, by=here.actor(by), verdict="revise", reason="Thiếu kế hoạch")


def test_a_unit_without_a_council_goes_straight_to_its_leader(here):
    here.submitted()
    assert state(here) == State.SUBMITTED


def test_the_card_goes_to_the_council_then_to_the_leader_who_approves(referred):
    here = referred
    assert state(here) == State.REVIEWING
    told = Notice.objects.filter(subject__contains="trình Hội đồng thẩm định của đơn vị")
    assert {row.user for row in told} == {here.users[who] for who in SEATS}
    actions.opine(here.card, "1.1", by=here.leader, verdict="propose", points=Decimal(1), reason="Chậm")
    assert actions.agree_with_rest(here.card, by=here.actor("clerk")) == 3
    answer = post(here, "deputy", "move", "pass_on", reason="Họp ngày 06/01, nhất trí 3/3")
    assert answer.status_code == 302
    assert state(here) == State.SUBMITTED
    assert here.mark("1.1").points == 2  # an opinion changes no points
    page = text(signed_in(here.users["leader"]).get(url("approval", here.card)))
    assert "Họp ngày 06/01, nhất trí 3/3" in page
    assert "đề xuất điểm khác" in page
    assert "Quyết định số 12/QĐ-UBND ngày 05/01/2026" in page
    actions.move(here.card, "approve", by=here.leader)
    prints = set(Signature.objects.filter(card=here.card).values_list("fingerprint", flat=True))
    assert len(prints) == 1  # what was referred is what was passed on and approved
    assert list(differences()) == []


def test_a_member_who_passed_it_on_may_approve_and_who_referred_it_may_not(here):
    here.council(leader="chair", officer="secretary")
    submitter = make.seated(Role.LEADER, here.unit)
    make.seat(submitter[0], Role.OFFICER, at=here.unit)
    both = actor_for(submitter[0])
    here.fill()
    actions.move(here.card, "submit", by=both)
    actions.move(here.card, "pass_on", by=here.leader, reason="Nhất trí")
    with pytest.raises(OutOfStep, match="Người trình không được tự phê duyệt"):
        actions.move(here.card, "approve", by=both)
    assert actions.move(here.card, "approve", by=here.leader).state == State.APPROVED


def test_it_is_sent_back_only_with_a_reason_on_a_leaf_and_the_officer_reads_it(referred):
    here = referred
    with pytest.raises(OutOfStep, match="Chưa có lý do ở tiêu chí nào"):
        actions.move(here.card, "send_back", by=here.actor("deputy"), reason="Cần sửa")
    object_to(here)
    actions.move(here.card, "send_back", by=here.actor("clerk"), reason="Cần bổ sung hồ sơ")
    assert state(here) == State.RETURNED
    page = text(signed_in(here.users["officer"]).get(url("scorecard", here.card)))
    assert "Cần bổ sung hồ sơ" in page
    assert "Thiếu kế hoạch" in page
    assert "1.1: Thiếu kế hoạch" in Notice.objects.filter(subject__contains="trả lại").first().body
    assert "Thiếu kế hoạch" in text(signed_in(here.users["officer"]).get(url("leaf", here.card, "1.1")))
    # At the next sitting what was said before is past.
    actions.move(here.card, "submit", by=here.officer)
    assert queries.council_of(here.fresh()).all == []
    with pytest.raises(OutOfStep, match="Chưa có lý do"):
        actions.move(here.card, "send_back", by=here.actor("deputy"), reason="Cần sửa")


def test_after_two_returns_the_officer_reads_the_reasons_of_the_newest_alone(referred):
    here = referred
    actions.move(here.card, "pass_on", by=here.actor("clerk"), reason="Nhất trí")
    leaves = {"1.2": "Sai kỳ báo cáo"}
    actions.move(here.card, "return", by=here.leader, reason="Xem lại", leaves=leaves)
    actions.answer_return(here.card, "1.2", by=here.officer, answer="Đã thay")
    actions.move(here.card, "submit", by=here.officer)
    object_to(here)
    actions.move(here.card, "send_back", by=here.actor("clerk"), reason="Cần bổ sung hồ sơ")
    page = text(signed_in(here.users["officer"]).get(url("scorecard", here.card)))
    notice = page.partition("Hội đồng của đơn vị (")[2].partition("</div>")[0]
    assert "Thiếu kế hoạch" in notice
    assert "Sai kỳ báo cáo" not in notice
    assert "lãnh đạo trả lại, đã xử lý" in page


def test_pages_that_take_input_count_down_to_the_lock(here):
    officer = signed_in(here.users["officer"])
    for page, *more in (("leaf", "1.1"), ("intake",), ("own_council",), ("sharing",)):
        assert "data-locks" in officer.get(url(page, here.card, *more)).content.decode(), page


PEOPLE = ("officer", "leader", "deputy", "clerk", "writer", "secretary", "chair", "stranger")
# Who makes each of the unit's moves from the council's table, besides the program itself.
WHO = {
    "withdraw": {"officer", "clerk", "writer"},
    "pass_on": {"deputy", "clerk"},
    "send_back": {"deputy", "clerk"},
}


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("name", sorted(OWN_MOVES))
def test_from_the_councils_table_each_makes_only_her_own_moves(referred, name, who):
    here = referred
    object_to(here)
    before = here.fresh().state
    try:
        moved = actions.move(here.card, name, by=here.actor(who), reason="r", document="d").state
    except (Refused, OutOfStep):
        moved = before
    may = who in WHO.get(name, set())
    assert moved == (MOVES[name].target if may else before)


@pytest.mark.parametrize("name", sorted(MOVES))
@pytest.mark.parametrize("who", ["secretary", "chair"])
def test_before_the_lock_the_host_moves_nothing_that_is_before_the_council(referred, name, who):
    with pytest.raises((Refused, OutOfStep)):
        actions.move(referred.card, name, by=referred.actor(who), reason="r", document="d")
    assert state(referred) == State.REVIEWING


@pytest.mark.parametrize(
    ("name", "target"),
    [("accept", State.ACCEPTED), ("no_self_score", State.NOT_SCORED), ("reopen", State.DRAFT)],
)
def test_a_card_not_passed_on_in_time_stands_as_any_unapproved_one(referred, name, target):
    here = referred
    assert State.REVIEWING in UNAPPROVED
    here.close(1)
    with pytest.raises(OutOfStep, match="Đã khoá lúc"):
        actions.move(here.card, "pass_on", by=here.actor("deputy"), reason="Nhất trí")
    with pytest.raises(OutOfStep, match="Đã khoá lúc"):
        object_to(here)
    when = make.clock.now() + make.DAY if name == "reopen" else None
    moved = actions.move(here.card, name, by=here.secretary, reason="Trễ", document="9/UBND", new_close=when)
    assert moved.state == target


def test_the_board_and_the_desk_count_it_among_the_unapproved(referred):
    here = referred
    page = text(signed_in(here.users["chair"]).get(f"/rounds/{here.round.pk}/progress/"))
    assert "đang được Hội đồng của đơn vị xem xét" in page
    desk = text(signed_in(here.users["deputy"]).get("/"))
    assert "Cho ý kiến trong Hội đồng của đơn vị" in desk
    assert "Cho ý kiến trong Hội đồng" not in text(signed_in(here.users["writer"]).get("/"))


# --- forming -----------------------------------------------------------------------------------------------


def form(here: Inside, by: str = "officer", **roles: str) -> Any:
    data = {f"member_{here.users[who].pk}": role for who, role in roles.items()}
    return post(here, by, "form_council", decision_number="3/QĐ", decision_date="05/01/2026", **data)


def test_the_unit_forms_and_changes_its_council_while_the_card_is_in_hand(here):
    assert form(here, leader="chair", clerk="member").status_code == 302
    assert form(here, deputy="chair", leader="member", clerk="secretary").status_code == 302
    seats = {row.person.full_name: row.role for row in OwnMember.objects.select_related("person")}
    assert seats == {here.users[who].full_name: role for who, role in
                     {"deputy": "chair", "leader": "member", "clerk": "secretary"}.items()}  # fmt: skip
    assert list(differences()) == []
    here.submitted()
    assert form(here, leader="chair", clerk="member").status_code == 409


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        ({}, "đúng một chủ tịch"),
        ({"leader": "chair", "deputy": "chair"}, "đúng một chủ tịch"),
        ({"leader": "chair"}, "ít nhất một người nữa"),
        ({"leader": "chair", "clerk": "secretary", "writer": "secretary"}, "chỉ có một thư ký"),
    ],
)
def test_a_council_that_is_none_is_refused_with_what_was_typed(here, roles, words):
    answer = form(here, **roles)
    assert answer.status_code == 422
    assert words in text(answer)
    assert 'value="3/QĐ"' in text(answer)
    assert not OwnCouncil.objects.exists()


def test_nobody_from_outside_sits_in_it(here):
    with pytest.raises(Invalid, match="đang giữ vai trò ở đơn vị"):
        here.council(leader="chair", stranger="member")
    assert form(here, by="chair", leader="chair", clerk="member").status_code == 403


def test_the_decision_is_not_of_tomorrow(here):
    with pytest.raises(Invalid, match="không được sau hôm nay"):
        actions.form_council(
            here.card, by=here.officer, decision_number="1", decision_date=date(2099, 1, 1),
            members={here.users["leader"].pk: "chair", here.users["clerk"].pk: "member"},
        )  # fmt: skip


def test_without_the_council_the_card_goes_to_the_leader_again(here):
    here.council()
    assert post(here, "leader", "dismiss_council", reason="Không đủ người họp").status_code == 302
    here.submitted()
    assert state(here) == State.SUBMITTED


def test_a_council_whose_chair_and_secretary_left_takes_no_card(here):
    here.council()
    for who in ("deputy", "clerk"):
        here.users[who].appointments.update(ends_at=make.clock.now() - make.DAY / 24)
    here.fill()
    with pytest.raises(OutOfStep, match="chưa có chủ tịch hoặc thư ký"):
        actions.move(here.card, "submit", by=here.officer)


def test_the_check_page_says_where_the_card_goes_first(here):
    here.council()
    page = text(signed_in(here.users["officer"]).get(url("check", here.card)))
    assert "khi trình, phiếu đến Hội đồng trước" in page
    assert "Trình Hội đồng của đơn vị" in page
    assert "Trình Chủ tịch phê duyệt" not in page


def test_the_note_typed_with_it_reaches_the_council_and_the_leader(here):
    here.council()
    here.fill()
    assert post(here, "officer", "move", "submit", reason="Đề nghị xem kỹ 1.1").status_code == 302
    assert "Đề nghị xem kỹ 1.1" in Notice.objects.filter(user=here.users["clerk"]).latest("pk").body
    actions.move(here.card, "pass_on", by=here.actor("deputy"), reason="Nhất trí")
    assert "Đề nghị xem kỹ 1.1" in text(signed_in(here.users["leader"]).get(url("approval", here.card)))


def test_near_the_deadline_the_council_is_reminded_and_nobody_is_told_it_was_not_submitted(referred):
    here = referred
    step = here.card.round.steps.get(kind="self")
    here.card.signatures.update(signed_at=clock.now() - 40 * make.DAY)
    with recording(by=SYSTEM, reason="Đổi ngày trong thử nghiệm"):
        step.closes_at = clock.now() + 2 * make.DAY
        step.save()
    Notice.objects.all().delete()
    actions.remind()
    rows = Notice.objects.filter(subject__contains="chờ Hội đồng của đơn vị")
    assert {row.user for row in rows} >= {here.users[who] for who in SEATS}
    assert rows.count() == Notice.objects.count() == len({row.user_id for row in rows})
    assert "Hội đồng của đơn vị đang xem xét" in rows[0].body


# --- opinions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"verdict": "propose", "points": "2", "reason": "x"}, "bằng điểm đơn vị tự chấm"),
        ({"verdict": "propose", "points": "3", "reason": "x"}, "phải từ 0 đến 2,00"),
        ({"verdict": "propose", "reason": "x"}, "Hãy nhập điểm đề xuất"),
        ({"verdict": "propose", "points": "1"}, "Hãy ghi lý do"),
        ({"verdict": "revise"}, "Hãy ghi lý do"),
    ],
)
def test_an_opinion_that_says_too_little_is_refused_at_its_field(referred, typed, words):
    answer = post(referred, "leader", "opine", "1.1", **typed)
    assert answer.status_code == 422
    assert words in text(answer)
    assert not OwnOpinion.objects.exists()


def test_a_member_changes_her_opinion_and_has_one(referred):
    here = referred
    object_to(here)
    assert post(here, "clerk", "opine", "1.1", verdict="agree").status_code == 302
    row = OwnOpinion.objects.get()
    assert (row.verdict, row.reason, row.person_name) == ("agree", "", "Trần Thị Bưởi")
    assert OwnOpinion.history.count() == 2


@pytest.mark.parametrize("who", ["officer", "writer", "chair", "secretary"])
def test_who_does_not_sit_there_has_no_opinion(referred, who):
    assert post(referred, who, "opine", "1.1", verdict="agree").status_code == 403
    assert post(referred, who, "agree_with_rest").status_code == 403


def test_the_database_itself_refuses_a_second_chair_and_an_opinion_above_the_maximum(referred):
    here = referred
    council = OwnCouncil.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnMember.objects.filter(council=council, role="member").update(role="chair")
    object_to(here)
    for values in ({"reason": ""}, {"verdict": "propose", "points": Decimal(9)}, {"verdict": "propose"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OwnOpinion.objects.update(**values)


def test_opinions_are_the_units_own_for_ever(referred):
    here = referred
    object_to(here)
    actions.move(here.card, "pass_on", by=here.actor("deputy"), reason="Nhất trí")
    actions.move(here.card, "approve", by=here.leader)
    here.close(1)
    client = signed_in(here.users["chair"])
    for address in ("", "leaves/1.1/", "leaves/1.1/history/"):
        assert "Thiếu kế hoạch" not in text(client.get(f"/scorecards/{here.card.pk}/{address}"))
    for address in (
        f"/api/scorecards/{here.card.pk}/",
        "/history/",
        "/api/changes/",
        f"/appraisals/{here.card.pk}/",
    ):
        assert "Thiếu kế hoạch" not in text(client.get(address))
    assert client.get(f"/api/scorecards/{here.card.pk}/own-council/").status_code == 403


def test_json_forms_refers_opines_and_passes_on(here):
    def send(who: str, act: str, **body: Any) -> Any:
        client = signed_in(here.users[who])
        return client.post(f"/api/scorecards/{here.card.pk}/{act}/", body, content_type="application/json")

    members = [{"person": here.users[who].username, "part": role} for who, role in SEATS.items()]
    formed = send(
        "officer", "own-council", decision_number="3/QĐ", decision_date="2026-01-05", members=members
    )
    assert [row["part"] for row in formed.json()["members"]] == ["chair", "secretary", "member"]
    here.fill()
    assert send("officer", "moves/submit").json()["state"] == "reviewing"
    said = send("leader", "own-council/opinions", code="1.1", verdict="propose", points="1,5", reason="Chậm")
    assert said.json()["points"] == "1.500"
    assert send("clerk", "own-council/agree").json()["number"] == 3
    assert send("leader", "moves/pass_on", reason="Nhất trí").status_code == 403
    assert send("clerk", "moves/pass_on").status_code == 409
    assert send("clerk", "moves/pass_on", reason="Nhất trí 3/3").json()["state"] == "submitted"
    seen = signed_in(here.users["leader"]).get(f"/api/scorecards/{here.card.pk}/own-council/").json()
    assert (seen["minute"], len(seen["opinions"])) == ("Nhất trí 3/3", 4)


def test_the_councils_page_takes_the_same_number_of_statements_for_one_opinion_and_for_all(referred):
    here = referred
    client = signed_in(here.users["deputy"])
    counts = []
    for act in (lambda: object_to(here), lambda: actions.agree_with_rest(here.card, by=here.leader)):
        act()
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url("own_council", here.card)).status_code == 200
        counts.append(len(seen.captured_queries))
    assert counts[0] == counts[1]


def test_the_program_itself_may_bring_a_card_through(referred):
    actions.move(referred.card, "pass_on", by=SYSTEM, reason="Nhất trí")
    assert state(referred) == State.SUBMITTED
    assert Mark.objects.filter(score__card=referred.card, points__isnull=False).count() == 3
