"""A card goes to its chair, comes back with two reasons, goes again, is overtaken, is approved: on her phone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pypdf
import pytest
from playwright.sync_api import expect

from backend.scoring import actions
from backend.scoring.lifecycle import State
from backend.scoring.models import Mark
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.jobs.workers import empty_queue, until, worker
from tests.journeys.conftest import PHONE
from tests.journeys.districts import District, district
from tests.scoring import specimens

pytestmark = [pytest.mark.browser, pytest.mark.slow]

GIVEN = {"1.1": {"option": "1"}, "1.2": {"points": "2.5"}, "2.1": {"done": "95", "assigned": "100"}}


class Journey:
    """The people, their windows and a folder for what they download and for pictures."""

    def __init__(self, here: District, window: Any, folder: Path) -> None:
        self.here, self.folder = here, folder
        self.officer = window(here.users["officer"])
        self.chair = window(here.users["chair"], viewport=PHONE, has_touch=True)

    def go(self, page: Any, end: str, commune: int = 0) -> None:
        """Open a page of the card of a commune."""
        page.goto(f"/scorecards/{self.here.card(commune).pk}/{end}")

    def look(self, page: Any, name: str) -> None:
        """Keep a picture of the page as it is, and make sure that nothing hangs over its sides."""
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        page.screenshot(path=self.folder / f"{name}.png", full_page=True)


def test_a_card_comes_back_is_mended_overtaken_and_approved_on_a_phone(window, database_url, tmp_path):
    empty_queue()
    here = district()
    here.users["deputy"], _ = make.seated(
        Role.DEPUTY, here.communes[1], workplace=here.communes[1], title="Phó Chủ tịch"
    )
    actions.open_round(here.round, by=SYSTEM)
    with worker(database_url, tmp_path / "worker.log"):
        journey = Journey(here, window, tmp_path)
        submit_with_a_note(journey)
        return_two_leaves(journey)
        mend_and_submit_again(journey)
        approval_is_overtaken(journey)
        approve(journey)
        read_the_report(journey)
        attach_the_signed_copy(journey)
        a_deputy_approves_for_the_chair(journey, window)


def fill(here: District, commune: int = 0) -> None:
    """Give every leaf of a card its points with an explanation."""
    card, officer = here.card(commune), here.actor("officer" if commune == 0 else "late officer")
    for mark in Mark.objects.filter(score__card=card, step__kind="self").select_related("score"):
        actions.set_points(
            card, mark.score.code, by=officer, version=mark.version, inputs=GIVEN[mark.score.code],
            note="Theo báo cáo số 12/BC-UBND",
        )  # fmt: skip


def submit_with_a_note(journey: Journey) -> None:
    fill(journey.here)
    page = journey.officer
    journey.go(page, "check/")
    journey.look(page, "01-check")
    page.get_by_label("Ý kiến gửi lãnh đạo").fill("Tiêu chí 2.1 đã rà soát lại với bộ phận một cửa")
    page.get_by_role("button", name="Trình Chủ tịch phê duyệt").click()
    expect(page.get_by_text("Đã trình lãnh đạo phê duyệt.")).to_be_visible()


def return_two_leaves(journey: Journey) -> None:
    page = journey.chair
    page.goto("/")
    page.get_by_role("link", name="Xem và phê duyệt").click()
    expect(page.get_by_text("Đây là lần đầu bạn xem phiếu này.")).to_be_visible()
    expect(page.get_by_text("đã rà soát lại với bộ phận một cửa").first).to_be_visible()
    journey.look(page, "02-phone-approval")
    with page.expect_response(re.compile("/approval/look/")):
        pass  # the page tells by itself that she has looked
    page.locator(".review-list").get_by_role("link", name=re.compile("^1.1")).click()
    journey.look(page, "03-phone-leaf")
    page.get_by_role("button", name="Đã xem, sang tiêu chí sau").click()
    note(page, "1.2", "Chưa có quyết định công nhận sáng kiến")
    page.get_by_role("link", name="Tiêu chí sau (2.1)").click()
    note(page, "2.1", "Số hồ sơ khác báo cáo tháng 12")
    page.get_by_role("link", name="Xem 2 tiêu chí sẽ trả lại").click()
    expect(page.get_by_text("đã xem").first).to_be_attached()
    expect(page.get_by_label("Lý do", exact=True)).to_have_value(re.compile("Đề nghị sửa 2 tiêu chí"))
    journey.look(page, "04-phone-return")
    page.get_by_role("button", name="Trả lại 2 tiêu chí cho chuyên viên").click()
    expect(page.get_by_text("Đã trả lại để sửa.")).to_be_visible()


def note(page: Any, code: str, reason: str) -> None:
    """Write why the leaf that is open goes back."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(code)
    page.get_by_label("Lý do trả lại tiêu chí này").fill(reason)
    page.get_by_role("button", name="Đưa vào lần trả lại").click()
    expect(page.get_by_text(f"Đã ghi lý do trả lại tiêu chí {code}.")).to_be_visible()


def mend_and_submit_again(journey: Journey) -> None:
    page = journey.officer
    page.goto("/")
    expect(page.get_by_text("Trả lại: 2 tiêu chí")).to_be_visible()
    page.get_by_role("link", name="Sửa và trình lại").click()
    expect(page.locator("[id='leaf-1.2']")).to_contain_text("Chưa có quyết định công nhận sáng kiến")
    journey.look(page, "05-returned-grid")
    journey.go(page, "check/")
    page.get_by_role("link", name=re.compile("^1.2")).first.click()
    page.get_by_role("main").get_by_role("textbox", name="Điểm").fill("2")
    page.get_by_role("button", name="Lưu tiêu chí này").click()
    expect(page).to_have_url(re.compile("/check/$"))
    page.get_by_role("link", name=re.compile("^1.2")).first.click()
    page.get_by_label("Đã xử lý thế nào").fill("Giảm còn hai sáng kiến đã được công nhận")
    page.get_by_role("button", name="Đánh dấu đã xử lý").click()
    expect(page).to_have_url(re.compile("/check/$"))
    page.get_by_role("button", name="Trình Chủ tịch phê duyệt").click()
    expect(page.get_by_text("Đã trình lãnh đạo phê duyệt.")).to_be_visible()


def approval_is_overtaken(journey: Journey) -> None:
    """While her page is open the officer withdraws the card in another window and lowers a leaf."""
    page, here = journey.chair, journey.here
    journey.go(page, "approval/")
    back = page.get_by_role("region", name=re.compile("Lần trả lại trước"))
    expect(back).to_contain_text("Giảm còn hai sáng kiến đã được công nhận")
    expect(back).to_contain_text("2,50 → 2,00")
    expect(back).to_contain_text("không có thay đổi")
    news = page.get_by_role("region", name=re.compile("Thay đổi từ lần bạn xem trước"))
    expect(news).to_contain_text("2,50 → 2,00")
    expect(news.locator("li")).to_have_count(1)
    journey.look(page, "06-phone-second-look")
    officer = here.actor("officer")
    actions.move(here.card(), "withdraw", by=officer, reason="Sửa số hồ sơ")
    mark = Mark.objects.get(score__card=here.card(), score__code="2.1", step__kind="self")
    actions.set_points(
        here.card(), "2.1", by=officer, version=mark.version, inputs={"done": "90", "assigned": "100"}
    )
    actions.move(here.card(), "submit", by=officer)
    page.locator(".review-bar").get_by_role("link", name="Phê duyệt").click()
    page.get_by_label("Ý kiến kèm theo").fill("Đồng ý")
    page.get_by_label("Mật khẩu của bạn").fill(make.PASSWORD)
    page.get_by_role("button", name="Phê duyệt kết quả tự chấm").click()
    alert = page.locator(".notice-error")
    expect(alert).to_contain_text("nội dung phiếu đã thay đổi")
    expect(alert).to_contain_text("2.1")
    expect(alert).to_contain_text("→")
    journey.look(page, "07-phone-overtaken")
    assert here.card().state == State.SUBMITTED


def approve(journey: Journey) -> None:
    page = journey.chair
    expect(page.get_by_label("Ý kiến kèm theo")).to_have_value("Đồng ý")
    secret = page.get_by_label("Mật khẩu của bạn")
    secret.fill(make.PASSWORD)
    secret.press("Enter")
    expect(page.get_by_text("Đã phê duyệt kết quả tự chấm của")).to_be_visible()
    journey.look(page, "08-phone-approved")
    assert journey.here.card().state == State.APPROVED


def read_the_report(journey: Journey) -> None:
    page, card = journey.officer, journey.here.card()
    journey.go(page, "approval/")
    text = " ".join(document(page, journey.folder, "report").split())
    signature = card.signatures.get(move="approve")
    assert signature.fingerprint in text.replace(" ", "")
    assert "Tổng điểm tự chấm" in text
    assert "KT." not in text


def document(page: Any, folder: Path, name: str) -> str:
    """Ask for the report, wait for the worker, keep it under that name and return its text."""
    page.get_by_role("button", name="Tạo báo cáo tự chấm (PDF)").click()
    expect(page.get_by_role("link", name="Tải về")).to_be_visible()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Tải về").click()
    fetched.value.save_as(folder / f"{name}.pdf")
    return "\n".join(sheet.extract_text() for sheet in pypdf.PdfReader(folder / f"{name}.pdf").pages)


def attach_the_signed_copy(journey: Journey) -> None:
    page = journey.officer
    journey.go(page, "approval/")
    signed = specimens.digitally_signed((journey.folder / "report.pdf").read_bytes())
    page.get_by_text("Đính kèm bản ký", exact=True).click()
    form = page.locator("#signed-copy")
    file = {"name": "Báo cáo đã ký.pdf", "mimeType": "application/pdf", "buffer": signed}
    form.locator("input[type=file]").set_input_files(file)
    form.get_by_label("Số").first.fill("15/BC-UBND")
    form.get_by_label("Ngày").first.fill("05/01/2026")
    form.get_by_role("button", name="Đính kèm bản ký này").click()
    approved = page.locator(".notice-success")
    expect(approved.last).to_contain_text("Bản ký số 15/BC-UBND")
    expect(approved.last).to_contain_text("có chữ ký số, chưa xác minh")
    expect(approved.last).to_contain_text("đúng là dấu của phê duyệt này")
    journey.look(page, "09-signed-copy")


def a_deputy_approves_for_the_chair(journey: Journey, window: Any) -> None:
    here = journey.here
    fill(here, 1)
    actions.move(here.card(1), "submit", by=here.actor("late officer"))
    page = window(here.users["deputy"])
    journey.go(page, "approval/", 1)
    page.get_by_label("Mật khẩu của bạn").fill(make.PASSWORD)
    page.get_by_role("button", name="Phê duyệt kết quả tự chấm").click()
    assert until(lambda: here.card(1).state == State.APPROVED)
    journey.go(page, "approval/", 1)
    text = " ".join(document(page, journey.folder, "deputy").split())
    assert "KT. CHỦ TỊCH" in text
    assert "PHÓ CHỦ TỊCH" in text
