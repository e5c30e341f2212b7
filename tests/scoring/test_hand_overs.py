"""A lead agency appraises its field for all units, hands it over, and gets it back with a reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from backend.core.errors import Invalid, OutOfStep, Refused
from backend.notices.models import Notice
from backend.scoring import actions
from backend.scoring.models import HandOver
from backend.scoring.queries import leads_of
from tests.scoring.benches import Bench, bench
from tests.scoring.pages import signed_in, text, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Bench:
    made = bench()
    made.council()
    return made


def address(here: Bench, name: str, *args: Any) -> str:
    return reverse(f"scoring:{name}", args=[here.here.round.pk, *args])


def agency(here: Bench) -> Any:
    return here.users["lead"].appointments.get().workplace


def hand(here: Bench, note: str = "Phiếu thứ hai chưa được duyệt") -> HandOver:
    return actions.hand_over(
        here.here.round, by=here.actors["lead"], agency=agency(here), field="2", note=note
    )


def test_the_lead_appraises_its_field_and_no_other(here: Bench) -> None:
    lead = signed_in(here.users["lead"])
    assert lead.post(url("mark", here.card, "2.1"), {"version": 0, "points": "5"}).status_code == 302
    assert lead.post(url("mark", here.card, "1.2"), {"version": 0, "points": "3"}).status_code == 403


def test_after_the_hand_over_the_lead_changes_nothing_and_the_council_works_on(here: Bench) -> None:
    actions.appraise(here.card, "2.1", by=here.actors["lead"], version=0, points=Decimal(5))
    hand(here)

    lead = signed_in(here.users["lead"])
    answer = lead.post(url("mark", here.card, "2.1"), {"version": 1, "points": "4", "reason": "Thiếu"})
    assert answer.status_code == 403
    assert "đã bàn giao cho Hội đồng" in text(answer)
    assert actions.agree_rest(here.card, by=here.actors["lead"]) == 0
    saved = actions.appraise(
        here.card, "2.1", by=here.actors["member"], version=1, points=Decimal(4), reason="Thiếu trang 3"
    )
    assert saved.mark.points == 4


def test_a_field_sent_back_with_a_reason_is_the_leads_again(here: Bench) -> None:
    handed = hand(here)
    secretary = signed_in(here.users["secretary"])
    back = address(here, "send_back", handed.pk)
    assert secretary.post(back, {"reason": ""}).status_code == 422
    assert secretary.post(back, {"reason": "Phường Ô Môn chấm chưa đúng mức"}).status_code == 302

    assert (
        actions.appraise(here.card, "2.1", by=here.actors["lead"], version=0, points=Decimal(5)).mark.points
        == 5
    )
    page = text(signed_in(here.users["lead"]).get(address(here, "hand_over_list")))
    assert "Phường Ô Môn chấm chưa đúng mức" in page
    assert Notice.objects.filter(user=here.users["lead"], key=f"hand-back-{handed.pk}").exists()
    assert hand(here).pk != handed.pk


def test_what_is_not_appraised_needs_a_word_why(here: Bench) -> None:
    with pytest.raises(Invalid, match="Còn 2 tiêu chí"):
        hand(here, note=" ")
    assert hand(here).left == 2


def test_a_field_is_handed_over_once(here: Bench) -> None:
    hand(here)
    with pytest.raises(OutOfStep, match="đã bàn giao"):
        hand(here)


@pytest.mark.parametrize("name", ["member", "chair", "support", "outsider"])
def test_only_the_agencys_own_people_hand_over(here: Bench, name: str) -> None:
    with pytest.raises(Refused):
        actions.hand_over(here.here.round, by=here.actors[name], agency=agency(here), field="2", note="x")


def test_a_lead_does_not_hand_over_a_field_that_is_not_its_own(here: Bench) -> None:
    with pytest.raises(Refused):
        actions.hand_over(here.here.round, by=here.actors["lead"], agency=agency(here), field="1", note="x")


def test_the_secretary_sees_how_far_each_lead_is(here: Bench) -> None:
    actions.appraise(here.card, "2.1", by=here.actors["lead"], version=0, points=Decimal(5))
    (lead,) = leads_of(here.here.round)
    assert (lead.field, lead.due, lead.done, lead.left) == ("2", 2, 1, 1)

    page = text(signed_in(here.users["secretary"]).get(address(here, "hand_over_list")))
    assert "Sở Tư pháp thử" in page
    assert "chưa bàn giao" in page


def test_the_page_takes_the_same_statements_for_many_units(
    here: Bench, django_assert_max_num_queries: Any
) -> None:
    many = bench(units=8).here.round
    with django_assert_max_num_queries(12):
        leads_of(many)


def test_json_hands_over_and_sends_back(here: Bench) -> None:
    lead, secretary = signed_in(here.users["lead"]), signed_in(here.users["secretary"])
    path = f"/api/rounds/{here.here.round.pk}/hand-overs/"
    body = {"agency": agency(here).pk, "field": "2", "note": "Còn một phiếu"}
    made = lead.post(path, body, content_type="application/json")
    assert made.status_code == 201
    answer = secretary.post(
        f"{path}{made.json()['id']}/send-back/", {"reason": "Sai"}, content_type="application/json"
    )
    assert answer.json()["sent_back_reason"] == "Sai"
    assert lead.get(path).json()["results"][0]["earlier"][0]["note"] == "Còn một phiếu"


def test_the_council_agrees_over_no_lead_agencys_head(here: Bench) -> None:
    assert actions.agree_rest(here.card, by=here.actors["secretary"]) == 2
    page = text(signed_in(here.users["secretary"]).post(url("agree", here.card), {"field": ""}, follow=True))
    assert "Lĩnh vực 2 còn do cơ quan chủ trì thẩm định" in page
    hand(here, note="Giao Hội đồng chấm tiếp")
    assert actions.agree_rest(here.card, by=here.actors["secretary"]) == 1
