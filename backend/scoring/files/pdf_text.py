"""A program of its own, run apart: the text of a PDF page by page, one JSON line each, the number of pages first.

What has been written stays when the clock or a bound ends the run.
"""

import io
import json
import sys
from pathlib import Path

import pikepdf
from pypdf import PdfReader


def main(source: str, target: str, most_pages: int, most_signs: int) -> None:
    """Write the text of the pages of ``source`` to ``target``."""
    with Path(target).open("w", encoding="ascii") as out:
        pages = PdfReader(opened(source)).pages
        say(out, len(pages))
        for number in range(min(len(pages), most_pages)):
            say(out, text_of(pages, number)[:most_signs])


def opened(source: str) -> io.BytesIO:
    """Return the PDF as it is without encryption; one that asks for no password may still be encrypted."""
    with pikepdf.Pdf.open(source, suppress_warnings=True) as pdf:
        if not pdf.is_encrypted:
            return io.BytesIO(Path(source).read_bytes())
        plain = io.BytesIO()
        pdf.save(plain)
        return plain


def text_of(pages: object, number: int) -> str:
    """Return the text of one page; empty where it can't be read, so that the others still are."""
    try:
        return pages[number].extract_text()  # type: ignore[index, no-any-return]
    except Exception:  # noqa: BLE001  (whatever a page may do, the next ones are read)
        return ""


def say(out: io.TextIOBase, value: object) -> None:
    """Write one line and let go of it."""
    out.write(json.dumps(value) + "\n")
    out.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
