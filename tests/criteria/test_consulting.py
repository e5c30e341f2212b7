"""A draft is asked about: who is asked, who may write, approve and answer, and until when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused, Stale
from backend.criteria import actions, opinions
from backend.criteria.actions import consulting, responding
from backend.criteria.models import Consultation, CriteriaSet, Opinion, Response
from backend.criteria.queries import opinions_waiting_for, sets_for
from backend.notices.models import Notice
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.criteria.consultations import LEAVES, Asking, ask

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SOON = timedelta(days=10)


@pytest.fixture
def asking() -> Asking:
    return ask()


def open_again(asking: Asking, **more):
    values = {"closes_at": clock.now() + SOON, "document": "02/SNV"} | more
    return consulting.open_consultation(asking.draft, by=asking.manager, **values)


# --- asking ------------------------------------------------------------------------------------------------


def test_the_units_that_would_be_scored_are_asked_and_told(asking):
    assert asking.draft.state == CriteriaSet.State.CONSULTATION
    assert [row.unit_name for row in asking.asked.responses.all()] == ["Xã Một", "Xã Hai"]
    told = Notice.objects.filter(subject__startswith="Lấy ý kiến dự thảo")
    people = {asking.one.officer, asking.one.leader, asking.two.officer, asking.two.leader}
    assert {notice.user_id for notice in told} == {actor.user_id for actor in people}
    assert "Hạn góp ý: hết ngày" in told[0].body


def test_other_kinds_ended_units_and_units_further_down_are_not_asked():
    city = make.unit("Thành phố")
    make.unit("Sở", parent=city, kind="department")
    gone = make.unit("Xã cũ", parent=city, valid_to=clock.now().date() - 30 * timedelta(days=1))
    commune = make.unit("Xã", parent=city)
    make.unit("Ấp", parent=commune)
    draft = make.criteria_set(city, state=CriteriaSet.State.DRAFT)
    found = opinions.subject_units(draft, clock.now().date())
    assert gone not in found
    assert found == [commune]


def test_a_framework_asks_the_owners_below_and_the_units_of_its_kind():
    city = make.unit("Thành phố")
    district = make.unit("Quận", parent=city, kind="district")
    make.unit("Quận trống", parent=city, kind="district")
    commune = make.unit("Phường", parent=district)
    frame = make.criteria_set(city, is_framework=True, state=CriteriaSet.State.DRAFT)
    assert opinions.subject_units(frame, clock.now().date()) == [district, commune]


WRONG = [
    ({"closes_at": -SOON}, "sau thời điểm hiện tại"),
    ({"closes_at": timedelta(0)}, "sau thời điểm hiện tại"),
    ({"closes_at": timedelta(days=4000)}, "quá một năm"),
    ({"document": " "}, "số, ký hiệu văn bản"),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG)
def test_asking_needs_a_coming_deadline_and_a_document(asking, wrong, said):
    asking.end()
    if "closes_at" in wrong:
        wrong = {"closes_at": clock.now() + wrong["closes_at"]}
    with pytest.raises(Invalid, match=said):
        open_again(asking, **wrong)
    assert Consultation.objects.count() == 1


def test_an_empty_draft_is_not_sent_out():
    city = make.unit("Thành phố")
    make.unit("Xã", parent=city)
    _, manager = make.seated(Role.CRITERIA_MANAGER, city)
    empty = actions.create_set(city, by=manager, kind=make.kind(), year=2026, title="Bộ trống")
    with pytest.raises(OutOfStep, match="chưa có nội dung"):
        consulting.open_consultation(empty, by=manager, closes_at=clock.now() + SOON, document="1")


def test_nobody_to_ask_is_said():
    city = make.unit("Thành phố")
    draft = make.criteria_set(city, state=CriteriaSet.State.DRAFT)
    with pytest.raises(OutOfStep, match="Chưa có đơn vị"):
        consulting.open_consultation(draft, by=SYSTEM, closes_at=clock.now() + SOON, document="1")


def test_only_who_writes_the_set_asks(asking):
    asking.end()
    for other in (asking.one.leader, make.seated(Role.CHAIR, asking.city)[1]):
        with pytest.raises(Refused):
            consulting.open_consultation(asking.draft, by=other, closes_at=clock.now() + SOON, document="1")


def test_while_opinions_are_asked_the_draft_stands_still(asking):
    for act in (
        lambda: open_again(asking),
        lambda: actions.publish(asking.draft, by=asking.manager),
        lambda: actions.discard_set(asking.draft, by=asking.manager),
        lambda: actions.edit_set(asking.draft, by=asking.manager, title="Khác"),
        lambda: actions.add_node(asking.draft, by=asking.manager, title="Thêm"),
    ):
        with pytest.raises(OutOfStep, match="đang được lấy ý kiến"):
            act()


def test_the_deadline_moves_with_a_reason_and_everybody_is_told(asking):
    later = clock.now() + 2 * SOON
    with pytest.raises(Invalid, match="lý do đổi hạn"):
        consulting.change_deadline(asking.asked, by=asking.manager, closes_at=later, reason=" ")
    with pytest.raises(Refused):
        consulting.change_deadline(asking.asked, by=asking.one.leader, closes_at=later, reason="Cần thêm")
    moved = consulting.change_deadline(asking.asked, by=asking.manager, closes_at=later, reason="Mưa bão")
    assert moved.closes_at == later
    assert Notice.objects.filter(subject__startswith="Đổi hạn", body__contains="Mưa bão").count() == 4


def test_a_reminder_goes_once_a_day_to_whom_has_sent_nothing(asking):
    responding.agree_whole(asking.response(), by=asking.one.officer)
    asking.send()
    assert consulting.remind(asking.asked, by=asking.manager) == 2
    assert consulting.remind(asking.asked, by=asking.manager) == 0
    told = Notice.objects.filter(subject__startswith="Nhắc")
    assert {row.user_id for row in told} == {asking.two.officer.user_id, asking.two.leader.user_id}
    asking.close()
    with pytest.raises(OutOfStep, match="hết hạn"):
        consulting.remind(asking.asked, by=asking.manager)


def test_ending_early_needs_a_reason_and_makes_a_draft_again(asking):
    with pytest.raises(Invalid, match="Kết thúc sớm"):
        consulting.end_consultation(asking.asked, by=asking.manager)
    consulting.end_consultation(asking.asked, by=asking.manager, reason="Đủ ý kiến")
    asking.draft.refresh_from_db()
    assert asking.draft.state == CriteriaSet.State.DRAFT
    with pytest.raises(OutOfStep, match="đã kết thúc"):
        consulting.end_consultation(asking.asked, by=asking.manager)
    assert open_again(asking).number == 2


# --- writing and approving ---------------------------------------------------------------------------------


def test_an_officer_writes_on_a_node_and_on_the_whole_and_writes_over(asking):
    asking.write("Bỏ tiêu chí này", code="1.1")
    asking.write("Nên ban hành sớm")
    again = asking.write("Giảm còn 1 điểm", code="1.1", was="Bỏ tiêu chí này")
    assert (again.code, again.title) == ("1.1", "Tiêu chí 1.1")
    assert [row.text for row in opinions.own_opinions(asking.response())] == [
        "Nên ban hành sớm",
        "Giảm còn 1 điểm",
    ]


def test_what_a_colleague_wrote_meanwhile_is_not_overwritten(asking):
    asking.write("Của người khác", code="1.1")
    with pytest.raises(Stale) as refusal:
        asking.write("Của tôi", code="1.1", was="")
    assert (refusal.value.theirs, refusal.value.yours) == ("Của người khác", "Của tôi")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nội dung ý kiến"),
        (" \n\u200b ", "nội dung ý kiến"),
        ("x" * 100_000, "100000 ký tự"),
        ("a\x00b", "không đọc được"),
        ("a\x07b", "không đọc được"),
        ("a\ud800b", "không đọc được"),
    ],
)
def test_what_can_not_be_kept_is_refused_in_words(asking, text, said):
    with pytest.raises(Invalid, match=said):
        asking.write(text, code="1.1")
    assert not Opinion.objects.exists()


def test_a_node_of_another_set_is_refused(asking):
    other = make.criteria_set(asking.city, year=2030)
    with pytest.raises(Invalid, match="không thuộc dự thảo"):
        responding.write_opinion(
            asking.response(), by=asking.one.officer, text="Ý kiến", node=other.nodes.get(code="1.1")
        )


def test_agreeing_and_differing_exclude_each_other(asking):
    responding.agree_whole(asking.response(), by=asking.one.officer)
    written = asking.write("Nhưng…")
    assert not asking.response().agrees
    with pytest.raises(OutOfStep, match="bỏ các ý kiến"):
        responding.agree_whole(asking.response(), by=asking.one.officer)
    responding.remove_opinion(written, by=asking.one.officer)
    responding.agree_whole(asking.response(), by=asking.one.officer)
    assert asking.response().agrees


def test_an_opinion_is_written_approved_and_counted(asking):
    asking.write("Giảm điểm", code="1.1")
    assert opinions.approved_opinions(asking.asked) == []
    sent = asking.send()
    assert (sent.state, sent.approved_by) == (Response.State.APPROVED, asking.one.leader.name)
    assert [row.text for row in opinions.approved_opinions(asking.asked)] == ["Giảm điểm"]
    found = opinions.progress_of(opinions.standings(asking.asked))
    assert (found.invited, found.approved, found.agreeing, found.differing, found.silent) == (2, 1, 0, 1, 1)


def test_nothing_at_all_is_not_submitted(asking):
    with pytest.raises(OutOfStep, match="Chưa có ý kiến nào"):
        responding.move_response(asking.response(), "submit", by=asking.one.officer)


def test_only_the_units_own_people_act_each_in_her_part(asking):
    asking.write("Giảm điểm")
    mine = asking.response()
    one, two = asking.one, asking.two
    tried = [
        (
            lambda who: responding.write_opinion(mine, by=who, text="Khác"),
            [one.leader, two.officer, asking.manager],
        ),
        (lambda who: responding.agree_whole(mine, by=who), [one.leader, two.officer, asking.manager]),
        (lambda who: responding.move_response(mine, "submit", by=who), [one.leader, two.officer]),
        (
            lambda who: responding.move_response(mine, "approve", by=who),
            [one.officer, two.leader, asking.manager],
        ),
        (
            lambda who: responding.move_response(mine, "return", by=who, reason="Sửa"),
            [one.officer, two.leader, asking.manager],
        ),
    ]
    for act, people in tried:
        for who in people:
            with pytest.raises(Refused):
                act(who)


def test_a_leader_returns_with_a_reason_and_it_is_written_again(asking):
    asking.write("Giảm điểm")
    responding.move_response(asking.response(), "submit", by=asking.one.officer)
    with pytest.raises(OutOfStep, match="đã được trình"):
        asking.write("Thêm")
    with pytest.raises(Invalid, match="lý do"):
        responding.move_response(asking.response(), "return", by=asking.one.leader)
    responding.move_response(asking.response(), "return", by=asking.one.leader, reason="Viết rõ hơn")
    assert Notice.objects.filter(user_id=asking.one.officer.user_id, body__contains="Viết rõ hơn").exists()
    asking.write("Giảm còn 1 điểm")


def test_who_submitted_does_not_approve(asking):
    both = make.seat(asking.one.officer_user, Role.LEADER, at=asking.one.unit).user
    actor = make.seating.actor_for(both)
    asking.write("Giảm điểm")
    responding.move_response(asking.response(), "submit", by=actor)
    with pytest.raises(OutOfStep, match="không được tự duyệt"):
        responding.move_response(asking.response(), "approve", by=actor)


def test_what_changed_since_it_was_read_is_not_approved(asking):
    asking.write("Một")
    read = responding.move_response(asking.response(), "submit", by=asking.one.officer).version
    responding.move_response(asking.response(), "withdraw", by=asking.one.officer, reason="Sửa")
    asking.write("Hai")
    responding.move_response(asking.response(), "submit", by=asking.one.officer)
    with pytest.raises(OutOfStep, match="đã thay đổi từ lúc bạn xem"):
        responding.move_response(asking.response(), "approve", by=asking.one.leader, version=read)


def test_a_sent_opinion_is_withdrawn_until_the_deadline(asking):
    asking.write("Giảm điểm")
    asking.send()
    responding.move_response(asking.response(), "withdraw", by=asking.one.officer, reason="Sửa")
    back = asking.response()
    assert (back.state, back.approved_by, back.approved_at) == (Response.State.WRITING, "", None)


def test_after_the_deadline_nothing_is_written_sent_or_taken_back(asking):
    asking.write("Giảm điểm")
    responding.move_response(asking.response(), "submit", by=asking.one.officer)
    asking.close()
    late = [
        lambda: asking.write("Muộn"),
        lambda: responding.agree_whole(asking.response(), by=asking.one.officer),
        lambda: responding.remove_opinion(Opinion.objects.get(), by=asking.one.officer),
        lambda: responding.move_response(asking.response(), "approve", by=asking.one.leader),
        lambda: responding.move_response(asking.response(), "withdraw", by=asking.one.officer, reason="x"),
    ]
    for act in late:
        with pytest.raises(OutOfStep, match=r"Đã hết hạn góp ý .* đề nghị Thành phố đổi hạn"):
            act()
    asking.end()
    with pytest.raises(OutOfStep, match="đã kết thúc"):
        asking.write("Muộn")
    assert opinions.approved_opinions(asking.asked) == []


# --- who sees what -----------------------------------------------------------------------------------------


def test_units_see_the_draft_from_opening_to_end(asking):
    stranger = make.seated(Role.OFFICER, make.unit("Sở", parent=asking.city, kind="department"))[1]
    assert asking.draft in sets_for(asking.one.officer)
    assert asking.draft not in sets_for(stranger)
    asking.end()
    assert asking.draft not in sets_for(asking.one.officer)


def test_each_unit_sees_its_own_and_all_once_it_ended(asking):
    one, two = asking.one.officer, asking.two.officer
    assert [row.unit_name for row in opinions.responses_for(one)] == ["Xã Một"]
    assert not opinions.consultations_for(one).exists()
    asking.close()
    assert not opinions.consultations_for(one).exists()
    asking.end()
    assert [list(opinions.consultations_for(who)) for who in (one, two)] == [[asking.asked]] * 2
    assert list(opinions.responses_for(asking.manager)) == []


def test_the_council_waits_for_the_deadline_and_the_writer_does_not(asking):
    chair = make.seated(Role.CHAIR, asking.city)[1]
    now = clock.now()
    assert opinions.may_read_all(asking.manager, asking.asked, now)
    assert not opinions.may_read_all(chair, asking.asked, now)
    assert opinions.may_read_all(chair, asking.asked, asking.asked.closes_at)


def test_opinions_stand_in_tree_order_the_whole_first(asking):
    for code in ("2.1", "1.2", "1.1", ""):
        asking.write(f"Về {code}", code=code)
    asking.write("Cũng về 1.2", code="1.2", commune=asking.two)
    asking.send()
    asking.send(asking.two)
    found = opinions.topics(opinions.approved_opinions(asking.asked))
    assert [(row.code, len(row.opinions)) for row in found] == [("", 1), ("1.1", 1), ("1.2", 2), ("2.1", 1)]
    assert set(LEAVES) == {"1.1", "1.2", "2.1"}


def test_the_desk_asks_the_officer_then_the_leader(asking):
    def waits(who) -> list[bool]:
        return [row.to_approve for row in opinions_waiting_for(who, clock.now())]

    one = asking.one
    assert (waits(one.officer), waits(one.leader), waits(asking.manager)) == ([False], [], [])
    asking.write("Giảm điểm")
    responding.move_response(asking.response(), "submit", by=one.officer)
    assert (waits(one.officer), waits(one.leader)) == ([], [True])
    responding.move_response(asking.response(), "approve", by=one.leader)
    assert (waits(one.officer), waits(one.leader)) == ([], [])
