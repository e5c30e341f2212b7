"""What the minutes of a session say, as plain values: read while it lasts, frozen when it closes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from backend.core.exact import ZERO
from backend.rounds.models import Step
from backend.rounds.queries.councils import council_of
from backend.scoring.lifecycle import State
from backend.scoring.models import Attendance, Mark, Proposal, Session, Signature
from backend.scoring.models import Scorecard as Card
from backend.scoring.queries.cards import standing_deductions
from backend.scoring.queries.sessions import Voting, agenda_of, disagreements, quorum_of, votings
from permissions.roles import Role


def minutes_for(session: Session) -> dict[str, Any]:
    """Return what the minutes say: frozen where the session is closed, else as it stands now."""
    kept: dict[str, Any] = session.minutes
    return kept if session.fingerprint else minutes_of(session)


def minutes_of(session: Session) -> dict[str, Any]:
    """Return what the minutes of the session say now: texts, numbers as text, moments in ISO form."""
    attendances = list(session.attendances.order_by("order", "pk"))
    quorum = quorum_of(session)
    return {
        "round": session.round.title,
        "year": session.round.year,
        "host": session.round.host.name,
        "number": session.number,
        "venue": session.venue,
        "opened_at": _moment(session.opened_at),
        "closed_at": _moment(session.closed_at),
        "by_name": session.by_name,
        "decision": _decision(session),
        "chair": session.closed_by or _named(attendances, Role.CHAIR),
        "secretary": _named(attendances, Role.SECRETARY),
        "quorum": {"members": quorum.members, "present": quorum.present, "wanted": quorum.wanted},
        "rule": session.get_quorum_display(),
        "attendance": [_attendance(row) for row in attendances],
        "cards": _cards(session),
    }


def _decision(session: Session) -> dict[str, str]:
    """Return number and day (ISO) of the decision by which the council sits; empty where it has none of its own."""
    council = council_of(session.round)
    if council is None:
        return {}
    return {"number": council.decision_number, "day": council.decision_date.isoformat()}


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _points(points: Decimal | None) -> str:
    return "" if points is None else str(points)


def _named(rows: list[Attendance], role: Role) -> str:
    there = [row.person_name for row in rows if row.role == role and row.is_present]
    return there[0] if there else ""


def _attendance(row: Attendance) -> dict[str, Any]:
    return {
        "name": row.person_name,
        "role": row.role_title,
        "title": row.title,
        "presence": row.get_presence_display(),
        "present": row.is_present,
        "reason": row.reason,
    }


def _cards(session: Session) -> list[dict[str, Any]]:
    agenda = agenda_of(session)
    cards = [row.card for row in agenda]
    marks = _marks(cards)
    open_leaves = disagreements(cards)
    talked: dict[int, list[Voting]] = {}
    for voting in votings(session):
        talked.setdefault(voting.proposal.score.card_id, []).append(voting)
    signed = _concluded(session, cards)
    off = {row.pk: ZERO for row in cards}
    for taken in standing_deductions(card__in=cards):
        off[taken.card_id] += taken.points
    return [
        {
            "unit": card.unit_name,
            "state": str(State(card.state).label),
            "concluded_by": signed.get(card.pk, ""),
            "open": [row.code for row in open_leaves.get(card.pk, [])],
            "totals": _totals(marks[card.pk], off[card.pk], concluded=card.pk in signed),
            "leaves": _leaves(talked.get(card.pk, []), marks[card.pk]),
        }
        for card in cards
    ]


def _marks(cards: list[Card]) -> dict[int, list[Mark]]:
    found: dict[int, list[Mark]] = {card.pk: [] for card in cards}
    rows = Mark.objects.filter(score__card__in=cards, score__applies=True, points__isnull=False)
    kinds = (Step.Kind.SELF, Step.Kind.APPRAISAL, Step.Kind.CONCLUSION)
    rows = rows.filter(step__kind__in=kinds).select_related("score__node", "step")
    for mark in rows.order_by("score__order", "step__order"):
        found[mark.score.card_id].append(mark)
    return found


def _concluded(session: Session, cards: list[Card]) -> dict[int, str]:
    """Return, by card, who concluded it during the session."""
    rows = Signature.objects.filter(card__in=cards, move="conclude", signed_at__gte=session.opened_at)
    rows = rows.filter(card__state__in=[State.CONCLUDED, State.PUBLISHED])
    if session.closed_at:
        rows = rows.filter(signed_at__lte=session.closed_at)
    return {row.card_id: row.signer_name for row in rows.order_by("signed_at", "pk")}


def _totals(marks: list[Mark], off: Decimal, *, concluded: bool) -> dict[str, str]:
    """Return the sums within the scale: the unit's own, the newest appraised, and what was concluded."""
    scaled = [mark for mark in marks if mark.score.counting == mark.score.node.Counting.BASE]
    own = {mark.score_id: mark for mark in scaled if mark.step.kind == Step.Kind.SELF}
    appraised = {mark.score_id: mark for mark in scaled if mark.step.kind == Step.Kind.APPRAISAL}
    decided = {mark.score_id: mark for mark in scaled if mark.step.kind == Step.Kind.CONCLUSION}
    sums = [_sum(own), _sum(appraised), _sum({**appraised, **decided})]
    return {
        "own": _points(sums[0]),
        "appraised": _points(sums[1]),
        "deducted": _points(off) if off else "",
        "concluded": _points(sums[2] - off) if concluded else "",
    }


def _sum(marks: dict[int, Mark]) -> Decimal:
    return sum((mark.points or ZERO for mark in marks.values()), ZERO)


def _leaves(talked: list[Voting], marks: list[Mark]) -> list[dict[str, Any]]:
    """Return every leaf on which something was proposed or that the chair decided otherwise, in order."""
    by_score: dict[int, list[Voting]] = {}
    for voting in talked:
        by_score.setdefault(voting.proposal.score_id, []).append(voting)
    decided = {
        mark.score_id: mark for mark in marks if mark.step.kind == Step.Kind.CONCLUSION and mark.reason
    }
    wanted = [mark.score_id for mark in marks if mark.score_id in by_score or mark.score_id in decided]
    return [_leaf(key, by_score.get(key, []), decided.get(key), marks) for key in dict.fromkeys(wanted)]


def _leaf(key: int, talked: list[Voting], decided: Mark | None, marks: list[Mark]) -> dict[str, Any]:
    own = [mark for mark in marks if mark.score_id == key]
    score = own[0].score
    newest = {mark.step.kind: mark for mark in own}
    given = {kind: _points(mark.points) for kind, mark in newest.items()}
    return {
        "code": score.code,
        "title": score.node.title,
        "maximum": _points(score.max_points),
        "own": given.get(Step.Kind.SELF, ""),
        "appraised": given.get(Step.Kind.APPRAISAL, ""),
        "proposals": [_proposal(voting) for voting in talked],
        "otherwise": _otherwise(talked, decided),
        "decision": _points(decided.points) if decided else "",
        "reason": decided.reason if decided else _("Giữ điểm thẩm định."),
        "decided_by": decided.author if decided else "",
    }


def _otherwise(talked: list[Voting], decided: Mark | None) -> bool:
    """Return whether the chair decided other points than those the council carried."""
    carried = [voting.proposal.points for voting in talked if voting.carried]
    return decided is not None and bool(carried) and decided.points not in carried


def _proposal(voting: Voting) -> dict[str, Any]:
    row: Proposal = voting.proposal
    count = voting.count
    return {
        "by": row.author_name,
        "points": _points(row.points),
        "reason": row.reason,
        "agreed": count.agreed if count else None,
        "against": count.against if count else None,
        "abstained": count.abstained if count else None,
        "outcome": voting.outcome,
        "voters": voting.voters,
        "named": [[words, names] for words, names in voting.named],
    }
