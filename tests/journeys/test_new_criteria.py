"""Next year's criteria in real browsers, on the demonstration: copied, changed, discussed, tried, issued, used."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import connection
from openpyxl import load_workbook
from playwright.sync_api import expect

from backend.accounts.models import User
from backend.audit.recording import recording
from backend.core import clock
from backend.core.dates import format_date, vn_date
from backend.criteria.models import Consultation, CriteriaSet
from backend.scoring.models import Scorecard
from permissions.actor import SYSTEM
from tests import databases, make

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MANAGER = "tp.tieuchi"
COMMUNES = 103
OPINION = "Đề nghị ghi rõ thời điểm tính cho tiêu chí này."


@pytest.fixture
def demo(transactional_db, worker, settings):
    """The demonstration, loaded once a run; everybody in it has the tests' password."""
    settings.DEMO = True
    name = databases.copy_of(databases.prepared("demo", lambda: call_command("load_demo")), worker)
    before = connection.settings_dict["NAME"]
    databases.use(name)
    User.objects.update(password=make_password(make.PASSWORD))
    yield
    databases.use(before)
    databases.drop(name)


class People:
    """Who takes part, each at a window of her own."""

    def __init__(self, window: Any) -> None:
        self.window = window
        self.opened: dict[str, Any] = {}

    def of(self, username: str) -> Any:
        """Return the window of a person; at the first call she signs in."""
        if username not in self.opened:
            self.opened[username] = self.window(User.objects.get(username=username))
        return self.opened[username]


def test_a_set_goes_from_last_years_copy_to_an_open_round(demo, window):
    people = People(window)
    page = people.of(MANAGER)
    copy_last_years_set(page)
    change_three_leaves(page)
    change_two_leaves_in_excel(page)
    ask_the_units(page)
    for unit in ("caikhe", "longphu1"):
        comment(people, unit)
    answer_the_units(page)
    try_it_on_the_last_season(page)
    publish(page)
    open_a_round_on_it(page)


def draft() -> CriteriaSet:
    return CriteriaSet.objects.get(year=2027, kind__code="commune", owner__code="92")


def copy_last_years_set(page: Any) -> None:
    page.get_by_role("link", name="Bộ tiêu chí", exact=True).first.click()
    page.get_by_role("link", name=re.compile("năm 2026 – Xã, phường, thị trấn")).click()
    other_work(page, "Sao sang năm khác")
    page.get_by_role("button", name="Sao thành dự thảo").click()
    expect(page.get_by_text("Đã sao bộ tiêu chí sang năm 2027.")).to_be_visible()


def other_work(page: Any, name: str) -> None:
    page.get_by_text("Việc khác").click()
    page.get_by_role("link", name=name).click()


def change_three_leaves(page: Any) -> None:
    change(page, "1.1.1", "Nội dung", "Ban hành kế hoạch cải cách hành chính năm đúng hạn")
    change(page, "1.2", "Tài liệu kiểm chứng", "Báo cáo quý, sáu tháng và năm")
    change(page, "1.1.2", "Tham số", "Số nhiệm vụ hoàn thành / Số nhiệm vụ trong kế hoạch :: 75%")
    expect(page.get_by_text("Không còn chỗ nào phải sửa").first).to_be_visible()


def change(page: Any, code: str, label: str, text: str) -> None:
    page.get_by_role("treeitem", name=re.compile(rf"^{re.escape(code)} ")).click()
    expect(page.locator("#pane-title")).to_contain_text(code)
    page.get_by_label(label).first.fill(text)
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.get_by_text(f"Đã lưu {code}.")).to_be_visible()


def change_two_leaves_in_excel(page: Any) -> None:
    with page.expect_download() as download:
        other_work(page, "Xuất Excel")
    page.get_by_role("link", name="Nhập từ Excel").click()
    file = {
        "name": "Bo tieu chi.xlsx",
        "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "buffer": retitled(download.value.path(), {"2.1": "Phổ biến pháp luật", "2.2": "Triển khai văn bản"}),
    }
    page.get_by_label("Tệp Excel").set_input_files(file)
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_role("heading", name="Xem trước khi nhập từ Excel")).to_be_visible()
    page.get_by_role("button", name="Nhập vào dự thảo").click()
    expect(page.get_by_role("treeitem", name=re.compile("^2.1 Phổ biến pháp luật"))).to_be_visible()


def retitled(path: Any, titles: dict[str, str]) -> bytes:
    """Return the workbook with other texts behind these codes."""
    book, out = load_workbook(io.BytesIO(path.read_bytes())), io.BytesIO()
    sheet = book.active
    for row in sheet.iter_rows():
        if str(row[0].value) in titles:
            row[1].value = titles[str(row[0].value)]
    book.save(out)
    return out.getvalue()


def ask_the_units(page: Any) -> None:
    page.get_by_role("link", name="Lấy ý kiến").click()
    page.get_by_label("Văn bản lấy ý kiến").fill("123/SNV-CCHC")
    page.get_by_label("Hạn góp ý").fill(format_date(vn_date(clock.now()) + timedelta(days=7)))
    page.get_by_role("button", name=f"Gửi lấy ý kiến {COMMUNES} đơn vị").click()
    expect(page.get_by_role("heading", name="Ý kiến góp ý dự thảo")).to_be_visible()


def comment(people: People, unit: str) -> None:
    page = people.of(f"{unit}.chuyenvien")
    page.get_by_role("link", name="Xem và góp ý").click()
    box = page.locator(f"#node-{draft().nodes.get(code='2.1').pk}")
    box.get_by_text("Góp ý").click()
    box.get_by_label("Ý kiến của đơn vị").fill(OPINION)
    box.get_by_role("button", name="Lưu ý kiến").click()
    page.get_by_role("button", name="Trình lãnh đạo duyệt").click()
    leader = people.of(f"{unit}.lanhdao")
    leader.goto("/")
    leader.get_by_role("link", name="Xem và duyệt").click()
    leader.get_by_role("button", name="Duyệt và gửi").click()
    expect(leader.get_by_role("button", name="Duyệt và gửi")).to_be_hidden()


def answer_the_units(page: Any) -> None:
    """The deadline passes, the draft is changed as the units asked, both are told what came of it."""
    past_the_deadline()
    page.goto(f"/criteria/consultations/{consultation().pk}/")
    page.get_by_role("button", name="Kết thúc lấy ý kiến").click()
    page.get_by_role("dialog").get_by_role("button").first.click()
    expect(page.get_by_text("kết thúc lúc")).to_be_visible()
    page.goto(f"/criteria/{draft().pk}/")
    change(page, "2.1", "Nội dung", "Phổ biến pháp luật, tính đến 31/12")
    page.goto(f"/criteria/consultations/{consultation().pk}/")
    for verdict in ("Tiếp thu", "Tiếp thu một phần"):
        page.get_by_role("link", name=re.compile("^Trả lời")).first.click()
        page.get_by_label(verdict, exact=True).check()
        page.get_by_label("Nội dung tiếp thu, giải trình").fill("Đã ghi thời điểm tính.")
        page.get_by_label("Thay đổi đã thực hiện").select_option(index=1)
        page.get_by_role("button", name="Lưu câu trả lời").click()
        expect(page.get_by_role("button", name="Lưu câu trả lời")).to_be_hidden()
    expect(page.get_by_text("Đã ghi thời điểm tính.")).to_have_count(2)


def consultation() -> Consultation:
    return Consultation.objects.get(criteria_set=draft())


def past_the_deadline() -> None:
    asked, now = consultation(), clock.now()
    asked.opened_at, asked.closes_at = now - timedelta(days=7), now - timedelta(seconds=1)
    with recording(by=SYSTEM, about=asked.history_about):
        asked.save(update_fields=["opened_at", "closes_at"])


def try_it_on_the_last_season(page: Any) -> None:
    page.goto(f"/criteria/{draft().pk}/")
    page.get_by_role("link", name="Chạy thử trên đợt đã qua").click()
    page.get_by_role("radio", name=re.compile("năm 2025")).check()
    page.get_by_role("button", name="Chạy thử").click()
    expect(page.get_by_text("SỐ LIỆU MINH HOẠ").first).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("hạng", re.IGNORECASE)).first).to_be_visible()


def publish(page: Any) -> None:
    page.goto(f"/criteria/{draft().pk}/")
    page.get_by_role("link", name="Ban hành").click()
    page.get_by_label("Số văn bản").fill("3368/QĐ-UBND")
    page.get_by_role("button", name="Ban hành").click()
    expect(page.get_by_text("Từ nay bộ tiêu chí không thay đổi")).to_be_visible()


def open_a_round_on_it(page: Any) -> None:
    """This year's round is copied for the next; the newest published set comes with it."""
    page.get_by_role("link", name="Đợt đánh giá", exact=True).click()
    page.get_by_role("link", name=re.compile("năm 2026 - Thành phố Cần Thơ")).click()
    page.get_by_role("link", name="Lập đợt năm sau").click()
    page.get_by_role("button", name="Lập đợt", exact=True).click()
    expect(page.get_by_text("Đã đủ điều kiện mở đợt.")).to_be_visible()
    page.get_by_role("button", name="Mở đợt", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Mở đợt", exact=True).click()
    expect(page.get_by_text("đang thực hiện").first).to_be_visible()
    cards = Scorecard.objects.filter(round__year=2027, criteria_set=draft())
    assert cards.count() == COMMUNES
