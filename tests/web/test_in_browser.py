"""The shell in a real browser: widths, zoom, keyboard, an input method, accessibility, the security policy."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = ["/components/", "/components/?bad=1"]
SIZES = {"phone": (390, 844), "office": (1366, 768), "office at 150 %": (911, 512)}


@pytest.fixture
def page(chromium, live_server, settings) -> Iterator[Page]:
    """A page that fails the test when the browser complains (security policy, script errors)."""
    settings.ROOT_URLCONF = "tests.web.pages"
    complaints: list[str] = []
    tab = chromium.new_page(base_url=live_server.url)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda line: complaints.append(line.text) if "Security Policy" in line.text else None)
    yield tab
    tab.close()
    assert complaints == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("address", PAGES)
def test_the_page_never_scrolls_sideways(page, address, size):
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", ["phone", "office"])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing(page, address, size):
    page.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))
    page.goto(address)
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == []


def test_targets_are_at_least_24_pixels_high(page):
    page.goto("/components/")
    small = page.evaluate(
        """[...document.querySelectorAll('button, input, select, summary, nav a, .btn')]
           .filter(e => e.offsetParent && e.type !== 'checkbox' && e.type !== 'radio')
           .filter(e => e.getBoundingClientRect().height < 24).map(e => e.outerHTML)"""
    )
    assert small == []


def test_stacked_accents_are_not_cut(page):
    page.goto("/components/")
    cut = page.evaluate(
        """['h1', '.btn', '.tag', 'th', 'input.input'].flatMap(s => [...document.querySelectorAll(s)])
           .filter(e => e.offsetParent)
           .filter(e => parseFloat(getComputedStyle(e).lineHeight) < 1.5 * parseFloat(getComputedStyle(e).fontSize) - .01)
           .map(e => e.outerHTML)"""
    )
    assert cut == []
    assert page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').length") == 6


def test_the_keyboard_skips_to_the_content(page):
    page.goto("/components/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_errors_take_the_focus(page):
    page.goto("/components/?bad=1")
    assert page.evaluate("document.activeElement.className") == "error-summary"


def test_a_dangerous_act_asks_first_and_escape_takes_it_back(page):
    page.goto("/components/")
    page.get_by_role("button", name="Gửi Chủ tịch phê duyệt").first.click()
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()


def test_the_menu_opens_on_a_phone_without_scripts(chromium, live_server, settings):
    settings.ROOT_URLCONF = "tests.web.pages"
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    tab = context.new_page()
    tab.goto(f"{live_server.url}/components/")
    assert not tab.get_by_role("link", name="Kết quả", exact=True).is_visible()
    tab.get_by_role("button", name="Danh mục").click()
    assert tab.get_by_role("link", name="Kết quả", exact=True).is_visible()
    context.close()


HTMX_FORM = """kind => {
  const form = document.createElement('form');
  form.id = 'probe';
  form.setAttribute('hx-post', `/fail/${kind}/`);
  form.setAttribute('hx-trigger', 'submit, change');
  form.setAttribute('data-autosave', '');
  form.innerHTML = '<input name="points" aria-label="Điểm">';
  document.querySelector('main').append(form);
  htmx.process(form);
}"""


@pytest.mark.parametrize(
    ("kind", "said"), [("late", "Đã quá hạn"), ("invalid", "12,5"), ("broken", "gặp lỗi")]
)
def test_a_refused_save_says_so_and_keeps_what_was_typed(page, kind, said):
    page.goto("/components/")
    page.evaluate(HTMX_FORM, kind)
    page.locator("#probe input").fill("12,5")
    page.locator("#probe input").press("Enter")
    page.locator("#page-alert .notice").wait_for()
    assert said in page.locator("#page-alert").inner_text()
    page.locator("[data-saved][data-state=error]", has_text="Chưa lưu được").wait_for()
    assert page.locator("#probe input").input_value() == "12,5"


def test_a_lost_connection_says_so_and_keeps_what_was_typed(page):
    page.goto("/components/")
    page.evaluate(HTMX_FORM, "late")
    page.context.set_offline(True)
    page.locator("#probe input").fill("12,5")
    page.locator("#probe input").press("Enter")
    page.locator("#page-alert .notice").wait_for()
    assert "Chưa kết nối được" in page.locator("#page-alert").inner_text()
    assert page.locator("#probe input").input_value() == "12,5"


def test_a_save_says_when_it_was_saved(page):
    page.goto("/components/")
    page.evaluate(HTMX_FORM, "nothing")
    page.locator("#probe input").fill("12,5")
    page.locator("#probe input").press("Enter")
    page.locator("[data-saved][data-state=saved]").wait_for()
    assert re.fullmatch(r"Đã lưu \d\d:\d\d", page.locator("[data-saved]").inner_text())


def test_nothing_is_sent_while_an_input_method_composes(page):
    page.goto("/components/")
    page.evaluate(HTMX_FORM, "late")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    field = page.locator("#probe input")
    field.focus()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "tiê", "selectionStart": 3, "selectionEnd": 3})
    page.evaluate(
        "document.querySelector('#probe input').dispatchEvent(new Event('change', {bubbles: true}))"
    )
    page.wait_for_timeout(200)
    assert sent == []
    keyboard.send("Input.insertText", {"text": "tiếng"})
    field.press("Enter")
    page.locator("#page-alert .notice").wait_for()
    assert len(sent) >= 1
    assert field.input_value() == "tiếng"


def test_the_countdown_speaks_the_servers_words(page):
    page.goto("/components/")
    assert page.locator("[data-deadline]").inner_text() == "Còn 3 ngày"
    spoken = page.evaluate(
        """async () => { const { remaining } = await import('/static/web/deadline.js');
           return [-1, 2000, 59 * 6e4, 432 * 6e4, 47 * 36e5, 5 * 864e5].map(remaining); }"""
    )
    assert spoken == [
        "Đã hết hạn",
        "Còn 1 phút",
        "Còn 59 phút",
        "Còn 7 giờ 12 phút",
        "Còn 47 giờ",
        "Còn 5 ngày",
    ]
