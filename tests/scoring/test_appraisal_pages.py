"""The council's pages through HTTP: lists, one card leaf by leaf, conclusion, the round's progress."""

import copy
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from backend.notices.models import Notice
from backend.scoring import actions
from backend.scoring.lifecycle import State
from backend.scoring.models import Explanation, Mark, Score, StoredFile
from permissions.roles import Role
from tests import make
from tests.scoring import specimens
from tests.scoring.councils import Council, council, fill
from tests.scoring.pages import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def built(standing) -> Council:
    return standing(council)


@pytest.fixture
def season(built) -> Council:
    return copy.deepcopy(built)


@pytest.fixture
def secretary(season) -> Client:
    return signed_in(season.users["secretary"])


def url(name: str, *args) -> str:
    return reverse(f"scoring:{name}", args=args)


def test_the_list_shows_the_cards_of_the_host_by_stage(season, secretary):
    season.under_appraisal()
    page = secretary.get(url("appraisal_list"), {"stage": "todo"})
    assert "Phường Ô Môn" in page.text
    assert "Phường Thới Long" not in page.text
    assert "Cần thẩm định (1)" in page.text
    assert "Chưa được duyệt (1)" in page.text


def test_the_list_is_searched_without_accents(secretary):
    page = secretary.get(url("appraisal_list"), {"q": "o mon"})
    assert "Phường Ô Môn" in page.text
    assert "Phường Thới Long" not in page.text


def test_a_search_that_finds_nothing_says_what_to_do(secretary):
    assert "Không có phiếu nào như vậy" in secretary.get(url("appraisal_list"), {"q": "zzz"}).text


@pytest.mark.parametrize("name", ["appraisal_list", "conclusion_list", "round_progress", "history"])
def test_a_list_takes_the_same_number_of_queries_for_any_number_of_units(
    name, django_assert_max_num_queries, django_assert_num_queries
):
    def queries_for(units: int) -> int:
        made = council(units=units)
        client = signed_in(made.users["secretary"])
        for card in made.cards:
            _user, officer = make.seated(Role.OFFICER, card.unit)
            fill(card, by=officer)
        address = url(name, made.round.pk) if name == "round_progress" else url(name)
        client.get(address)
        with django_assert_max_num_queries(100) as counted:
            client.get(address)
        return len(counted)

    few = queries_for(1)
    assert queries_for(6) == few


def test_a_unit_finds_no_page_of_the_council(season):
    officer = signed_in(season.users["officer"])
    season.under_appraisal()
    for address in (
        url("appraisal", season.card.pk),
        url("conclusion", season.card.pk),
        url("round_progress", season.round.pk),
        url("survey", season.round.pk),
    ):
        assert officer.get(address).status_code == 404


def test_another_host_finds_nothing(season):
    stranger = signed_in(make.seated(Role.SECRETARY, make.unit("Tỉnh khác", kind="city"))[0])
    assert stranger.get(url("appraisal", season.card.pk)).status_code == 404
    assert stranger.get(url("round_progress", season.round.pk)).status_code == 404


def test_an_inspector_reads_and_has_no_button(season):
    season.under_appraisal()
    page = signed_in(season.users["inspector"]).get(url("appraisal", season.card.pk))
    assert page.status_code == 200
    assert "data-mark" not in page.text
    assert "chỉ xem" in page.text or "Bạn đang xem" in page.text


def test_the_card_shows_what_the_unit_gave(season, secretary):
    season.under_appraisal()
    page = secretary.get(url("appraisal", season.card.pk))
    assert "Kịp thời: 1 điểm" in page.text
    assert "Theo báo cáo số 12/BC-UBND" in page.text
    assert '<option value="0,50">' in page.text


def test_before_the_lock_the_page_says_until_when_the_unit_works(season, secretary):
    season.approved()
    assert "Đơn vị còn trong hạn tự chấm đến" in secretary.get(url("appraisal", season.card.pk)).text


def mark(client, season, code="1.1", htmx=False, **data):
    headers = {"HX-Request": "true"} if htmx else {}
    data = {"version": "0", "points": "", "reason": "", **data}
    return client.post(url("mark", season.card.pk, code), data, headers=headers)


def test_points_are_saved_with_a_reason(season, secretary):
    season.under_appraisal()
    answer = mark(secretary, season, points="0,5", reason="Ban hành chậm")
    assert answer.status_code == 302
    assert answer.url.endswith("?field=1#leaf-1.1")
    assert season.mark("1.1", 2).points == Decimal("0.5")


def test_htmx_gets_the_leaf_and_the_sums(season, secretary):
    season.under_appraisal()
    answer = mark(secretary, season, htmx=True, points="0.5", reason="Ban hành chậm")
    assert answer.status_code == 200
    assert f'id="state-{season.mark("1.1", 2).score_id}"' in answer.text
    assert "giảm 0,50" in answer.text
    assert "Còn 2 tiêu chí chưa thẩm định: 1.2, 2.1" in answer.text
    assert answer.text.count('hx-swap-oob="true"') >= 3
    assert "<html" not in answer.text


def test_agreeing_needs_one_press(season, secretary):
    season.under_appraisal()
    mark(secretary, season, agree="1", reason="gõ dở")
    assert (season.mark("1.1", 2).points, season.mark("1.1", 2).reason) == (Decimal(1), "")


@pytest.mark.parametrize(
    ("code", "typed", "said"),
    [
        ("1.2", {"points": "3,5", "reason": "vì thế"}, "từ 0 đến 3,00"),
        ("1.1", {"points": "0,75", "reason": "vì thế"}, "không có mức 0,75"),
        ("1.2", {"points": "1,5"}, "hãy ghi lý do cụ thể"),
        ("1.2", {"points": "12.500", "reason": "vì thế"}, "có thể đọc là"),
        ("1.2", {"points": "", "reason": "vì thế"}, "Hãy nhập điểm"),
    ],
)
@pytest.mark.parametrize("htmx", [True, False])
def test_a_refused_mark_says_why_and_keeps_what_was_typed(season, secretary, code, typed, said, htmx):
    season.under_appraisal()
    answer = mark(secretary, season, code, htmx=htmx, **typed)
    assert answer.status_code == 422
    assert said in answer.text
    for value in filter(None, typed.values()):
        assert value in answer.text
    assert not Mark.objects.filter(score__card=season.card, step__order=2).exists()


def test_who_is_overtaken_sees_both_values_and_may_insist(season, secretary):
    season.under_appraisal()
    mark(secretary, season, points="0,5", reason="Người thứ nhất")
    late = mark(secretary, season, htmx=True, points="0", reason="Người thứ hai")
    assert late.status_code == 422
    assert "Đang lưu: 0,50 điểm, lý do: “Người thứ nhất”. Bạn nhập: 0,00 điểm" in late.text
    assert "Người thứ hai" in late.text
    mark(secretary, season, points="0", reason="Người thứ hai", over="1")
    assert season.mark("1.1", 2).points == 0


def test_a_field_appraiser_sees_other_fields_read_only(season):
    limited = signed_in(make.seated(Role.APPRAISER, season.host, fields_limit="2")[0])
    season.under_appraisal()
    first = limited.get(url("appraisal", season.card.pk))
    assert 'id="leaf-2.1"' in first.text  # her own field comes first
    other = limited.get(url("appraisal", season.card.pk), {"field": "1"})
    assert "data-mark" not in other.text
    assert "không được phân công" in other.text
    assert mark(limited, season, points="1").status_code == 403


def test_a_council_member_does_not_mark_the_unit_where_she_works(season):
    own = signed_in(make.seated(Role.SECRETARY, season.host, workplace=season.unit)[0])
    season.under_appraisal()
    assert "data-mark" not in own.get(url("appraisal", season.card.pk)).text
    refused = mark(own, season, points="1")
    assert refused.status_code == 403
    assert "đang công tác tại đơn vị này" in refused.text


def test_the_rest_is_agreed_with_field_by_field_or_all(season, secretary):
    season.under_appraisal()
    secretary.post(url("agree", season.card.pk), {"field": "1"})
    assert Mark.objects.filter(score__card=season.card, step__order=2).count() == 2
    secretary.post(url("agree", season.card.pk))
    assert Mark.objects.filter(score__card=season.card, step__order=2).count() == 3


def test_a_question_is_written_changed_and_taken_back(season, secretary):
    season.under_appraisal()
    ask = url("ask", season.card.pk, "1.1")
    assert secretary.post(ask, {"question": ""}).status_code == 422
    secretary.post(ask, {"question": "Vì sao chậm?"})
    secretary.post(ask, {"question": "Vì sao ban hành chậm?"})
    assert Explanation.objects.get().question == "Vì sao ban hành chậm?"
    unask = url("on_leaf", season.card.pk, "1.1", "unask")
    assert secretary.post(unask, {"reason": ""}).status_code == 422
    secretary.post(unask, {"reason": "Đã rõ"})
    assert not Explanation.objects.exists()


def test_every_cut_is_asked_about_at_once(season, secretary):
    season.under_appraisal()
    mark(secretary, season, points="0,5", reason="Ban hành chậm")
    page = secretary.get(url("appraisal", season.card.pk), {"field": "1"})
    assert "Yêu cầu giải trình 1 tiêu chí bị trừ điểm" in page.text
    secretary.post(url("ask_cuts", season.card.pk))
    assert Explanation.objects.get().question == "Ban hành chậm"


def test_a_leaf_is_left_out_with_a_reason_and_put_back(season, secretary):
    season.under_appraisal()
    leave = url("on_leaf", season.card.pk, "1.2", "leave-out")
    assert "Không áp dụng tiêu chí này" in secretary.get(leave).text
    assert secretary.post(leave, {"reason": " "}).status_code == 422
    secretary.post(leave, {"reason": "Đơn vị không có thủ tục"})
    assert not Score.objects.get(card=season.card, code="1.2").applies
    page = secretary.get(url("appraisal", season.card.pk), {"field": "1"})
    assert "Đơn vị không có thủ tục" in page.text
    secretary.post(url("on_leaf", season.card.pk, "1.2", "put-back"), {"reason": "Có thủ tục"})
    assert Score.objects.get(card=season.card, code="1.2").applies


def test_an_unknown_act_or_leaf_is_not_found(season, secretary):
    assert secretary.get(url("on_leaf", season.card.pk, "1.2", "burn")).status_code == 404
    assert mark(secretary, season, "9.9").status_code == 404


def test_a_shut_door_says_why(season, secretary):
    season.under_appraisal()
    page = secretary.get(url("appraisal", season.card.pk))
    assert "Còn 3 tiêu chí chưa thẩm định: 1.1, 1.2, 2.1" in page.text


def test_the_appraisal_is_finished_and_the_questions_sent(season, secretary):
    season.appraised()
    page = secretary.get(url("appraisal", season.card.pk))
    assert "Gửi yêu cầu giải trình" in page.text
    answer = secretary.post(url("move", season.card.pk, "ask"), {"next": url("appraisal", season.card.pk)})
    assert answer.url == url("appraisal", season.card.pk)
    assert season.fresh().state == State.EXPLAINING


def test_the_second_appraisal_shows_mark_question_and_answer(season, secretary):
    season.explained()
    page = secretary.get(url("appraisal", season.card.pk)).text
    assert "Thẩm định lần 1: 1,00 → 0,50" in page
    assert "Đã ban hành ngày 05/01" in page
    assert "Đồng ý 0,50" in page.replace("\n", " ")
    assert 'id="leaf-1.2"' not in page  # what was asked about comes first
    every = secretary.get(url("appraisal", season.card.pk), {"field": "1", "show": "all"}).text
    assert "giữ điểm lần trước" in every
    secretary.post(url("agree", season.card.pk))
    assert Mark.objects.filter(score__card=season.card, step__order=4).count() == 1  # only what was asked


def test_once_concluded_every_appraised_leaf_counts_as_appraised(season, secretary):
    season.explained()
    actions.agree_rest(season.card, by=season.secretary)
    actions.move(season.card, "appraise", by=season.secretary)
    season.close(4)
    assert season.fresh().state == State.APPRAISED
    for state in (State.APPRAISED, State.CONCLUDED):
        if state == State.CONCLUDED:
            actions.move(season.card, "conclude", by=season.chair)
        page = " ".join(
            secretary.get(url("appraisal", season.card.pk), {"field": "1", "show": "all"}).text.split()
        )
        assert "2/2 tiêu chí" in page
        assert "1/1 tiêu chí" in page
        assert "Thẩm định lần 1: 1,00 → 0,50" in page
        assert "giữ điểm lần trước" not in page
        assert "chưa thẩm định" not in page


def test_the_host_accepts_reopens_and_notes_no_self_score(season, secretary):
    season.close(1)
    for role in (Role.OFFICER, Role.LEADER):
        make.seated(role, season.cards[1].unit)
    page = secretary.get(url("appraisal", season.cards[1].pk))
    assert page.text.count("Nhận dù chưa phê duyệt") >= 1
    late = {"reason": "Mất mạng", "document": "12/SNV-CCHC", "new_close": "31/02/2027"}
    refused = secretary.post(url("move", season.cards[1].pk, "reopen"), late)
    assert refused.status_code == 422
    assert "12/SNV-CCHC" in refused.text
    assert "Không có ngày" in refused.text
    no_paper = secretary.post(url("move", season.cards[1].pk, "accept"), {"reason": "Trễ", "document": ""})
    assert no_paper.status_code == 422
    secretary.post(url("move", season.cards[1].pk, "accept"), {"reason": "Trễ", "document": "12/SNV-CCHC"})
    season.cards[1].refresh_from_db()
    assert season.cards[1].state == State.ACCEPTED
    told = Notice.objects.filter(subject__contains="nhận phiếu chưa được phê duyệt")
    assert told.count() == len({row.user_id for row in told}) == 2  # its officer and its leader


def test_the_links_of_a_refused_page_lead_somewhere(season, secretary):
    season.under_appraisal()
    refused = mark(secretary, season, "1.2", points="9", reason="vì thế").text
    fields = f"{url('appraisal', season.card.pk)}?field=2"
    assert f'href="{fields}"' in refused
    assert 'href="?field' not in refused
    assert secretary.get(fields).status_code == 200


def test_a_leaf_left_out_by_the_host_does_not_void_the_approval(season, secretary):
    season.under_appraisal()
    actions.leave_out(season.card, "1.2", by=season.secretary, reason="Không có nhiệm vụ này")
    actions.agree_rest(season.card, by=season.secretary)
    actions.move(season.card, "appraise", by=season.secretary)
    assert season.fresh().state == State.APPRAISED


def test_a_question_answered_is_neither_rewritten_nor_taken_back(season, secretary):
    season.explained()
    for name, data in (("ask", {"question": "Câu khác"}), ("on_leaf", {"reason": "Bỏ"})):
        more = ["unask"] if name == "on_leaf" else []
        assert secretary.post(url(name, season.card.pk, "1.1", *more), data).status_code == 409
    assert Explanation.objects.get().question == "Ban hành chậm"


def rows_on(page, codes=("1.1", "1.2", "2.1")):
    """Return the leaves a page shows."""
    return [code for code in codes if f'id="leaf-{code}"' in page.text]


@pytest.mark.parametrize(
    ("show", "codes"),
    [
        ("all", ["1.1", "1.2", "2.1"]),
        ("left", ["1.2", "2.1"]),
        ("cut", ["1.1"]),
        ("changed", ["1.1"]),
        ("apart", []),
        ("bare", ["1.1", "1.2", "2.1"]),
        ("flagged", []),
        ("asked", []),
    ],
)
def test_the_whole_card_is_narrowed_to_what_one_looks_for(season, secretary, show, codes):
    season.under_appraisal()
    mark(secretary, season, points="0,5", reason="Ban hành chậm")
    page = secretary.get(url("appraisal", season.card.pk), {"show": show, "field": "all"})
    assert rows_on(page) == codes


def test_a_later_look_that_gave_other_points_is_found_as_disagreement(season, secretary):
    season.explained()
    again = {"points": "1", "reason": "Đã có văn bản ngày 05/01"}
    assert mark(secretary, season, **again).status_code == 302
    page = secretary.get(url("appraisal", season.card.pk), {"show": "apart", "field": "all"})
    assert rows_on(page) == ["1.1"]


def test_my_fields_are_shown_together(season):
    season.under_appraisal()
    user, _actor = make.seated(Role.APPRAISER, season.host, fields_limit="2")
    page = signed_in(user).get(url("appraisal", season.card.pk), {"field": "mine"})
    assert rows_on(page) == ["2.1"]
    everything = signed_in(user).get(url("appraisal", season.card.pk), {"field": "all"})
    assert rows_on(everything) == ["1.1", "1.2", "2.1"]


def test_behind_the_last_leaf_stand_the_next_field_and_then_the_next_unit(season, secretary):
    season.under_appraisal()
    page = secretary.get(url("appraisal", season.card.pk), {"field": "1"}).text
    assert f'rel="next" href="{url("appraisal", season.card.pk)}?field=2"' in page
    page = secretary.get(url("appraisal", season.card.pk), {"field": "all"}).text
    assert f'rel="next" href="{url("appraisal", season.cards[1].pk)}?field=all"' in page


def test_documents_open_in_one_place_beside_the_leaves(season, secretary):
    upload = specimens.upload(specimens.pdf(), "bao-cao.pdf")
    actions.add_file(season.card, "1.1", by=season.officer, upload=upload)
    StoredFile.objects.update(state=StoredFile.State.CLEAN)
    season.under_appraisal()
    page = secretary.get(url("appraisal", season.card.pk), {"field": "1"}).text
    assert page.count('class="doc-viewer"') == 1
    assert 'hx-target="#pane"' in page
