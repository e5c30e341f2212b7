"""Points, exactly: Decimal with at most three decimals, never a float, rounded half up in one place.

No Django models here; the database column is ``fields.PointsField``.
"""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction

from django.utils.translation import gettext as _

from .errors import Invalid

ZERO = Decimal("0.000")
POINT = Decimal("0.001")
# The widest number a BIGINT of thousandths holds with room to add up a country's units.
LIMIT = Decimal("1000000000000")

_PLAIN = re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.ASCII)
_GROUPED_ONCE = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_NUMBERLIKE = re.compile(r"[+-]?\d[\d.,]*", re.ASCII)


def to_points(value: Decimal | int | str | Fraction) -> Decimal:
    """``value`` as points with exactly three decimals.

    Text is machine text ("8.5"); for what people type use ``parse_points``. Raises TypeError for a float,
    ValueError for NaN, infinity, a fourth decimal or a number too large to store.
    """
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str | Fraction):
        raise TypeError(f"points must be Decimal, int, Fraction or text, not {type(value).__name__}")
    exact = _exact(value)
    thousandths = exact * 1000
    if thousandths.denominator != 1:
        raise ValueError(f"points have at most three decimals: {value}")
    if abs(exact) >= LIMIT:
        raise ValueError(f"too many points to store: {value}")
    return _from_thousandths(thousandths.numerator)


def _exact(value: Decimal | int | str | Fraction) -> Fraction:
    if isinstance(value, Fraction):
        return value
    try:
        number = Decimal(value)
    except InvalidOperation as wrong:
        raise ValueError(f"not a number: {value!r}") from wrong
    if not number.is_finite():
        raise ValueError(f"not a finite number: {value}")
    if abs(number) >= LIMIT:
        raise ValueError(f"too many points to store: {value}")
    return Fraction(number)


def _from_thousandths(thousandths: int) -> Decimal:
    return Decimal(thousandths).scaleb(-3)


def round_half_up(value: Fraction | Decimal, places: int = 3) -> Decimal:
    """``value`` rounded to ``places`` decimals (points: three), a half away from zero."""
    if not isinstance(value, Fraction | Decimal):
        raise TypeError(f"only exact numbers are rounded, not {type(value).__name__}")
    scaled = Fraction(value) * 10**places
    whole, rest = divmod(abs(scaled.numerator), scaled.denominator)
    whole += 2 * rest >= scaled.denominator
    return Decimal(whole if scaled >= 0 else -whole).scaleb(-places)


def parse_points(text: str) -> Decimal:
    """What a person typed, as points with three decimals: "8,5" and "8.5" are both eight and a half.

    Raises Invalid with a Vietnamese sentence for anything else; a text that could be a grouping of
    thousands ("12.500", "1.234,5") is never guessed: the sentence shows both readings.
    """
    typed = re.sub(r"\s+", "", unicodedata.normalize("NFC", text))
    if not typed:
        raise Invalid(_("Chưa nhập số điểm. Hãy nhập một số, ví dụ 8,5."))
    if _NUMBERLIKE.fullmatch(typed) and _is_ambiguous(typed):
        raise Invalid(_both_readings(typed))
    if not _PLAIN.fullmatch(typed):
        raise Invalid(_("“%(typed)s” không phải là một số. Hãy nhập như 8,5.") % {"typed": text.strip()})
    return _three_decimals(typed.replace(",", "."), text.strip())


def _is_ambiguous(typed: str) -> bool:
    separators = [char for char in typed if char in ".,"]
    return len(separators) > 1 or _GROUPED_ONCE.fullmatch(typed) is not None


def _three_decimals(machine: str, typed: str) -> Decimal:
    try:
        return to_points(machine)
    except ValueError:
        pass
    if abs(Decimal(machine)) >= LIMIT:
        raise Invalid(_("“%(typed)s” quá lớn. Hãy kiểm tra lại số điểm.") % {"typed": typed})
    raise Invalid(
        _("“%(typed)s” có quá ba chữ số thập phân. Hãy làm tròn, ví dụ 8,125.") % {"typed": typed}
    )


def _both_readings(typed: str) -> str:
    readings = sorted({_read(typed, decimal=",", group="."), _read(typed, decimal=".", group=",")} - {""})
    if not readings:
        return _("“%(typed)s” không phải là một số. Hãy nhập như 8,5.") % {"typed": typed}
    shown = _(" hay ").join(readings)
    return _(
        "“%(typed)s” đọc được thành %(readings)s. Hãy nhập lại không có dấu phân cách hàng nghìn, ví dụ %(example)s."
    ) % {"typed": typed, "readings": shown, "example": readings[0]}


def _read(typed: str, *, decimal: str, group: str) -> str:
    """``typed`` read with these separators and printed without grouping; empty when it can't be read so."""
    shape = rf"[+-]?\d+(?:{re.escape(group)}\d+)*(?:{re.escape(decimal)}\d+)?"
    if not re.fullmatch(shape, typed, re.ASCII):
        return ""
    number = Decimal(typed.replace(group, "").replace(decimal, "."))
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", ",")


def format_points(value: Decimal | Fraction | int, places: int = 2) -> str:
    """``value`` for people: "7,50", with a third decimal only when it is not zero ("8,125").

    A Fraction (a rescaled total, an index) is rounded half up to ``places`` decimals first.
    """
    if isinstance(value, Fraction):
        return format(round_half_up(value, places), "f").replace(".", ",")
    text = format(to_points(value), "f")
    whole, decimals = text.split(".")
    kept = decimals[:places] + decimals[places:].rstrip("0")
    return f"{whole},{kept}" if kept else whole


def format_percent(value: Fraction | Decimal) -> str:
    """Percent points (93.5714… for 93,57 %) for people: half up to two decimals, decimal comma, no sign."""
    return format(round_half_up(value, 2), "f").replace(".", ",")
