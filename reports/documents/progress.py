"""How far a season is: who has sent, who is late, who has more time; as a letter, a DOCX and a workbook."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from backend.core import clock, letterhead
from backend.core.dates import VN, format_date, last_day_before, long_date, vn_date
from backend.core.sheets import new_book
from backend.rounds.models import Round, Step
from backend.rounds.queries import window, windows_of
from backend.scoring.models import Scorecard, Signature, State
from reports.documents.letters import Letter, council_of, frame, sign
from reports.documents.sheets import formats_of, write_top
from reports.models import Document

_UNSENT = frozenset({State.DRAFT, State.RETURNED, State.REVIEWING, State.SUBMITTED})


@dataclass(frozen=True)
class Line:
    """One unit: its state in words, the last day it has for scoring itself, the day its leader approved."""

    group: str
    unit: str
    state: str
    last_day: date
    extended: bool
    approved_on: date | None
    late: bool

    @property
    def note(self) -> str:
        """Return what stands out, in words."""
        said = [_("quá hạn")] if self.late else []
        return "; ".join([*said, *([_("được gia hạn")] if self.extended else [])])


@dataclass(frozen=True)
class Progress:
    """A round at one moment."""

    hour: str
    day: date
    lines: tuple[Line, ...]

    @property
    def groups(self) -> list[dict[str, Any]]:
        """Return, for each group, how many units there are, how many approved, late, concluded."""
        found = []
        for title in dict.fromkeys(line.group for line in self.lines):
            own = [line for line in self.lines if line.group == title]
            found.append(
                {
                    "title": title,
                    "count": len(own),
                    "sent": sum(line.approved_on is not None for line in own),
                    "late": sum(line.late for line in own),
                    "states": [
                        f"{state}: {count}" for state, count in Counter(line.state for line in own).items()
                    ],
                }
            )
        return found


def progress_of(round_: Round) -> Progress:
    """Return how far the round is now; four statements for any number of units."""
    now = clock.now()
    own = round_.steps.filter(kind=Step.Kind.SELF).first()
    cards = list(
        Scorecard.objects.filter(round=round_)
        .select_related("group")
        .order_by("group__order", "unit__order", "pk")
    )
    if own is None or not cards:
        return Progress(_hour(now), vn_date(now), ())
    given = windows_of([own], [card.unit_id for card in cards])
    approvals = dict(
        Signature.objects.filter(card__round=round_, move="approve", voided_at__isnull=True)
        .order_by("signed_at")
        .values_list("card_id", "signed_at")
    )
    lines = []
    for card in cards:
        dates = given.get((own.pk, card.unit_id)) or window(own, card.unit_id)
        approved = approvals.get(card.pk) if card.state not in _UNSENT else None
        lines.append(
            Line(
                card.group.title,
                card.unit_name,
                str(State(card.state).label),
                last_day_before(dates.closes_at),
                dates.closes_at > own.closes_at,
                vn_date(approved) if approved else None,
                card.state in _UNSENT and now >= dates.closes_at,
            )
        )
    return Progress(_hour(now), vn_date(now), tuple(lines))


def _hour(moment: Any) -> str:
    local = moment.astimezone(VN)
    return _("%(hour)02d giờ %(minute)02d phút") % {"hour": local.hour, "minute": local.minute}


def letter(document: Document) -> Letter:
    """Return the report as a letter."""
    return Letter("reports/documents/progress.html", context_of(document), name_of(document, "pdf"))


def name_of(document: Document, ending: str) -> str:
    """Return the file's name."""
    round_ = document.of_round
    return letterhead.file_name("Báo cáo tiến độ", round_.host.name, str(round_.year), ending=ending)


def context_of(document: Document) -> dict[str, Any]:
    """Return what PDF and DOCX print."""
    round_ = document.of_round
    found = progress_of(round_)
    lines = [
        {
            "number": str(number),
            "unit": line.unit,
            "state": line.state,
            "last_day": format_date(line.last_day),
            "approved": format_date(line.approved_on) if line.approved_on else "",
            "note": line.note,
        }
        for number, line in enumerate(found.lines, start=1)
    ]
    late = [line.unit for line in found.lines if line.late]
    return {
        **frame(round_.host, round_, document.is_illustration, "BC"),
        "title": _("Báo cáo tiến độ %(year)s - %(host)s") % {"year": round_.year, "host": round_.host.name},
        "kind": _("Báo cáo"),
        "subject": _("Tiến độ đánh giá, chấm điểm cải cách hành chính năm %s") % round_.year,
        "opening": _("Theo số liệu trên hệ thống lúc %(hour)s %(day)s, %(round)s có %(count)d đơn vị:")
        % {"hour": found.hour, "day": long_date(found.day), "round": round_.title, "count": len(lines)},
        "groups": found.groups,
        "lines": lines,
        "late": _("Đơn vị quá hạn tự chấm mà chưa được lãnh đạo phê duyệt: %s.") % "; ".join(late)
        if late
        else _("Không có đơn vị nào quá hạn tự chấm mà chưa được lãnh đạo phê duyệt."),
        "copies": [council_of(round_)],
        "sign": sign(round_.host.name, None, document.is_illustration),
    }


def workbook(document: Document) -> tuple[bytes, str]:
    """Return the same as XLSX bytes and their file name; days in typed cells."""
    kept = io.BytesIO()
    book = new_book(kept)
    formats = formats_of(book)
    cell = {"font_name": "Times New Roman", "font_size": 12, "border": 1, "valign": "top"}
    day = book.add_format({**cell, "num_format": "dd/mm/yyyy"})
    page = book.add_worksheet(_("Tiến độ"))
    top = write_top(page, document, _("Tiến độ"), formats)
    heads = (
        _("STT"), _("Nhóm"), _("Tên đơn vị"), _("Tình trạng"), _("Hạn tự chấm"), _("Phê duyệt ngày"), _("Ghi chú"),
    )  # fmt: skip
    for column, (head, width) in enumerate(zip(heads, (6, 26, 36, 30, 13, 14, 26), strict=True)):
        page.write_string(top, column, head, formats["head"])
        page.set_column(column, column, width)
    page.freeze_panes(top + 1, 3)
    page.repeat_rows(top)
    page.fit_to_pages(1, 0)
    page.set_landscape()
    page.set_paper(9)
    for number, line in enumerate(progress_of(document.of_round).lines, start=1):
        row = top + number
        page.write_number(row, 0, number, formats["whole"])
        for column, text in ((1, line.group), (2, line.unit), (3, line.state), (6, line.note)):
            page.write_string(row, column, text, formats["text"])
        page.write_datetime(row, 4, line.last_day, day)
        if line.approved_on:
            page.write_datetime(row, 5, line.approved_on, day)
        else:
            page.write_blank(row, 5, None, formats["text"])
    book.close()
    return kept.getvalue(), name_of(document, "xlsx")
