"""Going to the next step early: only when no unit is owed any of its time."""

from decimal import Decimal

import pytest

from backend.core.errors import Invalid, OutOfStep, Refused
from backend.rounds.models import Step
from backend.scoring import actions
from permissions.roles import Role
from tests import make
from tests.scoring.worlds import World, world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

BECAUSE = {"reason": "Mọi đơn vị đã được phê duyệt", "document": "15/TB-HĐTĐ"}


@pytest.fixture
def season() -> World:
    return world(is_illustration=True)


@pytest.fixture
def manager(season: World):
    return make.seated(Role.CRITERIA_MANAGER, season.host)[1]


def test_a_unit_that_still_scores_keeps_its_time(season: World, manager) -> None:
    season.submitted()
    with pytest.raises(OutOfStep, match="1 đơn vị chưa xong bước “Tự chấm điểm”: Phường thử"):
        actions.end_step_early(season.round, by=manager, **BECAUSE)


def test_self_scoring_of_a_real_round_closes_on_its_date_only(manager, season: World) -> None:
    type(season.round).objects.filter(pk=season.round.pk).update(is_illustration=False)
    season.approved()
    with pytest.raises(OutOfStep, match="chỉ khoá đúng hạn"):
        actions.end_step_early(season.round, by=manager, **BECAUSE)


def test_the_next_step_opens_when_all_are_approved(season: World, manager) -> None:
    season.approved()
    closed = actions.end_step_early(season.round, by=manager, **BECAUSE)
    opened = Step.objects.get(round=season.round, order=2)
    assert opened.opens_at == closed.closes_at
    actions.appraise(season.card, "1.1", by=season.secretary, version=0, points=Decimal(2))
    row = closed.history.first()
    assert (row.history_change_reason, row.actor_name) == (
        "Mọi đơn vị đã được phê duyệt (văn bản 15/TB-HĐTĐ)",
        manager.name,
    )


def test_a_whole_season_can_be_gone_through_in_one_day(season: World, manager) -> None:
    season.approved()
    actions.end_step_early(season.round, by=manager, **BECAUSE)
    actions.appraise(
        season.card, "1.1", by=season.secretary, version=0, points=Decimal(1), reason="Ban hành chậm"
    )
    actions.agree_rest(season.card, by=season.secretary)
    actions.ask_for_cuts(season.card, by=season.secretary)
    actions.move(season.card, "appraise", by=season.secretary)
    actions.end_step_early(season.round, by=manager, **BECAUSE)
    with pytest.raises(OutOfStep):
        actions.end_step_early(season.round, by=manager, **BECAUSE)
    actions.move(season.card, "ask", by=season.secretary)
    actions.answer(season.card, "1.1", by=season.officer, version=0, answer="Có văn bản gia hạn")
    actions.move(season.card, "explain", by=season.leader)
    actions.end_step_early(season.round, by=manager, **BECAUSE)
    actions.agree_rest(season.card, by=season.secretary, codes=["1.1"])
    actions.move(season.card, "appraise", by=season.secretary)
    actions.end_step_early(season.round, by=manager, **BECAUSE)
    actions.move(season.card, "conclude", by=season.chair)
    actions.publish_cards(season.round, by=season.chair)


def test_only_who_manages_the_round_ends_a_step(season: World, manager) -> None:
    season.approved()
    with pytest.raises(Refused):
        actions.end_step_early(season.round, by=season.secretary, **BECAUSE)
    with pytest.raises(Invalid, match="văn bản làm căn cứ"):
        actions.end_step_early(season.round, by=manager, reason="Xong", document="")


def test_the_page_names_who_is_still_at_work(season: World, client) -> None:
    user = make.seated(Role.CRITERIA_MANAGER, season.host)[0]
    client.force_login(user)
    page = client.post(f"/rounds/{season.round.pk}/end-step/", BECAUSE)
    assert page.status_code == 409
    assert "Phường thử" in page.content.decode()
    season.approved()
    assert client.post(f"/rounds/{season.round.pk}/end-step/", BECAUSE).status_code == 302


def test_json_ends_a_step_and_answers_with_the_moment(season: World, client) -> None:
    season.approved()
    client.force_login(make.seated(Role.CRITERIA_MANAGER, season.host)[0])
    address = f"/api/rounds/{season.round.pk}/end-step/"
    assert client.post(address, {"reason": "Xong"}, "application/json").status_code == 422
    answer = client.post(address, BECAUSE, "application/json")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["kind"], body["now"]) == ("self", body["closes_at"])
    assert client.post(address, BECAUSE, "application/json").status_code == 409


def test_json_ends_no_step_for_who_does_not_run_the_round(season: World, client) -> None:
    season.approved()
    address = f"/api/rounds/{season.round.pk}/end-step/"
    for name, status in (("officer", 404), ("secretary", 403)):
        client.force_login(season.users[name])
        assert client.post(address, BECAUSE, "application/json").status_code == status
