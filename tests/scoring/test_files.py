"""The door for evidence: what passes, what is refused and in which words, and how bytes are kept."""

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from backend.core.errors import Invalid
from backend.core.files import finding
from backend.scoring import files
from tests.scoring import specimens as made

GOOD = {
    "ke-hoach.pdf": made.pdf(),
    "ke-hoach.docx": made.docx(),
    "so-lieu.XLSX": made.xlsx(),
    "van-ban.odt": made.odt(),
    "anh.jpg": made.picture(),
    "anh.jpeg": made.picture(),
    "anh.png": made.picture("PNG"),
    "cu.doc": made.compound("WordDocument"),
    "cu.xls": made.compound("Workbook"),
    "cu.ppt": made.compound("PowerPoint Document"),
}

_bomb = made.zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"0" * 60_000_000})
_macros = (
    b'<Types><Override PartName="/word/document.xml" '
    b'ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
)
_entities = b'<!DOCTYPE a [<!ENTITY b "c">]><w:document xmlns:w="w">&b;</w:document>'

BAD = {
    "empty": ("a.pdf", b"", "rỗng"),
    "program under another name": ("a.pdf", b"MZ" + b"\0" * 500, "không phải là PDF"),
    "page under another name": ("a.docx", b"<html><script>alert(1)</script>", "không phải là Word"),
    "picture named as paper": ("a.pdf", made.picture("PNG"), "nội dung là ảnh PNG"),
    "sheet named as text": ("a.docx", made.xlsx(), "nội dung là Excel"),
    "unknown ending": ("a.exe", b"MZ", "không được nhận"),
    "no ending": ("ke hoach", made.pdf(), "không được nhận"),
    "drawing with scripts": ("a.svg", b"<svg/>", "không được nhận"),
    "paper cut off": ("a.pdf", made.pdf()[:-200], "cắt giữa chừng"),
    "paper with a password": ("a.pdf", made.pdf(password="x"), "mật khẩu"),
    "paper without pages": ("a.pdf", made.pdf(pages=0), "không có trang"),
    "picture cut off": ("a.jpg", made.picture(size=(900, 900))[:-900], "ảnh hỏng"),
    "picture of nothing but its first bytes": ("a.jpg", b"\xff\xd8\xff" + b"x" * 500, "ảnh hỏng"),
    "picture with a zip behind": (
        "a.png",
        made.picture("PNG") + made.zipped({"a": b"b"}),
        "giấu một tệp nén",
    ),
    "flood of pixels": ("a.png", made.picture("PNG", (9000, 7000)), "ảnh quá lớn"),
    "package cut off": ("a.docx", made.docx()[:-300], "cắt giữa chừng"),
    "bomb": ("a.docx", _bomb, "bất thường"),
    "plain zip": ("a.docx", made.zipped({"a.txt": b"a"}), "không phải là Word"),
    "macros": ("a.docx", made.changed(made.docx(), {"[Content_Types].xml": _macros}), "macro"),
    "macros beside": ("a.xlsx", made.changed(made.xlsx(), {"xl/vbaProject.bin": b"x"}), "macro"),
    "entities": ("a.docx", made.changed(made.docx(), {"word/document.xml": _entities}), "cấu trúc"),
    "path out of the package": ("a.docx", made.changed(made.docx(), {"../../a": b"x"}), "cấu trúc"),
    "old macros": ("a.doc", made.compound("WordDocument", "Macros"), "macro"),
    "new document with a password": ("a.docx", made.compound("EncryptedPackage"), "mật khẩu"),
    "old text with a password": (
        "a.doc",
        made.compound("WordDocument", head=b"\0" * 10 + b"\x00\x01" + b"\0" * 9),
        "mật khẩu",
    ),
    "old sheet with a password": (
        "a.xls",
        made.compound("Workbook", head=b"\x09\x08\x02\x00\x00\x00\x2f\x00" + b"\0" * 9),
        "mật khẩu",
    ),
    "open document with macros": ("a.odt", made.odt(macro=True), "macro"),
    "compound file of something else": ("a.doc", made.compound("Installer"), "không phải là Word"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_of_each_kind_passes(name):
    content = GOOD[name]
    received = files.receive(made.upload(content, name))
    assert (received.size, received.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert received.content_type.startswith(("application/", "image/"))


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_refused_with_its_reason_and_name(what):
    name, content, words = BAD[what]
    with pytest.raises(Invalid) as refusal:
        files.receive(made.upload(content, name))
    assert words in refusal.value.message
    assert name in refusal.value.message
    assert refusal.value.fields["file"]


def test_a_file_above_the_size_is_refused(settings):
    settings.EVIDENCE_MAX_MB = 0
    with pytest.raises(Invalid, match="lớn hơn 0 MB"):
        files.receive(made.upload(made.pdf(), "a.pdf"))


def test_a_name_is_composed_and_loses_what_turns_it_round():
    received = files.receive(made.upload(made.pdf(), "Kế hoạch \u202efdp.exe.pdf"))
    assert received.name == "Kế hoạch fdp.exe.pdf"


def test_bytes_are_kept_under_their_fingerprint_once():
    received = files.receive(made.upload(made.pdf(), "a.pdf"))
    key = files.store(received, unit_id=7)
    files.store(replace(received, file=io.BytesIO(b"not read again")), unit_id=7)
    assert key == f"evidence/7/{received.sha256[:2]}/{received.sha256}"
    with files.open_stored(7, received.sha256) as kept:
        assert hashlib.sha256(kept.read()).hexdigest() == received.sha256


def test_a_failing_disk_leaves_nothing_behind():
    received = files.receive(made.upload(made.docx(), "a.docx"))

    class Torn(io.BytesIO):
        def read(self, size: int = -1) -> bytes:
            raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        files.store(replace(received, file=Torn(b"")), unit_id=8)
    folder = Path(default_storage.path(files.key_of(8, received.sha256))).parent
    assert list(folder.iterdir()) == []


def test_bytes_that_changed_on_the_way_are_not_kept():
    received = files.receive(made.upload(made.xlsx(), "a.xlsx"))
    with pytest.raises(OSError, match="changed"):
        files.store(replace(received, file=io.BytesIO(b"other")), unit_id=9)
    assert not default_storage.exists(files.key_of(9, received.sha256))


def test_the_slow_look_finds_a_script_in_a_paper():
    assert "JavaScript" in finding(io.BytesIO(made.pdf(script=True)), "application/pdf")
    assert finding(io.BytesIO(made.pdf()), "application/pdf") == ""


def test_the_slow_look_finds_a_template_fetched_from_outside():
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    fetching = (
        b'<Relationships><Relationship Id="r1" TargetMode="External" Target="http://a/b" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/></Relationships>'
    )
    bad = made.changed(made.docx(), {"word/_rels/settings.xml.rels": fetching})
    assert "bên ngoài" in finding(io.BytesIO(bad), word)
    assert finding(io.BytesIO(made.docx()), word) == ""
