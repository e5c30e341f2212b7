"""One leaf from the page: its card found and locked, the right asked, then what was typed is read and saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.utils.translation import gettext as _

from backend.core.errors import Refused
from backend.rounds.models import Step
from backend.scoring.actions.locking import lock, require_open, window_of
from backend.scoring.actions.points import SavedLeaf, own_mark, put, require_with_unit
from backend.scoring.actions.save_keys import require_key
from backend.scoring.models import Mark, Scorecard, ScorecardGrant
from backend.scoring.queries import Window, card_for, held_for, living_for
from permissions.actor import Actor
from permissions.roles import VERB_TITLES, Verb


@dataclass(frozen=True)
class HeldLeaf:
    """A leaf the unit scores, its card locked, its step held and open, the right asked."""

    card: Scorecard
    mark: Mark
    window: Window
    by: Actor

    def save(
        self, *, version: int, inputs: Mapping[str, Any] | None = None, note: str | None = None, key: str = ""
    ) -> SavedLeaf:
        """Save the leaf as ``set_points`` does; the same key again answers the same and writes nothing.

        Raises Stale, Invalid (off the rule, or a key used for something else).
        """
        return put(
            self.mark, self.window, card=self.card, by=self.by,
            version=version, inputs=inputs, note=note, key=key,
        )  # fmt: skip


@contextmanager
def leaf_held(pk: int, code: str, *, by: Actor, key: str = "") -> Iterator[HeldLeaf]:
    """Hold a leaf while what was typed is read and saved; the lock ends with the block.

    ``key`` names the write, see ``require_key``. Raises Http404 outside the person's units or where
    there is no such leaf, Refused, OutOfStep: all before anything typed is judged.
    """
    require_key(key, by=by)
    with transaction.atomic():
        card = _locked(pk, by)
        window = window_of(card, Step.Kind.SELF)
        require_open(window)
        require_with_unit(card)
        mark = own_mark(card, code, window.step)
        if mark is None:
            raise Http404
        mark.score.card = card
        yield HeldLeaf(card, mark, window, by)


def _locked(pk: int, by: Actor) -> Scorecard:
    """Find the card among those the person sees, lock it and ask her right, in one statement.

    Only what is lent or excluded on this very card takes a second one.
    """
    card: Any = held_for(by, pk)
    if card is None:
        return _not_living(pk, by)
    if card.has_grants:
        return _locked_by_grants(pk, by)
    by.require(Verb.SCORE, at=card.place())
    return card  # type: ignore[no-any-return]


def _locked_by_grants(pk: int, by: Actor) -> Scorecard:
    excluded = ScorecardGrant.objects.in_force().filter(
        user_id=by.user_id, excludes=True, permission__codename=str(Verb.SCORE), content_object=OuterRef("pk")
    )
    rows = living_for(by).annotate(is_excluded=Exists(excluded)).select_for_update(of=("self",))
    card = rows.filter(pk=pk).first()
    if card is None:
        return _not_living(pk, by)
    by.require(Verb.SCORE, at=card.place())
    if card.is_excluded:
        raise Refused(_("Bạn không được %(act)s phiếu này.") % {"act": VERB_TITLES[Verb.SCORE]})
    return card


def _not_living(pk: int, by: Actor) -> Scorecard:
    # A card of a unit that went into hers may be read and never written: that is said, not hidden.
    card = card_for(by, pk)
    if card is None:
        raise Http404
    by.require(Verb.SCORE, at=card.place())
    return lock(card.pk)
