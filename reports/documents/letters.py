"""What stands in each letter: the template and its values, read once for the whole document."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.audit import queries as audit
from backend.core import letterhead
from backend.core.dates import long_date, vn_date
from backend.core.exact import ZERO
from backend.criteria.models import CriteriaSet, Node
from backend.rounds.models import Round
from backend.scoring.actions.facts import approval_stands
from backend.scoring.models import Scorecard, Signature, State
from backend.scoring.queries import Leaf, Sheet, approval_of, sheet
from permissions.actor import SYSTEM
from reports import queries
from reports.details import Detail, Part, detail
from reports.models import Document, Ranking
from reports.rankings import TieRule
from reports.standings import Table, Totals, extras_in
from tiers.models import Unit


@dataclass(frozen=True)
class Letter:
    """A letter ready to be set: its template, values, file name, and the fingerprint it prints."""

    template: str
    context: dict[str, Any]
    file_name: str
    fingerprint: str = ""


def self_report(document: Document) -> Letter:
    """Return the self-assessment report of a unit (dossier, section 2.3: table, explanations, proposals)."""
    card = card_of(document)
    found = sheet(card, SYSTEM)
    approval = approval_of(card) if approval_stands(card) else None
    parts = _self_parts(found)
    demo = document.is_illustration
    context = {
        **frame(card.unit, card.round, demo, "BC", number=card.signed_number, day=card.signed_date),
        "title": _("Báo cáo tự đánh giá %(year)s - %(unit)s")
        % {"year": card.round.year, "unit": card.unit_name},
        "unit": letterhead.issuer(card.unit_name),
        "card": card,
        "criteria": card.criteria_set.title,
        "detail": Detail((), parts),
        "parts": parts,
        "summary": _summary(found),
        "extras": found.extras,
        "with_extras": found.with_extras,
        "own_maximum": found.own_maximum,
        "survey_maximum": _survey_maximum(found),
        "explained": [_explained(leaf) for leaf in found.own if _note_of(leaf)],
        "approval": approval,
        "is_draft": card.state in (State.DRAFT, State.RETURNED, State.REVIEWING, State.SUBMITTED),
        "approved_by": "" if demo or approval is None else _signer(approval),
        "fingerprint": letterhead.spaced(approval.fingerprint) if approval else "",
        "copies": [council_of(card.round)],
        "sign": sign(card.unit_name, approval, demo),
    }
    name = letterhead.file_name("Báo cáo tự chấm điểm", card.unit_name, str(card.round.year), ending="pdf")
    return Letter(
        "reports/documents/self_report.html", context, name, approval.fingerprint if approval else ""
    )


def ranking(document: Document) -> Letter:
    """Return the ranking of a round, published or still a preview, with its fields as annexes."""
    round_, made = document.of_round, document.ranking
    found = queries.tables(round_, made)
    with_survey = made.with_survey if made else round_.with_survey
    extras = extras_in(line for table in found for line in table.standings)
    context = {
        **frame(round_.host, round_, document.is_illustration, "TB", day=published_on(made)),
        "title": _("Xếp hạng %(year)s - %(host)s") % {"year": round_.year, "host": round_.host.name},
        "ranking": made,
        "tables": found,
        "with_survey": with_survey,
        "extras": extras,
        "columns": range(1, 7 + with_survey + len(extras)),
        "made_of": _index_sentences(round_),
        "unit_count": sum(len(table.standings) for table in found),
        "tie_rules": sorted({_tie_sentence(table) for table in found}),
        "copies": [_("Các đơn vị có tên trong bảng xếp hạng"), council_of(round_)],
        "sign": sign(round_.host.name, None, document.is_illustration),
    }
    name = letterhead.file_name("Xếp hạng", round_.host.name, str(round_.year), ending="pdf")
    return Letter("reports/documents/ranking.html", context, name)


def left_out(document: Document) -> Letter:
    """Return the report of what was left out for whom in a round (dossier, section 5, "BÁO CÁO ĐẶC THÙ")."""
    round_, made = document.of_round, document.ranking
    units = queries.left_out_in(round_, made, SYSTEM)
    extras = extras_in(unit.line for unit in units if unit.line)
    context = {
        **frame(round_.host, round_, document.is_illustration, "BC", day=published_on(made)),
        "title": _("Báo cáo đặc thù %(year)s - %(host)s") % {"year": round_.year, "host": round_.host.name},
        "ranking": made,
        "units": units,
        "extras": extras,
        "columns": range(1, 8 + len(extras)),
        "copies": [council_of(round_)],
        "sign": sign(round_.host.name, None, document.is_illustration),
    }
    name = letterhead.file_name("Báo cáo đặc thù", round_.host.name, str(round_.year), ending="pdf")
    return Letter("reports/documents/left_out.html", context, name)


def appraisal(document: Document) -> Letter:
    """Return the appraisal result of one unit, leaf by leaf, with the reasons."""
    card = card_of(document)
    shown = detail(sheet(card, SYSTEM))
    found = queries.find(queries.tables(card.round, document.ranking), card.pk)
    table, line = found or (None, None)
    context = {
        **frame(
            card.round.host, card.round, document.is_illustration, "TB", day=published_on(document.ranking)
        ),
        "title": _("Kết quả thẩm định %(year)s - %(unit)s")
        % {"year": card.round.year, "unit": card.unit_name},
        "unit": card.unit_name,
        "ranking": document.ranking,
        "detail": shown,
        "line": line,
        "table": table,
        "count": len(table.standings) if table else 0,
        "totals": line.totals if line else Totals(card.pk, shown.result, maximum=shown.maximum),
        "columns": range(1, 7 + len(shown.appraisals) + (2 if shown.deducted else 0)),
        "copies": [letterhead.issuer(card.unit_name), council_of(card.round)],
        "sign": sign(card.round.host.name, None, document.is_illustration),
    }
    name = letterhead.file_name("Kết quả thẩm định", card.unit_name, str(card.round.year), ending="pdf")
    return Letter("reports/documents/appraisal.html", context, name)


# --- the frame of every letter --------------------------------------------------------------------


def frame(
    unit: Unit, round_: Round, demo: bool, code: str, *, number: str = "", day: date | None = None
) -> dict[str, Any]:
    """Return what stands at the head of every letter."""
    parent = unit.parent
    near = [letterhead.place(one.name) for one in (unit, parent, round_.host) if one is not None]
    issuer = "UBND" if letterhead.is_committee(unit.name) else "……"
    return {
        "demo": demo,
        "year": round_.year,
        "round_title": round_.title,
        "checkpoint": audit.line(),
        "host": letterhead.issuer(round_.host.name),
        "head": {
            "superior": letterhead.superior_lines(unit.name, parent.name if parent else ""),
            "agency": letterhead.name_lines(unit.name),
            "number": "" if demo else number or f"……/{code}-{issuer}",
            "place": next((name for name in near if name), "……"),
            "day": day_words(day, demo),
        },
    }


def day_words(day: date | None, demo: bool) -> str:
    """Return the day in words; of a demonstration only its year, and nothing is guessed where none is known."""
    if day is None:
        return _("ngày …… tháng …… năm ……")
    return _("ngày …… tháng …… năm %(year)s") % {"year": day.year} if demo else long_date(day)


def published_on(made: Ranking | None) -> date | None:
    """Return the day of a publication, as its paper states it or as it happened; None before it."""
    if made is None or made.published_at is None:
        return None
    return made.stated_on or vn_date(made.published_at)


def council_of(round_: Round) -> str:
    """Return what the council of a round is called among the receivers."""
    return _("Hội đồng thẩm định cải cách hành chính, %(host)s") % {
        "host": letterhead.issuer(round_.host.name)
    }


def sign(name: str, approval: Signature | None, demo: bool) -> dict[str, Any]:
    """Return the lines above a signature, and the name below it where it is known."""
    title = approval.signer_title if approval else ""
    capacity = approval.capacity if approval else ""
    signer = "" if demo or approval is None else approval.signer_name
    return {"lines": letterhead.signing_lines(name, capacity, title), "name": signer}


def _signer(approval: Signature) -> str:
    return ", ".join(part for part in (approval.signer_name, approval.signer_title) if part)


def _tie_sentence(table: Table) -> str:
    rule = table.tie_rule.label.lower()
    if table.tie_rule == TieRule.ORDERED and table.tie_order:
        rule = _("%(rule)s; xét trước lĩnh vực %(codes)s") % {
            "rule": rule,
            "codes": ", ".join(table.tie_order),
        }
    return _("Đơn vị bằng điểm: %(rule)s.") % {"rule": rule}


_INDEX = {
    CriteriaSet.LeftOut.OWN_MAXIMUM: gettext_lazy(
        "Chỉ số là tổng điểm chia cho điểm tối đa của các tiêu chí áp dụng cho đơn vị."
    ),
    CriteriaSet.LeftOut.RESCALED: gettext_lazy(
        "Chỉ số là tổng điểm chia cho điểm tối đa của cả bộ tiêu chí; đơn vị có tiêu chí không áp dụng thì điểm "
        "thẩm định được quy đổi theo tỷ lệ đạt được về đủ điểm tối đa."
    ),
    CriteriaSet.LeftOut.FULL_POINTS: gettext_lazy(
        "Chỉ số là tổng điểm chia cho điểm tối đa của cả bộ tiêu chí; tiêu chí không áp dụng cho đơn vị được tính "
        "đủ điểm tối đa."
    ),
}


def _index_sentences(round_: Round) -> list[str]:
    """Return what the index is of, by the sets' ways; with the groups named where they differ."""
    titles: dict[str, list[str]] = {}
    for group in round_.groups.select_related("criteria_set").order_by("order"):
        titles.setdefault(group.criteria_set.left_out_way, []).append(group.title)
    said = {way: str(_INDEX[CriteriaSet.LeftOut(way)]) for way in titles}
    if len(said) < 2:
        return list(said.values())
    return [f"{', '.join(titles[way])}: {sentence}" for way, sentence in said.items()]


# --- the self-assessment --------------------------------------------------------------------------


def card_of(document: Document) -> Scorecard:
    """Return the card of a document with what letters print of it."""
    rows = Scorecard.objects.select_related(
        "unit__parent", "round__host__parent", "group", "step", "criteria_set"
    )
    return rows.get(pk=document.card_id)


def _self_parts(found: Sheet) -> tuple[Part, ...]:
    """Return the fields with their maximum over the leaves the unit scores itself."""
    fields = {one.node.code: one for one in found.fields}
    own = {code: sum((leaf.score.max_points for leaf in one.own), ZERO) for code, one in fields.items()}
    return tuple(replace(part, maximum=own[part.code] or None) for part in detail(found).parts)


@dataclass(frozen=True)
class Summed:
    """One field of the summary in points; ``last`` is what the mapped leaves got last year, None without any."""

    code: str
    title: str
    maximum: Decimal
    own: Decimal
    last: Decimal | None
    change: Decimal | None


def _summary(found: Sheet) -> dict[str, Any]:
    """Return the table of fields within the scale with its sums, and whether there is a last year to compare with."""
    rows = [
        Summed(
            part.node.code,
            part.node.title,
            sum((leaf.score.max_points for leaf in part.own), ZERO),
            part.total,
            part.last_own,
            part.change,
        )
        for part in found.fields
        if part.own
    ]
    known = [row.last for row in rows if row.last is not None]
    changes = [row.change for row in rows if row.change is not None]
    return {
        "rows": rows,
        "last": sum(known, ZERO) if known else None,
        "change": sum(changes, ZERO) if changes else None,
    }


def _survey_maximum(found: Sheet) -> Decimal:
    if not found.card.round.with_survey:
        return ZERO
    others = [leaf.score for leaf in found.leaves if leaf.score.source != Node.Source.ASSESSED]
    return sum((score.max_points for score in others if score.applies), ZERO)


def _note_of(leaf: Leaf) -> str:
    return leaf.self_mark.note.strip() if leaf.self_mark else ""


def _explained(leaf: Leaf) -> dict[str, str]:
    return {"code": leaf.code, "title": leaf.node.title, "text": _note_of(leaf)}
