"""A published ranking is corrected by a new version: two persons for the points, another for the publication."""

import re
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from backend.audit.recording import recording
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.notices.models import Notice
from backend.scoring import actions as scoring
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports import actions, correcting, opendata, queries
from reports.models import Ranking
from tests import make
from tests.reports import seasons

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

THREE = {"Phường Một": ("50", "30"), "Phường Hai": ("55", "35"), "Xã Ba": ("40", "30")}
WHY = {"reason": "Đơn vị nộp lại quyết định", "document": "21/CV-SNV"}
REASON = "Cộng sót điểm tiêu chí 1.1 của Xã Ba"


@pytest.fixture
def world():
    """Return a published round, its chair and its secretary as actors."""
    round_ = seasons.simple(THREE)
    actions.publish_ranking(round_, by=SYSTEM)
    _user, chair = make.seated(Role.CHAIR, round_.host)
    _user, secretary = make.seated(Role.SECRETARY, round_.host)
    return round_, chair, secretary


def change(world, unit="Xã Ba", points="58", *, by=None, why=None):
    """Change a leaf of a published card by two persons."""
    round_, chair, secretary = world
    card = round_.cards.get(unit_name=unit)
    made = scoring.propose_change(card, "1.1", by=by or secretary, points=Decimal(points), **(why or WHY))
    second = make.seated(Role.CHAIR, round_.host)[1] if by is chair else chair
    return scoring.confirm_change(made, by=second)


def order(ranking):
    return [
        (line.rank, line.unit_name, line.totals.total) for line in queries.published(ranking)[0].standings
    ]


FIRST = [(1, "Phường Hai", Decimal(90)), (2, "Phường Một", Decimal(80)), (3, "Xã Ba", Decimal(70))]
SECOND = [(1, "Phường Hai", Decimal(90)), (2, "Xã Ba", Decimal(88)), (3, "Phường Một", Decimal(80))]


def test_a_change_after_publication_leaves_the_published_ranking_until_it_is_corrected(world):
    round_, chair, _secretary = world
    first = queries.current_ranking(round_)
    change(world)
    assert order(queries.current_ranking(round_)) == FIRST
    second = correcting.correct_ranking(round_, by=chair, reason=REASON, decision="77/QĐ-UBND")
    assert (second.version, second.reason, second.decision) == (2, REASON, "77/QĐ-UBND")
    assert order(second) == SECOND
    assert order(first) == FIRST
    assert queries.current_ranking(round_) == second
    assert second.fingerprint == opendata.digest(opendata.data_of(second))
    assert first.fingerprint == opendata.digest(opendata.data_of(first)) != second.fingerprint


def test_the_difference_names_who_moved_by_how_much_and_whether_for_its_own_points(world):
    change(world)
    second = correcting.correct_ranking(world[0], by=world[1], reason=REASON)
    ((title, changes),) = correcting.changes_in(second)
    assert title == "commune"
    assert [(one.line.unit_name, one.moved, one.gained, one.is_own, one.leaves) for one in changes] == [
        ("Xã Ba", 1, Decimal(18), True, (("1.1", Decimal(40), Decimal(58)),)),
        ("Phường Một", -1, Decimal(0), False, ()),
    ]
    assert correcting.changes_in(queries.version_of(world[0], 1)) == []


def test_a_correction_needs_a_reason_a_difference_and_nothing_that_waits(world):
    round_, chair, secretary = world
    with pytest.raises(OutOfStep, match="không có gì để đính chính"):
        correcting.correct_ranking(round_, by=chair, reason=REASON)
    card = round_.cards.get(unit_name="Xã Ba")
    waiting = scoring.propose_change(card, "1.1", by=secretary, points=Decimal(58), **WHY)
    with pytest.raises(OutOfStep, match=re.escape("chờ người thứ hai xác nhận (1.1)")):
        correcting.correct_ranking(round_, by=chair, reason=REASON)
    scoring.confirm_change(waiting, by=chair)
    with pytest.raises(Invalid):
        correcting.correct_ranking(round_, by=chair, reason="  ")
    assert Ranking.objects.count() == 1


def test_who_proposed_a_change_does_not_publish_the_correction(world):
    round_, chair, _secretary = world
    change(world, by=chair)
    with pytest.raises(Refused, match="Cần một người khác"):
        correcting.correct_ranking(round_, by=chair, reason=REASON)
    _user, other = make.seated(Role.CHAIR, round_.host)
    assert correcting.correct_ranking(round_, by=other, reason=REASON).version == 2


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CHAIR])
def test_only_the_chair_of_the_host_corrects(world, role):
    change(world)
    _user, actor = make.seated(role, world[0].host)
    with pytest.raises(Refused):
        correcting.correct_ranking(world[0], by=actor, reason=REASON)


def test_a_round_never_published_is_not_corrected():
    round_ = seasons.simple(THREE)
    _user, chair = make.seated(Role.CHAIR, round_.host)
    with pytest.raises(OutOfStep, match="chưa công bố"):
        correcting.correct_ranking(round_, by=chair, reason=REASON)


def test_the_conclusion_of_a_published_card_is_not_opened_again(world):
    card = world[0].cards.first()
    with pytest.raises(OutOfStep, match="đã công bố"):
        scoring.propose_reopening(card, by=world[2], **WHY)


def test_the_database_wants_a_reason_of_a_published_correction(world):
    made = Ranking(
        round=world[0],
        version=2,
        year=2026,
        with_survey=True,
        made_at=queries.current_ranking(world[0]).made_at,
    )
    made.published_at = made.made_at
    with recording(by=SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
        made.save()


def test_people_are_told_of_each_publication(world):
    round_, chair, _secretary = world
    person, _actor = make.seated(Role.OFFICER, round_.cards.first().unit)
    change(world)
    made = correcting.correct_ranking(round_, by=chair, reason=REASON)
    actions.announce(str(made.pk))
    told = Notice.objects.get(user=person, key=f"published-{made.pk}")
    assert "đính chính" in told.subject


def test_the_chair_corrects_by_password_on_the_page_and_the_old_version_says_it_is_superseded(world, client):
    round_, _chair, _secretary = world
    change(world)
    user = make.seat(None, Role.CHAIR, at=round_.host).user
    client.force_login(user)
    address = reverse("reports:correct", args=[round_.pk])
    text = client.get(address).text
    assert "lên 1" in text
    assert "Đơn vị nộp lại quyết định" in text
    assert client.post(address, {"reason": "", "secret": make.PASSWORD}).status_code == 422
    assert client.post(address, {"reason": REASON, "secret": "sai"}).status_code == 422
    answer = client.post(address, {"reason": REASON, "decision": "77/QĐ-UBND", "secret": make.PASSWORD})
    assert answer["Location"] == reverse("reports:version", args=[round_.pk, 2])
    new = client.get(answer["Location"]).text
    assert REASON in new
    assert "Bản này đã bị thay thế" not in new
    assert "giữ nguyên, đơn vị khác thay đổi" in new
    old = client.get(reverse("reports:version", args=[round_.pk, 1])).text
    assert "Bản này đã bị thay thế" in old
    assert REASON in client.get(reverse("reports:ranking", args=[round_.pk])).text
    assert client.get(reverse("reports:version", args=[round_.pk, 3])).status_code == 404


def test_who_proposed_sees_the_button_shut_with_its_reason(world, client):
    change(world, by=world[1])
    client.force_login(make.User.objects.get(pk=world[1].user_id))
    text = client.get(reverse("reports:correct", args=[world[0].pk])).text
    assert "disabled" in text
    assert "cần một người khác công bố đính chính" in text


def test_json_corrects_and_gives_every_version_with_what_it_changed(world, client):
    round_, _chair, _secretary = world
    change(world)
    client.force_login(make.seat(None, Role.CHAIR, at=round_.host).user)
    address = f"/api/results/{round_.pk}/correct/"
    assert client.post(address, {"reason": REASON, "secret": "sai"}).status_code == 422
    assert client.post(address, {"reason": REASON, "secret": make.PASSWORD}).status_code == 201
    new = client.get(f"/api/results/{round_.pk}/versions/2/").json()
    assert new["reason"] == REASON
    assert [(one["unit"], one["rank_before"], one["rank_after"]) for one in new["changes"]] == [
        ("Xã Ba", 3, 2),
        ("Phường Một", 2, 3),
    ]
    assert client.get(f"/api/results/{round_.pk}/versions/1/").json()["superseded"] is True
    assert client.get(f"/api/results/{round_.pk}/versions/3/").status_code == 404
