"""Every component on one page: whole, labelled, and allowed by the content security policy."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

TEMPLATES = Path("backend/web/templates/web")
FOREIGN_LAYER = re.compile(r"\b(?:Submit|Search|Cancel|required|This field)\b")


class Elements(HTMLParser):
    """Collects the start tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(
    params=["/components/", "/components/?bad=1", "/fail/invalid/", "/fail/late/", "/fail/broken/"]
)
def page(request, browser) -> str:
    """Each page of the shell in turn."""
    send = browser.post if "fail" in request.param else browser.get
    return send(
        request.param, {"points": "1", "reason": "x"} if "fail" in request.param else None
    ).content.decode()


def test_no_template_syntax_is_left_on_the_page(page):
    assert "{%" not in page
    assert "{{" not in page


def test_there_is_no_inline_script_style_or_handler(page):
    for tag, attrs in Elements(page).found:
        assert tag != "style"
        assert tag != "script" or attrs.get("src")
        assert not [name for name in attrs if name == "style" or name.startswith(("on", "hx-on"))], (
            tag,
            attrs,
        )


def test_htmx_evaluates_nothing(page):
    config = next(a["content"] for t, a in Elements(page).found if a.get("name") == "htmx-config")
    assert '"allowEval": false' in config
    assert '"includeIndicatorStyles": false' in config


def test_nothing_comes_from_another_site(page):
    for tag, attrs in Elements(page).found:
        assert not str(attrs.get("src", "")).startswith(("http", "//")), tag
        assert tag != "link" or not str(attrs["href"]).startswith(("http", "//"))


def test_ids_are_unique(page):
    ids = [attrs["id"] for _, attrs in Elements(page).found if "id" in attrs]
    assert sorted(set(ids)) == sorted(ids)


def test_every_input_has_a_label(page):
    found = Elements(page).found
    labelled = {attrs.get("for") for tag, attrs in found if tag == "label"}
    for tag, attrs in found:
        if tag in {"input", "select", "textarea"} and attrs.get("type") != "hidden":
            assert attrs.get("id") in labelled or "aria-label" in attrs, attrs


def test_what_aria_points_to_exists(page):
    found = Elements(page).found
    ids = {attrs.get("id") for _, attrs in found}
    for _, attrs in found:
        for name in ("aria-labelledby", "aria-describedby", "popovertarget"):
            for target in (attrs.get(name) or "").split():
                assert target in ids, (name, target)


def test_there_is_one_h1_one_main_and_a_way_to_skip_to_it(page):
    tags = [tag for tag, _ in Elements(page).found]
    assert tags.count("h1") == 1
    assert tags.count("main") == 1
    assert '<a class="skip" href="#main">' in page
    assert '<html lang="vi">' in page


def test_no_english_shows(page):
    words = re.sub(r"<[^>]+>", " ", page)
    assert not FOREIGN_LAYER.search(words)


def test_errors_stand_on_top_and_beside_the_field_and_typing_is_kept(browser):
    page = browser.get("/components/?bad=1").content.decode()
    assert "<title>Lỗi: " in page
    assert '<a href="#id_points">Điểm tự chấm: “12.500” đọc được' in page
    assert 'id="id_points_error"' in page
    assert 'value="12.500"' in page
    assert 'aria-invalid="true"' in page
    assert "Đã gõ</textarea>" in page


def test_illustration_is_named_on_every_page(browser, settings):
    settings.DEMO = True
    assert "SỐ LIỆU MINH HOẠ" in browser.get("/fail/late/").content.decode()
    settings.DEMO = False
    assert "SỐ LIỆU MINH HOẠ" not in browser.get("/fail/late/").content.decode()
    assert "SỐ LIỆU MINH HOẠ" in browser.get("/components/").content.decode()


def test_paging_keeps_the_search(browser):
    page = browser.get("/components/?q=o+mon&page=2&sort=rank").content.decode()
    assert 'href="?q=o+mon&amp;page=7&amp;sort=rank"' in page
    assert 'href="?q=o+mon&amp;sort=-rank"' in page
    assert "Đang xem 101–120 trong 230" in page


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("_*.html")), ids=lambda path: path.name)
def test_every_component_says_what_it_needs(template):
    assert template.read_text().startswith("{% comment %}")
