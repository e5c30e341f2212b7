"""Numbers, dates and states as Vietnamese readers write them. ``{% load vn %}``."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from django.core.paginator import Page
from django.template import Library, RequestContext
from django.utils.translation import gettext as _

from backend.core.dates import format_date, format_moment, last_day_before, time_left
from backend.core.points import format_percent, format_points
from backend.web.tones import TONES

register = Library()

Exact = Decimal | Fraction | int
SOON = timedelta(days=7)


@register.filter
def points(value: Exact | None, places: int = 2) -> str:
    """Return points with a decimal comma, "7,50"; a dash when there are none yet."""
    return "–" if value in (None, "") else format_points(value, places)


@register.filter
def percent(value: Fraction | Decimal | None, places: int = 2) -> str:
    """Return a percent with a decimal comma and its sign, "93,57 %"; a dash when there is none."""
    return "–" if value in (None, "") else f"{format_percent(value, places)} %"


@register.filter
def signed(value: Exact | None) -> str:
    """Return a change in points with its sign, "+1,50" or "−0,25"; "0" when nothing changed."""
    if value in (None, ""):
        return "–"
    if not value:
        return "0"
    return f"{'+' if value > 0 else '−'}{format_points(abs(value))}"


@register.filter
def vndate(value: date | datetime | None) -> str:
    """Return 05/06/2026; a moment gives its day in Vietnam."""
    return format_date(value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """Return the moment in Vietnam's time, "14:05 ngày 05/06/2026"."""
    return format_moment(value) if value else ""


@register.filter
def instant(value: datetime | None) -> str:
    """Return the moment to the second, "14:05:09 ngày 05/06/2026"."""
    return format_moment(value, seconds=True) if value else ""


@register.filter
def whole(value: int) -> str:
    """Return a whole number with a point between the thousands, "20.000"."""
    return f"{value:,}".replace(",", ".")


@register.filter
def last_day(closes_at: datetime | None) -> str:
    """Return the last whole day before ``closes_at`` (exclusive): 00:00 on 08/01 gives 07/01."""
    return format_date(last_day_before(closes_at)) if closes_at else ""


@register.filter
def iso(value: datetime | None) -> str:
    """Return the moment for machines (attributes such as ``datetime``)."""
    return value.isoformat() if value else ""


@register.filter
def days_left(closes_at: datetime | None, now: datetime | None = None) -> str:
    """Return what is left until ``closes_at``: "Còn 5 ngày", "Còn 7 giờ 12 phút", "Đã hết hạn".

    ``now`` is the database's time, given by the view; without it the answer is empty.
    """
    return time_left(closes_at, now) if closes_at and now else ""


@register.filter
def urgency(closes_at: datetime | None, now: datetime | None = None) -> str:
    """Return "past", "now" (under two days), "soon" (under a week) or "calm"; for a class name."""
    if not closes_at or not now:
        return "calm"
    left = closes_at - now
    if left <= timedelta(0):
        return "past"
    if left < timedelta(days=2):
        return "now"
    return "soon" if left < SOON else "calm"


@register.inclusion_tag("web/_status.html")
def status_tag(value: object, label: str = "", tone: str = "") -> dict[str, str]:
    """Show a state in words; its colour follows ``tone`` or, without one, the state (web/tones.py)."""
    return {"label": label or str(value), "tone": tone or TONES.get(str(value), "grey")}


@register.inclusion_tag("web/_breadcrumbs.html")
def breadcrumbs(*parts: object) -> dict[str, list[tuple[object, object]]]:
    """Show where the page stands: title, address, title, address, ...; the page itself is left out."""
    return {"crumbs": list(zip(parts[::2], parts[1::2], strict=True))}


@register.filter
def page_numbers(page: Page) -> list[int]:
    """Return the page numbers to show; 0 stands for a gap."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return [number if isinstance(number, int) else 0 for number in numbers]


@register.simple_tag(takes_context=True)
def page_url(context: RequestContext, number: int, param: str = "") -> str:
    """Return the address of another page of the list, every other part of the address kept."""
    query = context.request.GET.copy()
    query[param or "page"] = str(number)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def sort_url(context: RequestContext, column: str) -> str:
    """Return the address that sorts by ``column``; a second click turns the order round."""
    query = context.request.GET.copy()
    query["sort"] = f"-{column}" if query.get("sort") == column else column
    query.pop("page", None)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def sort_state(context: RequestContext, column: str) -> str:
    """Return the value of aria-sort for the column: ascending, descending or none."""
    states = {column: "ascending", f"-{column}": "descending"}
    return states.get(context.request.GET.get("sort", ""), "none")


@register.filter
def get(mapping: dict[object, object], key: object) -> object:
    """Return ``mapping[key]``, nothing when it is not there (tables of units × fields)."""
    return mapping.get(key, "")


@register.filter
def said(value: object) -> str:
    """Return any value in words: points with a comma, moments, days; a mapping as lines "name: value"."""
    if value is None or value == "":
        return _("(chưa có)")
    if isinstance(value, dict):
        return "\n".join(f"{name}: {said(part)}" for name, part in value.items())
    for kind, write in SPOKEN:
        if isinstance(value, kind):
            return write(value)
    return str(value)


# A datetime is a date too: it must be asked first.
SPOKEN = ((Decimal, format_points), (Fraction, format_points), (datetime, format_moment), (date, format_date))
