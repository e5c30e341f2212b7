"""Strict reading of a rule's parameters: every problem is collected and said in a sentence."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from backend.core.exact import ZERO, to_points

# What stands before a title where both numbers are amounts with decimals.
AMOUNT = "lẻ:"

# A rule is also written as one line of text, and there these part its items.
_PARTS = re.compile(r"[|\x00-\x1f\x7f-\x9f\u2028\u2029]|::")
# What the parameters are called in sentences.
_TITLES = {
    "answers": "các phương án trả lời",
    "assigned": "mẫu số",
    "at_most": "biến không được vượt",
    "bands": "các khoảng",
    "done": "tử số",
    "failed": "tên kết quả không đạt",
    "formula": "công thức",
    "formulas": "các công thức",
    "inclusive": "lấy cả mốc",
    "key": "mã",
    "levels": "các mức",
    "lower": "mốc dưới",
    "measure": "loại số",
    "name": "tên biến",
    "options": "các mức",
    "passed": "tên kết quả đạt",
    "percent": "tỷ lệ",
    "points": "điểm",
    "step": "điểm mỗi trường hợp",
    "threshold": "ngưỡng",
    "title": "tên",
    "unit": "đơn vị tính",
    "variables": "các biến",
    "weight": "tỷ lệ",
}
_KEY = re.compile(r"[A-Za-z0-9_]{1,20}", re.ASCII)


class RuleError(ValueError):
    """A rule or its inputs make no sense. ``problems`` are Vietnamese sentences, ``fields`` the same by input name."""

    def __init__(self, problems: Sequence[str], *, fields: Mapping[str, list[str]] | None = None) -> None:
        self.problems = list(problems)
        self.fields = dict(fields or {})
        super().__init__(" ".join(self.problems))


def plain(number: Decimal) -> str:
    """The shortest machine text of a number: "0.5", "2", never "2E+1"."""
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def _bounds(low: Decimal, high: Decimal | None) -> str:
    least = f"từ {plain(low)}" if low > ZERO or high is not None else "không âm"
    return (f"{least} đến {plain(high)}" if high is not None else least).replace(".", ",")


class Params:
    """One mapping of parameters. Each reading method notes what is wrong and answers something harmless."""

    def __init__(
        self, given: Mapping[str, object], *, where: str = "", problems: list[str] | None = None
    ) -> None:
        self.given = given
        self.where = where
        self.problems: list[str] = [] if problems is None else problems
        self.asked: set[str] = set()

    def wrong(self, sentence: str) -> None:
        """Note one problem."""
        self.problems.append(f"{self.where}{sentence}")

    def _said(self, name: str) -> str:
        return _TITLES.get(name, name)

    def has(self, name: str) -> bool:
        """Whether ``name`` was given a value."""
        return self.given.get(name) is not None

    def _take(self, name: str) -> object:
        self.asked.add(name)
        return self.given.get(name)

    def text(self, name: str, default: str = "") -> str:
        """Text, trimmed; required when there is no default."""
        value = self._take(name)
        if value is None and default:
            return default
        if not isinstance(value, str) or not value.strip():
            self.wrong(f"Thiếu “{self._said(name)}” (chữ).")
            return default
        if _PARTS.search(value.strip()):
            self.wrong(f"“{self._said(name)}” không được có dấu “|”, dấu “::” hay xuống dòng.")
        return value.strip()

    def key(self, number: int) -> str:
        """The "key" that an answer is stored by; its place ``number`` when not given."""
        key = self.text("key", str(number))
        if not _KEY.fullmatch(key):
            self.wrong(f"Mã “{key}” chỉ được có chữ không dấu, số và dấu gạch dưới, nhiều nhất 20 ký tự.")
        return key

    def optional(self, name: str) -> str:
        """Text that may be missing; empty then."""
        if self._take(name) in (None, ""):
            return ""
        return self.heading(name)

    def heading(self, name: str, default: str = "") -> str:
        """A title that a unit of measure in brackets may follow."""
        title = self.text(name, default)
        if "[" in title or "]" in title or title.startswith(AMOUNT):
            self.wrong(f"“{self._said(name)}” không được có dấu ngoặc vuông hay bắt đầu bằng “{AMOUNT}”.")
        return title

    def one_of(self, name: str, words: Sequence[str]) -> str:
        """One of ``words``; the first when not given."""
        value = self.text(name, words[0])
        if value not in words:
            self.wrong(f"“{self._said(name)}” phải là một trong: {', '.join(words)}.")
            return words[0]
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        value = self._take(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.wrong(f"“{self._said(name)}” phải là đúng hoặc sai.")
            return default
        return value

    def number(self, name: str, *, low: Decimal = ZERO, high: Decimal | None = None) -> Decimal:
        """A number with at most three decimals, written as text or a whole number, within inclusive bounds."""
        value = self._take(name)
        if value in (None, ""):
            self.wrong(f"Thiếu “{self._said(name)}” (số).")
            return low
        if isinstance(value, bool | float) or not isinstance(value, str | int | Decimal):
            self.wrong(f'“{self._said(name)}” phải là một số viết bằng chữ, ví dụ "0.5".')
            return low
        try:
            number = to_points(value)
        except ValueError:
            self.wrong(f"“{self._said(name)}”: “{value}” không phải là số có nhiều nhất ba chữ số thập phân.")
            return low
        if number < low or (high is not None and number > high):
            self.wrong(
                f"“{self._said(name)}”: {plain(number).replace('.', ',')} nằm ngoài khoảng cho phép ({_bounds(low, high)})."
            )
        return number

    def rows(self, name: str) -> list["Params"]:
        """A list of mappings, each read in the same strict way; at least one."""
        value = self._take(name)
        if not isinstance(value, list | tuple) or not value:
            self.wrong(f"Thiếu “{self._said(name)}” (danh sách).")
            return []
        return [row for number, item in enumerate(value, 1) if (row := self._row(name, number, item))]

    def _row(self, name: str, number: int, item: object) -> "Params | None":
        where = f"{self.where}{_TITLES.get(name, name).capitalize()}, dòng {number}: "
        if not isinstance(item, Mapping):
            self.problems.append(f"{where}phải là một bảng tên và giá trị.")
            return None
        return Params(item, where=where, problems=self.problems)

    def close(self) -> None:
        """Note names that nobody asked for."""
        for name in self.given:
            if name not in self.asked:
                self.wrong(f"Không có tham số “{name}”.")

    def finish(self) -> None:
        """Raise RuleError with everything noted."""
        self.close()
        if self.problems:
            raise RuleError(self.problems)
