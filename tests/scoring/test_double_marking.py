"""Two people mark a leaf without seeing each other's mark; equal marks stand, a third settles a difference."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from backend.core.errors import Invalid, OutOfStep, Refused, Stale
from backend.criteria.models import Node
from backend.scoring import actions, rules
from backend.scoring.models import DoubleLeaf, Mark
from backend.scoring.strictness import blind_in
from tests.scoring.benches import Bench, bench
from tests.scoring.pages import HTMX, signed_in, text, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Bench:
    made = bench()
    made.council()
    choose(made, "2.1")
    return made


def node(here: Bench, code: str) -> Node:
    return here.card.criteria_set.nodes.get(code=code)


def choose(here: Bench, *codes: str, **how: Any) -> Any:
    nodes = [node(here, code) for code in codes]
    return actions.choose_doubles(here.here.round, nodes, by=here.actors["secretary"], **how)


def give(here: Bench, name: str, points: str, reason: str = "", version: int = 0) -> Any:
    return actions.appraise(
        here.card, "2.1", by=here.actors[name], version=version, points=Decimal(points), reason=reason
    )


def double(here: Bench) -> DoubleLeaf:
    return DoubleLeaf.objects.get(score__card=here.card, score__code="2.1", dropped_at=None)


def marks(here: Bench) -> list[Mark]:
    rows = Mark.objects.filter(score__card=here.card, score__code="2.1", step__order=2, points__isnull=False)
    return list(rows)


def page(here: Bench, name: str) -> str:
    return text(signed_in(here.users[name]).get(f"{url('appraisal', here.card)}?field=2"))


def differ(here: Bench) -> None:
    give(here, "member", "5")
    give(here, "second", "3", "Thiếu bản ký của bên B")


def test_two_equal_marks_become_the_appraisal_mark_with_both_names(here: Bench) -> None:
    give(here, "member", "4", "Thiếu trang 3")
    assert marks(here) == []
    give(here, "second", "4", "Không có phụ lục")

    (mark,) = marks(here)
    assert (mark.points, mark.reason) == (4, "Thiếu trang 3\nKhông có phụ lục")
    assert here.users["member"].full_name in mark.author
    assert here.users["second"].full_name in mark.author
    assert double(here).points == 4


def test_nobody_sees_the_others_mark_before_both_are_given(here: Bench) -> None:
    give(here, "member", "3.25", "Lý do chỉ người thứ nhất biết")

    assert "3,25" in page(here, "member")
    for name in ("second", "chair", "secretary", "support", "inspector"):
        seen = page(here, name)
        assert "3,25" not in seen
        assert "Lý do chỉ người thứ nhất biết" not in seen
    lists = reverse("scoring:double_list", args=[here.here.round.pk])
    api = f"/api/rounds/{here.here.round.pk}/doubles/"
    for path in (lists, api, f"/api/scorecards/{here.card.pk}/"):
        assert "Lý do chỉ" not in text(signed_in(here.users["secretary"]).get(path))


def test_the_answer_to_the_second_mark_does_not_tell_the_first(here: Bench) -> None:
    give(here, "member", "3.25", "Lý do chỉ người thứ nhất biết")
    browser = signed_in(here.users["second"])
    sent = {"version": 0, "points": "4", "reason": "Thiếu trang 3"}
    answer = browser.post(
        f"/api/scorecards/{here.card.pk}/appraise/", sent | {"code": "2.1"}, content_type="application/json"
    )

    assert answer.json()["mark"]["points"] == "4.000"
    assert "3.25" not in text(answer)


def test_a_first_mark_below_the_self_score_needs_its_own_reason(here: Bench) -> None:
    with pytest.raises(Invalid, match="ghi lý do"):
        give(here, "member", "4")


def test_a_person_changes_her_own_mark_until_the_second_stands(here: Bench) -> None:
    give(here, "member", "5")
    with pytest.raises(Stale):
        give(here, "member", "4", "Thiếu trang 3")
    give(here, "member", "4", "Thiếu trang 3", version=1)
    give(here, "second", "4", "Thiếu trang 3")

    assert marks(here)[0].reason == "Thiếu trang 3"


def test_one_person_is_not_both(here: Bench) -> None:
    give(here, "member", "5")
    give(here, "member", "5", version=1)

    assert marks(here) == []


def test_a_difference_is_shown_to_a_third_who_settles_with_a_reason(here: Bench) -> None:
    differ(here)
    assert marks(here) == []
    for name in ("member", "second"):
        with pytest.raises(Refused, match="hai người chấm"):
            give(here, name, "4", "Xem lại hồ sơ", version=1)
    seen = page(here, "chair")
    assert "Hai người chấm độc lập khác nhau" in seen
    assert "Thiếu bản ký của bên B" in seen

    browser = signed_in(here.users["chair"])
    where = url("mark", here.card, "2.1")
    assert browser.post(where, {"version": 0, "points": "5"}).status_code == 422
    assert browser.post(where, {"version": 0, "points": "3", "reason": "Theo biên bản 07"}).status_code == 302
    (mark,) = marks(here)
    assert (mark.points, mark.reason, mark.author) == (3, "Theo biên bản 07", here.users["chair"].full_name)
    assert double(here).settled_by == here.users["chair"].full_name


def test_a_settled_leaf_is_changed_by_a_third_only(here: Bench) -> None:
    give(here, "member", "5")
    give(here, "second", "5")

    with pytest.raises(Refused):
        give(here, "member", "4", "Xem lại", version=1)
    assert give(here, "chair", "4", "Xem lại theo giải trình", version=1).mark.points == 4


def test_appraisal_is_not_finished_while_double_marks_are_open(here: Bench) -> None:
    actions.agree_rest(here.card, by=here.actors["secretary"])
    differ(here)
    with pytest.raises(OutOfStep, match=r"chấm hai lần độc lập chưa xong.*2\.1"):
        actions.move(here.card, "appraise", by=here.actors["secretary"])

    give(here, "chair", "3", "Theo biên bản 07")
    assert actions.move(here.card, "appraise", by=here.actors["secretary"]).state == "appraised"


def test_agreeing_with_the_rest_leaves_double_leaves_alone(here: Bench) -> None:
    assert actions.agree_rest(here.card, by=here.actors["secretary"]) == 2
    assert marks(here) == []


def test_a_choice_is_dropped_with_a_reason_and_the_marks_stay_on_record(here: Bench) -> None:
    give(here, "member", "5")
    row = double(here)
    browser = signed_in(here.users["secretary"])
    where = reverse("scoring:drop_doubles", args=[here.here.round.pk, row.choice_id])
    assert browser.post(where, {"reason": ""}).status_code == 422
    assert browser.post(where, {"reason": "Không đủ người"}).status_code == 302

    row.refresh_from_db()
    assert row.drop_reason == "Không đủ người"
    assert row.first_marks.count() == 1
    assert give(here, "second", "5").mark.pk


def test_a_leaf_with_a_mark_stays_as_it_is(here: Bench) -> None:
    actions.appraise(here.card, "1.2", by=here.actors["member"], version=0, points=Decimal(3))
    made = choose(here, "1.2")

    assert (made.leaves, made.marked) == (1, 1)


def test_a_share_is_drawn_by_its_seed_the_same_for_everybody() -> None:
    units = [f"U{n}" for n in range(20)]
    chosen = rules.drawn("Kỳ họp 12", "2.1", units, 25)

    assert len(chosen) == 5
    assert rules.drawn("Kỳ họp 12", "2.1", reversed(units), 25) == chosen
    assert rules.drawn("Kỳ họp 13", "2.1", units, 25) != chosen
    assert rules.drawn("", "2.1", units, 100) == rules.drawn("", "2.1", sorted(units), 100)


def test_a_share_needs_a_seed(here: Bench) -> None:
    with pytest.raises(Invalid, match="mã rút chọn"):
        choose(here, "1.2", share=50)
    assert choose(here, "1.2", share=50, seed="Kỳ họp 12").leaves == 1


def test_a_survey_leaf_is_not_chosen(here: Bench) -> None:
    with pytest.raises(Invalid, match="Hội đồng thẩm định"):
        choose(here, "3.1")


@pytest.mark.parametrize("name", ["member", "lead", "support", "outsider", "inspector"])
def test_only_who_keeps_the_council_chooses(here: Bench, name: str) -> None:
    browser = signed_in(here.users[name])
    where = reverse("scoring:choose_doubles", args=[here.here.round.pk])
    assert browser.post(where, {"nodes": [node(here, "1.2").pk], "share": 100}).status_code == 403


def test_the_page_chooses_leaves_and_units(here: Bench) -> None:
    browser = signed_in(here.users["secretary"])
    where = reverse("scoring:choose_doubles", args=[here.here.round.pk])
    unit = here.here.cards[1].unit_id
    sent = {"nodes": [node(here, "1.2").pk], "units": [unit], "share": 100}
    assert browser.post(where, sent).status_code == 302
    assert [row.score.card.unit_id for row in DoubleLeaf.objects.filter(score__code="1.2")] == [unit]


def test_a_leaf_left_out_and_put_back_is_marked_twice_anew(here: Bench) -> None:
    give(here, "member", "5")
    actions.leave_out(here.card, "2.1", by=here.actors["secretary"], reason="Không có")
    actions.put_back(here.card, "2.1", by=here.actors["secretary"], reason="Có")

    assert double(here).first_marks.count() == 0


def test_the_third_sees_both_marks_after_saving_in_place(here: Bench) -> None:
    differ(here)
    sent = {"version": 0, "points": "4", "reason": "Theo biên bản 07"}
    answer = signed_in(here.users["chair"]).post(url("mark", here.card, "2.1"), sent, headers=HTMX)
    assert "Đã chấm hai lần độc lập" in text(answer)


def test_the_support_team_drafts_and_marks_nothing(here: Bench) -> None:
    browser = signed_in(here.users["support"])
    assert browser.post(url("mark", here.card, "1.2"), {"version": 0, "points": "3"}).status_code == 403
    sent = {"version": 0, "points": "2.5", "reason": "Thiếu phụ lục 2"}
    assert browser.post(url("draft", here.card, "1.2"), sent).status_code == 302
    assert browser.post(url("draft", here.card, "1.2"), sent).status_code == 409

    member = signed_in(here.users["member"])
    seen = text(member.get(f"{url('appraisal', here.card)}?field=1"))
    assert "Tổ giúp việc dự thảo: 2,5" in seen
    assert member.post(url("mark", here.card, "1.2"), {"version": 0, "draft_taken": 1}).status_code == 302
    mark = Mark.objects.get(score__card=here.card, score__code="1.2", step__order=2)
    assert (mark.points, mark.reason, mark.author) == (
        Decimal("2.5"),
        "Thiếu phụ lục 2",
        here.users["member"].full_name,
    )


def test_nothing_is_drafted_on_a_leaf_that_two_mark(here: Bench) -> None:
    with pytest.raises(OutOfStep, match="chấm hai lần"):
        actions.draft(here.card, "2.1", by=here.actors["support"], version=0, points=Decimal(5))


def test_no_leaf_is_chosen_that_nobody_will_mark_again(here: Bench) -> None:
    for code, points in (("1.1", "1"), ("1.2", "3")):
        actions.appraise(here.card, code, by=here.actors["secretary"], version=0, points=Decimal(points))
    for name in ("member", "second"):
        give(here, name, "5")
    actions.move(here.card, "appraise", by=here.actors["secretary"])
    with pytest.raises(Invalid):
        choose(here, "1.2", units=[here.card.unit_id])


def test_marks_given_apart_stand_in_the_table_of_agreement_once_both_are_given(here: Bench) -> None:
    round_, viewer = here.here.round, here.actors["secretary"]
    give(here, "member", "5")
    assert blind_in(round_, viewer) == []
    give(here, "second", "3", "Thiếu bản ký của bên B")

    (pair,) = blind_in(round_, viewer)
    assert {pair.first, pair.second} == {here.users[name].full_name for name in ("member", "second")}
    assert sorted(pair.points) == [3, 5]
    give(here, "chair", "4", "Thống nhất 4 điểm")
    assert "chấm độc lập" in text(signed_in(here.users["secretary"]).get("/history/strictness/"))
