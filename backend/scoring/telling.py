"""Lines of the history room in words: the rows they stand for are read by key, one statement a kind on the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from backend.accounts.models import User
from backend.audit.models import Access
from backend.audit.triggers import history_models
from backend.core.dates import format_moment
from backend.core.exact import format_points
from backend.rounds.models import CouncilMember, Step
from backend.scoring import accesses
from backend.scoring.changes import KINDS, SOURCES, Names, Source
from backend.scoring.models import Delegation, Mark, Proposal, Score
from backend.scoring.room import Asked, Cursor, page_of
from backend.scoring.wording import stated
from permissions.actor import Actor
from tiers.models import Appointment


@dataclass
class Change:
    """One change: when, who, where, what, why."""

    line: Any
    row: Any
    what: str = ""
    is_leaf: bool = True

    @property
    def kind(self) -> str:
        """Return the kind by its name."""
        kind: str = self.line.kind
        return kind

    @property
    def title(self) -> Any:
        """Return the kind in words."""
        return KINDS[self.line.kind]

    @property
    def code(self) -> str:
        """Return the code of the leaf; empty where there is none or no card that shows it."""
        return self.line.code if self.line.card_key and self.is_leaf else ""

    @property
    def card(self) -> int | None:
        """Return the key of the card."""
        key: int | None = self.line.card_key
        return key

    @property
    def points_before(self) -> Decimal | None:
        """Return the points before, as history has them; None where the change is of no mark."""
        if type(self.row) is not Mark.history.model:
            return None
        before: Decimal | None = (
            self.row.from_points if self.row.prior_points is None else self.row.prior_points
        )
        return before

    @property
    def points_after(self) -> Decimal | None:
        """Return the points after, as history has them; None where the change is of no mark."""
        return self.row.points if type(self.row) is Mark.history.model else None

    @property
    def reason(self) -> str:
        """Return the reason recorded with the change, unless it stands in the words already."""
        reason: str = self.row.history_change_reason
        return "" if reason in self.what else reason

    def shown(self) -> dict[str, Any]:
        """Return what a page shows of it, each by its name."""
        row = self.row
        return {
            "at": row.history_date,
            "who": row.actor_name,
            "step": row.step_name,
            "unit": row.unit_name,
            "title": self.title,
            "code": self.code,
            "card": self.card,
            "is_change": not isinstance(self.row, Access),
            "what": self.what,
            "reason": self.reason,
            "stated": self.stated,
        }

    @property
    def stated(self) -> str:
        """Return the paper a figure was taken from."""
        return stated(self.row)


def newest(
    actor: Actor, asked: Asked | None = None, *, before: Cursor | None = None
) -> tuple[list[Change], Cursor | None]:
    """Return one page of changes the person may inspect, newest first, and where the next page begins."""
    lines, older = page_of(actor, asked or Asked(), before)
    return told(lines), older


def told(lines: Iterable[Any]) -> list[Change]:
    """Return the changes that the lines stand for, in words and in their order."""
    lines = list(lines)
    rows: dict[tuple[str, int], Any] = {}
    for table in {line.source for line in lines}:
        for row in _rows(table, [line.row_key for line in lines if line.source == table]):
            rows[table, row.history_id] = row
    names = _names(rows.values())
    found = [Change(line, rows[line.source, line.row_key]) for line in lines]
    leaves = _leaves_looked_at(found)
    for change in found:
        if isinstance(change.row, Access):
            change.is_leaf = (change.line.card_key, change.line.code) in leaves
        source = _OWN_WORDS.get(change.line.source)
        change.what = source.tell(change.row, names) if source else _plainly(change.row, names)
    return found


def _leaves_looked_at(found: list[Change]) -> set[tuple[int, str]]:
    """Return those leaves of which accesses tell that exist: an address may name any."""
    wanted = {change.line.card_key for change in found if isinstance(change.row, Access) and change.line.code}
    if not wanted - {None}:
        return set()
    codes = {change.line.code for change in found}
    there = Score.objects.filter(card__in=wanted - {None}, code__in=codes).order_by()
    return set(there.values_list("card_id", "code"))


_OWN_WORDS: dict[str, Source] = {source.model.history.model._meta.db_table: source for source in SOURCES}


def _rows(table: str, keys: list[int]) -> list[Any]:
    if table == Access._meta.db_table:
        return list(Access.objects.filter(pk__in=keys))
    history = next(model for model in history_models() if model._meta.db_table == table)
    rows = history.objects.filter(history_id__in=keys).order_by()
    if source := _OWN_WORDS.get(table):
        earlier = history.objects.filter(id=OuterRef("id"), sequence__lt=OuterRef("sequence"))
        last = earlier.order_by("-sequence")
        prior = {f"prior_{name}": Subquery(last.values(name)[:1]) for name in source.compared}
        return list(rows.annotate(**prior))
    return _beside_prior(history, list(rows))


def _beside_prior(history: Any, rows: list[Any]) -> list[Any]:
    """Return the rows with the one before each as ``prior``; of such kinds there are few rows an object."""
    key = history.instance_type._meta.pk.attname
    things = {getattr(row, key) for row in rows}
    last: dict[Any, Any] = {}
    wanted = {row.history_id: row for row in rows}
    for row in history.objects.filter(**{f"{key}__in": things}).order_by("sequence"):
        if row.history_id in wanted:
            wanted[row.history_id].prior = last.get(getattr(row, key))
        last[getattr(row, key)] = row
    return rows


_PEOPLE: dict[Any, str] = {Appointment: "user_id", Delegation: "taker_id", CouncilMember: "person_id"}


def _names(rows: Iterable[Any]) -> Names:
    steps, people, proposals = set(), set(), set()
    for row in rows:
        steps.add(getattr(row, "step_id", None))
        proposals.add(getattr(row, "proposal_id", None))
        model = getattr(type(row), "instance_type", None)
        people.add(getattr(row, _PEOPLE.get(model, ""), None))
    named = get_user_model().objects.filter(pk__in=people - {None}).values_list("pk", "full_name")
    found = Step.objects.filter(pk__in=steps - {None})
    voted = Proposal.objects.filter(pk__in=proposals - {None}).values_list("pk", "points")
    return Names(
        {step.pk: step for step in found} if steps - {None} else {},
        dict(named) if people - {None} else {},
        dict(voted) if proposals - {None} else {},
    )


# --- rows without words of their own ------------------------------------------------------------------------------


def _plainly(row: Any, names: Names) -> str:
    if isinstance(row, Access):
        return _access(row)
    model = type(row).instance_type
    named = f"{model._meta.verbose_name} {_label(row)}".strip()
    if row.history_type == "+":
        return _("Thêm %s") % named
    if row.history_type == "-":
        return _("Xoá %s") % named
    parts = "; ".join(_differences(row, personal=model is User))
    return _("Sửa %(what)s: %(parts)s") % {"what": named, "parts": parts} if parts else _("Sửa %s") % named


def _label(row: Any) -> str:
    """Return what the row is called: its title, name, number or code."""
    for name in ("title", "full_name", "label", "report_number", "code", "document"):
        if said := getattr(row, name, ""):
            return f"“{said}”"
    return ""


def _differences(row: Any, *, personal: bool) -> list[str]:
    """Return what became of each field that changed; of a person's data only which."""
    if row.prior is None:
        return []
    made = []
    for field in row.tracked_fields:
        old, new = getattr(row.prior, field.attname), getattr(row, field.attname)
        # A field without a name in words is not told.
        if old != new and str(field.verbose_name) != field.name.replace("_", " "):
            title = str(field.verbose_name)
            made.append(
                title
                if personal or field.is_relation
                else f"{title} {_value(field, old)} → {_value(field, new)}"
            )
    return made


def _value(field: Any, value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, datetime):
        return format_moment(value)
    if type(field).__name__ == "PointsField":
        return format_points(value)
    text = str(dict(field.flatchoices).get(value, value))
    return text if len(text) <= 80 else f"{text[:79]}…"


def _access(row: Access) -> str:
    if row.kind == Access.Kind.REFUSED:
        done = _("Bị từ chối (%(status)s): %(what)s") % {
            "status": row.status,
            "what": accesses.deed(row.act, row.method),
        }
        return f"{done}. {row.target}" if row.target else done
    words = _("Xem tài liệu: %s") if row.kind == Access.Kind.READ else _("Xuất: %s")
    return words % (row.target or accesses.deed(row.act, row.method))
