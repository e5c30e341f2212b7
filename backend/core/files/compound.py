"""Word, Excel and PowerPoint of before 2007: the directory of a compound file, no more than is needed.

The layout is Microsoft's published [MS-CFB]; only the list of streams and the head of one are read.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from .kinds import DOC, PPT, XLS, Kind, Unfit

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFA
_MOST_SECTORS = 4096
_MAIN = {"WordDocument": DOC, "Workbook": XLS, "Book": XLS, "PowerPoint Document": PPT}
_MACROS = {"Macros", "VBA", "_VBA_PROJECT", "_VBA_PROJECT_CUR"}
_LOCKED = {"EncryptedPackage", "EncryptionInfo", "EncryptedSummary"}


@dataclass(frozen=True)
class Stream:
    """One entry of the directory: its name, first sector, length in bytes."""

    name: str
    start: int
    size: int


class Compound:
    """The directory of a compound file. Raises Unfit when it makes no sense."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        file.seek(0)
        header = file.read(512)
        if len(header) < 512 or header[:8] != MAGIC:
            raise _broken()
        self.sector = 1 << struct.unpack_from("<H", header, 30)[0]
        if self.sector not in {512, 4096}:
            raise _broken()
        self.fat_sectors = [n for n in struct.unpack_from("<109I", header, 76) if n < _END]
        self.streams = self._directory(struct.unpack_from("<I", header, 48)[0])

    def _read(self, number: int) -> bytes:
        self.file.seek((number + 1) * self.sector)
        block = self.file.read(self.sector)
        if len(block) < self.sector:
            raise _broken()
        return block

    def _next(self, number: int) -> int:
        per_sector = self.sector // 4
        place, offset = divmod(number, per_sector)
        if place >= len(self.fat_sectors):
            raise _broken()
        return int(struct.unpack_from("<I", self._read(self.fat_sectors[place]), offset * 4)[0])

    def _directory(self, number: int) -> list[Stream]:
        found: list[Stream] = []
        for _step in range(_MOST_SECTORS):
            if number >= _END:
                return found
            block = self._read(number)
            found += [s for place in range(0, self.sector, 128) if (s := _entry(block[place : place + 128]))]
            number = self._next(number)
        raise _broken()

    def head(self, stream: Stream) -> bytes:
        """Return the first sector of a stream that is long enough to have sectors of its own."""
        return self._read(stream.start) if stream.size >= 4096 else b""


def kind_of(file: IO[bytes]) -> Kind | None:
    """Return DOC, XLS or PPT, None for another compound file. Raises Unfit for macros and passwords."""
    compound = Compound(file)
    names = {stream.name for stream in compound.streams}
    if names & _LOCKED:
        raise _locked()
    main = next((stream for stream in compound.streams if stream.name in _MAIN), None)
    if main is None:
        return None
    if names & _MACROS:
        raise Unfit(_("tệp có macro. Hãy lưu lại không có macro hoặc xuất ra PDF."))
    if _has_password(main.name, compound.head(main)):
        raise _locked()
    return _MAIN[main.name]


def _entry(raw: bytes) -> Stream | None:
    length = struct.unpack_from("<H", raw, 64)[0]
    if raw[66] not in {1, 2} or not 2 <= length <= 64:
        return None
    name = raw[: length - 2].decode("utf-16-le", "replace")
    start, size = struct.unpack_from("<II", raw, 116)
    return Stream(name, start, size)


def _has_password(name: str, head: bytes) -> bool:
    if name == "WordDocument":
        return len(head) > 12 and bool(struct.unpack_from("<H", head, 10)[0] & 0x0100)
    # In a workbook the record FILEPASS (0x002F) follows the first record, BOF.
    if name in {"Workbook", "Book"} and len(head) > 8:
        after = 4 + struct.unpack_from("<H", head, 2)[0]
        return head[after : after + 2] == b"\x2f\x00"
    return False


def _broken() -> Unfit:
    return Unfit(_("tệp hỏng hoặc bị cắt giữa chừng. Hãy mở và lưu lại tệp trên máy rồi tải lên."))


def _locked() -> Unfit:
    return Unfit(_("tệp có mật khẩu. Hãy bỏ mật khẩu rồi tải lên lại."))
