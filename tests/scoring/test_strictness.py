"""Who cuts or raises how much: exact figures from plain decisions, and the page over a round."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.test import Client

from backend.scoring import actions
from backend.scoring.strictness import Blind, Decision, decisions_in, figures
from permissions.roles import Role
from tests import make
from tests.scoring.councils import Council, council, fill

D = Decimal


def gave(
    who: str, score: int, points: str, *, before: str = "2", code: str = "1.1", order: int = 2, unit: str = ""
) -> Decision:
    return Decision(who, score, code, unit or f"Xã {score}", order, D(before), D(points), D(2))


def test_cuts_raises_and_agreements_are_counted_with_their_points():
    (one,) = figures([gave("A", 1, "1.5"), gave("A", 2, "2"), gave("A", 3, "2", before="1")]).members
    assert (one.cut, one.raised, one.kept) == (1, 1, 1)
    assert (one.taken, one.given, one.net) == (D("0.5"), D(1), D("-0.5"))
    assert one.mean == Fraction(100) * (Fraction(1, 4) - Fraction(1, 2)) / 3


def test_a_member_stands_beside_the_median_of_the_others_on_the_same_leaf():
    rows = [gave("A", 1, "1"), gave("B", 2, "2"), gave("B", 3, "1.5"), gave("C", 4, "2")]
    beside = {tally.name: tally.from_peers for tally in figures(rows).members}
    assert beside["A"] == 50
    assert beside["C"] == -25
    assert (
        beside["B"]
        == (Fraction(100) * (Fraction(0) - Fraction(1, 4)) + 100 * (Fraction(1, 4) - Fraction(1, 4))) / 2
    )


def test_who_is_alone_on_a_leaf_stands_beside_nobody():
    (one,) = figures([gave("A", 1, "1"), gave("A", 2, "2")]).members
    assert one.from_peers is None


def test_the_same_leaf_at_another_step_is_not_compared():
    rows = [gave("A", 1, "1"), gave("B", 2, "2", order=4)]
    assert {tally.from_peers for tally in figures(rows).members} == {None}


def test_a_unit_and_a_field_are_told_from_the_first_points_to_the_last():
    rows = [
        gave("A", 1, "0.5"),
        gave("B", 1, "1.5", before="0.5", order=4),
        gave("A", 2, "2", code="2.1", unit="Xã 1"),
    ]
    told = figures(rows)
    (unit,) = told.units
    assert (unit.number, unit.cut, unit.taken) == (2, 1, D("0.5"))
    assert [(tally.name, tally.taken) for tally in told.fields] == [("1", D("0.5")), ("2", D(0))]


def test_two_who_marked_the_same_leaf_agree_where_the_points_are_the_same():
    rows = [
        gave("A", 1, "1"), gave("B", 1, "1", before="1", order=4),
        gave("A", 2, "1"), gave("B", 2, "2", before="1", order=4),
    ]  # fmt: skip
    (pair,) = figures(rows).pairs
    assert (pair.first, pair.second, pair.number, pair.same) == ("A", "B", 2, 1)
    assert (pair.agreed, pair.distance) == (50, 25)


def test_two_who_marked_apart_stand_first_and_in_one_row_whoever_came_first():
    blind = [Blind("B", "A", (D(1), D(2)), D(2)), Blind("A", "B", (D(2), D(2)), D(2))]
    first, second = figures([gave("A", 1, "1"), gave("B", 1, "1", before="1", order=4)], blind).pairs
    assert (first.first, first.second, first.is_blind, first.number, first.same) == ("A", "B", True, 2, 1)
    assert (first.agreed, first.distance) == (50, 25)
    assert (second.is_blind, second.number) == (False, 1)


def test_many_thirds_stay_exact():
    rows = [Decision("A", n, "1.1", f"Xã {n}", 2, D("1"), D("0.9"), D("3")) for n in range(30)]
    (one,) = figures(rows).members
    assert one.mean == Fraction(10, 3)


def test_nothing_gives_empty_tables():
    told = figures([])
    assert (told.members, told.fields, told.units, told.pairs) == ([], [], [], [])


# --- over a round --------------------------------------------------------------------------------------------


@pytest.fixture
def season(db) -> Council:
    here = council()
    fill(here.cards[1], by=make.seated(Role.OFFICER, here.cards[1].unit)[1])
    here.under_appraisal()
    actions.move(here.cards[1], "accept", by=here.secretary, reason="Không kịp trình", document="1/UBND")
    member = make.seated(Role.MEMBER, here.host)[1]
    for card, by, points in ((here.card, here.secretary, "0.5"), (here.cards[1], member, "1")):
        reason = "Ban hành chậm" if points == "0.5" else ""
        actions.appraise(card, "1.1", by=by, version=0, points=D(points), reason=reason)
    return here


def page_for(user: Any, **asked: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.get("/history/strictness/", asked)


def test_the_page_names_who_cut_and_by_how_much(season):
    answer = page_for(season.users["secretary"])
    tallies = {row.tally.name: (row.tally.cut, row.value) for row in answer.context["members"]}
    assert tallies[season.secretary.name] == (1, 50)
    assert {value for _cut, value in tallies.values()} == {50, -50}
    assert "Phường Ô Môn" in answer.text
    assert "Chưa có tiêu chí nào do hai người chấm" in answer.text


def test_two_people_of_one_name_are_told_apart(season):
    first, second = (make.seated(Role.MEMBER, season.host) for _number in range(2))
    for user, _actor in (first, second):
        type(user).objects.filter(pk=user.pk).update(full_name="Lê Văn Trùng")
    actions.appraise(season.card, "1.2", by=first[1], version=0, points=D(3))
    actions.appraise(season.cards[1], "1.2", by=second[1], version=0, points=D(3))
    names = {decision.who for decision in decisions_in(season.round, season.secretary)}
    assert {f"Lê Văn Trùng ({user.username})" for user, _actor in (first, second)} <= names


def test_who_works_in_a_unit_reads_nothing_of_it_before_its_result(season):
    member = make.seated(Role.MEMBER, season.host, workplace=season.unit)[1]
    assert {decision.unit for decision in decisions_in(season.round, member)} == {"Phường Thới Long"}


def test_the_json_twin_gives_the_same_figures(season):
    client = Client()
    client.force_login(season.users["secretary"])
    body = client.get("/api/strictness/", {"round": season.round.pk}).json()
    first = next(row for row in body["members"] if row["name"] == season.secretary.name)
    assert (first["cut"], first["taken"], first["from_peers"]) == (1, "0.500", "50.00")
    assert {row["name"] for row in body["units"]} == {"Phường Ô Môn", "Phường Thới Long"}


def test_a_round_of_another_host_is_not_found(season):
    other = make.unit("Tỉnh khác", kind="city")
    stranger = make.seated(Role.SECRETARY, other)[0]
    assert page_for(stranger, round=season.round.pk).status_code == 404


def test_who_only_mends_the_reason_of_a_mark_did_not_cut(season):
    member = make.seated(Role.MEMBER, season.host)[1]
    actions.appraise(
        season.card, "1.1", by=member, version=1, points=D("0.5"), reason="Ban hành chậm so với kế hoạch"
    )
    (cut,) = [one for one in decisions_in(season.round, season.secretary) if one.loss > 0]
    assert cut.who == season.secretary.name
