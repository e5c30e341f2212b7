"""A clean file made searchable and visible in place: its text page by page, and a PDF of an Office document."""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from backend.core.files import keep_under, open_kept
from backend.core.files.keeping import key_in
from backend.core.files.kinds import JPEG, KINDS, PDF, PNG
from backend.core.text import nfc

from . import office, sandbox
from .keeping import Kept, open_stored
from .sandbox import Limits, Room

MOST_PAGES = 1000
MOST_SIGNS = 30_000
PICTURES = {JPEG.content_type, PNG.content_type}
# What no database or page takes: control signs, halves of pairs.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass
class Outcome:
    """What came of a file: ``preview`` as in Reading.Preview, what could not be done, pages, the text of each."""

    preview: str
    said: str = ""
    pages: int = 0
    texts: list[str] = field(default_factory=list)


def preview_key(unit_id: int, sha256: str) -> str:
    """Return the storage name of the PDF made of a unit's bytes with that SHA-256."""
    return key_in(_folder(unit_id), sha256)


def _folder(unit_id: int) -> str:
    return f"previews/{unit_id}"


def read(kept: Kept) -> Outcome:
    """Make the preview of a kept file where it needs one, and read its text. Whatever is inside, this ends."""
    if kept.content_type in PICTURES:
        return Outcome("own", _("Tệp ảnh: chỉ tìm được theo tên tệp, số và cơ quan ban hành."))
    with tempfile.TemporaryDirectory(dir=_workplace()) as name:
        folder = Path(name)
        source = folder / "source"
        _fetch(kept, source)
        if kept.content_type == PDF.content_type:
            return _read_into(Outcome("own"), source, folder)
        return _of_office(kept, source, folder)


def _workplace() -> Path:
    place = Path(settings.VAR_DIR) / "reading"
    place.mkdir(mode=0o700, exist_ok=True)
    return place


def tidy_up() -> None:
    """Remove what a worker that died left where it worked."""
    longest = 10 * (settings.PREVIEW_SECONDS + settings.READING_SECONDS)
    for left in _workplace().iterdir():
        if time.time() - left.stat().st_mtime > longest:
            shutil.rmtree(left, ignore_errors=True)


def _of_office(kept: Kept, source: Path, folder: Path) -> Outcome:
    key = preview_key(kept.unit_id, kept.sha256)
    if default_storage.exists(key):
        with open_kept(key) as made, (folder / "made.pdf").open("wb") as copy:
            shutil.copyfileobj(made, copy)
        return _read_into(Outcome("made"), folder / "made.pdf", folder)
    if not office.is_there():
        return Outcome("lacking", _("Máy chủ chưa chuyển được tệp văn phòng sang PDF. Hãy tải về để xem."))
    ending = next(kind.endings[0] for kind in KINDS if kind.content_type == kept.content_type)
    try:
        made_at = office.convert(source, ending, folder)
    except office.NotMade as problem:
        return Outcome("failed", str(problem))
    with made_at.open("rb") as file:
        keep_under(file, _folder(kept.unit_id), kept.sha256)
    return _read_into(Outcome("made"), made_at, folder)


def _fetch(kept: Kept, target: Path) -> None:
    with open_stored(kept.unit_id, kept.sha256) as file, target.open("wb") as copy:
        shutil.copyfileobj(file, copy)


def _read_into(outcome: Outcome, paper: Path, folder: Path) -> Outcome:
    lines = _lines_of(paper, folder)
    if not lines:
        outcome.said = _(
            "Không đọc được chữ trong tệp nên chỉ tìm được theo tên tệp, số và cơ quan ban hành."
        )
        return outcome
    outcome.pages, outcome.texts = lines[0], [_tidy(line) for line in lines[1:]]
    outcome.said = _what_is_missing(outcome)
    return outcome


def _what_is_missing(outcome: Outcome) -> str:
    read_pages = len(outcome.texts)
    if read_pages < outcome.pages:
        return _("Mới đọc được chữ của %(read)d trên %(pages)d trang; phần sau không tìm được.") % {
            "read": read_pages,
            "pages": outcome.pages,
        }
    if not any(outcome.texts):
        return _(
            "Tệp không có chữ (bản quét) nên chỉ tìm được theo tên tệp, số và cơ quan ban hành. "
            "Muốn tìm trong nội dung, hãy quét lại có nhận dạng chữ."
        )
    return ""


def _lines_of(paper: Path, folder: Path) -> list[int | str]:
    """Return the number of pages, then the text of each; empty where nothing could be read."""
    out, scratch = folder / "text", folder / "text-scratch"
    out.mkdir()
    scratch.mkdir()
    program = Path(__file__).with_name("pdf_text.py")
    limits = Limits(seconds=settings.READING_SECONDS, memory=1024, file=60)
    bounds = [str(MOST_PAGES), str(MOST_SIGNS)]
    if sandbox.stands():
        python, shown = sandbox.python_of_ours()
        inputs = {**shown, paper: "/in/tep.pdf", program: "/in/pdf_text.py"}
        command = [python, "-I", "/in/pdf_text.py", "/in/tep.pdf", "/out/pages", *bounds]
        sandbox.run(command, Room(out, scratch, inputs), limits)
    else:
        command = [sys.executable, "-I", str(program), str(paper), str(out / "pages"), *bounds]
        sandbox.run_bounded(command, limits)
    return _whole_lines(out / "pages")


def _whole_lines(path: Path) -> list[int | str]:
    if not path.is_file():
        return []
    # The last line may have been cut off in the middle.
    whole = path.read_text(encoding="ascii").splitlines(keepends=True)
    return [json.loads(line) for line in whole if line.endswith("\n")]


def _tidy(text: object) -> str:
    return " ".join(nfc(_UNFIT.sub(" ", str(text))).split())
