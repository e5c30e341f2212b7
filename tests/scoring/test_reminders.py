"""Reminders: at their distances, to whose turn it is, each once, by dates alone; and by the host's own hand."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.audit.recording import recording
from backend.core import clock
from backend.core.dates import time_left
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.notices import actions as notices
from backend.notices.models import Kind, Letter, Notice, Way
from backend.rounds import actions as rounds
from backend.rounds.models import Extension, HostReminder, Reminder, Step
from backend.scoring import actions
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring.worlds import World, world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

HOUR = timedelta(hours=1)


@pytest.fixture
def season() -> World:
    """An open round whose people were told nothing yet."""
    made = world()
    Notice.objects.all().delete()
    return made


def closes_in(season: World, left: timedelta, *, opened: timedelta = 60 * make.DAY) -> None:
    """Move the end of self-scoring, and its beginning, to these distances from now."""
    now = clock.now()
    with recording(by=SYSTEM, reason="Đổi ngày trong thử nghiệm"):
        step = Step.objects.get(round=season.round, kind="self")
        step.opens_at, step.closes_at = now - opened, now + left
        step.save()


def told(kind: str = Kind.DEADLINE) -> list[tuple[int, str, str]]:
    """Return who was told what, and which way it goes."""
    return list(Notice.objects.filter(kind=kind).order_by("pk").values_list("user_id", "subject", "way"))


def test_each_distance_is_told_once_to_the_officers_and_waits_for_the_digest(season):
    closes_in(season, 15 * make.DAY)
    assert actions.remind() == 0
    closes_in(season, 7 * make.DAY - HOUR)
    assert [actions.remind(), actions.remind()] == [1, 0]
    assert told() == [
        (season.users["officer"].pk, "Còn 6 ngày: Phường thử chưa trình phiếu tự chấm", Way.DIGEST)
    ]
    assert "Còn 3 tiêu chí chưa chấm." in Notice.objects.get().body


def test_the_last_day_is_told_at_once_in_hours(season):
    closes_in(season, timedelta(hours=3, minutes=30, seconds=30))
    assert actions.remind() == 1
    ((_who, subject, way),) = told()
    assert (subject, way) == ("Còn 3 giờ 30 phút: Phường thử chưa trình phiếu tự chấm", Way.NOW)


def test_a_worker_dead_for_days_catches_up_with_the_nearest_distance_only(season):
    closes_in(season, 2 * make.DAY)
    assert actions.remind() == 1
    assert told()[0][1].startswith("Còn 47 giờ")


def test_a_submitted_card_is_the_leaders_and_an_approved_one_nobodys(season):
    closes_in(season, 20 * make.DAY)
    season.submitted()
    closes_in(season, 3 * make.DAY - HOUR)
    # She got the card after the distance had come: that one is not hers any more.
    assert actions.remind() == 0
    season.card.signatures.update(signed_at=clock.now() - 9 * make.DAY)
    assert actions.remind() == 1
    assert told() == [
        (season.users["leader"].pk, "Còn 2 ngày: phiếu của Phường thử chờ phê duyệt", Way.DIGEST)
    ]
    actions.move(season.card, "approve", by=season.leader)
    assert Notice.objects.get(kind=Kind.DEADLINE).way == Way.PAGE
    assert Notice.objects.get(kind=Kind.DEADLINE).read_at is not None
    assert actions.remind() == 0


def test_a_reminder_that_waits_to_be_mailed_is_not_mailed_after_the_card_went_on(season):
    closes_in(season, 5 * HOUR)
    season.fill()
    actions.remind()
    notices.gather()
    actions.move(season.card, "submit", by=season.officer)
    assert Letter.objects.get(notices__kind=Kind.DEADLINE).state == Letter.State.CALLED_OFF


def test_more_time_is_told_at_once_and_its_own_distances_begin_anew(season):
    closes_in(season, 3 * make.DAY - HOUR)
    actions.remind()
    step = Step.objects.get(round=season.round, kind="self")
    rounds.extend(
        step,
        unit=season.unit,
        closes_at=step.closes_at + 6 * make.DAY,
        by=season.chair,
        reason="Lũ",
        document="9/CV",
    )
    ways = dict(Notice.objects.filter(kind=Kind.TIME).values_list("user__full_name", "way"))
    assert ways == {
        season.users["officer"].full_name: Way.NOW,
        season.users["leader"].full_name: Way.NOW,
        season.users["secretary"].full_name: Way.DIGEST,
    }
    # Seven days before the new end lies before it was given.
    assert actions.remind() == 0
    Extension.objects.update(made_at=clock.now() - 30 * make.DAY, closes_at=clock.now() + 7 * make.DAY - HOUR)
    Step.objects.filter(pk=step.pk).update(closes_at=clock.now() - HOUR)
    assert actions.remind() == 1


def test_a_reopening_is_told_to_the_unit_and_to_every_council(season):
    season.submitted()
    season.close(1)
    Notice.objects.all().delete()
    actions.move(
        season.card, "reopen", by=season.chair, reason="Lũ", document="9/CV", new_close=clock.now() + make.DAY
    )
    assert Extension.objects.get().reopens
    people = set(Notice.objects.filter(kind=Kind.TIME).values_list("user_id", flat=True))
    assert people == {season.users[name].pk for name in ("officer", "leader", "secretary")}


def test_the_host_sets_the_distances_and_can_not_turn_them_off(season):
    step = Step.objects.get(round=season.round, kind="self")
    manager = make.seated(Role.CRITERIA_MANAGER, season.host)[1]
    rounds.set_reminders(step, [48, 4], by=manager)
    closes_in(season, 7 * make.DAY - HOUR)
    assert actions.remind() == 0
    closes_in(season, 47 * HOUR)
    assert actions.remind() == 1
    with pytest.raises(Invalid):
        rounds.set_reminders(step, [], by=manager)
    with pytest.raises(Refused):
        rounds.set_reminders(step, [24], by=season.officer)
    assert list(Reminder.objects.values_list("hours", flat=True)) == [48, 4]


def test_many_cards_are_reminded_in_as_many_statements_as_few(season):
    closes_in(season, 3 * make.DAY - HOUR)
    with CaptureQueriesContext(
        connection,
    ) as few:
        actions.remind()
    many = world()
    for _number in range(40):
        make.seat(None, Role.OFFICER, at=many.unit)
    Notice.objects.all().delete()
    closes_in(many, 3 * make.DAY - HOUR)
    with CaptureQueriesContext(connection) as more:
        assert actions.remind() == 42
    assert len(more) == len(few)


def _send(season: World, **more):
    more = {"subject": "{còn lại}: {đơn vị}", "body": "Hạn {hạn}. {còn thiếu}", "by": season.secretary} | more
    return actions.send_reminder(season.round, [season.card.pk], **more)


def test_the_host_reminds_a_unit_each_person_once_and_it_is_recorded(season):
    type(season.users["officer"]).objects.filter(pk=season.users["officer"].pk).update(
        email="cb@example.gov.vn"
    )
    made = _send(season)
    (unit,) = made.units.all()
    assert (unit.people, unit.mails) == (2, 1)
    assert unit.without_address == season.users["leader"].full_name
    assert made.sender_name == season.secretary.name
    subjects = {subject for _who, subject, _way in told()}
    step = Step.objects.get(round=season.round, kind="self")
    assert subjects == {f"{time_left(step.closes_at, clock.now())}: Phường thử"}
    assert {way for _who, _subject, way in told()} == {Way.NOW}


def test_a_second_reminder_on_a_day_has_to_be_confirmed(season):
    _send(season)
    with pytest.raises(Invalid, match="Phường thử"):
        _send(season)
    _send(season, again=True)
    assert HostReminder.objects.count() == 2


@pytest.mark.parametrize(("more", "refusal"), [({"subject": " "}, Invalid), ({"body": "{điểm}"}, Invalid)])
def test_a_reminder_without_text_or_with_an_unknown_word_is_refused(season, more, refusal):
    with pytest.raises(refusal):
        _send(season, **more)
    assert HostReminder.objects.count() == 0


def test_nobody_is_reminded_of_what_is_done_and_a_unit_reminds_nobody(season):
    with pytest.raises(Refused):
        _send(season, by=season.officer)
    season.approved()
    with pytest.raises(OutOfStep):
        _send(season)
