"""Files on their way to a card and in its tray; earlier versions of evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import QuerySet

from backend.core.text import sort_key
from backend.criteria.models import Node
from backend.rounds.models import Step
from backend.scoring.lifecycle import WITH_UNIT, State
from backend.scoring.matching import codes_in, day_in
from backend.scoring.models import Evidence, Score, Scorecard, Upload
from backend.scoring.queries.cards import Window, time_of
from permissions.actor import Actor
from permissions.roles import Verb

SHOWN_UPLOADS = (Upload.State.RECEIVING, Upload.State.WAITING, Upload.State.REFUSED)


@dataclass
class Waiting:
    """A file in the tray: the codes and the day its names say, and the leaves that show the same bytes already."""

    upload: Upload
    codes: tuple[str, ...] = ()
    shown_at: list[str] = field(default_factory=list)

    @property
    def issued_on(self) -> date | None:
        """Return the day that the file's name says, to be offered as that of the document."""
        return day_in(self.upload.name)


@dataclass
class Intake:
    """What a card holds beside its leaves, in the order of leaves and names; ``leaves`` may take a file, by code."""

    leaves: dict[str, Score]
    matched: list[Waiting] = field(default_factory=list)
    unmatched: list[Waiting] = field(default_factory=list)
    coming: list[Upload] = field(default_factory=list)
    refused: list[Upload] = field(default_factory=list)

    @property
    def waiting(self) -> list[Waiting]:
        """Return the tray, what is matched first."""
        return [*self.matched, *self.unmatched]


def own_leaves(card: Scorecard) -> dict[str, Score]:
    """Return the leaves that take evidence: those that apply and that the unit scores itself, by code."""
    rows = Score.objects.filter(card=card, applies=True, source=Node.Source.ASSESSED)
    return {score.code: score for score in rows.select_related("node").order_by("order")}


def intake_of(card: Scorecard) -> Intake:
    """Return what is on its way, in the tray and refused; four queries for any number of files."""
    found = Intake(own_leaves(card))
    shown, names = _shown_at(card), _other_names(card)
    for upload in uploads_of(card):
        if upload.state == Upload.State.RECEIVING:
            found.coming.append(upload)
        elif upload.state == Upload.State.REFUSED:
            found.refused.append(upload)
        else:
            file = upload.file_id or 0
            said = [codes_in(name, found.leaves) for name in (upload.name, *names.get(file, ()))]
            codes = tuple(dict.fromkeys(code for some in said for code in some))
            row = Waiting(upload, codes, shown.get(file, []))
            (found.matched if row.codes else found.unmatched).append(row)
    places = {code: place for place, code in enumerate(found.leaves)}
    found.matched.sort(key=lambda row: (places[row.codes[0]], sort_key(row.upload.name)))
    found.unmatched.sort(key=lambda row: sort_key(row.upload.name))
    return found


def uploads_of(card: Scorecard) -> QuerySet[Upload]:
    """Return the card's uploads that still ask something of a person, oldest first."""
    rows = Upload.objects.filter(card=card, state__in=SHOWN_UPLOADS).select_related("file")
    return rows.order_by("begun_at", "pk")


def _other_names(card: Scorecard) -> dict[int, list[str]]:
    """Return, by file, the names under which the same bytes came once more while they waited."""
    waiting = {"file__uploads__card": card, "file__uploads__state": Upload.State.WAITING}
    rows = Upload.objects.filter(card=card, state=Upload.State.DOUBLE, **waiting)
    found: dict[int, list[str]] = {}
    for file, name in rows.order_by("pk").values_list("file_id", "name").distinct():
        found.setdefault(file, []).append(name)
    return found


def _shown_at(card: Scorecard) -> dict[int, list[str]]:
    rows = Evidence.objects.filter(score__card=card, file__isnull=False, removed_at__isnull=True)
    found: dict[int, list[str]] = {}
    for file, code in rows.order_by("score__order").values_list("file_id", "score__code"):
        found.setdefault(file, []).append(code)
    return found


def evidence_window(card: Scorecard, actor: Actor) -> Window | None:
    """Return when the unit may add evidence: the step it writes in now; None where it has none or no right."""
    if not actor.may(Verb.SCORE, at=card.place()):
        return None
    if card.state == State.EXPLAINING:
        return time_of(card, Step.Kind.EXPLANATION)
    return time_of(card, Step.Kind.SELF) if State(card.state) in WITH_UNIT else None


def with_earlier(rows: Iterable[Evidence]) -> list[Evidence]:
    """Return the pieces that stand, each with ``earlier``: the versions it replaced, newest first.

    ``rows`` holds removed ones that were replaced too.
    """
    every = {piece.pk: piece for piece in rows}
    standing = [piece for piece in every.values() if piece.removed_at is None]
    for piece in standing:
        piece.earlier = []
        before = every.get(piece.replaces_id or 0)
        while before is not None:
            piece.earlier.append(before)
            before = every.get(before.replaces_id or 0)
    return standing
