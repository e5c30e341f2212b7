"""A lead agency hands its field over to the council of the round; the council may send it back."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.notices.actions import tell
from backend.notices.models import Kind
from backend.rounds.actions import hold_round
from backend.rounds.models import Round
from backend.scoring.models import HandOver, Scorecard
from backend.scoring.queries.hand_overs import Lead, hand_over_now, leads_of
from permissions.actor import Actor
from permissions.roles import Verb
from tiers.models import Unit
from tiers.seating import holders


@transaction.atomic
def hand_over(round_: Round, *, by: Actor, agency: Unit, field: str, note: str = "") -> HandOver:
    """Hand a field that the agency has appraised in the round over to the council.

    From then on those who appraise it for the agency may not change its marks. Raises Refused (not hers),
    OutOfStep (not open, handed over already), or Invalid: leaves without a mark and no word why.
    """
    round_ = hold_round(round_)
    if round_.state != Round.State.OPEN:
        raise OutOfStep(_("Chỉ bàn giao khi đợt đánh giá đang thực hiện."))
    lead = require_lead(round_, by, agency, field)
    if lead.handed is not None:
        raise OutOfStep(_("Lĩnh vực này đã bàn giao cho Hội đồng thẩm định."))
    # Who saves a mark holds its card: wait for those that are being saved, and count after them.
    list(Scorecard.objects.select_for_update(of=("self",)).filter(round=round_).order_by("pk"))
    lead = require_lead(round_, by, agency, field)
    if lead.left and not note.strip():
        sentence = _(
            "Còn %(n)d tiêu chí chưa thẩm định: hãy thẩm định tiếp, hoặc ghi rõ vì sao bàn giao khi chưa xong."
        ) % {"n": lead.left}
        raise Invalid(sentence, fields={"note": [sentence]})
    made = HandOver(
        round=round_,
        agency=agency,
        agency_name=agency.name,
        field=field,
        left=lead.left,
        note=note.strip(),
        handed_by=by.name,
        handed_at=clock.now(),
    )
    reason = _("%(agency)s bàn giao kết quả thẩm định lĩnh vực %(field)s") % {
        "agency": agency.name,
        "field": field,
    }
    with recording(by=by, at=made.handed_at, reason=f"{reason}. {made.note}".strip(" .")):
        made.save()
    _tell(made, holders(round_.host, Verb.KEEP_COUNCIL), subject=reason, body=made.note, by=by)
    return made


@transaction.atomic
def send_back(handed: HandOver, *, by: Actor, reason: str) -> HandOver:
    """Send a field back to its lead agency, which may change its marks again.

    Raises Refused, OutOfStep (sent back already, not open), or Invalid without a reason.
    """
    round_ = hold_round(handed.round)
    by.require(Verb.KEEP_COUNCIL, at=round_.place())
    handed = (
        HandOver.objects.select_related("agency", "round__host")
        .select_for_update(of=("self",))
        .get(pk=handed.pk)
    )
    if round_.state != Round.State.OPEN:
        raise OutOfStep(_("Chỉ trả lại khi đợt đánh giá đang thực hiện."))
    if handed.sent_back_at is not None:
        raise OutOfStep(_("Lĩnh vực này đã được trả lại."))
    if not reason.strip():
        raise Invalid(_("Hãy ghi lý do."), fields={"reason": [_("Hãy ghi lý do.")]})
    handed.sent_back_at, handed.sent_back_by = clock.now(), by.name
    handed.sent_back_reason = reason.strip()
    with recording(by=by, at=handed.sent_back_at, reason=handed.sent_back_reason):
        handed.save()
    subject = _("Hội đồng trả lại kết quả thẩm định lĩnh vực %s") % handed.field
    people = [
        person
        for lead in leads_of(round_)
        if _is(lead, handed.agency, handed.field)
        for person in lead.people
    ]
    _tell(handed, people, subject=subject, body=handed.sent_back_reason, by=by)
    return handed


def require_leading(round_: Round, by: Actor) -> None:
    """Raise Refused unless the person appraises some field of the round for a lead agency."""
    if not any(lead.is_of(by) for lead in leads_of(round_)):
        raise Refused(_("Chỉ người của cơ quan chủ trì thẩm định lĩnh vực được bàn giao."))


def require_lead(round_: Round, by: Actor, agency: Unit, field: str) -> Lead:
    """Return the agency's part on the field. Raises Refused unless the person appraises it for the agency."""
    found = next((lead for lead in leads_of(round_) if _is(lead, agency, field)), None)
    if found is None or not found.is_of(by):
        raise Refused(_("Chỉ người của cơ quan chủ trì thẩm định lĩnh vực này được bàn giao."))
    found.handed = hand_over_now(round_, agency, field)
    return found


def _is(lead: Lead, agency: Unit, field: str) -> bool:
    return lead.agency.pk == agency.pk and lead.field == field


def _tell(row: HandOver, people: list[Any], *, subject: str, body: str, by: Actor) -> None:
    back = "back" if row.sent_back_at else "over"
    tell(
        [person for person in people if person.pk != by.user_id],
        key=f"hand-{back}-{row.pk}",
        subject=subject,
        body=body or subject,
        url=f"/rounds/{row.round_id}/hand-overs/",
        kind=Kind.CARD,
        urgent=row.sent_back_at is not None,
    )
