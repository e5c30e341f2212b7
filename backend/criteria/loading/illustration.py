"""The sets that come with the program, one file for each kind of unit. They are illustrations."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from backend.core.errors import Invalid
from backend.criteria.actions import publish
from backend.criteria.loading.load import agencies_on, load_set
from backend.criteria.loading.reading import read_file
from backend.criteria.models import CriteriaSet
from permissions.actor import SYSTEM, Actor
from tiers.models import Kind, Unit

DATA = Path(__file__).resolve().parent.parent / "data"


def kinds_with_file() -> list[str]:
    """Return the codes of the kinds of unit for which an illustration comes with the program."""
    return sorted(path.stem for path in DATA.glob("*.csv"))


@transaction.atomic
def load_illustration(
    owner: Unit,
    *,
    kind: Kind,
    year: int,
    by: Actor = SYSTEM,
    previous: CriteriaSet | None = None,
    leads_on: date | None = None,
) -> CriteriaSet:
    """Return the published illustration set for units of ``kind`` under ``owner`` in ``year``.

    ``leads_on`` is the day on which the lead agencies named in the file are looked up; without
    it they are left out. Raises Refused; Invalid where no file for that kind comes with the program.
    """
    path = DATA / f"{kind.code}.csv"
    if not path.is_file():
        raise Invalid(_("Chưa có bộ tiêu chí minh hoạ cho loại đơn vị “%s”.") % kind.title)
    rows = read_file(path)
    made = load_set(
        rows,
        owner=owner,
        kind=kind,
        year=year,
        by=by,
        previous=previous,
        agencies=agencies_on(leads_on, rows) if leads_on else None,
        title=_("Bộ tiêu chí minh hoạ đánh giá cải cách hành chính năm %(year)d – %(kind)s")
        % {"year": year, "kind": kind.title},
        is_illustration=True,
    )
    return publish(made, by=by, reason=_("Nạp bộ tiêu chí minh hoạ"))
