"""Small files made in memory: good ones of each kind, and ones that must not pass the door."""

import io
import struct
import zipfile

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document
from openpyxl import Workbook
from PIL import Image


def upload(content: bytes, name: str) -> SimpleUploadedFile:
    """Return ``content`` as a browser would send it; the browser's own word on the type is a lie here."""
    return SimpleUploadedFile(name, content, content_type="text/html")


def pdf(*, password: str = "", script: bool = False, pages: int = 1) -> bytes:
    """Return a PDF of empty pages, perhaps locked, perhaps with a script that runs when it opens."""
    made, out = pikepdf.new(), io.BytesIO()
    for _page in range(pages):
        made.add_blank_page()
    if script:
        action = pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS="app.alert(1)")
        made.Root.OpenAction = made.make_indirect(action)
    locked = pikepdf.Encryption(user=password, owner=password) if password else None
    # The same bytes at any second; an encrypted file draws its identity by chance.
    made.save(out, encryption=locked or False, deterministic_id=locked is None)
    return out.getvalue()


def docx() -> bytes:
    """Return a Word document of one line."""
    document, out = Document(), io.BytesIO()
    document.add_paragraph("Kế hoạch cải cách hành chính")
    document.save(out)
    return out.getvalue()


def xlsx() -> bytes:
    """Return a workbook of one cell."""
    book, out = Workbook(), io.BytesIO()
    book.active["A1"] = "Số liệu"
    book.save(out)
    return out.getvalue()


def odt(*, macro: bool = False) -> bytes:
    """Return the least OpenDocument text."""
    parts = {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<content/>"}
    return zipped(parts | ({"Basic/Standard/Module1.xml": b"<module/>"} if macro else {}))


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 30)) -> bytes:
    """Return a picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, form)
    return out.getvalue()


def zipped(parts: dict[str, bytes]) -> bytes:
    """Return a zip of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def changed(package: bytes, parts: dict[str, bytes]) -> bytes:
    """Return the package with these parts put in the place of its own."""
    with zipfile.ZipFile(io.BytesIO(package)) as old:
        kept = {name: old.read(name) for name in old.namelist()}
    return zipped(kept | parts)


def compound(*streams: str, head: bytes = b"") -> bytes:
    """Return a compound file (Word before 2007) with streams of these names, the first starting with ``head``."""
    sector = 512
    header = bytearray(sector)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, 1)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    fat = struct.pack("<128I", 0xFFFFFFFD, 2, 0xFFFFFFFE, *[0xFFFFFFFE] * 125)
    entries = b"".join(_entry(name) for name in ("Root Entry", *streams)).ljust(2 * sector, b"\0")
    return bytes(header) + fat + entries + head.ljust(sector, b"\0") * 8


def _entry(name: str) -> bytes:
    raw = bytearray(128)
    text = name.encode("utf-16-le") + b"\0\0"
    raw[: len(text)] = text
    struct.pack_into("<H", raw, 64, len(text))
    raw[66] = 5 if name == "Root Entry" else 2
    struct.pack_into("<II", raw, 116, 3, 4096)
    return bytes(raw)


def digitally_signed(content: bytes) -> bytes:
    """Return a PDF with a signature added the way signing programs do: the old bytes, then what is new.

    The signature itself is of no worth, as it may be on any file that somebody uploads.
    """
    with pikepdf.Pdf.open(io.BytesIO(content)) as pdf:
        root, size = pdf.Root.objgen[0], int(pdf.trailer.Size)
        catalog = pdf.Root.unparse(resolved=True).rstrip().removesuffix(b">>")
    previous = int(content.rsplit(b"startxref", 1)[1].split()[0])
    signature, box = size, size + 1
    bodies = {
        root: catalog + b" /AcroForm << /Fields [ %d 0 R ] /SigFlags 3 >> >>" % box,
        signature: b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached "
        b"/ByteRange [ 0 %d %d 99 ] /Contents <00112233> >>" % (len(content), len(content) + 10),
        box: b"<< /FT /Sig /Type /Annot /Subtype /Widget /Rect [ 0 0 0 0 ] /T (Ky) /V %d 0 R >>" % signature,
    }
    out, table = content + b"\n", b"xref\n"
    for number, body in sorted(bodies.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    trailer = b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\n" % (size + 2, root, previous)
    return out + table + trailer + b"startxref\n%d\n%%%%EOF\n" % len(out)
