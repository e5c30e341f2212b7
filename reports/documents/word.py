"""A letter as DOCX, laid out as the PDF is: Nghị định 30/2020/NĐ-CP, Phụ lục I; to be edited and signed on paper."""

from __future__ import annotations

import io
from typing import Any

import docx
from django.utils.translation import gettext as _
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from reports.documents.minutes import Grid, Part, context_of, name_of
from reports.models import Document

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT = "Times New Roman"
WIDTH = 165  # mm between the margins


def minutes(document: Document) -> tuple[bytes, str]:
    """Return the minutes of a session as DOCX bytes and their file name."""
    said = context_of(document)
    paper = new_paper()
    _head(paper, said)
    add_line(paper, str(said["kind"]).upper(), bold=True, align=ALIGN.CENTER)
    add_line(paper, said["subject"], bold=True, align=ALIGN.CENTER)
    if said["draft"]:
        add_line(paper, _("(Dự thảo)"), italic=True, align=ALIGN.CENTER)
    for part in said["parts"]:
        _part(paper, part)
    _foot(paper, said)
    for line in said["seal"]:
        add_line(paper, line, size=11)
    kept = io.BytesIO()
    paper.save(kept)
    return kept.getvalue(), name_of(document, "docx")


def new_paper() -> Any:
    """Return an empty paper with the margins, typeface and page numbers of official letters."""
    paper: Any = docx.Document()
    page = paper.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.PORTRAIT, Mm(210), Mm(297)
    page.top_margin = page.bottom_margin = Mm(20)
    page.left_margin, page.right_margin = Mm(30), Mm(15)
    page.different_first_page_header_footer = True
    style = paper.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(14)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    style.paragraph_format.space_after = Pt(6)
    number = page.header.paragraphs[0]
    number.alignment = ALIGN.CENTER
    _page_number(number)
    return paper


def _page_number(paragraph: Any) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        run.font.size = Pt(13)
        node = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            node.set(qn("w:fldCharType"), kind)
        else:
            node.text = text
        run._r.append(node)  # noqa: SLF001 (no public way to a field)


def _head(paper: Any, said: dict[str, Any]) -> None:
    head = said["head"]
    if said["demo"]:
        add_line(paper, _("SỐ LIỆU MINH HOẠ"), bold=True, align=ALIGN.CENTER)
    table = add_table(paper, 2, [40, 60])
    left, right = table.rows[0].cells
    for line in head["superior"]:
        write_into(left, line.upper(), size=12.5)
    for line in head["agency"]:
        write_into(left, line.upper(), size=12.5, bold=True)
    write_into(left, _("Số: %s") % head["number"], size=13)
    write_into(right, _("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), size=12.5, bold=True)
    write_into(right, _("Độc lập - Tự do - Hạnh phúc"), size=13.5, bold=True, underline=True)
    write_into(right, f"{head['place']}, {head['day']}", size=13.5, italic=True)
    paper.add_paragraph().paragraph_format.space_after = Pt(0)


def _part(paper: Any, part: Part) -> None:
    if part.title:
        add_line(paper, part.title, bold=True, size=13 if part.deep else 14)
    for sentence in part.sentences:
        add_line(paper, sentence, align=ALIGN.JUSTIFY, indent=True)
    if part.grid:
        _grid(paper, part.grid)


def _grid(paper: Any, grid: Grid) -> None:
    table = add_table(paper, len(grid.heads), grid.widths, style="Table Grid")
    for cell, head in zip(table.rows[0].cells, grid.heads, strict=True):
        write_into(cell, head, size=11.5, bold=True)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 (nor to a repeated head)
    for row in grid.rows:
        cells = table.add_row().cells
        for place, (cell, text) in enumerate(zip(cells, row, strict=True)):
            for line in text.split("\n"):
                align = ALIGN.RIGHT if place in grid.numbers else ALIGN.LEFT
                write_into(cell, line, size=11.5, align=align)
    paper.add_paragraph().paragraph_format.space_after = Pt(0)


def _foot(paper: Any, said: dict[str, Any]) -> None:
    table = add_table(paper, 2, [50, 50])
    for cell, title, name in zip(
        table.rows[0].cells,
        (_("THƯ KÝ"), _("CHỦ TỌA")),
        (said["secretary"], said["chair"]),
        strict=True,
    ):
        write_into(cell, title, size=13.5, bold=True)
        for _blank in range(4):
            write_into(cell, "", size=13.5)
        write_into(cell, name, size=14, bold=True)
    add_line(paper, _("Nơi nhận:"), bold=True, italic=True, size=12)
    for copy in said["copies"]:
        add_line(paper, f"- {copy};", size=11)
    add_line(paper, _("- Lưu: VT."), size=11)


def add_table(paper: Any, columns: int, widths: list[int], *, style: str | None = None) -> Any:
    """Return a new table of one row; widths in percent."""
    table = paper.add_table(rows=1, cols=columns, style=style)
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(WIDTH * width / 100)
    for cell, width in zip(table.rows[0].cells, widths, strict=True):  # Word reads cells, others the columns
        cell.width = Mm(WIDTH * width / 100)
    return table


def write_into(cell: Any, text: str, *, size: float, align: Any = ALIGN.CENTER, **look: bool) -> None:
    """Write a line into a cell; its first empty paragraph is used up first."""
    first = cell.paragraphs[0]
    fresh = len(cell.paragraphs) == 1 and not first.runs
    paragraph = first if fresh else cell.add_paragraph()
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(0)
    _run(paragraph, text, size=size, **look)


def add_line(
    paper: Any, text: str, *, align: Any = ALIGN.LEFT, indent: bool = False, size: float = 14, **look: bool
) -> None:
    """Add a paragraph of one look."""
    paragraph = paper.add_paragraph()
    paragraph.alignment = align
    if indent:
        paragraph.paragraph_format.first_line_indent = Mm(10)
    _run(paragraph, text, size=size, **look)


def _run(
    paragraph: Any,
    text: str,
    *,
    size: float,
    bold: bool = False,
    italic: bool = False,
    underline: bool = False,
) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.bold, run.italic, run.underline = Pt(size), bold, italic, underline
