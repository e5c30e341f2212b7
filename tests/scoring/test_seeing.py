"""What the host may know of a card while its unit still writes, and who counts as the unit's."""

from __future__ import annotations

import html
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from backend.core import clock
from backend.rounds.actions import extend
from backend.rounds.models import Step
from backend.scoring import actions, board, queries, telling
from permissions.roles import Role
from reports.queries import kind_is_open
from tests import make
from tests.scoring import specimens
from tests.scoring.benches import bench
from tests.scoring.councils import Council, council
from tiers.seating import actor_for

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def given_time() -> Council:
    """A unit with more time than the others, its card filled."""
    here = council()
    step = Step.objects.get(round=here.round, order=1)
    until = step.closes_at + 5 * make.DAY
    extend(step, unit=here.unit, closes_at=until, by=here.secretary, reason="Bão lũ", document="7/UBND")
    here.fill()
    here.close(1)
    return here


def sheet_of(here: Council, who: str) -> dict:
    client = Client()
    client.force_login(here.users[who])
    answer: dict = client.get(f"/api/scorecards/{here.card.pk}/").json()
    return answer


def own_sum(here: Council) -> object:
    chair = actor_for(here.users["chair"])
    rows = board.hosted_cards(chair).filter(pk=here.card.pk)
    return board.standings(board.numbered(rows), chair)[0].self_total


def kinds_of_changes(here: Council) -> list[str]:
    found, _older = telling.newest(actor_for(here.users["chair"]))
    return [change.kind for change in found]


def test_what_a_unit_writes_in_its_extended_time_is_its_own(given_time):
    assert queries.time_of(given_time.fresh(), Step.Kind.SELF).is_open
    assert own_sum(given_time) is None
    assert "marks" not in kinds_of_changes(given_time)
    assert sheet_of(given_time, "chair")["own_total"] == "0.000"
    assert sheet_of(given_time, "officer")["own_total"] == "9.000"


def test_what_a_reopened_unit_writes_is_its_own_until_its_new_lock():
    here = council()
    here.under_appraisal()
    assert own_sum(here) is not None
    actions.move(
        here.card,
        "reopen",
        by=here.secretary,
        reason="Nhập nhầm",
        document="8/UBND",
        new_close=clock.now() + 2 * make.DAY,
    )
    assert own_sum(here) is None
    assert "marks" not in kinds_of_changes(here)
    assert sheet_of(here, "chair")["own_total"] == "0.000"


def test_when_its_own_time_is_over_the_host_reads_a_card_nobody_approved():
    here = council()
    here.fill()
    assert own_sum(here) is None
    here.close(1)
    assert own_sum(here) == 9
    assert "marks" in kinds_of_changes(here)
    assert sheet_of(here, "chair")["own_total"] == "9.000"


def sign_and_attach(here: Council) -> None:
    here.submitted()
    paper = specimens.upload(specimens.pdf(), "Báo cáo.pdf")
    actions.attach_signed_copy(
        here.card, by=here.officer, upload=paper, number="12/BC-UBND", signed_on=date(2026, 6, 5)
    )


def test_the_host_reads_the_signed_report_and_the_units_moves_from_the_lock_on():
    here = council()
    sign_and_attach(here)
    before = sheet_of(here, "chair")
    assert (before["signed_number"], before["signed_date"], before["signed_file"]) == (None, None, None)
    assert before["signatures"] == []
    assert "cards" not in kinds_of_changes(here)
    assert sheet_of(here, "officer")["signed_number"] == "12/BC-UBND"
    here.close(1)
    after = sheet_of(here, "chair")
    assert after["signed_number"] == "12/BC-UBND"
    assert [row["move"] for row in after["signatures"]] == ["submit"]
    assert "cards" in kinds_of_changes(here)


@pytest.fixture
def insider() -> tuple[Council, Any]:
    """A member of the council who works at the first unit, whose card is appraised and not shown yet."""
    here = council()
    here.appraised(reason="Điều chưa công bố")
    return here, make.seated(Role.MEMBER, here.host, workplace=here.unit)[0]


@pytest.mark.parametrize(
    "address",
    [
        "/api/scorecards/{card}/",
        "/api/scorecards/{card}/history/?code=1.1",
        "/appraisals/{card}/",
        "/conclusions/{card}/",
        "/scorecards/{card}/",
        "/scorecards/{card}/leaves/1.1/history/",
        "/history/",
        "/api/changes/",
        "/history/?reason=dieu+chua+cong+bo",
        "/scorecards/{card}/as-of/?at=05/06/2040",
        "/api/scorecards/{card}/as-of/?at=2040-06-05T00:00:00Z",
    ],
)
def test_who_works_in_the_unit_reads_of_the_council_what_the_unit_reads(insider, address):
    here, member = insider
    words = "Điều chưa công bố"
    path = address.format(card=here.card.pk)
    assert words not in said_to(member, path)
    stranger = make.seated(Role.MEMBER, here.host)[0]
    if not path.startswith("/scorecards/") or "as-of" in path:
        assert words in said_to(stranger, path)


def test_the_list_shows_her_no_points_of_the_unit_where_she_works(insider):
    here, member = insider
    rows = board.hosted_cards(actor_for(member)).filter(pk=here.card.pk)
    assert board.standings(board.numbered(rows), actor_for(member))[0].appraised is None
    assert board.standings(board.numbered(rows), here.secretary)[0].appraised is not None
    assert not kind_is_open(actor_for(member), here.card, "appraisal")
    assert kind_is_open(here.secretary, here.card, "appraisal")


def said_to(user: Any, path: str) -> str:
    client = Client()
    client.force_login(user)
    text: str = client.get(path).content.decode()
    return text


def test_to_work_at_the_unit_opens_its_draft_to_nobody_who_does_not_act_for_it():
    here = council()
    sign_and_attach(here)
    member = make.seated(Role.MEMBER, here.host, workplace=here.unit)[0]
    path = f"/api/scorecards/{here.card.pk}/"
    assert "12/BC-UBND" not in said_to(member, path)
    assert "12/BC-UBND" in said_to(here.users["leader"], path)


def proof(here: Council, who: str, card: Any = None) -> Any:
    """Ask for the bundle of the first card's history, or of ``card``."""
    client = Client()
    client.force_login(here.users[who])
    return client.get(f"/scorecards/{(card or here.card).pk}/proof/")


def refusal(answer: Any) -> str:
    assert answer.status_code == 409
    return str(html.unescape(answer.content.decode()))


def test_the_whole_history_of_a_card_waits_while_its_unit_scores_itself_or_prepares_answers(given_time):
    assert "Đơn vị còn đang tự chấm điểm" in refusal(proof(given_time, "inspector"))
    here = council()
    here.appraised()
    assert "chưa có gói kiểm chứng" in refusal(
        proof(here, "inspector")
    )  # only the first checkpoint is lacking
    actions.move(here.card, "ask", by=here.secretary)
    assert "Đơn vị đang chuẩn bị giải trình" in refusal(proof(here, "inspector"))


def test_the_whole_history_waits_for_the_second_of_two_independent_marks():
    made = bench()
    made.council()
    node = made.card.scores.get(code="2.1").node
    actions.choose_doubles(made.here.round, [node], by=made.actors["secretary"])
    assert "chưa có gói kiểm chứng" in refusal(proof(made.here, "inspector"))
    for name, said in (("member", "mới có một trong hai điểm"), ("second", "chưa có gói kiểm chứng")):
        actions.appraise(
            made.card, "2.1", by=made.actors[name], version=0, points=Decimal(3), reason="Thiếu ở báo cáo 7"
        )
        assert said in refusal(proof(made.here, "inspector"))


def test_who_works_in_the_unit_gets_its_whole_history_with_the_result_only():
    here = council()
    make.seat(here.users["inspector"], Role.OFFICER, at=here.unit)
    here.appraised()
    assert "sau khi công bố kết quả" in refusal(proof(here, "inspector"))
