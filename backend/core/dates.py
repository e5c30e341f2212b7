"""Days and moments as people in Việt Nam type and read them; stored moments are UTC.

A deadline "khoá sau ngày 07/01" is the first moment that is too late: 08/01 00:00, exclusive.
"""

import math
import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .errors import Invalid

VN = ZoneInfo("Asia/Ho_Chi_Minh")
# Days outside are typing errors; inside, every day has a day before and after it in every zone.
FIRST_YEAR, LAST_YEAR = 1900, 2100

_DAY_FIRST = re.compile(r"(\d{1,2})\s*[/\-.]\s*(\d{1,2})\s*[/\-.]\s*(\d{4})", re.ASCII)
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:hg](\d{2})(?::(\d{2}))?(?!\d)", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)


def start_of_day(day: date) -> datetime:
    """00:00 of ``day`` in Việt Nam, aware."""
    return datetime.combine(day, time.min, tzinfo=VN)


def end_of_day_exclusive(day: date) -> datetime:
    """The first moment after ``day`` in Việt Nam (00:00 of the next day), aware."""
    return start_of_day(day + timedelta(days=1))


def is_in_reach(moment: datetime) -> bool:
    """Return whether an aware ``moment`` lies in years that people mean."""
    return FIRST_YEAR <= moment.year <= LAST_YEAR


def last_day_before(moment: datetime) -> date:
    """The last whole or begun day before an exclusive end: 08/01 00:00 gives 07/01."""
    return (moment.astimezone(VN) - timedelta(microseconds=1)).date()


def vn_date(moment: datetime) -> date:
    """The day in Việt Nam in which an aware ``moment`` falls."""
    return moment.astimezone(VN).date()


def parse_date(text: str) -> date:
    """What a person typed as a day: day first ("05/06/2026" is 5 June), or ISO ("2026-06-05").

    Raises Invalid with a Vietnamese sentence otherwise.
    """
    typed = text.strip()
    if found := _DAY_FIRST.fullmatch(typed):
        day, month, year = map(int, found.groups())
    elif found := _ISO.fullmatch(typed):
        year, month, day = map(int, found.groups())
    else:
        raise Invalid(
            _("“%(typed)s” không phải là ngày. Hãy nhập ngày/tháng/năm, ví dụ 05/06/2026.") % {"typed": typed}
        )
    return _existing_date(year, month, day, typed)


def parse_moment(text: str) -> datetime:
    """The last instant of what a person typed: "18/12/2026 14:05" is that whole minute, a day alone the whole day.

    An ISO moment with its offset is itself. Raises Invalid with a Vietnamese sentence otherwise.
    """
    begins, lasts = _span(text.strip())
    return begins + lasts - timedelta(microseconds=1) if lasts else begins


def parse_start(text: str) -> datetime:
    """The first instant of what a person typed, read as by ``parse_moment``."""
    return _span(text.strip())[0]


def _span(typed: str) -> tuple[datetime, timedelta]:
    """When what was typed begins and how long it lasts; an ISO moment with its offset lasts no time."""
    try:
        exact = datetime.fromisoformat(typed)
    except ValueError:
        exact = None
    if exact is not None and exact.tzinfo is not None:
        if not is_in_reach(exact):
            raise Invalid(_out_of_reach(typed))
        return exact, timedelta()
    clock = _CLOCK.search(typed)
    day = start_of_day(parse_date(_CLOCK.sub("", typed).replace(_("ngày"), "").strip(" ,T")))
    if clock is None:
        return day, timedelta(days=1)
    hours, minutes, seconds = int(clock[1]), int(clock[2]), clock[3]
    if hours > 23 or minutes > 59 or int(seconds or 0) > 59:
        raise Invalid(
            _("“%(typed)s” không phải là giờ. Hãy nhập giờ:phút, ví dụ 14:05.") % {"typed": clock[0]}
        )
    begins = day + timedelta(hours=hours, minutes=minutes, seconds=int(seconds or 0))
    return begins, timedelta(minutes=1) if seconds is None else timedelta(seconds=1)


def _day_first(typed: str) -> str:
    """Return an ISO day, as addresses carry it, in the form of the boxes; anything else as it was typed."""
    try:
        return format_date(parse_date(typed)) if _ISO.fullmatch(typed.strip()) else typed
    except Invalid:
        return typed


def _out_of_reach(typed: str) -> str:
    return _("Năm của “%(typed)s” phải từ %(first)s đến %(last)s.") % {
        "typed": typed,
        "first": FIRST_YEAR,
        "last": LAST_YEAR,
    }


def _existing_date(year: int, month: int, day: int, typed: str) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid(_out_of_reach(typed))
    try:
        return date(year, month, day)
    except ValueError:
        raise Invalid(
            _("Không có ngày “%(typed)s”. Hãy nhập ngày trước, tháng sau, ví dụ 25/06/2026.")
            % {"typed": typed}
        ) from None


def format_date(day: date) -> str:
    """ "05/06/2026"; a moment is first put on its day in Việt Nam."""
    day = vn_date(day) if isinstance(day, datetime) else day
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def format_moment(moment: datetime, *, seconds: bool = False) -> str:
    """ "14:05 ngày 18/12/2026", in Việt Nam's time; "14:05:09 ngày …" with ``seconds``."""
    local = moment.astimezone(VN)
    clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    return _("%(time)s ngày %(date)s") % {"time": clock, "date": format_date(local)}


def time_left(closes_at: datetime, now: datetime) -> str:
    """Return what is left: "Còn 5 ngày", "Còn 30 giờ", on the last day "Còn 7 giờ 12 phút", "Đã hết hạn".

    Same words as deadline.js.
    """
    if closes_at <= now:
        return _("Đã hết hạn")
    minutes = max(math.floor((closes_at - now) / timedelta(minutes=1)), 1)
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return _("Còn %(number)s ngày") % {"number": hours // 24}
    if not hours:
        return _("Còn %(number)s phút") % {"number": rest}
    if hours >= 24 or not rest:
        return _("Còn %(number)s giờ") % {"number": hours}
    return _("Còn %(hours)s giờ %(minutes)s phút") % {"hours": hours, "minutes": rest}


def long_date(day: date) -> str:
    """ "ngày 05 tháng 3 năm 2026", as documents print it.

    A leading zero for days below 10 and for January and February, the practice under Nghị định 30/2020
    ("02 tháng 10", "ngày 05 tháng 3").
    """
    day = vn_date(day) if isinstance(day, datetime) else day
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


class VNDateField(forms.Field):
    """A day typed as dd/mm/yyyy; gives a ``date``."""

    widget = forms.TextInput(
        attrs={
            "class": "input-date",
            "inputmode": "numeric",
            "autocomplete": "off",
            "placeholder": gettext_lazy("dd/mm/yyyy"),
        }
    )

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return vn_date(value) if isinstance(value, datetime) else value
        try:
            return parse_date(str(value))
        except Invalid as refusal:
            raise ValidationError(refusal.message, code="date") from None

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, date):
            return format_date(value)
        return _day_first(value) if isinstance(value, str) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True
