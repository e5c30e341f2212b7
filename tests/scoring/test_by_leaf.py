"""One leaf across the units of a round through HTTP: what stands side by side, marking row by row, equal cases."""

from __future__ import annotations

import copy
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from backend.audit.recording import recording
from backend.scoring import actions
from backend.scoring.models import Mark, Scorecard
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring import specimens
from tests.scoring.benches import bench
from tests.scoring.councils import Council, council, fill
from tests.scoring.pages import HTMX, signed_in, url
from tests.scoring.test_statements import statements
from tiers.models import Appointment

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def ready(season: Council) -> Council:
    """Let every unit fill, submit and approve its card, then end self-scoring."""
    for card in season.cards:
        _user, officer = make.seated(Role.OFFICER, card.unit)
        _user, leader = make.seated(Role.LEADER, card.unit)
        fill(card, by=officer)
        actions.move(card, "submit", by=officer)
        actions.move(card, "approve", by=leader)
    season.close(1)
    return season


@pytest.fixture(scope="module")
def built(standing) -> Council:
    return standing(lambda: ready(council(units=3)))


@pytest.fixture
def season(built) -> Council:
    return copy.deepcopy(built)


@pytest.fixture
def secretary(season) -> Client:
    return signed_in(season.users["secretary"])


def node_of(season: Council, code: str = "1.1") -> int:
    return season.card.scores.get(code=code).node_id


def page_of(client: Client, season: Council, code: str = "1.1", **asked: str) -> Any:
    return client.get(url("by_leaf", season.round, node_of(season, code)), asked)


def save(client: Client, season: Council, card: Scorecard, code: str = "1.1", **sent: Any) -> Any:
    headers = sent.pop("headers", HTMX)
    address = url("by_leaf_row", season.round, node_of(season, code), card.pk)
    return client.post(address, {"version": "0", "points": "", "reason": "", **sent}, headers=headers)


def given(card: Scorecard, code: str = "1.1") -> Mark:
    return Mark.objects.get(score__card=card, score__code=code, step__order=2)


def test_every_unit_stands_in_the_table_with_what_it_gave(season, secretary):
    page = page_of(secretary, season).text
    for name in ("Phường Ô Môn", "Phường Thới Long", "Xã Đông Hiệp"):
        assert name in page
    assert page.count("Kịp thời: 1 điểm") >= 3
    assert "Theo báo cáo số 12/BC-UBND" in page
    assert "3 đơn vị cùng số liệu" in page


def test_what_a_unit_still_writes_is_not_shown(season):
    writing = council(units=2)
    fill(writing.card, by=writing.officer)
    page = page_of(signed_in(writing.users["secretary"]), writing).text
    assert "Phường Ô Môn" in page
    assert "Theo báo cáo số 12/BC-UBND" not in page
    assert "data-mark" not in page


def test_points_are_saved_row_by_row_with_reason_and_rule(season, secretary):
    answer = save(secretary, season, season.cards[1], points="0,5", reason="Ban hành ngày 12/5, chậm 3 ngày")
    assert answer.status_code == 200
    assert "data-just-saved" in answer.text
    assert "<html" not in answer.text
    mark = given(season.cards[1])
    assert (mark.points, mark.reason) == (Decimal("0.5"), "Ban hành ngày 12/5, chậm 3 ngày")
    assert "Không kịp thời: 0,5 điểm" in mark.rule_said
    assert mark.author == season.secretary.name


def test_without_javascript_the_same_form_saves_and_comes_back_to_the_row(season, secretary):
    answer = save(secretary, season, season.cards[1], agree="1", headers={})
    assert answer.status_code == 302
    assert answer.url.endswith(f"#unit-{season.cards[1].pk}")
    assert given(season.cards[1]).points == Decimal(1)


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_cut_without_a_reason_is_refused_and_what_was_typed_stays(season, secretary, headers):
    answer = save(secretary, season, season.card, points="0,5", headers=headers)
    assert answer.status_code == 422
    assert "hãy ghi lý do cụ thể" in answer.text
    assert 'value="0,5"' in answer.text
    assert not Mark.objects.filter(score__card=season.card, step__order=2).exists()


def test_who_was_slower_sees_both_values_and_chooses(season, secretary):
    save(secretary, season, season.card, agree="1")
    slower = signed_in(season.users["chair"])
    answer = save(slower, season, season.card, points="0", reason="Không ban hành theo CV 7/SNV")
    assert answer.status_code == 422
    assert "vừa chấm tiêu chí này" in answer.text
    assert "Vẫn lưu điểm của tôi" in answer.text
    over = str(given(season.card).version)
    assert save(slower, season, season.card, points="0", reason="Theo CV 7/SNV", over=over).status_code == 200
    assert given(season.card).points == 0


def test_equal_inputs_with_different_points_are_named_to_the_marker_and_listed(season, secretary):
    save(secretary, season, season.cards[0], agree="1")
    answer = save(secretary, season, season.cards[1], points="0,5", reason="Chậm theo CV 9/SNV")
    assert "Cùng số liệu nhưng khác điểm." in answer.text
    page = page_of(secretary, season).text
    assert "Cùng số liệu nhưng khác điểm." in page
    assert "cùng số liệu, khác điểm" in page
    listed = secretary.get(f"/api/rounds/{season.round.pk}/leaves/{node_of(season)}/").json()
    assert [[one["points"] for one in case["given"]] for case in listed["uneven"]] == [["1.000", "0.500"]]
    version = str(given(season.cards[1]).version)
    answer = save(secretary, season, season.cards[1], agree="1", version=version)
    assert "Cùng số liệu nhưng khác điểm." not in answer.text


def test_different_inputs_may_get_different_points_without_a_warning(season, secretary):
    save(secretary, season, season.cards[0], "1.2", agree="1")
    answer = save(secretary, season, season.cards[1], "1.2", points="2", reason="Thiếu 3 hồ sơ theo BC 5")
    assert "Cùng số liệu nhưng khác điểm." not in answer.text


@pytest.mark.parametrize(
    ("show", "names"),
    [
        ("all", {"Phường Ô Môn", "Phường Thới Long", "Xã Đông Hiệp"}),
        ("cut", {"Phường Thới Long"}),
        ("changed", {"Phường Thới Long"}),
        ("left", {"Phường Ô Môn", "Xã Đông Hiệp"}),
        ("bare", {"Phường Ô Môn", "Phường Thới Long", "Xã Đông Hiệp"}),
        ("flagged", set()),
        ("apart", set()),
    ],
)
def test_the_table_is_narrowed_to_what_one_looks_for(season, secretary, show, names):
    save(secretary, season, season.cards[1], points="0,5", reason="Chậm theo CV 9/SNV")
    page = page_of(secretary, season, show=show).text
    rows = {
        name for name in ("Phường Ô Môn", "Phường Thới Long", "Xã Đông Hiệp") if f'leaf-1.1">{name}' in page
    }
    assert rows == names


def test_evidence_stands_in_the_row_with_its_flags_and_opens_in_the_pane():
    season = council(units=2)
    for card in season.cards:
        _user, officer = make.seated(Role.OFFICER, card.unit)
        upload = specimens.upload(specimens.pdf(), "bao-cao.pdf")
        actions.add_file(card, "1.1", by=officer, upload=upload)
    ready(season)
    secretary = signed_in(season.users["secretary"])
    page = page_of(secretary, season).text
    assert 'hx-target="#pane">bao-cao.pdf' in page
    assert "trùng tệp với Phường Thới Long (tiêu chí 1.1)" in page
    assert f'id="unit-{season.cards[0].pk}"' in page_of(secretary, season, show="flagged").text
    assert f'id="unit-{season.cards[0].pk}"' not in page_of(secretary, season, show="bare").text


def test_who_appraises_another_field_only_looks():
    season = ready(council(units=2))
    user, _actor = make.seated(Role.APPRAISER, season.host, fields_limit="2")
    client = signed_in(user)
    assert "data-mark" not in page_of(client, season, "1.1").text
    assert "data-mark" in page_of(client, season, "2.1").text
    assert save(client, season, season.card, "1.1", agree="1").status_code == 403


def test_nobody_marks_the_unit_where_she_works():
    season = ready(council(units=2))
    user, _actor = make.seated(Role.MEMBER, season.host, workplace=season.cards[1].unit)
    client = signed_in(user)
    page = page_of(client, season).text
    assert page.count("data-mark ") == 1
    assert save(client, season, season.cards[1], agree="1").status_code == 403


def test_a_leaf_of_another_round_is_not_found(season, secretary):
    other = council(units=1)
    assert secretary.get(url("by_leaf", season.round, node_of(other))).status_code == 404
    assert save(secretary, season, other.card, agree="1").status_code == 404


def test_the_page_takes_at_most_twenty_statements_for_any_number_of_units():
    counts = []
    for units in (1, 3, 118):
        season = council(units=units)
        season.close(1)
        client = signed_in(season.users["secretary"])
        page_of(client, season)
        counts.append(len(statements(lambda: page_of(client, season))))  # noqa: B023
    assert len(set(counts)) == 1, counts
    assert counts[0] <= 20


def test_saving_one_mark_takes_at_most_twenty_one_statements_for_any_number_of_units():
    counts = []
    for units in (1, 3):
        season = ready(council(units=units))
        client = signed_in(season.users["secretary"])
        act = {"points": "0,5", "reason": "Chậm theo CV 9/SNV"}
        save(client, season, season.card, **act)
        act |= {"version": str(given(season.card).version), "points": "0"}
        address = url("by_leaf_row", season.round, node_of(season), season.card.pk)
        sent = {"version": "0", **act}
        counts.append(statements(lambda: client.post(address, sent, headers=HTMX)))  # noqa: B023
    assert len(counts[0]) == len(counts[1])
    # Eighteen of its own; council, conflict and double marks ask one each.
    assert len(counts[1]) <= 21, "\n".join(sql[:120] for sql in counts[1])


def test_a_hundred_decisions_are_few_keys(season, secretary):
    """One key agrees; a cut is the points, a Tab, the code with its document, an Enter. The browser presses them."""
    actions.save_reason(
        season.round, by=season.secretary, code="a1", text="Văn bản số … ban hành chậm", leaf=node_of(season)
    )
    typed = "a1 12/BC"
    keys = len("0,5") + 1 + len(typed) + 1
    answer = save(secretary, season, season.card, points="0,5", reason=typed)
    assert answer.status_code == 200
    assert given(season.card).reason == "Văn bản số 12/BC ban hành chậm"
    assert keys <= 15


def test_progress_counts_what_is_done_by_leaf_field_and_person(season, secretary):
    save(secretary, season, season.cards[0], agree="1")
    save(secretary, season, season.cards[1], agree="1")
    user, _actor = make.seated(Role.APPRAISER, season.host, fields_limit="2")
    save(signed_in(user), season, season.cards[0], "2.1", agree="1")
    assert "2 trên 3" in secretary.get(url("by_leaf_list", season.round)).text
    told = secretary.get(f"/api/rounds/{season.round.pk}/leaves/").json()
    fields = {row["code"]: (row["done"], row["due"]) for row in told["fields"]}
    assert fields["1"] == (2, 6)
    assert fields["2"] == (1, 3)
    people = {row["name"]: row for row in told["people"]}
    hers = people[user.full_name]
    assert (hers["fields_limit"], hers["given"], hers["due"], hers["done"]) == (["2"], {"2": 1}, 3, 1)
    assert people[season.secretary.name]["given"] == {"1": 2}
    page = secretary.get(url("marker_list", season.round)).text
    assert user.full_name in page


def test_progress_takes_the_same_number_of_statements_for_any_number_of_units():
    counts = []
    for units in (1, 4):
        season = ready(council(units=units))
        client = signed_in(season.users["secretary"])
        client.get(url("marker_list", season.round))
        pages = ("marker_list", "by_leaf_list")
        counts.append([len(statements(lambda at=name: client.get(url(at, season.round)))) for name in pages])  # noqa: B023
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 20, counts


def test_a_leaf_marked_twice_is_marked_on_the_card_and_shows_no_first_mark_here():
    made = bench()
    made.council()
    node = made.card.scores.get(code="2.1").node
    actions.choose_doubles(made.here.round, [node], by=made.actors["secretary"])
    actions.appraise(
        made.card,
        "2.1",
        by=made.actors["member"],
        version=0,
        points=Decimal("3.25"),
        reason="Chỉ tôi biết, BC 7",
    )
    page = signed_in(made.users["second"]).get(url("by_leaf", made.here.round, node.pk)).text
    assert "hãy chấm ở phiếu của đơn vị" in page
    assert "data-mark " not in page.split(f'id="unit-{made.card.pk}"')[1].split("</tr>")[0]
    assert "3,25" not in page
    assert "BC 7" not in page


def test_cuts_and_differing_steps_are_found_at_the_second_look_too():
    world = council()
    world.explained()
    client = signed_in(world.users["secretary"])
    actions.appraise(
        world.card, "1.1", by=world.secretary, version=0, points=Decimal(0), reason="Vẫn thiếu bản quét"
    )
    for show in ("cut", "apart"):
        assert 'leaf-1.1">Phường Ô Môn' in page_of(client, world, show=show).text
    actions.move(world.card, "appraise", by=world.secretary)
    assert 'leaf-1.1">Phường Ô Môn' in page_of(client, world, show="apart").text


def test_two_people_of_one_name_are_counted_apart(season, secretary):
    names = {}
    for card, user in zip(season.cards, (season.users["secretary"], season.users["chair"]), strict=False):
        user.full_name = "Cùng tên"
        with recording(by=SYSTEM):
            user.save()
        save(signed_in(user), season, card, agree="1")
        names[f"Cùng tên ({user.username})"] = {"1": 1}
    told = secretary.get(f"/api/rounds/{season.round.pk}/leaves/").json()
    assert {row["name"]: row["given"] for row in told["people"] if row["given"]} == names
    page = secretary.get(url("marker_list", season.round)).text
    assert all(name in page for name in names)


def test_who_has_no_seat_any_more_keeps_her_line_under_the_name_she_has_now(season, secretary):
    user, _actor = make.seated(Role.APPRAISER, season.host)
    save(signed_in(user), season, season.card, agree="1")
    Appointment.objects.filter(user=user).update(ends_at=F("starts_at") + timedelta(seconds=1))
    user.full_name = "Tên đã đổi"
    with recording(by=SYSTEM):
        user.save()
    told = secretary.get(f"/api/rounds/{season.round.pk}/leaves/").json()
    assert {row["name"]: row["given"] for row in told["people"]}["Tên đã đổi"] == {"1": 1}
