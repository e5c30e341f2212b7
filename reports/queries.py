"""Every read of results: totals of a round, its preview, what was published, who may see it.

Totals are always of the whole round and never of what the viewer may see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Sum, Value
from django.db.models.functions import Concat, Left, StrIndex
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from backend.core import clock
from backend.core.exact import ZERO
from backend.criteria.models import Node
from backend.rounds.models import Band as BandModel
from backend.rounds.models import Group, Round, Step
from backend.scoring.lifecycle import State
from backend.scoring.models import Mark, Score, Scorecard
from backend.scoring.queries import scorecards_for, sees_step, step_of
from permissions.actor import Actor
from permissions.roles import Place, Verb
from reports.models import BandCopy, Document, FieldRow, Ranking, Row, Section
from reports.rankings import Band, TieRule
from reports.standings import FieldPoints, Standing, Table, Totals, Waiting, fields_in_order, ranked

DONE = (State.CONCLUDED, State.PUBLISHED)


# --- who sees what --------------------------------------------------------------------------------


def rounds_for(actor: Actor) -> QuerySet[Round]:
    """Return the rounds in which the person may see at least one card, newest first."""
    mine = scorecards_for(actor).filter(round=OuterRef("pk")).order_by().values("pk")
    rows = Round.objects.filter(Exists(mine)).exclude(state=Round.State.DRAFT)
    return rows.select_related("host").order_by("-year", "host__path")


def may_preview(actor: Actor, round_: Round) -> bool:
    """Return whether the person sees every card the host runs, and so the ranking before it is out.

    Asked of a place below the host: an officer of the host's own unit does not see that far.
    """
    below = Place(unit=f"{round_.host.path}*/", host=round_.host.path)
    return actor.may(Verb.VIEW, at=below)


def may_publish(actor: Actor, round_: Round) -> bool:
    """Return whether the person may publish the round's ranking."""
    return actor.may(Verb.PUBLISH, at=round_.place())


def documents_for(actor: Actor) -> QuerySet[Document]:
    """Return the documents of rounds the person sees; ``may_read`` decides on each of them."""
    rows = Document.objects.filter(round__in=rounds_for(actor).order_by().values("pk"))
    return rows.select_related("round__host", "card__unit", "card__round__host", "ranking")


def may_read(actor: Actor, document: Document) -> bool:
    """Return whether the person may read that document: by its card, or by the ranking it prints."""
    if document.card is not None:
        return kind_is_open(actor, document.card, document.kind)
    return bool(document.ranking_id) or may_preview(actor, document.round)


def kind_is_open(actor: Actor, card: Scorecard, kind: str) -> bool:
    """Return whether the person may have that kind of document of that card now.

    The self-assessment goes to who sees the self-scores; the appraisal to the unit once published,
    to the host before.
    """
    if not scorecards_for(actor).filter(pk=card.pk).exists():
        return False
    if kind == Document.Kind.APPRAISAL:
        return card.state == State.PUBLISHED or may_preview(actor, card.round)
    own = step_of(card, Step.Kind.SELF)
    return own is not None and sees_step(card, own, actor, clock.now())


def own_cards(actor: Actor, round_: Round) -> set[int]:
    """Return the keys of the cards of the person's own units, to mark them in a table."""
    paths = [seat.path for seat in actor.seats]
    rows = Scorecard.objects.filter(round=round_, unit__path__in=paths)
    return set(rows.values_list("pk", flat=True))


def latest_documents(round_: Round, ranking: Ranking | None) -> dict[str, Document]:
    """Return the newest document of each kind of a published ranking (or of its preview)."""
    rows = Document.objects.filter(round=round_, ranking=ranking, card__isnull=True)
    return {row.kind: row for row in rows.order_by("requested_at", "pk")}


# --- totals of a round ----------------------------------------------------------------------------


def _counted(prefix: str) -> Q:
    """Return the marks that make a result: concluded ones of assessed leaves, survey ones of others."""
    assessed = Q(**{f"{prefix}source": Node.Source.ASSESSED})
    concluded = Q(step__kind=Step.Kind.CONCLUSION)
    return (assessed & concluded) | (~assessed & Q(step__kind=Step.Kind.SURVEY))


def _field_of(name: str) -> Left:
    """Return the part of a code before its first point, computed by the database."""
    return Left(name, StrIndex(Concat(F(name), Value(".")), Value(".")) - 1)


def _points_in(round_: Round) -> QuerySet[Any]:
    marks = Mark.objects.filter(_counted("score__"), score__card__round=round_, score__applies=True)
    if not round_.with_survey:
        marks = marks.filter(score__source=Node.Source.ASSESSED)
    named = marks.annotate(card=F("score__card_id"), part=_field_of("score__code"))
    grouped = named.values("card", "part", source=F("score__source"))
    return grouped.annotate(points=Sum("points")).order_by()


def _maxima_in(round_: Round) -> QuerySet[Any]:
    scores = Score.objects.filter(card__round=round_)
    if not round_.with_survey:
        scores = scores.filter(source=Node.Source.ASSESSED)
    grouped = scores.annotate(part=_field_of("code")).values("card", "part")
    return grouped.annotate(
        full=Sum("max_points"), maximum=Sum("max_points", filter=Q(applies=True))
    ).order_by()


@dataclass
class _Sums:
    """Sums of one card while its rows are read."""

    appraised: Decimal = ZERO
    survey: Decimal = ZERO
    full: Decimal = ZERO
    points: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    maxima: dict[str, Decimal] = field(default_factory=dict)

    def totals(self, card_id: int, titles: dict[str, str]) -> Totals:
        """Return the sums as plain totals."""
        parts = {code: (self.points[code], maximum) for code, maximum in self.maxima.items()}
        maximum = sum(self.maxima.values(), ZERO)
        fields = fields_in_order(parts, titles)
        return Totals(card_id, self.appraised, self.survey, maximum, self.full, fields)


def totals_in(round_: Round, titles: dict[str, str] | None = None) -> dict[int, Totals]:
    """Return the totals of every card of the round by card key; two queries for any number of units.

    Points are of concluded marks and, in a round with survey, of survey and outside-index marks; leaves
    that do not apply count neither in points nor in the maximum (dossier, section 5).
    """
    sums: dict[int, _Sums] = defaultdict(_Sums)
    for row in _maxima_in(round_):
        one = sums[row["card"]]
        one.maxima[row["part"]] = row["maximum"] or ZERO
        one.full += row["full"]
    for row in _points_in(round_):
        one, points = sums[row["card"]], row["points"] or ZERO
        one.points[row["part"]] += points
        if row["source"] == Node.Source.ASSESSED:
            one.appraised += points
        else:
            one.survey += points
    return {card_id: one.totals(card_id, titles or {}) for card_id, one in sums.items()}


# --- preview --------------------------------------------------------------------------------------


def preview(round_: Round) -> list[Table]:
    """Return the ranking as it would be published now; units not concluded yet wait below it.

    Six queries for any number of units.
    """
    groups = Group.objects.filter(round=round_).select_related("criteria_set").order_by("order", "pk")
    found = list(groups.prefetch_related(Prefetch("bands", BandModel.objects.order_by("-lower"))))
    titles = field_titles(group.criteria_set_id for group in found)
    totals = totals_in(round_, titles)
    cards: dict[int, list[Scorecard]] = defaultdict(list)
    for card in Scorecard.objects.filter(round=round_).select_related("unit"):
        cards[card.group_id].append(card)
    return [_preview_table(group, cards[group.pk], totals) for group in found]


def field_titles(sets: Iterable[int]) -> dict[str, str]:
    """Return code to title of the fields of those criteria sets."""
    rows = Node.objects.filter(criteria_set_id__in=list(sets), level=1)
    return dict(rows.values_list("code", "title"))


def _preview_table(group: Group, cards: list[Scorecard], totals: dict[int, Totals]) -> Table:
    bands = tuple(Band(band.label, band.lower, band.inclusive) for band in group.bands.all())
    lines, waiting = [], []
    for card in cards:
        own = totals.get(card.pk, Totals(card.pk))
        if why := _why_waiting(card, own):
            waiting.append(Waiting(card.pk, card.unit_name, why))
        else:
            lines.append(Standing(card.pk, card.unit_id, card.unit_name, card.unit.order, own))
    tie_rule = TieRule(group.tie_rule)
    return Table(
        group.pk,
        group.title,
        group.criteria_set.title,
        tie_rule,
        bands,
        ranked(lines, tie_rule, bands),
        tuple(waiting),
    )


def _why_waiting(card: Scorecard, own: Totals) -> str:
    if card.state not in DONE:
        return str(State(card.state).label)
    return "" if own.maximum else _("không có tiêu chí nào áp dụng")


# --- what was published ---------------------------------------------------------------------------


def current_ranking(round_: Round) -> Ranking | None:
    """Return the newest published ranking of the round, if there is one."""
    rows = Ranking.objects.filter(round=round_, published_at__isnull=False)
    return rows.order_by("-version").first()


def published(ranking: Ranking) -> list[Table]:
    """Return the tables of a published ranking from its copies; four queries."""
    rows = Row.objects.prefetch_related(Prefetch("fields", FieldRow.objects.order_by("order", "pk")))
    sections = Section.objects.filter(ranking=ranking).prefetch_related(
        Prefetch("rows", rows.order_by("rank", "unit_order", "pk")),
        Prefetch("bands", BandCopy.objects.order_by("-lower")),
    )
    return [_published_table(section) for section in sections.order_by("order", "pk")]


def _published_table(section: Section) -> Table:
    return Table(
        section.group_id,
        section.title,
        section.criteria_title,
        TieRule(section.tie_rule),
        tuple(Band(band.label, band.lower, band.inclusive) for band in section.bands.all()),
        tuple(_standing(row) for row in section.rows.all()),
    )


def _standing(row: Row) -> Standing:
    fields = tuple(FieldPoints(part.code, part.title, part.points, part.maximum) for part in row.fields.all())
    totals = Totals(row.card_id, row.appraised, row.survey, row.maximum, row.full_maximum, fields)
    return Standing(
        row.card_id,
        row.unit_id,
        row.unit_name,
        row.unit_order,
        totals,
        row.rank,
        row.shared,
        row.band,
    )


def tables(round_: Round, ranking: Ranking | None) -> list[Table]:
    """Return the published tables where there is a ranking, else the preview."""
    return published(ranking) if ranking else preview(round_)


def find(found: Iterable[Table], card_id: int) -> tuple[Table, Standing] | None:
    """Return the table and line of a card, or None where it has no result."""
    for table in found:
        for line in table.standings:
            if line.card_id == card_id:
                return table, line
    return None


@dataclass(frozen=True)
class Result:
    """One unit's result as the person may see it; ``whole`` is leaf by leaf, else by field only."""

    card: Scorecard
    ranking: Ranking | None
    table: Table
    line: Standing
    whole: bool

    @property
    def round(self) -> Round:
        """Return the round of the result."""
        return self.card.round


def result_of(actor: Actor, card_id: int) -> Result | None:
    """Return the result of a card: published to all of the round, before that to who may preview."""
    rows = Scorecard.objects.select_related("unit", "round__host", "group", "step", "criteria_set")
    card = rows.filter(pk=card_id, round__in=rounds_for(actor).order_by().values("pk")).first()
    if card is None:
        return None
    ranking = current_ranking(card.round)
    if ranking is None and not may_preview(actor, card.round):
        return None
    found = find(tables(card.round, ranking), card.pk)
    whole = scorecards_for(actor).filter(pk=card.pk).exists()
    return Result(card, ranking, *found, whole) if found else None


def target(actor: Actor, round_id: int | None, card_id: int | None) -> tuple[Round | None, Scorecard | None]:
    """Return the round or card a document is asked of. Raises Http404 outside the person's scope."""
    if card_id is not None:
        return None, get_object_or_404(scorecards_for(actor), pk=card_id)
    return get_object_or_404(rounds_for(actor), pk=round_id or 0), None


# --- what keeps a round from being published ------------------------------------------------------


@dataclass(frozen=True)
class Problem:
    """One unit that keeps the round from being published, and why."""

    card_id: int
    unit_name: str
    what: str

    @property
    def sentence(self) -> str:
        """Return the problem as one line."""
        return f"{self.unit_name}: {self.what}"


def problems(round_: Round) -> list[Problem]:
    """Return what keeps the ranking from being published, unit by unit; three queries."""
    cards = list(Scorecard.objects.filter(round=round_).order_by("unit__order", "pk"))
    missing = missing_survey(round_)
    empty = [totals.card_id for totals in totals_in(round_).values() if not totals.maximum]
    found = []
    for card in cards:
        if card.state != State.CONCLUDED:
            state = State(card.state).label
            what = _("phiếu %(state)s, chưa kết luận") % {"state": state}
            found.append(Problem(card.pk, card.unit_name, what))
        if codes := missing.get(card.pk):
            what = _("thiếu điểm điều tra xã hội học hoặc chỉ số ngoài ở tiêu chí %(codes)s")
            found.append(Problem(card.pk, card.unit_name, what % {"codes": ", ".join(codes)}))
        if card.pk in empty:
            found.append(Problem(card.pk, card.unit_name, _("không có tiêu chí nào áp dụng")))
    return found


def missing_survey(round_: Round) -> dict[int, list[str]]:
    """Return the codes of survey and outside-index leaves without points, by card key."""
    if not round_.with_survey:
        return {}
    given = Mark.objects.filter(score=OuterRef("pk"), step__kind=Step.Kind.SURVEY, points__isnull=False)
    owed = Score.objects.filter(card__round=round_, applies=True)
    owed = owed.exclude(source=Node.Source.ASSESSED).filter(~Exists(given)).order_by("card", "order")
    found: dict[int, list[str]] = defaultdict(list)
    for card_id, code in owed.values_list("card_id", "code"):
        found[card_id].append(code)
    return dict(found)
