"""The council in session: quorum, proposals, votes by name and closed, what keeps a card, frozen minutes."""

import copy
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from backend.audit.recording import recording
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.rounds.actions import Seated, declare_conflict, form_council
from backend.rounds.models import Round
from backend.rounds.rules import wanted_for_quorum
from backend.scoring import actions, fingerprints, queries
from backend.scoring.models import Ballot, Session, State, Tally
from backend.scoring.queries.minutes import minutes_of
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring.benches import bench
from tests.scoring.sittings import Sitting, fresh, sitting
from tiers.seating import actor_for

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def built(standing):
    return standing(sitting)


@pytest.fixture
def here(built) -> Sitting:
    return copy.deepcopy(built)


@pytest.mark.parametrize(
    ("quorum", "members", "wanted"),
    [
        ("half", 4, 3),
        ("half", 5, 3),
        ("two_thirds", 3, 2),
        ("two_thirds", 4, 3),
        ("three_quarters", 4, 3),
        ("three_quarters", 5, 4),
        ("all", 7, 7),
    ],
)
def test_a_quorum_is_a_share_of_the_members_rounded_up(quorum, members, wanted):
    assert wanted_for_quorum(quorum, members) == wanted


def test_the_chair_or_the_secretary_begins_and_cards_that_wait_are_on_the_agenda(here):
    with pytest.raises(Refused):
        actions.begin_session(here.world.round, by=here.members["one"], venue="Phòng họp")
    with pytest.raises(Invalid):
        actions.begin_session(here.world.round, by=here.members["chair"], venue=" ")
    session = here.begin()
    assert [row.card.unit_name for row in queries.agenda_of(session)] == ["Phường Ô Môn"]
    assert {row.person_name for row in session.attendances.all()} == {
        actor.name for actor in here.members.values()
    }
    with pytest.raises(OutOfStep, match="chưa kết thúc"):
        actions.begin_session(here.world.round, by=here.members["chair"], venue="Phòng họp")


def test_nobody_is_present_before_she_is_marked_and_excused_members_have_a_reason(here):
    here.begin(present="")
    assert queries.quorum_of(here.now).present == 0
    one = here.members["one"].user_id
    with pytest.raises(Invalid, match="phải ghi lý do"):
        actions.mark_attendance(here.now, by=here.members["chair"], rows={one: ("excused", "")})
    with pytest.raises(Refused):
        actions.mark_attendance(here.now, by=here.members["one"], rows={one: ("present", "")})


def test_without_quorum_nothing_is_proposed_voted_decided_or_concluded(here):
    here.begin(present="chair one")
    with pytest.raises(OutOfStep, match="Chưa đủ số để họp"):
        here.propose()
    card = here.world.card
    with pytest.raises(OutOfStep, match="Chưa đủ số để họp"):
        actions.decide(card, "1.1", by=here.world.chair, version=0, points=Decimal(1), reason="Đủ hồ sơ")
    with pytest.raises(OutOfStep, match="Chưa đủ số để họp"):
        actions.move(card, "conclude", by=here.world.chair)


def test_without_a_session_the_chair_can_not_conclude_in_such_a_round(here):
    with pytest.raises(OutOfStep, match="không có phiên họp nào"):
        actions.move(here.world.card, "conclude", by=here.world.chair)


def test_members_vote_by_name_once_and_the_chair_decides_after_the_vote(here):
    here.begin()
    made = here.propose()
    here.vote(made, one="for", two="against", chair="abstain")
    with pytest.raises(OutOfStep, match="đã biểu quyết"):
        here.vote(made, one="against")
    voting = queries.votings(here.now)[0]
    assert (voting.count.agreed, voting.count.against, voting.count.abstained) == (1, 1, 1)
    assert voting.said_by("for") == [here.members["one"].name]
    decide = {"by": here.world.chair, "version": 0, "points": Decimal(1), "reason": "Theo biểu quyết"}
    with pytest.raises(OutOfStep, match=r"Chưa kết thúc biểu quyết ở 1\.1"):
        actions.decide(here.world.card, "1.1", **decide)
    with pytest.raises(Refused):
        actions.end_vote(fresh(made), by=here.members["one"])
    actions.end_vote(fresh(made), by=here.members["secretary"])
    with pytest.raises(OutOfStep, match="đã kết thúc"):
        here.vote(made, secretary="for")
    actions.decide(here.world.card, "1.1", **decide)
    actions.move(here.world.card, "conclude", by=here.world.chair)
    assert here.world.fresh().state == State.CONCLUDED


def test_what_the_council_carried_is_decided_before_the_card_is_concluded(here):
    here.begin()
    made = here.propose()
    here.vote(made, one="for", two="for", chair="against")
    actions.end_vote(fresh(made), by=here.members["secretary"])
    voting = queries.votings(here.now)[0]
    assert voting.carried
    assert voting.outcome.startswith("Được thông qua")
    with pytest.raises(OutOfStep, match=r"chưa ghi điểm kết luận ở 1\.1"):
        actions.move(here.world.card, "conclude", by=here.world.chair)
    with pytest.raises(Invalid, match="lý do cụ thể"):
        _decide_otherwise(here, ".")
    _decide_otherwise(here, "Quyết định 5/QĐ ban hành quá hạn")
    actions.move(here.world.card, "conclude", by=here.world.chair)
    leaf = minutes_of(here.now)["cards"][0]["leaves"][0]
    assert (leaf["otherwise"], leaf["decision"]) == (True, "0.000")


def _decide_otherwise(here, reason: str) -> None:
    actions.decide(here.world.card, "1.1", by=here.world.chair, version=0, points=Decimal(0), reason=reason)


def test_a_proposal_with_half_of_the_votes_is_not_carried(here):
    here.begin()
    made = here.propose()
    here.vote(made, one="for", two="for", chair="against", secretary="abstain")
    actions.end_vote(fresh(made), by=here.members["secretary"])
    assert not queries.votings(here.now)[0].carried
    actions.move(here.world.card, "conclude", by=here.world.chair)
    assert here.world.fresh().state == State.CONCLUDED


def test_a_canned_reason_only_picked_is_no_proposal(here):
    actions.save_reason(here.world.round, by=here.world.secretary, code="vb1", text="Văn bản số … chậm")
    here.begin()
    with pytest.raises(Invalid, match="không chỉ chọn"):
        actions.propose(
            here.now, here.world.card, "1.1", by=here.members["one"], points=Decimal(1), reason="vb1"
        )


def test_the_database_takes_one_vote_each_and_no_choice_of_a_closed_one(here):
    here.begin()
    made = here.propose()
    here.vote(made, one="for")
    same = {"proposal": made, "voter_id": here.members["one"].user_id, "voter_name": "A"}
    for wrong in (
        {**same, "by_name": True, "choice": "against"},
        {**same, "voter_id": here.members["two"].user_id, "by_name": False, "choice": "for"},
        {**same, "voter_id": here.members["two"].user_id, "by_name": True, "choice": ""},
    ):
        with recording(by=SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
            Ballot.objects.create(**wrong)


def test_a_closed_vote_keeps_who_voted_and_never_what_anywhere_beside_a_name():
    here = sitting(Round.Sitting.CLOSED)
    here.begin()
    made = here.propose()
    here.vote(made, one="for", two="against", chair="for")
    going = queries.votings(here.now)[0]
    assert going.count is None
    assert len(going.voters) == 3
    assert going.named == []
    rows = [*Ballot.objects.values(), *Ballot.history.values()]
    kept = {str(value) for row in rows for value in row.values()}
    assert len(rows) == 6
    assert not kept & {"for", "against", "abstain"}
    assert not hasattr(Tally, "history")
    actions.end_vote(fresh(made), by=here.members["chair"])
    counted = queries.votings(here.now)[0].count
    assert (counted.agreed, counted.against, counted.abstained) == (2, 1, 0)
    actions.close_session(here.now, by=here.world.chair)
    told = here.now.minutes["cards"][0]["leaves"][0]["proposals"][0]
    assert (told["agreed"], told["against"], told["named"]) == (2, 1, [])


def test_nobody_votes_on_the_unit_where_she_works(here):
    user = make.seat(make.person(), Role.MEMBER, at=here.world.host, workplace=here.world.unit).user
    here.members["own"] = actor_for(user)
    here.begin(present="chair secretary one two own")
    with pytest.raises(Refused, match="đơn vị mình"):
        here.propose(by="own")
    made = here.propose()
    with pytest.raises(Refused, match="đơn vị mình"):
        here.vote(made, own="for")


def test_who_is_absent_or_no_member_does_not_vote(here):
    here.begin(present="chair secretary one")
    made = here.propose()
    with pytest.raises(Refused, match="có mặt"):
        here.vote(made, two="for")
    with pytest.raises(Refused, match="có mặt"):
        actions.vote(fresh(made), by=here.world.officer, choice="for")
    here.vote(made, one="for")
    with pytest.raises(OutOfStep, match="không ghi vắng được"):
        here.attend("chair secretary two")


def test_the_same_points_are_proposed_once_and_points_follow_the_leafs_rule(here):
    here.begin()
    here.propose()
    with pytest.raises(Invalid, match="Đã có đề xuất"):
        here.propose(by="two")
    with pytest.raises(Invalid):
        here.propose(points="0.75", by="two")


def test_closing_freezes_the_minutes_under_a_fingerprint(here):
    here.begin()
    made = here.propose()
    with pytest.raises(OutOfStep, match="Chưa kết thúc biểu quyết"):
        actions.close_session(here.now, by=here.world.chair)
    here.vote(made, one="for", two="for", chair="for")
    actions.end_vote(fresh(made), by=here.members["chair"])
    actions.decide(
        here.world.card, "1.1", by=here.world.chair, version=0, points=Decimal(1), reason="Theo biểu quyết"
    )
    actions.move(here.world.card, "conclude", by=here.world.chair)
    with pytest.raises(Refused):
        actions.close_session(here.now, by=here.members["secretary"])
    actions.close_session(here.now, by=here.world.chair)
    session = here.now
    assert session.fingerprint == fingerprints.of_content(session.minutes)
    card = session.minutes["cards"][0]
    assert (card["unit"], card["concluded_by"]) == ("Phường Ô Môn", here.world.chair.name)
    assert card["totals"] == {"own": "9.000", "appraised": "8.500", "deducted": "", "concluded": "9.000"}
    leaf = card["leaves"][0]
    assert (leaf["code"], leaf["decision"], leaf["reason"]) == ("1.1", "1.000", "Theo biểu quyết")
    with pytest.raises(OutOfStep, match="biên bản không thay đổi"):
        here.attend("chair")
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(fingerprint="")


def test_a_card_appraised_later_is_put_on_the_agenda_on_request(here):
    session = here.begin()
    type(here.world.card).objects.filter(pk=here.world.cards[1].pk).update(state=State.APPRAISED)
    assert actions.add_waiting(session, by=here.members["chair"]) == 1
    assert actions.add_waiting(session, by=here.members["chair"]) == 0
    assert session.agenda.count() == 2


def test_what_differs_after_explanation_stands_first_and_says_why(here):
    rows = queries.disagreements([here.world.card])[here.world.card.pk]
    assert [(row.code, row.words) for row in rows] == [("1.1", "còn khác nhau sau giải trình")]


def test_verify_names_minutes_changed_after_the_close_and_a_closed_vote_that_does_not_add_up():
    here = sitting(Round.Sitting.CLOSED)
    here.begin()
    made = here.propose()
    here.vote(made, one="for")
    actions.end_vote(fresh(made), by=here.members["chair"])
    actions.close_session(here.now, by=here.world.chair)
    assert list(queries.wrong_sessions()) == []
    Tally.objects.update(against=3)
    Session.objects.update(minutes={**here.now.minutes, "venue": "Nơi khác"})
    told = " ".join(queries.wrong_sessions())
    assert "phiếu kín cộng lại là 4, số người đã bỏ phiếu là 1" in told
    assert "biên bản phiên 1 khác với dấu xác thực" in told


def form(here: Sitting, *names: str, **limits: str) -> None:
    """Give the round a council of these members of the sitting."""
    offices = {
        "chair": Role.CHAIR,
        "vice": Role.VICE_CHAIR,
        "secretary": Role.SECRETARY,
        "support": Role.SUPPORT,
    }
    seated = [
        Seated(here.members[name].user_id, str(offices.get(name, Role.MEMBER)), limit=limits.get(name, ""))
        for name in names
    ]
    form_council(
        here.world.round,
        seated,
        by=SYSTEM,
        version=0,
        decision_number="12/QĐ",
        decision_date=date(2026, 1, 5),
    )


def add(here: Sitting, name: str, role: Role) -> None:
    """Seat one more person at the host."""
    here.world.users[name], here.members[name] = make.seated(role, here.world.host)


def sits(here: Sitting) -> set[str]:
    """Return whom the round's council has in session, by name."""
    keys = {member.person.pk for member in queries.council_members(here.world.round)}
    return {name for name, actor in here.members.items() if actor.user_id in keys}


def test_the_rounds_council_sits_and_its_support_team_neither_counts_nor_votes(here):
    add(here, "support", Role.SUPPORT)
    add(here, "vice", Role.VICE_CHAIR)
    assert sits(here) == {"chair", "vice", "secretary", "one", "two"}
    form(here, "chair", "vice", "secretary", "one", "support")
    assert sits(here) == {"chair", "vice", "secretary", "one"}
    session = here.world
    begun = actions.begin_session(session.round, by=here.members["vice"], venue="Phòng họp số 2")
    assert queries.quorum_of(begun).members == 4
    rows = {here.members[name].user_id: ("present", "") for name in ("chair", "secretary", "one")}
    actions.mark_attendance(begun, by=here.members["secretary"], rows=rows)
    here.session = begun
    for name in ("two", "support"):
        with pytest.raises(Refused, match="Chỉ thành viên Hội đồng có mặt"):
            here.propose(by=name)
    with pytest.raises(Refused):
        actions.begin_session(session.round, by=here.members["two"], venue="Phòng họp")


def test_a_member_limited_to_other_leaves_or_with_a_conflict_does_not_vote(here):
    form(here, "chair", "secretary", "one", "two", one="2")
    here.begin()
    made = here.propose(by="two")
    with pytest.raises(Refused, match="bạn chỉ thẩm định 2"):
        here.vote(made, one="for")
    with pytest.raises(Refused, match="bạn chỉ thẩm định 2"):
        here.propose(points="0", by="one")
    declare_conflict(
        here.world.round,
        by=here.members["two"],
        unit=here.world.unit,
        person=here.members["two"].user_id,
        reason="Họ hàng với lãnh đạo",
    )
    with pytest.raises(Refused, match="đã khai báo xung đột lợi ích"):
        here.vote(made, two="for")


def test_the_vice_chair_closes_only_in_the_chairs_place(here):
    add(here, "vice", Role.VICE_CHAIR)
    form(here, "chair", "vice", "secretary", "one", "two")
    here.begin(present="chair vice secretary one two")
    for name in ("vice", "secretary"):
        with pytest.raises(Refused, match="Chỉ Chủ tịch Hội đồng thẩm định kết thúc"):
            actions.close_session(here.now, by=here.members[name])
    here.attend("vice secretary one two")
    assert not actions.close_session(here.now, by=here.members["vice"]).is_open


def test_a_leaf_marked_by_two_and_not_settled_stands_first_among_what_is_open():
    made = bench()
    made.council()
    node = made.card.scores.get(code="2.1").node
    actions.choose_doubles(made.here.round, [node], by=made.actors["secretary"])
    appraise = {"by": made.actors["member"], "version": 0, "reason": "Thiếu ở báo cáo 7"}
    actions.appraise(made.card, "1.1", points=Decimal("0.5"), **appraise)
    actions.appraise(made.card, "2.1", points=Decimal(3), **appraise)
    rows = queries.disagreements([made.card])[made.card.pk]
    assert [(row.code, row.unsettled, row.appraised) for row in rows] == [
        ("2.1", True, None),
        ("1.1", False, Decimal("0.5")),
    ]
    assert rows[0].words == "chấm hai lần độc lập, chưa thống nhất"
