"""An inspector finds who changed one score, how it stood before, takes the list with her, and proves it elsewhere."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from backend.audit import actions as audit
from backend.audit.models import Access
from backend.audit.outside import verify_bundle
from backend.core.sheets import read_rows
from backend.scoring import actions
from deploy.benches.forging.books import Books
from tests.journeys.conftest import PHONE
from tests.scoring.councils import Council, council

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CUT = "Tổ thẩm định: 1,00 xuống 0,50 - lý do: Ban hành chậm"
RAISED = "Tổ thẩm định: 0,50 lên 1,00 - lý do: Nhận văn bản bổ sung"


@pytest.fixture
def season(transactional_db) -> Council:
    """Return a season in which one leaf was cut, explained and raised again, beside others that stayed."""
    here = council(units=3)
    here.explained()
    again = {"version": 0, "points": Decimal(1), "reason": "Nhận văn bản bổ sung"}
    actions.appraise(here.card, "1.1", by=here.secretary, **again)
    return here


def test_an_inspector_finds_who_changed_one_score(season, window, tmp_path):
    page = window(season.users["inspector"])
    find_the_raise(page, season, tmp_path)
    read_its_life(page)
    see_the_card_before_it(page, tmp_path)
    take_the_list(page, season, tmp_path)
    compare_the_members(page, season, tmp_path)
    phone = window(season.users["inspector"], viewport=PHONE, has_touch=True)
    for address in (
        "/history/",
        f"/scorecards/{season.card.pk}/as-of/?at=05/06/2040",
        "/history/strictness/",
    ):
        phone.goto(address)
        look(phone, tmp_path, address.strip("/").replace("/", "-")[:20] + "-phone")


def find_the_raise(page: Any, season: Council, folder: Path) -> None:
    page.get_by_role("link", name="Lịch sử", exact=True).click()
    look(page, folder, "history")
    page.get_by_label("Tên đơn vị").fill("o mon")
    page.get_by_label("Tiêu chí, lĩnh vực").fill("1.1")
    page.get_by_label("Nâng, cắt").select_option("Nâng điểm")
    page.get_by_label("Chữ trong lý do").fill("van ban bo sung")
    page.get_by_role("button", name="Lọc danh sách").click()
    rows = page.locator("table.changes tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(RAISED)
    expect(rows).to_contain_text(season.secretary.name)
    expect(rows).to_contain_text("Thẩm định lần 2")
    look(page, folder, "found")


def read_its_life(page: Any) -> None:
    page.get_by_role("link", name="Tiêu chí 1.1").click()
    told = page.locator("ol.timeline")
    for line in ("Đơn vị tự chấm: 1,00", CUT, "Đơn vị giải trình: Đã ban hành ngày 05/01", RAISED):
        expect(told).to_contain_text(line)
    page.go_back()


def see_the_card_before_it(page: Any, folder: Path) -> None:
    page.get_by_role("link", name="phiếu lúc đó").click()
    row = page.locator("tbody tr").filter(has_text="1.1")
    expect(row).to_contain_text("0,50")
    expect(row).to_contain_text("Nhận văn bản bổ sung")
    look(page, folder, "as-of")
    page.get_by_label("Tại thời điểm").fill("01/01/2026 08:00")
    page.get_by_role("button", name="Xem", exact=True).click()
    expect(page.get_by_text("Lúc đó phiếu chưa được lập.")).to_be_visible()


def take_the_list(page: Any, season: Council, folder: Path) -> None:
    page.goto("/history/?turn=-1")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Tải bảng XLSX").click()
    waiting.value.save_as(folder / "lich-su.xlsx")
    with (folder / "lich-su.xlsx").open("rb") as file:
        rows = read_rows(file, most_rows=20)
    heads = next(number for number, row in enumerate(rows) if "Thay đổi" in row)
    column = rows[heads].index("Thay đổi")
    assert [row[column] for row in rows[heads + 1 :]] == [CUT]
    page.goto("/history/?kind=exports")
    expect(page.locator("table.changes tbody tr")).to_contain_text("Xuất: lich-su-")
    assert Access.objects.get().person_key == season.users["inspector"].pk


def compare_the_members(page: Any, season: Council, folder: Path) -> None:
    page.get_by_role("link", name="Chấm chặt, chấm rộng").click()
    expect(page.get_by_role("row", name=season.secretary.name)).to_be_visible()
    look(page, folder, "strictness")


# --- the proof ---------------------------------------------------------------------------------------------


@pytest.fixture
def signed(season, settings, tmp_path) -> Council:
    """Return the season after a checkpoint."""
    settings.AUDIT_SIGNING_KEY_FILE = str(tmp_path / "server-key")
    call_command("audit_keys", name="thu.example.vn/chi-so", verbosity=0)
    audit.checkpoint("day")
    return season


@pytest.fixture
def elsewhere(tmp_path) -> Path:
    """Return an empty folder, as on a computer of the inspector's own."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def test_an_inspector_proves_who_changed_one_score(signed, window, elsewhere, tmp_path):
    page = window(signed.users["inspector"])
    find_the_raise(page, signed, tmp_path)
    number = read_under_which_checkpoint(page, signed, tmp_path)
    take(page, page.get_by_role("link", name="Tải gói kiểm chứng"), elsewhere / "goi.zip")
    keep_what_is_public(page, elsewhere, tmp_path)
    assert ran(elsewhere, "verify-bundle", "goi.zip")[0] == 0
    code, said = ran(elsewhere, "verify-diff", "da-giu.txt", "goi.zip")
    assert (code, said.splitlines()[-1]) == (0, "ĐẠT: mọi điều đều khớp.")
    row = row_of(elsewhere / "goi.zip", number)["record"]
    assert row["by"] == signed.users["secretary"].pk
    assert (row["fields"]["points"], row["fields"]["reason"]) == (1000, "Nhận văn bản bổ sung")


def test_a_bundle_changed_on_the_way_proves_nothing(signed, window, elsewhere, tmp_path):
    page = window(signed.users["inspector"])
    page.goto(f"/scorecards/{signed.card.pk}/leaves/1.1/history/")
    number = read_under_which_checkpoint(page, signed, tmp_path)
    take(page, page.get_by_role("link", name="Tải gói kiểm chứng"), elsewhere / "goi.zip")
    keep_what_is_public(page, elsewhere, tmp_path)
    half = row_of(elsewhere / "goi.zip", number)
    half["record"]["fields"]["points"] = 500
    rewritten(elsewhere / "goi.zip", elsewhere / "nua-diem.zip", number, half)
    code, said = ran(elsewhere, "verify-bundle", "nua-diem.zip")
    assert code == 1
    assert f"KHÔNG KHỚP: {signed.card.history_chain}, dòng {number}: mã băm không khớp nội dung" in said
    raw = bytearray((elsewhere / "goi.zip").read_bytes())
    raw[len(raw) // 2] ^= 1
    (elsewhere / "mot-byte.zip").write_bytes(raw)
    assert ran(elsewhere, "verify-bundle", "mot-byte.zip")[0] in {1, 2}


@pytest.mark.sqlite
def test_a_history_rewritten_with_every_key_does_not_begin_with_the_line_held(
    signed, window, elsewhere, tmp_path, settings
):
    """Who owns database and keys puts another's name on the raise: only the line held outside tells."""
    page = window(signed.users["inspector"])
    page.goto("/checkpoints/")
    keep_what_is_public(page, elsewhere, tmp_path)
    forge_the_author(signed, Path(f"{settings.AUDIT_SIGNING_KEY_FILE}.pub"), tmp_path)
    page.goto(f"/scorecards/{signed.card.pk}/leaves/1.1/history/")
    number = read_under_which_checkpoint(page, signed, tmp_path)
    take(page, page.get_by_role("link", name="Tải gói kiểm chứng"), elsewhere / "goi.zip")
    assert row_of(elsewhere / "goi.zip", number)["record"]["by"] == signed.users["chair"].pk
    assert ran(elsewhere, "verify-bundle", "goi.zip")[0] == 0
    code, said = ran(elsewhere, "verify-diff", "da-giu.txt", "goi.zip")
    assert code == 1
    assert "split view" in said


def forge_the_author(season: Council, key: Path, folder: Path) -> None:
    """Make the raise the chair's in history, and compute, log and sign all anew with the real keys."""
    chain, others = (card.history_chain for card in season.cards[:2])
    books = Books(chain, others, key.read_text(), folder)
    with books.breached():
        raised = books.newest_row()
        raised.set(history_user_id=season.users["chair"].pk)
        books.seal()
        books.log_anew()
        books.notes_anew()


def read_under_which_checkpoint(page: Any, season: Council, folder: Path) -> int:
    """Return the number of the raise's row in the bundle, as the life of the score tells it."""
    if link := page.get_by_role("link", name="Tiêu chí 1.1").all():
        link[0].click()
    raised = page.locator("ol.timeline > li").filter(has_text=RAISED)
    expect(raised).to_contain_text(season.secretary.name)
    expect(raised).to_contain_text("Đã vào chốt sổ số 1, ")
    look(page, folder, "life")
    return int(raised.inner_text().partition("dòng ")[2].split()[0])


def keep_what_is_public(page: Any, folder: Path, pictures: Path) -> None:
    """Copy the published key and the newest checkpoint by hand, and take the program, from the public page."""
    page.goto("/checkpoints/")
    look(page, pictures, "checkpoints")
    key, note, *_older = page.locator("pre").all_inner_texts()
    (folder / "khoa.txt").write_text(key)
    (folder / "da-giu.txt").write_text(note)
    take(page, page.get_by_role("link", name="verify_bundle.py"), folder / "verify_bundle.py")
    assert (folder / "verify_bundle.py").read_bytes() == Path(verify_bundle.__file__).read_bytes()


def take(page: Any, link: Any, file: Path) -> None:
    with page.expect_download() as waiting:
        link.first.click()
    waiting.value.save_as(file)


def ran(folder: Path, command: str, *files: str) -> tuple[int, str]:
    """Return the exit code and the words of the program, run as on a computer that has plain Python only."""
    words = [sys.executable, "-I", "-S", "verify_bundle.py", command, *files, "--key", "khoa.txt"]
    done = subprocess.run(words, cwd=folder, capture_output=True, env={}, check=False)
    assert done.stderr == b""
    return done.returncode, done.stdout.decode()


def row_of(bundle: Path, number: int) -> dict[str, Any]:
    """Return the row of the card's chain with that number."""
    with zipfile.ZipFile(bundle) as file:
        return json.loads(file.read("rows/000001.jsonl").splitlines()[number - 1])


def rewritten(old: Path, new: Path, number: int, row: dict[str, Any]) -> None:
    """Copy a bundle with another row in the place of one."""
    line = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    with zipfile.ZipFile(old) as source, zipfile.ZipFile(new, "w") as target:
        for name in source.namelist():
            lines = source.read(name).splitlines(keepends=True)
            if name == "rows/000001.jsonl":
                lines[number - 1] = line + b"\n"
            target.writestr(name, b"".join(lines))


def look(page: Any, folder: Path, name: str) -> None:
    """Keep a picture of the page as it is, and make sure that nothing hangs over its sides."""
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, page.url
    page.screenshot(path=folder / f"{name}.png", full_page=True)
