"""The sheet of two pages about one unit for the conference: where it stands, and where its points went."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from backend.audit import queries as audit
from backend.core import letterhead
from backend.core.exact import ZERO, round_half_up
from backend.scoring.queries import sheet
from permissions.actor import SYSTEM
from reports import queries
from reports.charts import field_bars
from reports.details import Detail, Line, detail
from reports.documents.letters import Letter, card_of
from reports.models import Document
from reports.standings import Standing, Table

# What keeps the sheet at two pages whatever the words.
MOST_LEAVES = 10
MOST_YEARS = 4
_TITLE, _REASON, _FIELD = 110, 120, 90
# The box of the chart of the whole group.
WIDE, HIGH = 500, 90


@dataclass(frozen=True)
class Lost:
    """One leaf and the points it cost; words cut to what fits."""

    code: str
    title: str
    maximum: Decimal
    own: Decimal | None
    result: Decimal
    lost: Decimal
    reason: str


@dataclass(frozen=True)
class Column:
    """One unit of the group in the chart, best first: place and size for SVG, and whether it is this unit."""

    x: str
    y: str
    width: str
    height: str
    is_own: bool


def letter(document: Document) -> Letter:
    """Return the sheet of a unit that has a result. Raises ValueError for one without."""
    card = card_of(document)
    round_ = card.round
    found = queries.find(queries.tables(round_, document.ranking), card.pk)
    if found is None:
        raise ValueError("the unit has no result yet")
    table, line = found
    shown = detail(sheet(card, SYSTEM))
    lost = lost_of(shown)
    context = {
        "title": _("Chỉ số cải cách hành chính %(year)s - %(unit)s")
        % {"year": round_.year, "unit": card.unit_name},
        "demo": document.is_illustration,
        "checkpoint": audit.line(),
        "year": round_.year,
        "host": letterhead.issuer(round_.host.name),
        "unit": card.unit_name,
        "ranking": document.ranking,
        "table": table,
        "line": line,
        "totals": line.totals,
        "count": len(table.standings),
        "bars": [(Truncator(bar.label).chars(_FIELD), bar) for bar in field_bars(table, line)],
        "columns": columns(table, line),
        "wide": WIDE,
        "high": HIGH,
        "past": queries.past_results(card, MOST_YEARS),
        "lost": lost[:MOST_LEAVES],
        "lost_more": len(lost) - MOST_LEAVES,
        "lost_sum": sum((one.lost for one in lost), ZERO),
        "own": shown.own,
        "result": shown.result,
    }
    name = letterhead.file_name("Tờ thông tin", card.unit_name, str(round_.year), ending="pdf")
    return Letter("reports/documents/handout.html", context, name)


def lost_of(shown: Detail) -> list[Lost]:
    """Return the leaves of the scale that cost points, the dearest first."""
    found = [
        _lost(line)
        for part in shown.parts
        for line in part.lines
        if line.is_leaf
        and line.applies
        and line.counts
        and line.result is not None
        and line.result < line.maximum
    ]
    return sorted(found, key=lambda one: -one.lost)


def _lost(line: Line) -> Lost:
    result = line.result or ZERO
    return Lost(
        line.code,
        Truncator(line.title).chars(_TITLE),
        line.maximum,
        line.own,
        result,
        line.maximum - result,
        Truncator("; ".join(line.reasons)).chars(_REASON),
    )


def columns(table: Table, own: Standing) -> list[Column]:
    """Return a column for each unit of the group, its height the index in percent of the box."""
    step = Decimal(WIDE) / len(table.standings)
    made = []
    for place, line in enumerate(table.standings):
        height = round_half_up(min(line.index, 100) * HIGH / 100, 1)
        made.append(
            Column(
                str(round_half_up(step * place, 2)),
                str(HIGH - height),
                str(round_half_up(step * Decimal("0.8"), 2)),
                str(height),
                line.card_id == own.card_id,
            )
        )
    return made
