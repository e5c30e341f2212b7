"""Points as people type them and as the program keeps them; the arithmetic is ``exact``, the column ``fields``."""

import re
import unicodedata
from decimal import Decimal

from django.utils.translation import gettext as _

from .errors import Invalid
from .exact import (
    LIMIT,
    POINT,
    ZERO,
    format_percent,
    format_points,
    may_be_thousands,
    round_half_up,
    to_points,
)

__all__ = [
    "LIMIT",
    "POINT",
    "ZERO",
    "format_percent",
    "format_points",
    "parse_points",
    "round_half_up",
    "to_points",
]

_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d+(?:[.,]\d+)+", re.ASCII)


def parse_points(text: str) -> Decimal:
    """What a person typed, as points with three decimals: "8,5" and "8.5" are both eight and a half.

    Stray spaces are forgiven. Raises Invalid with a Vietnamese sentence for anything else; a text that
    could be a grouping of thousands ("12.500", "1.234,5") is never guessed: the sentence shows both readings.
    """
    typed = re.sub(r"\s+", "", unicodedata.normalize("NFC", text))
    if not typed:
        raise Invalid(_("Chưa nhập số điểm. Hãy nhập một số, ví dụ 8,5."))
    if may_be_thousands(typed) or (_GROUPED.fullmatch(typed) and not _PLAIN.fullmatch(typed)):
        raise Invalid(_both_readings(typed))
    if not _PLAIN.fullmatch(typed):
        raise Invalid(_not_a_number(text.strip()))
    return _three_decimals(typed)


def _not_a_number(typed: str) -> str:
    return _("“%(typed)s” không phải là một số. Hãy nhập như 8,5.") % {"typed": typed}


def _three_decimals(typed: str) -> Decimal:
    number = Decimal(typed.replace(",", "."))
    if abs(number) >= LIMIT:
        raise Invalid(_("“%(typed)s” quá lớn. Hãy kiểm tra lại số điểm.") % {"typed": typed})
    try:
        return to_points(number)
    except ValueError:
        raise Invalid(
            _("“%(typed)s” có quá ba chữ số thập phân. Hãy làm tròn, ví dụ 8,125.") % {"typed": typed}
        ) from None


def _both_readings(typed: str) -> str:
    as_vietnamese = _read(typed, decimal=",", group=".")
    as_english = _read(typed, decimal=".", group=",")
    readings = [reading for reading in (as_vietnamese, as_english) if reading]
    if not readings:
        return _not_a_number(typed)
    return _(
        "“%(typed)s” có thể đọc là %(readings)s. "
        "Hãy nhập lại không có dấu phân cách hàng nghìn, dùng dấu phẩy cho phần thập phân."
    ) % {"typed": typed, "readings": f" {_('hoặc')} ".join(readings)}


def _read(typed: str, *, decimal: str, group: str) -> str:
    """``typed`` read with these separators, printed with a decimal comma; empty when it can't be read so."""
    machine = typed.replace(group, "").replace(decimal, ".")
    if machine.count(".") > 1:
        return ""
    text = format(Decimal(machine), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", ",")
