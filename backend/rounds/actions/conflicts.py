"""Declared conflicts of interest: they keep a person from a unit's card until withdrawn, and stay on record."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.notices.actions import tell
from backend.notices.models import Kind
from backend.rounds.actions.setup import hold_round
from backend.rounds.models import Conflict, Round
from backend.rounds.queries.councils import conflicts_on, judges_of
from permissions.actor import Actor
from permissions.roles import Place, Verb
from tiers.models import Unit
from tiers.seating import holders


@transaction.atomic
def declare_conflict(
    round: Round,
    *,
    by: Actor,
    unit: Unit,
    person: int,
    reason: str,
    document: str = "",
    every_round: bool = False,
) -> Conflict:
    """Keep a person from the unit's card in the round, or in every round of its host.

    By herself, or by who keeps the council with a document. Raises Refused, OutOfStep (published, declared
    already), or Invalid: no reason, no document, a unit outside the round, somebody who judges nothing here.
    """
    round = hold_round(round)
    herself = person == by.user_id
    if not herself:
        by.require(Verb.KEEP_COUNCIL, at=round.place())
    if round.state == Round.State.PUBLISHED:
        raise OutOfStep(_("Đợt đánh giá đã công bố nên không khai báo được nữa."))
    _require_named(round, unit, person, herself)
    _require_said(reason, document, herself=herself)
    if conflicts_on(round, unit).filter(person=person).exists():
        raise OutOfStep(_("Xung đột lợi ích này đã được khai báo và đang có hiệu lực."))
    user = get_user_model().objects.get(pk=person)
    made = Conflict(
        host=round.host,
        round=None if every_round else round,
        unit=unit,
        person=user,
        person_name=user.full_name,
        reason=reason.strip(),
        document=document.strip(),
        by_herself=herself,
        declared_by=by.name,
        declared_at=clock.now(),
    )
    with recording(by=by, at=made.declared_at, reason=made.reason):
        made.save()
    _tell(made, round, by=by)
    return made


@transaction.atomic
def withdraw_conflict(conflict: Conflict, *, by: Actor, reason: str) -> Conflict:
    """Take a declaration back with a reason; the row stays.

    By who keeps the council, never for herself; by the person where she declared it herself. Raises Refused,
    OutOfStep (withdrawn already, published), or Invalid without a reason.
    """
    conflict = (
        Conflict.objects.select_for_update(of=("self",))
        .select_related("host", "unit", "person")
        .get(pk=conflict.pk)
    )
    require_withdrawing(conflict, by)
    if conflict.withdrawn_at is not None:
        raise OutOfStep(_("Khai báo này đã được rút."))
    if conflict.round is not None and conflict.round.state == Round.State.PUBLISHED:
        raise OutOfStep(_("Đợt đánh giá đã công bố nên không rút khai báo được nữa."))
    if not reason.strip():
        raise Invalid(_("Hãy ghi lý do."), fields={"reason": [_("Hãy ghi lý do.")]})
    conflict.withdrawn_at, conflict.withdrawn_by = clock.now(), by.name
    conflict.withdrawal = reason.strip()
    with recording(by=by, at=conflict.withdrawn_at, reason=conflict.withdrawal):
        conflict.save()
    return conflict


def may_withdraw(conflict: Conflict, by: Actor) -> bool:
    """Return whether the person may take the declaration back."""
    if conflict.person_id == by.user_id:
        return conflict.by_herself
    return by.may(Verb.KEEP_COUNCIL, at=Place.of(conflict.host.path))


def require_withdrawing(conflict: Conflict, by: Actor) -> None:
    """Raise Refused unless the person may take the declaration back."""
    if conflict.person_id == by.user_id and not conflict.by_herself:
        raise Refused(_("Không tự rút khai báo mà người khác đã ghi cho mình."))
    if not may_withdraw(conflict, by):
        by.require(Verb.KEEP_COUNCIL, at=Place.of(conflict.host.path))


def require_declaring(round: Round, by: Actor) -> None:
    """Raise Refused unless the person judges cards of the round's host, or keeps its council."""
    if by.may(Verb.KEEP_COUNCIL, at=round.place()) or _judges(round, by.user_id):
        return
    raise Refused(_("Chỉ người thẩm định hoặc thư ký Hội đồng khai báo xung đột lợi ích."))


def _judges(round: Round, person: int | None) -> bool:
    return any(seat.user_id == person for seat in judges_of(round))


def _require_named(round: Round, unit: Unit, person: int, herself: bool) -> None:
    if unit.parent_id != round.host_id:
        sentence = _("%(unit)s không thuộc đợt đánh giá này.") % {"unit": unit.name}
        raise Invalid(sentence, fields={"unit": [sentence]})
    if _judges(round, person):
        return
    if herself:
        raise Refused(_("Bạn không thẩm định ở đợt này nên không cần khai báo."))
    sentence = _("Người này không thẩm định ở đợt này.")
    raise Invalid(sentence, fields={"person": [sentence]})


def _require_said(reason: str, document: str, *, herself: bool) -> None:
    fields = {}
    if not reason.strip():
        fields["reason"] = [_("Hãy ghi lý do.")]
    if not herself and not document.strip():
        fields["document"] = [_("Khai báo thay người khác cần số, ký hiệu văn bản làm căn cứ.")]
    if fields:
        raise Invalid(" ".join(lines[0] for lines in fields.values()), fields=fields)


def _tell(made: Conflict, round: Round, *, by: Actor) -> None:
    people = [made.person, *holders(round.host, Verb.KEEP_COUNCIL)]
    tell(
        [person for person in people if person.pk != by.user_id],
        key=f"conflict-{made.pk}",
        subject=_("%(unit)s: khai báo xung đột lợi ích") % {"unit": made.unit.name},
        body=_(
            "%(person)s không tham gia thẩm định, biểu quyết, kết luận phiếu của %(unit)s.\nLý do: %(reason)s\n%(document)s"
        )
        % {
            "person": made.person_name,
            "unit": made.unit.name,
            "reason": made.reason,
            "document": made.document,
        },
        url=f"/rounds/{round.pk}/conflicts/",
        kind=Kind.CARD,
    )
