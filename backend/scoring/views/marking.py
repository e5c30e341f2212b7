"""The council's sheet of a card as rows of a page: each leaf with what led to it, its mark and its forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from django.http import HttpRequest
from django.utils.translation import gettext as _

from backend.core.dates import format_moment
from backend.core.exact import ZERO, format_points
from backend.criteria.models import Node
from backend.rounds.models import Step
from backend.scoring import gates, queries
from backend.scoring.actions.answers import MAY_ASK
from backend.scoring.forms import DraftForm, MarkForm, QuestionForm
from backend.scoring.gates import Facts
from backend.scoring.lifecycle import UNDER_APPRAISAL, State
from backend.scoring.models import CannedReason, Draft, Evidence, Explanation, Mark, Scorecard
from backend.scoring.queries import DoubleSeen, Heading, Leaf, Sheet, Window
from backend.scoring.tally import Extra, extras_of
from backend.scoring.views.finding import actor_of, may
from backend.scoring.views.mark_forms import fit_forms, offer, question_form
from permissions.actor import Actor
from permissions.roles import Verb


@dataclass
class Line:
    """One leaf on the page; ``form`` is None where the viewer may not.

    ``step`` takes the council's marks now. None: all is appraised, and the newest mark is the one that stands.
    """

    leaf: Leaf
    step: Step | None
    again: bool = False
    asking: Step | None = None
    hers: bool = False
    may_touch: bool = False
    double: DoubleSeen | None = None
    draft: Draft | None = None
    form: MarkForm | None = None
    draft_form: DraftForm | None = None
    question_form: QuestionForm | None = None
    canned: list[CannedReason] = field(default_factory=list)

    is_leaf = True

    @property
    def assessed(self) -> bool:
        """Return whether the council appraises this leaf."""
        return self.leaf.score.applies and self.leaf.score.source == Node.Source.ASSESSED

    @property
    def mark(self) -> Mark | None:
        """Return the mark at the step now on, if one stands; the newest of all where all is appraised."""
        if self.step is None:
            return self._given[-1] if self._given else None
        mark = self.leaf.marks.get(self.step.pk)
        return mark if mark and mark.points is not None else None

    @property
    def earlier(self) -> list[Mark]:
        """Return the council's marks of the steps before, in order."""
        if self.step is None:
            return self._given[:-1]
        return [mark for mark in self._given if mark.step.order < self.step.order]

    @property
    def _given(self) -> list[Mark]:
        marks = (mark for mark in self.leaf.marks.values() if mark.points is not None)
        return [mark for mark in marks if mark.step.kind == Step.Kind.APPRAISAL]

    @property
    def before(self) -> Decimal | None:
        """Return the points the mark starts from: those of the newest step before."""
        if self.earlier:
            return self.earlier[-1].points
        return None if self.leaf.claims_not_arisen else self.leaf.points

    @property
    def newest(self) -> Mark | None:
        """Return the newest mark of the council."""
        return self.mark or (self.earlier[-1] if self.earlier else None)

    @property
    def explained(self) -> str:
        """Return how the rule came to the points, with the unit's numbers or those of the survey."""
        return self.leaf.explained

    @property
    def question(self) -> Explanation | None:
        """Return the question that waits to be sent."""
        wanted = self.asking.pk if self.asking else None
        return next((item for item in self.leaf.explanations if item.step_id == wanted), None)

    @property
    def asked(self) -> list[Explanation]:
        """Return the questions already sent, with their answers."""
        return [item for item in self.leaf.explanations if item is not self.question]

    @property
    def evidence(self) -> list[Evidence]:
        """Return what the unit attached when it scored itself."""
        return [piece for piece in self.leaf.evidence if piece.step.kind != Step.Kind.EXPLANATION]

    @property
    def new_evidence(self) -> list[Evidence]:
        """Return what the unit added when it explained."""
        return [piece for piece in self.leaf.evidence if piece.step.kind == Step.Kind.EXPLANATION]

    @property
    def silent(self) -> bool:
        """Return whether the unit was asked and explained nothing: the mark before stands."""
        return self.again and bool(self.asked) and not any(item.answer for item in self.asked)

    @property
    def due(self) -> bool:
        """Return whether the step now on owes this leaf a mark: each at the first, the explained ones later.

        Where all is appraised, whether any step did.
        """
        owed = self.leaf.within_scale or bool(self.before)
        later = self.again and self.step is not None
        return self.assessed and owed and (not later or any(item.answer for item in self.asked))

    @property
    def left(self) -> bool:
        """Return whether a mark is owed and missing."""
        return self.due and self.mark is None

    @property
    def is_cut(self) -> bool:
        """Return whether the newest mark is below what it started from."""
        return is_cut(self.newest)

    @property
    def is_apart(self) -> bool:
        """Return whether the steps of appraisal gave different points."""
        return len({mark.points for mark in self._given}) > 1

    @property
    def claimed(self) -> bool:
        """Return whether the unit says that nothing arose and the leaf still applies."""
        return self.assessed and self.leaf.claims_not_arisen

    @property
    def twice(self) -> DoubleSeen | None:
        """Return the double marking of the leaf while it is not settled."""
        return self.double if self.double and self.double.double.is_open else None

    @property
    def agreeable(self) -> bool:
        """Return whether "Đồng ý" is one press away for this viewer."""
        return self.may_touch and self.left and not self.twice and (self.before is not None or self.claimed)

    @property
    def status(self) -> tuple[str, str]:
        """Return the state of the leaf in words, and its colour."""
        if not self.assessed:
            out = not self.leaf.score.applies
            return (_("không áp dụng"), "grey") if out else (_("lấy từ điều tra, chỉ số ngoài"), "grey")
        if self.twice:
            return _said_of(self.twice)
        if self.mark is None:
            return self._unmarked()
        return told_change(self.mark.from_points, self.mark.points)

    def _unmarked(self) -> tuple[str, str]:
        if self.claimed:
            return _("báo không phát sinh"), "amber"
        if not self.due and not self.leaf.within_scale and not self.earlier:
            return _("không đề nghị"), "grey"
        if self.silent:
            return _("không giải trình, giữ điểm"), "grey"
        return (_("chưa thẩm định"), "amber") if self.due else (_("giữ điểm lần trước"), "grey")


def _said_of(seen: DoubleSeen) -> tuple[str, str]:
    """Return how far a leaf marked twice is, for one viewer, and its colour."""
    if seen.differs:
        return _("hai điểm khác nhau"), "red"
    if seen.mine:
        return _("chấm hai lần: bạn đã chấm"), "blue"
    return _("chấm hai lần: %d/2 người đã chấm") % seen.given, "amber"


def told_change(before: Decimal | None, now: Decimal | None) -> tuple[str, str]:
    """Return "đồng ý", "giảm 0,50" or "tăng 0,50", and its colour."""
    if before is None or now is None:
        return _("đã chấm"), "blue"
    if before == now:
        return _("đồng ý"), "green"
    word = _("giảm") if now < before else _("tăng")
    return f"{word} {format_points(abs(now - before))}", "red" if now < before else "blue"


@dataclass
class Part:
    """One field with its lines and headings in order."""

    field: queries.Field
    mine: bool = True
    rows: list[Line | Heading] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        """Return the leaves in order."""
        return [row for row in self.rows if isinstance(row, Line)]

    @property
    def due(self) -> int:
        """Return how many marks the step now on owes here."""
        return sum(line.due for line in self.lines)

    @property
    def done(self) -> int:
        """Return how many of those stand."""
        return sum(line.due and line.mark is not None for line in self.lines)

    @property
    def agreeable(self) -> list[str]:
        """Return the codes that "Đồng ý với các điểm còn lại" would take."""
        return [line.leaf.code for line in self.lines if line.agreeable]

    @property
    def newest(self) -> Decimal:
        """Return the sum of the newest points of the council."""
        return newest_total(self.lines)


def newest_total(lines: Iterable[Line]) -> Decimal:
    """Return the sum of the newest points the council gave within the scale, in points."""
    marks = (line.newest for line in lines if line.assessed and line.leaf.within_scale)
    return sum((mark.points or ZERO for mark in marks if mark), ZERO)


@dataclass
class Marking:
    """A card on the council's table, for one viewer."""

    card: Scorecard
    sheet: Sheet
    window: Window | None
    why_shut: str
    asking: Step | None
    parts: list[Part] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        """Return every leaf in order."""
        return [line for part in self.parts for line in part.lines]

    @property
    def due(self) -> int:
        """Return how many marks the step now on owes."""
        return sum(part.due for part in self.parts)

    @property
    def done(self) -> int:
        """Return how many of those stand."""
        return sum(part.done for part in self.parts)

    @property
    def newest(self) -> Decimal:
        """Return the sum of the newest points of the council."""
        return newest_total(self.lines)

    @property
    def extras(self) -> list[Extra]:
        """Return bonus and penalty by the newest points of the council."""
        pairs = [(line.leaf.score, line.newest.points if line.newest else None) for line in self.lines]
        return extras_of(self.card, pairs)

    @property
    def agreeable(self) -> list[str]:
        """Return the codes that "Đồng ý với các điểm còn lại" would take."""
        return [code for part in self.parts for code in part.agreeable]

    @property
    def left(self) -> list[str]:
        """Return the codes that are owed a mark and have none."""
        return [line.leaf.code for line in self.lines if line.left]

    @property
    def cuts(self) -> int:
        """Return how many leaves stand below the points they started from and are not asked about yet."""
        return sum(line.is_cut and line.question is None for line in self.lines)

    @property
    def questions(self) -> int:
        """Return how many questions wait to be sent."""
        return sum(line.question is not None for line in self.lines)

    def line(self, code: str) -> Line | None:
        """Return the leaf of that code."""
        return next((line for line in self.lines if line.leaf.code == code), None)

    def part_of(self, line: Line) -> Part:
        """Return the field a leaf stands in."""
        return next(part for part in self.parts if line in part.rows)


def is_cut(mark: Mark | None) -> bool:
    return bool(
        mark and mark.from_points is not None and mark.points is not None and mark.points < mark.from_points
    )


def marking_of(request: HttpRequest, card: Scorecard) -> Marking:
    """Return the card with its rows for this viewer; forms only where she could save now."""
    actor = actor_of(request)
    sheet = queries.sheet(card, actor)
    window = queries.time_of(card, Step.Kind.APPRAISAL)
    appraises = may(request, Verb.APPRAISE, card)
    asking = queries.step_of(card, Step.Kind.EXPLANATION) if State(card.state) in MAY_ASK else None
    made = Marking(card, sheet, window, why_shut(card, window), asking)
    hosts = queries.works_for_host(actor, card) and window is not None
    doubles = queries.doubles_on(card, window.step, actor) if hosts and window else {}
    drafts = queries.drafts_on(card, window.step) if hosts and window else {}
    drafting = hosts and not made.why_shut and not appraises and may(request, Verb.PREPARE, card)
    lay_out(made, actor, doubles, drafts, appraises=appraises)
    for line in made.lines:
        fit(line, actor, card, drafting=drafting)
    offer(made.lines, card.round)
    return made


def lay_out(
    made: Marking, actor: Actor, doubles: dict[int, DoubleSeen], drafts: dict[int, Draft], *, appraises: bool
) -> None:
    """Give the card its fields with their lines, without any form."""
    for part in made.sheet.fields:
        rows = [
            _row(row, made, mine=appraises and queries.her_leaf(actor, made.card, row.code))
            for row in part.rows
        ]
        for row in rows:
            if isinstance(row, Line):
                row.double, row.draft = doubles.get(row.leaf.score.pk), drafts.get(row.leaf.score.pk)
        mine = any(isinstance(row, Line) and row.hers for row in rows)
        made.parts.append(Part(part, mine, rows))


def _row(row: Leaf | Heading, made: Marking, *, mine: bool) -> Line | Heading:
    if isinstance(row, Heading):
        return row
    step = made.window.step if made.window and not is_over(made.card) else None
    line = Line(row, step, again=made.card.step_id is not None, asking=made.asking, hers=mine)
    line.may_touch = mine and line.assessed and not made.why_shut
    return line


def fit(line: Line, actor: Actor, card: Scorecard, *, drafting: bool) -> None:
    """Give the leaf its forms, as far as the viewer may save them now."""
    if line.hers and line.assessed and line.asking:
        line.question_form = question_form(line)
    fit_forms(line, actor, card, drafting=drafting)


def is_over(card: Scorecard) -> bool:
    """Return whether nothing of the card is appraised any more."""
    return State(card.state) in (State.CONCLUDED, State.PUBLISHED)


def why_shut(
    card: Scorecard, window: Window | None, find: Callable[[str], Window | None] | None = None
) -> str:
    """Return why the council can't give points now, in words; empty where it can. The action asks again.

    ``find`` gives the window of a kind of step, where the page has read those of many cards at once.
    """
    if State(card.state) not in UNDER_APPRAISAL:
        return _("Phiếu %(state)s.") % {"state": State(card.state).label}
    if window is None:
        return _("Đợt đánh giá không còn bước thẩm định nào.")
    if window.now >= window.closes:
        return _("Bước “%(step)s” đã khoá lúc %(when)s. Muốn thẩm định tiếp, cần lùi ngày khoá của bước.") % {
            "step": window.step.title,
            "when": format_moment(window.closes),
        }
    facts = Facts(now=window.now, opens=window.opens, closes=window.closes)
    return gates.in_time(facts) or _unit_at_work(card, find or partial(queries.time_of, card))


def _unit_at_work(card: Scorecard, find: Callable[[str], Window | None]) -> str:
    own = find(Step.Kind.SELF)
    if own and own.now < own.closes:
        return gates.self_scoring_over(Facts(now=own.now, self_closes=own.closes))
    asked = find(Step.Kind.EXPLANATION) if card.state == State.EXPLAINING else None
    if asked and asked.now < asked.closes:
        return gates.answered_or_late(Facts(now=asked.now, explanation_closes=asked.closes, explaining=True))
    return ""
