"""The moves of a card's life in plain words: from which states, by whom, when, and what must be done first."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.scoring.life.plain_card import (
    APPRAISALS,
    CONCLUSION,
    EXPLANATION,
    OPEN,
    READY,
    SELF,
    UNAPPROVED,
    WITH_UNIT,
    Card,
    Season,
    Session,
)

UNSEEN, REFUSED, NOT_NOW, SENSELESS = 404, 403, 409, 422
BEFORE_APPRAISAL = UNAPPROVED | READY
UNDER_APPRAISAL = READY | {"explaining", "explained"}


@dataclass(frozen=True)
class Act:
    """What one person sends about one card, as a page's form or as JSON."""

    name: str
    who: str
    unit: str
    form: bool = False
    values: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    def says(self, name: str) -> bool:
        """Tell whether there are words under that name."""
        return bool(str(self.values.get(name) or "").strip())

    def tells(self, name: str) -> bool:
        """Tell whether the words under that name are a reason: one word is none."""
        return len(re.findall(r"\w+", str(self.values.get(name) or ""))) > 1


@dataclass(frozen=True)
class Move:
    """From which states to which, by whom, at which step."""

    sources: frozenset[str] | set[str]
    target: str
    right: str
    step: int
    reason: bool = False
    document: bool = False
    presides: bool = False
    after: bool = False  # only once the step is over


MOVES = {
    "submit": Move(WITH_UNIT, "submitted", "submit", SELF),
    "refer": Move(WITH_UNIT, "reviewing", "submit", SELF),
    "pass_on": Move({"reviewing"}, "submitted", "view", SELF, reason=True, presides=True),
    "send_back": Move({"reviewing"}, "returned", "view", SELF, reason=True, presides=True),
    "return": Move({"submitted"}, "returned", "approve", SELF, reason=True),
    "approve": Move({"submitted"}, "approved", "approve", SELF),
    "withdraw": Move({"reviewing", "submitted", "approved"}, "draft", "submit", SELF, reason=True),
    "accept": Move(UNAPPROVED, "accepted", "reopen", SELF, reason=True, document=True, after=True),
    "no_self_score": Move(UNAPPROVED, "not_scored", "reopen", SELF, reason=True, document=True, after=True),
    "reopen": Move(BEFORE_APPRAISAL, "draft", "reopen", SELF, reason=True, document=True, after=True),
    "appraise": Move(UNDER_APPRAISAL, "appraised", "ask", APPRAISALS[0]),
    "ask": Move({"appraised"}, "explaining", "ask", EXPLANATION),
    "submit_answers": Move({"explaining"}, "explaining", "submit", EXPLANATION),
    "explain": Move({"explaining"}, "explained", "approve", EXPLANATION),
    "conclude": Move({"appraised"}, "concluded", "conclude", CONCLUSION),
    "reconsider": Move({"concluded"}, "appraised", "conclude", CONCLUSION, reason=True, document=True),
    "sign_off": Move({"concluded"}, "concluded", "approve", CONCLUSION),
}
# "publish" is the last: of all cards of the round together, never of one.
ALL_MOVES = (*MOVES, "publish")


def real_move(card: Card, name: str) -> str:
    """Return what the move is on this card: what goes to the leader goes to the unit's own council first."""
    return "refer" if name == "submit" and card.council_on else name


def signs(card: Card, name: str) -> tuple[object, ...] | None:
    """Return the content that whoever makes the move has to name as read; None where it names none."""
    of = {"approve": card.content, "explain": card.answers, "sign_off": card.result}.get(name)
    return of() if of else None


def asking_step(card: Card) -> int | None:
    """Return the explanation that comes after the appraisal finished last."""
    return card.next(EXPLANATION)


def appraisal_step(card: Card) -> int | None:
    """Return the appraisal that comes next."""
    return card.next(*APPRAISALS)


def why_not_moved(season: Season, card: Card, act: Act) -> Iterator[int]:
    name = real_move(card, act["move"])
    move = MOVES[name]
    in_time = _in_time(season, card, name)
    words = (act.says("reason") or not move.reason) and (act.says("document") or not move.document)
    if (
        card.state not in move.sources
        or not in_time
        or not words
        or not MORE.get(name, _nothing)(season, card, act)
    ):
        yield NOT_NOW
    read = signs(card, name)
    if read is not None and act["seen"] is None:
        yield SENSELESS
    if read is not None and act["seen"] not in (None, read):
        yield NOT_NOW


def _in_time(season: Season, card: Card, name: str) -> bool:
    if name == "sign_off":
        return season.sign_off == OPEN
    move = MOVES[name]
    return season.over(move.step, card) if move.after else season.open(_step(card, name) or 0, card)


def _step(card: Card, name: str) -> int | None:
    if name == "appraise":
        return appraisal_step(card)
    return asking_step(card) if MOVES[name].step == EXPLANATION else MOVES[name].step


def _nothing(season: Season, card: Card, act: Act) -> bool:
    return True


def _ready(season: Season, card: Card, act: Act) -> bool:
    """Every leaf has points, and none above zero stands without a word on it."""
    own = [card.own(code) for code in card.leaves()]
    return all(mark.points is not None and (not mark.points or mark.note) for mark in own)


def _presided(season: Season, card: Card, act: Act) -> bool:
    sits = card.council_on and {"chair", "secretary"} & set(card.council.values())
    return bool(sits) and _ready(season, card, act)


def _approved(season: Season, card: Card, act: Act) -> bool:
    last = card.last("submit", "refer")
    own_work = last is not None and last.who == act.who
    return not own_work and _ready(season, card, act)


def _appraised(season: Season, card: Card, act: Act) -> bool:
    step = appraisal_step(card)
    if step is None or not season.over(SELF, card):
        return False
    if card.state == "explaining" and not season.over(EXPLANATION, card):
        return False
    owed = [code for code in card.leaves() if not card.done or card.explained(code, step)]
    return all(card.given(step, code).points is not None for code in owed)


def _objected(season: Season, card: Card, act: Act) -> bool:
    return any(said != "agree" for said in card.opinions.values())


def _later(season: Season, card: Card, act: Act) -> bool:
    return bool(act["new_close"] == "later")


def _asked(season: Season, card: Card, act: Act) -> bool:
    return any(step == asking_step(card) for step, _code in card.questions)


def _answered(season: Season, card: Card, act: Act) -> bool:
    step = asking_step(card)
    return any(row.answer for (one, _code), row in card.questions.items() if one == step)


def _sent(season: Season, card: Card, act: Act) -> bool:
    """The leader sends what somebody else put before her, if somebody did since the council asked."""
    last = card.last("ask", "submit_answers")
    own_work = last is not None and last.move == "submit_answers" and last.who == act.who
    return not own_work and _answered(season, card, act)


def _two_persons(season: Season, card: Card, act: Act) -> bool:
    return any(row.who != act.who for row in card.waiting(""))


def _unsigned(season: Season, card: Card, act: Act) -> bool:
    return not card.signed_off()


def fits(card: Card) -> bool:
    """Tell whether no more is taken off a field or leaf than it has."""
    codes = {row.code for row in card.standing()}
    return all(card.off(one) <= card.worth().get(one, 0) for one in codes | {code[0] for code in codes})


def kept_by_session(season: Season, card: Card, who: str, code: str = "") -> bool:
    """Tell whether the round concludes in session and nothing of the card (or leaf) can be decided now by her."""
    if season.sitting == "none":
        return False
    on = season.session()
    if on is None or card.unit not in on.agenda or not quorate(season, on) or not on.is_there(who):
        return True
    rows = [row for row in on.proposals if row.unit == card.unit]
    if any(not row.ended and code in ("", row.code) for row in rows):
        return True
    carried = {row.code for row in rows if row.carried()} & set(card.leaves())
    decided = {one for unit, one in on.decided if unit == card.unit}
    open_ = {one for one in carried if one not in decided or card.given(CONCLUSION, one).points is None}
    return not code and bool(open_)


def quorate(season: Season, on: Session) -> bool:
    """Tell whether enough members are there."""
    there, all_ = list(on.present.values()).count("present"), len(on.present)
    return 2 * there > all_ if season.quorum == "half" else 3 * there >= 2 * all_


def _settled(season: Season, card: Card, act: Act) -> bool:
    judged = [card.newest(code, *APPRAISALS, CONCLUSION) is not None for code in card.leaves()]
    kept = kept_by_session(season, card, act.who)
    return not _asked(season, card, act) and all(judged) and fits(card) and not kept


MORE: dict[str, Callable[[Season, Card, Act], bool]] = {
    "submit": _ready,
    "refer": _presided,
    "send_back": _objected,
    "approve": _approved,
    "reopen": _later,
    "appraise": _appraised,
    "ask": _asked,
    "submit_answers": _answered,
    "explain": _sent,
    "conclude": _settled,
    "reconsider": _two_persons,
    "sign_off": _unsigned,
}
