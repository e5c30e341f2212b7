"""An explanation round, and a session with votes: from the officer's answer to minutes on paper."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import docx
import pytest
from playwright.sync_api import expect

from backend.scoring.lifecycle import State
from backend.scoring.models import Mark, Session
from tests import make
from tests.jobs.workers import empty_queue, until, worker
from tests.journeys.conftest import PHONE
from tests.reports.test_minutes import words_of_docx
from tests.scoring.sittings import change, sitting
from tests.scoring.test_explaining import asked

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def look(page: Any, folder: Path, name: str) -> None:
    """Keep a picture of the page, and make sure that nothing hangs over its sides."""
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.screenshot(path=folder / f"{name}.png", full_page=True, caret="initial")


def test_the_unit_explains_by_its_leader_and_the_council_looks_again(window, tmp_path):
    here = asked()
    address = f"/scorecards/{here.card.pk}/explanation/"
    officer = window(here.users["officer"])
    officer.goto(address)
    leaf = officer.locator("[id='asked-1.1']")
    leaf.get_by_label("Giải trình của đơn vị").fill("Đã ban hành ngày 05/01, gửi kèm quyết định")
    leaf.get_by_role("button", name="Lưu giải trình này").click()
    expect(leaf.locator(".saved")).to_contain_text("Lưu lúc")
    officer.get_by_label("Ý kiến gửi lãnh đạo").fill("Tiêu chí 2.1 không có gì thêm")
    officer.get_by_role("button", name="Trình lãnh đạo").click()
    look(officer, tmp_path, "officer")

    leader = window(here.users["leader"], viewport=PHONE, has_touch=True)
    leader.goto(address)
    expect(leader.get_by_text("Tiêu chí 2.1 không có gì thêm")).to_be_visible()
    look(leader, tmp_path, "leader")
    officer.locator("[id='asked-1.1']").get_by_label("Giải trình của đơn vị").fill("Đã ban hành ngày 06/01")
    officer.locator("[id='asked-1.1']").get_by_role("button", name="Lưu giải trình này").click()
    expect(officer.locator("[id='asked-1.1'] [name=version]")).to_have_value("2")
    leader.get_by_label("Mật khẩu của bạn").fill(make.PASSWORD)
    leader.get_by_role("button", name="Phê duyệt và gửi Hội đồng").click()
    expect(leader.get_by_text("Giải trình đã thay đổi sau khi bạn mở trang")).to_be_visible()
    expect(leader.get_by_text("Đã ban hành ngày 06/01")).to_be_visible()
    leader.get_by_label("Mật khẩu của bạn").fill(make.PASSWORD)
    leader.get_by_role("button", name="Phê duyệt và gửi Hội đồng").click()
    expect(leader.get_by_text("Đã gửi giải trình")).to_be_visible()
    assert here.fresh().state == State.EXPLAINED
    here.close(3)

    secretary = window(here.users["secretary"])
    secretary.goto(f"/appraisals/{here.card.pk}/?field=1")
    first = secretary.locator("[id='leaf-1.1']")
    for shown in ("1,00 → 0,50", "Thiếu ở 1.1", "Đã ban hành ngày 06/01"):
        expect(first.get_by_text(shown).first).to_be_visible()
    look(secretary, tmp_path, "second-look")
    first.get_by_role("button", name=re.compile("Đồng ý 0,50")).click()
    expect(first.get_by_text("đồng ý", exact=True).first).to_be_visible()
    secretary.goto(f"/appraisals/{here.card.pk}/?field=2")
    expect(secretary.get_by_text("Đơn vị không giải trình: giữ 4,00 điểm")).to_be_visible()
    secretary.get_by_role("button", name="Hoàn thành thẩm định").first.click()
    until(lambda: here.fresh().state == State.APPRAISED)
    carried = Mark.objects.get(score__card=here.card, score__code="2.1", step__order=4)
    assert "không giải trình" in carried.reason


def test_a_council_votes_in_session_and_the_minutes_say_so(window, database_url, tmp_path):
    empty_queue()
    here = sitting()
    change(here.world.round, title="Đợt đánh giá năm 2026")
    users = here.world.users
    with worker(database_url, tmp_path / "worker.log"):
        secretary = begin(window, users, here, tmp_path)
        vote(window, users, tmp_path, secretary)
        conclude_and_close(window, users, here, tmp_path)


def begin(window: Any, users: Any, here: Any, folder: Path) -> Any:
    """Begin the session, and note who is there: one member is away."""
    page = window(users["secretary"])
    page.goto(f"/rounds/{here.world.round.pk}/sessions/")
    look(page, folder, "sessions")
    page.get_by_label("Địa điểm họp").fill("Phòng họp số 2")
    page.get_by_role("button", name="Mở phiên họp").click()
    expect(page.get_by_text("Chưa đủ số để họp.")).to_be_visible()
    for name in ("chair", "secretary", "one"):
        page.get_by_label(f"Có mặt hay vắng: {here.members[name].name}").select_option("present")
    away = here.members["two"].name
    page.get_by_label(f"Có mặt hay vắng: {away}").select_option("excused")
    page.get_by_role("button", name="Ghi điểm danh").click()
    expect(page.get_by_text("vắng có lý do thì phải ghi lý do").first).to_be_visible()
    page.get_by_label(f"Lý do vắng của {away}").fill("Đi công tác")
    page.get_by_role("button", name="Ghi điểm danh").click()
    expect(page.get_by_text("Đủ số để họp.")).to_be_visible()
    look(page, folder, "session")
    return page


def vote(window: Any, users: Any, folder: Path, secretary: Any) -> None:
    """A member proposes on her phone, three vote, the secretary ends the vote."""
    member = window(users["one"], viewport=PHONE, has_touch=True)
    member.goto(f"/sessions/{Session.objects.get().pk}/")
    look(member, folder, "session-phone")
    member.get_by_role("link", name="1.1", exact=True).click()
    member.get_by_text("Đề xuất điểm", exact=True).click()
    member.get_by_label("Điểm đề xuất").fill("1")
    member.get_by_label("Lý do").fill("Quyết định bổ sung ban hành đúng hạn")
    member.get_by_role("button", name="Ghi đề xuất").click()
    expect(member.get_by_text("Đã ghi đề xuất ở tiêu chí 1.1.")).to_be_visible()
    member.get_by_role("button", name="Tán thành", exact=True).click()
    expect(member.get_by_text("Đã ghi biểu quyết của bạn.")).to_be_visible()
    look(member, folder, "leaf-phone")
    secretary.goto(member.url.partition("/sessions/")[1] + member.url.partition("/sessions/")[2])
    secretary.get_by_role("button", name="Không tán thành").click()
    chair = window(users["chair"])
    chair.goto(secretary.url)
    chair.get_by_role("button", name="Tán thành", exact=True).click()
    secretary.reload()
    expect(secretary.get_by_text("Tán thành 2, không tán thành 1, không có ý kiến 0")).to_be_visible()
    secretary.get_by_role("button", name="Kết thúc biểu quyết đề xuất này").click()
    expect(secretary.get_by_text("Đã kết thúc biểu quyết.")).to_be_visible()
    look(secretary, folder, "leaf")


def conclude_and_close(window: Any, users: Any, here: Any, folder: Path) -> None:
    """The chair decides, concludes, closes the session and takes the minutes."""
    page = window(users["chair"])
    session = Session.objects.get()
    page.goto(f"/sessions/{session.pk}/cards/{here.world.card.pk}/1.1/")
    page.get_by_label("Điểm kết luận").select_option("1,00")
    page.locator("section", has=page.get_by_role("heading", name="Chủ tịch quyết định")).get_by_label(
        "Lý do"
    ).fill("Theo biểu quyết của Hội đồng")
    page.get_by_role("button", name="Ghi điểm kết luận").click()
    expect(page.get_by_text("Đã ghi điểm kết luận tiêu chí 1.1.")).to_be_visible()
    page.goto(f"/conclusions/{here.world.card.pk}/")
    page.get_by_label("Mật khẩu của bạn").fill(make.PASSWORD)
    look(page, folder, "conclusion")
    page.get_by_role("button", name=re.compile(r"Kết luận \d")).click()
    expect(page.get_by_text("Đã kết luận phiếu")).to_be_visible()
    page.goto(f"/sessions/{session.pk}/")
    page.get_by_label("Mật khẩu của bạn").fill(make.PASSWORD)
    page.get_by_role("button", name="Kết thúc phiên họp, chốt biên bản").click()
    expect(page.get_by_text("Phiên họp đã kết thúc.")).to_be_visible()
    look(page, folder, "closed")
    page.get_by_role("button", name="Biên bản (DOCX)").click()
    with page.expect_download() as kept:
        page.get_by_role("link", name=re.compile("Tải")).click()
    told = words_of_docx(Path(kept.value.path()).read_bytes())
    assert docx.Document(io.BytesIO(Path(kept.value.path()).read_bytes())).tables
    for part in ("Tán thành 2, không tán thành 1", "Theo biểu quyết của Hội đồng", "Đi công tác"):
        assert part in told
