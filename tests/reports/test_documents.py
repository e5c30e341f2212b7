"""Letters and workbooks: what stands in them, the letters of the alphabet drawn right, made once and whole."""

import io
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pikepdf
import pypdf
import pytest
from django.core.files.storage import default_storage
from fontTools.ttLib import TTFont

from backend.audit.recording import recording
from backend.core import clock, letterhead
from backend.core.dates import long_date, vn_date
from backend.core.errors import Refused
from backend.jobs import actions as jobs
from backend.jobs.models import Job
from backend.scoring.actions.facts import fingerprint_of
from backend.scoring.actions.past_lines import Given
from backend.scoring.models import Signature
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports import actions, queries
from reports.documents import make as make_document
from reports.models import Document
from tests import make
from tests.reports import seasons

pytestmark = [pytest.mark.django_db, pytest.mark.slow]  # letters are set by WeasyPrint

FONTS = Path(__file__).parent.parent.parent / "reports" / "fonts"
FACES = {
    "LiberationSerif": "LiberationSerif-Regular.ttf",
    "LiberationSerif-Bold": "LiberationSerif-Bold.ttf",
    "LiberationSerif-Italic": "LiberationSerif-Italic.ttf",
    "LiberationSerif-Bold-Italic": "LiberationSerif-BoldItalic.ttf",
}
ALPHABET = "Ắ ằ ẳ ẵ ặ Ấ ầ ẩ ẫ ậ Đ đ Ế ề ể Ễ ệ Ị ỉ ĩ Ố ồ ổ ỗ ộ Ớ ờ ở ỡ ợ Ụ ủ ũ Ứ ừ ử ữ Ự Ỳ ỷ ỹ ỵ"
CUT = {
    "own": Decimal(50),
    "note": f"Đã làm đủ. {ALPHABET}",
    "appraised": (Given(Decimal(30), "Thiếu biên bản"), Given(Decimal("41.25"), "Đã bổ sung biên bản")),
    "question": "Bổ sung biên bản?",
    "answer": "Gửi kèm biên bản.",
    "document": ("12/QĐ-UBND", "Ủy ban nhân dân phường"),
}


def season_with_a_cut(**fields):
    host = make.unit("Thành phố Cần Thơ", kind="city")
    chosen = seasons.criteria(host, {"1.1": "60", "2.1": "40"}, survey=("2.1",))
    units = [make.unit(name, parent=host) for name in ("Phường Ô Môn", "Xã Thới Lai")]
    round_ = seasons.season(host, chosen, **fields)
    cards = seasons.finish(
        round_, {unit: {"1.1": "41.25", "2.1": "31.5"} for unit in units}, lines={"1.1": CUT}
    )
    return round_, cards


def made(kind, **of):
    document = actions.request_document(kind, by=SYSTEM, **of)
    make_document(str(document.pk))
    document.refresh_from_db()
    return document


def content(document):
    with default_storage.open(document.stored_as, "rb") as file:
        return file.read()


def pages(document):
    reader = pypdf.PdfReader(io.BytesIO(content(document)))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def approve(card):
    with recording(by=SYSTEM):
        Signature.objects.create(
            card=card,
            move="approve",
            signer_name="Người phê duyệt",
            signer_title="Chủ tịch",
            signed_at=clock.now(),
            fingerprint=fingerprint_of(card),
        )


def test_the_self_report_holds_points_explanations_and_the_approvals_fingerprint():
    _round, (card, _other) = season_with_a_cut()
    with recording(by=SYSTEM):
        card.difficulties, card.proposals = "Thiếu máy quét.", "Đề nghị tập huấn."
        card.save()
    approve(card)
    document = made("self_report", card=card)
    text = " ".join(pages(document))
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "ỦY BAN NHÂN DÂN PHƯỜNG Ô MÔN",
        "BÁO CÁO",
        "Tổng điểm tự chấm: 50,00 trên 60,00",
        "12/QĐ-UBND",
        ALPHABET,
        "Thiếu máy quét.",
        "Đề nghị tập huấn.",
        "TM. ỦY BAN NHÂN DÂN CHỦ TỊCH",
        "Người phê duyệt",
        letterhead.spaced(document.fingerprint),
    ):
        assert part in text
    assert len(document.fingerprint) == 64
    assert "41,25" not in text


def test_a_report_whose_card_changed_after_the_approval_prints_no_fingerprint():
    _round, (card, _other) = season_with_a_cut()
    approve(card)
    with recording(by=SYSTEM):
        card.proposals = "Thêm sau"
        card.save()
    document = made("self_report", card=card)
    assert "không có phê duyệt điện tử còn hiệu lực" in " ".join(pages(document))
    assert document.fingerprint == ""


def test_the_ranking_holds_every_total_and_the_head_is_repeated():
    names = {f"Xã Số {number}": (str(20 + number / 2), "30.125") for number in range(60)}
    round_ = seasons.simple(names)
    actions.publish_ranking(round_, by=SYSTEM)
    document = made("ranking", round_=round_)
    found = pages(document)
    (table,) = queries.preview(round_)
    text = " ".join(found)
    for line in table.standings:
        assert f"{line.unit_name} {str(line.totals.appraised)[:-1].replace('.', ',')}" in text
        assert str(line.totals.total).replace(".", ",") in text
    assert sum("(1) (2) (3) (4) (5) (6) (7)" in page for page in found) >= 2
    assert [numbers_on_top(document, place) for place in range(len(found))] == [
        [],
        *([str(number)] for number in range(2, len(found) + 1)),
    ]


def numbers_on_top(document, place):
    """Return what stands in the top margin of a page: 20 mm are 75.6 of WeasyPrint's units from the top."""
    found = []

    def visit(text, _matrix, text_matrix, _font, _size):
        if text.strip() and text_matrix[5] < 75.6:
            found.append(text.strip())

    pypdf.PdfReader(io.BytesIO(content(document))).pages[place].extract_text(visitor_text=visit)
    return found


def test_a_leaf_that_does_not_apply_shows_as_x_of_y():
    host = make.unit("Thành phố Thử", kind="city")
    chosen = seasons.criteria(host, {"1.1": "65", "1.2": "5"})
    unit = make.unit("Xã A", parent=host)
    round_ = seasons.season(host, chosen, with_survey=False)
    (card,) = seasons.finish(round_, {unit: {"1.1": "58.5", "1.2": "5"}})
    seasons.leave_out(card, "1.2")
    text = " ".join(pages(made("ranking", round_=round_)))
    assert "58,50 trên 65,00 90,00" in text
    assert "Dự kiến, chưa công bố" in text


def test_the_appraisal_letter_gives_every_reason():
    round_, (card, _other) = season_with_a_cut()
    actions.publish_ranking(round_, by=SYSTEM)
    text = " ".join(pages(made("appraisal", card=card)))
    for part in (
        "Thẩm định lần 1: 50,00 xuống 30,00 – Thiếu biên bản",
        "Thẩm định lần 2: 30,00 lên 41,25 – Đã bổ sung biên bản",
        "Đơn vị giải trình: Gửi kèm biên bản.",
        "12/BC-TEST",
        "kết quả 72,75 trên 100,00 điểm",
    ):
        assert part in text


@pytest.mark.parametrize("kind", ["self_report", "appraisal", "ranking"])
def test_illustration_says_so_on_each_page_and_has_no_number_day_or_signer(kind, settings):
    settings.DEMO = True
    round_, (card, _other) = season_with_a_cut(is_illustration=True)
    approve(card)
    actions.publish_ranking(round_, by=SYSTEM)
    of = {"round_": round_} if kind == "ranking" else {"card": card}
    found = pages(made(kind, **of))
    assert all("SỐ LIỆU MINH HOẠ" in page for page in found)
    year = "……" if kind == "self_report" else vn_date(clock.now()).year
    place = "Ô Môn" if kind == "self_report" else "Cần Thơ"
    assert f"Số: {place}, ngày …… tháng …… năm {year} " in found[0]
    assert "Người phê duyệt" not in " ".join(found)


@pytest.mark.parametrize("kind", ["appraisal", "ranking"])
def test_no_year_is_guessed_before_the_results_have_a_day(kind):
    round_, (card, _other) = season_with_a_cut()
    of = {"round_": round_} if kind == "ranking" else {"card": card}
    assert "Cần Thơ, ngày …… tháng …… năm …… " in pages(made(kind, **of))[0]
    actions.publish_ranking(round_, by=SYSTEM)
    assert f"Cần Thơ, {long_date(vn_date(clock.now()))} " in pages(made(kind, **of))[0]


@pytest.mark.parametrize("kind", ["self_report", "appraisal", "ranking"])
def test_every_letter_is_drawn_from_our_own_typeface_as_its_designer_drew_it(kind):
    """Text extraction can't tell: glyph by glyph, the embedded outline is that of the letter it stands for."""
    round_, (card, _other) = season_with_a_cut()
    of = {"round_": round_} if kind == "ranking" else {"card": card}
    drawn = ""
    for name, embedded, letters in embedded_fonts(content(made(kind, **of))):
        own = TTFont(FONTS / FACES[name])
        names = own.getBestCmap()
        for glyph, letter in letters.items():
            expected = own["glyf"][names[ord(letter)]]
            found = embedded["glyf"][embedded.getGlyphName(glyph)]
            assert outline(found, embedded) == outline(expected, own), (name, letter)
        drawn += "".join(letters.values())
    wanted = "CỘNGHÒAXÃỘIỦĨAVIỆT" + (ALPHABET.replace(" ", "") if kind == "self_report" else "")
    assert set(wanted) <= set(drawn)


def outline(glyph, font):
    points, ends, _flags = glyph.getCoordinates(font["glyf"])
    return list(points), list(ends)


def embedded_fonts(pdf):
    seen = {}
    with pikepdf.open(io.BytesIO(pdf)) as file:
        for page in file.pages:
            for font in page.Resources.Font.values():
                inner = font.DescendantFonts[0]
                name = str(inner.FontDescriptor.FontName).rpartition("+")[2]
                if name not in seen:
                    data = bytes(inner.FontDescriptor.FontFile2.read_bytes())
                    letters = to_unicode(bytes(font.ToUnicode.read_bytes()).decode())
                    seen[name] = (name, TTFont(io.BytesIO(data)), letters)
    return seen.values()


def to_unicode(cmap):
    found = {}
    for line in cmap.partition("endcodespacerange")[2].splitlines():
        parts = line.replace("><", "> <").split()
        if len(parts) == 2 and all(part.startswith("<") for part in parts):
            text = bytes.fromhex(parts[1].strip("<>")).decode("utf-16-be")
            if len(text) == 1 and text.strip():
                found[int(parts[0].strip("<>"), 16)] = text
    return found


def test_the_workbook_has_typed_numbers_and_says_it_is_illustration(settings):
    settings.DEMO = True
    round_, _cards = season_with_a_cut(is_illustration=True)
    document = made("ranking_sheet", round_=round_)
    page = openpyxl.load_workbook(io.BytesIO(content(document))).worksheets[0]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    assert rows[1][0] == "SỐ LIỆU MINH HOẠ"
    head = next(row for row in rows if row[0] == "Xếp hạng")
    first = rows[rows.index(head) + 1]
    assert head[:7] == [
        "Xếp hạng", "Tên đơn vị", "Điểm thẩm định", "Điểm điều tra", "Tổng điểm",
        "Điểm tối đa áp dụng", "Chỉ số (%)",
    ]  # fmt: skip
    assert first[:7] == [1, "Phường Ô Môn", 41.25, 31.5, 72.75, 100, 72.75]


def test_making_twice_changes_nothing():
    round_, _cards = season_with_a_cut()
    document = made("ranking", round_=round_)
    before = (document.sha256, document.made_at)
    make_document(str(document.pk))
    document.refresh_from_db()
    assert (document.sha256, document.made_at) == before
    assert document.file_name == "Xếp hạng - Thành phố Cần Thơ - 2026.pdf"


def test_one_that_is_being_made_is_not_asked_for_twice():
    round_, _cards = season_with_a_cut()
    first = actions.request_document("ranking", by=SYSTEM, round_=round_)
    assert actions.request_document("ranking", by=SYSTEM, round_=round_) == first
    assert Job.objects.filter(work=actions.WORK).count() == 1


def test_a_published_document_is_kept_and_given_again():
    round_, _cards = season_with_a_cut()
    preview = made("ranking", round_=round_)
    actions.publish_ranking(round_, by=SYSTEM)
    first = made("ranking", round_=round_)
    assert first != preview
    assert actions.request_document("ranking", by=SYSTEM, round_=round_) == first


def test_a_document_half_made_by_a_killed_worker_is_finished_by_the_next():
    round_, _cards = season_with_a_cut()
    document = actions.request_document("ranking_sheet", by=SYSTEM, round_=round_)
    job = Job.objects.get(work=actions.WORK)
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.RUNNING, attempts=1, heartbeat=clock.now() - timedelta(hours=1)
    )
    assert jobs.run(job.pk)
    document.refresh_from_db()
    assert document.state == Document.State.READY


def test_what_cannot_be_kept_is_noted_and_made_later(settings, tmp_path):
    round_, _cards = season_with_a_cut()
    document = actions.request_document("ranking_sheet", by=SYSTEM, round_=round_)
    blocked = tmp_path / "files"
    blocked.write_text("not a folder")
    good = settings.STORAGES
    settings.STORAGES = good | {"default": good["default"] | {"OPTIONS": {"location": str(blocked)}}}
    with pytest.raises(OSError, match="files"):
        make_document(str(document.pk))
    document.refresh_from_db()
    assert (document.state, document.stored_as) == (Document.State.FAILED, "")
    settings.STORAGES = good
    make_document(str(document.pk))
    document.refresh_from_db()
    assert document.state == Document.State.READY


@pytest.mark.parametrize(
    ("role", "at", "kind", "published", "allowed"),
    [
        (Role.OFFICER, "unit", "self_report", False, True),
        (Role.LEADER, "unit", "self_report", False, True),
        (Role.OFFICER, "other", "self_report", True, False),
        (Role.CHAIR, "host", "self_report", False, True),
        (Role.OFFICER, "unit", "appraisal", False, False),
        (Role.OFFICER, "unit", "appraisal", True, True),
        (Role.OFFICER, "other", "appraisal", True, False),
        (Role.CHAIR, "host", "appraisal", False, True),
        (Role.OFFICER, "unit", "ranking", False, False),
        (Role.OFFICER, "other", "ranking", True, True),
        (Role.OFFICER, "host", "ranking", False, False),
        (Role.SECRETARY, "host", "ranking", False, True),
        (Role.INSPECTOR, "host", "ranking_sheet", False, True),
    ],
)
def test_who_may_ask_for_which_document(role, at, kind, published, allowed):
    round_, (card, other) = season_with_a_cut()
    if published:
        actions.publish_ranking(round_, by=SYSTEM)
        card.refresh_from_db()
    places = {"unit": card.unit, "other": other.unit, "host": round_.host}
    _user, actor = make.seated(role, places[at])
    of = {"card": card} if kind in ("self_report", "appraisal") else {"round_": round_}
    if allowed:
        document = actions.request_document(kind, by=actor, **of)
        assert queries.documents_for(actor).filter(pk=document.pk).exists()
    else:
        with pytest.raises(Refused):
            actions.request_document(kind, by=actor, **of)
