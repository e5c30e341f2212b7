"""The pages and the JSON of the organisation, through the front door."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backend.audit.recording import recording
from backend.core.text import fold
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tiers import actions
from tiers.loading.load import load
from tiers.models import Kind, Lineage, Release, Unit

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TURN = date(2025, 7, 1)


@pytest.fixture(scope="module")
def loaded(standing):
    """Load the real organisation, once."""
    return standing(load)


@pytest.fixture
def cantho(loaded):
    """Return the city of the real organisation."""
    return Unit.objects.get(path="/92/")


@pytest.fixture
def enter(client):
    """Return a function that signs a person in, in one seat or none."""

    def sign_in(role=None, at=None):
        user = make.seat(None, role, at=at).user if role else make.person()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def at(code, valid_from=date(2004, 1, 1)):
    return Unit.objects.get(code=code, valid_from=valid_from)


def page(name, unit=None):
    return reverse(f"tiers:{name}", args=[unit.pk] if unit else [])


def text_of(answer):
    return " ".join(answer.content.decode().split())


def test_nobody_sees_the_organisation_without_signing_in(client):
    assert client.get(page("unit_list")).status_code == 302


def test_the_tree_of_today_has_no_district(cantho, enter):
    said = text_of(enter().get(page("unit_list")))
    assert "Phường Cái Khế" in said
    assert "Quận Ninh Kiều" not in said
    assert 'Xã, phường, thị trấn: <strong class="num">103</strong>' in said


def test_the_tree_on_a_day_of_2021_shows_three_tiers(cantho, enter):
    said = text_of(enter().get(page("unit_list"), {"on": "31/12/2021"}))
    assert "tại ngày 31/12/2021" in said
    assert "Quận Ninh Kiều" in said
    assert "Phường An Nghiệp" in said
    assert 'Xã, phường, thị trấn: <strong class="num">83</strong>' in said


def test_a_day_of_an_address_stands_in_the_box_as_days_are_written_here(cantho, enter):
    said = text_of(enter().get(page("unit_list"), {"on": "2021-12-31"}))
    assert "tại ngày 31/12/2021" in said
    assert 'value="31/12/2021"' in said
    assert 'value="2021-12-31"' not in said


def test_the_days_before_and_after_the_mergers_are_one_click_away(cantho, enter):
    said = text_of(enter().get(page("unit_list")))
    assert "?on=30%2F06%2F2025" in said
    assert "?on=01%2F07%2F2025" in said


def test_search_finds_o_mon_without_accents(cantho, enter):
    said = text_of(enter().get(page("unit_list"), {"q": "o mon", "on": "30/06/2025"}))
    assert "Quận Ô Môn" in said
    assert "Sở Nội vụ" not in said


def test_an_empty_search_says_what_to_try(cantho, enter):
    said = text_of(enter().get(page("unit_list"), {"q": "không đâu có"}))
    assert "Không tìm thấy đơn vị nào" in said


def test_a_day_that_is_none_is_told_and_the_page_stays(cantho, enter):
    answer = enter().get(page("unit_list"), {"on": "31/02/2025"})
    assert answer.status_code == 200
    assert "Không có ngày" in text_of(answer)
    assert 'value="31/02/2025"' in text_of(answer)


def test_a_unit_tells_what_it_came_of(cantho, enter):
    said = text_of(enter().get(page("unit_detail", at("31120", TURN))))
    assert "Phường Bùi Hữu Nghĩa" in said
    assert "một phần" in said
    assert "Nghị quyết 1668/NQ-UBTVQH15" in said


def test_a_ward_that_ended_without_source_says_so(cantho, enter):
    said = text_of(enter().get(page("unit_detail", at("31126"))))
    assert "đến hết 31/12/2024" in said
    assert "Đơn vị kế thừa: chưa có nguồn hoặc không có." in said


def test_an_illustration_is_labelled(cantho, enter):
    said = text_of(enter().get(page("unit_detail", at("SNV", TURN))))
    assert "Đơn vị minh hoạ" in said


def test_names_of_people_show_to_managers_only(cantho, enter):
    ward = at("31120", TURN)
    make.seat(make.person("Người giữ ghế"), Role.LEADER, at=ward, title="Chủ tịch UBND")
    said = text_of(enter(Role.OFFICER, ward).get(page("unit_detail", ward)))
    assert "Chủ tịch UBND" in said
    assert "Người giữ ghế" not in said
    said = text_of(enter(Role.ADMINISTRATOR, cantho).get(page("unit_detail", ward)))
    assert "Người giữ ghế" in said


def test_mergers_are_found_by_the_old_name_and_by_the_old_district(cantho, enter):
    client = enter()
    for words in ("an hoa", "ninh kieu"):
        said = text_of(client.get(page("merger_list"), {"q": words}))
        assert "Phường Cái Khế" in said
    assert "Không tìm thấy" in text_of(client.get(page("merger_list"), {"q": "xyz"}))


def test_an_administrator_corrects_a_name_with_a_reason(cantho, enter):
    client, ward = enter(Role.ADMINISTRATOR, cantho), at("31120", TURN)
    form = {
        "name": "Phường Cái Khế Đông",
        "order": 7,
        "has_procedures": "on",
        "last_day": "",
        "reason": "CV 5",
    }
    answer = client.post(page("unit_edit", ward), form, follow=True)
    assert "Đã lưu Phường Cái Khế Đông." in text_of(answer)
    ward.refresh_from_db()
    assert (ward.order, ward.folded) == (7, "phuong cai khe dong")
    said = text_of(client.get(page("unit_history", ward)))
    assert "tên: Phường Cái Khế → Phường Cái Khế Đông" in said
    assert "lý do: CV 5" in said


def test_saving_without_a_change_leaves_no_trace(cantho, enter):
    ward = at("31120", TURN)
    form = {
        "name": ward.name,
        "order": ward.order,
        "has_procedures": "on",
        "last_day": "",
        "reason": "Xem lại",
    }
    enter(Role.ADMINISTRATOR, cantho).post(page("unit_edit", ward), form)
    assert ward.history.count() == 1


def test_a_missing_reason_keeps_what_was_typed(cantho, enter):
    form = {"name": "Tên mới", "order": "x", "last_day": "5/6/2027", "reason": ""}
    answer = enter(Role.ADMINISTRATOR, cantho).post(page("unit_edit", at("31120", TURN)), form)
    assert answer.status_code == 422
    for typed in ("Tên mới", "5/6/2027"):
        assert f'value="{typed}"' in text_of(answer)


def test_the_last_day_is_the_day_before_the_unit_is_no_more(cantho, enter):
    ward = at("31120", TURN)
    form = {"name": ward.name, "order": 1, "last_day": "31/12/2027", "reason": "Nghị quyết"}
    enter(Role.ADMINISTRATOR, cantho).post(page("unit_edit", ward), form)
    ward.refresh_from_db()
    assert ward.valid_to == date(2028, 1, 1)


@pytest.mark.parametrize(
    ("code", "last_day", "said"),
    [
        ("92", "31/12/2027", "đơn vị trực thuộc tồn tại lâu hơn"),
        ("31117", "", "kết thúc sớm hơn"),
        ("SNV", "31/12/2003", "phải sau ngày bắt đầu"),
    ],
)
def test_an_end_that_breaks_the_tree_is_refused_in_words(cantho, enter, code, last_day, said):
    unit = at(code)
    form = {"name": unit.name, "order": 1, "last_day": last_day, "reason": "Thử"}
    answer = enter(Role.ADMINISTRATOR, cantho).post(page("unit_edit", unit), form)
    assert answer.status_code == 422
    assert said in text_of(answer)


NEW = {
    "code": "TTHCC",
    "name": "Trung tâm Phục vụ hành chính công",
    "order": "30",
    "source": "",
    "reason": "QĐ 1",
}


def test_an_administrator_adds_a_unit(cantho, enter):
    form = NEW | {"kind": Kind.objects.get(code="public_service").pk, "valid_from": "01/01/2026"}
    answer = enter(Role.ADMINISTRATOR, cantho).post(page("unit_add", cantho), form, follow=True)
    assert "Đã thêm Trung tâm Phục vụ hành chính công." in text_of(answer)
    made = Unit.objects.get(code="TTHCC")
    assert (made.path, made.parent) == ("/92/TTHCC-20260101/", cantho)
    assert made.folded == fold(made.name)


def test_a_code_in_use_is_refused_and_what_was_typed_is_kept(cantho, enter):
    form = NEW | {"code": "31120", "kind": Kind.objects.get(code="commune").pk, "valid_from": "01/01/2026"}
    answer = enter(Role.ADMINISTRATOR, cantho).post(page("unit_add", cantho), form)
    assert answer.status_code == 422
    assert "Mã 31120 đang thuộc Phường Cái Khế" in text_of(answer)
    assert "Trung tâm Phục vụ" in text_of(answer)


def test_a_unit_is_not_added_below_one_that_is_no_more(cantho, enter):
    form = NEW | {"kind": Kind.objects.get(code="commune").pk, "valid_from": "01/01/2026"}
    answer = enter(Role.ADMINISTRATOR, cantho).post(page("unit_add", at("916")), form)
    assert answer.status_code == 422
    assert "Quận Ninh Kiều không tồn tại vào ngày 01/01/2026" in text_of(answer)


@pytest.fixture
def divided():
    """Return a ward that went in parts to two others, in a small city."""
    city = make.unit("Thành phố", valid_from=date(2004, 1, 1))
    old = make.unit("Phường cũ", parent=city, valid_from=date(2004, 1, 1), valid_to=TURN)
    with recording(by=SYSTEM):
        for _ in range(2):
            new = make.unit(parent=city, valid_from=TURN)
            Lineage.objects.create(old=old, new=new, share="part", on=TURN)
    return old


ALLOWED = {
    "unit_edit": {Role.ADMINISTRATOR},
    "unit_add": {Role.ADMINISTRATOR},
    "unit_history": {Role.ADMINISTRATOR, Role.INSPECTOR},
    "release_add": {Role.CRITERIA_MANAGER},
}


@pytest.mark.parametrize("role", [None, *Role])
@pytest.mark.parametrize("name", ALLOWED)
def test_only_the_right_seats_open_and_are_shown_what_changes_something(divided, enter, role, name):
    client = enter(role, divided.parent)
    may = role in ALLOWED[name]
    assert client.get(page(name, divided)).status_code == (200 if may else 403)
    assert (page(name, divided) in text_of(client.get(page("unit_detail", divided)))) is may


def test_an_administrator_of_one_ward_does_not_touch_another(cantho, enter):
    client = enter(Role.ADMINISTRATOR, at("31120", TURN))
    assert client.get(page("unit_edit", at("31135", TURN))).status_code == 403


def test_home_affairs_releases_the_past_of_a_divided_ward_and_takes_it_back(cantho, enter):
    client, divided, new = enter(Role.CRITERIA_MANAGER, cantho), at("31178"), at("31120", TURN)
    form = {"new": new.pk, "document": "15/SNV-CCHC", "reason": "Phiếu thuộc phần đã nhập"}
    said = text_of(client.post(page("release_add", divided), form, follow=True))
    assert "Phường Cái Khế được xem hồ sơ cũ từ bây giờ." in said
    assert "15/SNV-CCHC" in said
    made = Release.objects.get()
    assert made.host == cantho
    client.post(reverse("tiers:release_withdraw", args=[made.pk]), {"reason": "Nhầm"})
    assert not Release.objects.exists()


def test_a_past_is_released_to_a_successor_only(cantho, enter):
    form = {"new": at("31135", TURN).pk, "document": "1", "reason": "x"}
    answer = enter(Role.CRITERIA_MANAGER, cantho).post(page("release_add", at("31178")), form)
    assert answer.status_code == 422
    assert not Release.objects.exists()


def test_who_reads_by_a_release_does_not_end_it(cantho, enter):
    new = at("31120", TURN)
    made = actions.release(at("31178"), new, by=SYSTEM, reason="x", document="1")
    url = reverse("tiers:release_withdraw", args=[made.pk])
    assert enter(Role.OFFICER, new).post(url, {"reason": "x"}).status_code == 403
    assert enter(Role.OFFICER, at("31135", TURN)).post(url, {"reason": "x"}).status_code == 404


def test_pages_take_as_many_queries_for_few_units_as_for_many(enter):
    top = make.unit("Thành phố", code="1", valid_from=date(2004, 1, 1))
    make.unit(parent=top, valid_from=date(2004, 1, 1))
    client = enter(Role.ADMINISTRATOR, top)
    addresses = [page("unit_list"), page("unit_list") + "?q=a", page("unit_detail", top)]
    few = [_count(client, address) for address in addresses]
    load()
    many = [_count(client, address) for address in addresses]
    assert few == many


def test_the_list_of_mergers_takes_as_many_queries_for_one_as_for_a_page(cantho, enter):
    client = enter()
    one = _count(client, page("merger_list") + "?q=cai khe")
    assert _count(client, page("merger_list")) == one


def _count(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


# --- JSON -----------------------------------------------------------------------------------------------------


def api(name, *args):
    return reverse(f"api:{name}", args=args)


def results(answer):
    found = answer.json()
    return found["results"] if isinstance(found, dict) else found


def test_json_lists_the_units_of_a_day(cantho, enter):
    client = enter()
    asked = {"on": "2021-12-31", "kind": "district", "q": "o mon"}
    (unit,) = results(client.get(api("unit-list"), asked))
    assert (unit["code"], unit["path"], unit["valid_to"]) == ("917", "/92/917/", "2025-07-01")
    assert client.get(api("unit-list"), {"on": "31/02/2021"}).status_code == 422


def test_json_tells_lineage(cantho, enter):
    client, ward = enter(), at("31178")
    assert client.get(api("unit-detail", ward.pk)).json()["name"] == "Phường Bùi Hữu Nghĩa"
    lines = results(client.get(api("unit-lineage", ward.pk)))
    assert [(line["share"], line["new"]["code"]) for line in lines] == [("part", "31120"), ("part", "31168")]
    assert len(results(client.get(api("lineage-list"), {"unit": ward.pk}))) == 2


def test_json_adds_and_corrects_by_the_same_actions(cantho, enter):
    client = enter(Role.ADMINISTRATOR, cantho)
    sent = NEW | {"parent": cantho.pk, "kind": "public_service", "valid_from": "2026-01-01"}
    made = client.post(api("unit-list"), sent, content_type="application/json")
    assert (made.status_code, made.json()["path"]) == (201, "/92/TTHCC-20260101/")
    change = {"name": "Tên khác", "reason": "QĐ 2"}
    address = api("unit-detail", made.json()["id"])
    assert client.patch(address, change, content_type="application/json").json()["name"] == "Tên khác"
    officer = enter(Role.OFFICER, cantho)
    assert officer.patch(address, change, content_type="application/json").status_code == 403


def test_json_releases_and_withdraws(cantho, enter):
    client = enter(Role.CRITERIA_MANAGER, cantho)
    sent = {"old": at("31178").pk, "new": at("31120", TURN).pk, "reason": "x", "document": "1"}
    made = client.post(api("release-list"), sent, content_type="application/json")
    assert made.status_code == 201
    assert [row["id"] for row in results(client.get(api("release-list")))] == [made.json()["id"]]
    ended = client.post(
        api("release-withdraw", made.json()["id"]), {"reason": "x"}, content_type="application/json"
    )
    assert ended.status_code == 204
    assert results(enter().get(api("release-list"))) == []
