"""Exceptions on a card, and what must never follow from them."""

from datetime import timedelta
from decimal import Decimal

import pytest

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused, Stale
from backend.rounds.actions import change_dates
from backend.rounds.models import Step
from backend.scoring import actions, queries
from backend.scoring.actions.facts import approval_stands
from backend.scoring.fingerprints import texts_seen
from backend.scoring.lifecycle import State
from backend.scoring.models import Evidence, Explanation, Mark, StepTotal
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring.worlds import World, world
from tiers import seating

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def season() -> World:
    return world()


def _appraised(season: World) -> None:
    season.approved()
    season.close(1)
    actions.agree_rest(season.card, by=season.secretary)
    actions.move(season.card, "appraise", by=season.secretary)


def test_leaving_a_leaf_out_touches_nothing_the_unit_signed(season: World) -> None:
    season.approved()
    before = queries.approval_of(season.fresh())
    actions.leave_out(season.card, "1.2", by=season.secretary, reason="Không phát sinh")
    after = queries.approval_of(season.fresh())
    assert (before.pk, before.fingerprint) == (after.pk, after.fingerprint)
    assert approval_stands(season.fresh())
    assert season.mark("1.2").points == Decimal(3)
    assert StepTotal.objects.get(card=season.card, step__order=1).total == Decimal(7)
    assert list(queries.wrong_totals()) == []


def test_a_leaf_put_back_has_its_own_points_again(season: World) -> None:
    season.approved()
    actions.leave_out(season.card, "1.2", by=season.secretary, reason="Không phát sinh")
    actions.put_back(season.card, "1.2", by=season.secretary, reason="Có phát sinh")
    assert season.mark("1.2").points == Decimal(3)
    assert StepTotal.objects.get(card=season.card, step__order=1).total == Decimal(10)


def test_a_leaf_that_applies_is_not_put_back_and_no_reason_is_no_reason(season: World) -> None:
    season.approved()
    with pytest.raises(OutOfStep, match="đang áp dụng"):
        actions.put_back(season.card, "1.2", by=season.secretary, reason="x")
    with pytest.raises(Invalid, match="lý do"):
        actions.leave_out(season.card, "1.2", by=season.secretary, reason=" ")
    assert season.mark("1.2").points == Decimal(3)


def test_a_card_with_a_leaf_without_result_is_not_concluded(season: World) -> None:
    _appraised(season)
    actions.leave_out(season.card, "1.2", by=season.secretary, reason="Không phát sinh")
    actions.put_back(season.card, "1.2", by=season.secretary, reason="Có phát sinh")
    season.close(4)
    with pytest.raises(OutOfStep, match=r"chưa thẩm định: 1\.2"):
        actions.move(season.card, "conclude", by=season.chair)
    actions.decide(
        season.card, "1.2", by=season.chair, version=0, points=Decimal(2), reason="Theo biên bản số 3"
    )
    actions.move(season.card, "conclude", by=season.chair)
    assert season.mark("1.2", 5).points == Decimal(2)


def test_the_draft_of_a_unit_that_did_not_score_itself_never_becomes_a_result(season: World) -> None:
    season.fill()
    season.close(1)
    actions.move(
        season.card, "no_self_score", by=season.secretary, reason="Không trình", document="9/SNV-CCHC"
    )
    assert actions.agree_rest(season.card, by=season.secretary) == 0
    seen = queries.sheet(season.fresh(), season.secretary)
    assert [leaf.points for leaf in seen.leaves] == [None, None, None]
    saved = actions.appraise(season.card, "1.1", by=season.secretary, version=0, points=Decimal(1))
    assert saved.mark.from_points is None


def test_an_answer_stands_whatever_the_council_does_next(season: World) -> None:
    season.approved()
    season.close(1)
    actions.appraise(
        season.card, "1.1", by=season.secretary, version=0, points=Decimal(1), reason="Ban hành chậm"
    )
    actions.agree_rest(season.card, by=season.secretary)
    actions.ask_for_cuts(season.card, by=season.secretary)
    actions.move(season.card, "appraise", by=season.secretary)
    actions.move(season.card, "ask", by=season.secretary)
    season.close(2)
    actions.answer(season.card, "1.1", by=season.officer, version=0, answer="Đúng hạn")
    actions.move(season.card, "explain", by=season.leader)
    with pytest.raises(OutOfStep):
        actions.unask(season.card, "1.1", by=season.secretary, reason="x")
    with pytest.raises(OutOfStep):
        actions.ask(season.card, "1.1", by=season.secretary, question="Câu khác")
    assert Explanation.objects.get(score__card=season.card).answer == "Đúng hạn"


def test_nothing_is_asked_after_the_explanation_step_closed(season: World) -> None:
    _appraised(season)
    season.close(3)
    with pytest.raises(OutOfStep, match="Bước giải trình đã khoá"):
        actions.ask(season.card, "1.1", by=season.secretary, question="Vì sao?")


def test_a_decision_of_the_chair_does_not_outlive_a_new_appraisal(season: World) -> None:
    _appraised(season)
    season.close(4)
    actions.decide(season.card, "1.1", by=season.chair, version=0, points=Decimal(1), reason="Biên bản 1")
    season.close(2)
    actions.ask(season.card, "1.1", by=season.secretary, question="Bổ sung văn bản")
    actions.move(season.card, "ask", by=season.secretary)
    assert Mark.objects.get(score__card=season.card, score__code="1.1", step__order=5).points is None


def test_publishing_is_for_the_whole_round(season: World) -> None:
    type(season.card).objects.filter(pk=season.card.pk).update(state=State.CONCLUDED)
    with pytest.raises(OutOfStep, match="cả đợt"):
        actions.move(season.card, "publish", by=season.chair)


@pytest.mark.parametrize("whose", ["taker", "giver"])
def test_a_lent_approval_ends_with_the_seat_of_either(season: World, whose: str) -> None:
    taker_seat = make.seat(None, Role.OFFICER, at=season.unit)
    actions.delegate(
        season.card,
        by=season.leader,
        taker=taker_seat.user,
        starts_at=clock.now() - make.DAY,
        ends_at=clock.now() + make.DAY,
    )
    season.submitted()
    seat = taker_seat if whose == "taker" else season.users["leader"].appointments.get()
    type(seat).objects.filter(pk=seat.pk).update(ends_at=clock.now() - timedelta(seconds=1))
    with pytest.raises(Refused):
        actions.move(season.card, "approve", by=seating.actor_for(taker_seat.user))


def test_two_people_writing_the_report_see_each_other(season: World) -> None:
    seen = texts_seen("", "")
    actions.set_texts(season.card, by=season.officer, difficulties="Một", proposals="", seen=seen)
    with pytest.raises(Stale) as refusal:
        actions.set_texts(season.card, by=season.officer, difficulties="Hai", proposals="", seen=seen)
    assert ("Một" in refusal.value.theirs, "Hai" in refusal.value.yours) == (True, True)
    assert season.fresh().difficulties == "Một"


def test_nothing_of_the_past_is_moved_for_everybody(season: World) -> None:

    manager = make.seated(Role.CRITERIA_MANAGER, season.host)[1]
    season.close(1)
    with pytest.raises(Invalid, match="đã khoá; hãy mở lại hoặc gia hạn cho từng đơn vị"):
        change_dates(
            Step.objects.get(round=season.round, order=1),
            by=manager,
            reason="x",
            document="y",
            closes_at=clock.now() + make.DAY,
        )


def _more_points(season: World) -> None:
    Mark.objects.filter(pk=season.mark("1.1").pk).update(points=Decimal(1))


def _other_inputs(season: World) -> None:
    Mark.objects.filter(pk=season.mark("1.1").pk).update(inputs={"points": "1"})


def _other_note(season: World) -> None:
    Mark.objects.filter(pk=season.mark("1.1").pk).update(note="Khác")


def _more_evidence(season: World) -> None:
    with recording(by=SYSTEM):
        Evidence.objects.create(
            score=season.mark("1.1").score,
            step=season.mark("1.1").step,
            number="1/BC",
            issuer="UBND",
            added_by="x",
            added_at=clock.now(),
        )


def _other_texts(season: World) -> None:
    type(season.card).objects.filter(pk=season.card.pk).update(proposals="Khác")


def _other_criteria(season: World) -> None:
    other = make.criteria_set(season.host, year=2030)
    type(season.card).objects.filter(pk=season.card.pk).update(criteria_set=other)


@pytest.mark.parametrize(
    "change",
    [_more_points, _other_inputs, _other_note, _more_evidence, _other_texts, _other_criteria],
)
def test_a_change_of_what_was_signed_voids_the_approval(season: World, change) -> None:
    season.approved()
    assert approval_stands(season.fresh())
    change(season)
    assert not approval_stands(season.fresh())


def test_a_later_mark_leaves_the_approval_standing(season: World) -> None:
    _appraised(season)
    assert approval_stands(season.fresh())


def test_a_leaf_cut_twice_is_asked_about_once_more_by_the_newest_reason(season: World) -> None:
    Step.objects.filter(round=season.round, order=5).update(kind=Step.Kind.EXPLANATION)
    season.approved()
    season.close(1)
    actions.appraise(
        season.card,
        "1.1",
        by=season.secretary,
        version=0,
        points=Decimal("1.5"),
        reason="Thiếu số liệu quý một",
    )
    actions.agree_rest(season.card, by=season.secretary)
    actions.ask_for_cuts(season.card, by=season.secretary)
    actions.move(season.card, "appraise", by=season.secretary)
    actions.move(season.card, "ask", by=season.secretary)
    season.close(2)
    actions.answer(season.card, "1.1", by=season.officer, version=0, answer="Đúng hạn")
    actions.move(season.card, "explain", by=season.leader)
    season.close(3)
    actions.appraise(
        season.card, "1.1", by=season.secretary, version=0, points=Decimal(1), reason="Thiếu số liệu quý hai"
    )
    actions.move(season.card, "appraise", by=season.secretary)
    assert actions.ask_for_cuts(season.card, by=season.secretary) == 1
    asked = Explanation.objects.filter(score__card=season.card).order_by("step__order")
    assert [row.question for row in asked] == ["Thiếu số liệu quý một", "Thiếu số liệu quý hai"]
