"""What was published as open data: one JSON document of a ranking's copies, its digest and its JSON schema.

The document is canonical JSON, so that the SHA-256 of the file is the ranking's ``fingerprint`` in the log. Numbers
are text: points "7.500", an index in percent rounded half up to six decimals. A change of what stands in it is a new
``FORMAT``; documents of an older one keep theirs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from backend.audit.records import canonical, moment
from backend.core.exact import round_half_up
from backend.rounds.models import Group
from reports import queries
from reports.models import Ranking, Row
from reports.placing import Criterion
from reports.standings import Standing, Table

FORMAT = 1
LICENCE = {
    "name": "Creative Commons Attribution 4.0 International (CC BY 4.0)",
    "url": "https://creativecommons.org/licenses/by/4.0/",
}
OF_TOTALS = ("appraised", "survey", "bonus", "penalty", "deducted", "total", "maximum", "full_maximum")
BROUGHT = ("percent", "marked", "marked_maximum", "marked_full")


def data_of(ranking: Ranking) -> dict[str, Any]:
    """Return the document of one publication; the same number of queries for any number of units."""
    round_ = ranking.round
    criteria, leaves = queries.criteria_in(round_, ranking), queries.leaves_in(round_, ranking)
    rules = _rules_of(ranking)
    told = {"notice": _("SỐ LIỆU MINH HOẠ")} if ranking.is_illustration else {}
    return told | {
        "format": FORMAT,
        "licence": LICENCE,
        "title": ranking.title,
        "year": ranking.year,
        "host": ranking.host_name,
        "version": ranking.version,
        "published_at": moment(ranking.published_at) if ranking.published_at else None,
        "stated_on": ranking.stated_on.isoformat() if ranking.stated_on else None,
        "stated_source": ranking.stated_source,
        "decision": ranking.decision,
        "reason": ranking.reason,
        "with_survey": ranking.with_survey,
        "groups": [
            _group(table, criteria.get(table.group_id, ()), leaves) | rules.get(table.group_id, {})
            for table in queries.published(ranking)
        ],
    }


def text_of(data: dict[str, Any]) -> bytes:
    """Return the document as the bytes of its file."""
    return canonical(data).encode()


def digest(data: dict[str, Any]) -> str:
    """Return the SHA-256 of the document's file."""
    return hashlib.sha256(text_of(data)).hexdigest()


def wrong_copies() -> Iterator[str]:
    """Yield a line for every publication whose copies are not those it was published with; one at a time.

    The fingerprint is tracked: whoever alters it as well is named by history.
    """
    for ranking in Ranking.objects.filter(published_at__isnull=False).exclude(fingerprint="").order_by("pk"):
        if digest(data_of(ranking)) != ranking.fingerprint:
            yield f"{ranking}: kết quả đã công bố khác với dấu xác thực khi công bố"
    moved = ~Q(unit=F("card__unit")) | ~Q(unit_name=F("card__unit_name"))
    elsewhere = ~Q(card__round=F("section__ranking__round"))
    for row in Row.objects.filter(moved | elsewhere).select_related("section__ranking").iterator(500):
        yield f"{row.section.ranking}: kết quả đã công bố của {row.unit_name} gắn với phiếu của đơn vị khác"


def _rules_of(ranking: Ranking) -> dict[int, dict[str, Any]]:
    groups = Group.objects.filter(round_id=ranking.round_id).select_related("criteria_set")
    return {
        group.pk: {
            "left_out_way": group.criteria_set.left_out_way,
            "bonus_ceiling": str(group.criteria_set.bonus_ceiling),
            "penalty_ceiling": str(group.criteria_set.penalty_ceiling),
        }
        for group in groups
    }


def _group(table: Table, criteria: Iterable[Criterion], leaves: dict[int, Any]) -> dict[str, Any]:
    return {
        "title": table.title,
        "criteria_title": table.criteria_title,
        "tie_rule": table.tie_rule.value,
        "tie_order": list(table.tie_order),
        "decimals": table.decimals,
        "bands": [
            {"label": band.label, "lower": str(band.lower), "inclusive": band.inclusive}
            for band in table.bands
        ],
        "criteria": [_criterion(one) for one in criteria],
        "units": [_unit(line, leaves.get(line.card_id, {})) for line in table.standings],
    }


def _criterion(one: Criterion) -> dict[str, Any]:
    named: dict[str, Any] = {"code": one.code, "title": one.title, "level": one.level, "leaf": one.is_leaf}
    if one.is_leaf:
        named |= {"maximum": _text(one.maximum), "source": one.source, "counting": one.counting}
    return named


def _unit(line: Standing, own: dict[str, Decimal | None]) -> dict[str, Any]:
    totals = line.totals
    return {
        "code": line.unit_code,
        "name": line.unit_name,
        "rank": line.rank,
        "shared": line.shared,
        "band": line.band,
        "index": format(round_half_up(line.index, 6), "f"),
        **{name: _text(getattr(totals, name)) for name in (*OF_TOTALS, *BROUGHT)},
        "fields": [
            {"code": part.code, "title": part.title, "points": str(part.points), "maximum": str(part.maximum)}
            for part in line.fields
        ],
        # A leaf that does not apply to the unit is not there.
        "leaves": {code: _text(points) for code, points in own.items()},
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _of(names: Iterable[str], shape: dict[str, Any]) -> dict[str, Any]:
    return dict.fromkeys(names, shape)


def _object(properties: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


_TEXT: dict[str, Any] = {"type": "string"}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 1}
_YES: dict[str, Any] = {"type": "boolean"}
_POINTS: dict[str, Any] = {"type": "string", "pattern": r"^\d+(\.\d+)?$"}
_MAYBE: dict[str, Any] = {"anyOf": [_POINTS, {"type": "null"}]}
_MAYBE_TEXT: dict[str, Any] = {"type": ["string", "null"]}

_UNIT = _object(
    _of(("code", "name", "band"), _TEXT)
    | {"rank": _COUNT, "shared": _YES, "index": _POINTS}
    | _of(OF_TOTALS, _POINTS)
    | _of(BROUGHT, _MAYBE)
    | {
        "fields": _list(_object(_of(("code", "title"), _TEXT) | _of(("points", "maximum"), _POINTS))),
        "leaves": {"type": "object", "additionalProperties": _MAYBE},
    }
)
_GROUP = _object(
    _of(("title", "criteria_title", "tie_rule", "left_out_way"), _TEXT)
    | _of(("bonus_ceiling", "penalty_ceiling"), _POINTS)
    | {
        "tie_order": _list(_TEXT),
        "decimals": _COUNT,
        "bands": _list(_object({"label": _TEXT, "lower": _POINTS, "inclusive": _YES})),
        "criteria": _list(
            _object(
                _of(("code", "title"), _TEXT)
                | {"level": _COUNT, "leaf": _YES, "maximum": _POINTS, "source": _TEXT, "counting": _TEXT},
                optional=("maximum", "source", "counting"),
            )
        ),
        "units": _list(_UNIT),
    }
)
SCHEMA = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "CCHC ranking"} | _object(
    {"notice": _TEXT, "format": {"const": FORMAT}, "licence": _object(_of(("name", "url"), _TEXT))}
    | _of(("title", "host", "stated_source", "decision", "reason"), _TEXT)
    | _of(("published_at", "stated_on"), _MAYBE_TEXT)
    | {"year": _COUNT, "version": _COUNT, "with_survey": _YES, "groups": _list(_GROUP)},
    optional=("notice",),
)
