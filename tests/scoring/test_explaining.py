"""Explanation: officers prepare, the leader sends exactly what she read; what is not answered stands."""

import copy
from decimal import Decimal
from io import BytesIO

import pytest

from backend.core.errors import OutOfStep
from backend.core.sheets import read_rows
from backend.scoring import actions, queries
from backend.scoring.models import Mark, Signature, State
from tests import make
from tests.scoring.councils import Council, council
from tests.scoring.pages import Browsers, send, text, url

pytestmark = pytest.mark.django_db
ANSWER = "Đã ban hành ngày 05/01"


def asked() -> Council:
    """Make a world in which 1.1 and 2.1 were cut and asked about, and the unit explains."""
    world = council()
    world.under_appraisal()
    for code, points in (("1.1", "0.5"), ("2.1", "4")):
        actions.appraise(
            world.card, code, by=world.secretary, version=0, points=Decimal(points), reason=f"Thiếu ở {code}"
        )
    actions.agree_rest(world.card, by=world.secretary)
    actions.ask_for_cuts(world.card, by=world.secretary)
    actions.move(world.card, "appraise", by=world.secretary)
    actions.move(world.card, "ask", by=world.secretary)
    world.close(2)
    return world


@pytest.fixture(scope="module")
def built(standing):
    return standing(asked)


@pytest.fixture
def here(built):
    return copy.deepcopy(built)


@pytest.fixture
def people(here):
    return Browsers(here)


def answer(here, code: str = "1.1", words: str = ANSWER, version: int = 0):
    actions.answer(here.card, code, by=here.officer, version=version, answer=words)


def test_the_officer_puts_the_answers_before_the_leader_who_is_told(here, people):
    empty = people.of("officer").post(url("move", here.card, "submit_answers"), {})
    assert empty.status_code == 409
    answer(here)
    people.of("officer").post(url("move", here.card, "submit_answers"), {"reason": "Đủ hồ sơ"})
    assert here.fresh().state == State.EXPLAINING
    told = here.users["leader"].notices.filter(subject__contains="giải trình")
    assert told.exists()
    page = text(people.of("leader").get(url("explanation", here.card)))
    assert "trình lãnh đạo duyệt giải trình" in page
    assert "Đủ hồ sơ" in page


def test_the_leader_sends_with_her_password_what_her_page_showed(here, people):
    answer(here)
    leader = people.of("leader")
    assert send(leader, here.card, secret="sai").status_code == 422
    assert send(leader, here.card, seen="").status_code == 422
    shown = leader.get(url("explanation", here.card)).context["seen"]
    answer(here, words="Bổ sung thêm", version=1)
    late = send(leader, here.card, seen=shown)
    assert late.status_code == 409
    assert "đã thay đổi sau khi bạn mở trang" in text(late)
    assert here.fresh().state == State.EXPLAINING
    send(leader, here.card)
    assert here.fresh().state == State.EXPLAINED
    signed = Signature.objects.get(card=here.card, move="explain")
    assert len(signed.fingerprint) == 64


def test_new_evidence_counts_as_what_the_leader_reads(here, people):
    answer(here)
    shown = people.of("leader").get(url("explanation", here.card)).context["seen"]
    actions.add_document(here.card, "1.1", by=here.officer, number="05/QĐ-UBND", issuer="UBND")
    with pytest.raises(OutOfStep):
        actions.move(here.card, "explain", by=here.leader, seen=shown)


def test_who_submitted_does_not_approve(here):
    answer(here)
    actions.move(here.card, "submit_answers", by=here.officer)
    both = make.seating.actor_for(make.seat(here.users["officer"], make.Role.DEPUTY, at=here.unit).user)
    with pytest.raises(OutOfStep, match="Người trình không được tự phê duyệt"):
        actions.move(here.card, "explain", by=both)


def test_the_council_reads_no_draft(here, people):
    answer(here)
    actions.move(here.card, "submit_answers", by=here.officer, reason="Chỉ lãnh đạo đọc")
    address = url("timeline", here.card, "1.1")
    for page in (url("appraisal", here.card), address):
        assert ANSWER not in text(people.of("secretary").get(page))
    told = people.of("secretary").get(f"/api/scorecards/{here.card.pk}/").content.decode()
    assert ANSWER not in told
    assert "Chỉ lãnh đạo đọc" not in told
    changes = text(people.of("secretary").get("/history/"))
    assert ANSWER not in changes
    assert "Chỉ lãnh đạo đọc" not in changes
    send(people.of("leader"), here.card)
    for page in (url("appraisal", here.card), address):
        assert ANSWER in text(people.of("secretary").get(page))


def test_the_history_room_its_sheet_and_the_card_of_a_day_hold_no_draft(here, people):
    answer(here)
    actions.add_document(here.card, "1.1", by=here.officer, number="77/QĐ-UBND", issuer="UBND")
    actions.move(here.card, "submit_answers", by=here.officer, reason="Chỉ lãnh đạo đọc")
    secrets = {ANSWER, "77/QĐ-UBND", "Chỉ lãnh đạo đọc"}
    assert told_to(people.of("secretary"), here) == set()
    assert told_to(people.of("inspector"), here) == set()
    then = queries.card_at(here.fresh(), make.clock.now(), here.officer)
    assert ANSWER in str(then.leaves)
    send(people.of("leader"), here.card)
    assert told_to(people.of("secretary"), here) == secrets


@pytest.mark.parametrize("late", [False, True])
def test_a_leaf_across_units_shows_no_draft_even_after_its_time(here, people, late):
    answer(here)
    actions.add_document(here.card, "1.1", by=here.officer, number="77/QĐ-UBND", issuer="UBND")
    if late:
        here.close(3)
    assert across(people.of("secretary"), here) == set()


def test_a_leaf_across_units_shows_what_the_leader_sent(here, people):
    answer(here)
    actions.add_document(here.card, "1.1", by=here.officer, number="77/QĐ-UBND", issuer="UBND")
    send(people.of("leader"), here.card)
    here.close(3)
    assert across(people.of("secretary"), here) == {ANSWER, "77/QĐ-UBND"}


def across(browser, here) -> set[str]:
    """Return which of the unit's two secrets the page of the leaf across units, or its twin, tells."""
    node = here.card.scores.get(code="1.1").node_id
    pages = [url("by_leaf", here.round, node), f"/api/rounds/{here.round.pk}/leaves/{node}/"]
    said = " ".join(text(browser.get(page)) for page in pages)
    return {word for word in (ANSWER, "77/QĐ-UBND") if word in said}


def told_to(browser, here) -> set[str]:
    """Return which of the unit's three secrets the room, its twin, its sheet or the card at this moment tell."""
    now = {"at": make.clock.now().isoformat()}
    pages = [browser.get("/history/"), browser.get("/api/changes/")]
    pages += [browser.get(f"{root}/scorecards/{here.card.pk}/as-of/", now) for root in ("", "/api")]
    said = " ".join(text(page) for page in pages)
    sheet = b"".join(browser.get("/history/sheet/").streaming_content)
    said += str(read_rows(BytesIO(sheet), most_rows=500))
    return {word for word in (ANSWER, "77/QĐ-UBND", "Chỉ lãnh đạo đọc") if word in said}


def test_the_second_look_shows_question_answer_and_evidence_against_the_first_mark(here, people):
    answer(here)
    actions.add_document(here.card, "1.1", by=here.officer, number="05/QĐ-UBND", issuer="UBND")
    send(people.of("leader"), here.card)
    here.close(3)
    page = text(people.of("secretary").get(url("appraisal", here.card) + "?field=1"))
    for shown in ("Thiếu ở 1.1", ANSWER, "05/QĐ-UBND", "1,00 → 0,50"):
        assert shown in page


def test_what_is_not_answered_stands_and_says_so_on_the_page_and_in_history(here, people):
    answer(here)
    send(people.of("leader"), here.card)
    here.close(3)
    page = text(people.of("secretary").get(url("appraisal", here.card) + "?field=2"))
    assert "Đơn vị không giải trình: giữ 4,00 điểm" in page
    with pytest.raises(OutOfStep, match=r"1\.1"):
        actions.move(here.card, "appraise", by=here.secretary)
    actions.appraise(here.card, "1.1", by=here.secretary, version=0, points=Decimal(1), reason="Đã đủ")
    actions.move(here.card, "appraise", by=here.secretary)
    carried = Mark.objects.get(score__card=here.card, score__code="2.1", step__order=4)
    assert (carried.points, carried.from_points) == (Decimal(4), Decimal(4))
    assert "không giải trình" in carried.reason
    told = text(people.of("secretary").get(url("timeline", here.card, "2.1")))
    assert "Đơn vị không giải trình; giữ điểm thẩm định trước đó." in told


def test_an_answer_the_leader_did_not_send_in_time_is_none(here, people):
    answer(here)
    here.close(3)
    actions.move(here.card, "appraise", by=here.secretary)
    assert queries.given_answers(score__card=here.card).count() == 0
    carried = Mark.objects.filter(score__card=here.card, step__order=4).values_list("score__code", "points")
    assert dict(carried) == {"1.1": Decimal("0.5"), "2.1": Decimal(4)}
    page = text(people.of("officer").get(url("explanation", here.card)))
    assert "Chưa được lãnh đạo phê duyệt trong hạn" in page


def test_the_unit_has_its_own_deadline_with_its_extension(here, people):
    answer(here)
    here.close(3)
    with pytest.raises(OutOfStep):
        actions.move(here.card, "explain", by=here.leader)
    step = here.round.steps.get(order=3)
    from backend.rounds import actions as rounds

    rounds.extend(
        step,
        unit=here.unit,
        closes_at=make.clock.now() + make.DAY,
        by=make.seating.actor_for(here.users["manager"]),
        reason="Theo đề nghị",
        document="3/CV",
    )
    send(people.of("leader"), here.card)
    assert here.fresh().state == State.EXPLAINED


def test_json_shows_the_questions_with_the_fingerprint_the_leader_names(here, people):
    answer(here)
    address = f"/api/scorecards/{here.card.pk}/"
    found = people.of("leader").get(address + "explanation/").json()
    assert [row["code"] for row in found["asked"]] == ["1.1", "2.1"]
    assert people.of("secretary").get(address + "explanation/").status_code == 403
    lacking = people.of("leader").post(
        address + "moves/explain/", {"secret": make.PASSWORD}, "application/json"
    )
    assert lacking.status_code == 422
    given = {"secret": make.PASSWORD, "seen": found["fingerprint"]}
    assert people.of("leader").post(address + "moves/explain/", given, "application/json").status_code == 200


def test_an_unanswered_leaf_keeps_its_mark_at_the_second_look(here):
    answer(here, "1.1")
    actions.move(here.card, "explain", by=here.leader)
    here.close(3)
    with pytest.raises(OutOfStep, match=r"không giải trình tiêu chí 2\.1"):
        actions.appraise(
            here.card, "2.1", by=here.secretary, version=0, points=Decimal(5), reason="Nâng theo hồ sơ"
        )
    why = {"points": Decimal(1), "reason": "Nhận giải trình của đơn vị"}
    actions.appraise(here.card, "1.1", by=here.secretary, version=0, **why)
    actions.move(here.card, "appraise", by=here.secretary)
    kept = Mark.objects.filter(score__card=here.card, score__code="2.1", points__isnull=False)
    assert kept.exclude(step__kind="self").latest("step__order").points == 4


def test_what_the_unit_was_asked_about_it_goes_on_seeing(here, people):
    answer(here, "1.1")
    actions.move(here.card, "explain", by=here.leader)
    here.close(3)
    actions.appraise(here.card, "1.1", by=here.secretary, version=0, points=Decimal("0.5"))
    actions.move(here.card, "appraise", by=here.secretary)
    page = text(people.of("officer").get(url("leaf", here.card, "1.1")))
    assert "Thiếu ở 1.1" in page
    assert "Thẩm định lần 2" not in page


def test_saving_one_answer_sends_back_its_own_piece_of_the_page(here, people):
    page = text(people.of("officer").get(url("explanation", here.card)))
    assert page.count('hx-select="[data-asked=') == 2
    assert page.count('hx-select-oob="#send,#answered"') == 2
