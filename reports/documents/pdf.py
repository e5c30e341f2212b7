"""HTML to PDF by WeasyPrint, with our own typeface and nothing fetched from anywhere else."""

from __future__ import annotations

import gc
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

HERE = Path(__file__).resolve().parent
FONTS = HERE.parent / "fonts"
# To be kept for good, with bookmarks and tags: ISO 19005-2, level A as far as WeasyPrint goes.
VARIANT = "pdf/a-2a"

# They tell of every page and every glyph.
for chatty in ("weasyprint.progress", "fontTools"):
    logging.getLogger(chatty).setLevel(logging.WARNING)


def pdf(template: str, context: Mapping[str, Any]) -> bytes:
    """Return the rendered template as a PDF."""
    from weasyprint import CSS, HTML  # deferred: takes a second, only the worker needs it
    from weasyprint.text.fonts import FontConfiguration

    fetcher = _fetcher()
    fonts = FontConfiguration()
    html = render_to_string(template, dict(context))
    with _patient_collector(), warnings.catch_warnings():
        # It leaves its own colour profile for the collector to close.
        warnings.filterwarnings("ignore", r"unclosed file .*\.icc", ResourceWarning)
        style = CSS(filename=str(HERE / "letter.css"), url_fetcher=fetcher, font_config=fonts)
        page = HTML(string=html, url_fetcher=fetcher)
        made = page.write_pdf(
            stylesheets=[style], font_config=fonts, pdf_variant=VARIANT, finisher=_ready_to_be_signed
        )
    return bytes(made)


def _ready_to_be_signed(_document: Any, made: Any) -> None:
    """Give the PDF an empty form: who compares a signed file with this one finds fields added and nothing new."""
    from pydyf import Array, Dictionary

    made.catalog["AcroForm"] = Dictionary({"Fields": Array(), "SigFlags": 3})


@cache
def _fetcher() -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class OwnFiles(URLFetcher):  # type: ignore[misc]
        """Gives the files of our typeface and refuses every other address."""

        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            """Return the response for one of our files. Raises FatalURLFetchingError for any other."""
            path = Path(url.removeprefix("file://")).resolve()
            if not url.startswith("file://") or path.parent != FONTS:
                raise FatalURLFetchingError(f"not ours: {url}")
            return super().fetch(url, headers)

    return OwnFiles(allowed_protocols=["file"])


@contextmanager
def _patient_collector() -> Iterator[None]:
    """Let Python's garbage collector run rarely: it takes a third of the time of a long document."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(200_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
