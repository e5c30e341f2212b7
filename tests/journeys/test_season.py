"""One season of a district in real browsers, with a real worker: from an open round to a printed ranking."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pypdf
import pytest
from playwright.sync_api import expect

from backend.scoring import actions
from backend.scoring.lifecycle import State
from tests import make
from tests.jobs.workers import empty_queue, until, worker
from tests.journeys.conftest import OFFICE, PHONE
from tests.journeys.districts import District, district
from tests.scoring import specimens

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REASON = "Một sáng kiến chưa được công nhận trong năm"


class Season:
    """The people of one season at their windows."""

    def __init__(self, here: District, window: Any, folder: Path) -> None:
        self.here, self.window, self.folder = here, window, folder
        self.opened: dict[str, Any] = {}

    def of(self, who: str) -> Any:
        """Return the window of a person; at the first call she signs in."""
        if who not in self.opened:
            self.opened[who] = self.window(self.here.users[who])
        return self.opened[who]

    def look(self, page: Any, name: str) -> None:
        """Keep pictures of a page at both widths, for who wants to see the journey."""
        for width, size in (("office", OFFICE), ("phone", PHONE)):
            page.set_viewport_size(size)
            page.screenshot(path=self.folder / f"{name}-{width}.png", full_page=True, caret="initial")
        page.set_viewport_size(OFFICE)


def test_a_season_of_a_district_from_an_open_round_to_a_printed_ranking(window, database_url, tmp_path):
    empty_queue()
    with worker(database_url, tmp_path / "worker.log"):
        season = Season(district(), window, tmp_path)
        open_the_round(season)
        score_with_evidence(season)
        approve(season)
        save_too_late(season)
        lower_one_score(season)
        appraise_the_other(season)
        explain(season)
        conclude(season)
        publish(season)
        read_the_documents(season)
        read_the_timeline(season)


def menu(page: Any, name: str) -> None:
    page.get_by_role("navigation", name="Danh mục chính").get_by_role("link", name=name, exact=True).click()


def open_the_round(season: Season) -> None:
    page = season.of("manager")
    menu(page, "Đợt đánh giá")
    page.get_by_role("link", name=season.here.round.title).first.click()
    season.look(page, "01-draft-round")
    page.get_by_role("button", name="Mở đợt", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Mở đợt", exact=True).click()
    expect(page.get_by_text("Xã Nhơn Ái").first).to_be_visible()
    season.look(page, "02-open-round")


def score_with_evidence(season: Season) -> None:
    page = season.of("officer")
    menu(page, "Phiếu tự chấm")
    page.get_by_role("link", name=season.here.round.title).click()
    saved(page, "1.1", lambda row: row.locator("select").select_option(label="Kịp thời (1,00)"))
    saved(page, "1.2", lambda row: typed(row.get_by_role("textbox"), "2,5"))
    ratio = page.locator("[id='leaf-2.1']")
    ratio.get_by_label("Đã làm").fill("95")
    saved(page, "2.1", lambda row: typed(row.get_by_label("Được giao"), "100"))
    expect(page.locator("#totals-points")).to_contain_text("5,40")
    season.look(page, "03-scorecard")

    put_file(page, "1.1")
    cite_document(page, "1.2", "12/BC-UBND")
    cite_document(page, "2.1", "13/BC-UBND")
    page.get_by_role("link", name="Về phiếu").click()
    page.get_by_role("link", name="Kiểm tra và trình").click()
    season.look(page, "04-check")
    page.get_by_role("button", name="Trình Chủ tịch phê duyệt").click()
    expect(page.get_by_text("Đã trình lãnh đạo phê duyệt")).to_be_visible()


def saved(page: Any, code: str, act: Any) -> None:
    """Fill a row and wait until it says that it is saved."""
    row = page.locator(f"[id='leaf-{code}']")
    act(row)
    expect(row.get_by_text(re.compile(r"Đã lưu \d\d:\d\d"))).to_be_visible()


def typed(box: Any, text: str) -> None:
    box.fill(text)
    box.press("Tab")


def put_file(page: Any, code: str) -> None:
    page.get_by_role("link", name=code, exact=True).click()
    file = {"name": "Kế hoạch.pdf", "mimeType": "application/pdf", "buffer": specimens.pdf()}
    page.get_by_label("Chọn tệp").set_input_files(file)
    page.get_by_role("button", name="Tải tệp này lên").click()
    expect(page.get_by_role("link", name="Kế hoạch.pdf", exact=True)).to_be_visible()


def cite_document(page: Any, code: str, number: str) -> None:
    page.get_by_role("link", name=f"Tiêu chí sau ({code})").click()
    page.get_by_text("Ghi số, ký hiệu văn bản thay cho tệp").click()
    form = page.locator("form", has=page.get_by_role("button", name="Thêm văn bản này"))
    form.get_by_label("Số, ký hiệu văn bản").fill(number)
    form.get_by_label("Cơ quan ban hành").fill("Ủy ban nhân dân xã Nhơn Ái")
    form.get_by_label("Ngày ban hành").fill("05/01/2026")
    form.get_by_role("button", name="Thêm văn bản này").click()
    expect(page.locator("#evidence")).to_contain_text(number)


def approve(season: Season) -> None:
    page = season.of("chair")
    menu(page, "Phê duyệt")
    page.get_by_role("link", name=season.here.round.title).first.click()
    season.look(page, "05-approval")
    page.get_by_label("Mật khẩu của bạn").fill(make.PASSWORD)
    page.get_by_role("button", name="Phê duyệt kết quả tự chấm").click()
    expect(page.get_by_text("Dấu xác thực nội dung")).to_be_visible()
    assert season.here.card().state == State.APPROVED


def save_too_late(season: Season) -> None:
    """The other commune has its form open when the time runs out."""
    page = season.of("late officer")
    page.goto(f"/scorecards/{season.here.card(1).pk}/")
    season.here.close(1)
    box = page.locator("[id='leaf-1.2']").get_by_role("textbox")
    typed(box, "2,75")
    expect(page.locator("#page-alert")).to_contain_text("Đã khoá lúc")
    season.look(page, "06-too-late")
    assert box.input_value() == "2,75"
    assert not season.here.card(1).scores.filter(marks__points__isnull=False).exists()
    actions.move(
        season.here.card(1),
        "no_self_score",
        by=season.here.actor("manager"),
        reason="Trễ hạn",
        document="5/NV",
    )


def lower_one_score(season: Season) -> None:
    page = season.of("secretary")
    menu(page, "Thẩm định")
    page.get_by_role("link", name="Xã Nhơn Ái").click()
    leaf = page.locator("[id='leaf-1.2']")
    leaf.get_by_label("Điểm thẩm định").fill("2")
    leaf.get_by_role("button", name="Lưu điểm").click()
    expect(leaf.locator(".error").first).to_be_visible()
    leaf.get_by_label("Lý do").fill(REASON)
    leaf.get_by_role("button", name="Lưu điểm").click()
    expect(page.locator("#mark-totals")).to_contain_text("2,00")
    page.get_by_role("button", name=re.compile("điểm còn lại của cả phiếu")).click()
    page.get_by_role("button", name=re.compile("Yêu cầu giải trình 1 tiêu chí")).click()
    season.look(page, "07-appraisal")
    page.get_by_role("button", name="Hoàn thành thẩm định").click()
    page.get_by_role("button", name="Gửi yêu cầu giải trình").click()
    expect(page.locator(".page-head")).to_contain_text("giải trình")
    assert season.here.card().state == State.EXPLAINING


def explain(season: Season) -> None:
    season.here.close(2)
    page = season.of("officer")
    page.goto(f"/scorecards/{season.here.card().pk}/explanation/")
    expect(page.get_by_text(REASON)).to_be_visible()
    page.get_by_label("Giải trình của đơn vị").fill("Quyết định công nhận ngày 05/01; gửi kèm văn bản.")
    page.get_by_role("button", name="Lưu giải trình này").click()
    season.look(page, "08-explanation")
    page = season.of("chair")
    page.goto(f"/scorecards/{season.here.card().pk}/explanation/")
    page.get_by_label("Mật khẩu của bạn").fill(make.PASSWORD)
    page.get_by_role("button", name="Phê duyệt và gửi Hội đồng").click()
    assert until(lambda: season.here.card().state == State.EXPLAINED)


def conclude(season: Season) -> None:
    season.here.close(3)
    page = season.of("secretary")
    page.goto(f"/appraisals/{season.here.card().pk}/")
    leaf = page.locator("[id='leaf-1.2']")
    expect(leaf).to_contain_text("Quyết định công nhận ngày 05/01")
    leaf.get_by_label("Điểm thẩm định").fill("2,25")
    leaf.get_by_label("Lý do").fill("Nhận một phần giải trình")
    leaf.get_by_role("button", name="Lưu điểm").click()
    expect(page.locator("#mark-totals")).to_contain_text("5,15")
    page.get_by_role("button", name="Hoàn thành thẩm định").click()
    assert until(lambda: season.here.card().state == State.APPRAISED)
    season.here.close(4)
    for commune in (0, 1):
        page = season.of("council chair")
        page.goto(f"/conclusions/{season.here.card(commune).pk}/")
        season.look(page, f"09-conclusion-{commune}")
        page.get_by_label("Mật khẩu của bạn").fill(make.PASSWORD)
        page.get_by_role("button", name=re.compile("^Kết luận .* điểm")).click()
        assert until(lambda number=commune: season.here.card(number).state == State.CONCLUDED)


def appraise_the_other(season: Season) -> None:
    """The commune without self-scores is appraised by hand elsewhere; here only the first one's way is seen."""
    by = season.here.actor("secretary")
    for code in ("1.1", "1.2", "2.1"):
        actions.appraise(
            season.here.card(1), code, by=by, version=0, points=make.Decimal(1), reason="Theo hồ sơ"
        )
    actions.move(season.here.card(1), "appraise", by=by)


def publish(season: Season) -> None:
    page = season.of("council chair")
    menu(page, "Kết quả")
    page.get_by_role("link", name=season.here.round.title).first.click()
    page.get_by_role("link", name="Công bố kết quả").click()
    page.get_by_label("Số, ngày văn bản công bố").fill("Quyết định số 45/QĐ-UBND")
    page.get_by_label("Mật khẩu của bạn").fill(make.PASSWORD)
    page.get_by_role("button", name="Công bố kết quả").click()
    expect(page.get_by_text("Đã công bố kết quả")).to_be_visible()
    season.look(page, "10-ranking")


def read_the_documents(season: Season) -> None:
    page = season.of("council chair")
    ranking = document(page, "Bảng xếp hạng (PDF)", season.folder)
    assert ranking.index("Xã Nhơn Ái") < ranking.index("Xã Trường Long")
    assert "5,15" in ranking
    assert "3,00" in ranking
    page = season.of("officer")
    page.goto(f"/scorecards/{season.here.card().pk}/")
    report = document(page, "Tạo báo cáo tự chấm (PDF)", season.folder)
    assert "5,40" in report
    assert "12/BC-UBND" in report


def document(page: Any, button: str, folder: Path) -> str:
    """Ask for a document, wait for the worker, fetch it; return its text."""
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("link", name="Tải về")).to_be_visible()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Tải về").click()
    path = folder / fetched.value.suggested_filename
    fetched.value.save_as(path)
    return "\n".join(sheet.extract_text() for sheet in pypdf.PdfReader(path).pages)


def read_the_timeline(season: Season) -> None:
    page = season.of("officer")
    page.goto(f"/scorecards/{season.here.card().pk}/leaves/1.2/history/")
    timeline = page.get_by_role("main")
    expect(timeline).to_contain_text(REASON)
    expect(timeline).to_contain_text("2,50 xuống 2,00")
    expect(timeline).to_contain_text("Nhận một phần giải trình")
    season.look(page, "11-timeline")
