"""Who takes part in a card: seats, the council of the round, declared conflicts; lists and objects agree."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid, Refused
from backend.notices.models import Notice
from backend.rounds.actions import declare_conflict, hand_presiding, withdraw_conflict
from backend.rounds.queries.councils import judged_by
from backend.scoring import actions
from backend.scoring.models import DoubleLeaf, Scorecard
from backend.scoring.queries import fields_led_by_others, her_leaf, kept_out, leads_of, takes_part
from permissions.actor import SYSTEM
from permissions.roles import Role, Verb
from tests import make
from tests.scoring.benches import Bench, bench
from tests.scoring.pages import signed_in, text, url

pytestmark = pytest.mark.django_db

JUDGING = (Verb.APPRAISE, Verb.PREPARE, Verb.ASK, Verb.CONCLUDE)
COUNCIL = {"chair", "vice", "secretary", "member", "second"}


@pytest.fixture
def here() -> Bench:
    return bench()


def who(here: Bench, verb: Verb) -> set[str]:
    """Return who takes part in the first card by the verb; list, approval and question give the same answer."""
    card, found = here.card, set()
    for name, user in here.users.items():
        actor = here.fresh(name)
        answers = {
            takes_part(actor, here.card, verb),
            user.has_perm(verb, here.card),
            Scorecard.objects.filter(judged_by(actor, verb), pk=card.pk).exists(),
        }
        assert len(answers) == 1, (name, verb)
        found |= {name} if answers == {True} else set()
    return found


def test_without_a_council_every_seat_at_the_host_counts(here: Bench) -> None:
    everybody = COUNCIL | {"outsider"}
    assert who(here, Verb.APPRAISE) == everybody | {"lead"}
    assert who(here, Verb.PREPARE) == everybody | {"lead", "support"}
    assert who(here, Verb.ASK) == everybody
    assert who(here, Verb.CONCLUDE) == {"chair", "vice"}


def test_a_council_narrows_the_seats_to_its_members_and_leaves_the_lead_agency(here: Bench) -> None:
    here.council()

    assert who(here, Verb.APPRAISE) == COUNCIL | {"lead"}
    assert who(here, Verb.PREPARE) == COUNCIL | {"lead", "support"}
    assert who(here, Verb.ASK) == COUNCIL
    assert who(here, Verb.CONCLUDE) == {"chair"}


def test_a_council_of_one_round_says_nothing_of_another(here: Bench) -> None:
    here.council()
    other = make.card(make.round_(here.here.host, year=2027), here.here.unit)

    assert takes_part(here.fresh("outsider"), other)
    assert not takes_part(here.fresh("outsider"), here.card)


def test_who_is_not_in_the_council_is_told_so_on_the_page_and_in_the_act(here: Bench) -> None:
    here.council()
    browser = signed_in(here.users["outsider"])

    page = text(browser.get(url("appraisal", here.card)))
    assert "bạn không thuộc Hội đồng đó" in page
    assert "Lưu điểm" not in page
    answer = browser.post(url("mark", here.card, "2.1"), {"version": 0, "points": "5"})
    assert answer.status_code == 403
    assert "12/QĐ-UBND" in text(answer)


def test_the_vice_chair_concludes_where_the_chair_may_not(here: Bench) -> None:
    here.council()
    chair = here.users["chair"]
    declare_conflict(
        here.here.round, by=here.actors["chair"], unit=here.here.unit, person=chair.pk, reason="Em gái"
    )

    assert who(here, Verb.CONCLUDE) == {"vice"}
    assert who(here, Verb.APPRAISE) == COUNCIL - {"chair"} | {"lead"}


def test_the_vice_chair_concludes_for_the_unit_where_the_chair_works(here: Bench) -> None:
    here.council()
    make.seat(here.users["chair"], Role.CHAIR, at=here.here.host, workplace=here.here.unit)

    assert who(here, Verb.CONCLUDE) == {"vice"}


def test_the_vice_chair_concludes_when_the_chair_hands_over_until_she_takes_it_back(here: Bench) -> None:
    council = here.council()
    hand_presiding(council, by=here.actors["chair"], to_vice=True, reason="Đi công tác")
    assert who(here, Verb.CONCLUDE) == {"chair", "vice"}

    hand_presiding(council, by=here.actors["chair"], to_vice=False, reason="Đã về")
    assert who(here, Verb.CONCLUDE) == {"chair"}


def test_an_ended_seat_ends_the_part_in_the_council(here: Bench) -> None:
    here.council()
    seat = here.users["member"].appointments.get()
    with recording(by=SYSTEM):
        seat.ends_at = clock.now()
        seat.save()

    assert "member" not in who(here, Verb.APPRAISE)


@pytest.mark.parametrize("verb", JUDGING)
def test_a_declared_conflict_removes_the_person_from_that_card_only(here: Bench, verb: Verb) -> None:
    before = who(here, verb)
    secretary = here.users["secretary"]
    declare_conflict(
        here.here.round,
        by=here.actors["secretary"],
        unit=here.here.unit,
        person=secretary.pk,
        reason="Chồng là giám đốc",
    )

    assert who(here, verb) == before - {"secretary"}
    other = here.here.cards[1]
    assert takes_part(here.fresh("secretary"), other, Verb.APPRAISE)
    assert "xung đột lợi ích" in kept_out(here.fresh("secretary"), here.card)


def test_a_conflict_stops_every_act_on_the_card_and_shows_on_its_page(here: Bench) -> None:
    card, member = here.card, here.actors["member"]
    declare_conflict(
        here.here.round, by=member, unit=here.here.unit, person=member.user_id, reason="Vợ là kế toán"
    )

    for act in (
        lambda: actions.appraise(card, "2.1", by=member, version=0, points=Decimal(5)),
        lambda: actions.agree_rest(card, by=member),
        lambda: actions.ask(card, "2.1", by=member, question="Vì sao?"),
        lambda: actions.move(card, "appraise", by=member),
        lambda: actions.leave_out(card, "2.1", by=member, reason="Không có"),
    ):
        with pytest.raises(Refused, match="xung đột lợi ích"):
            act()
    page = text(signed_in(here.users["chair"]).get(url("appraisal", card)))
    assert "1 người không tham gia phiếu này" in page
    assert "Vợ là kế toán" in page


def test_a_withdrawn_conflict_lets_the_person_back(here: Bench) -> None:
    member = here.actors["member"]
    made = declare_conflict(
        here.here.round, by=member, unit=here.here.unit, person=member.user_id, reason="Họ hàng"
    )
    withdraw_conflict(made, by=member, reason="Người đó đã chuyển công tác")

    assert "member" in who(here, Verb.APPRAISE)
    made.refresh_from_db()
    assert made.withdrawal == "Người đó đã chuyển công tác"


def test_a_limit_in_the_council_reaches_its_fields_and_leaves_only(here: Bench) -> None:
    here.council(member="1.1, 2", second="1")
    card = here.card

    def leaves(name: str) -> set[Any]:
        return {code for code in ("1.1", "1.2", "2.1") if her_leaf(here.fresh(name), card, code)}

    assert leaves("member") == {"1.1", "2.1"}
    assert leaves("second") == {"1.1", "1.2"}
    assert leaves("lead") == {"2.1"}
    with pytest.raises(Refused, match=r"1\.2 ngoài phạm vi"):
        actions.appraise(card, "1.2", by=here.fresh("member"), version=0, points=Decimal(3))
    assert actions.agree_rest(card, by=here.fresh("member")) == 1  # 2.1 is still with its lead agency
    actions.appraise(card, "2.1", by=here.fresh("member"), version=0, points=Decimal(5))


def test_the_desk_counts_the_cards_in_which_the_person_takes_part(here: Bench) -> None:
    here.council()
    declare_conflict(
        here.here.round,
        by=here.actors["member"],
        unit=here.here.unit,
        person=here.users["member"].pk,
        reason="Họ hàng",
    )
    assert "Thẩm định 1 phiếu" in text(signed_in(here.users["second"]).get("/"))
    for name in ("member", "outsider"):
        assert "Thẩm định 1 phiếu" not in text(signed_in(here.users[name]).get("/"))


def test_an_explanation_is_told_to_those_who_take_part(here: Bench) -> None:
    here.council()
    member = here.actors["member"]
    declare_conflict(here.here.round, by=member, unit=here.here.unit, person=member.user_id, reason="Họ hàng")
    card, secretary = here.card, here.actors["secretary"]
    actions.appraise(card, "1.1", by=secretary, version=0, points=Decimal("0.5"), reason="Ban hành chậm")
    actions.agree_rest(card, by=here.actors["lead"])
    actions.agree_rest(card, by=secretary)
    actions.ask_for_cuts(card, by=secretary)
    actions.move(card, "appraise", by=secretary)
    actions.move(card, "ask", by=secretary)
    here.here.close(2)
    actions.answer(card, "1.1", by=here.here.officer, version=0, answer="Đã ban hành")
    actions.move(card, "explain", by=here.here.leader)

    told = set(Notice.objects.filter(subject__contains="gửi giải trình").values_list("user", flat=True))
    named = {name for name, user in here.users.items() if user.pk in told}
    assert named == COUNCIL - {"member"} | {"lead"}


def test_the_history_room_tells_who_was_kept_out_and_what_was_handed_over(here: Bench) -> None:
    council = here.council()
    member = here.actors["member"]
    made = declare_conflict(
        here.here.round, by=member, unit=here.here.unit, person=member.user_id, reason="Họ hàng"
    )
    withdraw_conflict(made, by=member, reason="Đã chuyển công tác")
    hand_presiding(council, by=here.actors["chair"], to_vice=True, reason="Đi công tác")
    agency = here.users["lead"].appointments.get().workplace
    actions.hand_over(here.here.round, by=here.actors["lead"], agency=agency, field="2", note="Còn chờ")
    nodes = [here.card.criteria_set.nodes.get(code="1.2")]
    drawn = {"units": [here.here.unit.pk], "share": 50, "seed": "Kỳ họp 12"}
    actions.choose_doubles(here.here.round, nodes, by=here.actors["secretary"], **drawn)
    doubled = DoubleLeaf.objects.get()
    for name in ("secretary", "second"):
        actions.appraise(
            doubled.score.card,
            "1.2",
            by=here.actors[name],
            version=0,
            points=Decimal("2.25"),
            reason="Thiếu biểu",
        )

    page = text(signed_in(here.users["inspector"]).get("/history/?kind=council"))
    for words in (
        "Lập Hội đồng thẩm định: Quyết định số 12/QĐ-UBND",
        "không tham gia phiếu do xung đột lợi ích: Họ hàng",
        "Rút khai báo xung đột lợi ích",
        "Giao Phó Chủ tịch thường trực chủ trì",
        "Sở Tư pháp thử bàn giao kết quả thẩm định lĩnh vực 2",
        "50 % đơn vị theo mã “Kỳ họp 12”",
        "Hai điểm độc lập được thống nhất: 2,25",
        f"{here.users['vice'].full_name} là Phó Chủ tịch thường trực",
    ):
        assert words in page, words
    own = make.seat(None, Role.INSPECTOR, at=here.here.host, workplace=doubled.score.card.unit).user
    assert "2,25" not in text(signed_in(own).get("/history/?kind=council"))


def test_a_field_is_named_for_the_criteria_of_one_kind_of_unit(here: Bench) -> None:
    kind = here.card.criteria_set.kind.code
    seat = here.users["lead"].appointments.get()
    for limit, reached in (
        (f"{kind}:2", {"2.1"}),
        ("loai-khac:2", set()),
        (f"{kind}:1, 2", {"1.1", "1.2", "2.1"}),
    ):
        with recording(by=SYSTEM):
            seat.fields_limit = limit
            seat.save()
        lead = here.fresh("lead")
        assert {code for code in ("1.1", "1.2", "2.1") if her_leaf(lead, here.card, code)} == reached


def test_a_lead_of_one_kinds_field_hands_that_over_and_the_council_takes_it(here: Bench) -> None:
    kind = here.card.criteria_set.kind.code
    seat = here.users["lead"].appointments.get()
    with recording(by=SYSTEM):
        seat.fields_limit = f"{kind}:2"
        seat.save()
    assert [(lead.field, lead.due) for lead in leads_of(here.here.round)] == [(f"{kind}:2", 2)]
    assert fields_led_by_others(here.card, here.actors["secretary"]) == {"2"}
    actions.hand_over(
        here.here.round,
        by=here.fresh("lead"),
        agency=seat.workplace,
        field=f"{kind}:2",
        note="Giao Hội đồng chấm tiếp",
    )
    assert not her_leaf(here.fresh("lead"), here.card, "2.1")
    assert fields_led_by_others(here.card, here.actors["secretary"]) == set()


def test_a_councils_limit_names_a_field_of_one_kind_and_nothing_unknown(here: Bench) -> None:
    kind = here.card.criteria_set.kind.code
    here.council(member=f"{kind}:1")
    assert her_leaf(here.fresh("member"), here.card, "1.1")
    assert not her_leaf(here.fresh("member"), here.card, "2.1")
    with pytest.raises(Invalid, match="loai-khac:1"):
        here.council(version=1, member="loai-khac:1")


def test_fields_of_one_number_led_for_two_kinds_of_units_are_told_apart(here: Bench) -> None:
    kind = here.card.criteria_set.kind.code
    seat = here.users["lead"].appointments.get()
    with recording(by=SYSTEM):
        seat.fields_limit = f"{kind}:2, loai-khac:2"
        seat.save()
    assert fields_led_by_others(here.card, here.actors["secretary"]) == {"2"}
    with recording(by=SYSTEM):
        seat.fields_limit = f"loai-khac:2, {kind}:2"
        seat.save()
    assert fields_led_by_others(here.card, here.actors["secretary"]) == {"2"}
    with recording(by=SYSTEM):
        seat.fields_limit = "loai-khac:2"
        seat.save()
    assert fields_led_by_others(here.card, here.actors["secretary"]) == set()
