"""After the conclusion: every change takes two persons; the unit's leader signs exactly what stands."""

import copy
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.scoring import actions, queries
from backend.scoring.actions.moves import publication_problems
from backend.scoring.actions.survey import SurveyRow
from backend.scoring.models import Amendment, Mark, Signature, State
from permissions.actor import SYSTEM
from tests.scoring.sittings import Sitting, change, concluded, result

pytestmark = pytest.mark.django_db
WHY = {"reason": "Đơn vị nộp lại quyết định", "document": "21/CV-SNV"}


@pytest.fixture(scope="module")
def built(standing):
    return standing(lambda: concluded(sign_off=True))


@pytest.fixture
def here(built) -> Sitting:
    return copy.deepcopy(built)


def proposed(here: Sitting, *, by: str = "secretary") -> Amendment:
    return actions.propose_change(here.world.card, "1.1", by=here.members[by], points=Decimal(1), **WHY)


def points(here: Sitting) -> Decimal | None:
    return Mark.objects.get(score__card=here.world.card, score__code="1.1", step__kind="conclusion").points


def test_one_person_alone_changes_nothing_after_the_conclusion(here):
    card, chair = here.world.card, here.world.chair
    for alone in (
        lambda: actions.decide(card, "1.1", by=chair, version=1, points=Decimal(1), reason="Sửa"),
        lambda: actions.deduct(card, "1", by=chair, points=Decimal("0.1"), reason="Muộn", document="1/TB"),
        lambda: actions.leave_out(card, "1.1", by=chair, reason="Không phát sinh"),
        lambda: actions.move(card, "reconsider", by=chair, reason="Sửa", document="1/TB"),
    ):
        with pytest.raises(OutOfStep):
            alone()
    made = proposed(here, by="chair")
    with pytest.raises(Refused, match="không được tự xác nhận"):
        actions.confirm_change(made, by=chair)
    assert points(here) == Decimal("0.5")


def test_a_change_after_the_conclusion_is_worded_and_carries_the_rule_it_applies(here):
    card, secretary = here.world.card, here.members["secretary"]
    for said in ("x", "vb1"):
        with pytest.raises(Invalid):
            actions.propose_change(
                card, "1.1", by=secretary, points=Decimal(1), reason=said, document="21/CV-SNV"
            )
    actions.confirm_change(proposed(here), by=here.world.chair)
    mark = Mark.objects.get(score__card=card, score__code="1.1", step__kind="conclusion")
    assert "Kịp thời" in mark.rule_said


def test_a_second_person_confirms_and_history_names_both_the_reason_and_the_document(here):
    made = proposed(here)
    assert points(here) == Decimal("0.5")
    with pytest.raises(Refused):
        actions.confirm_change(made, by=here.members["one"])
    actions.confirm_change(made, by=here.world.chair)
    assert points(here) == Decimal(1)
    mark = Mark.objects.get(score__card=here.world.card, score__code="1.1", step__kind="conclusion")
    row = mark.history.order_by("-history_id").first()
    assert row.actor_name == here.world.chair.name
    for said in ("Đơn vị nộp lại quyết định", "21/CV-SNV", here.members["secretary"].name):
        assert said in row.history_change_reason
    total = here.world.card.totals.get(step=mark.step)
    assert total.total == Decimal(9)
    with pytest.raises(OutOfStep, match="đã được xử lý"):
        actions.confirm_change(made, by=here.world.chair)


def test_the_database_wants_two_persons_a_reason_and_a_document(here):
    made = proposed(here)
    chair = here.world.chair.user_id
    now = clock.now()
    for wrong in (
        {"state": "confirmed", "settled_by_id": made.proposed_by_id, "settled_at": now},
        {"state": "confirmed", "settled_by_id": chair, "settled_at": None},
        {"document": ""},
        {"points": Decimal(2)},
    ):
        with recording(by=SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
            Amendment.objects.filter(pk=made.pk).update(**wrong)


def test_a_change_is_proposed_with_its_reason_once_and_only_for_other_points(here):
    card, who = here.world.card, here.members["secretary"]
    with pytest.raises(Invalid):
        actions.propose_change(card, "1.1", by=who, points=Decimal(1), reason="", document="")
    with pytest.raises(Invalid, match="đang là 0,50"):
        actions.propose_change(card, "1.1", by=who, points=Decimal("0.5"), **WHY)
    with pytest.raises(Invalid):
        actions.propose_change(card, "1.1", by=who, points=Decimal("0.75"), **WHY)
    with pytest.raises(Refused):
        actions.propose_change(card, "1.1", by=here.world.officer, points=Decimal(1), **WHY)
    proposed(here)
    with pytest.raises(OutOfStep, match="đang chờ"):
        proposed(here, by="one")


def test_a_proposal_is_turned_down_or_taken_back_with_a_reason(here):
    made = proposed(here)
    with pytest.raises(Invalid):
        actions.refuse_change(made, by=here.world.chair, answer="")
    with pytest.raises(Refused):
        actions.refuse_change(made, by=here.members["one"], answer="Không rõ")
    actions.refuse_change(made, by=here.members["secretary"], answer="Ghi nhầm tiêu chí")
    assert Amendment.objects.get(pk=made.pk).state == "refused"
    assert points(here) == Decimal("0.5")


def test_a_second_person_opens_the_conclusion_again_and_only_decisions_stand(here):
    made = actions.propose_reopening(here.world.card, by=here.members["secretary"], **WHY)
    actions.confirm_change(made, by=here.world.chair)
    assert here.world.fresh().state == State.APPRAISED
    assert Amendment.objects.get(pk=made.pk).state == "confirmed"
    assert points(here) is None
    actions.decide(
        here.world.card,
        "1.1",
        by=here.world.chair,
        version=2,
        points=Decimal(1),
        reason="Theo quyết định nộp lại",
    )
    actions.move(here.world.card, "conclude", by=here.world.chair)
    assert points(here) == Decimal(1)


def survey(here: Sitting, value: str, version: int, reason: str = ""):
    row = SurveyRow(here.world.card, "3.1", Decimal(value), version, reason)
    source = {"report_number": "12/BC", "report_date": clock.now().date(), "sample": 9, "answers": 9}
    return actions.enter_survey(here.world.round, [row], by=here.members["secretary"], **source)


def test_survey_points_are_entered_after_the_conclusion_and_changed_only_by_two(here):
    survey(here, "7", 0)
    with pytest.raises(OutOfStep, match="một người đề nghị"):
        survey(here, "8", 1, "Nhập nhầm")
    made = actions.propose_change(
        here.world.card, "3.1", by=here.members["secretary"], points=Decimal(8), **WHY
    )
    actions.confirm_change(made, by=here.world.chair)
    mark = Mark.objects.get(score__card=here.world.card, score__code="3.1", step__kind="survey")
    assert (mark.points, mark.from_points) == (Decimal(8), Decimal(7))


def test_publication_waits_for_changes_and_for_the_units_signature_until_its_day(here):
    survey(here, "7", 0)
    cards = [here.world.fresh()]
    assert "ký xác nhận" in publication_problems(cards)[0]
    proposed(here)
    assert "người thứ hai" in publication_problems(cards)[0]
    made = Amendment.objects.get()
    actions.refuse_change(made, by=here.world.chair, answer="Không đủ căn cứ")
    actions.move(here.world.card, "sign_off", by=here.world.leader, seen=result(here))
    assert publication_problems([here.world.fresh()]) == []


def test_after_its_day_publication_says_who_did_not_sign(here):
    survey(here, "7", 0)
    change(here.world.round, sign_off_until=clock.now() - timedelta(seconds=1))
    cards = [here.world.fresh()]
    assert publication_problems(cards) == []
    assert [card.pk for card in queries.unsigned(cards)] == [here.world.card.pk]
    with pytest.raises(OutOfStep, match="hết hạn ký"):
        actions.move(here.world.card, "sign_off", by=here.world.leader, seen=result(here))


def test_the_leader_signs_exactly_what_stands_and_a_change_asks_her_again(here):
    card = here.world.card
    with pytest.raises(OutOfStep, match="thay đổi"):
        actions.move(card, "sign_off", by=here.world.leader, seen="0" * 64)
    with pytest.raises(Refused):
        actions.move(card, "sign_off", by=here.world.officer, seen=result(here))
    actions.move(card, "sign_off", by=here.world.leader, reason="Đề nghị xem lại 1.1", seen=result(here))
    signed = Signature.objects.get(card=card, move="sign_off")
    assert (signed.fingerprint, signed.reason) == (result(here), "Đề nghị xem lại 1.1")
    with pytest.raises(OutOfStep, match="đã ký"):
        actions.move(card, "sign_off", by=here.world.leader, seen=result(here))
    actions.confirm_change(proposed(here), by=here.world.chair)
    assert queries.sign_offs([card]) == {}
    actions.move(card, "sign_off", by=here.world.leader, seen=result(here))


def test_a_round_that_does_not_ask_takes_no_signature(here):
    change(here.world.round, sign_off_until=None)
    with pytest.raises(OutOfStep, match="không lấy chữ ký"):
        actions.move(here.world.card, "sign_off", by=here.world.leader, seen=result(here))
