"""Minutes of a session of the council (biên bản): what stands in them, for PDF and DOCX alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from backend.core import letterhead
from backend.core.dates import VN, format_date, long_date, vn_date
from backend.core.exact import format_points
from backend.scoring.queries.minutes import minutes_for
from reports.documents.letters import Letter, frame
from reports.models import Document


@dataclass
class Grid:
    """A table: heads, rows of texts, the widths of its columns in percent, and which of them hold numbers."""

    heads: list[str]
    rows: list[list[str]]
    widths: list[int]
    numbers: frozenset[int] = frozenset()

    @property
    def columns(self) -> range:
        """Return the numbers that stand under the heads."""
        return range(1, len(self.heads) + 1)


@dataclass
class Part:
    """One part: its heading, sentences, and a table below them."""

    title: str
    sentences: list[str] = field(default_factory=list)
    grid: Grid | None = None
    deep: bool = False


def minutes(document: Document) -> Letter:
    """Return the minutes as a letter; of a session that is still on, a draft."""
    return Letter("reports/documents/minutes.html", context_of(document), name_of(document, "pdf"))


def name_of(document: Document, ending: str) -> str:
    """Return the file's name."""
    session = document.of_session
    name = session.round.host.name
    return letterhead.file_name(
        f"Biên bản phiên {session.number}", name, str(session.round.year), ending=ending
    )


def context_of(document: Document) -> dict[str, Any]:
    """Return what PDF and DOCX print."""
    session = document.of_session
    said = minutes_for(session)
    demo = document.is_illustration
    round_ = session.round
    closed = session.closed_at
    council = _("Hội đồng thẩm định cải cách hành chính")
    framed = frame(round_.host, round_, demo, "BB", day=vn_date(closed) if closed else None)
    return {
        **framed,
        "head": framed["head"] | _council_head(round_.host.name, demo=demo),
        "title": _("Biên bản họp %(year)s - %(host)s") % {"year": round_.year, "host": round_.host.name},
        "kind": _("Biên bản"),
        "subject": _("Họp %(council)s năm %(year)s, phiên số %(number)d")
        % {"council": council, "year": said["year"], "number": said["number"]},
        "draft": not session.fingerprint,
        "parts": [_opening(said), _attendance(said), _way(said), _totals(said), *_units(said), _end(said)],
        # The newest line of the log changes; that of the closing stands in the frozen minutes.
        "checkpoint": "",
        "seal": _seal(session.fingerprint, said.get("checkpoint", "")),
        "secretary": "" if demo else said["secretary"],
        "chair": "" if demo else said["chair"],
        "copies": [_("Các thành viên Hội đồng"), _("Các đơn vị có phiếu trong chương trình")],
    }


def _council_head(host: str, *, demo: bool) -> dict[str, Any]:
    """Return the council below its host, as the issuer of its own minutes."""
    return {
        "superior": letterhead.name_lines(host),
        "agency": [_("Hội đồng thẩm định"), _("cải cách hành chính")],
        "number": "" if demo else "……/BB-HĐTĐ",
    }


def _seal(fingerprint: str, checkpoint: str) -> list[str]:
    lines = []
    if fingerprint:
        lines.append(_("Dấu xác thực của biên bản: %s") % letterhead.spaced(fingerprint))
    return [*lines, *checkpoint.splitlines()]


def _opening(said: dict[str, Any]) -> Part:
    decision = said.get("decision")
    basis = []
    if decision:
        day = date.fromisoformat(decision["day"])
        basis = [
            _("Căn cứ Quyết định số %(number)s ngày %(day)s về việc thành lập Hội đồng.")
            % {"number": decision["number"], "day": format_date(day)}
        ]
    return Part(
        _("I. Thời gian, địa điểm"),
        [
            *basis,
            _("Bắt đầu: %s.") % _moment(said["opened_at"]),
            _("Địa điểm: %s.") % said["venue"],
            _("Chủ tọa: %s.") % (said["chair"] or "……"),
            _("Thư ký: %s.") % (said["secretary"] or "……"),
        ],
    )


def _attendance(said: dict[str, Any]) -> Part:
    quorum = said["quorum"]
    sentence = _(
        "Có mặt %(present)d trên %(members)d thành viên. Phiên họp cần %(rule)s, tức ít nhất %(wanted)d người. "
        "Không có người họp thay."
    ) % {**quorum, "rule": said["rule"]}
    rows = [
        [
            str(number),
            row["name"],
            ", ".join(part for part in (row["role"], row["title"]) if part),
            row["presence"] + (f": {row['reason']}" if row["reason"] else ""),
        ]
        for number, row in enumerate(said["attendance"], start=1)
    ]
    heads = [_("STT"), _("Họ và tên"), _("Vai trò"), _("Tham dự")]
    return Part(_("II. Thành phần tham dự"), [sentence], Grid(heads, rows, [8, 32, 34, 26]))


def _way(said: dict[str, Any]) -> Part:
    if said["by_name"]:
        sentence = _("Hội đồng biểu quyết ghi tên từng đề xuất; mỗi thành viên có mặt biểu quyết một lần.")
    else:
        sentence = _(
            "Hội đồng bỏ phiếu kín từng đề xuất; mỗi thành viên có mặt bỏ một phiếu, biên bản chỉ ghi số phiếu."
        )
    own = _("Không ai biểu quyết phiếu của đơn vị nơi mình công tác.")
    return Part(_("III. Cách biểu quyết"), [f"{sentence} {own}"])


def _totals(said: dict[str, Any]) -> Part:
    rows = []
    for number, card in enumerate(said["cards"], start=1):
        totals = card["totals"]
        numbers = [_points(totals[name]) for name in ("own", "appraised", "deducted", "concluded")]
        rows.append([str(number), card["unit"], *numbers, card["state"]])
    heads = [
        _("STT"), _("Đơn vị"), _("Tự chấm"), _("Thẩm định"), _("Bị trừ"), _("Kết luận"), _("Tình trạng"),
    ]  # fmt: skip
    grid = Grid(heads, rows, [7, 33, 12, 12, 10, 12, 14], frozenset({2, 3, 4, 5}))
    note = _("Điểm trong thang điểm của bộ tiêu chí; ô trống là chưa kết luận tại phiên này.")
    return Part(_("IV. Chương trình và kết quả"), [note], grid)


def _units(said: dict[str, Any]) -> list[Part]:
    parts = [Part(_("V. Nội dung thảo luận"))]
    for number, card in enumerate(said["cards"], start=1):
        if card["leaves"] or card["open"]:
            parts.append(_unit(number, card))
    if len(parts) == 1:
        parts[0].sentences = [_("Không có đề xuất thay đổi điểm thẩm định.")]
    return parts


def _unit(number: int, card: dict[str, Any]) -> Part:
    sentences = []
    if card["concluded_by"]:
        sentences.append(_("%s kết luận phiếu tại phiên họp.") % card["concluded_by"])
    talked = {leaf["code"] for leaf in card["leaves"]}
    silent = [code for code in card["open"] if code not in talked]
    if silent:
        sentences.append(_("Khác điểm tự chấm, không có ý kiến tại phiên họp: %s.") % ", ".join(silent))
    if not card["leaves"]:
        return Part(f"{number}. {card['unit']}", sentences, deep=True)
    heads = [_("Tiêu chí"), _("Tự chấm"), _("Thẩm định"), _("Đề xuất, biểu quyết"), _("Quyết định, lý do")]
    rows = [_leaf(leaf) for leaf in card["leaves"]]
    grid = Grid(heads, rows, [22, 9, 10, 33, 26], frozenset({1, 2}))
    return Part(f"{number}. {card['unit']}", sentences, grid, deep=True)


def _leaf(leaf: dict[str, Any]) -> list[str]:
    most = _("%(code)s %(title)s (tối đa %(most)s)") % {
        "code": leaf["code"],
        "title": leaf["title"],
        "most": _points(leaf["maximum"]),
    }
    decision = leaf["decision"] or leaf["appraised"]
    who = f" ({leaf['decided_by']})" if leaf["decided_by"] else ""
    decided = f"{_points(decision)}{who}: {leaf['reason']}"
    if leaf.get("otherwise"):
        decided += " " + _("(Khác với đề xuất được thông qua.)")
    talked = "\n".join(_proposal(row) for row in leaf["proposals"]) or _("Không có đề xuất.")
    return [most, _points(leaf["own"]), _points(leaf["appraised"]), talked, decided]


def _proposal(row: dict[str, Any]) -> str:
    text = _("%(by)s đề xuất %(points)s: %(reason)s") % {**row, "points": _points(row["points"])}
    if row["agreed"] is None:
        return text + " " + _("Đang biểu quyết.")
    text += (
        ". " + _("Tán thành %(agreed)d, không tán thành %(against)d, không có ý kiến %(abstained)d.") % row
    )
    text = " ".join(part for part in (text, row.get("outcome", "")) if part)
    return " ".join([text, *(f"{words.capitalize()}: {', '.join(names)}." for words, names in row["named"])])


def _end(said: dict[str, Any]) -> Part:
    if not said["closed_at"]:
        return Part("", [_("Phiên họp đang diễn ra; đây là dự thảo biên bản.")])
    return Part(
        "",
        [
            _(
                "Phiên họp kết thúc %s. Biên bản được đọc lại cho các thành viên có mặt cùng nghe, thống nhất./."
            )
            % _moment(said["closed_at"])
        ],
    )


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text).astimezone(VN)
    return _("%(hour)s, %(day)s") % {
        "hour": f"{moment.hour:02d} giờ {moment.minute:02d} phút",
        "day": long_date(moment.date()),
    }


def _points(text: str) -> str:
    return format_points(Decimal(text)) if text else ""
