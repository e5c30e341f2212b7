"""DOCX made of templates (docxtpl): our own, or those the office put in their place.

Ours are built here, so that there is one source of their layout. ``manage.py docx_templates FOLDER`` writes them out;
the office edits one in Word, leaves the words in braces, and names the folder by ``DOCX_TEMPLATES``.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement

from reports.documents import decision, progress, word
from reports.models import Document

FILES = {
    Document.Kind.DECISION_DOCX: "quyet-dinh-cong-bo.docx",
    Document.Kind.PROGRESS_DOCX: "bao-cao-tien-do.docx",
}


def made(document: Document) -> tuple[bytes, str]:
    """Return the document as DOCX bytes and its file name. Raises ImproperlyConfigured for a template that fails."""
    kind = Document.Kind(document.kind)
    source = decision if kind == Document.Kind.DECISION_DOCX else progress
    return filled(kind, source.context_of(document)), source.name_of(document, "docx")


def filled(kind: Document.Kind, context: dict[str, Any]) -> bytes:
    """Return the template of a kind with its values in it."""
    from docxtpl import DocxTemplate  # deferred: only the worker writes letters
    from jinja2 import StrictUndefined
    from jinja2.exceptions import TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    own = Path(settings.DOCX_TEMPLATES) / FILES[kind] if settings.DOCX_TEMPLATES else None
    replaced = own is not None and own.exists()
    try:
        template = DocxTemplate(str(own) if replaced else io.BytesIO(template_of(kind)))
        template.render(_said(context), SandboxedEnvironment(undefined=StrictUndefined, autoescape=True))
        out = io.BytesIO()
        template.save(out)
    except (TemplateError, ValueError, KeyError, OSError) as problem:
        if not replaced:
            raise
        raise ImproperlyConfigured(
            f"DOCX_TEMPLATES, {FILES[kind]}: mẫu không dùng được ({problem})"
        ) from problem
    return out.getvalue()


def _said(context: dict[str, Any]) -> dict[str, Any]:
    """Return the values as templates name them: a few plain names, no objects of the program."""
    from docxtpl import Listing

    head = context["head"]
    names = (
        "kind",
        "subject",
        "opening",
        "late",
        "authority",
        "attached",
        "grounds",
        "annexes",
        "groups",
        "lines",
    )
    plain = {name: context[name] for name in (*names, "preview", "demo") if name in context}
    return plain | {
        "kind": context["kind"].upper(),
        "superior": Listing("\n".join(line.upper() for line in head["superior"])) if head["superior"] else "",
        "agency": Listing("\n".join(line.upper() for line in head["agency"])),
        "number": head["number"],
        "place_and_day": f"{head['place']}, {head['day']}",
        "articles": [{"name": name, "text": text} for name, text in context.get("articles", [])],
        "copies": context["copies"],
        "sign": Listing("\n".join(context["sign"]["lines"])),
        "signer": context["sign"]["name"],
        "illustration": _("SỐ LIỆU MINH HOẠ") if context["demo"] else "",
    }


def template_of(kind: Document.Kind) -> bytes:
    """Return our own template of a kind, with the words in braces that docxtpl fills."""
    paper = word.new_paper()
    _head(paper)
    _BODIES[kind](paper)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _head(paper: Any) -> None:
    word.add_line(paper, "{%p if illustration %}")
    word.add_line(paper, "{{ illustration }}", bold=True, align=ALIGN.CENTER)
    word.add_line(paper, "{%p endif %}")
    left, right = word.add_table(paper, 2, [39, 61]).rows[0].cells
    word.write_into(left, "{%p if superior %}", size=12.5)
    word.write_into(left, "{{ superior }}", size=12.5)
    word.write_into(left, "{%p endif %}", size=12.5)
    word.write_into(left, "{{ agency }}", size=12.5, bold=True)
    word.write_into(left, "_______", size=8)
    word.write_into(left, _("Số: {{ number }}"), size=13)
    word.write_into(right, _("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), size=12, bold=True)
    word.write_into(right, _("Độc lập - Tự do - Hạnh phúc"), size=13.5, bold=True, underline=True)
    word.write_into(right, "", size=8)
    word.write_into(right, "{{ place_and_day }}", size=13.5, italic=True)
    paper.add_paragraph()
    word.add_line(paper, "{{ kind }}", bold=True, align=ALIGN.CENTER)
    word.add_line(paper, "{{ subject }}", bold=True, align=ALIGN.CENTER)


def _foot(paper: Any) -> None:
    left, right = word.add_table(paper, 2, [45, 55]).rows[0].cells
    word.write_into(left, _("Nơi nhận:"), size=12, align=ALIGN.LEFT, bold=True, italic=True)
    word.write_into(left, "{%p for copy in copies %}", size=11, align=ALIGN.LEFT)
    word.write_into(left, "- {{ copy }};", size=11, align=ALIGN.LEFT)
    word.write_into(left, "{%p endfor %}", size=11, align=ALIGN.LEFT)
    word.write_into(left, _("- Lưu: VT."), size=11, align=ALIGN.LEFT)
    word.write_into(right, "{{ sign }}", size=13.5, bold=True)
    for _blank in range(4):
        word.write_into(right, "", size=13.5)
    word.write_into(right, "{{ signer }}", size=14, bold=True)


def _decision(paper: Any) -> None:
    word.add_line(paper, "{%p if preview %}")
    word.add_line(paper, _("(Dự thảo, kết quả dự kiến chưa công bố)"), italic=True, align=ALIGN.CENTER)
    word.add_line(paper, "{%p endif %}")
    word.add_line(paper, "{{ authority }}", bold=True, align=ALIGN.CENTER)
    word.add_line(paper, "{%p for ground in grounds %}")
    word.add_line(paper, "{{ ground }}", italic=True, align=ALIGN.JUSTIFY, indent=True)
    word.add_line(paper, "{%p endfor %}")
    word.add_line(paper, _("QUYẾT ĐỊNH:"), bold=True, align=ALIGN.CENTER)
    word.add_line(paper, "{%p for article in articles %}")
    word.add_line(paper, "{{ article.name }}", align=ALIGN.JUSTIFY, indent=True, bold=True)
    paper.paragraphs[-1].add_run(" {{ article.text }}")
    word.add_line(paper, "{%p endfor %}")
    _foot(paper)
    word.add_line(paper, "{%p for annex in annexes %}")
    title = paper.add_paragraph()
    title.paragraph_format.page_break_before = True
    title.alignment = ALIGN.CENTER
    title.add_run(_("Phụ lục {{ annex.number }}")).bold = True
    word.add_line(paper, "{{ annex.title }}", bold=True, align=ALIGN.CENTER)
    word.add_line(paper, "{{ attached }}", italic=True, align=ALIGN.CENTER)
    heads = (_("Xếp hạng"), _("Tên đơn vị"), _("Tổng điểm"), _("Chỉ số (%)"), _("Xếp loại"))
    cells = ("rank", "unit", "total", "index", "band")
    _rows(paper, heads, [10, 40, 20, 15, 15], "line in annex.lines", cells, numbers={2, 3})
    word.add_line(paper, "{%p endfor %}")


def _progress(paper: Any) -> None:
    word.add_line(paper, "{{ opening }}", align=ALIGN.JUSTIFY, indent=True)
    heads = (_("Nhóm"), _("Số đơn vị"), _("Đã phê duyệt"), _("Quá hạn"))
    cells = ("title", "count", "sent", "late")
    _rows(paper, heads, [52, 16, 16, 16], "line in groups", cells, numbers={1, 2, 3})
    word.add_line(paper, "{{ late }}", align=ALIGN.JUSTIFY, indent=True)
    heads = (
        _("STT"), _("Tên đơn vị"), _("Tình trạng"), _("Hạn tự chấm"), _("Phê duyệt ngày"), _("Ghi chú"),
    )  # fmt: skip
    cells = ("number", "unit", "state", "last_day", "approved", "note")
    _rows(paper, heads, [9, 26, 21, 15, 15, 14], "line in lines", cells)
    _foot(paper)


def _rows(
    paper: Any,
    heads: Iterable[str],
    widths: list[int],
    loop: str,
    cells: Iterable[str],
    *,
    numbers: set[int] = frozenset(),  # type: ignore[assignment]
) -> None:
    """Add a table whose head and row of numbers are repeated on each page, and whose one row is filled for each line."""
    table = word.add_table(paper, len(widths), widths, style="Table Grid")
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        word.write_into(cell, head, size=12, bold=True)
    for number, cell in enumerate(table.add_row().cells, start=1):
        word.write_into(cell, f"({number})", size=10.5, italic=True)
    for row in table.rows[:2]:
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 (no public way to a repeated head)
    word.write_into(table.add_row().cells[0], f"{{%tr for {loop} %}}", size=12)
    for place, (cell, name) in enumerate(zip(table.add_row().cells, cells, strict=True)):
        align = ALIGN.RIGHT if place in numbers else ALIGN.LEFT
        word.write_into(cell, f"{{{{ line.{name} }}}}", size=12, align=align)
    word.write_into(table.add_row().cells[0], "{%tr endfor %}", size=12)
    paper.add_paragraph()


_BODIES: dict[Document.Kind, Callable[[Any], None]] = {
    Document.Kind.DECISION_DOCX: _decision,
    Document.Kind.PROGRESS_DOCX: _progress,
}
