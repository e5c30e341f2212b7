"""Lines of a file to typed rows; what makes no sense is told with line and reason."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from backend.core.errors import Invalid
from backend.core.exact import ZERO
from backend.core.points import parse_points
from backend.core.text import looks_like_legacy, nfc
from backend.criteria.checks import DEEPEST, RULES_OF_SOURCE, wrong_source
from backend.criteria.compact import read_compact
from backend.criteria.models import Node
from backend.criteria.rules import RuleError, RuleType

NEEDED = ("code", "level", "title", "points", "source", "rule", "params")
OPTIONAL = ("evidence", "needs_evidence", "guidance", "lead", "previous")
_CODE = re.compile(r"\w{1,8}(?:\.\w{1,8})*")
_YES = {"": True, "1": True, "0": False}


@dataclass(frozen=True)
class Problem:
    """Why the file is refused: the line (1 is the header) and a reason."""

    line: int
    reason: str

    def __str__(self) -> str:
        return _("dòng %(line)d: %(reason)s") % {"line": self.line, "reason": self.reason}


class BrokenFileError(Invalid):
    """The file is refused whole; ``problems`` say line and reason."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        """Keep every problem; the message names the first ones."""
        head = _("Không nạp gì cả vì tệp %(name)s có %(count)d lỗi:") % {
            "name": name,
            "count": len(problems),
        }
        lines = [str(problem) for problem in problems]
        super().__init__("\n".join([head, *lines[:50]]), problems=lines)
        self.problems = list(problems)


@dataclass(frozen=True)
class Row:
    """One node as written. ``lead`` are codes of units, the first in being counts."""

    line: int
    code: str
    level: int
    title: str
    source: str
    points: Decimal | None
    rule: str
    params: Mapping[str, object]
    evidence: str
    needs_evidence: bool
    guidance: str
    lead: tuple[str, ...]
    previous: str

    @property
    def is_leaf(self) -> bool:
        """Return whether the row is scored; a group has no source of points."""
        return bool(self.source)

    @property
    def parent(self) -> str:
        """Return the code of the group above, empty for a field."""
        return self.code.rpartition(".")[0]


def read_file(path: Path) -> list[Row]:
    """Return the rows of the file. Raises BrokenFileError with every line that makes no sense."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        reason = _("không phải mã UTF-8; hãy lưu lại tệp dạng CSV UTF-8 (Unicode)")
        raise BrokenFileError(path.name, [Problem(1, reason)]) from None
    return read_text(text, name=path.name)


def read_text(text: str, *, name: str) -> list[Row]:
    """Return the rows of CSV text, as ``read_file`` does of a file."""
    problems: list[Problem] = []
    rows = [row for row in _rows(text, problems) if row]
    problems.extend(_misplaced(rows))
    if problems:
        raise BrokenFileError(name, sorted(problems, key=lambda problem: problem.line))
    return rows


def _rows(text: str, problems: list[Problem]) -> Iterator[Row | None]:
    reader = csv.DictReader(io.StringIO(nfc(text), newline=""), strict=True)
    header = [name.strip() for name in reader.fieldnames or []]
    if wrong := _wrong_header(header):
        problems.append(Problem(1, wrong))
        return
    reader.fieldnames = header
    try:
        for cells in reader:
            yield _row(reader.line_num, cells, problems)
    except csv.Error as error:
        problems.append(Problem(reader.line_num, _("không đọc được dòng CSV (%s)") % error))


def _wrong_header(header: Sequence[str]) -> str:
    if missing := [name for name in NEEDED if name not in header]:
        return _("thiếu cột: %s") % ", ".join(missing)
    if unknown := [name for name in header if name not in (*NEEDED, *OPTIONAL)]:
        return _("không có cột: %s") % ", ".join(unknown)
    return "" if len(header) == len(set(header)) else _("có cột bị trùng")


def _row(line: int, cells: dict[str, Any], problems: list[Problem]) -> Row | None:
    if None in cells or None in cells.values():
        problems.append(Problem(line, _("số ô không bằng số cột của dòng tiêu đề")))
        return None
    said = {name: cells.get(name, "").strip() for name in (*NEEDED, *OPTIONAL)}
    wrong: list[str] = []

    def read(name: str, reader: Callable[[str], Any], *rest: Any) -> Any:
        try:
            return reader(said[name], *rest)
        except Invalid as refusal:
            wrong.append(refusal.message)
            return None

    rule = read("rule", _rule_name, said["source"])
    row = Row(
        line=line,
        code=read("code", _code) or said["code"],
        level=read("level", _level) or 0,
        title=read("title", _title) or "",
        source=read("source", _source) or "",
        points=read("points", _points, said["source"]),
        rule=rule or "",
        params=read("params", _params, rule) or {},
        evidence=said["evidence"],
        needs_evidence=bool(read("needs_evidence", _flag)),
        guidance=said["guidance"],
        lead=tuple(code.strip() for code in said["lead"].split("/") if code.strip()),
        previous=said["previous"],
    )
    problems.extend(Problem(line, reason) for reason in wrong)
    return row


def _code(cell: str) -> str:
    if not _CODE.fullmatch(cell) or len(cell) > 30:
        raise Invalid(_("mã “%s” không hợp lệ, hãy viết như 1.2.3") % cell)
    return cell


def _level(cell: str) -> int:
    if not cell.isdecimal() or not 1 <= int(cell) <= DEEPEST:
        raise Invalid(_("cấp “%s” phải từ 1 đến 5") % cell)
    return int(cell)


def _title(cell: str) -> str:
    if not cell:
        raise Invalid(_("thiếu nội dung"))
    if encoding := looks_like_legacy(cell):
        raise Invalid(_("nội dung gõ bằng bảng mã %s, hãy chuyển sang Unicode") % encoding)
    return cell


def _source(cell: str) -> str:
    if cell and cell not in Node.Source.values:
        raise Invalid(
            _("nguồn điểm “%(cell)s” phải là một trong: %(known)s; nhóm thì để trống")
            % {"cell": cell, "known": ", ".join(Node.Source.values)}
        )
    return cell


def _points(cell: str, source: str) -> Decimal | None:
    if not cell and not source:
        return None
    points = parse_points(cell)
    if points <= ZERO:
        raise Invalid(_("điểm phải lớn hơn 0"))
    return points


def _rule_name(cell: str, source: str) -> str:
    if cell and not source:
        raise Invalid(_("nhóm không có cách chấm; tiêu chí chấm điểm phải ghi nguồn điểm"))
    if cell and cell not in set(RuleType):
        raise Invalid(_("không có cách chấm “%s”") % cell)
    if wrong := wrong_source(source, cell):
        raise Invalid(wrong)
    if not cell and source in RULES_OF_SOURCE:
        return RuleType.DIRECT.value
    return cell


def _params(cell: str, rule: str | None) -> Mapping[str, object]:
    if not rule:
        if cell:
            raise Invalid(_("có tham số nhưng chưa chọn cách chấm"))
        return {}
    try:
        return read_compact(rule, cell).to_params()
    except RuleError as wrong:
        raise Invalid(" ".join(wrong.problems)) from None


def _flag(cell: str) -> bool:
    if cell not in _YES:
        raise Invalid(_("“%s” phải là 1 (có) hoặc 0 (không)") % cell)
    return _YES[cell]


def _misplaced(rows: Sequence[Row]) -> Iterator[Problem]:
    """Yield codes written twice, rows without their group above them, wrong levels."""
    above: dict[str, Row] = {}
    for row in rows:
        if row.code in above:
            said = {"code": row.code, "line": above[row.code].line}
            yield Problem(row.line, _("mã %(code)s đã có ở dòng %(line)d") % said)
        elif row.parent and row.parent not in above:
            yield Problem(row.line, _("chưa có nhóm %s ở các dòng trên") % row.parent)
        elif row.parent and above[row.parent].is_leaf:
            yield Problem(row.line, _("%s là tiêu chí chấm điểm nên không có tiêu chí con") % row.parent)
        if row.level and row.level != row.code.count(".") + 1:
            yield Problem(row.line, _("cấp %(level)d không khớp mã %(code)s") % vars(row))
        above.setdefault(row.code, row)
