"""What is done next in session and after the conclusion: on the way to the end, or anything by anybody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.scoring.life.plain_after import MEMBERS, PRESIDING
from tests.scoring.life.plain_card import CHOICE, CONCLUSION, LEAVES, OPTIONS, Card, Season, Session
from tests.scoring.life.plain_moves import Act, quorate, signs

Pick = Callable[[Sequence[Any]], Any]

WORDS = ("Rà soát lại văn bản", "Theo biên bản phiên họp")
WITH_FORMS = ("begin_session", "vote", "propose_change", "confirm_change", "refuse_change")
CHOICES = ("for", "against", "abstain")
SITTINGS = ("none", "none", "none", "by_name", "closed")


def onward_in_session(season: Season, card: Card, pick: Pick) -> list[Act]:
    """Return what the council in session may do next about the card."""
    on = season.session()
    if on is None:
        values = {"venue": "Phòng họp số 1"}
        return [Act("begin_session", pick(sorted(PRESIDING)), card.unit, pick([False, True]), values)]
    last = {"session": len(season.sessions) - 1}
    who = pick(sorted(PRESIDING))
    if not quorate(season, on) or not on.is_there("chair"):
        rows = {one: ("present", "") for one in MEMBERS if one == "chair" or pick(range(4))}
        return [Act("attend", who, card.unit, values=last | {"rows": rows})]
    if card.unit not in on.agenda:
        return [Act("add_waiting", who, card.unit, values=last)]
    made = _voting(on, card, pick, last)
    if pick([True, False]):
        made.append(_propose(card, pick, last))
    return made


def _voting(on: Session, card: Card, pick: Pick, last: dict[str, Any]) -> list[Act]:
    made: list[Act] = []
    for row, one in enumerate(on.proposals):
        if one.unit == card.unit and not one.ended:
            about = last | {"row": row}
            voter = pick(sorted(MEMBERS))
            said = about | {"choice": pick(CHOICES)}
            made.append(Act("vote", voter, card.unit, pick([False, True]), said))
            made.append(Act("end_vote", pick(sorted(PRESIDING)), card.unit, values=about))
    return made


def _propose(card: Card, pick: Pick, last: dict[str, Any]) -> Act:
    code = pick(list(LEAVES))
    values = {"code": code, "points": _points(code, pick), "reason": pick(WORDS)}
    return Act("propose", pick(sorted(MEMBERS)), card.unit, values=last | values)


def _points(code: str, pick: Pick) -> int:
    return int(pick(list(OPTIONS.values()) if code == CHOICE else [LEAVES[code], 500, 750, 0]))


def onward_after(season: Season, card: Card, pick: Pick) -> list[Act]:
    """Return what may follow the conclusion of the card, publication aside."""
    made: list[Act] = []
    if season.sign_off and not card.signed_off():
        made += [_sign_off(card, pick)]
    if season.session() and not any(one.state == "appraised" for one in season.cards.values()):
        made += [Act("close_session", "chair", card.unit, values={"session": len(season.sessions) - 1})]
    for row, change in enumerate(card.amended):
        if change.state == "waiting":
            made += _settling(card, row, change.code, pick)
    if pick(range(5)) == 0:
        code = pick([*LEAVES, *LEAVES, ""])
        made += [_change(card, code, pick)]
    return made


def _sign_off(card: Card, pick: Pick) -> Act:
    leader = pick(["leader_a", "deputy_a", "both_a"]) if card.unit == "A" else "leader_b"
    values = {"move": "sign_off", "seen": signs(card, "sign_off"), "reason": pick(["", WORDS[0]])}
    return Act("move", leader, card.unit, pick([False, True]), values)


def _settling(card: Card, row: int, code: str, pick: Pick) -> list[Act]:
    values = {"row": row, "reason": pick(WORDS)}
    made = [
        Act("confirm_change", "chair", card.unit, pick([False, True]), values),
        Act("refuse_change", pick(["chair", "secretary"]), card.unit, pick([False, True]), values),
    ]
    if not code:
        said = {"move": "reconsider", "reason": values["reason"], "document": "20/TB-HĐ"}
        made.append(Act("move", "chair", card.unit, values=said))
    return made


def _change(card: Card, code: str, pick: Pick) -> Act:
    points = _points(code, pick) if code else None
    values = {"code": code, "points": points, "reason": pick(WORDS), "document": "20/TB-HĐ"}
    return Act(
        "propose_change", pick(["secretary", "member", "chair"]), card.unit, pick([False, True]), values
    )


# --- anything by anybody ----------------------------------------------------------------------------------


def possible(season: Season, card: Card, name: str) -> bool:
    """Tell whether there is anything such an act could be about."""
    if name in ("attend", "add_waiting", "propose", "close_session"):
        return bool(season.sessions)
    if name in ("vote", "end_vote"):
        return any(one.unit == card.unit for on in season.sessions for one in on.proposals)
    return bool(card.amended) if name in ("confirm_change", "refuse_change") else True


def _begin_values(season: Season, card: Card, pick: Pick) -> dict[str, Any]:
    return {"venue": pick(["Phòng họp số 1", "Phòng họp số 1", " "])}


def _session_values(season: Season, card: Card, pick: Pick) -> dict[str, Any]:
    return {"session": pick([*range(len(season.sessions)), len(season.sessions) - 1])}


def _attend_values(season: Season, card: Card, pick: Pick) -> dict[str, Any]:
    among = [*MEMBERS, *MEMBERS, "inspector"]
    some = {pick(among): (pick(["present", "present", "excused", "absent"]), pick([WORDS[0], ""]))}
    return _session_values(season, card, pick) | {"rows": some}


def _propose_values(season: Season, card: Card, pick: Pick) -> dict[str, Any]:
    return _session_values(season, card, pick) | _leaf_values(season, card, pick)


def _leaf_values(season: Season, card: Card, pick: Pick) -> dict[str, Any]:
    code = pick(list(LEAVES))
    standing = card.given(CONCLUSION, code).points or 0
    return {"code": code, "points": pick([_points(code, pick), standing, LEAVES[code] + 1])}


def _vote_values(season: Season, card: Card, pick: Pick) -> dict[str, Any]:
    places = [
        (number, row)
        for number, on in enumerate(season.sessions)
        for row, one in enumerate(on.proposals)
        if one.unit == card.unit
    ]
    number, row = pick([*places, places[-1]]) if places else (0, 0)
    return {"session": number, "row": row, "choice": pick([*CHOICES, *CHOICES, "maybe"])}


def _change_values(season: Season, card: Card, pick: Pick) -> dict[str, Any]:
    leaf = _leaf_values(season, card, pick)
    return pick([leaf, leaf, {"code": "", "points": None}, leaf | {"points": None}])  # type: ignore[no-any-return]


def _row_values(season: Season, card: Card, pick: Pick) -> dict[str, Any]:
    return {"row": pick(range(len(card.amended) or 1))}


VALUES: dict[str, Callable[[Season, Card, Pick], dict[str, Any]]] = {
    "begin_session": _begin_values,
    "attend": _attend_values,
    "add_waiting": _session_values,
    "close_session": _session_values,
    "propose": _propose_values,
    "vote": _vote_values,
    "end_vote": _vote_values,
    "propose_change": _change_values,
    "confirm_change": _row_values,
    "refuse_change": _row_values,
}
