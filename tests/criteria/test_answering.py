"""An opinion is answered: when, by whom, with a reason, and with the change it led to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from backend.audit.recording import recording
from backend.audit.verify import differences
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused, Stale
from backend.criteria import actions, opinions
from backend.criteria.actions import consulting, responding
from backend.criteria.actions.edits import recorded_edit
from backend.criteria.models import Edit, Opinion
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.criteria.consultations import Asking, ask

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SOON = timedelta(days=10)


@pytest.fixture
def asking() -> Asking:
    return ask()


@pytest.fixture
def opinion(asking) -> Opinion:
    """An approved opinion on 1.1 whose deadline is over."""
    written = asking.write("Giảm điểm", code="1.1")
    asking.send()
    asking.close()
    return written


def answer(asking, opinion, verdict="declined", text="Theo quy định", **more):
    return consulting.answer_opinion(opinion, by=asking.manager, verdict=verdict, answer=text, **more)


def test_an_opinion_is_answered_after_the_deadline_only(asking):
    written = asking.write("Giảm điểm")
    with pytest.raises(OutOfStep, match="sau khi hết hạn"):
        answer(asking, written)
    asking.close()
    with pytest.raises(OutOfStep, match="chưa được lãnh đạo đơn vị duyệt"):
        answer(asking, written)


@pytest.mark.parametrize("verdict", ["declined", "partly"])
def test_no_and_partly_need_a_reason_from_action_and_database(asking, opinion, verdict):
    with pytest.raises(Invalid, match="phải giải trình"):
        answer(asking, opinion, verdict, "  ")
    opinion.verdict = verdict
    with recording(by=SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
        opinion.save()


def test_an_unknown_verdict_is_refused(asking, opinion):
    with pytest.raises(Invalid, match="Hãy chọn"):
        answer(asking, opinion, "maybe")


def test_only_who_writes_the_set_answers(asking, opinion):
    for other in (
        asking.one.leader,
        make.seated(Role.CHAIR, asking.city)[1],
        make.seated(Role.CRITERIA_MANAGER, asking.one.unit)[1],
    ):
        with pytest.raises(Refused):
            consulting.answer_opinion(opinion, by=other, verdict="accepted")


def test_two_answers_at_once_do_not_overwrite_each_other(asking, opinion):
    answer(asking, opinion, seen="")
    with pytest.raises(Stale, match="vừa trả lời"):
        answer(asking, opinion, "accepted", "", seen="")


def edited(asking) -> Edit:
    with transaction.atomic(), recording(by=asking.manager):
        node = asking.node("1.1")
        with recorded_edit(asking.draft, by=asking.manager, said="1.1: giảm điểm"):
            node.title = "Tiêu chí đổi tên"
            node.save()
    return Edit.objects.latest("pk")


def test_what_was_accepted_points_to_the_change_it_made(asking, opinion):
    asking.end()
    change = edited(asking)
    with pytest.raises(Invalid, match="không gắn với thay đổi"):
        answer(asking, opinion, edit=change)
    answer(asking, opinion, "accepted", "", edit=change)
    assert Opinion.objects.get(pk=opinion.pk).edit == change
    Edit.objects.update(is_undone=True)
    assert list(opinions.changes_since(asking.asked)) == []
    with pytest.raises(Invalid, match="không còn"):
        answer(asking, opinion, "accepted", "", edit=change)


def test_other_words_take_the_answer_back(asking, opinion):
    answer(asking, opinion)
    asking.asked.refresh_from_db()
    consulting.change_deadline(asking.asked, by=asking.manager, closes_at=clock.now() + SOON, reason="Thêm ý")
    responding.move_response(asking.response(), "withdraw", by=asking.one.officer, reason="Sửa")
    assert asking.write("Khác hẳn", code="1.1").verdict == ""


def test_opinions_outlive_their_node_and_history_agrees(asking, opinion):
    asking.end()
    actions.delete_node(asking.node("1.1"), by=asking.manager)
    kept = opinions.approved_opinions(asking.asked)
    assert [row.about_what for row in kept] == ["1.1 Tiêu chí 1.1"]
    assert list(differences()) == []


def test_a_draft_on_which_units_said_something_is_not_thrown_away(asking, opinion):
    asking.end()
    with pytest.raises(OutOfStep, match="đã gửi ý kiến"):
        actions.discard_set(asking.draft, by=asking.manager)
    assert Opinion.objects.exists()


def test_a_draft_on_which_nothing_was_sent_goes_with_what_was_written(asking):
    asking.write("Chưa trình")
    asking.end()
    actions.discard_set(asking.draft, by=asking.manager)
    assert not Opinion.objects.exists()
    assert Opinion.history.filter(history_type="-").count() == 1
