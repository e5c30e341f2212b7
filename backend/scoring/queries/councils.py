"""May this person take part in this card, and in which of its leaves: one answer for pages, actions and votes."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backend.rounds.models import Conflict
from backend.rounds.queries.councils import Part, conflicts_on
from backend.rounds.rules import reaches
from backend.scoring.models import HandOver, Scorecard
from permissions.actor import Actor, Seat
from permissions.roles import CONFLICTED, Role, Verb


def takes_part(actor: Actor, card: Scorecard, verb: Verb = Verb.APPRAISE) -> bool:
    """Return whether the person takes part in the card by ``verb``: her seats, the round's council, conflicts.

    The one question for appraising, asking, voting and concluding. Grants on the card itself stand beside it.
    """
    if not actor.may(verb, at=card.place()):
        return False
    return actor.system or bool(_giving(actor, card, verb))


def kept_out(actor: Actor, card: Scorecard, verb: Verb = Verb.APPRAISE) -> str:
    """Return why council or conflict keep a person with a seat from the card, in words; empty where they don't."""
    if takes_part(actor, card, verb) or not actor.may(verb, at=card.place()):
        return ""
    return part_on(actor, card).why_apart(verb, actor.seats)


def part_on(actor: Actor, card: Scorecard) -> Part:
    """Return the person's part on the card: what keeps her from it, her place in the round's council."""
    return card.part_of(actor.user_id)


def _giving(actor: Actor, card: Scorecard, verb: Verb) -> tuple[Seat, ...]:
    if verb not in CONFLICTED:
        return actor.seats
    counted = part_on(actor, card).counted(verb, actor.seats)
    return tuple(seat for seat in counted if seat.gives(verb, card.place()))


def her_leaf(actor: Actor, card: Scorecard, code: str, verb: Verb = Verb.APPRAISE) -> bool:
    """Return whether the leaf is the person's to mark: fields of her seat, her limit in the council, hand-overs."""
    return actor.system or any(_reaches(actor, card, seat, code, verb) for seat in _giving(actor, card, verb))


def _reaches(actor: Actor, card: Scorecard, seat: Seat, code: str, verb: Verb) -> bool:
    kind = card.criteria_set.kind.code
    if seat.fields and not reaches(seat.fields, code, kind):
        return False
    if seat.role is Role.APPRAISER:
        return not _has_handed(card, seat, code)
    return part_on(actor, card).covers(code, kind)


def _has_handed(card: Scorecard, seat: Seat, code: str) -> bool:
    fields = [field for agency, field in _handed(card) if agency == seat.workplace]
    return reaches(fields, code, card.criteria_set.kind.code)


def _handed(card: Scorecard) -> frozenset[tuple[str, str]]:
    """Return which fields of the round which agency has handed over, by its path; asked once for a card."""
    if "handed_fields" not in card.__dict__:
        card.__dict__["handed_fields"] = fields_handed_over(card.round_id)
    handed: frozenset[tuple[str, str]] = card.__dict__["handed_fields"]
    return handed


def fields_handed_over(round_id: int) -> frozenset[tuple[str, str]]:
    """Return which fields of the round which agency has handed over, by its path."""
    rows = HandOver.objects.filter(round=round_id, sent_back_at__isnull=True)
    return frozenset(rows.values_list("agency__path", "field"))


def not_her_leaf(actor: Actor, card: Scorecard, code: str) -> str:
    """Return why the leaf is not the person's to mark, in words; empty where it is."""
    if her_leaf(actor, card, code):
        return ""
    field = code.partition(".")[0]
    leads = [seat for seat in _giving(actor, card, Verb.APPRAISE) if seat.role is Role.APPRAISER]
    if any(_has_handed(card, seat, code) for seat in leads):
        return _(
            "Lĩnh vực %(field)s đã bàn giao cho Hội đồng thẩm định nên cơ quan chủ trì không sửa điểm được. "
            "Nếu cần sửa, đề nghị Hội đồng trả lại."
        ) % {"field": field}
    if not part_on(actor, card).covers(code, card.criteria_set.kind.code):
        return _("Trong Hội đồng, bạn chỉ thẩm định %(limit)s; tiêu chí %(code)s ngoài phạm vi đó.") % {
            "limit": getattr(part_on(actor, card).member, "limit", ""),
            "code": code,
        }
    return _("Bạn không được phân công thẩm định lĩnh vực %(field)s.") % {"field": field}


def conflicts_of(card: Scorecard) -> QuerySet[Conflict]:
    """Return the declared conflicts that keep people from the card now."""
    return conflicts_on(card.round, card.unit)
