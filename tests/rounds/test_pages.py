"""The pages of rounds, as the people who use them see them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backend.core import clock
from backend.core.dates import format_date, last_day_before, vn_date
from backend.rounds.models import Extension, Round, Step
from permissions.roles import Role
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def city():
    return make.unit("Thành phố")


@pytest.fixture
def commune(city):
    return make.unit("Xã Một", parent=city)


@pytest.fixture
def draft(city, commune) -> Round:
    return make.round_(city, make.criteria_set(city))


@pytest.fixture
def running(draft) -> Round:
    Round.objects.update(state="open", opened_at=clock.now())
    draft.refresh_from_db()
    return draft


@pytest.fixture
def manager(city, client):
    user, actor = make.seated(Role.CRITERIA_MANAGER, city)
    client.force_login(user)
    return actor


def sign_in(client, role, unit) -> None:
    client.force_login(make.seated(role, unit)[0])


def text(answer) -> str:
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def address(name: str, key: int) -> str:
    return reverse(f"rounds:{name}", args=[key])


def queries_of(client, url) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_the_list_shows_the_step_that_is_on_and_finds_without_accents(client, city, running, manager):
    page = text(client.get(reverse("rounds:round_list"), {"q": "dot danh gia"}))
    assert running.title in page
    assert "Tự chấm điểm" in page
    assert f"đến hết {format_date(last_day_before(running.steps.first().closes_at))}" in page
    assert "Không có đợt đánh giá nào" in text(client.get(reverse("rounds:round_list"), {"q": "abc"}))
    assert running.title in text(client.get(reverse("rounds:round_list"), {"year": "x", "sort": "-host"}))


def test_the_list_takes_the_same_queries_for_few_and_many(client, city, manager):
    sets = make.criteria_set(city)
    make.round_(city, sets, year=2001)
    few = queries_of(client, reverse("rounds:round_list"))
    for year in range(2002, 2020):
        make.round_(city, sets, year=year)
    assert queries_of(client, reverse("rounds:round_list")) == few


def test_a_round_takes_the_same_queries_for_few_and_many_units(client, city, running, manager):
    few = queries_of(client, address("round_detail", running.pk))
    for _ in range(12):
        make.unit(parent=city)
    step = running.steps.first()
    for unit in city.children.all():
        give(step, unit)
    assert queries_of(client, address("round_detail", running.pk)) == few


def give(step, unit) -> None:
    with make._made():
        Extension.objects.create(
            step=step,
            unit=unit,
            closes_at=step.closes_at + make.DAY,
            reason="Lý do",
            document="1/CV",
            made_at=clock.now(),
        )


def test_a_round_shows_its_dates_groups_and_what_keeps_it_shut(client, draft, manager):
    page = text(client.get(address("round_detail", draft.pk)))
    closes = draft.steps.first().closes_at
    assert "Hôm nay" in page
    assert "<svg" in page
    assert "đang diễn ra" in page
    assert "từ</span>" not in page
    assert "Tốt: từ 80,00" in page.replace("\xa0", " ")
    assert f"{format_date(vn_date(closes))}" in page


def test_a_deadline_is_said_with_its_last_day_and_the_lock(client, draft, manager):
    post_steps(client, draft, [("self", "Tự chấm", "01/11/2026", "07/01/2027"), END])
    page = text(client.get(address("round_detail", draft.pk)))
    assert "đến hết ngày 07/01/2027 (khoá từ 00:00 ngày 08/01/2027)" in page


MIDDLE = ("appraisal", "Thẩm định", "08/01/2027", "20/01/2027")
END = ("conclusion", "Kết luận", "21/01/2027", "31/01/2027")


def post_steps(client, made, rows):
    data = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": 0}
    for number, (kind, title, opens, closes) in enumerate(rows):
        data |= {
            f"form-{number}-kind": kind,
            f"form-{number}-title": title,
            f"form-{number}-opens": opens,
            f"form-{number}-closes": closes,
        }
    return client.post(address("steps_edit", made.pk), data)


def test_dates_out_of_order_are_refused_with_both_dates_and_nothing_is_lost(client, draft, manager):
    early = ("conclusion", "Kết luận", "05/01/2027", "31/01/2027")
    page = text(post_steps(client, draft, [("self", "Tự chấm", "01/11/2026", "07/01/2027"), early]))
    assert "mở ngày 05/01/2027" in page
    assert "hết ngày 07/01/2027" in page
    assert 'value="05/01/2027"' in page
    assert draft.steps.count() == 5


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("self", "Tự chấm", "13/25/2026", "07/01/2027"), "Không có ngày"),
        (("self", "Tự chấm", "abc", "07/01/2027"), "không phải là ngày"),
        (("self", "Tự chấm", "", "07/01/2027"), "Hãy nhập ngày"),
        (("self", "", "01/11/2026", "07/01/2027"), "Hãy nhập tên bước"),
    ],
)
def test_a_day_that_makes_no_sense_is_told_at_its_field(client, draft, manager, row, said):
    assert said in text(post_steps(client, draft, [row, END]))


def test_the_fifth_of_june_is_in_june(client, draft, manager):
    post_steps(client, draft, [("self", "Tự chấm", "05/06/2026", "07/06/2026"), END])
    assert vn_date(draft.steps.first().opens_at).month == 6


def test_days_that_were_not_touched_keep_their_hours(client, draft, manager):
    first = draft.steps.first()
    rows = [
        (step.kind, step.title, format_date(step.opens_at), format_date(last_day_before(step.closes_at)))
        for step in draft.steps.all()
    ]
    data = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": len(rows)}
    for number, (kind, title, opens, closes) in enumerate(rows):
        data |= {
            f"form-{number}-kind": kind,
            f"form-{number}-title": title,
            f"form-{number}-opens": opens,
            f"form-{number}-closes": closes,
        }
    client.post(address("steps_edit", draft.pk), data)
    again = draft.steps.first()
    assert again.pk != first.pk
    assert (again.opens_at, again.closes_at) == (first.opens_at, first.closes_at)


def test_a_round_is_prepared_from_nothing(client, city, commune, manager):
    chosen = make.criteria_set(city)
    answer = client.post(
        reverse("rounds:round_add"),
        {"host": city.pk, "title": "Đợt 2026", "year": "2026", "on_date": "01/11/2026", "with_survey": "on"},
    )
    made = Round.objects.get()
    assert answer.url == address("round_detail", made.pk)
    assert "Đợt chưa mở được" in text(client.get(answer.url))
    post_steps(client, made, [("self", "Tự chấm", "01/11/2026", "07/01/2027"), MIDDLE, END])
    answer = client.post(
        address("group_add", made.pk),
        {"kind": chosen.kind_id, "criteria_set": chosen.pk, "tie_rule": "dense"},
    )
    group = made.groups.get()
    assert answer.url == address("bands_edit", group.pk)
    bands = {"form-TOTAL_FORMS": 3, "form-INITIAL_FORMS": 0, "form-0-label": "Tốt", "form-0-lower": "80,5"}
    page = text(client.post(answer.url, bands))
    assert "còn hở ở dưới" in page
    assert 'value="80,5"' in page
    bands |= {"form-1-label": "Kém", "form-1-lower": "0", "form-1-inclusive": "on"}
    client.post(answer.url, bands)
    assert [band.lower for band in group.bands.all()] == [Decimal("80.5"), Decimal(0)]
    assert "Đã đủ điều kiện mở đợt" in text(client.get(address("round_detail", made.pk)))


def test_a_round_is_edited_copied_and_its_group_changed_and_removed(client, city, draft, manager):
    client.post(
        address("round_edit", draft.pk), {"title": "Tên mới", "year": "2026", "on_date": "01/11/2026"}
    )
    draft.refresh_from_db()
    assert (draft.title, draft.with_survey) == ("Tên mới", False)
    group = draft.groups.get()
    client.post(
        address("group_edit", group.pk),
        {"kind": group.kind_id, "criteria_set": group.criteria_set_id, "title": "Xã", "tie_rule": "ordered"},
    )
    group.refresh_from_db()
    assert (group.title, group.tie_rule) == ("Xã", "ordered")
    answer = client.post(address("round_copy", draft.pk), {"year": "2027", "title": "Đợt 2027"})
    copy = Round.objects.get(year=2027)
    assert answer.url == address("round_detail", copy.pk)
    client.post(address("group_remove", copy.groups.get().pk))
    assert not copy.groups.exists()


def test_one_unit_is_given_more_time_from_the_page(client, running, commune, manager):
    step = running.steps.first()
    page = text(client.get(address("step_extend", step.pk), {"unit": commune.pk}))
    assert f'value="{commune.pk}" selected' in page
    last = format_date(vn_date(step.closes_at + 9 * make.DAY))
    typed = {"unit": commune.pk, "closes": last, "reason": "Mất điện", "document": "12/CV"}
    answer = client.post(address("step_extend", step.pk), typed)
    assert answer.status_code == 302
    page = text(client.get(address("round_detail", running.pk)))
    assert "Mất điện" in page
    assert f"đến hết ngày {last}" in page


def test_more_time_without_a_reason_is_told_at_the_field(client, running, commune, manager):
    step = running.steps.first()
    typed = {"unit": commune.pk, "closes": "31/12/2030", "reason": "", "document": "12/CV"}
    page = text(client.post(address("step_extend", step.pk), typed))
    assert "Lỗi:" in page
    assert 'value="31/12/2030"' in page
    assert not Extension.objects.exists()


def test_who_works_in_a_unit_is_not_offered_it(client, city, running, commune):
    neighbour = make.unit("Xã Hai", parent=city)
    client.force_login(make.seated(Role.SECRETARY, city, workplace=commune)[0])
    page = text(client.get(address("step_extend", running.steps.first().pk)))
    assert neighbour.name in page
    assert commune.name not in page


def test_dates_are_changed_for_all_with_reason_and_document(client, running, manager):
    step = running.steps.get(kind=Step.Kind.CONCLUSION)
    typed = {
        "opens": format_date(step.opens_at),
        "closes": format_date(last_day_before(step.closes_at + 5 * make.DAY)),
        "reason": "Tết",
        "document": "3/CV",
    }
    assert client.post(address("step_dates", step.pk), typed).status_code == 302
    step.refresh_from_db()
    assert step.history.first().history_change_reason == "Tết (văn bản 3/CV)"


def test_a_scored_unit_reads_its_round_and_changes_nothing(client, running, commune):
    sign_in(client, Role.OFFICER, commune)
    page = text(client.get(address("round_detail", running.pk)))
    assert "Gia hạn một đơn vị" not in page
    assert "Đổi ngày" not in page
    assert "Lập đợt năm sau" not in page


PAGES = [
    ("round_detail", "round", "get"),
    ("round_edit", "round", "get"),
    ("round_copy", "round", "get"),
    ("steps_edit", "round", "get"),
    ("group_add", "round", "get"),
    ("group_edit", "group", "get"),
    ("group_remove", "group", "post"),
    ("bands_edit", "group", "get"),
    ("step_dates", "step", "get"),
    ("step_extend", "step", "get"),
]


def key_of(made: Round, of: str) -> int:
    return {"round": made, "group": made.groups.get(), "step": made.steps.first()}[of].pk


@pytest.mark.parametrize(("name", "of", "method"), PAGES)
def test_a_round_of_another_host_is_not_there(client, running, name, of, method):
    sign_in(client, Role.CRITERIA_MANAGER, make.unit("Tỉnh khác"))
    assert getattr(client, method)(address(name, key_of(running, of))).status_code == 404
    assert running.groups.exists()


@pytest.mark.parametrize(("name", "of", "method"), PAGES[1:])
def test_a_unit_of_the_round_is_refused_its_settings(client, running, commune, name, of, method):
    sign_in(client, Role.LEADER, commune)
    assert getattr(client, method)(address(name, key_of(running, of))).status_code == 403
    assert running.groups.exists()


def test_an_opened_round_refuses_its_old_forms_with_a_reason(client, running, manager):
    answer = post_steps(client, running, [("self", "Tự chấm", "01/11/2026", "07/01/2027"), END])
    assert answer.status_code == 409
    assert "Đợt đánh giá đã mở" in answer.content.decode()


def test_an_illustration_round_carries_its_mark(client, running, manager):
    Round.objects.update(is_illustration=True)
    assert "SỐ LIỆU MINH HOẠ" in text(client.get(address("round_detail", running.pk)))


def test_json_says_and_writes_the_same(client, city, draft, commune, manager):
    whole = client.get(f"/api/rounds/{draft.pk}/").json()
    assert [step["kind"] for step in whole["steps"]] == [str(kind) for kind, _title in make.STEPS]
    assert whole["groups"][0]["bands"] == [{"label": "Tốt", "lower": "80.000", "inclusive": True}]
    group = whole["groups"][0]["id"]
    bands = {"bands": [{"label": "Tốt", "lower": "80", "inclusive": True}]}
    answer = client.put(f"/api/round-groups/{group}/bands/", bands, content_type="application/json")
    assert answer.status_code == 422
    bands["bands"].append({"label": "Kém", "lower": "0", "inclusive": True})
    answer = client.put(f"/api/round-groups/{group}/bands/", bands, content_type="application/json")
    assert answer.status_code == 200
    steps = [{**step, "closes_at": step["opens_at"]} for step in whole["steps"]]
    answer = client.put(f"/api/rounds/{draft.pk}/steps/", {"steps": steps}, content_type="application/json")
    assert answer.status_code == 422
    assert client.get(f"/api/rounds/{draft.pk}/problems/").json()["problems"] == []


def test_json_gives_more_time_with_reason_and_document(client, running, commune, manager):
    step = running.steps.first()
    until = (step.closes_at + make.DAY).isoformat()
    sent = {"unit": commune.pk, "closes_at": until, "reason": "Mất điện"}
    url = f"/api/round-steps/{step.pk}/extend/"
    assert client.post(url, sent, content_type="application/json").status_code in (400, 422)
    answer = client.post(url, {**sent, "document": "1/CV"}, content_type="application/json")
    assert answer.status_code == 201
    assert len(client.get(f"/api/rounds/{running.pk}/extensions/").json()["results"]) == 1


def test_json_of_another_host_is_not_there(client, running):
    sign_in(client, Role.CRITERIA_MANAGER, make.unit("Tỉnh khác"))
    step, group = running.steps.first(), running.groups.get()
    for url in (f"rounds/{running.pk}", f"round-steps/{step.pk}", f"round-groups/{group.pk}"):
        assert client.get(f"/api/{url}/").status_code == 404
