"""Windows of real people: each signs in on the sign-in page with her own password."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import make

OFFICE = {"width": 1366, "height": 768}
# A busy machine is slow, not wrong.
PATIENCE = 20_000  # milliseconds
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the browser complained of in any window: scripts, the security policy. None is allowed."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def window(chromium, live_server, complaints) -> Iterator[Callable[..., Any]]:
    """Return a function that opens a window in which a person has signed in."""
    contexts = []

    def open_for(user: Any, **options: Any) -> Any:
        settings = {"base_url": live_server.url, "locale": "vi-VN", "viewport": OFFICE} | options
        context = chromium.new_context(timezone_id="Asia/Ho_Chi_Minh", **settings)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: _hear(said, page, complaints))
        sign_in(page, user)
        return page

    yield open_for
    for context in contexts:
        context.close()


def _hear(said: Any, page: Any, complaints: list[str]) -> None:
    # A refused request (409, 422) is noted by browser and htmx too; the page itself answers for it.
    refusal = re.search(r"status of 4\d\d|Status Error Code 4\d\d", said.text)
    if said.type == "error" and not refusal:
        complaints.append(f"{page.url}: {said.text}")


def sign_in(page: Any, user: Any) -> None:
    """Sign in as anybody does."""
    page.goto("/")
    page.get_by_label("Tên đăng nhập").fill(user.username)
    page.get_by_label("Mật khẩu").fill(make.PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url("**/")
