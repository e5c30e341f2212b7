"""Leaves marked by two people without seeing each other's mark: chosen, marked, settled, dropped."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import create_all, recording
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused, Stale
from backend.core.exact import format_points
from backend.criteria.models import Node
from backend.notices.actions import tell
from backend.notices.models import Kind
from backend.rounds.actions import hold_round
from backend.rounds.models import Round, Step
from backend.scoring import rules
from backend.scoring.lifecycle import State
from backend.scoring.models import DoubleChoice, DoubleLeaf, Explanation, FirstMark, Mark, Score, Scorecard
from backend.scoring.queries import CARD_PARTS, step_of
from permissions.actor import Actor
from permissions.roles import Verb
from tiers.seating import holders

OVER = (State.APPRAISED, State.CONCLUDED, State.PUBLISHED)


@dataclass(frozen=True)
class Chosen:
    """How many leaves are to be marked twice now, and how many were left out because a mark stands already."""

    leaves: int
    marked: int


@transaction.atomic
def choose_doubles(
    round_: Round,
    nodes: Collection[Node],
    *,
    by: Actor,
    share: int = 100,
    seed: str = "",
    units: Collection[int] | None = None,
) -> Chosen:
    """Let leaves of the round be marked twice at the appraisal each card is at or comes to.

    On every card, on those of ``units``, or on a ``share`` of them in percent drawn by ``seed``. A leaf that has a
    mark already stays as it is. Raises Refused, OutOfStep (not open), or Invalid: no leaf, one that nobody
    appraises, a share without a seed, nothing left to mark.
    """
    round_ = hold_round(round_)
    by.require(Verb.KEEP_COUNCIL, at=round_.place())
    if round_.state != Round.State.OPEN:
        raise OutOfStep(_("Chỉ chọn tiêu chí chấm hai lần khi đợt đánh giá đang thực hiện."))
    _require_choice(round_, nodes, share, seed.strip())
    cards = _cards(round_, units)
    now, chosen, marked = clock.now(), 0, 0
    with recording(by=by, at=now, reason=_("Chọn chấm hai lần độc lập")):
        for node in nodes:
            leaves, taken = _owed(node, cards, share, seed.strip())
            marked += taken
            if leaves:
                chosen += _keep(round_, node, leaves, by=by, now=now, share=share, seed=seed.strip())
    if not chosen:
        raise Invalid(
            _("Không còn phiếu nào để chấm hai lần: đã chấm, đã chọn trước đó hoặc không còn bước thẩm định.")
        )
    return Chosen(chosen, marked)


def _require_choice(round_: Round, nodes: Collection[Node], share: int, seed: str) -> None:
    sets = set(round_.groups.values_list("criteria_set_id", flat=True))
    sentence, name = "", "nodes"
    if not nodes:
        sentence = _("Hãy chọn ít nhất một tiêu chí.")
    elif any(
        node.criteria_set_id not in sets or not node.is_leaf or node.source != Node.Source.ASSESSED
        for node in nodes
    ):
        sentence = _("Chỉ chọn tiêu chí của đợt này mà Hội đồng thẩm định.")
    elif not 1 <= share <= 100:
        sentence, name = _("Tỷ lệ đơn vị từ 1 đến 100 phần trăm."), "share"
    elif share < 100 and not seed:
        sentence, name = (
            _("Rút chọn một phần đơn vị cần mã rút chọn, để ai cũng rút lại được kết quả đó."),
            "seed",
        )
    if sentence:
        raise Invalid(sentence, fields={name: [sentence]})


def _cards(round_: Round, units: Collection[int] | None) -> list[Scorecard]:
    rows = Scorecard.objects.select_for_update(of=("self",)).filter(round=round_).exclude(state__in=OVER)
    if units is not None:
        rows = rows.filter(unit__in=units)
    return list(rows.select_related(*CARD_PARTS).order_by("pk"))


def _owed(
    node: Node, cards: Iterable[Scorecard], share: int, seed: str
) -> tuple[list[tuple[Score, Step]], int]:
    """Return the leaves that are drawn and can be marked twice, and how many have a mark already."""
    by_unit = {card.unit.code: card for card in cards if card.criteria_set_id == node.criteria_set_id}
    steps = {
        by_unit[code].pk: step_of(by_unit[code], Step.Kind.APPRAISAL)
        for code in rules.drawn(seed, node.code, by_unit, share)
    }
    scores = list(Score.objects.filter(node=node, card__in=list(steps), applies=True).order_by("card"))
    asked = set(Explanation.objects.filter(score__in=scores).values_list("score_id", flat=True))
    again = {card.pk for card in by_unit.values() if card.step_id}
    pairs = [
        (score, step)
        for score in scores
        if (step := steps[score.card_id]) is not None and (score.card_id not in again or score.pk in asked)
    ]
    marks = Mark.objects.filter(score__in=scores, points__isnull=False).values_list("score_id", "step_id")
    there = DoubleLeaf.objects.filter(score__in=scores, dropped_at__isnull=True).values_list(
        "score_id", "step_id"
    )
    marked, doubled = set(marks), set(there)
    fresh = [(score, step) for score, step in pairs if (score.pk, step.pk) not in marked | doubled]
    return fresh, sum((score.pk, step.pk) in marked - doubled for score, step in pairs)


def _keep(
    round_: Round,
    node: Node,
    leaves: Iterable[tuple[Score, Step]],
    *,
    by: Actor,
    now: datetime,
    share: int,
    seed: str,
) -> int:
    choice = DoubleChoice(round=round_, node=node, share=share, seed=seed if share < 100 else "")
    choice.chosen_by, choice.chosen_at = by.name, now
    choice.save()
    rows = [DoubleLeaf(choice=choice, score=score, step=step) for score, step in leaves]
    cards = Scorecard.objects.select_related("unit").in_bulk([row.score.card_id for row in rows])
    for row in rows:
        row.score.card = cards[row.score.card_id]
    return len(create_all(DoubleLeaf, rows))


@transaction.atomic
def drop_doubles(round_: Round, leaves: Iterable[int], *, by: Actor, reason: str) -> int:
    """Let leaves be marked once again, as far as nobody has settled them; marks given stay on record.

    Return how many. Raises Refused, or Invalid without a reason.
    """
    round_ = hold_round(round_)
    by.require(Verb.KEEP_COUNCIL, at=round_.place())
    if not reason.strip():
        raise Invalid(_("Hãy ghi lý do."), fields={"reason": [_("Hãy ghi lý do.")]})
    wanted = DoubleLeaf.objects.filter(choice__round=round_, pk__in=list(leaves))
    cards = wanted.order_by().values("score__card")
    list(Scorecard.objects.select_for_update(of=("self",)).filter(pk__in=cards).order_by("pk"))
    rows = wanted.filter(settled_at__isnull=True, dropped_at__isnull=True)
    now, number = clock.now(), 0
    with recording(by=by, at=now, reason=reason.strip()):
        for row in rows.select_related("score__card__unit"):
            row.dropped_at, row.dropped_by, row.drop_reason = now, by.name, reason.strip()
            row.save()
            number += 1
    return number


def require_turn(double: DoubleLeaf, by: Actor) -> None:
    """Raise Refused where both marks are given and one of them is hers: a third decides."""
    if by.user_id is None:
        raise Refused(_("Chấm hai lần độc lập cần hai người cụ thể."))
    marks = list(double.first_marks.all())
    if len(marks) == 2 and any(mark.person_id == by.user_id for mark in marks):
        raise Refused(
            _(
                "Bạn là một trong hai người chấm độc lập tiêu chí này; người thứ ba xem hai điểm và quyết định."
            )
        )


def is_settling(double: DoubleLeaf) -> bool:
    """Return whether both marks are given, so that the next one settles."""
    return len(double.first_marks.all()) == 2


def note_first(
    double: DoubleLeaf, *, by: Actor, version: int, points: Decimal, reason: str, now: datetime
) -> FirstMark:
    """Keep a person's own mark of a leaf marked twice, inside a recording and under the card's lock.

    ``version`` is of her own mark, 0 before the first. Raises Stale.
    """
    marks = list(double.first_marks.all())
    mine = next((mark for mark in marks if mark.person_id == by.user_id), None)
    if (mine.version if mine else 0) != version:
        raise Stale(
            _("Bạn vừa chấm tiêu chí %(code)s ở nơi khác. Hãy xem hai giá trị và chọn.")
            % {"code": double.score.code},
            theirs=format_points(mine.points) if mine else None,
            yours=format_points(points),
            version=mine.version if mine else 0,
        )
    taken = {mark.slot for mark in marks}
    row = mine or FirstMark(
        double=double, slot=min({1, 2} - taken), version=0, max_points=double.score.max_points
    )
    row.person_id, row.person_name = by.user_id, by.name
    row.points, row.reason, row.saved_at = points, reason, now
    row.version += 1
    row.save()
    return row


def agreed(double: DoubleLeaf) -> FirstMark | None:
    """Return the mark that both gave, with both reasons and both names; None while one is missing or they differ."""
    marks = list(FirstMark.objects.filter(double=double).order_by("slot"))
    if len(marks) < 2 or marks[0].points != marks[1].points:
        return None
    reasons = list(dict.fromkeys(mark.reason for mark in marks if mark.reason))
    names = " + ".join(mark.person_name for mark in marks)
    return FirstMark(
        double=double, points=marks[0].points, reason="\n".join(reasons), person_name=names[:200]
    )


def settle(double: DoubleLeaf, *, by: str, points: Decimal, reason: str, now: datetime) -> None:
    """Note what became the appraisal mark, inside a recording and under the card's lock."""
    double.points, double.reason, double.settled_by, double.settled_at = points, reason, by, now
    double.save()


def reset_doubles(scores: Iterable[int]) -> None:
    """Take back what was given on leaves marked twice, inside a recording: they are to be marked anew."""
    for mark in FirstMark.objects.filter(double__score__in=list(scores)).select_related(
        "double__score__card__unit"
    ):
        mark.delete()
    rows = DoubleLeaf.objects.filter(
        score__in=list(scores), settled_at__isnull=False, dropped_at__isnull=True
    )
    for row in rows.select_related("score__card__unit"):
        row.points, row.reason, row.settled_by, row.settled_at = None, "", "", None
        row.save()


def tell_difference(double: DoubleLeaf, card: Scorecard, by: Actor) -> None:
    """Tell who keeps the council that two marks of a leaf differ; the points stand on the page only."""
    people = [person for person in holders(card.round.host, Verb.KEEP_COUNCIL) if person.pk != by.user_id]
    tell(
        people,
        key=f"double-{double.pk}-{card.step_id or 0}",
        subject=_("%(unit)s: hai điểm độc lập khác nhau ở tiêu chí %(code)s")
        % {"unit": card.unit_name, "code": double.score.code},
        body=_("Cần người thứ ba xem hai điểm, hai lý do và quyết định."),
        url=f"/rounds/{card.round_id}/double-marking/",
        kind=Kind.CARD,
    )
