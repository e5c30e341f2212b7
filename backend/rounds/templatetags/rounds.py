"""Opening and closing moments in words. ``{% load rounds %}``."""

from datetime import datetime

from django.template import Library
from django.utils.translation import gettext as _

from backend.core.dates import VN, format_date, format_moment, last_day_before
from backend.rounds.rules import is_midnight, said_opening

register = Library()


@register.filter
def opening(moment: datetime | None) -> str:
    """Return "ngày 08/01/2027", with the hour where it is not midnight."""
    return said_opening(moment) if moment else ""


@register.filter
def closing(moment: datetime | None) -> str:
    """Return "đến hết ngày 07/01/2027 (khoá từ 00:00 ngày 08/01/2027)" for 08/01 00:00.

    A moment inside a day is said as it is: "17:00 ngày 07/01/2027".
    """
    if not moment:
        return ""
    if not is_midnight(moment):
        return format_moment(moment)
    return _("đến hết ngày %(last)s (khoá từ 00:00 ngày %(next)s)") % {
        "last": format_date(last_day_before(moment)),
        "next": format_date(moment.astimezone(VN).date()),
    }
