"""Sessions, changes after the conclusion and the units' signatures through HTTP: pages and JSON."""

import copy

import pytest
from django.urls import reverse

from backend.rounds.actions import declare_conflict
from backend.rounds.models import Round
from backend.scoring import actions
from backend.scoring.models import Amendment, Mark, Session, Signature, State
from tests import make
from tests.scoring.pages import Browsers, text, url
from tests.scoring.sittings import Sitting, concluded, fresh, result, sitting

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SECRET = {"secret": make.PASSWORD}


@pytest.fixture(scope="module")
def built(standing):
    return standing(lambda: (sitting(Round.Sitting.CLOSED), concluded(sign_off=True)))


@pytest.fixture
def here(built) -> Sitting:
    return copy.deepcopy(built)[0]


@pytest.fixture
def after(built) -> Sitting:
    return copy.deepcopy(built)[1]


def page(name: str, *args: object) -> str:
    return reverse(f"scoring:{name}", args=args)


def test_a_closed_vote_shows_no_count_before_its_end_and_no_buttons_to_who_has_voted(here):
    here.begin()
    people, made = Browsers(here.world), here.propose()
    address = page("session_leaf", here.now.pk, here.world.card.pk, "1.1")
    assert "Không tán thành" in text(people.of("one").get(address))
    people.of("one").post(page("vote", made.pk), {"choice": "against"})
    told = text(people.of("one").get(address))
    assert "Bạn đã biểu quyết." in told
    assert "không tán thành 1" not in told
    whole = people.of("one").get(f"/api/sessions/{here.now.pk}/").json()
    assert whole["votings"][0]["count"] is None
    assert whole["votings"][0]["voters"] == [here.members["one"].name]
    again = people.of("one").post(f"/api/sessions/{here.now.pk}/proposals/{made.pk}/vote/", {"choice": "for"})
    assert again.status_code == 409
    people.of("secretary").post(page("end_vote", made.pk))
    assert "không tán thành 1" in text(people.of("one").get(address))


def test_a_whole_session_through_json(here):
    people = Browsers(here.world)
    secretary, chair, one = (people.of(name) for name in ("secretary", "chair", "one"))
    begun = secretary.post("/api/sessions/", {"round": here.world.round.pk, "venue": "Phòng 2"})
    assert begun.status_code == 201
    address = f"/api/sessions/{begun.json()['id']}/"
    rows = [{"person": actor.user_id, "presence": "present"} for actor in here.members.values()]
    secretary.post(address + "attendance/", {"rows": rows}, "application/json")
    found = one.get(address).json()
    assert (found["present"], found["wanted"], found["quorate"]) == (4, 3, True)
    assert found["agenda"][0]["open"][0]["code"] == "1.1"
    given = {"card": here.world.card.pk, "code": "1.1", "points": "1", "reason": "Đủ hồ sơ"}
    made = one.post(address + "proposals/", given, "application/json")
    assert made.status_code == 201
    row = made.json()["id"]
    assert one.post(f"{address}proposals/{row}/vote/", {"choice": "for"}).status_code == 201
    assert secretary.post(f"{address}proposals/{row}/end/").json()["count"]["agreed"] == 1
    assert chair.post(address + "close/", {"secret": "sai"}).status_code == 422
    closed = chair.post(address + "close/", SECRET).json()
    assert len(closed["fingerprint"]) == 64
    assert one.get(address + "minutes/").json()["cards"][0]["leaves"][0]["code"] == "1.1"
    asked = chair.post("/api/documents/", {"kind": "minutes_docx", "session": begun.json()["id"]})
    assert asked.status_code == 202


def test_the_session_closes_with_the_chairs_password_only(here):
    here.begin()
    people, address = Browsers(here.world), page("close_session", here.now.pk)
    assert people.of("secretary").post(address, SECRET).status_code == 403
    assert people.of("chair").post(address, {"secret": "sai"}).status_code == 422
    people.of("chair").post(address, SECRET)
    assert Session.objects.get().closed_by == here.world.chair.name


def test_the_conclusion_page_says_what_keeps_the_card_and_leads_to_the_session(here):
    people = Browsers(here.world)
    told = text(people.of("chair").get(url("conclusion", here.world.card)))
    assert "hiện không có phiên họp nào" in told
    here.begin()
    told = text(people.of("chair").get(url("conclusion", here.world.card)))
    assert "Thảo luận, biểu quyết" in told
    assert "Phiên họp số 1" in told
    made = here.propose()
    assert "Chưa kết thúc biểu quyết ở 1.1" in text(
        people.of("chair").get(url("conclusion", here.world.card))
    )
    actions.end_vote(fresh(made), by=here.members["chair"])


def test_two_people_change_points_on_the_pages(after):
    people, card = Browsers(after.world), after.world.card
    assert "Đề nghị thay đổi điểm" in text(people.of("secretary").get(url("conclusion", card)))
    typed = {"points": "1", "reason": "Nộp lại quyết định", "document": "21/CV-SNV"}
    address = url("propose_change", card, "1.1")
    assert people.of("secretary").post(address, {**typed, "document": ""}).status_code == 422
    people.of("secretary").post(address, typed)
    change = Amendment.objects.get()
    told = text(people.of("secretary").get(page("change", change.pk)))
    assert "cần một người khác có quyền kết luận" in told
    assert people.of("chair").post(page("change", change.pk), {"secret": "sai"}).status_code == 422
    people.of("chair").post(page("change", change.pk), SECRET)
    mark = Mark.objects.get(score__card=card, score__code="1.1", step__kind="conclusion")
    assert str(mark.points) == "1.000"


def test_two_people_open_a_conclusion_again_through_json(after):
    people = Browsers(after.world)
    address = f"/api/scorecards/{after.world.card.pk}/amendments/"
    why = {"reason": "Nộp lại quyết định", "document": "21/CV-SNV"}
    made = people.of("secretary").post(address, why, "application/json")
    assert (made.status_code, made.json()["kind"]) == (201, "reopen")
    confirmed = people.of("chair").post(f"{address}{made.json()['id']}/confirm/", SECRET)
    assert confirmed.json()["state"] == "confirmed"
    assert after.world.fresh().state == State.APPRAISED
    assert people.of("chair").get(address).json()["results"][0]["settler_name"] == after.world.chair.name


def test_the_leader_signs_what_her_page_shows(after):
    people, card = Browsers(after.world), after.world.card
    shown = people.of("leader").get(url("sign_off", card))
    assert "8,50" in text(shown)
    assert shown.context["seen"] == result(after)
    typed = {"seen": shown.context["seen"], **SECRET}
    assert people.of("leader").post(url("sign_off", card), {**typed, "secret": "sai"}).status_code == 422
    assert people.of("leader").post(url("sign_off", card), {**typed, "seen": "0" * 64}).status_code == 409
    people.of("leader").post(url("sign_off", card), {**typed, "reason": "Đề nghị xem lại 1.1"})
    assert Signature.objects.get(move="sign_off").reason == "Đề nghị xem lại 1.1"
    told = text(people.of("chair").get(url("conclusion", card)))
    assert "Đơn vị đã ký xác nhận kết quả" in told
    assert "Đề nghị xem lại 1.1" in told


def test_the_round_says_how_its_council_concludes_and_an_open_one_says_why(after):
    people, round_ = Browsers(after.world), after.world.round
    address = reverse("rounds:round_sitting", args=[round_.pk])
    typed = {"sitting": "by_name", "quorum": "all", "sign_off_until": "05/06/2099"}
    assert people.of("manager").post(address, typed).status_code == 422
    assert (
        people.of("manager").post(address, {**typed, "reason": "Quy chế", "document": "3/QĐ"}).status_code
        == 302
    )
    found = people.of("manager").get(f"/api/rounds/{round_.pk}/sitting/").json()
    assert (found["sitting"], found["quorum"]) == ("by_name", "all")
    detail = text(people.of("manager").get(reverse("rounds:round_detail", args=[round_.pk])))
    assert "Họp Hội đồng, biểu quyết ghi tên" in detail
    assert "đến hết 05/06/2099" in detail
    past = {**typed, "sign_off_until": "05/06/2020", "reason": "Quy chế", "document": "3/QĐ"}
    assert "đã qua" in text(people.of("manager").post(address, past))


def test_the_desk_leads_members_to_the_session_the_leader_to_sign_and_the_chair_to_confirm(here, after):
    here.begin()
    assert "Vào phiên họp" in text(Browsers(here.world).of("one").get("/"))
    people = Browsers(after.world)
    assert "Ký xác nhận kết quả" in text(people.of("leader").get("/"))
    actions.move(after.world.card, "sign_off", by=after.world.leader, seen=result(after))
    assert "Ký xác nhận kết quả" not in text(people.of("leader").get("/"))
    why = {"reason": "Nộp lại", "document": "21/CV-SNV"}
    actions.propose_reopening(after.world.card, by=after.members["secretary"], **why)
    assert "1 thay đổi sau kết luận chờ bạn xác nhận" in text(people.of("chair").get("/"))
    assert "chờ bạn xác nhận" not in text(people.of("secretary").get("/"))


def test_who_declared_a_conflict_hears_nothing_of_the_card(here):
    here.begin()
    people = Browsers(here.world)
    made = here.propose(by="one")
    here.vote(made, one="for")
    two = people.of("two")
    pages = [page("session", here.now.pk), f"/api/sessions/{here.now.pk}/"]
    leaf = page("session_leaf", here.now.pk, here.world.card.pk, "1.1")
    assert all("1.1" in text(two.get(one)) for one in pages)
    assert two.get(leaf).status_code == 200
    declare_conflict(
        here.world.round,
        by=here.members["two"],
        unit=here.world.unit,
        person=here.members["two"].user_id,
        reason="Họ hàng với lãnh đạo",
    )
    assert not any("1.1" in text(two.get(one)) for one in pages)
    for one in (leaf, f"/api/sessions/{here.now.pk}/minutes/"):
        assert two.get(one).status_code == 404
