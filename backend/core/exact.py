"""Points and percentages as exact numbers. Pure: no Django, so rules and rankings stand on it.

Decimal with at most three decimals for points, Fraction inside a calculation, a float nowhere.
"""

import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction

ZERO = Decimal("0.000")
POINT = Decimal("0.001")
# The widest number a BIGINT of thousandths holds with room to add up a country's units.
LIMIT = Decimal("1000000000000")

_MAYBE_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)


def may_be_thousands(text: str) -> bool:
    """Whether a typed number could mean thousands: one point, then exactly three digits ("12.500").

    One comma is always the decimal comma, as we print it ourselves.
    """
    return _MAYBE_THOUSANDS.fullmatch(text) is not None


def to_points(value: Decimal | int | str | Fraction) -> Decimal:
    """``value`` as points with exactly three decimals.

    Text is machine text ("8.5"); for what people type use ``parse_points``. Raises TypeError for a float,
    ValueError for NaN, infinity, a fourth decimal or a number too large to store.
    """
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str | Fraction):
        raise TypeError(f"points must be Decimal, int, Fraction or text, not {type(value).__name__}")
    if isinstance(value, Decimal) and _is_points_already(value):
        return value
    exact = _exact(value)
    thousandths = exact * 1000
    if thousandths.denominator != 1:
        raise ValueError(f"points have at most three decimals: {value}")
    if abs(exact) >= LIMIT:
        raise ValueError(f"too many points to store: {value}")
    return _from_thousandths(thousandths.numerator)


def _is_points_already(value: Decimal) -> bool:
    # Most values come from the database or a sum of such; a season is some hundred thousand of them.
    return value.same_quantum(POINT) and not value.is_signed() and value < LIMIT


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
    exact = value if isinstance(value, Fraction) else Fraction(value)
    whole, rest = divmod(abs(exact.numerator) * 10**places, exact.denominator)
    whole += 2 * rest >= exact.denominator
    return Decimal(whole if exact.numerator >= 0 else -whole).scaleb(-places)


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


def format_percent(value: Fraction | Decimal, places: int = 2) -> str:
    """Percent points (93.5714… for 93,57 %) for people: half up to ``places`` decimals, decimal comma, no sign."""
    return format(round_half_up(value, places), "f").replace(".", ",")
