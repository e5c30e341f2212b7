"""What the journeys through the grid of Phiếu tự chấm have in common: a card of forty leaves, and hands on it."""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse
from playwright.sync_api import expect

from backend.scoring.models import Mark
from tests.scoring.pages import world_of
from tests.scoring.worlds import World

MANY = {f"{n // 10 + 1}.{n % 10 + 1}": "2" for n in range(40)}
SAVED = re.compile(r"^Đã lưu \d\d:\d\d$")


def forty() -> World:
    """Return a card of forty leaves worth two points each; 1.2 is a ratio of two numbers."""
    return world_of(MANY, ratio="1.2")


def opened(page: Any, here: World) -> Any:
    """Open the card and wait until the grid is ready."""
    page.goto(reverse("scoring:scorecard", args=[here.card.pk]))
    return ready(page)


def ready(page: Any) -> Any:
    """Wait until the grid is ready."""
    expect(page.locator("table[data-grid=ready]")).to_be_visible()
    return page


def box(page: Any, code: str) -> Any:
    """Return the first input of a leaf."""
    return page.locator(f"[id='leaf-{code}'] .leaf-input input").first


def row(page: Any, code: str) -> Any:
    """Return the row of a leaf."""
    return page.locator(f"[id='leaf-{code}']")


def cell(page: Any, code: str) -> Any:
    """Return the cell of a leaf that holds its inputs."""
    return page.locator(f"[id='leaf-{code}'] td.leaf-cell")


def type_in(page: Any, code: str, text: str) -> None:
    """Type into a leaf and go on by Enter."""
    box(page, code).fill(text)
    box(page, code).press("Enter")


def saved(page: Any, code: str) -> None:
    """Wait until the row says that it is saved."""
    expect(row(page, code).get_by_text(SAVED)).to_be_visible()


def all_saved(page: Any) -> None:
    """Wait until the whole page says that everything is saved."""
    expect(page.locator("#save-state")).to_have_text(SAVED)


def put_on_clipboard(page: Any, text: str, html: str = "") -> None:
    """Copy as a spreadsheet does: plain text, and a table where given."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate(
        """([text, html]) => {
            const kinds = {};
            if (text) kinds["text/plain"] = new Blob([text], { type: "text/plain" });
            if (html) kinds["text/html"] = new Blob([html], { type: "text/html" });
            return navigator.clipboard.write([new ClipboardItem(kinds)]);
        }""",
        [text, html],
    )


def paste(page: Any, text: str, html: str = "") -> None:
    """Paste where the cursor stands, by the real clipboard and Ctrl+V."""
    put_on_clipboard(page, text, html)
    page.keyboard.press("Control+v")


def points(here: World) -> dict[str, str]:
    """Return the points given so far, by code."""
    marks = Mark.objects.filter(score__card=here.card, step__order=1, points__isnull=False)
    return {mark.score.code: str(mark.points) for mark in marks.select_related("score")}


def changes(here: World, code: str) -> int:
    """Return how often a leaf was written."""
    return here.mark(code).history.filter(history_type="~").count()


def forget_offline(complaints: list[str]) -> None:
    """Forget that the browser noted requests that found no way; that was the point."""
    complaints[:] = [
        line for line in complaints if "net::ERR" not in line and not re.search("status of 50[0234]", line)
    ]


# Whether a text is part of what this browser keeps.
ON_DISK = """(text) => new Promise((resolve, reject) => {
    const asked = indexedDB.open("par-index-outbox", 1);
    asked.onerror = reject;
    asked.onsuccess = () => {
        const all = asked.result.transaction("writes").objectStore("writes").getAll();
        all.onsuccess = () => { asked.result.close(); resolve(JSON.stringify(all.result).includes(JSON.stringify(text))); };
    };
})"""


def kept_on_disk(page: Any, text: str) -> None:
    """Wait until the text is on the disk; two seconds are allowed, and this machine is slow."""
    page.wait_for_function(ON_DISK, arg=text)
