"""What a unit's people say to each other on a leaf: called by name, read, taken back, and nobody else's to know."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from django.urls import reverse

from backend.audit.verify import differences
from backend.core.errors import OutOfStep, Refused
from backend.notices.models import Notice
from backend.scoring import actions
from backend.scoring.models import Mention, Remark
from tests.scoring.insiders import Inside, inside
from tests.scoring.pages import signed_in, text, url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SECRET = "con số này chưa chắc"


@pytest.fixture(scope="module")
def built(standing) -> Inside:
    return standing(inside)


@pytest.fixture
def here(built) -> Inside:
    return copy.deepcopy(built)


def say(here: Inside, by: str, words: str, *called: str) -> Any:
    mentioned = [here.users[who].pk for who in called]
    return signed_in(here.users[by]).post(
        url("add_remark", here.card, "1.1"), {"text": words, "mentioned": mentioned}
    )


def leaf(here: Inside, by: str) -> str:
    return text(signed_in(here.users[by]).get(url("leaf", here.card, "1.1")))


def test_who_is_called_is_told_once_and_sees_it_unread_until_she_says_she_read_it(here):
    assert say(here, "officer", SECRET, "clerk", "leader").status_code == 302
    remark = Remark.objects.get()
    told = Notice.objects.filter(key=f"remark-{remark.pk}")
    assert {row.user for row in told} == {here.users["clerk"], here.users["leader"]}
    assert told[0].url == f"/scorecards/{here.card.pk}/leaves/1.1/#remarks"
    assert SECRET in told[0].body
    page = leaf(here, "clerk")
    assert SECRET in page
    assert "Có 1 trao đổi nhắc bạn" in page
    grid = text(signed_in(here.users["clerk"]).get(url("scorecard", here.card)))
    assert "1 trao đổi" in grid
    assert "nhắc bạn" in grid
    signed_in(here.users["clerk"]).post(url("read_remarks", here.card, "1.1"))
    assert "Có 1 trao đổi nhắc bạn" not in leaf(here, "clerk")
    assert Mention.objects.get(person=here.users["leader"]).read_at is None


@pytest.mark.parametrize(
    ("words", "called"),
    [
        ("Nhờ @Trần Thị Bưởi xem lại", ["clerk"]),
        ("nhờ @tran thi buoi và @LÊ ỔI xem", ["clerk", "writer"]),
        ("thư gửi x@Lê Ổiz", []),
        ("@Lê Ổiz và @Lê Ổi", ["writer"]),
        ("không nhắc ai", []),
    ],
)
def test_a_name_after_the_sign_calls_too_with_or_without_accents(here, words, called):
    say(here, "officer", words)
    found = {mention.person for mention in Mention.objects.all()}
    assert found == {here.users[who] for who in called}


def test_to_answer_is_to_have_read(here):
    say(here, "officer", "Nhờ chị xem", "clerk")
    say(here, "clerk", "Đã xem", "officer")
    assert Mention.objects.get(person=here.users["clerk"]).read_at is not None


def test_her_own_words_are_taken_back_with_a_trace_and_never_changed(here):
    say(here, "officer", SECRET, "clerk")
    remark = Remark.objects.get()
    with pytest.raises(Refused, match="Chỉ người viết"):
        actions.withdraw_remark(remark, by=here.leader)
    signed_in(here.users["officer"]).post(url("withdraw_remark", here.card, remark.pk))
    page = leaf(here, "clerk")
    assert SECRET not in page
    assert "Đã rút lại lúc" in page
    assert "Có 1 trao đổi nhắc bạn" not in page
    assert [row.history_type for row in Remark.history.order_by("history_id")] == ["+", "~"]
    assert list(differences()) == []
    with pytest.raises(OutOfStep, match="đã được rút lại"):
        actions.withdraw_remark(remark, by=here.officer)


@pytest.mark.parametrize("called", ["stranger", "chair"])
def test_nobody_from_outside_is_called(here, called):
    answer = say(here, "officer", "Nhờ xem", called)
    assert answer.status_code == 422
    assert "Nhờ xem" in text(answer)
    assert not Remark.objects.exists()


def test_an_empty_remark_is_refused_at_its_field(here):
    answer = say(here, "officer", "  ")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in text(answer)


def test_who_is_not_of_the_unit_says_and_reads_nothing(here):
    say(here, "officer", SECRET)
    for who, status in (("chair", 403), ("secretary", 403), ("stranger", 404)):
        assert say(here, who, "xin chào").status_code == status
        got = signed_in(here.users[who]).get(f"/api/scorecards/{here.card.pk}/remarks/?code=1.1")
        assert got.status_code == status


ADDRESSES = [
    "/scorecards/{card}/",
    "/scorecards/{card}/leaves/1.1/",
    "/scorecards/{card}/leaves/1.1/history/",
    "/appraisals/{card}/",
    "/conclusions/{card}/",
    "/history/",
    "/api/changes/",
    "/api/scorecards/{card}/",
    "/api/scorecards/{card}/history/?code=1.1",
    "/rounds/{round}/progress/",
]


@pytest.fixture
def finished(here) -> Inside:
    """A card with words of its people at every turn, appraised and out of the unit's hands."""
    here.division("chim hoàng yến", "clerk")
    say(here, "officer", "chim hoàng yến", "clerk")
    here.approved()
    here.close(1)
    actions.agree_rest(here.card, by=here.secretary)
    actions.move(here.card, "appraise", by=here.secretary)
    say(here, "leader", "chim hoàng yến")
    return here


@pytest.mark.parametrize("who", ["chair", "secretary", "inspector"])
def test_no_page_and_no_json_of_the_host_sings_even_after_the_lock(finished, who):
    client = signed_in(finished.users[who])
    sung = []
    for address in ADDRESSES:
        answer = client.get(address.format(card=finished.card.pk, round=finished.round.pk))
        whole = text(answer)
        if "chim hoàng yến" in whole or json.dumps("chim hoàng yến")[1:-1] in whole or "Trao đổi" in whole:
            sung.append(address)
    assert sung == []
    assert "chim hoàng yến" in leaf(finished, "clerk")


def test_json_says_lists_reads_and_takes_back(here):
    officer, clerk = signed_in(here.users["officer"]), signed_in(here.users["clerk"])
    address = f"/api/scorecards/{here.card.pk}/remarks/"
    body = {"code": "1.1", "text": SECRET, "mentioned": [here.users["clerk"].username]}
    made = officer.post(address, body, content_type="application/json")
    assert made.status_code == 201
    listed = clerk.get(address, {"code": "1.1"}).json()["results"]
    assert [(row["text"], row["mentioned"]) for row in listed] == [(SECRET, [here.users["clerk"].username])]
    assert (
        clerk.post(f"{address}read/", {"code": "1.1"}, content_type="application/json").json()["number"] == 1
    )
    assert officer.post(f"{address}{made.json()['id']}/withdraw/").json()["text"] is None
    assert clerk.get(address, {"code": "1.1"}).json()["results"][0]["text"] is None


def test_a_notice_of_a_call_opens_the_leaf(here):
    say(here, "officer", "Nhờ chị xem", "clerk")
    page = text(signed_in(here.users["clerk"]).get(reverse("notices:notice_list")))
    assert "nhắc bạn ở tiêu chí 1.1" in page
