"""The draft decision that announces the results (Quyết định công bố), with an annex for each group."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from backend.core import letterhead
from backend.core.dates import long_date
from backend.core.exact import format_points
from backend.criteria.models import CriteriaSet
from reports import queries
from reports.documents.letters import Letter, council_of, day_words, frame
from reports.models import Document
from reports.standings import Standing, Table

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def letter(document: Document) -> Letter:
    """Return the draft as a letter."""
    return Letter("reports/documents/decision.html", context_of(document), name_of(document, "pdf"))


def name_of(document: Document, ending: str) -> str:
    """Return the file's name."""
    round_ = document.of_round
    return letterhead.file_name(
        "Dự thảo Quyết định công bố", round_.host.name, str(round_.year), ending=ending
    )


def context_of(document: Document) -> dict[str, Any]:
    """Return what PDF and DOCX print. What only the office knows is left open with dots."""
    round_, made = document.of_round, document.ranking
    demo = document.is_illustration
    found = [table for table in queries.tables(round_, made) if table.standings]
    host = letterhead.issuer(round_.host.name)
    head = _("Chủ tịch") if letterhead.is_committee(round_.host.name) else _("Thủ trưởng")
    framed = frame(round_.host, round_, demo, "QĐ")
    return {
        **framed,
        "title": _("Dự thảo Quyết định công bố %(year)s - %(host)s")
        % {"year": round_.year, "host": round_.host.name},
        "kind": _("Quyết định"),
        "subject": _("Công bố Chỉ số cải cách hành chính năm %(year)s của các cơ quan, đơn vị thuộc %(host)s")
        % {"year": round_.year, "host": host},
        "preview": made is None,
        "authority": f"{head} {host}".upper(),
        "grounds": _grounds(round_, demo),
        "articles": _articles(found, round_.year, host),
        "annexes": [_annex(number, table) for number, table in enumerate(found)],
        "attached": _("(Kèm theo Quyết định số %(number)s %(day)s của %(head)s %(host)s)")
        % {"number": "……/QĐ-UBND", "day": day_words(None, demo), "head": head, "host": host},
        "copies": [_("Như Điều 3"), council_of(round_)],
        # A decision of the head is signed in the head's own name.
        "sign": {"lines": letterhead.signing_lines(round_.host.name)[-1:], "name": ""},
    }


def _grounds(round_: Any, demo: bool) -> list[str]:
    sets = CriteriaSet.objects.filter(groups__round=round_).distinct().order_by("legal_date", "pk")
    known = {(one.legal_number, one.legal_date): one for one in sets if one.legal_number and one.legal_date}
    criteria = [
        _("Căn cứ Quyết định số %(number)s %(day)s ban hành %(title)s;")
        % {"number": number, "day": long_date(day), "title": one.title}
        for (number, day), one in known.items()
        if not demo
    ]
    open_ = [_("Căn cứ Quyết định số …… ngày …… tháng …… năm …… ban hành bộ tiêu chí đánh giá;")]
    return [
        _("Căn cứ Luật Tổ chức chính quyền địa phương ngày …… tháng …… năm ……;"),
        *(criteria or open_),
        _("Căn cứ kết quả thẩm định của %s;") % council_of(round_),
        _("Theo đề nghị của Sở Nội vụ tại Tờ trình số ……/TTr-SNV ngày …… tháng …… năm …….")
        if letterhead.is_committee(round_.host.name)
        else _("Theo đề nghị của Hội đồng thẩm định."),
    ]


def _articles(found: list[Table], year: int, host: str) -> list[tuple[str, str]]:
    count = sum(len(table.standings) for table in found)
    groups = "; ".join(
        _("%(group)s: %(count)d đơn vị (Phụ lục %(annex)s)")
        % {"group": table.title, "count": len(table.standings), "annex": _roman(number)}
        for number, table in enumerate(found)
    )
    return [
        (
            _("Điều 1."),
            _("Công bố Chỉ số cải cách hành chính năm %(year)s của %(count)d cơ quan, đơn vị: %(groups)s.")
            % {"year": year, "count": count, "groups": groups},
        ),
        (
            _("Điều 2."),
            _(
                "Căn cứ kết quả được công bố, các cơ quan, đơn vị rà soát tiêu chí bị trừ điểm, có giải pháp khắc phục; "
                "kết quả là một căn cứ để đánh giá, khen thưởng và xem xét trách nhiệm người đứng đầu."
            ),
        ),
        (
            _("Điều 3."),
            _(
                "Quyết định này có hiệu lực kể từ ngày ký. Thủ trưởng các cơ quan, đơn vị thuộc %(host)s và các cơ quan, "
                "đơn vị có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này./."
            )
            % {"host": host},
        ),
    ]


def _annex(number: int, table: Table) -> dict[str, Any]:
    return {
        "number": _roman(number),
        "title": _("Kết quả và xếp hạng: %s") % table.title,
        "lines": [_line(line, table) for line in table.standings],
    }


def _line(line: Standing, table: Table) -> dict[str, str]:
    total = format_points(line.totals.total)
    if line.is_partial:
        total = _("%(total)s trên %(most)s") % {"total": total, "most": format_points(line.totals.maximum)}
    return {
        "rank": str(line.rank),
        "unit": line.unit_name,
        "total": total,
        "index": format_points(line.index, table.decimals),
        "band": line.band,
    }


def _roman(number: int) -> str:
    return ROMAN[number] if number < len(ROMAN) else str(number + 1)
