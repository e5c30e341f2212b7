"""Deadlines in real browsers: the host reminds the late, the unit gets it, more time is seen, the page locks itself."""

from __future__ import annotations

import mailbox
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from backend.accounts.models import User
from backend.audit.recording import recording
from backend.core import clock
from backend.rounds.models import Step
from permissions.actor import SYSTEM
from tests import make
from tests.jobs.workers import empty_queue, until, worker
from tests.journeys.conftest import OFFICE, PHONE
from tests.scoring.worlds import World, world

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def here(transactional_db) -> World:
    """An open round; its officer has an address, its leader none."""
    made = world(title="Đợt đánh giá năm 2026")
    User.objects.filter(pk=made.users["officer"].pk).update(email="can-bo@example.gov.vn")
    return made


def at(name: str, row: Any) -> str:
    """Return the address of a page about a row."""
    return reverse(f"scoring:{name}", args=[row.pk])


def look(page: Any, folder: Path, name: str) -> None:
    """See that axe finds nothing at both widths, and keep pictures for who wants to look."""
    for size in (PHONE, OFFICE):
        page.set_viewport_size(size)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], f"{name}: {width}"
        page.screenshot(path=folder / f"{name}-{size['width']}.png", full_page=True)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_host_reminds_the_late_and_the_unit_reads_it_in_the_page_and_in_the_box(
    here, window, database_url, tmp_path
):
    empty_queue()
    host = window(here.users["secretary"])
    host.goto(at("round_progress", here.round))
    host.locator("#filter-state").select_option(label="Chưa phê duyệt")
    host.get_by_label("Đã chấm dưới (%)").fill("50")
    host.get_by_role("button", name="Lọc danh sách").click()
    look(host, tmp_path, "progress")
    host.get_by_role("link", name="Nhắc các đơn vị đang lọc").click()
    host.get_by_label("Nội dung").fill("Đề nghị {đơn vị} hoàn thành {hạn}. {còn thiếu}")
    host.get_by_role("button", name="Xem trước từng đơn vị").click()
    seen = host.get_by_role("region", name="Nội dung gửi từng đơn vị")
    expect(seen).to_contain_text("Đề nghị Phường thử hoàn thành")
    expect(seen).to_contain_text("Còn 3 tiêu chí chưa chấm.")
    expect(seen).to_contain_text(here.users["leader"].full_name)
    expect(host.get_by_role("heading", name="Xem trước: 1 đơn vị, 2 người, 1 thư")).to_be_visible()
    look(host, tmp_path, "preview")
    host.get_by_role("button", name="Gửi cho 1 đơn vị").click()
    expect(host.get_by_text("Đã nhắc 1 đơn vị: 2 người, 1 thư.")).to_be_visible()
    look(host, tmp_path, "sent")

    box = tmp_path / "mail"
    with worker(database_url, tmp_path / "worker.log", EMAIL_URL=f"maildir://{box}"):
        assert until(lambda: (box / "new").exists() and list((box / "new").iterdir()))
    (letter,) = mailbox.Maildir(box)
    assert letter["To"] == "can-bo@example.gov.vn"
    assert "Đề nghị Phường thử hoàn thành" in letter.get_payload(decode=True).decode()

    officer = window(here.users["officer"])
    officer.get_by_role("link", name=re.compile(r"^\d+ thông báo mới$")).click()
    expect(officer.get_by_text("Phường thử chưa hoàn thành phiếu tự chấm").first).to_be_visible()
    look(officer, tmp_path, "notices")
    officer.get_by_role("link", name="Cách nhận thông báo").click()
    look(officer, tmp_path, "preferences")


def test_more_time_is_seen_by_the_council_and_by_the_unit(here, window, tmp_path):
    chair = window(here.users["chair"])
    step = Step.objects.get(round=here.round, kind="self")
    chair.goto(f"/rounds/steps/{step.pk}/extend/?unit={here.unit.pk}")
    chair.get_by_label("Gia hạn đến hết ngày").fill("05/06/2099")
    chair.get_by_label("Lý do").fill("Mưa lũ")
    chair.get_by_label(re.compile("ăn bản")).fill("12/CV-SNV")
    chair.get_by_role("button", name=re.compile("Gia hạn")).click()
    expect(chair.get_by_text("Đã gia hạn cho Phường thử")).to_be_visible()
    member = window(here.users["secretary"])
    member.goto(reverse("scoring:appraisal_list"))
    member.get_by_role("link", name="Gia hạn và mở lại (1)").click()
    row = member.get_by_role("row").filter(has_text="Phường thử")
    expect(row).to_contain_text("Mưa lũ")
    expect(row).to_contain_text("12/CV-SNV")
    look(member, tmp_path, "more-time")
    officer = window(here.users["officer"])
    officer.goto("/notices/")
    expect(officer.get_by_text("Phường thử: gia hạn").first).to_be_visible()


def close_in(here: World, left: timedelta) -> None:
    """Let self-scoring end so much from now."""
    with recording(by=SYSTEM, reason="Đổi ngày trong thử nghiệm"):
        step = Step.objects.get(round=here.round, kind="self")
        step.closes_at = clock.now() + left
        step.save()


def test_a_page_locks_itself_when_the_time_is_over_and_keeps_what_was_typed(here, window):
    here.submitted()
    leader = window(here.users["leader"], java_script_enabled=True)
    close_in(here, timedelta(seconds=20))
    # Her machine's clock is three hours slow: the page counts by the server's.
    leader.add_init_script("{ const real = Date.now; Date.now = () => real() - 3 * 3600e3; }")
    leader.goto(at("approval", here.card))
    reason = leader.locator("main form[method=post] textarea").first
    reason.evaluate("field => { field.value = 'Gõ dở'; }")
    expect(leader.locator("#page-alert")).to_contain_text("Đã hết hạn", timeout=60_000)
    expect(leader.locator("[data-locks]").first).to_have_text("Đã hết hạn")
    assert reason.input_value() == "Gõ dở"
    assert reason.evaluate("field => field.readOnly")
    assert leader.get_by_role("button", name="Phê duyệt kết quả tự chấm").is_disabled()


def test_a_page_whose_count_runs_fast_asks_the_server_before_it_locks(here, window):
    here.submitted()
    leader = window(here.users["leader"])
    close_in(here, 3 * make.DAY)
    leader.goto(at("approval", here.card))
    count = leader.locator("[data-locks]").first
    expect(count).to_have_text("Còn 2 ngày")
    count.evaluate("node => { node.dataset.deadline = new Date(Date.now() + 8000).toISOString(); }")
    with leader.expect_response("**/clock/"):
        leader.wait_for_timeout(1)
    close_in(here, make.DAY - timedelta(minutes=30))
    leader.reload()
    expect(leader.locator("[data-locks]").first).to_have_text(re.compile(r"^Còn 23 giờ \d+ phút$"))
