"""Nothing typed into Phiếu tự chấm is lost: killed tabs and browsers, no network, a server in trouble, old pages."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from backend.scoring.models import Mark
from tests.journeys.conftest import PATIENCE, sign_in
from tests.journeys.grids import (
    all_saved,
    box,
    changes,
    forget_offline,
    forty,
    kept_on_disk,
    opened,
    points,
    ready,
    row,
    saved,
    type_in,
)
from tests.scoring.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What a page of the first days kept: no number of its shape, no tab, no words.
OLD_ITEM = """([user, card, url, at]) => new Promise((resolve, reject) => {
    const asked = indexedDB.open("par-index-outbox", 1);
    asked.onupgradeneeded = () => {
        asked.result.createObjectStore("writes", { keyPath: "seq" }).createIndex("owner", "owner");
    };
    asked.onerror = reject;
    asked.onsuccess = () => {
        const change = asked.result.transaction("writes", "readwrite");
        const item = (seq, code, text, more) => ({
            seq, owner: `${user}:${card}`, card, code, url: url + code + "/", version: 0,
            values: { input_points: text }, key: `${user}-${"0".repeat(31)}${seq}`, state: "ready", at, ...more,
        });
        change.objectStore("writes").put(item(1, "1.1", "1,5", {}));
        change.objectStore("writes").put(item(2, "9.9", "0,5", {}));
        change.objectStore("writes").put(item(3, "1.3", "2", { shape: 99 }));
        change.oncomplete = () => { asked.result.close(); resolve(); };
    };
})"""


@pytest.fixture
def here(transactional_db) -> World:
    return forty()


@pytest.fixture
def page(here, window) -> Any:
    return opened(window(here.users["officer"]), here)


def posts(page: Any) -> list[str]:
    """Return a list that fills with the codes of the leaves the page sends, in order."""
    sent: list[str] = []

    def note(request: Any) -> None:
        found = re.search(r"leaves/([\d.]+)/", request.url)
        if request.method == "POST" and found:
            sent.append(found[1])

    page.on("request", note)
    return sent


# --- the page goes away ------------------------------------------------------------------------------------


def test_a_tab_killed_while_typing_brings_it_back(here, page):
    type_in(page, "1.1", "1")
    saved(page, "1.1")
    box(page, "1.3").press_sequentially("1,7")
    kept_on_disk(page, "1,7")
    context = page.context
    page.close(run_before_unload=False)
    again = opened(context.new_page(), here)
    expect(box(again, "1.3")).to_have_value("1,7")
    expect(row(again, "1.3")).to_contain_text("chưa lưu")
    assert points(here) == {"1.1": "1.000"}
    again.get_by_role("button", name="Xem chỗ chưa lưu").click()
    expect(box(again, "1.3")).to_be_focused()
    box(again, "1.3").press("Enter")
    saved(again, "1.3")
    assert points(here) == {"1.1": "1.000", "1.3": "1.700"}


def test_a_browser_killed_while_typing_off_line_brings_everything_back(
    here, chromium, live_server, tmp_path, complaints
):
    def launched() -> Any:
        context = chromium.browser_type.launch_persistent_context(
            tmp_path / "profile",
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox"], base_url=live_server.url, locale="vi-VN",
        )  # fmt: skip
        context.set_default_timeout(PATIENCE)
        return context

    expect.set_options(timeout=PATIENCE)
    context = launched()
    sign_in(context.pages[0], here.users["officer"])
    page = opened(context.pages[0], here)
    context.set_offline(True)
    type_in(page, "1.1", "1,5")
    expect(row(page, "1.1")).to_contain_text("Chưa lưu được, đã giữ trên máy")
    box(page, "1.3").press_sequentially("0,7")
    expect(row(page, "1.3")).to_contain_text("đã giữ trên máy")
    kept_on_disk(page, "0,7")
    # The browser's own lock names its host and process.
    os.kill(int(str((tmp_path / "profile" / "SingletonLock").readlink()).rsplit("-", 1)[1]), signal.SIGKILL)
    _wait_for_the_end_of(context)
    context = launched()
    # Cookies are written by the browser when it likes; what was typed must not depend on them.
    context.pages[0].goto("/")
    if context.pages[0].get_by_label("Tên đăng nhập").is_visible():
        sign_in(context.pages[0], here.users["officer"])
    again = opened(context.pages[0], here)
    saved(again, "1.1")
    expect(box(again, "1.3")).to_have_value("0,7")
    assert points(here) == {"1.1": "1.500"}
    assert changes(here, "1.1") == 1
    context.close()


def _wait_for_the_end_of(context: Any) -> None:
    for _try in range(100):
        try:
            context.pages[0].evaluate("1")
            time.sleep(0.1)
        except Exception:  # noqa: BLE001  (whatever the driver says of a dead browser)
            return


def test_what_is_typed_before_the_scripts_arrive_is_saved_too(here, window):
    page = window(here.users["officer"])
    waiting: list[Any] = []

    def hold(route: Any) -> None:
        waiting.append(route)

    page.route("**/scoring/saving*.js", hold)
    with page.expect_request("**/scoring/saving*.js"):
        page.goto(reverse("scoring:scorecard", args=[here.card.pk]), wait_until="commit")
    box(page, "1.1").fill("1,5")
    box(page, "1.3").focus()
    while waiting:
        waiting.pop().continue_()
    saved(page, "1.1")
    assert points(here) == {"1.1": "1.500"}


# --- no network, a server in trouble -----------------------------------------------------------------------


def test_off_line_everything_is_kept_and_sent_in_order_when_back(here, page, complaints):
    page.context.set_offline(True)
    for code, text in (("1.4", "1"), ("1.3", "0,5"), ("2.1", "2"), ("1.4", "1,5")):
        type_in(page, code, text)
    expect(page.locator("#save-state")).to_contain_text("đã giữ trên máy")
    expect(row(page, "2.1")).to_contain_text("Chưa lưu được, đã giữ trên máy")
    assert "Đã lưu" not in page.locator("table[data-grid]").inner_text()
    sent = posts(page)
    page.context.set_offline(False)
    all_saved(page)
    assert points(here) == {"1.3": "0.500", "1.4": "1.500", "2.1": "2.000"}
    assert sent == ["1.4", "1.3", "2.1", "1.4"]
    written = Mark.history.filter(history_type="~", score__card=here.card).order_by("history_id")
    assert list(written.values_list("score__code", flat=True)) == sent
    forget_offline(complaints)


def test_typed_off_line_in_a_closed_page_is_sent_by_the_next_one(here, page, complaints):
    page.context.set_offline(True)
    type_in(page, "1.1", "1,25")
    expect(row(page, "1.1")).to_contain_text("đã giữ trên máy")
    context = page.context
    page.close()
    context.set_offline(False)
    again = opened(context.new_page(), here)
    saved(again, "1.1")
    assert points(here) == {"1.1": "1.250"}
    assert changes(here, "1.1") == 1
    forget_offline(complaints)


def test_an_answer_that_is_lost_is_asked_for_again_and_nothing_is_written_twice(here, page, complaints):
    lost = []

    def lose(route: Any) -> None:
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/leaves/1.1/", lose, times=2)
    type_in(page, "1.1", "1")
    saved(page, "1.1")
    assert lost == [200, 200]
    assert changes(here, "1.1") == 1
    forget_offline(complaints)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_server_in_trouble_is_asked_again_until_it_answers(here, page, complaints, status):
    page.route("**/leaves/1.1/", lambda route: route.fulfill(status=status, body=""), times=2)
    type_in(page, "1.1", "1")
    saved(page, "1.1")
    assert points(here) == {"1.1": "1.000"}
    forget_offline(complaints)


def test_a_leaf_the_server_fails_on_holds_up_no_other(here, page, complaints):
    page.route("**/leaves/1.1/", lambda route: route.fulfill(status=500, body=""))
    for code in ("1.1", "1.3", "1.4"):
        type_in(page, code, "1")
    saved(page, "1.3")
    saved(page, "1.4")
    expect(row(page, "1.1")).to_contain_text("Chưa lưu được, đã giữ trên máy")
    expect(page.locator("#save-state")).to_contain_text("Chưa lưu được 1 tiêu chí")
    page.unroute("**/leaves/1.1/")
    saved(page, "1.1")
    all_saved(page)
    forget_offline(complaints)


def test_after_the_session_ended_a_new_sign_in_elsewhere_sends_what_waits(here, page):
    page.context.clear_cookies(name="sessionid")
    type_in(page, "1.1", "1")
    expect(page.locator("#kept")).to_contain_text("đăng nhập lại ở một thẻ khác")
    assert points(here) == {}
    other = page.context.new_page()
    sign_in(other, here.users["officer"])
    other.close()
    page.bring_to_front()
    saved(page, "1.1")
    expect(page.locator("#kept")).to_be_hidden()
    assert points(here) == {"1.1": "1.000"}


@pytest.mark.parametrize("change", ["rotated", "gone"])
def test_a_changed_token_of_the_form_is_renewed_without_a_word(here, page, change):
    page.context.clear_cookies(name="csrftoken")
    if change == "rotated":
        page.evaluate("document.cookie = 'csrftoken=' + 'x'.repeat(32) + '; path=/'")
    type_in(page, "1.1", "1")
    saved(page, "1.1")
    expect(page.locator("#kept")).to_be_hidden()
    assert points(here) == {"1.1": "1.000"}


# --- what the browser keeps --------------------------------------------------------------------------------


def test_a_browser_that_keeps_nothing_says_so_and_warns_before_leaving(here, window, complaints):
    page = window(here.users["officer"])
    page.add_init_script("indexedDB.open = () => { throw new DOMException('no', 'SecurityError'); }")
    opened(page, here)
    expect(page.get_by_text("không giữ được những gì đang nhập trên máy")).to_be_visible()
    page.context.set_offline(True)
    type_in(page, "1.1", "1")
    expect(row(page, "1.1")).to_contain_text("Chưa lưu được, hãy để nguyên trang này")
    assert "đã giữ trên máy" not in page.locator("table[data-grid]").inner_text()
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.close(run_before_unload=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    page.context.set_offline(False)
    saved(page, "1.1")
    assert points(here) == {"1.1": "1.000"}
    forget_offline(complaints)


def test_what_an_older_page_kept_is_sent_by_this_one_and_a_newer_ones_is_only_shown(here, window):
    page = window(here.users["officer"])
    page.goto("/")
    address = reverse("scoring:leaf", args=[here.card.pk, "1.1"]).removesuffix("1.1/")
    facts = [str(here.users["officer"].pk), str(here.card.pk), address, int(time.time() * 1000)]
    page.evaluate(OLD_ITEM, facts)
    opened(page, here)
    saved(page, "1.1")
    assert points(here) == {"1.1": "1.500"}
    kept = page.locator("#kept")
    expect(kept.locator("tbody tr")).to_have_count(2)
    expect(kept).to_contain_text("9.9")
    page.reload()
    ready(page)
    expect(kept.locator("tbody tr")).to_have_count(2)
    expect(box(page, "1.3")).to_have_value("")
    assert points(here) == {"1.1": "1.500"}


def test_a_browser_that_has_no_locks_of_tabs_saves_and_keeps_all_the_same(here, window, complaints):
    page = window(here.users["officer"])
    page.context.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })")
    opened(page, here)
    type_in(page, "1.1", "1")
    saved(page, "1.1")
    page.context.set_offline(True)
    type_in(page, "1.3", "0,5")
    expect(row(page, "1.3")).to_contain_text("Chưa lưu được, đã giữ trên máy")
    context = page.context
    page.close()
    context.set_offline(False)
    saved(opened(context.new_page(), here), "1.3")
    assert points(here) == {"1.1": "1.000", "1.3": "0.500"}
    forget_offline(complaints)
