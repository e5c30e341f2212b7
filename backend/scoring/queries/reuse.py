"""What an earlier year has that a leaf could show again, as far as the person may read it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q

from backend.criteria.models import Node
from backend.scoring.models import Evidence, Score, Scorecard, StoredFile
from backend.scoring.queries.cards import scorecards_for
from permissions.actor import Actor
from tiers.models import Lineage
from tiers.scope import predecessor_unit_ids


@dataclass(frozen=True)
class Offer:
    """One piece of evidence of an earlier year for one leaf of this card."""

    score: Score
    piece: Evidence
    unit_name: str
    year: int

    @property
    def key(self) -> str:
        """Return how a form names the offer: leaf and piece."""
        return f"{self.score.pk}-{self.piece.pk}"


def offers(card: Scorecard, actor: Actor, code: str = "") -> list[Offer]:
    """Return what can be attached again, by leaf in order; of each leaf the newest year that has anything.

    Of the card's own unit, and of those that went into it whose past the actor may read. What the leaf shows
    already, and what is blocked, is left out. ``code``: of that leaf only.
    """
    scores = _mapped(card, code)
    pieces = _earlier(card, actor, {score.node.previous_id for score in scores})
    found = []
    for score in scores:
        fresh = [piece for piece in pieces[score.node.previous_id] if not _is_there(score, piece)]
        newest = max((piece.score.card.round.year for piece in fresh), default=0)
        found += [_offer(score, piece) for piece in fresh if piece.score.card.round.year == newest]
    return found


def _mapped(card: Scorecard, code: str) -> list[Score]:
    rows = Score.objects.filter(card=card, applies=True, source=Node.Source.ASSESSED)
    rows = rows.filter(node__previous__isnull=False).select_related("node").prefetch_related("evidence__file")
    return list((rows.filter(code=code) if code else rows).order_by("order"))


def _earlier(card: Scorecard, actor: Actor, nodes: set[int | None]) -> dict[int | None, list[Evidence]]:
    units = {card.unit_id, *(_before(card.unit_id) & predecessor_unit_ids(actor).all)}
    rows = Evidence.objects.filter(
        score__node_id__in=nodes,
        score__card__unit_id__in=units,
        score__card__round__year__lt=card.round.year,
        score__card__in=scorecards_for(actor).order_by().values("pk"),
        removed_at__isnull=True,
    ).exclude(file__state=StoredFile.State.HARMFUL)
    found: dict[int | None, list[Evidence]] = defaultdict(list)
    for piece in rows.select_related("file", "score__card__round").order_by("added_at", "pk"):
        found[piece.score.node_id].append(piece)
    return found


def _before(unit_id: int) -> set[int]:
    """Return the keys of all units that went into the unit, whole or in part; one query per generation."""
    known: set[int] = set()
    fresh = {unit_id}
    while fresh:
        olds = set(Lineage.objects.filter(new_id__in=fresh).values_list("old_id", flat=True))
        fresh = olds - known
        known |= fresh
    return known


def _is_there(score: Score, piece: Evidence) -> bool:
    return any(_same(standing, piece) for standing in score.evidence.all() if standing.removed_at is None)


def _same(standing: Evidence, piece: Evidence) -> bool:
    if standing.reused_from_id == piece.pk:
        return True
    if piece.file and standing.file:
        return standing.file.sha256 == piece.file.sha256
    if piece.file or standing.file:
        return False
    return (standing.number, standing.issuer) == (piece.number, piece.issuer)


def _offer(score: Score, piece: Evidence) -> Offer:
    card = piece.score.card
    return Offer(score, piece, card.unit_name, piece.reused_year or card.round.year)


def has_offers(card: Scorecard) -> bool:
    """Return whether any leaf of the card is mapped to one of an earlier set, so that there is a page to open."""
    mapped = Q(node__previous__isnull=False, applies=True, source=Node.Source.ASSESSED)
    return Score.objects.filter(mapped, card=card).exists()
