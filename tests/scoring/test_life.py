"""The life of a card, end to end, by the actions every page and API call uses."""

import copy
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused, Stale
from backend.core.exact import ZERO
from backend.notices.models import Notice
from backend.scoring import actions, queries
from backend.scoring.lifecycle import MOVES, State
from backend.scoring.models import Explanation, Mark, Score, Signature, StepTotal
from permissions.roles import Role
from tests import make
from tests.scoring.worlds import LEAVES, World, world

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def built(standing) -> World:
    return standing(world)


@pytest.fixture
def season(built) -> World:
    return copy.deepcopy(built)


def test_opening_makes_every_score_and_its_first_mark(season: World) -> None:
    assert Score.objects.filter(card=season.card).count() == len(LEAVES)
    assert Mark.objects.filter(score__card=season.card, step__order=1).count() == len(LEAVES)
    assert Mark.history.count() == Mark.objects.count()


def test_a_saved_point_moves_the_total_and_the_version(season: World) -> None:
    saved = actions.set_points(
        season.card, "1.1", by=season.officer, version=0, points=Decimal("1.5"), note="Báo cáo"
    )
    assert (saved.total, saved.given) == (Decimal("1.500"), 1)
    assert season.mark("1.1").version == 1
    again = actions.set_points(season.card, "1.1", by=season.officer, version=1)
    assert (again.total, again.given) == (ZERO, 0)


def test_a_save_that_changes_nothing_writes_no_history(season: World) -> None:
    for version in (0, 1):
        actions.set_points(season.card, "1.1", by=season.officer, version=version, points=Decimal(1))
    assert Mark.history.filter(id=season.mark("1.1").pk).count() == 2


def test_an_old_version_is_refused_with_both_values(season: World) -> None:
    actions.set_points(season.card, "1.1", by=season.officer, version=0, points=Decimal(1))
    with pytest.raises(Stale) as refusal:
        actions.set_points(season.card, "1.1", by=season.officer, version=0, points=Decimal(2))
    assert (refusal.value.theirs, refusal.value.yours) == ("1,00", "2,00")
    assert season.mark("1.1").points == 1


@pytest.mark.parametrize("points", ["9999", "2.001", "-0.5"])
def test_points_outside_the_leaf_are_refused(season: World, points: str) -> None:
    with pytest.raises(Invalid, match="từ 0 đến 2,00"):
        actions.set_points(season.card, "1.1", by=season.officer, version=0, points=Decimal(points))


def test_the_database_itself_refuses_points_above_the_maximum(season: World) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Mark.objects.filter(pk=season.mark("1.1").pk).update(points=Decimal(9999))


def test_the_database_itself_refuses_a_change_without_reason(season: World) -> None:
    season.approved()
    season.close(1)
    actions.agree_rest(season.card, by=season.secretary)
    with pytest.raises(IntegrityError), transaction.atomic():
        Mark.objects.filter(pk=season.mark("1.1", 2).pk).update(points=Decimal("0.5"))


def test_nobody_of_another_unit_saves(season: World) -> None:
    stranger = make.seated(Role.OFFICER, make.unit("Phường khác", parent=season.host))[1]
    with pytest.raises(Refused):
        actions.set_points(season.card, "1.1", by=stranger, version=0, points=Decimal(1))
    assert not queries.scorecards_for(stranger).filter(pk=season.card.pk).exists()


def test_the_whole_life_of_a_card(season: World) -> None:
    season.approved()
    approval = Signature.objects.get(card=season.card, move="approve")
    assert len(approval.fingerprint) == 64
    season.close(1)
    actions.appraise(
        season.card,
        "1.1",
        by=season.secretary,
        version=0,
        points=Decimal("0.5"),
        reason="Kế hoạch ban hành chậm",
    )
    assert actions.agree_rest(season.card, by=season.secretary) == 2
    actions.ask_for_cuts(season.card, by=season.secretary)
    actions.move(season.card, "appraise", by=season.secretary)
    actions.move(season.card, "ask", by=season.secretary)
    season.close(2)
    asked = Explanation.objects.get(score__card=season.card)
    assert asked.question == "Kế hoạch ban hành chậm"
    actions.answer(season.card, "1.1", by=season.officer, version=0, answer="Đã ban hành đúng hạn")
    actions.move(season.card, "explain", by=season.leader)
    season.close(3)
    actions.appraise(
        season.card,
        "1.1",
        by=season.secretary,
        version=0,
        points=Decimal("1.5"),
        reason="Nhận văn bản bổ sung",
    )
    actions.move(season.card, "appraise", by=season.secretary)
    actions.move(season.card, "conclude", by=season.chair)
    result = StepTotal.objects.get(card=season.card, step__kind="conclusion")
    assert (result.total, result.given) == (Decimal("9.500"), 3)
    actions.publish_cards(season.round, by=season.chair)
    assert season.fresh().state == State.PUBLISHED


def test_history_says_who_at_which_step_and_for_which_unit(season: World) -> None:
    season.approved()
    row = season.card.history.first()
    assert (row.actor_name, row.step_name, row.unit_name) == (
        season.leader.name,
        "Tự chấm điểm",
        season.unit.name,
    )


def test_a_cut_without_reason_is_refused_in_words(season: World) -> None:
    season.approved()
    season.close(1)
    with pytest.raises(Invalid, match="hãy ghi lý do"):
        actions.appraise(season.card, "1.1", by=season.secretary, version=0, points=Decimal("0.5"))


def test_no_points_are_submitted_without_evidence_or_explanation(season: World) -> None:
    for code, most in LEAVES.items():
        actions.set_points(season.card, code, by=season.officer, version=0, points=Decimal(most))
    with pytest.raises(OutOfStep, match="chưa có tài liệu kiểm chứng"):
        actions.move(season.card, "submit", by=season.officer)


def test_an_incomplete_card_is_not_submitted(season: World) -> None:
    with pytest.raises(OutOfStep, match=r"Còn 3 tiêu chí chưa chấm: 1\.1, 1\.2, 2\.1"):
        actions.move(season.card, "submit", by=season.officer)


def test_a_late_save_is_refused_and_the_moment_is_named(season: World) -> None:
    season.close(1)
    with pytest.raises(OutOfStep, match="Đã khoá lúc"):
        actions.set_points(season.card, "1.1", by=season.officer, version=0, points=Decimal(1))


def test_withdrawing_voids_the_approval(season: World) -> None:
    season.approved()
    actions.move(season.card, "withdraw", by=season.officer, reason="Bổ sung tài liệu")
    assert queries.approval_of(season.fresh()) is None
    with pytest.raises(OutOfStep):
        actions.move(season.card, "approve", by=season.leader)


def test_a_card_changed_behind_the_programs_back_is_not_appraised_as_approved(
    season: World,
) -> None:
    season.approved()
    Mark.objects.filter(pk=season.mark("1.1").pk).update(points=Decimal(1))
    season.close(1)
    actions.agree_rest(season.card, by=season.secretary)
    with pytest.raises(OutOfStep, match="phê duyệt không còn hiệu lực"):
        actions.move(season.card, "appraise", by=season.secretary)


def test_the_host_accepts_reopens_or_notes_no_self_score_after_the_lock(season: World) -> None:
    with pytest.raises(OutOfStep, match="Chưa hết hạn"):
        actions.move(season.card, "accept", by=season.secretary, reason="Trễ", document="12/SNV-CCHC")
    season.close(1)
    with pytest.raises(OutOfStep, match="văn bản làm căn cứ"):
        actions.move(season.card, "no_self_score", by=season.secretary, reason="Không nộp")
    actions.move(
        season.card,
        "reopen",
        by=season.secretary,
        reason="Mất mạng",
        document="12/SNV-CCHC",
        new_close=make.clock.now() + make.DAY,
    )
    season.fill()
    assert season.fresh().state == State.DRAFT


def test_a_council_member_never_acts_for_the_unit_where_she_works(season: World) -> None:
    own = make.seated(Role.SECRETARY, season.host, workplace=season.unit)[1]
    season.approved()
    season.close(1)
    with pytest.raises(Refused, match="đang công tác tại đơn vị này"):
        actions.appraise(season.card, "1.1", by=own, version=0, points=Decimal(2))
    with pytest.raises(Refused):
        actions.move(season.card, "appraise", by=own)


def test_a_field_appraiser_keeps_to_her_fields(season: World) -> None:
    limited = make.seated(Role.APPRAISER, season.host, fields_limit="2")[1]
    season.approved()
    season.close(1)
    with pytest.raises(Refused, match="lĩnh vực 1"):
        actions.appraise(season.card, "1.1", by=limited, version=0, points=Decimal(2))
    actions.appraise(season.card, "2.1", by=limited, version=0, points=Decimal(5))


def test_whom_the_approval_is_lent_hears_that_the_card_is_submitted(season: World) -> None:
    colleague, _ = make.seated(Role.OFFICER, season.unit)
    now = clock.now()
    days = {"starts_at": now - make.DAY, "ends_at": now + make.DAY}
    actions.delegate(season.card, by=season.leader, taker=colleague, **days)
    season.submitted()
    told = Notice.objects.get(user=colleague, key__startswith="move-")
    assert told.url == f"/scorecards/{season.card.pk}/approval/"


def test_a_delegate_approves_and_signs_on_behalf(season: World) -> None:
    deputy_user = make.seat(make.person("Trưởng phòng"), Role.OFFICER, at=season.unit).user
    actions.delegate(
        season.card,
        by=season.leader,
        taker=deputy_user,
        starts_at=make.clock.now() - make.DAY,
        ends_at=make.clock.now() + make.DAY,
        document="05/UQ-UBND",
    )
    season.submitted()
    from tiers.seating import actor_for

    actions.move(season.card, "approve", by=actor_for(deputy_user))
    assert queries.approval_of(season.fresh()).capacity == "TUQ."


def test_a_left_out_leaf_lowers_the_maximum(season: World) -> None:
    season.fill()
    actions.leave_out(season.card, "2.1", by=season.secretary, reason="Không có thủ tục")
    seen = queries.sheet(season.fresh(), season.officer)
    assert (seen.maximum, seen.total) == (Decimal(5), Decimal(5))


def preside(season: World) -> None:
    """Let the leader chair the unit's own council."""
    roles = {season.leader.user_id: "chair", season.officer.user_id: "member"}
    decision = {"decision_number": "1/QĐ", "decision_date": date(2026, 1, 5)}
    actions.form_council(season.card, by=season.officer, members=roles, **decision)


OF_LEADERS = ("approve", "return", "explain", "pass_on", "send_back", "sign_off")


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("state", State)
def test_a_move_starts_only_from_its_states(season: World, state: State, name: str) -> None:
    """The whole table: from any other state the move is refused, by whoever holds its verb."""
    if state in MOVES[name].sources:
        return
    if MOVES[name].presides:
        preside(season)
    type(season.card).objects.filter(pk=season.card.pk).update(state=state)
    who = season.officer if name in ("submit", "refer", "withdraw", "submit_answers") else season.chair
    who = season.leader if name in OF_LEADERS else who
    with pytest.raises(OutOfStep, match="Không thể"):
        actions.move(season.card, name, by=who, reason="r", document="d")


def test_saving_a_score_takes_a_fixed_number_of_statements(
    season: World, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(12):
        actions.set_points(season.card, "1.1", by=season.officer, version=0, points=Decimal(1))
