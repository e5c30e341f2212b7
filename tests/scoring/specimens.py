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


def paper(*pages: str, password: str = "") -> bytes:
    """Return a PDF with these words on its pages, as letters of a font that says what they mean.

    ``password`` is the owner's: the PDF is encrypted, and opens without one.
    """
    made, out = pikepdf.new(), io.BytesIO()
    signs = {sign: code for code, sign in enumerate(sorted(set("".join(pages))), start=1)}
    lines = "\n".join(f"<{code:02x}> <{sign.encode('utf-16-be').hex()}>" for sign, code in signs.items())
    means = made.make_stream(
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n"
        b"1 begincodespacerange <00> <ff> endcodespacerange\n"
        + f"{len(signs)} beginbfchar\n{lines}\nendbfchar\nendcmap end end".encode()
    )
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica, ToUnicode=means
    )
    letters = made.make_indirect(font)
    for words in pages:
        page = made.add_blank_page()
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=letters))
        shown = "".join(f"{signs[sign]:02x}" for sign in words)
        page.Contents = made.make_stream(f"BT /F1 12 Tf 72 500 Td <{shown}> Tj ET".encode())
    locked = pikepdf.Encryption(user="", owner=password) if password else None
    made.save(out, encryption=locked or False, deterministic_id=locked is None)
    return out.getvalue()


_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KIND = "application/vnd.openxmlformats-officedocument.presentationml"


def pptx(words: str = "Trình chiếu cải cách hành chính") -> bytes:
    """Return a presentation of one slide with these words."""
    shape = (
        '<p:sp><p:nvSpPr><p:cNvPr id="2" name="a"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm>'
        '<a:off x="500000" y="500000"/><a:ext cx="5000000" cy="900000"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr>'
        f"<p:txBody><a:bodyPr/><a:p><a:r><a:t>{words}</a:t></a:r></a:p></p:txBody></p:sp>"
    )
    names = f'xmlns:a="{_DRAWING}" xmlns:p="{_SLIDES}" xmlns:r="{_OFFICE}"'
    tree = '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/ppt/presentation.xml" ContentType="{_KIND}.presentation.main+xml"/>'
        f'<Override PartName="/ppt/slides/slide1.xml" ContentType="{_KIND}.slide+xml"/></Types>',
        "_rels/.rels": _link("officeDocument", "ppt/presentation.xml"),
        "ppt/presentation.xml": f'<p:presentation {names}><p:sldIdLst><p:sldId id="256" r:id="r1"/></p:sldIdLst>'
        '<p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>',
        "ppt/_rels/presentation.xml.rels": _link("slide", "slides/slide1.xml"),
        "ppt/slides/slide1.xml": f"<p:sld {names}><p:cSld><p:spTree>{tree}{shape}</p:spTree></p:cSld></p:sld>",
    }
    return zipped(
        {name: f'<?xml version="1.0" encoding="UTF-8"?>{xml}'.encode() for name, xml in parts.items()}
    )


def _link(kind: str, target: str) -> str:
    link = f'<Relationship Id="r1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_LINKS}">{link}</Relationships>'


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
