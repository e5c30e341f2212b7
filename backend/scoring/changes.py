"""The newest changes of everything a person inspects: one read per kind of row, whatever there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.core import clock
from backend.core.dates import end_of_day_exclusive, format_date, last_day_before, start_of_day
from backend.core.exact import format_points
from backend.core.text import fold
from backend.criteria.models import CriteriaSet
from backend.rounds.models import Extension, Round, Step
from backend.scoring import queries
from backend.scoring.lifecycle import MOVES, OWN_MOVES, State
from backend.scoring.models import Deduction, Evidence, Explanation, Mark, Score, Scorecard, Signature
from backend.scoring.wording import Entry, Reader, applied, because, mark_change, stated
from permissions.actor import Actor, within
from permissions.roles import ROLE_TITLES, Role, Verb
from tiers.models import Appointment, Unit

A_PAGE = 50

KINDS = {
    "marks": gettext_lazy("Điểm"),
    "answers": gettext_lazy("Giải trình"),
    "evidence": gettext_lazy("Tài liệu kiểm chứng"),
    "cards": gettext_lazy("Phiếu"),
    "rounds": gettext_lazy("Đợt đánh giá"),
    "criteria": gettext_lazy("Bộ tiêu chí"),
    "units": gettext_lazy("Đơn vị"),
    "seats": gettext_lazy("Phân công"),
}


@dataclass(frozen=True)
class Cursor:
    """A place in the history: rows after it in the list are older."""

    at: datetime
    rank: int
    key: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.rank}~{self.key}"

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """Return the place that an address names; None where it names none."""
        parts = text.replace(" ", "+").split("~")
        try:
            at, rank, key = datetime.fromisoformat(parts[0]), int(parts[1]), int(parts[2])
        except (ValueError, IndexError):
            return None
        return cls(at, rank, key) if at.tzinfo else None


@dataclass
class Change:
    """One change: when, who, where, what, why."""

    row: Any
    rank: int
    kind: str
    what: str = ""
    code: str = ""
    card: int | None = None

    @property
    def place(self) -> tuple[datetime, int, int]:
        """Return where the change stands in the list; the greatest is the newest."""
        return self.row.history_date, -self.rank, self.row.history_id

    @property
    def title(self) -> Any:
        """Return the kind in words."""
        return KINDS[self.kind]

    @property
    def reason(self) -> str:
        """Return the reason recorded with the change, unless it stands in the words already."""
        reason: str = self.row.history_change_reason
        return "" if reason in self.what else reason

    @property
    def stated(self) -> str:
        """Return the paper a figure was taken from."""
        return stated(self.row)


@dataclass
class Names:
    """What rows name by key only, looked up once for a page."""

    scores: dict[int, tuple[str, int]] = field(default_factory=dict)
    steps: dict[int, Step] = field(default_factory=dict)
    people: dict[int, str] = field(default_factory=dict)


Teller = Callable[[Any, Names], str]


@dataclass(frozen=True)
class Source:
    """One kind of row: which of its columns are compared with the row before, what is left out, its words."""

    kind: str
    model: Any
    tell: Teller
    compared: tuple[str, ...] = ()
    kept: Q = field(default_factory=Q)


def newest(
    actor: Actor,
    *,
    words: str = "",
    kind: str = "",
    first: date | None = None,
    last: date | None = None,
    before: Cursor | None = None,
) -> tuple[list[Change], Cursor | None]:
    """Return one page of changes the person may inspect, newest first, and where the next page begins."""
    asked = _scope(actor) & _asked(words, first, last)
    hidden = _hidden(actor)
    found: list[Change] = []
    for rank, source in enumerate(SOURCES):
        if kind in ("", source.kind):
            rows = _rows(source, asked & _after(before, rank), hidden.get(source.model))
            found += [Change(row, rank, source.kind) for row in rows]
    found.sort(key=lambda change: change.place, reverse=True)
    page, more = found[:A_PAGE], len(found) > A_PAGE
    _tell(page)
    end = page[-1] if more else None
    return page, Cursor(end.row.history_date, end.rank, end.row.history_id) if end else None


def _scope(actor: Actor) -> Q:
    """Return what the person inspects: rows about her units, and all of the rounds of her host."""
    rounds = Round.objects.filter(within(actor, Verb.INSPECT, unit="host__path"))
    return within(actor, Verb.INSPECT, unit="unit_path") | Q(round_key__in=rounds.values("pk"))


def _hidden(actor: Actor) -> dict[Any, Q]:
    """Return, by kind of row, what the person may not read yet.

    What a unit gives itself, attaches and sends round inside is its own until its lock; who works in a
    unit reads of the council what the unit reads. The rules of ``queries.sees_step``, put to the database.
    """
    own = Step.objects.filter(kind=Step.Kind.SELF).values("pk")
    writing = queries.still_writing(clock.now()).values("pk")
    unsent = Q(score_id__in=Score.objects.filter(card__in=writing).values("pk"), step_id__in=own)
    council = Q(score_id__in=_unpublished_scores(actor).values("pk"))
    return {
        Mark: unsent | council & ~Q(step_id__in=own),
        Evidence: unsent | queries.drafts(Evidence),
        Explanation: council | ~Q(answer="") & queries.drafts(Explanation),
        Deduction: Q(card_id__in=_unpublished_scores(actor).values("card")),
        Signature: Q(card_id__in=writing, move__in=OWN_MOVES)
        | Q(move="submit_answers", card_id__in=Scorecard.objects.filter(state=State.EXPLAINING).values("pk")),
        Scorecard: Q(id__in=writing),
    }


def _unpublished_scores(actor: Actor) -> QuerySet[Score]:
    """Return the scores without a published result of the units where the person works."""
    places = {seat.workplace for seat in actor.seats} | {seat.path for seat in actor.seats}
    scores = Score.objects.filter(card__unit__path__in=places)
    return scores.exclude(card__state=State.PUBLISHED)


def _asked(words: str, first: date | None, last: date | None) -> Q:
    asked = Q()
    if words:
        asked &= Q(unit_key__in=Unit.objects.filter(folded__contains=fold(words)).values("pk"))
    if first:
        asked &= Q(history_date__gte=start_of_day(first))
    if last:
        asked &= Q(history_date__lt=end_of_day_exclusive(last))
    return asked


def _after(before: Cursor | None, rank: int) -> Q:
    if before is None:
        return Q()
    older = Q(history_date__lt=before.at)
    if rank == before.rank:
        return older | Q(history_date=before.at, history_id__lt=before.key)
    return older | Q(history_date=before.at) if rank > before.rank else older


def _rows(source: Source, asked: Q, hidden: Q | None) -> list[Any]:
    history = source.model.history
    earlier = history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id")).order_by("-history_id")
    prior = {f"prior_{name}": Subquery(earlier.values(name)[:1]) for name in source.compared}
    rows = history.filter(asked).annotate(**prior).filter(source.kept)
    if hidden is not None:
        rows = rows.exclude(hidden)
    return list(rows.order_by("-history_date", "-history_id")[: A_PAGE + 1])


def _tell(page: list[Change]) -> None:
    names = _names([change.row for change in page])
    for change in page:
        change.what = SOURCES[change.rank].tell(change.row, names)
        key = getattr(change.row, "score_id", None) or (
            change.row.id if SOURCES[change.rank].model is Score else 0
        )
        change.code, change.card = names.scores.get(key, ("", None))


def _names(rows: list[Any]) -> Names:
    scores = {getattr(row, "score_id", None) for row in rows}
    scores |= {row.id for row in rows if type(row).instance_type is Score}
    steps = {getattr(row, "step_id", None) for row in rows}
    people = {row.user_id for row in rows if type(row).instance_type is Appointment}
    coded = Score.objects.filter(pk__in=scores - {None}).values_list("pk", "code", "card_id")
    named = get_user_model().objects.filter(pk__in=people).values_list("pk", "full_name")
    return Names(
        {pk: (code, card_id) for pk, code, card_id in coded},
        {step.pk: step for step in Step.objects.filter(pk__in=steps - {None})},
        dict(named),
    )


# --- one leaf ------------------------------------------------------------------------------------------


def entries_for(card: Scorecard, score: Score, viewer: Actor) -> list[Entry]:
    """Return the score's life in words for one viewer, oldest first: hidden steps and names left out."""
    now = clock.now()
    steps = queries.steps_of(card)
    shown = {step.pk: step for step in steps if queries.sees_step(card, step, viewer, now)}
    names = queries.works_for_host(viewer, card)
    hidden = frozenset(step.pk for step in steps if step.kind == Step.Kind.SELF and step.pk not in shown)
    sent, drafts = (None, queries.draft_steps(card)) if names else (_sent(card), frozenset())
    reader = Reader(steps=shown, hidden=hidden, sent=sent, drafts=drafts, names=names)
    return reader.entries(queries.timeline(score))


def _sent(card: Scorecard) -> frozenset[int]:
    """Return the keys of the explanation steps whose questions have gone out to the unit."""
    return frozenset(
        key for key in card.signatures.filter(move="ask").values_list("step_id", flat=True) if key
    )


# --- the words of each kind ---------------------------------------------------------------------------


def _mark(row: Any, names: Names) -> str:
    step = names.steps.get(row.step_id)
    if row.history_type == "-":
        return _("Xoá điểm")
    kind = step.kind if step else Step.Kind.SELF
    if row.points == row.prior_points and row.prior_version is not None:
        return _("%(step)s: sửa giải trình hoặc lý do") % {"step": step.title if step else ""}
    return mark_change(kind, row.prior_points, row.points, row.reason, row.from_points)


def _deduction(row: Any, names: Names) -> str:
    words = _("Rút lại %s điểm trừ ở %s: %s") if row.withdraws_id else _("Trừ %s điểm ở %s: %s")
    document = f" ({row.document})" if row.document else ""
    return words % (format_points(row.points), row.code, row.reason + document)


def _explanation(row: Any, names: Names) -> str:
    if row.history_type == "-":
        return _("Bỏ yêu cầu giải trình: %s") % row.question
    if row.answer and row.answer != row.prior_answer:
        return _("Đơn vị giải trình: %s") % row.answer
    return _("Yêu cầu giải trình: %s") % row.question


def _evidence(row: Any, names: Names) -> str:
    named = row.file_name or f"{row.number}, {row.issuer}"
    if row.history_type == "+":
        return (_("Thay bằng bản mới: %s") if row.replaces_id else _("Thêm tài liệu: %s")) % named
    return _("Gỡ tài liệu: %s") % named if row.removed_at else _("Sửa tài liệu: %s") % named


def _score(row: Any, names: Names) -> str:
    return applied(row)


def _signature(row: Any, names: Names) -> str:
    if row.history_type != "+":
        kept = _("Phê duyệt ngày %s giữ hiệu lực sau khi thay đổi tiêu chí áp dụng")
        void = _("Phê duyệt ngày %s không còn hiệu lực")
        return (void if row.voided_at else kept) % format_date(row.signed_at)
    done = MOVES[row.move].done if row.move in MOVES else row.move
    document = _(" (văn bản %s)") % row.document if row.document else ""
    return f"{_capital(str(done))}{because(row.reason)}{document}"


def _card(row: Any, names: Names) -> str:
    if row.signed_number and row.signed_number != row.prior_signed_number:
        return _("Đính kèm bản ký số %s") % row.signed_number
    return _("Sửa phần khó khăn, đề xuất của báo cáo")


def _round(row: Any, names: Names) -> str:
    if row.history_type == "+":
        return _("Lập %s") % row.title
    if row.state != row.prior_state:
        return f"{row.title}: {Round.State(row.state).label}"
    return _("Sửa %s") % row.title


def _step(row: Any, names: Names) -> str:
    named = {"step": row.title, "new": format_date(last_day_before(row.closes_at))}
    if row.history_type == "+":
        return _("Đặt bước “%(step)s”: khoá sau ngày %(new)s") % named
    if row.history_type == "-":
        return _("Bỏ bước “%(step)s”") % named
    if row.prior_closes_at and row.closes_at != row.prior_closes_at:
        named["old"] = format_date(last_day_before(row.prior_closes_at))
        return _("Bước “%(step)s”: khoá sau ngày %(old)s đổi thành %(new)s") % named
    return _("Sửa bước “%(step)s”") % named


def _extension(row: Any, names: Names) -> str:
    step = names.steps.get(row.step_id)
    until = format_date(last_day_before(row.closes_at))
    return _("Gia hạn bước “%(step)s” đến hết ngày %(until)s (văn bản %(document)s)") % {
        "step": step.title if step else "",
        "until": until,
        "document": row.document,
    }


def _criteria(row: Any, names: Names) -> str:
    named = f"{row.title} ({_('phiên bản')} {row.version})"
    if row.history_type == "+":
        return _("Lập %s") % named
    if row.history_type == "-":
        return _("Xoá %s") % named
    if row.state != row.prior_state:
        return f"{named}: {CriteriaSet.State(row.state).label}"
    return _("Sửa %s") % named


def _unit(row: Any, names: Names) -> str:
    if row.history_type == "+":
        return _("Thêm đơn vị %s") % row.name
    if row.valid_to and row.valid_to != row.prior_valid_to:
        return _("%(unit)s: kết thúc trước ngày %(day)s") % {
            "unit": row.name,
            "day": format_date(row.valid_to),
        }
    if row.name != row.prior_name:
        return _("Đổi tên %(old)s thành %(new)s") % {"old": row.prior_name, "new": row.name}
    return _("Sửa đơn vị %s") % row.name


def _seat(row: Any, names: Names) -> str:
    role = ROLE_TITLES[Role(row.role)]
    named = {"who": names.people.get(row.user_id, ""), "role": role}
    if row.history_type == "+":
        return _("Phân công %(who)s: %(role)s") % named
    if row.ends_at and row.ends_at != row.prior_ends_at:
        named["day"] = format_date(last_day_before(row.ends_at))
        return _("Phân công của %(who)s (%(role)s) kết thúc ngày %(day)s") % named
    return _("Sửa phân công của %(who)s (%(role)s)") % named


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# In this order rows of one moment stand. What opening a round makes by the thousand is left out.
SOURCES = (
    Source("marks", Mark, _mark, ("points", "version"), ~Q(history_type="+", points__isnull=True)),
    Source("marks", Score, _score, (), Q(history_type="~")),
    Source("marks", Deduction, _deduction),
    Source("answers", Explanation, _explanation, ("answer",)),
    Source("evidence", Evidence, _evidence),
    Source("cards", Signature, _signature),
    Source(
        "cards",
        Scorecard,
        _card,
        ("signed_number", "state"),
        # A change of state is told by its signature.
        Q(history_type="~", prior_state=F("state")),
    ),
    Source("rounds", Round, _round, ("state",)),
    Source("rounds", Step, _step, ("closes_at",)),
    Source("rounds", Extension, _extension),
    Source("criteria", CriteriaSet, _criteria, ("state",)),
    Source("units", Unit, _unit, ("name", "valid_to")),
    Source("seats", Appointment, _seat, ("ends_at",)),
)
