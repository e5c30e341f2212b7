"""Helpers of the tests of many files at once: uploads in pieces over JSON, the tray's form."""

from __future__ import annotations

import hashlib
import io
import random
from typing import Any

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from backend.scoring.models import Evidence, Scorecard, Upload
from tests.scoring import specimens


def paper(number: int = 0, *, kilobytes: int = 0) -> bytes:
    """Return a PDF unlike that of any other number, so long at least."""
    made, out = pikepdf.new(), io.BytesIO()
    made.add_blank_page(page_size=(300 + number, 400))
    noise = random.Random(number).randbytes(kilobytes * 1024)
    made.Root.Noise = made.make_indirect(pikepdf.Stream(made, noise))
    made.save(out, deterministic_id=True)
    return out.getvalue()


def mark_of(content: bytes) -> str:
    """Return the SHA-256 that the page's script sends."""
    return hashlib.sha256(content).hexdigest()


def address(card: Scorecard, *parts: Any) -> str:
    """Return an address under the card's uploads."""
    return "/".join(["/api/scorecards", str(card.pk), "uploads", *map(str, parts), ""])


def begin(browser: Client, card: Scorecard, content: bytes, name: str, **more: Any) -> Any:
    """Announce a file; return the answer."""
    told = {"name": name, "size": len(content), "mark": mark_of(content)} | more
    return browser.post(address(card), told, content_type="application/json")


def piece(browser: Client, card: Scorecard, key: int, offset: Any, content: bytes) -> Any:
    """Send bytes from ``offset`` on; return the answer."""
    data = {"offset": offset, "piece": SimpleUploadedFile("blob", content)}
    return browser.post(address(card, key, "pieces"), data)


def finish(browser: Client, card: Scorecard, key: int) -> Any:
    """Say that all has been sent; return the answer."""
    return browser.post(address(card, key, "finish"))


def brought(browser: Client, card: Scorecard, content: bytes, name: str) -> Upload:
    """Bring a file whole in one piece; return its row."""
    key = begin(browser, card, content, name).json()["id"]
    assert piece(browser, card, key, 0, content).status_code == 200
    assert finish(browser, card, key).status_code == 200
    return Upload.objects.get(pk=key)


def dropped(browser: Client, card: Scorecard, *files: tuple[bytes, str]) -> Any:
    """Send files by the plain form; return the answer after its redirect."""
    uploads = [specimens.upload(content, name) for content, name in files]
    return browser.post(f"/scorecards/{card.pk}/intake/", {"files": uploads}, follow=True)


def shown(card: Scorecard) -> list[tuple[str, str, str]]:
    """Return what stands on the card's leaves: code, file, section."""
    rows = Evidence.objects.filter(score__card=card, removed_at__isnull=True)
    return sorted(rows.values_list("score__code", "file_name", "section"))
