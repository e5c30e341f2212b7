"""Fifty files dropped on the card's page: matched, one cut off and gone on after a reload, the rest sorted by hand."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from backend.scoring.models import Evidence, Upload
from tests.journeys.conftest import PHONE
from tests.scoring import intakes, specimens
from tests.scoring.pages import world_of
from tests.scoring.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEAVES = {f"{field}.{n}": "2" for field in range(1, 7) for n in range(1, 9)}
NOT_SAID = ("scan0001.pdf", "IMG_20261201.jpg", "Quyết định 45.pdf", "BC so 12-BC-UBND.pdf")
PATIENCE = 300_000  # milliseconds: fifty files on a busy machine


@pytest.fixture
def here(transactional_db) -> World:
    """A card of forty-eight leaves."""
    return world_of(LEAVES)


@pytest.fixture
def page(here, window) -> Any:
    return opened(window(here.users["officer"]), here)


def opened(page: Any, here: World) -> Any:
    """Open the page of many files and wait until it takes them."""
    page.goto(reverse("scoring:intake", args=[here.card.pk]))
    expect(page.locator("#intake[data-ready]")).to_be_visible()
    return page


def fifty(folder: Path) -> list[Path]:
    """Write fifty files; four names say no leaf, two say the same two leaves, one is a large one."""
    shapes = ("{} Ke hoach.pdf", "{}_BC so 45.pdf", "TC {} - Quyết định.pdf", "Tiêu chí {} Danh sách.pdf")
    names = [shapes[n % 4].format(code) for n, code in enumerate(list(LEAVES)[:45])]
    names += ["6.1+6.2 Bien ban.pdf", *NOT_SAID]
    for number, name in enumerate(names):
        picture = specimens.picture(size=(40 + number, 30))
        content = picture if name.endswith("jpg") else intakes.paper(number, kilobytes=4)
        (folder / name).write_bytes(content)
    return [folder / name for name in names]


def dropped(page: Any, files: dict[str, bytes]) -> None:
    """Drop files on the page as the browser does it: an event with what is carried."""
    page.evaluate(
        """files => {
            const data = new DataTransfer();
            for (const [name, text] of Object.entries(files)) {
                const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
                data.items.add(new File([bytes], name, { lastModified: 1 }));
            }
            const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
            document.querySelector("[data-drop]").dispatchEvent(event);
        }""",
        {name: base64.b64encode(content).decode() for name, content in files.items()},
    )


def states() -> dict[str, int]:
    """Return how many uploads are at each state."""
    rows = Upload.objects.values_list("state", flat=True)
    return {state: list(rows).count(state) for state in set(rows)}


def line_of(page: Any, name: str) -> Any:
    return page.locator("#tray tr", has_text=name)


def test_fifty_files_are_chosen_matched_sorted_and_put_on_their_leaves(here, page, tmp_path):
    files = fifty(tmp_path)
    assert len(files) == 50
    page.get_by_label("Chọn các tệp").set_input_files(files)
    expect(page.locator("[data-all]")).to_have_text("Đã nhận 50 trên 50 tệp (100 %)", timeout=PATIENCE)
    expect(page.locator("[data-count=matched]")).to_have_text("46", timeout=PATIENCE)
    expect(page.locator("[data-count=unmatched]")).to_have_text("4")
    expect(line_of(page, "1.1 Ke hoach.pdf").locator(".spot-code").first).to_have_value("1.1")

    scan = line_of(page, "scan0001.pdf")
    scan.locator(".spot-code").first.fill("3.5")
    expect(scan.locator(".spot")).to_have_count(2)
    scan.locator(".spot-section").first.fill("mục II, trang 3")
    scan.locator(".spot-code").nth(1).fill("4.5")
    line_of(page, "1.2_BC so 45.pdf").locator(".spot-code").first.fill("1.3")
    page.get_by_role("button", name="Xếp các tệp đã có tiêu chí").click()
    expect(page.get_by_text("Đã xếp 49 tài liệu vào tiêu chí.")).to_be_visible()
    expect(page.locator("#tray tbody tr")).to_have_count(3)

    page.get_by_role("link", name="Bỏ IMG_20261201.jpg").click()
    page.get_by_label("Lý do").fill("Gửi nhầm")
    page.get_by_role("button", name="Bỏ tệp này").click()
    expect(page.locator("#tray tbody tr")).to_have_count(2)
    shown = intakes.shown(here.card)
    assert len(shown) == 49
    assert ("3.5", "scan0001.pdf", "mục II, trang 3") in shown
    assert ("4.5", "scan0001.pdf", "") in shown
    assert ("1.3", "1.2_BC so 45.pdf", "") in shown
    assert states() == {"placed": 47, "waiting": 2, "thrown": 1}


def test_a_code_that_an_input_method_composed_shows_its_leaf_and_the_next_line(here, page, tmp_path):
    (tmp_path / "scan0001.pdf").write_bytes(intakes.paper(1, kilobytes=4))
    page.get_by_label("Chọn các tệp").set_input_files([tmp_path / "scan0001.pdf"])
    scan = line_of(page, "scan0001.pdf")
    scan.locator(".spot-code").first.focus()
    client = page.context.new_cdp_session(page)
    for text in ("3", "3.", "3.5"):
        client.send("Input.imeSetComposition", {"text": text, "selectionStart": 1, "selectionEnd": len(text)})
    client.send("Input.insertText", {"text": "3.5"})
    expect(scan.locator(".spot")).to_have_count(2)
    expect(scan.locator(".spot-title").first).to_have_text("Tiêu chí 3.5")


def test_a_file_cut_off_goes_on_after_a_reload_and_is_sent_once(here, page, complaints):
    large = intakes.paper(7, kilobytes=3 * 1024)
    sent: list[int] = []

    def cut(route: Any) -> None:
        """Let two pieces through, then break the line."""
        sent.append(1)
        if len(sent) > 2:
            route.abort()
        else:
            route.continue_()

    page.route("**/pieces/", cut)
    dropped(page, {"2.1_lon.pdf": large})
    expect(page.locator("#sending")).to_contain_text("sẽ tự gửi tiếp từ chỗ đang dở")
    upload = Upload.objects.get()
    assert upload.received == 2 * 1024 * 1024
    page.unroute("**/pieces/")
    offsets: list[str] = []
    page.on("request", lambda asked: offsets.append(asked.url) if asked.url.endswith("/pieces/") else None)
    opened(page, here)
    expect(line_of(page, "2.1_lon.pdf").locator(".spot-code").first).to_have_value("2.1", timeout=PATIENCE)
    assert len(offsets) == 2  # the third megabyte and the rest, not the first two again
    upload.refresh_from_db()
    assert (upload.state, upload.file.sha256) == ("waiting", intakes.mark_of(large))
    complaints[:] = [line for line in complaints if "net::ERR" not in line]


def test_without_the_browsers_copy_the_same_file_chosen_again_goes_on(here, page, window, complaints):
    large = intakes.paper(8, kilobytes=2 * 1024)
    browser = page.context.request
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    headers = {"X-CSRFToken": token, "Referer": page.url}
    told = {"name": "2.2_lon.pdf", "size": len(large), "mark": intakes.mark_of(large)}
    key = browser.post(intakes.address(here.card), data=told, headers=headers).json()["id"]
    piece = {
        "offset": "0",
        "piece": {"name": "blob", "mimeType": "application/octet-stream", "buffer": large[: 1024 * 1024]},
    }
    browser.post(intakes.address(here.card, key, "pieces"), multipart=piece, headers=headers)
    opened(page, here)
    expect(page.locator("[data-coming]")).to_contain_text("2.2_lon.pdf")
    expect(page.locator("[data-coming]")).to_contain_text("Đã nhận 1,0 MB")
    offsets: list[str] = []
    page.on("request", lambda asked: offsets.append(asked.url) if asked.url.endswith("/pieces/") else None)
    dropped(page, {"2.2_lon.pdf": large})
    expect(line_of(page, "2.2_lon.pdf")).to_be_visible(timeout=PATIENCE)
    assert len(offsets) == 2
    assert Upload.objects.count() == 1


def test_a_refused_file_says_why_and_the_lock_leaves_the_rest_listed(here, page):
    dropped(page, {"1.1_sai.pdf": b"MZ program" * 50, "1.2_dung.pdf": intakes.paper(1), "x.exe": b"MZ"})
    expect(line_of(page, "1.2_dung.pdf")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#sending")).to_contain_text("nội dung không phải là PDF")
    expect(page.locator("#sending")).to_contain_text("loại tệp này không được nhận")
    here.close(1)
    dropped(page, {"1.3_muon.pdf": intakes.paper(3)})
    expect(page.locator("[data-why]")).to_contain_text("Đã khoá lúc")
    opened(page, here)
    expect(page.locator("#sending")).to_contain_text("1.3_muon.pdf")
    expect(page.locator("#tray")).to_contain_text("1.2_dung.pdf")
    assert Evidence.objects.count() == 0


def test_a_document_is_photographed_into_a_leaf_from_a_phone(here, window, tmp_path):
    page = window(here.users["officer"], viewport=PHONE, has_touch=True, is_mobile=True)
    shots = []
    for number in range(2):
        shots.append(tmp_path / f"IMG_{number}.jpg")
        shots[-1].write_bytes(specimens.picture(size=(300 + number, 200)))
    page.goto(reverse("scoring:leaf", args=[here.card.pk, "1.1"]))
    page.get_by_text("Chụp tài liệu", exact=True).click()
    camera = page.get_by_label("Chụp bằng máy ảnh")
    assert camera.get_attribute("capture") == "environment"
    for shot in shots:
        camera.set_input_files(shot)
    expect(page.locator("[data-shots] li")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    page.get_by_role("button", name="Đưa ảnh vào tiêu chí này").click()
    expect(page.locator(".attachments")).to_contain_text("1.1 ảnh chụp")
    piece = Evidence.objects.get()
    assert piece.file_name.endswith(".pdf")
    assert piece.file.content_type == "application/pdf"


def test_axe_finds_nothing_on_the_page_at_work(here, page):
    dropped(page, {"1.1_a.pdf": intakes.paper(1), "scan.pdf": intakes.paper(2), "1.2_sai.pdf": b"MZ" * 90})
    expect(line_of(page, "scan.pdf")).to_be_visible(timeout=PATIENCE)
    for size in (None, PHONE):
        if size:
            page.set_viewport_size(size)
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
