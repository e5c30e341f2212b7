"""Is an act allowed, judged by the rules as people say them: who, when, on which card, with which words.

404 outside her units, 403 without the right, else why not: 409 at the wrong time or state or after somebody else,
422 for what makes no sense. What an allowed act changes stands in ``plain_changes``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.scoring.life.plain_after import WHY as AFTER
from tests.scoring.life.plain_after import why_not
from tests.scoring.life.plain_card import (
    APPRAISALS,
    CHOICE,
    CONCLUSION,
    EXPLANATION,
    LEAVES,
    OPEN,
    OPTIONS,
    PEOPLE,
    READY,
    SELF,
    WITH_UNIT,
    Card,
    Season,
)
from tests.scoring.life.plain_moves import (
    MOVES,
    NOT_NOW,
    REFUSED,
    SENSELESS,
    UNDER_APPRAISAL,
    UNSEEN,
    Act,
    appraisal_step,
    asking_step,
    kept_by_session,
    real_move,
    why_not_moved,
)

MAY_ASK = READY | {"appraised"}


# Which right each act on a card asks for; a move asks for its own.
RIGHTS = {
    "points": "score",
    "texts": "score",
    "answer": "score",
    "form_council": "own",
    "dismiss_council": "own",
    "opine": "sits",
    "agree_opinions": "sits",
    "appraise": "appraise",
    "agree": "appraise",
    "ask": "appraise",
    "unask": "appraise",
    "ask_cuts": "appraise",
    "decide": "conclude",
    "deduct": "ask",
    "undeduct": "ask",
    "leave_out": "reopen",
    "put_back": "reopen",
    "lend": "lend",
    "revoke": "lend",
    "publish": "publish",
    "look": "view",
}
BY_FIELD = ("appraise", "ask", "unask")


def judge(season: Season, act: Act) -> set[int]:
    """Return why the act is refused, by status; empty where it is allowed."""
    card = season.cards[act.unit]
    if act.name in AFTER:
        return why_not(season, act)
    # The ranking is of the whole round: who sees one of its cards sees that there is one.
    seen = season.cards.values() if act.name == "publish" else [card]
    if not any(_may(one, "view", act.who) for one in seen):
        return {UNSEEN}
    if act.name == "move" and act["move"] == "publish":
        return {UNSEEN}
    if not _may(card, _right(card, act), act.who) or _misses(card, act):
        return {REFUSED}
    return set(WHY[act.name](season, card, act))


def _right(card: Card, act: Act) -> str:
    return MOVES[real_move(card, act["move"])].right if act.name == "move" else RIGHTS[act.name]


def _may(card: Card, right: str, who: str) -> bool:
    person = PEOPLE[who]
    if right == "sits":
        return card.council_on and who in card.council
    if right == "own":
        return any(_may(card, one, who) for one in ("score", "approve"))
    lent = right in ("view", "approve") and who in card.lent
    return lent or person.may(right, card.unit)


def _misses(card: Card, act: Act) -> bool:
    """Tell whether she has the right but not the chair, the field or the key that goes with it."""
    if act.name == "move" and MOVES[real_move(card, act["move"])].presides:
        return not (card.council_on and card.council.get(act.who) in ("chair", "secretary"))
    if act.name in BY_FIELD:
        return act["code"][0] not in PEOPLE[act.who].fields(card.unit)
    return bool(act["foreign"])


def worth(act: Act) -> int | None:
    """Return the points that were typed, -1 for a choice that is none."""
    if act["option"] is not None:
        return OPTIONS.get(act["option"], -1)
    return act["points"]


def _allowed(code: str, points: int | None) -> bool:
    if points is None:
        return True
    return points in OPTIONS.values() if code == CHOICE else 0 <= points <= LEAVES[code]


def changes(card: Card, act: Act) -> bool:
    """Tell whether the unit's leaf would be another one after the save."""
    mark = card.own(act["code"])
    note = mark.note if act["note"] is None else act["note"]
    return (mark.points, mark.note) != (worth(act), note)


def _points(season: Season, card: Card, act: Act) -> Iterator[int]:
    mark = card.own(act["code"])
    if not season.open(SELF, card) or card.state not in WITH_UNIT or act["code"] in card.out:
        yield NOT_NOW
    if act["bare"] or not _allowed(act["code"], worth(act)):
        yield SENSELESS
    elif changes(card, act):
        if act["key"] and act["key"] == mark.key:
            yield SENSELESS
        if act["version"] != mark.version:
            yield NOT_NOW


def _texts(season: Season, card: Card, act: Act) -> Iterator[int]:
    if not season.open(SELF, card) or card.state not in WITH_UNIT:
        yield NOT_NOW
    if act["texts"] == card.texts:
        return
    if act["seen"] not in (None, card.texts):
        yield NOT_NOW
    if act["seen"] is None and any(card.texts):
        yield SENSELESS


def _in_hand(season: Season, card: Card, act: Act) -> Iterator[int]:
    if season.over(SELF, card) or card.state not in WITH_UNIT:
        yield NOT_NOW


def _form_council(season: Season, card: Card, act: Act) -> Iterator[int]:
    yield from _in_hand(season, card, act)
    parts = list(act["members"].values())
    if parts.count("chair") != 1 or parts.count("secretary") > 1 or len(parts) < 2:
        yield SENSELESS


def _dismiss_council(season: Season, card: Card, act: Act) -> Iterator[int]:
    yield from _in_hand(season, card, act)
    if not card.council_on:
        yield NOT_NOW
    if not act.says("reason"):
        yield SENSELESS


def _sitting(season: Season, card: Card, act: Act) -> Iterator[int]:
    if not season.open(SELF, card) or card.state != "reviewing":
        yield NOT_NOW


def _opine(season: Season, card: Card, act: Act) -> Iterator[int]:
    yield from _sitting(season, card, act)
    points, verdict = act["points"], act["verdict"]
    if act["code"] in card.out:
        yield NOT_NOW
    if verdict != "agree" and not act.says("reason"):
        yield SENSELESS
    own = card.own(act["code"]).points
    if verdict == "propose" and (points in (None, own) or not _allowed(act["code"], points)):
        yield SENSELESS


def _appraising(season: Season, card: Card, act: Act) -> Iterator[int]:
    step = appraisal_step(card)
    waits = card.state == "explaining" and not season.over(EXPLANATION, card)
    unready = card.state not in UNDER_APPRAISAL or not season.over(SELF, card) or waits
    if unready or step is None or not season.open(step, card):
        yield NOT_NOW


def _given(card: Card, act: Act, step: int) -> Iterator[int]:
    mark, points = card.given(step, act["code"]), act["points"]
    before = card.points_before(step, act["code"])
    if act["code"] in card.out:
        yield NOT_NOW
    if not _allowed(act["code"], points):
        yield SENSELESS
    again = act.form and mark.version and (mark.points, mark.reason) == (points, act["reason"].strip())
    if act["version"] != mark.version and not again:
        yield NOT_NOW
    if before not in (None, points) and not act.says("reason"):
        yield SENSELESS
    if act.says("reason") and not act.tells("reason"):
        yield SENSELESS


def _appraise(season: Season, card: Card, act: Act) -> Iterator[int]:
    yield from _appraising(season, card, act)
    if act["code"] in card.silent(appraisal_step(card) or 0):
        yield NOT_NOW
    yield from _given(card, act, appraisal_step(card) or APPRAISALS[-1])


def _decide(season: Season, card: Card, act: Act) -> Iterator[int]:
    kept = kept_by_session(season, card, act.who, act["code"])
    if card.state != "appraised" or not season.open(CONCLUSION, card) or kept:
        yield NOT_NOW
    yield from _given(card, act, CONCLUSION)


def _asking(season: Season, card: Card, act: Act) -> Iterator[int]:
    late = act.name != "unask" and season.over(EXPLANATION, card)
    if card.state not in MAY_ASK or asking_step(card) is None or late:
        yield NOT_NOW
    if act.name == "ask" and not act.tells("reason"):
        yield SENSELESS
    if act.name == "unask" and not act.says("reason"):
        yield SENSELESS


def _answer(season: Season, card: Card, act: Act) -> Iterator[int]:
    step = asking_step(card)
    asked = card.questions.get((step or 0, act["code"]))
    if card.state != "explaining" or step is None or not season.open(step, card):
        yield NOT_NOW
    if asked is None:
        yield SENSELESS
    elif asked.version != act["version"]:
        yield NOT_NOW


def _deducting(season: Season, card: Card, act: Act) -> Iterator[int]:
    if card.state != "appraised" or season.over(CONCLUSION, card):
        yield NOT_NOW
    if not act.says("reason"):
        yield SENSELESS


def _deduct(season: Season, card: Card, act: Act) -> Iterator[int]:
    yield from _deducting(season, card, act)
    there = card.worth()
    if not act.tells("reason"):
        yield SENSELESS
    left = min(there.get(one, 0) - card.off(one) for one in (act["code"], act["code"][0]))
    if not act.says("document") or act["code"] not in there or not 0 < act["points"] <= left:
        yield SENSELESS


def _undeduct(season: Season, card: Card, act: Act) -> Iterator[int]:
    yield from _deducting(season, card, act)
    if card.taken[act["row"]].back:
        yield NOT_NOW


def _applying(season: Season, card: Card, act: Act) -> Iterator[int]:
    if card.state in ("concluded", "published") or (act["code"] in card.out) == (act.name == "leave_out"):
        yield NOT_NOW
    if not act.says("reason"):
        yield SENSELESS


def _lend(season: Season, card: Card, act: Act) -> Iterator[int]:
    if not PEOPLE[act["taker"]].acts_for(card.unit):
        yield UNSEEN
    elif act["taker"] == act.who or act["backwards"] or act["taker"] in card.lent:
        yield SENSELESS


def _revoke(season: Season, card: Card, act: Act) -> Iterator[int]:
    if not card.lent[act["row"]]:
        yield NOT_NOW
    if not act.says("reason"):
        yield SENSELESS


def _publish(season: Season, card: Card, act: Act) -> Iterator[int]:
    cards = season.cards.values()
    if any(one.state != "concluded" or not one.leaves() or one.waiting() for one in cards):
        yield NOT_NOW
    if season.sign_off == OPEN and not all(one.signed_off() for one in cards):
        yield NOT_NOW


def _look(season: Season, card: Card, act: Act) -> Iterator[int]:
    yield from ()


WHY: dict[str, Callable[[Season, Card, Act], Iterator[int]]] = {
    "points": _points,
    "texts": _texts,
    "move": why_not_moved,
    "form_council": _form_council,
    "dismiss_council": _dismiss_council,
    "opine": _opine,
    "agree_opinions": _sitting,
    "appraise": _appraise,
    "agree": _appraising,
    "ask": _asking,
    "unask": _asking,
    "ask_cuts": _asking,
    "answer": _answer,
    "decide": _decide,
    "deduct": _deduct,
    "undeduct": _undeduct,
    "leave_out": _applying,
    "put_back": _applying,
    "lend": _lend,
    "revoke": _revoke,
    "publish": _publish,
    "look": _look,
}
