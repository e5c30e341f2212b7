"""The council's support team drafts points and a reason for a leaf; a member takes them or not."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core.errors import OutOfStep, Refused, Stale
from backend.core.exact import format_points
from backend.scoring.actions.appraisal import appraisal_window
from backend.scoring.actions.locking import about, lock, score_of
from backend.scoring.actions.points import require_allowed
from backend.scoring.actions.reasons import completed
from backend.scoring.actions.rights import require_verb
from backend.scoring.models import Draft, Scorecard
from backend.scoring.queries import double_of, her_leaf
from permissions.actor import Actor
from permissions.roles import Verb


@transaction.atomic
def draft(card: Scorecard, code: str, *, by: Actor, version: int, points: Decimal, reason: str = "") -> Draft:
    """Propose points for one leaf at the appraisal now on; no mark is made of it.

    ``version`` is of the draft seen, 0 where none stands. Raises Refused (no right, own unit, outside her limit),
    OutOfStep (no appraisal now, a leaf that two people mark on their own), Stale or Invalid.
    """
    card = lock(card.pk)
    require_verb(card, Verb.PREPARE, by)
    window = appraisal_window(card)
    score = score_of(card, code)
    require_drafting(card, code, by)
    if double_of(score, window.step) is not None:
        raise OutOfStep(_("Tiêu chí %(code)s chấm hai lần độc lập nên không dự thảo chung.") % {"code": code})
    require_allowed(score, points)
    reason = completed(score, card.round.host_id, reason)
    row = Draft.objects.filter(score=score, step=window.step).first()
    row = row or Draft(score=score, step=window.step, max_points=score.max_points)
    if row.version != version:
        raise Stale(
            _("%(who)s vừa sửa dự thảo này. Hãy xem hai giá trị và chọn.") % {"who": row.author},
            theirs=format_points(row.points),
            yours=format_points(points),
            version=row.version,
        )
    row.points, row.reason, row.author = points, reason, by.name
    row.version, row.saved_at = row.version + 1, window.now
    row.score.card = card
    with recording(by=by, reason=row.reason, at=window.now, about=about(card, window.step)):
        row.save()
    return row


def require_drafting(card: Scorecard, code: str, by: Actor) -> None:
    """Raise Refused unless the leaf is within what the person drafts."""
    if not her_leaf(by, card, code, Verb.PREPARE):
        raise Refused(_("Tiêu chí %(code)s ngoài phạm vi được phân công của bạn.") % {"code": code})
