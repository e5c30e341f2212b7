"""One function makes every move of ``lifecycle.MOVES`` and signs it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.actions import CHECKPOINT
from backend.audit.recording import create_all, recording, update_all
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep
from backend.jobs.actions import enqueue
from backend.notices.actions import call_off, tell
from backend.notices.models import Kind
from backend.rounds.actions import tell_more_time
from backend.rounds.models import Extension, Round, Step
from backend.rounds.queries.councils import taking_part
from backend.rounds.rules import said_closing
from backend.scoring import lifecycle
from backend.scoring.actions.facts import facts_of, missing_survey, signed_content
from backend.scoring.actions.locking import about, lock
from backend.scoring.actions.own_council import require_presiding
from backend.scoring.actions.results import (
    carry_unanswered,
    clear_appraisal,
    clear_copies,
    clear_decisions,
    copy_results,
)
from backend.scoring.actions.returning import drop_notes, send_notes
from backend.scoring.actions.rights import require_verb
from backend.scoring.actions.signed_copy import take_off_signed_copy
from backend.scoring.gates import Facts
from backend.scoring.lifecycle import MOVES, Move, State
from backend.scoring.models import Amendment, Scorecard, Signature
from backend.scoring.queries import (
    CARD_PARTS,
    members_of,
    objections_behind,
    open_ends,
    takers_on,
    unsigned,
    way_of,
)
from permissions.actor import Actor
from permissions.roles import Role, Verb
from tiers.seating import holders, holders_at

SOON = timedelta(days=2)


@transaction.atomic
def move(
    card: Scorecard,
    name: str,
    *,
    by: Actor,
    reason: str = "",
    document: str = "",
    new_close: datetime | None = None,
    seen: str | None = None,
    leaves: Mapping[str, str] | None = None,
) -> Scorecard:
    """Make the move ``name`` of ``lifecycle.MOVES``, sign it and tell whom it concerns.

    To submit a card whose unit has its own council refers it there first (``queries.way_of``).
    ``new_close`` is for reopening: the unit's own new closing moment. ``seen`` is the fingerprint of what the
    person has read, where she signs it; ``leaves`` are reasons by code, for a return. Raises Refused (no right),
    OutOfStep with the gate's reason or where the content is not what was seen, KeyError for a move that is not in
    the table.
    """
    card = lock(card.pk)
    name = way_of(card, name)
    row = MOVES[name]
    if name == "publish":
        raise OutOfStep(_("Không thể công bố riêng một phiếu; kết quả được công bố cho cả đợt."))
    require_move(card, name, by)
    facts, step = facts_of(
        card, name, signer=by.user_id, reason=reason, document=document, new_close=new_close
    )
    lifecycle.check(name, card.state, facts)
    if seen is not None:
        require_seen(card, seen, name)
    with recording(by=by, reason=reason, at=facts.now, about=about(card, step)):
        _before(card, name, step, by=by, facts=facts)
        _arrive(card, name, row, step)
        signature = _sign(card, name, step, by=by, reason=reason, document=document, now=facts.now)
        _after(card, name, signature, leaves or {}, by=by)
    call_off(f"card-{card.pk}")
    _tell(card, name, signature, facts)
    return card


def require_move(card: Scorecard, name: str, by: Actor) -> None:
    """Raise Refused unless the person may make that move on the card, whenever it is open."""
    require_verb(card, MOVES[name].verb, by)
    if MOVES[name].presides:
        require_presiding(card, by)


def require_seen(card: Scorecard, seen: str, name: str = "approve") -> None:
    """Raise Invalid without a fingerprint of what was read, OutOfStep where it is not that of what stands now.

    What is read is what the move ``name`` signs.
    """
    if not seen:
        raise Invalid(
            _("Thiếu dấu xác thực của nội dung bạn đã xem. Hãy tải lại trang phê duyệt rồi phê duyệt."),
            fields={"seen": [_("Còn trống.")]},
        )
    if seen != signed_content(card, name):
        raise OutOfStep(
            _("Nội dung phiếu đã thay đổi sau khi bạn mở trang. Hãy xem lại những thay đổi rồi phê duyệt.")
        )


def _after(card: Scorecard, name: str, signature: Signature, leaves: Mapping[str, str], *, by: Actor) -> None:
    if name == "return":
        send_notes(card, signature, leaves, by=by)
    if name == "approve":
        drop_notes(card, by=by)
    if name == "conclude":
        enqueue(CHECKPOINT, "conclusion")


def _before(card: Scorecard, name: str, step: Step | None, *, by: Actor, facts: Facts) -> None:
    if name in ("withdraw", "reopen"):
        _void_approvals(card, facts.now)
    if name in ("withdraw", "reopen", "return"):
        take_off_signed_copy(card)
    if name == "reopen":
        clear_appraisal(card)
        _extend(card, step, by=by, facts=facts)
    if name in ("ask", "appraise"):
        clear_decisions(card)
    if name == "appraise" and step is not None:
        carry_unanswered(card, step, by=by, now=facts.now)
    if name == "reconsider":
        clear_copies(card)
        _settle_reopening(card, by=by, now=facts.now)
    if name == "conclude" and step is not None:
        copy_results(card, step, by=by, now=facts.now)


def _settle_reopening(card: Scorecard, *, by: Actor, now: datetime) -> None:
    """Note on the proposal that the second person has opened the conclusion again."""
    for asked in card.amendments.filter(kind=Amendment.Kind.REOPEN, state=Amendment.State.WAITING):
        asked.state, asked.settled_at = Amendment.State.CONFIRMED, now
        asked.settled_by_id, asked.settler_name = by.user_id, by.name
        asked.save()


def _arrive(card: Scorecard, name: str, row: Move, step: Step | None) -> None:
    if card.state == row.target:
        return  # only a signature is added
    card.state = row.target
    fields = ["state"]
    if name == "appraise":
        card.step = step
        fields.append("step")
    card.save(update_fields=fields)


def _extend(card: Scorecard, step: Step | None, *, by: Actor, facts: Facts) -> None:
    if step is None or facts.new_close is None:
        return  # the gates refuse a reopening without a step or a new closing moment
    made = Extension.objects.create(
        step=step,
        unit_id=card.unit_id,
        closes_at=facts.new_close,
        reason=facts.reason,
        document=facts.document,
        made_by_id=by.user_id,
        made_at=facts.now,
        reopens=True,
    )
    tell_more_time(made, card.round, by=by, url=f"/scorecards/{card.pk}/")


def _void_approvals(card: Scorecard, now: datetime) -> None:
    standing = list(card.signatures.filter(move="approve", voided_at__isnull=True))
    for signature in standing:
        signature.voided_at = now
        signature.save(update_fields=["voided_at"])


def _sign(
    card: Scorecard,
    name: str,
    step: Step | None,
    *,
    by: Actor,
    reason: str,
    document: str,
    now: datetime,
) -> Signature:
    seat = _seat_behind(card, MOVES[name].verb, by)
    return Signature.objects.create(
        card=card,
        move=name,
        step=step,
        signer_id=by.user_id,
        signer_name=by.name,
        signer_title=seat.title if seat else _own_title(card, by),
        capacity=_capacity(seat, name),
        reason=reason,
        document=document,
        fingerprint=signed_content(card, name),
        signed_at=now,
    )


def _seat_behind(card: Scorecard, verb: Verb, by: Actor) -> Any:
    return next((seat for seat in by.seats if seat.gives(verb, card.place())), None)


def _own_title(card: Scorecard, by: Actor) -> str:
    """Return what a person to whom the approval is lent is called at the unit, as TUQ. prints below the head."""
    titles = [seat.title for seat in by.seats if seat.path == card.unit.path and seat.title]
    return titles[0] if titles else ""


def _capacity(seat: Any, name: str) -> str:
    if name not in ("approve", "explain", "sign_off"):
        return ""
    if seat is None:
        return "TUQ."
    return "KT." if seat.role is Role.DEPUTY else ""


# Whom a move concerns; of a reopening ``rounds`` tells the unit and the councils.
_LISTENERS = {
    "submit": Verb.APPROVE,
    "pass_on": Verb.APPROVE,
    "send_back": Verb.SCORE,
    "return": Verb.SCORE,
    "withdraw": Verb.APPROVE,
    "approve": Verb.SCORE,
    "ask": Verb.SCORE,
    "submit_answers": Verb.APPROVE,
    "explain": Verb.APPRAISE,
    "conclude": Verb.APPROVE,
    "reconsider": Verb.APPROVE,
    "sign_off": Verb.CONCLUDE,
}

# What somebody to whom the approval is lent hears of like the leader.
_OF_TAKERS = ("submit", "pass_on", "withdraw", "submit_answers")

# Where on the card what is told is done; else the grid.
_PAGES = {
    "submit": "approval/",
    "pass_on": "approval/",
    "refer": "own-council/",
    "ask": "explanation/",
    "submit_answers": "explanation/",
}

# What the host decides over the unit's card after the lock.
_OF_WHOLE_UNIT = ("accept", "no_self_score")


def _urgent(name: str, facts: Facts) -> bool:
    """Return whether the message can't wait for tomorrow's digest: given back, or little time is left."""
    return name in ("return", "ask") or bool(facts.closes and facts.closes - facts.now < SOON)


def _listeners(card: Scorecard, name: str) -> list[Any]:
    if name == "refer":
        return [member.person for member in members_of(card)]
    if name in _OF_WHOLE_UNIT:
        return holders_at([card.unit_id], [Verb.SCORE, Verb.APPROVE])[card.unit_id]
    verb = _LISTENERS.get(name)
    if verb is None:
        return []
    takers = takers_on([card.pk]).get(card.pk, []) if name in _OF_TAKERS else []
    if verb is Verb.APPRAISE:
        return taking_part(card.round, card.unit, holders(card.round.host, verb))
    at = card.round.host if verb is Verb.CONCLUDE else card.unit
    return [*holders(at, verb), *takers]


def _tell(card: Scorecard, name: str, signature: Signature, facts: Facts) -> None:
    tell(
        [person for person in _listeners(card, name) if person.pk != signature.signer_id],
        key=f"move-{signature.pk}",
        subject=f"{card.unit_name}: {MOVES[name].done}",
        body=_("%(who)s đã %(act)s phiếu %(card)s.\n%(reason)s")
        % {
            "who": signature.signer_name,
            "act": MOVES[name].done,
            "card": card,
            "reason": "\n".join([signature.reason, *_reasons(signature)]),
        },
        url=_page_of(card, name),
        kind=Kind.CARD,
        urgent=_urgent(name, facts),
    )


def _page_of(card: Scorecard, name: str) -> str:
    """Return where what is told is done."""
    if name == "sign_off":
        return f"/conclusions/{card.pk}/"
    if name == "conclude" and card.round.sign_off_until:
        return f"/scorecards/{card.pk}/sign-off/"
    return f"/scorecards/{card.pk}/{_PAGES.get(name, '')}"


def _reasons(signature: Signature) -> list[str]:
    """Return "2.1: Thiếu trang 3" for each leaf a return names, or each objection of the unit's own council."""
    if signature.move == "send_back":
        return [f"{one.score.code}: {one.reason}" for one in objections_behind(signature)]
    until = signature.card.round.sign_off_until
    if signature.move == "conclude" and until:
        return [_("Đề nghị lãnh đạo đơn vị ký xác nhận kết quả, hạn %s.") % said_closing(until)]
    if signature.move != "return":
        return []
    rows = signature.leaves.select_related("score").order_by("score__order")
    return [f"{row.score.code}: {row.reason}" for row in rows]


@transaction.atomic
def publish_cards(round_: Round, *, by: Actor) -> list[Scorecard]:
    """Move every card of the round to published and sign each; all or none.

    Raises Refused, or OutOfStep that names the units not concluded or lacking survey points.
    """
    rows = Scorecard.objects.select_for_update(of=("self",)).filter(round=round_)
    cards = list(rows.select_related(*CARD_PARTS).order_by("pk"))
    for card in cards:
        by.require(Verb.PUBLISH, at=card.place())
    if problems := publication_problems(cards):
        raise OutOfStep(" ".join(problems[:10]))
    silent = {card.pk for card in unsigned(cards)}
    with recording(by=by, reason=_("Công bố kết quả")) as made:
        for card in cards:
            card.state = State.PUBLISHED
        update_all(Scorecard, cards, ["state"])
        rows = [_publication(card, by, made.at, signed=card.pk not in silent) for card in cards]
        create_all(Signature, rows)
    return cards


def publication_problems(cards: list[Scorecard]) -> list[str]:
    """Return what keeps the cards from being published, one sentence per unit."""
    problems = []
    left = open_ends(cards, clock.now())
    for card in cards:
        if card.state != State.CONCLUDED:
            problems.append(
                _("%(unit)s: phiếu %(state)s, chưa kết luận.")
                % {"unit": card.unit_name, "state": State(card.state).label}
            )
        elif codes := missing_survey(card):
            problems.append(
                _("%(unit)s: còn thiếu điểm điều tra, chỉ số ngoài: %(codes)s.")
                % {"unit": card.unit_name, "codes": ", ".join(codes)}
            )
        elif card.pk in left:
            problems.append(f"{card.unit_name}: {left[card.pk]}.")
    return problems


def _publication(card: Scorecard, by: Actor, now: datetime, *, signed: bool) -> Signature:
    made = Signature(card=card, move="publish", signer_id=by.user_id, signer_name=by.name, signed_at=now)
    if not signed:
        made.reason = _("Đơn vị không ký xác nhận kết quả trong hạn.")
    made.history_about = card.history_about
    return made
