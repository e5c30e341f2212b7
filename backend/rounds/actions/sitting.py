"""How the council concludes: in session or not, how it votes, who must be there, whether the units sign."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep
from backend.rounds import rules
from backend.rounds.actions.setup import hold_round
from backend.rounds.models import Round
from permissions.actor import Actor
from permissions.roles import Verb

NEEDED = {"reason": "Hãy ghi lý do.", "document": "Hãy ghi số, ký hiệu văn bản làm căn cứ."}


@transaction.atomic
def set_sitting(
    round: Round,
    *,
    by: Actor,
    sitting: str,
    quorum: str,
    sign_off_until: datetime | None,
    reason: str = "",
    document: str = "",
) -> Round:
    """Set how the council of the round concludes. A session that has begun keeps what it began with.

    Raises Refused, OutOfStep once the results are published, or Invalid: an open round without reason and
    document, a date of signing that is past.
    """
    round = hold_round(round)
    by.require(Verb.MANAGE_ROUND, at=round.place())
    if round.state == Round.State.PUBLISHED:
        raise OutOfStep(_("Kết quả đã công bố nên không đổi cách kết luận được."))
    now = clock.now()
    _require_said(round, reason=reason, document=document)
    _require_later(round, sign_off_until, now)
    round.sitting, round.quorum, round.sign_off_until = sitting, quorum, sign_off_until
    said = _("Đặt cách kết luận của Hội đồng")
    if document.strip():
        said = f"{reason.strip()} ({document.strip()})"
    with recording(by=by, at=now, reason=said):
        round.save(update_fields=["sitting", "quorum", "sign_off_until"])
    return round


def _require_said(round: Round, **texts: str) -> None:
    if round.state == Round.State.DRAFT:
        return
    fields = {name: [_(NEEDED[name])] for name, text in texts.items() if not text.strip()}
    if fields:
        raise Invalid(" ".join(lines[0] for lines in fields.values()), fields=fields)


def _require_later(round: Round, until: datetime | None, now: datetime) -> None:
    if until is None or until == round.sign_off_until or until > now:
        return
    sentence = _("Hạn ký xác nhận (%(when)s) đã qua. Hãy chọn một hạn sau thời điểm hiện tại.") % {
        "when": rules.said_closing(until)
    }
    raise Invalid(sentence, fields={"sign_off_until": [sentence]})
