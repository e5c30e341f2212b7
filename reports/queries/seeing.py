"""Who sees which rounds, results and documents."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.shortcuts import get_object_or_404

from backend.core import clock
from backend.criteria.models import Node
from backend.criteria.queries import sets_for
from backend.rounds.models import Round, Step
from backend.scoring.models import Scorecard, Session, State
from backend.scoring.queries import of_unit, scorecards_for, sees_step, step_of
from permissions.actor import Actor
from permissions.roles import Place, Verb
from reports.models import Document, Ranking

# Of the host's own work on all units: never a unit's to read.
WHOLE = (
    Document.Kind.LEFT_OUT,
    Document.Kind.LEFT_OUT_SHEET,
    Document.Kind.MINUTES,
    Document.Kind.MINUTES_DOCX,
    Document.Kind.DECISION,
    Document.Kind.DECISION_DOCX,
    Document.Kind.PROGRESS,
    Document.Kind.PROGRESS_DOCX,
    Document.Kind.PROGRESS_SHEET,
)
OF_CARD = (Document.Kind.SELF_REPORT, Document.Kind.APPRAISAL, Document.Kind.HANDOUT)
# What is told of a season as it goes on, published or not.
WITHOUT_RANKING = (
    Document.Kind.SELF_REPORT,
    Document.Kind.PROGRESS,
    Document.Kind.PROGRESS_DOCX,
    Document.Kind.PROGRESS_SHEET,
)
# Of a round's results, to whoever sees them; and of the host's work on all units.
OF_RESULTS = (
    Document.Kind.RANKING,
    Document.Kind.RANKING_SHEET,
    Document.Kind.FIELDS,
    Document.Kind.FIELDS_SHEET,
)
OF_WORK = (
    Document.Kind.DECISION,
    Document.Kind.DECISION_DOCX,
    Document.Kind.PROGRESS,
    Document.Kind.PROGRESS_DOCX,
    Document.Kind.PROGRESS_SHEET,
)


def rounds_for(actor: Actor) -> QuerySet[Round]:
    """Return the rounds in which the person may see at least one card, newest first.

    ``stated_on`` is the day on which a season taken over from paper was published; None of one published here.
    """
    mine = scorecards_for(actor).filter(round=OuterRef("pk")).order_by().values("pk")
    rows = Round.objects.filter(Exists(mine)).exclude(state=Round.State.DRAFT)
    newest = Ranking.objects.filter(round=OuterRef("pk"), published_at__isnull=False).order_by("-version")
    rows = rows.annotate(stated_on=Subquery(newest.values("stated_on")[:1]))
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


def session_for(actor: Actor, pk: int) -> Session:
    """Return the session of a council to who sees every card of its host. Raises Http404."""
    rounds = rounds_for(actor).order_by().values("pk")
    rows = Session.objects.filter(round__in=rounds).select_related("round__host")
    found = get_object_or_404(rows, pk=pk)
    if not may_preview(actor, found.round):
        raise Http404
    return found


def documents_for(actor: Actor) -> QuerySet[Document]:
    """Return the documents of rounds and of criteria sets the person sees; ``may_read`` decides on each of them."""
    sets = sets_for(actor).order_by().values("pk")
    of_rounds = Q(round__in=rounds_for(actor).order_by().values("pk"))
    rows = Document.objects.filter(of_rounds | Q(older_set__in=sets, newer_set__in=sets))
    return rows.select_related(
        "round__host", "session", "card__unit", "card__round__host", "ranking", "older_set", "newer_set"
    )


def may_read(actor: Actor, document: Document) -> bool:
    """Return whether the person may read that document: by its card, its ranking, or both its criteria sets."""
    if document.kind == Document.Kind.CRITERIA_CHANGES:
        compared = {document.older_set_id, document.newer_set_id}
        return sets_for(actor).filter(pk__in=compared).count() == len(compared)
    if document.card is not None:
        return kind_is_open(actor, document.card, document.kind)
    if document.kind in WHOLE:
        return may_preview(actor, document.of_round)  # a unit sees its own on the page
    return bool(document.ranking_id) or may_preview(actor, document.of_round)


def kind_is_open(actor: Actor, card: Scorecard, kind: str) -> bool:
    """Return whether the person may have that kind of document of that card now.

    The self-assessment goes to who sees the self-scores; the appraisal and the sheet of two pages to the unit once
    published, to the host before.
    """
    if not scorecards_for(actor).filter(pk=card.pk).exists():
        return False
    if kind in (Document.Kind.APPRAISAL, Document.Kind.HANDOUT):
        of_host = may_preview(actor, card.round) and not of_unit(actor, card)
        return card.state == State.PUBLISHED or of_host
    own = step_of(card, Step.Kind.SELF)
    return own is not None and sees_step(card, own, actor, clock.now())


def kinds_of_round(actor: Actor, round_: Round) -> list[Document.Kind]:
    """Return the kinds of documents the person may ask for on the page of a round's ranking."""
    return [*OF_RESULTS, *(OF_WORK if may_preview(actor, round_) else ())]


# Sixty pages of thirty rows: more is a workbook's work.
MOST_ROWS = 1800


def is_too_long(round_: Round, kind: str) -> bool:
    """Return whether a letter of that kind would pass sixty pages: its rows are units, or units in each field."""
    if kind not in (
        Document.Kind.RANKING,
        Document.Kind.FIELDS,
        Document.Kind.DECISION,
        Document.Kind.PROGRESS,
    ):
        return False
    units = Scorecard.objects.filter(round=round_).count()
    if kind == Document.Kind.RANKING:
        units *= 2  # the ranking, and the annex by field
    if kind == Document.Kind.FIELDS:
        sets = round_.groups.values("criteria_set")
        of_set = Node.objects.filter(criteria_set__in=sets, level=1).order_by().values("criteria_set")
        units *= max((row["n"] for row in of_set.annotate(n=Count("pk"))), default=1)
    return units > MOST_ROWS


def latest_documents(ranking: Ranking) -> dict[str, Document]:
    """Return the newest document of each kind of a published ranking."""
    rows = Document.objects.filter(ranking=ranking, card__isnull=True)
    return {row.kind: row for row in rows.order_by("requested_at", "pk")}
