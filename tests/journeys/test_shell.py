"""The shell in a real browser: the style sheet applies, nothing is blocked by the content policy."""

import pytest


@pytest.mark.browser
def test_a_missing_page_is_told_in_vietnamese_and_styled(page):
    answer = page.goto("/khong-co-trang-nay")
    assert answer.status == 404
    assert page.locator("html").get_attribute("lang") == "vi"
    assert page.evaluate("document.styleSheets.length") > 0
    assert page.evaluate("getComputedStyle(document.body).fontFamily") != ""
