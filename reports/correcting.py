"""A published ranking is corrected by a new version, for a reason; the versions before it stay readable.

Points change by two persons and a document (scoring.actions.propose_change, confirm_change); what was published stands
until somebody who proposed none of those changes publishes the correction.
"""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backend.audit.actions import CHECKPOINT
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.jobs.actions import enqueue
from backend.rounds.models import Round
from backend.scoring.models import Amendment, Scorecard
from permissions.actor import Actor
from permissions.roles import Verb
from reports import queries
from reports.freezing import freeze
from reports.models import Ranking
from reports.placing import Change, differences

ANNOUNCE = "reports.actions.announce"


@transaction.atomic
def correct_ranking(round_: Round, *, by: Actor, reason: str, decision: str = "") -> Ranking:
    """Publish the round's ranking as it stands now as its next version, all or nothing.

    ``decision`` is the number and date of the correcting document. Raises Refused (no right, or she proposed one of
    the changes), OutOfStep (never published, a change waits, nothing differs), or Invalid without reason.
    """
    round_ = Round.objects.select_for_update(of=("self",)).select_related("host").get(pk=round_.pk)
    _require_right(round_, by)
    published = _published(round_)
    if not reason.strip():
        raise Invalid(_("Hãy ghi lý do đính chính."), fields={"reason": [_("Còn trống.")]})
    # Nobody changes a card meanwhile: an amendment holds it first.
    list(Scorecard.objects.select_for_update(of=("self",)).filter(round=round_).order_by("pk").only("pk"))
    if found := queries.problems(round_):
        sentences = [problem.sentence for problem in found]
        raise OutOfStep(
            _("Chưa đính chính được: %s.") % "; ".join(sentences[:10]),
            problems=sentences,
        )
    if not changes_now(round_, published):
        raise OutOfStep(_("Kết quả hiện nay không khác bản đã công bố nên không có gì để đính chính."))
    if changes_since(published).filter(proposed_by=by.user_id).exists():
        raise Refused(_("Người đề nghị thay đổi điểm không được tự công bố đính chính. Cần một người khác."))
    ranking = freeze(round_, by, decision=decision, reason=reason)
    enqueue(CHECKPOINT, "publication")
    enqueue(ANNOUNCE, ranking.pk)
    return ranking


def changes_since(published: Ranking) -> QuerySet[Amendment]:
    """Return the changes of points confirmed since that publication, each with its card and leaf."""
    rows = Amendment.objects.filter(
        card__round_id=published.round_id,
        state=Amendment.State.CONFIRMED,
        settled_at__gt=published.published_at,
    )
    return rows.select_related("card", "score").order_by("card__unit__order", "settled_at", "pk")


def changes_now(round_: Round, published: Ranking) -> list[tuple[str, list[Change]]]:
    """Return by group what a correction would change now; groups without a change are left out."""
    found = differences(
        queries.published(published),
        queries.preview(round_),
        queries.leaves_in(round_, published),
        queries.leaves_in(round_, None),
    )
    return [(title, changes) for title, changes in found if changes]


def changes_in(ranking: Ranking) -> list[tuple[str, list[Change]]]:
    """Return by group what this version changed in the one before it; nothing for a first one."""
    before = queries.version_of(ranking.round, ranking.version - 1)
    if before is None:
        return []
    found = differences(
        queries.published(before),
        queries.published(ranking),
        queries.leaves_in(ranking.round, before),
        queries.leaves_in(ranking.round, ranking),
    )
    return [(title, changes) for title, changes in found if changes]


def _require_right(round_: Round, by: Actor) -> None:
    by.require(Verb.PUBLISH, at=round_.place())
    user = get_user_model().objects.filter(pk=by.user_id).first()
    if user is None or not user.has_perm(str(Verb.PUBLISH), round_):
        raise Refused(_("Bạn không có quyền công bố kết quả của đợt này."))


def _published(round_: Round) -> Ranking:
    found = queries.current_ranking(round_)
    if round_.state != Round.State.PUBLISHED or found is None:
        raise OutOfStep(_("Kết quả của đợt này chưa công bố nên chưa có gì để đính chính."))
    return found
