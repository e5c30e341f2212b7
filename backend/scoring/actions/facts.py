"""Gather the facts a move's gates ask for, under the card's lock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from backend.core import clock
from backend.criteria.models import Node
from backend.rounds.models import Step
from backend.scoring.actions.locking import held
from backend.scoring.actions.remaining import over_deducted
from backend.scoring.gates import Facts
from backend.scoring.lifecycle import MOVES, State
from backend.scoring.models import Amendment, Evidence, Explanation, Mark, Score, Scorecard, Signature
from backend.scoring.queries import (
    Window,
    answers_fingerprint,
    fingerprint_over,
    given_answers,
    kept_by_session,
    members_of,
    open_doubles,
    owed_scores,
    results_of,
    sign_offs,
    signed_line,
    step_of,
    steps_of,
    waiting_changes,
)
from backend.scoring.queries.own_council import PRESIDES, objections_on


def facts_of(
    card: Scorecard,
    name: str,
    *,
    signer: int | None = None,
    reason: str = "",
    document: str = "",
    new_close: datetime | None = None,
) -> tuple[Facts, Step | None]:
    """Return the facts for the move ``name`` and the step it obeys; call it under the card's lock."""
    step = _step_for(card, name)
    window = held(card, step) if step else None
    now = window.now if window else clock.now()
    facts = Facts(
        now=now,
        opens=window.opens if window else None,
        closes=window.closes if window else None,
        reason=reason,
        document=document,
        new_close=new_close,
        signer=signer,
        explaining=card.state == State.EXPLAINING,
    )
    more = _MORE.get(name)
    return (more(card, facts, window) if more else facts), step


def _step_for(card: Scorecard, name: str) -> Step | None:
    return step_of(card, MOVES[name].step)


def explaining_step(card: Scorecard) -> Step | None:
    """Return the explanation step a card is out for: the first one after the finished appraisal."""
    return step_of(card, Step.Kind.EXPLANATION)


def _for_submit(card: Scorecard, facts: Facts, window: Window | None) -> Facts:
    if window is None:
        return facts
    marks = _own_marks(card, window.step)
    lacking = [mark for mark in marks if _needs_proof(mark)]
    proven = _proven(card, window.step)
    return replace(
        facts,
        missing_points=tuple(m.score.code for m in marks if m.points is None and _counts(m)),
        missing_evidence=tuple(m.score.code for m in lacking if m.score_id not in proven),
        submitters=_submitters(card),
    )


def _for_refer(card: Scorecard, facts: Facts, window: Window | None) -> Facts:
    presiding = [member for member in members_of(card) if member.role in PRESIDES]
    return replace(_for_submit(card, facts, window), presiding=len(presiding))


def _for_sending_back(card: Scorecard, facts: Facts, window: Window | None) -> Facts:
    return replace(facts, objections=objections_on(card))


def _own_marks(card: Scorecard, step: Step) -> list[Mark]:
    marks = Mark.objects.filter(score__card=card, score__applies=True, step=step)
    own = marks.filter(score__source=Node.Source.ASSESSED)
    return list(own.select_related("score__node").order_by("score__order"))


def _counts(mark: Mark) -> bool:
    return mark.score.counting == Node.Counting.BASE


def _needs_proof(mark: Mark) -> bool:
    if mark.score.counting == Node.Counting.PENALTY:
        return False  # who declares her own fault proves nothing
    return bool(mark.points and mark.score.node.needs_evidence and not mark.note.strip())


def _proven(card: Scorecard, step: Step) -> set[int]:
    rows = Evidence.objects.filter(score__card=card, step=step, removed_at__isnull=True)
    return set(rows.values_list("score_id", flat=True))


def _submitters(card: Scorecard) -> frozenset[int]:
    """Return who submitted since the card was last with the officers, to the leader or to the unit's own council.

    The newest only. Who passed it on for the council is not who submitted it: a member may approve.
    """
    last = card.signatures.filter(move__in=["submit", "refer"]).order_by("-signed_at", "-pk").first()
    return frozenset({last.signer_id} if last and last.signer_id else ())


def _for_host(card: Scorecard, facts: Facts, window: Window | None) -> Facts:
    return replace(facts, self_closes=window.closes if window else None)


def _for_appraise(card: Scorecard, facts: Facts, window: Window | None) -> Facts:
    own = step_of(card, Step.Kind.SELF)
    self_window = held(card, own) if own else None
    out_for = explaining_step(card) if card.state == State.EXPLAINING else None
    over = held(card, out_for).closes if out_for else None
    return replace(
        facts,
        self_closes=self_window.closes if self_window else None,
        explanation_closes=over,
        approval_voided=card.state == State.APPROVED and not approval_stands(card),
        open_doubles=_open_doubles(card, window.step) if window else (),
        unmarked=_unmarked(card, window.step) if window else (),
    )


def _open_doubles(card: Scorecard, step: Step) -> tuple[str, ...]:
    return tuple(open_doubles(card, step).values_list("score__code", flat=True))


def _unmarked(card: Scorecard, step: Step) -> tuple[str, ...]:
    """Return the leaves that this appraisal owes: all at the first, later those the unit explained."""
    marked = Mark.objects.filter(score__card=card, step=step, points__isnull=False)
    owed = owed_scores(card)
    if card.step is not None:
        answered = given_answers(score__card=card, step__order__lt=step.order)
        owed = owed.filter(pk__in=answered.values("score_id"))
    rest = owed.exclude(pk__in=marked.values("score_id"))
    return tuple(rest.values_list("code", flat=True))


def _for_explanation(card: Scorecard, facts: Facts, window: Window | None) -> Facts:
    step = explaining_step(card)
    rows = Explanation.objects.filter(score__card=card, step=step) if step else None
    asked = rows.count() if rows is not None else 0
    answered = rows.exclude(answer="").count() if rows is not None else 0
    return replace(facts, asked=asked, answered=answered)


def _for_explaining(card: Scorecard, facts: Facts, window: Window | None) -> Facts:
    asked = _for_explanation(card, facts, window)
    return replace(asked, submitters=_submitters_of_answers(card))


def _submitters_of_answers(card: Scorecard) -> frozenset[int]:
    """Return who put the answers before the leader since the council asked; the newest only."""
    rows = card.signatures.filter(move__in=["ask", "submit_answers"]).order_by("-signed_at", "-pk")
    last = rows.first()
    return frozenset({last.signer_id} if last and last.move == "submit_answers" and last.signer_id else ())


def _for_conclusion(card: Scorecard, facts: Facts, window: Window | None) -> Facts:
    marks = Mark.objects.filter(score__card=card, points__isnull=False)
    judged = marks.filter(step__kind__in=[Step.Kind.APPRAISAL, Step.Kind.CONCLUSION])
    rest = owed_scores(card).exclude(pk__in=judged.values("score_id"))
    asked = _for_explanation(card, facts, window)
    return replace(
        asked,
        unmarked=tuple(rest.values_list("code", flat=True)),
        over_deducted=over_deducted(card),
        kept_by_session=kept_by_session(card, facts.signer),
    )


def _for_reopening(card: Scorecard, facts: Facts, window: Window | None) -> Facts:
    asked = card.amendments.filter(kind=Amendment.Kind.REOPEN, state=Amendment.State.WAITING).first()
    return replace(facts, reopening_asked_by=asked.proposed_by_id if asked else None)


def _for_signing_off(card: Scorecard, facts: Facts, window: Window | None) -> Facts:
    signed = card.pk in sign_offs([card])
    return replace(facts, sign_off_until=card.round.sign_off_until, signed_off=signed)


def _for_publish(card: Scorecard, facts: Facts, window: Window | None) -> Facts:
    return replace(
        facts,
        missing_survey=missing_survey(card),
        waiting_changes=tuple(waiting_changes([card]).get(card.pk, ())),
    )


def missing_survey(card: Scorecard) -> tuple[str, ...]:
    """Return the codes of survey and outside-index leaves that wait for points."""
    if not card.round.with_survey:
        return ()
    given = Mark.objects.filter(score__card=card, step__kind=Step.Kind.SURVEY, points__isnull=False)
    owed = Score.objects.filter(card=card, applies=True).exclude(source=Node.Source.ASSESSED)
    rest = owed.exclude(pk__in=given.values("score_id"))
    return tuple(rest.order_by("order").values_list("code", flat=True))


_MORE: dict[str, Any] = {
    "submit": _for_submit,
    "refer": _for_refer,
    "send_back": _for_sending_back,
    "approve": _for_submit,
    "accept": _for_host,
    "no_self_score": _for_host,
    "reopen": _for_host,
    "appraise": _for_appraise,
    "ask": _for_explanation,
    "submit_answers": _for_explanation,
    "explain": _for_explaining,
    "conclude": _for_conclusion,
    "reconsider": _for_reopening,
    "sign_off": _for_signing_off,
    "publish": _for_publish,
}


def approval_stands(card: Scorecard) -> bool:
    """Return whether the approval in force signs exactly what the card holds now."""
    rows = card.signatures.filter(move="approve", voided_at__isnull=True)
    approval: Signature | None = rows.order_by("-signed_at", "-pk").first()
    return approval is not None and approval.fingerprint == fingerprint_of(card)


def wrong_approvals() -> Iterator[str]:
    """Yield a line for every approval in force that does not sign what its card holds now."""
    standing = Signature.objects.filter(move="approve", voided_at__isnull=True).exclude(fingerprint="")
    cards = (
        Scorecard.objects.filter(signatures__in=standing).select_related("criteria_set", "unit").distinct()
    )
    for card in cards.order_by("pk").iterator(100):
        if not approval_stands(card):
            yield f"{card.unit_name}: chữ ký phê duyệt đang có hiệu lực không khớp nội dung phiếu"


def signed_content(card: Scorecard, name: str) -> str:
    """Return the fingerprint of what the move ``name`` signs, as it stands; empty where it signs no content."""
    found = _SIGNED.get(name)
    return found(card) if found else ""


def answers_fingerprint_of(card: Scorecard) -> str:
    """Return the fingerprint of the questions the card is out for, with the unit's answers and new evidence."""
    step = explaining_step(card)
    asked = Explanation.objects.filter(score__card=card, step=step).select_related("score")
    pieces: dict[int, list[Evidence]] = {}
    for piece in Evidence.objects.filter(score__card=card, step=step, removed_at__isnull=True).select_related(
        "file"
    ):
        pieces.setdefault(piece.score_id, []).append(piece)
    return answers_fingerprint((row.score.code, row, pieces.get(row.score_id, ())) for row in asked)


def result_fingerprint_of(card: Scorecard) -> str:
    """Return the fingerprint of what was concluded on the card, as it stands."""
    return results_of([card])[card.pk]


def fingerprint_of(card: Scorecard) -> str:
    """Return the fingerprint of the unit's part of the card (see ``fingerprints``)."""
    own = next((step for step in steps_of(card) if step.kind == Step.Kind.SELF), None)
    marks = Mark.objects.filter(score__card=card, step=own).select_related("score")
    pieces: dict[int, list[Evidence]] = {}
    evidence = Evidence.objects.filter(score__card=card, step=own, removed_at__isnull=True)
    for piece in evidence.select_related("file"):
        pieces.setdefault(piece.score_id, []).append(piece)
    lines = [signed_line(mark, pieces.get(mark.score_id, ())) for mark in marks]
    return fingerprint_over(card, lines)


_SIGNED: dict[str, Any] = {
    **dict.fromkeys(("submit", "refer", "pass_on", "approve"), fingerprint_of),
    **dict.fromkeys(("submit_answers", "explain"), answers_fingerprint_of),
    **dict.fromkeys(("conclude", "sign_off"), result_fingerprint_of),
}
# Who signs these names what she has read.
SEEN = frozenset({"approve", "explain", "sign_off"})
