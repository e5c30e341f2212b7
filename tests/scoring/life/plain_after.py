"""The council in session and changes after the conclusion: who may, when, and what an allowed act changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.scoring.life.plain_card import (
    CHOICE,
    CONCLUSION,
    LEAVES,
    OPTIONS,
    PEOPLE,
    Card,
    Change,
    Proposal,
    Season,
    Session,
    Signed,
)
from tests.scoring.life.plain_moves import (
    NOT_NOW,
    REFUSED,
    SENSELESS,
    UNSEEN,
    Act,
    fits,
    quorate,
    why_not_moved,
)

SITS = {"chair": 0, "secretary": 1, "member": 2}
# Who sits in the council of the host, by her part; the two who work at a unit as well.
MEMBERS = {
    name: seat.role
    for name, person in PEOPLE.items()
    for seat in person.seats
    if seat.at == "host" and seat.role in SITS
}
PRESIDING = {name for name, role in MEMBERS.items() if role != "member"}

# Points are changed by two persons after the conclusion, and after the publication, which is then corrected.
CHANGEABLE = ("concluded", "published")

Why = Iterator[int]


def why_not(season: Season, act: Act) -> set[int]:
    """Return why the act in session or after the conclusion is refused, by status; empty where it is allowed."""
    return set(WHY[act.name](season, season.cards[act.unit], act))


def allowed(code: str, points: int | None) -> bool:
    """Tell whether a leaf may have these points."""
    if points is None:
        return False
    return points in OPTIONS.values() if code == CHOICE else 0 <= points <= LEAVES[code]


# --- in session -------------------------------------------------------------------------------------------


def _hears(season: Season, who: str) -> bool:
    return any(PEOPLE[who].hosts(unit) for unit in season.cards)


def _begin(season: Season, card: Card, act: Act) -> Why:
    if not _hears(season, act.who):
        yield UNSEEN
    elif act.who not in PRESIDING:
        yield REFUSED
    else:
        waits = any(one.state == "appraised" for one in season.cards.values())
        if season.sitting == "none" or season.session() or not waits:
            yield NOT_NOW
        if not act.says("venue"):
            yield SENSELESS


def of(season: Season, act: Act) -> Session:
    """Return the session the act is about."""
    return season.sessions[act["session"]]


def _presided(season: Season, card: Card, act: Act) -> Why:
    if not _hears(season, act.who):
        yield UNSEEN
    elif not of(season, act).is_open:
        yield NOT_NOW
    elif act.who not in PRESIDING:
        yield REFUSED


def _attend(season: Season, card: Card, act: Act) -> Why:
    shut = list(_presided(season, card, act))
    yield from shut
    on = of(season, act)
    acted = season.acted_in(on)
    for who, (presence, reason) in {} if shut else act["rows"].items():
        if who not in on.present or (presence == "excused" and not reason.strip()):
            yield SENSELESS
        elif who in acted and presence != "present" and on.is_there(who):
            yield NOT_NOW
    if not shut and acted and not _stays_quorate(season, on, act):
        yield NOT_NOW


def _stays_quorate(season: Season, on: Session, act: Act) -> bool:
    then = on.present | {
        who: presence for who, (presence, _reason) in act["rows"].items() if who in on.present
    }
    return quorate(season, Session(on.agenda, then))


def _votes(season: Season, card: Card, act: Act) -> Why:
    """Who is there, may appraise the card and finds it on the agenda of a session with enough members."""
    on, person = of(season, act), PEOPLE[act.who]
    if not person.hosts(card.unit):
        yield UNSEEN
    elif not on.is_there(act.who) or not person.may("appraise", card.unit):
        yield REFUSED
    elif not on.is_open or card.unit not in on.agenda or card.state != "appraised" or not quorate(season, on):
        yield NOT_NOW


def _propose(season: Season, card: Card, act: Act) -> Why:
    shut = list(_votes(season, card, act))
    yield from shut
    if {UNSEEN, REFUSED} & set(shut):
        return
    if act["code"] in card.out:
        yield NOT_NOW
    same = [row for row in of(season, act).proposals if (row.unit, row.code) == (card.unit, act["code"])]
    twice = any(row.points == act["points"] for row in same)
    if not act.tells("reason") or not allowed(act["code"], act["points"]) or twice:
        yield SENSELESS


def voted_on(season: Season, act: Act) -> Proposal:
    """Return the proposal the act is about."""
    return of(season, act).proposals[act["row"]]


def _vote(season: Season, card: Card, act: Act) -> Why:
    yield from _votes(season, card, act)
    row = voted_on(season, act)
    if row.ended or act.who in row.votes:
        yield NOT_NOW
    if act["choice"] == "maybe":
        yield SENSELESS


def _end_vote(season: Season, card: Card, act: Act) -> Why:
    if not PEOPLE[act.who].hosts(card.unit):
        yield UNSEEN
        return
    shut = list(_presided(season, card, act))
    yield from shut
    if not shut and voted_on(season, act).ended:
        yield NOT_NOW


def _close(season: Season, card: Card, act: Act) -> Why:
    on = of(season, act)
    if not _hears(season, act.who):
        yield UNSEEN
    elif MEMBERS.get(act.who) != "chair":
        yield REFUSED
    elif not on.is_open or any(not row.ended for row in on.proposals):
        yield NOT_NOW


# --- after the conclusion ---------------------------------------------------------------------------------


def _propose_change(season: Season, card: Card, act: Act) -> Why:
    person, code, wanted = PEOPLE[act.who], act["code"], act["points"]
    if not person.hosts(card.unit):
        yield UNSEEN
    elif not person.may("ask" if act.form else "survey", card.unit):
        yield REFUSED  # a program's leaf is known only once what it sent is read
    else:
        worded = act.tells("reason") if code else act.says("reason")
        if not (worded and act.says("document")):
            yield SENSELESS
        if card.state not in (CHANGEABLE if code else ("concluded",)):
            yield NOT_NOW
            return
        if not person.may("ask", card.unit):
            yield REFUSED
        if card.waiting(code) or (code and (code in card.out or _stands(card, code) is None)):
            yield NOT_NOW
        if code and (not allowed(code, wanted) or wanted == _stands(card, code)):
            yield SENSELESS


def _too_late(card: Card, row: Change) -> bool:
    """Tell whether the conclusion is to be opened again that was published since; points may be corrected still."""
    return not row.code and card.state == "published"


def _stands(card: Card, code: str) -> int | None:
    return card.given(CONCLUSION, code).points


def _confirm(season: Season, card: Card, act: Act) -> Why:
    person, row = PEOPLE[act.who], card.amended[act["row"]]
    if not person.hosts(card.unit):
        yield UNSEEN
    elif not person.may("conclude", card.unit):
        yield REFUSED
    elif row.state != "waiting" or _too_late(card, row):
        yield NOT_NOW
    elif row.who == act.who:
        yield REFUSED
    elif not row.code:
        yield from why_not_moved(season, card, reopening(row, act))
    elif (
        card.state not in CHANGEABLE
        or row.code in card.out
        or _stands(card, row.code) != row.before
        or not _would_fit(card, row)
    ):
        yield NOT_NOW


def reopening(row: Change, act: Act) -> Act:
    """Return the move that confirming the proposal to open again is."""
    said = {"move": "reconsider", "reason": row.reason, "document": row.document}
    return Act("move", act.who, act.unit, values=said)


def _would_fit(card: Card, row: Change) -> bool:
    mark = card.given(CONCLUSION, row.code)
    mark.points = row.points
    holds = fits(card)
    mark.points = row.before
    return holds


def _turn_down(season: Season, card: Card, act: Act) -> Why:
    person, row = PEOPLE[act.who], card.amended[act["row"]]
    if not person.hosts(card.unit):
        yield UNSEEN
    elif row.who != act.who and not person.may("conclude", card.unit):
        yield REFUSED
    else:
        if row.state != "waiting" or _too_late(card, row):
            yield NOT_NOW
        if not act.says("reason"):
            yield SENSELESS


WHY: dict[str, Callable[[Season, Card, Act], Why]] = {
    "begin_session": _begin,
    "attend": _attend,
    "add_waiting": _presided,
    "propose": _propose,
    "vote": _vote,
    "end_vote": _end_vote,
    "close_session": _close,
    "propose_change": _propose_change,
    "confirm_change": _confirm,
    "refuse_change": _turn_down,
}


# --- what an allowed act changes --------------------------------------------------------------------------


def _begun(season: Season, card: Card, act: Act) -> None:
    waiting = [unit for unit, one in season.cards.items() if one.state == "appraised"]
    season.sessions.append(Session(waiting, dict.fromkeys(MEMBERS, "absent")))


def _attended(season: Season, card: Card, act: Act) -> None:
    of(season, act).present.update({who: presence for who, (presence, _reason) in act["rows"].items()})


def _added(season: Season, card: Card, act: Act) -> None:
    on = of(season, act)
    waiting = [unit for unit, one in season.cards.items() if one.state == "appraised"]
    on.agenda += [unit for unit in waiting if unit not in on.agenda]


def _proposed(season: Season, card: Card, act: Act) -> None:
    of(season, act).proposals.append(Proposal(card.unit, act["code"], act["points"], act.who))


def _voted(season: Season, card: Card, act: Act) -> None:
    voted_on(season, act).votes[act.who] = act["choice"]


def _vote_ended(season: Season, card: Card, act: Act) -> None:
    voted_on(season, act).ended = True


def _closed(season: Season, card: Card, act: Act) -> None:
    of(season, act).is_open = False


def _change_proposed(season: Season, card: Card, act: Act) -> None:
    code = act["code"]
    before, points = (_stands(card, code), act["points"]) if code else (None, None)
    said = (act["reason"].strip(), act["document"].strip())
    card.amended.append(Change(code, points, before, act.who, *said))


def _change_confirmed(season: Season, card: Card, act: Act) -> None:
    row = card.amended[act["row"]]
    row.state = "confirmed"
    if not row.code:
        open_again(card)
        card.state = "appraised"
        card.signed.append(Signed("reconsider", act.who))
        return
    mark = card.marks[CONCLUSION, row.code]
    mark.points = row.points
    note_decided(season, card, act.who, row.code)
    mark.reason = f"{row.reason} (văn bản {row.document}; {row.who} đề nghị)"
    mark.version += 1


def note_decided(season: Season, card: Card, who: str, code: str = "") -> None:
    """Note in the session that is on, if it has the card, what was decided on it and by whom."""
    on = season.session()
    if on is None or card.unit not in on.agenda:
        return
    if code:
        on.decided[card.unit, code] = who
    else:
        on.acted.add(who)


def open_again(card: Card) -> None:
    """Take back the results that were only copied, and settle what asked for it."""
    for (step, _code), mark in card.marks.items():
        if step == CONCLUSION and mark.points is not None and not mark.reason:
            mark.points, mark.before = None, None
            mark.version += 1
    for row in card.waiting(""):
        row.state = "confirmed"


def _turned_down(season: Season, card: Card, act: Act) -> None:
    card.amended[act["row"]].state = "refused"


CHANGES: dict[str, Callable[[Season, Card, Act], None]] = {
    "begin_session": _begun,
    "attend": _attended,
    "add_waiting": _added,
    "propose": _proposed,
    "vote": _voted,
    "end_vote": _vote_ended,
    "close_session": _closed,
    "propose_change": _change_proposed,
    "confirm_change": _change_confirmed,
    "refuse_change": _turned_down,
}
