"""May this person make this move: asked of django-guardian in the action itself."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from backend.core.errors import Refused
from backend.scoring.models import Scorecard
from backend.scoring.queries import kept_out
from permissions.actor import Actor
from permissions.roles import VERB_TITLES, Verb


def require_verb(card: Scorecard, verb: Verb, by: Actor) -> None:
    """Raise Refused unless the person holds ``verb`` on the card by django-guardian's grants."""
    if by.system:
        return
    user = get_user_model().objects.get(pk=by.user_id)
    if not user.has_perm(str(verb), card):
        by.require(verb, at=card.place())
        if said := kept_out(by, card, verb):
            raise Refused(said)
        raise Refused(_("Bạn không được %(act)s phiếu này.") % {"act": VERB_TITLES[verb]})


def require_own(card: Scorecard, by: Actor) -> None:
    """Raise Refused unless the person works on the unit's own side of the card: scores, submits or approves."""
    place = card.place()
    if any(by.may(verb, at=place) for verb in (Verb.SCORE, Verb.SUBMIT, Verb.APPROVE)):
        return
    require_verb(card, Verb.APPROVE, by)
