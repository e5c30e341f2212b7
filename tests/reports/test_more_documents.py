"""Results by field, the draft decision, the progress report, the sheet of two pages: what stands in each, and how it looks."""

import io
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import docx
import openpyxl
import pikepdf
import pypdf
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.rounds.models import Extension
from backend.scoring.actions import open_round
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports import actions, queries
from reports.documents import make as make_document
from reports.documents.fields import by_field
from reports.documents.handout import MOST_LEAVES
from reports.models import Document
from reports.queries import seeing
from reports.rankings import TieRule
from reports.standings import FieldPoints, Standing, Table, Totals
from tests import make
from tests.reports import issues, seasons

pytestmark = [pytest.mark.django_db, pytest.mark.slow]  # letters are set by WeasyPrint


def pages(document):
    reader = pypdf.PdfReader(io.BytesIO(issues.content(document)))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def words(document):
    paper = docx.Document(io.BytesIO(issues.content(document)))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in paper.paragraphs), *cells])


def cells(document, sheet=0):
    page = openpyxl.load_workbook(io.BytesIO(issues.content(document))).worksheets[sheet]
    return [[cell.value for cell in row] for row in page.iter_rows()]


def a_table(*units):
    """Return a group of units given as name and points by field code, each field out of 10; None does not apply."""
    lines = []
    for order, (name, points) in enumerate(units):
        fields = tuple(
            FieldPoints(
                code, f"Lĩnh vực {code}", Decimal(value or 0), Decimal(10 if value is not None else 0)
            )
            for code, value in points.items()
        )
        lines.append(Standing(order, order, name, order, Totals(order, fields=fields)))
    return Table(1, "Nhóm", "Bộ", TieRule.SHARED, (), tuple(lines))


# --- by field -----------------------------------------------------------------------------------------------------


def test_units_are_ranked_in_each_field_and_equal_ones_share_a_rank():
    one, two = by_field(
        a_table(("A", {"1": "7", "2": None}), ("B", {"1": "9", "2": "5"}), ("C", {"1": "7", "2": "6"}))
    )
    assert [(line.unit_name, line.rank, line.shared) for line in one.lines] == [
        ("B", 1, False), ("A", 2, True), ("C", 2, True),
    ]  # fmt: skip
    assert (one.mean, two.mean) == (Fraction(230, 3), Fraction(55))
    assert [line.unit_name for line in one.last] == ["A", "C"]
    assert ([line.unit_name for line in two.lines], two.without) == (["C", "B"], ("A",))


def test_results_by_field_say_the_same_as_the_page_as_letter_and_workbook():
    round_, _chair, _user = issues.published()
    text = " ".join(pages(issues.ready("fields", round_=round_)))
    assert "KẾT QUẢ" not in text
    assert "Kết quả Chỉ số cải cách hành chính năm 2026 theo lĩnh vực" in text
    assert "1 Phường A 50,00 60,00 83,33 2 Xã B 40,00 60,00 66,67" in text
    rows = cells(issues.ready("fields_sheet", round_=round_))
    head = rows.index(next(row for row in rows if row[0] == "Mã lĩnh vực"))
    assert rows[head + 1] == ["1", "Lĩnh vực 1", 1, "Phường A", 50, 60, 83.33]
    assert [row[3] for row in rows[head + 1 :]] == ["Phường A", "Xã B"] * 2


def test_a_letter_that_would_pass_sixty_pages_is_a_workbook(monkeypatch):
    round_, _chair, _user = issues.published()
    monkeypatch.setattr(seeing, "MOST_ROWS", 3)
    for kind in ("fields", "ranking"):
        with pytest.raises(Invalid, match="XLSX"):
            actions.request_document(kind, by=SYSTEM, round_=round_)
    assert actions.request_document("fields_sheet", by=SYSTEM, round_=round_)
    assert actions.request_document("progress", by=SYSTEM, round_=round_)


# --- the draft decision -------------------------------------------------------------------------------------------


def test_the_draft_decision_names_its_grounds_groups_and_annexes_in_pdf_and_docx():
    round_, _chair, _user = issues.published()
    text = " ".join(pages(issues.ready("decision", round_=round_)))
    written = words(issues.ready("decision_docx", round_=round_))
    for part in (
        "Công bố Chỉ số cải cách hành chính năm 2026 của các cơ quan, đơn vị thuộc Ủy ban nhân dân thành phố Cần Thơ",
        "CHỦ TỊCH ỦY BAN NHÂN DÂN THÀNH PHỐ CẦN THƠ",
        "Căn cứ Luật Tổ chức chính quyền địa phương",
        "Điều 1.",
        "2 cơ quan, đơn vị: commune: 2 đơn vị (Phụ lục I).",
        "chịu trách nhiệm thi hành Quyết định này./.",
        "Phụ lục I",
        "(Kèm theo Quyết định số ……/QĐ-UBND ngày …… tháng …… năm …… của Chủ tịch Ủy ban nhân dân thành phố Cần Thơ)",
    ):
        assert part in text
        assert part in written
    assert "1 Phường A 80,00 80,00 Tốt 2 Xã B 60,50 60,50" in text
    assert "Phường A\n80,00\n80,00\nTốt" in written
    assert "{{" not in written
    assert "{%" not in written
    assert "TM. ỦY BAN NHÂN DÂN" not in text


def test_words_that_are_signs_of_the_template_or_of_xml_stay_words():
    round_ = seasons.simple({"Phường <A> & {{ B }}": ("50", "30")})
    actions.publish_ranking(round_, by=SYSTEM)
    assert "Phường <A> & {{ B }}" in words(issues.ready("decision_docx", round_=round_))


def test_the_office_replaces_a_template(settings, tmp_path):
    call_command("docx_templates", str(tmp_path))
    own = tmp_path / "quyet-dinh-cong-bo.docx"
    paper = docx.Document(str(own))
    paper.add_paragraph("Mẫu riêng của cơ quan, năm {{ subject }}")
    paper.save(str(own))
    settings.DOCX_TEMPLATES = str(tmp_path)
    round_, _chair, _user = issues.published()
    assert "Mẫu riêng của cơ quan, năm Công bố Chỉ số" in words(issues.ready("decision_docx", round_=round_))
    paper.add_paragraph("{{ khong_co_gia_tri_nay }}")
    paper.save(str(own))
    Document.objects.all().delete()
    document = actions.request_document("decision_docx", by=SYSTEM, round_=round_)
    with pytest.raises(ImproperlyConfigured, match="quyet-dinh-cong-bo"):
        make_document(str(document.pk))


def test_templates_written_out_are_never_written_over(tmp_path, capsys):
    (tmp_path / "bao-cao-tien-do.docx").write_bytes(b"rieng")
    call_command("docx_templates", str(tmp_path))
    assert (tmp_path / "bao-cao-tien-do.docx").read_bytes() == b"rieng"
    assert "đã có, giữ nguyên" in capsys.readouterr().out


# --- progress -----------------------------------------------------------------------------------------------------


def test_the_progress_report_says_who_is_late_and_who_has_more_time():
    host = make.unit("Thành phố Cần Thơ", kind="city")
    chosen = make.criteria_set(host)
    units = [make.unit(name, parent=host) for name in ("Phường A", "Xã B", "Xã C")]
    round_ = make.round_(host, chosen, closes_in=-timedelta(hours=1))
    own = round_.steps.get(kind="self")
    open_round(round_, by=SYSTEM)
    with recording(by=SYSTEM):
        Extension.objects.create(
            step=own,
            unit=units[1],
            closes_at=clock.now() + 3 * make.DAY,
            reason="Mưa bão",
            document="1/CV",
            made_at=clock.now(),
        )
    document = issues.ready("progress", round_=round_)
    text = " ".join(pages(document))
    assert "Đơn vị quá hạn tự chấm mà chưa được lãnh đạo phê duyệt: Phường A; Xã C." in text
    assert "được gia hạn" in text
    written = words(issues.ready("progress_docx", round_=round_))
    assert "Phường A; Xã C." in written
    rows = cells(issues.ready("progress_sheet", round_=round_))
    head = rows.index(next(row for row in rows if row[0] == "STT"))
    assert [row[2] for row in rows[head + 1 :]] == ["Phường A", "Xã B", "Xã C"]
    assert isinstance(rows[head + 1][4], date)
    assert document.ranking is None


def test_who_may_ask_for_the_hosts_own_documents():
    round_, _chair, _user = issues.published()
    card = round_.cards.first()
    _other, officer = make.seated(Role.OFFICER, card.unit)
    _other, secretary = make.seated(Role.SECRETARY, round_.host)
    for kind in ("decision", "decision_docx", "progress", "progress_sheet"):
        with pytest.raises(Refused):
            actions.request_document(kind, by=officer, round_=round_)
        assert actions.request_document(kind, by=secretary, round_=round_)
    assert actions.request_document("fields", by=officer, round_=round_)
    assert actions.request_document("handout", by=officer, card=card)
    other = round_.cards.last()
    with pytest.raises(Refused):
        actions.request_document("handout", by=officer, card=other)


# --- two pages for the conference ---------------------------------------------------------------------------------


def long_season():
    """Return a round whose leaves and reasons have many words, more than a sheet may hold."""
    host = make.unit("Thành phố Cần Thơ", kind="city")
    leaves = {f"{field}.{leaf}": "4" for field in range(1, 9) for leaf in range(1, 4)}
    chosen = seasons.criteria(host, leaves)
    units = [make.unit("Ủy ban nhân dân phường có một cái tên rất dài để thử xuống dòng", parent=host)]
    units += [make.unit(f"Xã {number}", parent=host) for number in range(30)]
    round_ = seasons.season(host, chosen, with_survey=False)
    cut = {
        "own": Decimal(4),
        "appraised": (seasons.Given(Decimal(1), "Chưa có tài liệu kiểm chứng. " * 12), None),
    }
    seasons.finish(
        round_,
        {unit: dict.fromkeys(leaves, "1") for unit in units},
        lines=dict.fromkeys(leaves, cut),
    )
    return round_


def test_the_sheet_of_a_unit_is_two_pages_whatever_stands_in_it():
    round_ = long_season()
    card = round_.cards.order_by("pk").first()
    found = pages(issues.ready("handout", card=card))
    assert len(found) == 2
    assert "Chỉ số" in found[0]
    assert f"Còn {24 - MOST_LEAVES} tiêu chí mất ít điểm hơn" in found[1]


def test_the_sheet_tells_rank_band_lost_points_and_earlier_years():
    host = make.unit("Thành phố Cần Thơ", kind="city")
    earlier = seasons.simple({"Phường A": ("50", "30"), "Xã B": ("40", "20")}, host=host, year=2025)
    actions.publish_ranking(earlier, by=SYSTEM)
    units = {card.unit.name: card.unit for card in earlier.cards.select_related("unit")}
    chosen = seasons.criteria(host, {"1.1": "60", "2.1": "40"}, survey=("2.1",), year=2027)
    round_ = seasons.season(host, chosen)
    seasons.finish(
        round_, {units["Phường A"]: {"1.1": "45", "2.1": "25"}, units["Xã B"]: {"1.1": "59", "2.1": "39"}}
    )
    actions.publish_ranking(round_, by=SYSTEM)
    card = round_.cards.get(unit=units["Phường A"])
    text = " ".join(pages(issues.ready("handout", card=card)))
    for part in (
        "70,00 %",
        "2/2",
        "70,00 điểm trên 100,00",
        "2025 80,00 1/2",
        "còn mất 30,00 điểm",
        "2.1 Tiêu chí 2.1 40,00",
    ):
        assert part in text
    (past,) = queries.past_results(card, 4)
    assert (past.year, past.index, past.rank, past.count) == (2025, Fraction(80), 1, 2)


def test_a_unit_without_a_result_has_no_sheet():
    host = make.unit("Thành phố Cần Thơ", kind="city")
    unit = make.unit("Phường A", parent=host)
    round_ = make.round_(host, make.criteria_set(host))
    open_round(round_, by=SYSTEM)
    card = round_.cards.get(unit=unit)
    with pytest.raises(OutOfStep, match="chưa kết luận"):
        actions.request_document("handout", by=SYSTEM, card=card)


@pytest.mark.parametrize("kind", ["fields", "decision", "progress", "handout", "ranking"])
def test_every_letter_is_pdf_a_with_tags_bookmarks_and_our_typeface_only(kind):
    round_, _chair, _user = issues.published()
    of = {"card": round_.cards.first()} if kind == "handout" else {"round_": round_}
    with pikepdf.open(io.BytesIO(issues.content(issues.ready(kind, **of)))) as file:
        metadata = bytes(file.Root.Metadata.read_bytes()).decode()
        assert 'part="2"' in metadata or "<pdfaid:part>2" in metadata
        assert file.Root.MarkInfo.Marked
        assert str(file.Root.Lang) == "vi"
        assert file.Root.OutputIntents
        with file.open_outline() as outline:
            assert outline.root
        fonts = {
            str(font.BaseFont).rpartition("+")[2]
            for page in file.pages
            for font in page.Resources.Font.values()
        }
    assert fonts
    assert all(name.startswith("LiberationSerif") for name in fonts)
