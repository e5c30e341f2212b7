"""Many accounts from one XLSX file: rows with their problems first, accounts only when asked.

Every problem is told by row and column. Rows travel between preview and confirmation as text, signed;
they are checked again before anything is made, because the house may have changed meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.accounts.models import User
from backend.core import clock
from backend.core.dates import parse_date, vn_date
from backend.core.errors import Invalid
from backend.core.sheets import read_rows
from backend.core.text import fold, looks_like_legacy
from permissions.actor import Actor
from permissions.roles import ROLE_TITLES, Role
from tiers.models import Unit
from tiers.people import queries
from tiers.people.actions import Wish, moments, proper_fields, proper_username

MOST_ROWS = 1000

# Key, title, whether it must be filled, longest text.
COLUMNS: tuple[tuple[str, Any, bool, int], ...] = (
    ("username", gettext_lazy("Tên đăng nhập"), True, 60),
    ("full_name", gettext_lazy("Tên hiển thị"), True, 200),
    ("email", gettext_lazy("Thư điện tử"), False, 254),
    ("phone", gettext_lazy("Điện thoại"), False, 20),
    ("unit", gettext_lazy("Đơn vị"), True, 250),
    ("role", gettext_lazy("Vai trò"), True, 100),
    ("title", gettext_lazy("Chức vụ"), False, 200),
    ("workplace", gettext_lazy("Nơi công tác"), False, 250),
    ("fields_limit", gettext_lazy("Lĩnh vực"), False, 200),
    ("starts_on", gettext_lazy("Từ ngày"), False, 30),
    ("last_day", gettext_lazy("Đến hết ngày"), False, 30),
    ("decision_number", gettext_lazy("Số quyết định"), False, 100),
)
TITLES = {key: title for key, title, _needed, _longest in COLUMNS}


@dataclass
class Row:
    """One line of the file: its number there, the texts, what is wrong, and the seat it asks for."""

    number: int
    cells: dict[str, str]
    problems: list[tuple[str, str]] = field(default_factory=list)
    wish: Wish | None = None

    def wrong(self, key: str, sentence: str) -> None:
        """Note a problem at a column."""
        self.problems.append((str(TITLES[key]), sentence))

    @property
    def is_good(self) -> bool:
        """Return whether the row can be imported as it stands."""
        return not self.problems


def read(file: IO[bytes]) -> list[Row]:
    """Return the rows of a file, unchecked. Raises Invalid where it is no sheet or a column is missing."""
    lines = read_rows(file, most_rows=MOST_ROWS + 1)
    if not lines:
        raise Invalid(_("Tệp không có dòng nào. Hãy dùng tệp mẫu."))
    places = _places(lines[0])
    rows = [
        Row(number, {key: line[at] if at < len(line) else "" for key, at in places.items()})
        for number, line in enumerate(lines[1:], start=2)
    ]
    filled = [row for row in rows if any(row.cells.values())]
    if not filled:
        raise Invalid(_("Tệp chỉ có dòng tiêu đề, chưa có tài khoản nào."))
    return filled


def _places(heading: list[str]) -> dict[str, int]:
    """Return where each column stands; its title counts, not its order."""
    found = {fold(title).rstrip(" *"): at for at, title in reversed(list(enumerate(heading)))}
    places = {key: found[fold(str(title))] for key, title in TITLES.items() if fold(str(title)) in found}
    missing = [str(title) for key, title, needed, _longest in COLUMNS if needed and key not in places]
    if missing:
        raise Invalid(
            _("Dòng đầu thiếu cột: %(columns)s. Hãy dùng tệp mẫu và giữ nguyên dòng tiêu đề.")
            % {"columns": ", ".join(missing)}
        )
    return places


class Checker:
    """Checks rows against the house as it is now; four queries for any number of rows."""

    def __init__(self, rows: Iterable[Row], by: Actor) -> None:
        self.rows = list(rows)
        self.now = clock.now()
        self.today = vn_date(self.now)
        self.units = list(queries.all_units_for(by))
        names = [row.cells.get("username", "").lower() for row in self.rows]
        self.taken = set(User.objects.filter(username__in=names).values_list("username", flat=True))
        self.roles = {fold(str(title)): role for role, title in ROLE_TITLES.items()}
        self.roles |= {fold(str(role)): role for role in Role}
        self.seen: dict[str, Row] = {}

    def run(self) -> list[Row]:
        """Return the rows, each with its problems and, when good, the seat it asks for."""
        order = [str(title) for title in TITLES.values()]
        for row in self.rows:
            self._texts(row)
            self._person(row)
            self._seat(row)
            row.problems.sort(key=lambda problem: order.index(problem[0]))
        return self.rows

    def _texts(self, row: Row) -> None:
        for key, _title, needed, longest in COLUMNS:
            text = row.cells.setdefault(key, "")
            if needed and not text:
                row.wrong(key, _("Chưa điền."))
            if len(text) > longest:
                row.wrong(key, _("Dài quá %(most)s ký tự.") % {"most": longest})
            if encoding := looks_like_legacy(text):
                row.wrong(
                    key,
                    _("Có vẻ gõ bằng bảng mã %(encoding)s; hãy chuyển sang Unicode.")
                    % {"encoding": encoding},
                )

    def _person(self, row: Row) -> None:
        name = self._read(row, "username", proper_username) or ""
        if name in self.taken:
            row.wrong("username", _("Đã có tài khoản này. Muốn thêm vai trò, hãy mở trang của tài khoản."))
        first = self.seen.setdefault(name, row)
        if name and first is not row and first.cells["full_name"] != row.cells["full_name"]:
            row.wrong(
                "username", _("Trùng với dòng %(row)s nhưng tên hiển thị khác.") % {"row": first.number}
            )
        if row.cells["email"]:
            self._read(row, "email", _address)

    def _seat(self, row: Row) -> None:
        starts = self._read(row, "starts_on", parse_date)
        last = self._read(row, "last_day", parse_date)
        role = self._read(row, "role", self._role)
        day = starts or self.today
        unit = self._read(row, "unit", lambda text: self._unit(text, day))
        self._read(row, "fields_limit", proper_fields)
        workplace = self._read(row, "workplace", lambda text: self._unit(text, day))
        if not row.is_good or role is None or unit is None:
            return
        row.wish = Wish(
            role=role, acts_for=unit, workplace=workplace, starts_on=starts, last_day=last,
            title=row.cells["title"], fields_limit=row.cells["fields_limit"],
            decision_number=row.cells["decision_number"],
        )  # fmt: skip
        wish = row.wish
        self._read(row, "last_day", lambda _text: moments(wish, now=self.now))

    def _read(self, row: Row, key: str, reader: Callable[[str], Any]) -> Any:
        """Return what ``reader`` makes of a filled cell; None, with the problem noted, where it refuses."""
        if not row.cells[key]:
            return None
        try:
            return reader(row.cells[key])
        except Invalid as refusal:
            row.wrong(key, refusal.message)
        return None

    def _role(self, text: str) -> Role:
        role = self.roles.get(fold(text))
        if role is None:
            raise Invalid(
                _("Không có vai trò “%(text)s”. Hãy chọn trong danh sách của tệp mẫu.") % {"text": text}
            )
        return role

    def _unit(self, text: str, day: date) -> Unit:
        code, begins = _code_and_day(text)
        wanted = fold(code)
        found = [unit for unit in self.units if wanted in (fold(unit.code), fold(unit.name))]
        found = [unit for unit in found if begins in (None, unit.valid_from)]
        now = [
            unit
            for unit in found
            if unit.valid_from <= day and (unit.valid_to is None or unit.valid_to > day)
        ]
        if len(now) == 1:
            return now[0]
        raise Invalid(_which(text, now, found))


def _which(text: str, now: list[Unit], ever: list[Unit]) -> str:
    if now:
        several = "; ".join(f"{unit.code} ({unit.name})" for unit in now[:5])
        return _("Có nhiều đơn vị tên “%(text)s”: %(several)s. Hãy ghi mã.") % {
            "text": text,
            "several": several,
        }
    if ever:
        return _("Đơn vị “%(text)s” không hoạt động vào ngày bắt đầu.") % {"text": text}
    return _("Không có đơn vị “%(text)s” trong phạm vi bạn quản lý. Hãy ghi mã hoặc tên đầy đủ.") % {
        "text": text
    }


def _code_and_day(text: str) -> tuple[str, date | None]:
    """Return the parts of "31120 (01/07/2025)"; a name with brackets of another kind stays whole."""
    code, opened, rest = text.rpartition("(")
    if not opened or not rest.endswith(")") or not rest[:1].isdigit():
        return text, None
    return code.strip(), parse_date(rest[:-1])


def _address(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise Invalid(_("“%(text)s” không phải là địa chỉ thư điện tử.") % {"text": text}) from None
    return text


def check(rows: Iterable[Row], *, by: Actor) -> list[Row]:
    """Return the rows checked against the house as it is now."""
    return Checker(rows, by).run()
