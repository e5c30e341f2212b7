"""What is done next: the next step on a card's way, or anything by anybody, right or wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tests.scoring.life import choosing_after
from tests.scoring.life.plain_card import (
    APPRAISALS,
    BEFORE,
    CHOICE,
    CONCLUSION,
    LEAVES,
    OPEN,
    OPTIONS,
    OVER,
    PEOPLE,
    READY,
    SELF,
    UNAPPROVED,
    WITH_UNIT,
    Card,
    Season,
)
from tests.scoring.life.plain_moves import ALL_MOVES, Act, appraisal_step, asking_step, signs
from tests.scoring.life.plain_rules import RIGHTS, judge

T = TypeVar("T")
Pick = Callable[[Sequence[Any]], Any]

NOTES = ("Theo báo cáo số 12/BC-UBND", "Theo kế hoạch số 7/KH-UBND", "")
WORDS = ("Chậm so với kế hoạch", "Đã bổ sung văn bản", "Theo biên bản họp")
COUNCILS = (
    {"deputy_a": "chair", "second_a": "member"},
    {"leader_a": "chair", "deputy_a": "secretary", "officer_a": "member"},
    {"leader_b": "chair", "officer_b": "secretary"},
)
MOST = 99_000  # more points than any leaf has


def times() -> list[dict[int, str]]:
    """Return how the steps may stand: the first so many over; the others open, or opening one after another."""
    steps = range(SELF, CONCLUSION + 1)
    loose = [{step: OVER if step <= over else OPEN for step in steps} for over in range(6)]
    strict = [
        {step: OVER if step <= over else OPEN if step == over + 1 else BEFORE for step in steps}
        for over in range(5)
    ]
    return [*loose, *strict, dict.fromkeys(steps, BEFORE)]


def onward(season: Season, pick: Pick) -> Act | int | None:
    """Return an allowed act that brings a card on, how many steps to end, or None where all is done."""
    acts = [
        act for card in season.cards.values() for act in _next(season, card, pick) if not judge(season, act)
    ]
    if acts:
        return pick(acts)
    return _time(season)


def _time(season: Season) -> int | None:
    """Return how many steps have to be over for the cards to go on."""
    wanted = [_waits_for(card) for card in season.cards.values()]
    known = [step for step in wanted if step is not None]
    return min(known) if known else None


def _waits_for(card: Card) -> int | None:
    if card.state in UNAPPROVED | READY:
        return 0 if card.state in WITH_UNIT and not card.signed else SELF
    return {"appraised": 4 if card.done == APPRAISALS[-1] else 2, "explaining": 3, "explained": 3}.get(
        card.state
    )


def _next(season: Season, card: Card, pick: Pick) -> list[Act]:
    small = card.unit.lower()
    made: list[Act] = []
    if card.state in WITH_UNIT:
        made += [_full(card, code, pick) for code in card.leaves() if not _proven(card, code)]
        submits = pick(["officer_a", "both_a", "both_a"]) if small == "a" else "officer_b"
        made += [] if made else [_move(card, "submit", submits)]
        if not card.signed and not card.council_on:
            made += [Act("form_council", submits, card.unit, values={"members": pick(_councils(card))})]
    if card.state in UNAPPROVED:
        made += _through(card, pick)
    if card.state in UNAPPROVED and season.over(SELF, card):
        made += [
            _move(card, pick(["accept", "no_self_score", "reopen"]), pick(["secretary", "manager", "chair"]))
        ]
    if card.state in ("reviewing", "submitted", "approved") and pick(range(8)) == 7:
        made += [_move(card, "withdraw", f"officer_{small}")]
    made += _by_council(season, card, pick)
    if card.state == "appraised" and season.sitting != "none":
        made += choosing_after.onward_in_session(season, card, pick)
    if card.state == "concluded":
        made += [_publish(pick), *choosing_after.onward_after(season, card, pick)]
    return made


def _councils(card: Card) -> list[dict[str, str]]:
    return [one for one in COUNCILS if next(iter(one)).endswith(card.unit.lower())]


def _through(card: Card, pick: Pick) -> list[Act]:
    if card.state == "reviewing":
        presides = [who for who, part in card.council.items() if part != "member"]
        sits = pick(list(card.council))
        said = {"code": pick(list(LEAVES)), "verdict": "revise", "reason": pick(WORDS)}
        return [
            _move(card, pick(["pass_on", "send_back"]), pick(presides)),
            pick([Act("opine", sits, card.unit, values=said), Act("agree_opinions", sits, card.unit)]),
        ]
    if card.state == "submitted":
        leaders = ["leader_a", "deputy_a", "both_a", "both_a"] if card.unit == "A" else ["leader_b"]
        return [_move(card, pick(["approve", "approve", "approve", "return"]), pick(leaders))]
    return []


def _by_council(season: Season, card: Card, pick: Pick) -> list[Act]:
    who = pick(["secretary", "member", "chair", "appraiser"])
    step = appraisal_step(card)
    made = []
    if step is not None and card.state in READY | {"explained", "explaining"}:
        made += [
            _mark(card, step, code, who, pick)
            for code in card.leaves()
            if card.given(step, code).points is None
        ]
        made += [_move(card, "appraise", who)]
    if card.state == "appraised":
        made += [_move(card, "ask", who), _move(card, "conclude", "chair")]
        if asking_step(card) and not card.questions:
            made += [Act("ask_cuts", who, card.unit)]
        made += [
            Act("undeduct", who, card.unit, values={"row": row, "reason": pick(WORDS)})
            for row in range(len(card.taken))
        ]
    if card.state == "explaining":
        officer, leader = f"officer_{card.unit.lower()}", f"leader_{card.unit.lower()}"
        made += [
            Act(
                "answer",
                officer,
                card.unit,
                values={"code": code, "version": one.version, "answer": pick(WORDS)},
            )
            for (_step, code), one in card.questions.items()
            if not one.answer
        ]
        made += [_move(card, "submit_answers", officer), _move(card, "explain", leader)]
        if card.unit == "A":
            made += [_move(card, pick(["submit_answers", "explain"]), "both_a")]
    return made


def _proven(card: Card, code: str) -> bool:
    mark = card.own(code)
    return mark.points is not None and bool(mark.note)


def _full(card: Card, code: str, pick: Pick) -> Act:
    values = {"code": code, "version": card.own(code).version, "note": pick(NOTES[:2])} | _points(code, pick)
    return Act("points", f"officer_{card.unit.lower()}", card.unit, pick([False, True]), values)


def _points(code: str, pick: Pick) -> dict[str, Any]:
    if code == CHOICE:
        return {"option": pick(list(OPTIONS))}
    return {"points": pick([LEAVES[code], LEAVES[code] - 500, 1250, 0])}


def _mark(card: Card, step: int, code: str, who: str, pick: Pick) -> Act:
    points = pick([card.points_before(step, code) or 0, 500, 0])
    version = card.given(step, code).version
    values = {"code": code, "version": version, "points": points, "reason": pick(WORDS)}
    return Act("appraise", who, card.unit, pick([False, True]), values)


def _move(card: Card, name: str, who: str) -> Act:
    values = {
        "move": name,
        "reason": WORDS[0],
        "document": "15/QĐ-UBND",
        "seen": signs(card, name),
        "new_close": "later",
    }
    return Act("move", who, card.unit, values=values)


def _publish(pick: Pick) -> Act:
    return Act("publish", "chair", pick(["A", "B"]))


# --- anything by anybody ----------------------------------------------------------------------------------

WITH_FORMS = ("points", "move", "appraise", "decide", "ask", "answer", *choosing_after.WITH_FORMS)
NAMES = [
    *RIGHTS,
    *choosing_after.VALUES,
    "move",
    "move",
    "move",
    "move",
    "points",
    "points",
    "appraise",
    "ask",
    "look",
]


def anything(season: Season, pick: Pick) -> Act:
    """Return some act by somebody, mostly with words that make sense."""
    card = season.cards[pick(["A", "A", "B"])]
    name = pick(NAMES)
    values = {**_words(pick), **_VALUES.get(name, _no_values)(season, card, pick)}
    none = (name == "undeduct" and not card.taken) or (name == "revoke" and not card.lent)
    if none or not choosing_after.possible(season, card, name):
        name = "look"
    who = pick(list(PEOPLE))
    if pick(range(100)) < 60:
        who = pick(_fit(season, card, name, values) or [who])
    form = name in WITH_FORMS and pick([False, False, True])
    if form and (values.get("answer") == "" or values.get("bare") or values.get("move") == "reconsider"):
        form = False  # no page has such a form: an answer can't be emptied, bare points can't be typed
    return Act(name, who, card.unit, form, values)


def almost(season: Season, pick: Pick) -> Act:
    """Return the next step on a card's way with one thing changed, be it open or not."""
    acts = [act for card in season.cards.values() for act in _next(season, card, pick)]
    if not acts:
        return anything(season, pick)
    act = pick(acts)
    values = dict(act.values)
    what = pick(
        ["nothing", "who", "who", "reason", "reason", "reason", "document", "version", "points", "seen"]
    )
    if what in values:
        values[what] = {
            "reason": pick(["", " ", "Thôi", "vb9"]),
            "document": pick(["", " "]),
            "version": max(0, (values.get("version") or 0) + pick([-1, 1])),
            "points": pick([0, 500, 700, MOST]),
            "seen": pick([None, ("another",)]),
        }[what]
    who = pick(list(PEOPLE)) if what == "who" else act.who
    return Act(act.name, who, act.unit, act.form, values)


def _fit(season: Season, card: Card, name: str, values: dict[str, Any]) -> list[str]:
    acts = [Act(name, who, card.unit, values=values) for who in PEOPLE]
    return [act.who for act in acts if not {404, 403} & judge(season, act)]


def _words(pick: Pick) -> dict[str, Any]:
    reason = pick([*WORDS, WORDS[0], " ", ""])
    return {"reason": reason, "document": pick(["15/QĐ-UBND", "16/QĐ-UBND", ""]), "code": pick(list(LEAVES))}


def _no_values(season: Season, card: Card, pick: Pick) -> dict[str, Any]:
    return {}


def _version(standing: int, pick: Pick) -> int:
    return max(0, standing + pick([0, 0, 0, -1, 1]))


def _own_values(season: Season, card: Card, pick: Pick) -> dict[str, Any]:
    code = pick(list(LEAVES))
    mark = card.own(code)
    wrong = {"option": "9"} if code == CHOICE else {"points": pick([LEAVES[code] + 1, -500])}
    some = pick([_points(code, pick), _points(code, pick), wrong, {"points": None}])
    keys = [None, None, f"{mark.version:016x}", mark.key]
    values = {
        "code": code,
        "version": _version(mark.version, pick),
        "note": pick([None, *NOTES]),
        "key": pick(keys),
    }
    odd = pick(range(20))
    return {**values, **some, "bare": odd == 0 and code == CHOICE, "foreign": odd == 1}


def _text_values(season: Season, card: Card, pick: Pick) -> dict[str, Any]:
    texts = [("", ""), ("Thiếu người", ""), ("Thiếu người", "Đề nghị tập huấn")]
    return {"texts": pick(texts), "seen": pick([card.texts, card.texts, None, texts[1]])}


def _move_values(season: Season, card: Card, pick: Pick) -> dict[str, Any]:
    name = pick(ALL_MOVES)
    right = signs(card, name) or card.content()
    seen = pick([right, right, None, ("another",)])
    return {"move": name, "seen": seen, "new_close": pick(["later", "later", "earlier", None])}


def _council_values(season: Season, card: Card, pick: Pick) -> dict[str, Any]:
    own = _councils(card)
    people = list(pick(own))
    return {"members": pick([*own, dict.fromkeys(people, "member"), {people[0]: "chair"}])}


def _opinion_values(season: Season, card: Card, pick: Pick) -> dict[str, Any]:
    return {"verdict": pick(["agree", "propose", "revise"]), "points": pick([None, 0, 500, 1000, 9000])}


def _mark_values(step: int | None) -> Callable[[Season, Card, Pick], dict[str, Any]]:
    def values(season: Season, card: Card, pick: Pick) -> dict[str, Any]:
        code, at = pick(list(LEAVES)), step or appraisal_step(card) or APPRAISALS[-1]
        mark, before = card.given(at, code), card.points_before(at, code) or 0
        points = pick([before, before, 0, 500, 700, LEAVES[code] + 1, mark.points or 0])
        return {"code": code, "version": _version(mark.version, pick), "points": points}

    return values


def _answer_values(season: Season, card: Card, pick: Pick) -> dict[str, Any]:
    codes = [code for _step, code in card.questions] or list(LEAVES)
    code = pick(codes)
    asked = card.questions.get((asking_step(card) or 0, code))
    return {
        "code": code,
        "version": _version(asked.version if asked else 0, pick),
        "answer": pick([*WORDS, ""]),
    }


def _deduct_values(season: Season, card: Card, pick: Pick) -> dict[str, Any]:
    return {"code": pick([*LEAVES, "1", "2"]), "points": pick([250, 500, 0, 6000])}


def _row_values(rows: str) -> Callable[[Season, Card, Pick], dict[str, Any]]:
    def values(season: Season, card: Card, pick: Pick) -> dict[str, Any]:
        return {"row": pick(range(len(getattr(card, rows)) or 1))}

    return values


def _lend_values(season: Season, card: Card, pick: Pick) -> dict[str, Any]:
    takers = ["officer_a", "second_a", "leader_a", "officer_b", "member"]
    return {"taker": pick(takers), "backwards": pick(range(8)) == 0}


_VALUES: dict[str, Callable[[Season, Card, Pick], dict[str, Any]]] = {
    "points": _own_values,
    "texts": _text_values,
    "move": _move_values,
    "form_council": _council_values,
    "opine": _opinion_values,
    "appraise": _mark_values(None),
    "decide": _mark_values(CONCLUSION),
    "answer": _answer_values,
    "deduct": _deduct_values,
    "undeduct": _row_values("taken"),
    "revoke": _row_values("lent"),
    "lend": _lend_values,
    **choosing_after.VALUES,
}
