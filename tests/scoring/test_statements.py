"""How many statements the two hot paths take over HTTP: saving one leaf, opening a card of a hundred."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.audit.recording import recording
from backend.core import clock
from backend.scoring import actions
from backend.scoring.models import Mark, Score, Scorecard
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring.pages import HTMX, signed_in, typed, url, world_of
from tests.scoring.worlds import World
from tiers.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

HUNDRED = {f"{n // 10 + 1}.{n % 10 + 1}": "1" for n in range(100)}
# A transaction's own words ask the database nothing.
FRAME = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT")


def statements(act: Callable[[], Any]) -> list[str]:
    """Return what the act asks of the database, in order."""
    with CaptureQueriesContext(connection) as seen:
        answer = act()
    assert answer.status_code == 200
    return [row["sql"] for row in seen.captured_queries if not row["sql"].startswith(FRAME)]


def neighbours(here: World, number: range) -> None:
    """Put other units with their cards into the round; bare rows, nobody works there."""
    like = here.unit
    units = Unit.objects.bulk_create(
        Unit(
            name=f"Phường {n}", folded=f"phuong {n}", parent=here.host, path=f"{here.host.path}N{n}/",
            code=f"N{n}", kind=like.kind, valid_from=date(2020, 1, 1), order=n,
        )
        for n in number
    )  # fmt: skip
    card = here.card
    Scorecard.objects.bulk_create(
        Scorecard(
            round_id=card.round_id, group_id=card.group_id, criteria_set_id=card.criteria_set_id,
            unit=unit, unit_name=unit.name,
        )
        for unit in units
    )  # fmt: skip


@pytest.fixture
def here() -> World:
    return world_of(HUNDRED)


def save(here: World, officer: Any, points: str) -> list[str]:
    """Return the statements of one save of a real change."""
    data = typed(here.mark("1.1"), points=points)
    key = {"Idempotency-Key": f"{here.users['officer'].pk}-{points.replace(',', ''):0>32}"}
    return statements(lambda: officer.post(url("leaf", here.card, "1.1"), data, headers=HTMX | key))


def test_a_save_takes_at_most_twelve_statements_for_any_number_of_units(here):
    officer = signed_in(here.users["officer"])
    assert len(save(here, officer, "0,5")) <= 12
    neighbours(here, range(111))
    for_a_city = save(here, officer, "0,6")
    neighbours(here, range(111, 9_999))
    assert len(save(here, officer, "0,7")) == len(for_a_city) <= 12


def test_a_card_of_a_hundred_leaves_opens_with_at_most_fifteen_statements(here):
    officer = signed_in(here.users["officer"])
    officer.get(url("scorecard", here.card))
    assert len(statements(lambda: officer.get(url("scorecard", here.card)))) <= 15


@pytest.mark.sqlite
def test_sqlite_finds_a_cards_marks_by_the_card_though_it_never_counted_its_rows(here):
    officer = signed_in(here.users["officer"])
    officer.get(url("scorecard", here.card))
    asked = statements(lambda: officer.get(url("scorecard", here.card)))
    (marks,) = (sql for sql in asked if 'FROM "scoring_mark"' in sql)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {marks}")
        plan = [row[3] for row in cursor.fetchall()]
    assert "(score_id=? AND step_id=?)" in plan[0]


def share(here: World) -> None:
    """Give every leaf to somebody, with a remark on each that calls the officer."""
    officer = here.users["officer"]
    here.users["clerk"], clerk = make.seated(Role.OFFICER, here.unit)
    division = actions.save_division(here.card, by=clerk, name="Văn phòng", people=[officer.pk])
    codes = [code for code in HUNDRED if code.endswith(".1")]
    actions.assign(here.card, set(HUNDRED) - set(codes), by=clerk, assignee=f"p-{officer.pk}")
    actions.assign(here.card, codes, by=clerk, assignee=f"d-{division.pk}")
    for code in codes:
        actions.add_remark(here.card, code, by=clerk, text="Nhờ xem", mentioned=[officer.pk])


def test_a_card_shared_out_opens_with_at_most_fifteen_statements_narrowed_or_whole(here):
    officer = signed_in(here.users["officer"])
    share(here)
    officer.get(url("scorecard", here.card))
    for narrowed in ({}, {"who": "me"}, {"lack": "unread"}):
        assert len(statements(lambda wanted=narrowed: officer.get(url("scorecard", here.card), wanted))) <= 15


def test_a_returned_card_opens_with_at_most_fifteen_statements(here):
    officer = signed_in(here.users["officer"])
    Scorecard.objects.filter(pk=here.card.pk).update(state="returned")
    officer.get(url("scorecard", here.card))
    assert len(statements(lambda: officer.get(url("scorecard", here.card)))) <= 15


def briefed(leaves: dict[str, str]) -> tuple[World, Any, Any]:
    """Return a submitted card that came back before and changed since its leader looked; its leader and officer."""
    here = world_of(leaves)
    leader, _actor = make.seated(Role.LEADER, here.unit)
    Mark.objects.filter(score__card=here.card).update(
        points=Score.objects.first().max_points, note="Theo báo cáo"
    )
    now = clock.now()
    with recording(by=SYSTEM):
        back = here.card.signatures.create(
            move="return", signer=leader, reason="Sửa", signed_at=now - make.DAY
        )
        for score in here.card.scores.all():
            score.returned.create(
                signature=back, author=leader, author_name="Lãnh đạo", reason="Thiếu", written_at=now
            )
            mark = score.marks.get()
            mark.note = "Đã bổ sung"
            mark.save()
            score.evidence.create(step=mark.step, number="5/BC", issuer="UBND", added_by="CB", added_at=now)
        here.card.signatures.create(move="submit", signer=here.users["officer"], signed_at=now)
        here.card.state = "submitted"
        here.card.save()
    here.card.looks.create(person=leader, seen_at=now - make.DAY)
    return here, signed_in(leader), signed_in(here.users["officer"])


def test_the_pages_of_check_and_approval_take_at_most_twenty_statements_for_any_number_of_leaves(db):
    counts = []
    for leaves in ({"1.1": "1"}, HUNDRED):
        here, leader, officer = briefed(leaves)
        pages = (
            (leader, url("approval", here.card)),
            (leader, url("approval_leaf", here.card, "1.1")),
            (officer, url("approval", here.card)),
            (officer, url("check", here.card)),
        )
        for who, address in pages:
            who.get(address)
        counts.append([len(statements(lambda: who.get(address))) for who, address in pages])  # noqa: B023
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 20, counts
