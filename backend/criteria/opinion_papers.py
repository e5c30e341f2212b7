"""The table of opinions and answers ("Bảng tổng hợp, tiếp thu, giải trình ý kiến góp ý") as DOCX and XLSX.

The letter's layout is that of Nghị định 30/2020/NĐ-CP, Phụ lục I, lying: A4, Times New Roman, 20 mm above and below.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import astuple, dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from backend.core import clock
from backend.core.dates import format_date, last_day_before, long_date, vn_date
from backend.core.letterhead import file_name, name_lines, place
from backend.core.points import format_percent
from backend.core.sheets import new_book
from backend.criteria.actions.consulting import UNREADABLE
from backend.criteria.models import Consultation, Opinion, Response
from backend.criteria.opinions import Progress, approved_opinions, progress_of, standings

ILLUSTRATION = "SỐ LIỆU MINH HOẠ"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FONT = "Times New Roman"
# Millimetres; together the width between the margins of a lying A4 sheet.
WIDTHS = (12, 50, 40, 75, 75)


@dataclass(frozen=True)
class Line:
    """One row: what it is about, who said it, what, and what was answered."""

    topic: str
    unit: str
    said: str
    answered: str


@dataclass(frozen=True)
class Table:
    """All that both files print."""

    consultation: Consultation
    progress: Progress
    lines: list[Line]
    agreeing: list[str]
    silent: list[str]
    on: date

    @property
    def title(self) -> str:
        """Return the title of the draft."""
        return plain(self.consultation.criteria_set.title)

    def counts(self) -> list[tuple[str, int, str]]:
        """Return the counts of the summary: words, number, share of those asked ("35,71 %")."""
        found = self.progress
        numbers = [
            (_("Tổng số đơn vị được lấy ý kiến"), found.invited),
            (_("Số đơn vị đã gửi ý kiến"), found.approved),
            (_("Số đơn vị có ý kiến góp ý"), found.differing),
            (_("Số đơn vị thống nhất, không có ý kiến khác"), found.agreeing),
            (_("Số đơn vị chưa gửi ý kiến"), found.waiting),
        ]
        return [(words, number, _share(number, found.invited)) for words, number in numbers]


def plain(text: str) -> str:
    """Return the text without signs that office files can't hold."""
    return UNREADABLE.sub(" ", text)


def _share(number: int, of: int) -> str:
    return f"{format_percent(Fraction(number * 100, of))} %" if of else ""


def table_of(consultation: Consultation) -> Table:
    """Return what the files print; three queries for any number of units."""
    rows = standings(consultation)
    return Table(
        consultation=consultation,
        progress=progress_of(rows),
        lines=[_line(opinion) for opinion in approved_opinions(consultation)],
        agreeing=_names(row for row in rows if row.state == Response.State.APPROVED and row.agrees),
        silent=_names(row for row in rows if row.state != Response.State.APPROVED),
        on=vn_date(clock.now()),
    )


def _names(rows: Iterable[Response]) -> list[str]:
    return [plain(row.unit_name) for row in rows]


def _line(opinion: Opinion) -> Line:
    return Line(
        topic=plain(opinion.about_what),
        unit=plain(opinion.response.unit_name),
        said=plain(opinion.text),
        answered=plain(_answer(opinion)),
    )


def _answer(opinion: Opinion) -> str:
    if not opinion.verdict:
        return _("Chưa trả lời.")
    words = [f"{capfirst(opinion.get_verdict_display())}.", opinion.answer]
    if opinion.edit and not opinion.edit.is_undone:
        words.append(
            _("Đã sửa dự thảo (lần sửa %(n)d): %(what)s")
            % {"n": opinion.edit.number, "what": opinion.edit.said}
        )
    return "\n".join(filter(None, words))


def _heads() -> list[str]:
    return [
        _("STT"),
        _("Nhóm vấn đề, tiêu chí"),
        _("Chủ thể góp ý"),
        _("Nội dung góp ý"),
        _("Nội dung tiếp thu, giải trình"),
    ]


def _name(table: Table, ending: str) -> str:
    return file_name(_("Bảng tổng hợp ý kiến góp ý"), table.title, ending=ending)


def _asked_by(table: Table) -> str:
    asked = table.consultation
    return _("Lấy ý kiến theo %(document)s, từ ngày %(opened)s đến hết ngày %(closed)s") % {
        "document": plain(asked.document),
        "opened": format_date(asked.opened_at),
        "closed": format_date(last_day_before(asked.closes_at)),
    }


# --- XLSX --------------------------------------------------------------------------------------------------


def xlsx(consultation: Consultation) -> tuple[bytes, str, str]:
    """Return the table as a workbook: its bytes, file name and content type."""
    table = table_of(consultation)
    kept = io.BytesIO()
    book = new_book(kept)
    page, formats = book.add_worksheet(_("Ý kiến góp ý")), _formats(book)
    row = _write_top(page, table, formats)
    for column, head in enumerate(_heads()):
        page.write_string(row, column, head, formats["head"])
        page.set_column(column, column, WIDTHS[column] / 2)
    page.repeat_rows(row)
    page.freeze_panes(row + 1, 0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    for number, line in enumerate(table.lines, start=1):
        page.write_number(row + number, 0, number, formats["whole"])
        for column, text in enumerate((line.topic, line.unit, line.said, line.answered), start=1):
            page.write_string(row + number, column, text, formats["cell"])
    book.close()
    return kept.getvalue(), _name(table, "xlsx"), XLSX


def _formats(book: Any) -> dict[str, Any]:
    font = {"font_name": FONT, "font_size": 12}
    boxed = {**font, "border": 1, "text_wrap": True, "valign": "top"}
    return {
        "title": book.add_format({**font, "bold": True, "font_size": 14}),
        "demo": book.add_format({**font, "bold": True, "font_color": "#B3161D"}),
        "plain": book.add_format(font),
        "count": book.add_format({**font, "num_format": "0", "align": "left"}),
        "head": book.add_format({**boxed, "bold": True, "align": "center", "valign": "vcenter"}),
        "whole": book.add_format({**boxed, "num_format": "0", "align": "center"}),
        "cell": book.add_format(boxed),
    }


def _write_top(page: Any, table: Table, formats: dict[str, Any]) -> int:
    """Write title, marks and counts; return the row of the heads."""
    page.write_string(
        0, 0, f"{_('Bảng tổng hợp, tiếp thu, giải trình ý kiến góp ý')}: {table.title}", formats["title"]
    )
    page.write_string(1, 0, _asked_by(table), formats["plain"])
    row = 2
    if table.consultation.criteria_set.is_illustration:
        page.write_string(row, 0, ILLUSTRATION, formats["demo"])
        page.set_header(f"&C&B{ILLUSTRATION}")
        row += 1
    for words, number, share in table.counts():
        page.write_string(row, 0, words, formats["plain"])
        page.write_number(row, 3, number, formats["count"])
        page.write_string(row, 4, share, formats["plain"])
        row += 1
    return row + 1


# --- DOCX --------------------------------------------------------------------------------------------------


def docx(consultation: Consultation) -> tuple[bytes, str, str]:
    """Return the table as a letter: its bytes, file name and content type."""
    from docx import Document  # deferred: only who asks for a letter needs it

    table = table_of(consultation)
    paper = Document()
    _set_page(paper)
    _write_letterhead(paper, table)
    _write_title(paper, table)
    _write_summary(paper, table)
    _write_lines(paper, table)
    _write_names(paper, table)
    kept = io.BytesIO()
    paper.save(kept)
    return kept.getvalue(), _name(table, "docx"), DOCX


def _set_page(paper: Any) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    section = paper.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(25), Mm(20)
    normal = paper.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(13)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    normal.paragraph_format.space_after = Pt(3)


def _write(
    paragraph: Any, text: str, *, bold: bool = False, italic: bool = False, centre: bool = True
) -> Any:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    run = paragraph.add_run(text)
    run.bold, run.italic = bold, italic
    if centre:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    return run


def _write_letterhead(paper: Any, table: Table) -> None:
    from docx.shared import Mm

    owner = table.consultation.criteria_set.owner
    head = paper.add_table(rows=1, cols=2)
    left, right = head.rows[0].cells
    left.width, right.width = Mm(100), Mm(152)
    _write_block(left, [(line.upper(), True) for line in name_lines(plain(owner.name))])
    _write_block(right, [("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", True), ("Độc lập - Tự do - Hạnh phúc", True)])
    where = place(owner.name)
    dated = f"{where}, {long_date(table.on)}" if where else long_date(table.on)
    _write(right.add_paragraph(), dated, italic=True)


def _write_block(cell: Any, lines: list[tuple[str, bool]]) -> None:
    """Write centred lines and a rule under them, as letterheads have it."""
    for number, (text, bold) in enumerate(lines):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        _write(paragraph, text, bold=bold)
    _write(cell.add_paragraph(), "―――――――")


def _write_title(paper: Any, table: Table) -> None:
    from docx.shared import RGBColor

    if table.consultation.criteria_set.is_illustration:
        _write(paper.add_paragraph(), ILLUSTRATION, bold=True).font.color.rgb = RGBColor(0xB3, 0x16, 0x1D)
    _write(paper.add_paragraph(), _("BẢNG TỔNG HỢP, TIẾP THU, GIẢI TRÌNH Ý KIẾN GÓP Ý"), bold=True)
    _write(paper.add_paragraph(), _("đối với dự thảo %s") % table.title, bold=True)
    _write(paper.add_paragraph(), f"({_asked_by(table)})", italic=True)


def _write_summary(paper: Any, table: Table) -> None:
    for words, number, share in table.counts():
        said = f"- {words}: {number}" + (f" ({share})" if share else "")
        _write(paper.add_paragraph(), said, centre=False)
    _write(paper.add_paragraph(), f"- {_('Tổng số ý kiến')}: {len(table.lines)}", centre=False)


def _write_lines(paper: Any, table: Table) -> None:
    from docx.oxml import OxmlElement

    if not table.lines:
        _write(paper.add_paragraph(), _("Không có ý kiến góp ý nào khác dự thảo."), italic=True)
        return
    grid = paper.add_table(rows=1, cols=len(WIDTHS), style="Table Grid")
    grid.autofit = False
    _fill(grid.rows[0], _heads(), bold=True)
    grid.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 (no public name for it)
    _fill(grid.add_row(), [""] * len(WIDTHS))
    prototype = grid.rows[1]._tr  # noqa: SLF001 (no public name for it)
    _repeat(prototype, [(str(number), *astuple(line)) for number, line in enumerate(table.lines, start=1)])
    paper.add_paragraph()


def _repeat(row: Any, lines: list[tuple[str, ...]]) -> None:
    """Put a copy of a row for each line, in its place; the library's own way takes 15 ms a row and goes by the letter."""
    for texts in lines:
        made = deepcopy(row)
        for cell, text in zip(made.tc_lst, texts, strict=True):
            _put_lines(cell.p_lst[0].r_lst[0], text)
        row.addprevious(made)
    row.getparent().remove(row)


def _put_lines(run: Any, text: str) -> None:
    for number, line in enumerate(text.splitlines()):
        if number:
            run.add_br()
        run.add_t(line)


def _fill(row: Any, texts: list[str], *, bold: bool = False) -> None:
    from docx.shared import Mm

    for place_in_row, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
        cell.width = Mm(WIDTHS[place_in_row])
        _write(cell.paragraphs[0], text, bold=bold, centre=bold or place_in_row == 0)


def _write_names(paper: Any, table: Table) -> None:
    for words, names in (
        (_("Các đơn vị thống nhất, không có ý kiến khác"), table.agreeing),
        (_("Các đơn vị chưa gửi ý kiến"), table.silent),
    ):
        if names:
            _write(paper.add_paragraph(), f"{words}: {'; '.join(names)}.", centre=False)


PAPERS: dict[str, Callable[[Consultation], tuple[bytes, str, str]]] = {"docx": docx, "xlsx": xlsx}
