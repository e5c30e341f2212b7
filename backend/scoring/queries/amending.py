"""After the conclusion: changes that wait for a second person, what the units' leaders signed, who did not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from backend.rounds.models import Step
from backend.rounds.rules import said_closing
from backend.scoring.models import Amendment, Mark, Scorecard, Signature
from backend.scoring.queries.cards import standing_deductions
from backend.scoring.queries.shown import result_fingerprint


def waiting_changes(cards: Iterable[Scorecard]) -> dict[int, list[str]]:
    """Return, by card, the codes of the changes that wait for their second person; one statement."""
    found: dict[int, list[str]] = {}
    rows = Amendment.objects.filter(card__in=list(cards), state=Amendment.State.WAITING)
    for row in rows.select_related("score").order_by("proposed_at", "pk"):
        said = row.score.code if row.score else _("mở lại kết luận")
        found.setdefault(row.card_id, []).append(said)
    return found


def results_of(cards: Sequence[Scorecard]) -> dict[int, str]:
    """Return the fingerprint of what stands concluded on each card, by card; two statements."""
    lines: dict[int, list[tuple[str, Decimal | None]]] = {card.pk: [] for card in cards}
    off: dict[int, list[Decimal]] = {card.pk: [] for card in cards}
    marks = Mark.objects.filter(score__card__in=lines, score__applies=True, points__isnull=False)
    marks = marks.filter(step__kind=Step.Kind.CONCLUSION).order_by("score__order")
    for card, code, points in marks.values_list("score__card_id", "score__code", "points"):
        lines[card].append((code, points))
    for row in standing_deductions(card__in=list(lines)):
        off[row.card_id].append(row.points)
    return {card: result_fingerprint(lines[card], off[card]) for card in lines}


def sign_offs(cards: Sequence[Scorecard]) -> dict[int, Signature]:
    """Return, by card, the unit's newest signature under the result as it stands; an earlier result's is none."""
    standing = results_of(cards)
    rows = Signature.objects.filter(card__in=list(standing), move="sign_off").order_by("signed_at", "pk")
    return {row.card_id: row for row in rows if row.fingerprint == standing[row.card_id]}


def unsigned(cards: Sequence[Scorecard]) -> list[Scorecard]:
    """Return the cards whose unit was asked to sign the result and has not; three statements at most."""
    asked = [card for card in cards if card.round.sign_off_until]
    signed = sign_offs(asked) if asked else {}
    return [card for card in asked if card.pk not in signed]


def open_ends(cards: Sequence[Scorecard], now: datetime) -> dict[int, str]:
    """Return, by card, what still has to happen after its conclusion before it is published, in words.

    The units' signatures are waited for until the day of the round; afterwards who did not sign is only named.
    """
    found = {
        key: _("đề nghị thay đổi chờ người thứ hai xác nhận (%s)") % ", ".join(codes)
        for key, codes in waiting_changes(cards).items()
    }
    for card in unsigned(cards):
        until = card.round.sign_off_until
        if until and now < until:
            said = _("chờ lãnh đạo đơn vị ký xác nhận kết quả, hạn %s") % said_closing(until)
            found[card.pk] = "; ".join([found[card.pk], said] if card.pk in found else [said])
    return found
