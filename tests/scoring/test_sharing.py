"""Leaves are given to divisions and people inside a unit; each finds hers; progress is counted."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backend.audit.verify import differences
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.criteria.models import Node
from backend.notices.models import Notice
from backend.scoring import actions, queries
from backend.scoring.models import Assignment, Division
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring.insiders import Inside, in_days, inside, until
from tests.scoring.pages import signed_in, text, url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def built(standing) -> Inside:
    return standing(inside)


@pytest.fixture
def here(built) -> Inside:
    return copy.deepcopy(built)


def given(here: Inside) -> dict[str, str]:
    """Return, by code, who has each leaf."""
    rows = Assignment.objects.filter(score__card=here.card).select_related("division", "person", "score")
    return {row.score.code: str(row.division or row.person) for row in rows}


def post(here: Inside, by: str, page: str, *args: Any, **data: Any) -> Any:
    return signed_in(here.users[by]).post(url(page, here.card, *args), data)


def test_a_field_and_a_leaf_are_given_at_once_and_told_once_to_each(here):
    answer = post(
        here, "leader", "assign",
        assignee=here.key("clerk"), due=f"{in_days(3):%d/%m/%Y}", fields_whole=["1"], codes=["2.1"],
    )  # fmt: skip
    assert answer.status_code == 302
    assert given(here) == dict.fromkeys(("1.1", "1.2", "2.1"), "Trần Thị Bưởi")
    assert set(Assignment.objects.values_list("due_at", flat=True)) == {until(3)}
    told = Notice.objects.filter(key__startswith="assigned-")
    assert [(row.user.full_name, row.url) for row in told] == [
        ("Trần Thị Bưởi", f"/scorecards/{here.card.pk}/?who=me")
    ]


@pytest.mark.parametrize(
    ("days", "words"), [(31, "không được sau hạn tự chấm"), (-1, "phải từ hôm nay trở đi")]
)
def test_an_inner_deadline_lies_between_today_and_the_units_lock(here, days, words):
    day = f"{in_days(days):%d/%m/%Y}"
    answer = post(here, "officer", "assign", assignee=here.key("clerk"), due=day, codes=["1.1"])
    assert answer.status_code == 422
    assert words in text(answer)
    # Nothing typed is lost: day, person and tick stand as they were sent.
    assert f'value="{day}"' in text(answer)
    assert 'value="1.1" aria-label="Tiêu chí 1.1" checked' in text(answer)
    assert given(here) == {}


def test_nobody_of_another_unit_and_no_division_out_of_use_is_given_anything(here):
    old = here.division("Phòng cũ")
    actions.save_division(here.card, by=here.leader, name="Phòng cũ", is_active=False, division=old)
    for key in (here.key("stranger"), f"d-{old.pk}", "x-1", "p-"):
        with pytest.raises(Invalid, match="Hãy chọn một bộ phận hoặc một người"):
            actions.assign(here.card, ["1.1"], by=here.officer, assignee=key)


def test_after_the_lock_nothing_is_given_and_an_inner_deadline_locks_nothing(here):
    actions.assign(here.card, ["1.1"], by=here.leader, assignee=here.key("clerk"), due_at=until(1))
    Assignment.objects.update(due_at=clock.now() - timedelta(days=2))
    here.fill()
    here.close(1)
    with pytest.raises(OutOfStep, match="Đã khoá lúc"):
        actions.assign(here.card, ["1.1"], by=here.leader, assignee=here.key("writer"))
    with pytest.raises(OutOfStep, match="Đã khoá lúc"):
        actions.unassign(here.card, ["1.1"], by=here.leader)


def test_who_is_not_of_the_unit_gives_nothing(here):
    for who in ("secretary", "inspector", "stranger"):
        with pytest.raises(Refused):
            actions.assign(here.card, ["1.1"], by=here.actor(who), assignee=here.key("clerk"))


def test_the_history_says_who_gave_what_to_whom_and_who_took_it_back(here):
    actions.assign(here.card, ["1.1"], by=here.leader, assignee=here.key("clerk"))
    actions.assign(here.card, ["1.1"], by=here.officer, assignee=here.key("writer"))
    actions.assign(here.card, ["1.1"], by=here.officer, assignee=here.key("writer"))
    assert actions.unassign(here.card, ["1.1"], by=here.officer) == 1
    rows = Assignment.history.order_by("history_id")
    found = [(row.history_type, row.person_id, row.actor_name, row.unit_name) for row in rows]
    clerk, writer = here.users["clerk"].pk, here.users["writer"].pk
    assert found == [
        ("+", clerk, here.leader.name, here.unit.name),
        ("~", writer, here.officer.name, here.unit.name),
        ("-", writer, here.officer.name, here.unit.name),
    ]
    assert list(differences()) == []


def test_the_database_itself_refuses_a_leaf_given_to_both_or_to_nobody(here):
    division = here.division("Văn phòng")
    actions.assign(here.card, ["1.1"], by=here.leader, assignee=f"d-{division.pk}")
    for values in ({"person": here.users["clerk"]}, {"division": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Assignment.objects.update(**values)


# --- divisions ---------------------------------------------------------------------------------------------


def test_an_officer_keeps_the_divisions_without_an_administrator(here):
    people = [here.users["clerk"].pk]
    answer = post(here, "officer", "divisions", name="  Văn   phòng HĐND ", order=2, people=people)
    assert answer.status_code == 302
    made = Division.objects.get(unit=here.unit)
    assert (made.name, [row.person_id for row in made.members.all()]) == ("Văn phòng HĐND", people)
    post(here, "officer", "division", made.pk, name="Văn phòng", order=1, people=[here.users["writer"].pk])
    made.refresh_from_db()
    assert (made.name, made.is_active) == ("Văn phòng", False)  # the tick "in use" was not sent
    assert [row.person_id for row in made.members.all()] == [here.users["writer"].pk]
    assert Division.history.count() == 2


def test_a_name_taken_or_a_stranger_in_a_division_is_refused_with_all_that_was_typed(here):
    here.division("Văn phòng")
    answer = post(here, "officer", "divisions", name="Văn phòng", order=7)
    assert answer.status_code == 422
    assert "Đơn vị đã có bộ phận" in text(answer)
    with pytest.raises(Invalid, match="Bộ phận chỉ gồm người"):
        here.division("Phòng lạ", "stranger")


@pytest.mark.parametrize("name", ["phòng a – hoà giải", "PHÒNG A – HÒA GIẢI"])
def test_a_name_that_differs_in_capitals_or_in_the_place_of_a_tone_only_is_taken(here, name):
    made = here.division("Phòng A – Hòa giải")
    answer = post(here, "officer", "divisions", name=name, order=7)
    assert answer.status_code == 422
    assert "Đơn vị đã có bộ phận “Phòng A – Hòa giải”" in text(answer)
    assert post(here, "officer", "divisions", name="Phòng Ả – Hòa giải", order=7).status_code == 302
    assert post(here, "officer", "division", made.pk, name=name, order=1).status_code == 302


# --- last year ---------------------------------------------------------------------------------------------


@pytest.fixture
def two_years() -> Inside:
    """This year's card of a unit whose leaves are mapped to last year's, where they were given to people."""
    here = inside()
    before = here.round
    chosen = make.criteria_set(
        here.host, leaves={"1.1": "2", "1.2": "3", "3.1": "5"}, year=2027, state="draft"
    )
    for new, old in (("1.1", "1.1"), ("1.2", "2.1")):
        node = Node.objects.get(criteria_set=here.card.criteria_set, code=old)
        Node.objects.filter(criteria_set=chosen, code=new).update(previous=node)
    type(chosen).objects.filter(pk=chosen.pk).update(state="published", published_at=clock.now())
    division = here.division("Văn phòng", "writer")
    actions.assign(here.card, ["1.1"], by=here.leader, assignee=f"d-{division.pk}")
    actions.assign(here.card, ["2.1"], by=here.leader, assignee=here.key("clerk"), due_at=until(2))
    chosen.refresh_from_db()
    made = make.round_(here.host, chosen, year=2027, previous=before)
    here.card = next(card for card in actions.open_round(made, by=SYSTEM) if card.unit == here.unit)
    return here


def test_last_years_assignment_is_copied_by_mapped_leaves_with_no_old_deadline(two_years):
    here = two_years
    assert post(here, "officer", "copy_assignments", due="").status_code == 302
    assert given(here) == {"1.1": "Văn phòng", "1.2": "Trần Thị Bưởi"}
    assert set(Assignment.objects.filter(score__card=here.card).values_list("due_at", flat=True)) == {None}
    with pytest.raises(OutOfStep, match="Không có phân công năm trước"):
        actions.copy_assignments(here.card, by=here.officer)


def test_who_left_the_unit_is_not_copied_and_what_is_given_stays(two_years):
    here = two_years
    here.users["clerk"].appointments.update(ends_at=clock.now() - timedelta(hours=1))
    actions.assign(here.card, ["1.1"], by=here.leader, assignee=here.key("writer"))
    with pytest.raises(OutOfStep):
        actions.copy_assignments(here.card, by=here.officer)
    assert given(here) == {"1.1": "Lê Ổi"}


# --- each sees hers ----------------------------------------------------------------------------------------


@pytest.fixture
def shared(here) -> Inside:
    """1.1 is the clerk's and late, 1.2 her division's, 2.1 the writer's."""
    division = here.division("Văn phòng", "clerk", "deputy")
    actions.assign(here.card, ["1.1"], by=here.leader, assignee=here.key("clerk"), due_at=until(1))
    actions.assign(here.card, ["1.2"], by=here.leader, assignee=f"d-{division.pk}", due_at=until(5))
    actions.assign(here.card, ["2.1"], by=here.leader, assignee=here.key("writer"))
    late = clock.now() - timedelta(hours=1)
    Assignment.objects.filter(score__code="1.1").update(due_at=late)
    return here


def codes_on(page: str) -> list[str]:
    return [code for code in ("1.1", "1.2", "2.1") if f'id="leaf-{code}"' in page]


def grid(here: Inside, by: str, **wanted: str) -> str:
    return text(signed_in(here.users[by]).get(url("scorecard", here.card), wanted))


@pytest.mark.parametrize(
    ("who", "wanted", "codes"),
    [
        ("clerk", {"who": "me"}, ["1.1", "1.2"]),
        ("deputy", {"who": "me"}, ["1.2"]),
        ("writer", {"who": "me"}, ["2.1"]),
        ("officer", {"who": "me"}, []),
        ("officer", {"who": "none"}, []),
        ("officer", {"lack": "late"}, ["1.1"]),
        ("officer", {"field": "2"}, ["2.1"]),
        ("officer", {"who": "p-0", "lack": "nonsense"}, ["1.1", "1.2", "2.1"]),
    ],
)
def test_the_grid_shows_only_what_one_looks_for(shared, who, wanted, codes):
    assert codes_on(grid(shared, who, **wanted)) == codes


def test_the_leaf_says_to_whom_it_is_given_and_until_when(shared):
    page = text(signed_in(shared.users["officer"]).get(url("leaf", shared.card, "1.2")))
    assert "Văn phòng" in page
    assert f"hạn nội bộ {in_days(5):%d/%m/%Y}" in page


def test_the_desk_has_one_task_a_card_with_the_late_ones_first(shared):
    page = text(signed_in(shared.users["clerk"]).get(reverse("scoring:desk")))
    assert "Việc của tôi, 2 tiêu chí chưa xong" in page
    assert "quá hạn nội bộ" in page
    assert page.index("Việc của tôi, 2") < page.index("Tự chấm điểm:")
    shared.fill()
    again = text(signed_in(shared.users["clerk"]).get(reverse("scoring:desk")))
    assert "Việc của tôi, " not in again


def test_what_sql_counts_for_the_desk_is_what_the_page_counts(shared):
    shared.fill()
    # Points without proof or words are not done.
    for score in shared.card.scores.filter(code__in=["1.1", "2.1"]):
        score.marks.update(note="")
    viewer = shared.actor("clerk")
    sheet, found = queries.sheet(shared.card, viewer), queries.shares(shared.card, viewer)
    hers = queries.hers_on([shared.card], viewer, sheet.now)[shared.card.pk]
    mine = [leaf for leaf in sheet.own if found[leaf.score.pk].mine]
    assert (hers.leaves, hers.done, hers.late) == (2, sum(map(queries.is_done, mine)), 1) == (2, 1, 1)


def test_progress_is_counted_by_person_division_and_field_each_a_way_to_the_grid(shared):
    actions.set_points(shared.card, "2.1", by=shared.officer, version=0, points=5)
    page = text(signed_in(shared.users["leader"]).get(url("sharing", shared.card)))
    viewer = shared.leader
    made = queries.progress(queries.sheet(shared.card, viewer), queries.shares(shared.card, viewer))
    by_name = {
        row.title: (row.leaves, row.done, row.no_points, row.no_evidence, row.late) for row in made.people
    }
    assert by_name == {"Trần Thị Bưởi": (1, 0, 1, 0, 1), "Lê Ổi": (1, 0, 0, 1, 0)}
    assert [(row.title, row.leaves) for row in made.divisions] == [("Văn phòng", 1)]
    assert [row.leaves for row in made.fields] == [2, 1]
    assert f"?who={shared.key('writer')}&amp;lack=evidence" in page
    assert codes_on(grid(shared, "leader", who=shared.key("writer"), lack="evidence")) == ["2.1"]


# --- nobody else -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sharing", "divisions", "own_council"])
@pytest.mark.parametrize(
    ("who", "status"), [("clerk", 200), ("deputy", 200), ("chair", 404), ("stranger", 404)]
)
def test_the_pages_are_for_the_units_people_only(here, name, who, status):
    assert signed_in(here.users[who]).get(url(name, here.card)).status_code == status


def test_the_host_sees_no_names_and_no_filter_on_the_card_it_reads(shared):
    shared.fill()
    shared.close(1)
    page = grid(shared, "chair", who="me")
    assert codes_on(page) == ["1.1", "1.2", "2.1"]
    assert "Trần Thị Bưởi" not in page
    assert "Người được giao" not in page


# --- JSON --------------------------------------------------------------------------------------------------


def api(here: Inside, who: str, act: str, body: dict[str, Any] | None = None) -> Any:
    client = signed_in(here.users[who])
    address = f"/api/scorecards/{here.card.pk}/{act}/"
    return (
        client.get(address) if body is None else client.post(address, body, content_type="application/json")
    )


def test_json_lists_gives_and_takes_back_as_the_page_does(here):
    made = api(here, "officer", "divisions", {"name": "Văn phòng", "people": [here.users["clerk"].username]})
    assert made.status_code == 201
    key = made.json()["key"]
    body = {"assignee": key, "fields_whole": ["1"], "due_at": until(2).isoformat()}
    assert api(here, "officer", "assign", body).json()["number"] == 2
    seen = api(here, "clerk", "sharing").json()
    assert [(leaf["code"], leaf["key"], leaf["mine"]) for leaf in seen["leaves"]] == [
        ("1.1", key, True), ("1.2", key, True), ("2.1", "", False),
    ]  # fmt: skip
    assert seen["progress"]["divisions"][0]["leaves"] == 2
    assert api(here, "officer", "unassign", {"codes": ["1.1"]}).json()["number"] == 1
    assert api(here, "chair", "sharing").status_code == 403
    assert api(here, "stranger", "sharing").status_code == 404


def test_the_page_takes_the_same_number_of_statements_for_one_leaf_given_and_for_all(here):
    client = signed_in(here.users["officer"])
    here.division("Văn phòng", "clerk")
    counts = []
    for codes in (["1.1"], ["1.1", "1.2", "2.1"]):
        actions.assign(here.card, codes, by=here.leader, assignee=here.key("clerk"))
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url("sharing", here.card)).status_code == 200
        counts.append(len(seen.captured_queries))
    assert counts[0] == counts[1]


def test_a_seat_that_ends_takes_the_person_off_the_lists(here):
    here.users["clerk"].appointments.update(ends_at=clock.now() - timedelta(hours=1))
    make.seat(here.users["clerk"], Role.ADMINISTRATOR, at=here.unit)
    assert here.users["clerk"] not in queries.people_of(here.unit)
