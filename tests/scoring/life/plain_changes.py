"""What an allowed act changes on the plain cards; nothing else changes, and a refused act changes nothing."""

from __future__ import annotations

from collections.abc import Callable

from tests.scoring.life import plain_after
from tests.scoring.life.plain_card import (
    APPRAISALS,
    CONCLUSION,
    PEOPLE,
    SELF,
    Card,
    Mark,
    Question,
    Season,
    Signed,
    Taken,
)
from tests.scoring.life.plain_moves import MOVES, Act, appraisal_step, asking_step, real_move
from tests.scoring.life.plain_rules import changes, worth

KEPT = "Đơn vị không giải trình; giữ điểm thẩm định trước đó."


def carry_out(season: Season, act: Act) -> None:
    """Change the cards as the act does. Call it for an allowed act only."""
    change = CHANGES.get(act.name) or plain_after.CHANGES.get(act.name)
    if change:
        change(season, season.cards[act.unit], act)


def _points(season: Season, card: Card, act: Act) -> None:
    if not changes(card, act):
        return
    mark = card.own(act["code"])
    mark.points = worth(act)
    mark.note = mark.note if act["note"] is None else act["note"]
    mark.key = act["key"] or ""
    mark.version += 1


def _texts(season: Season, card: Card, act: Act) -> None:
    card.texts = act["texts"]


def _move(season: Season, card: Card, act: Act) -> None:
    name = real_move(card, act["move"])
    step = appraisal_step(card)
    _before_approval(card, name)
    _about_results(card, name, step or 0)
    card.state = MOVES[name].target
    card.done = step or 0 if name == "appraise" else card.done
    if name == "conclude":
        plain_after.note_decided(season, card, act.who)
    over = card.result() if name == "sign_off" else ()
    card.signed.append(Signed(name, act.who, over=over))


def _before_approval(card: Card, name: str) -> None:
    if name in ("withdraw", "reopen"):
        for row in card.signed:
            row.void = row.void or row.move == "approve"
    if name == "reopen":
        _take_back(card, *APPRAISALS)
        card.more_time = True
    if name == "refer":
        card.opinions = {}


def _about_results(card: Card, name: str, step: int) -> None:
    if name in ("ask", "appraise"):
        _take_back(card, CONCLUSION)
    if name == "appraise":
        _carry_silent(card, step)
    if name == "conclude":
        _copy_results(card)
    if name == "reconsider":
        plain_after.open_again(card)


def _carry_silent(card: Card, step: int) -> None:
    """What the unit did not explain stands as it was, where the council gave nothing else."""
    for code in sorted(card.silent(step) - card.out):
        latest = card.newest(code, *APPRAISALS)
        mark = card.marks.setdefault((step, code), Mark()) if latest is not None else None
        if mark and mark.points is None:
            mark.points = mark.before = latest
            mark.reason = KEPT
            mark.version += 1


def _copy_results(card: Card) -> None:
    for code in card.leaves():
        latest = card.newest(code, *APPRAISALS)
        mark = card.marks.setdefault((CONCLUSION, code), Mark()) if latest is not None else None
        if mark and mark.points is None:
            mark.points = mark.before = latest
            mark.version += 1


def _take_back(card: Card, *steps: int, code: str = "") -> None:
    for (step, one), mark in card.marks.items():
        if step in steps and mark.points is not None and code in ("", one):
            mark.points, mark.before, mark.reason = None, None, ""
            mark.version += 1


def _form_council(season: Season, card: Card, act: Act) -> None:
    card.council, card.council_on = dict(act["members"]), True


def _dismiss_council(season: Season, card: Card, act: Act) -> None:
    card.council_on = False


def _opine(season: Season, card: Card, act: Act) -> None:
    card.opinions[act.who, act["code"]] = act["verdict"]


def _agree_opinions(season: Season, card: Card, act: Act) -> None:
    for code in card.leaves():
        if card.own(code).points is not None:
            card.opinions.setdefault((act.who, code), "agree")


def _give(card: Card, step: int, act: Act) -> None:
    mark = card.marks.setdefault((step, act["code"]), Mark())
    mark.before = card.points_before(step, act["code"])
    mark.points, mark.reason = act["points"], act["reason"].strip()
    mark.version += 1


def _appraise(season: Season, card: Card, act: Act) -> None:
    _give(card, appraisal_step(card) or 0, act)


def _decide(season: Season, card: Card, act: Act) -> None:
    _give(card, CONCLUSION, act)
    plain_after.note_decided(season, card, act.who, act["code"])


def _led_by_others(who: str) -> set[str]:
    """Return the fields that an agency leads which is not hers: nobody agrees over its head."""
    others = [person for person in PEOPLE.values() if person.name != who]
    return {seat.field for person in others for seat in person.seats if seat.role == "appraiser"}


def _agree(season: Season, card: Card, act: Act) -> None:
    step = appraisal_step(card) or 0
    for code in card.leaves():
        before = card.points_before(step, code)
        mine = code[0] in PEOPLE[act.who].fields(card.unit)
        mine = mine and code not in card.silent(step) and code[0] not in _led_by_others(act.who)
        if mine and before is not None and card.given(step, code).points is None:
            mark = card.marks.setdefault((step, code), Mark())
            mark.points = mark.before = before
            mark.version += 1


def _ask(season: Season, card: Card, act: Act) -> None:
    asked = card.questions.setdefault((asking_step(card) or 0, act["code"]), Question(act["reason"]))
    asked.text = act["reason"]


def _unask(season: Season, card: Card, act: Act) -> None:
    card.questions.pop((asking_step(card) or 0, act["code"]), None)


def _ask_cuts(season: Season, card: Card, act: Act) -> None:
    asking = asking_step(card) or 0
    for code in card.leaves():
        given = [card.given(step, code) for step in APPRAISALS if step < asking]
        newest = next((mark for mark in reversed(given) if mark.points is not None), None)
        cut = newest and newest.before is not None and (newest.points or 0) < newest.before
        if newest and cut and code[0] in PEOPLE[act.who].fields(card.unit):
            card.questions.setdefault((asking, code), Question(newest.reason))


def _answer(season: Season, card: Card, act: Act) -> None:
    asked = card.questions[asking_step(card) or 0, act["code"]]
    if asked.answer != act["answer"]:
        asked.answer = act["answer"]
        asked.version += 1


def _deduct(season: Season, card: Card, act: Act) -> None:
    card.taken.append(Taken(act["code"], act["points"]))


def _undeduct(season: Season, card: Card, act: Act) -> None:
    card.taken[act["row"]].back = True


def _leave_out(season: Season, card: Card, act: Act) -> None:
    card.out.add(act["code"])
    _forget(card, act["code"])


def _put_back(season: Season, card: Card, act: Act) -> None:
    card.out.discard(act["code"])
    _forget(card, act["code"])


def _forget(card: Card, code: str) -> None:
    _take_back(card, *(step for step, _code in card.marks if step != SELF), code=code)
    card.questions = {key: row for key, row in card.questions.items() if key[1] != code or row.answer}


def _lend(season: Season, card: Card, act: Act) -> None:
    card.lent.append(act["taker"])


def _revoke(season: Season, card: Card, act: Act) -> None:
    card.lent[act["row"]] = ""


def _publish(season: Season, card: Card, act: Act) -> None:
    for one in season.cards.values():
        one.state = "published"
        one.signed.append(Signed("publish", act.who))


CHANGES: dict[str, Callable[[Season, Card, Act], None]] = {
    "points": _points,
    "texts": _texts,
    "move": _move,
    "form_council": _form_council,
    "dismiss_council": _dismiss_council,
    "opine": _opine,
    "agree_opinions": _agree_opinions,
    "appraise": _appraise,
    "decide": _decide,
    "agree": _agree,
    "ask": _ask,
    "unask": _unask,
    "ask_cuts": _ask_cuts,
    "answer": _answer,
    "deduct": _deduct,
    "undeduct": _undeduct,
    "leave_out": _leave_out,
    "put_back": _put_back,
    "lend": _lend,
    "revoke": _revoke,
    "publish": _publish,
}
