"""What a card holds, who may act on it and when: plain values, written down again without a look at the program.

Points are whole thousandths. Nothing of the program is imported, so that this can disagree with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

# Leaf to most points; the field is what stands before the dot. Leaf 1.1 is a choice, the others take any points.
LEAVES = {"1.1": 1000, "1.2": 2000, "2.1": 3000}
CHOICE = "1.1"
OPTIONS = {"1": 1000, "2": 500, "3": 0}
FIELDS = ("1", "2")

SELF, FIRST, EXPLANATION, SECOND, CONCLUSION = 1, 2, 3, 4, 5
APPRAISALS = (FIRST, SECOND)
BEFORE, OPEN, OVER = "before", "open", "over"

WITH_UNIT = {"draft", "returned"}
UNAPPROVED = {"draft", "returned", "reviewing", "submitted"}
READY = {"approved", "accepted", "not_scored"}

# A role gives rights at its own unit, or on all cards of the host it works for.
AT_UNIT = {
    "officer": {"view", "score", "submit"},
    "leader": {"view", "approve", "lend"},
    "deputy": {"view", "approve"},
}
_COUNCIL = {"view", "host", "appraise", "ask", "reopen", "survey"}
AT_HOST = {
    "appraiser": {"view", "appraise"},
    "secretary": _COUNCIL,
    "member": _COUNCIL,
    "chair": _COUNCIL | {"conclude", "publish"},
    "criteria_manager": {"view", "host", "reopen", "survey"},
    "inspector": {"view", "host"},
}
NOT_FOR_HER_OWN = {"appraise", "ask", "reopen", "conclude", "survey"}


@dataclass(frozen=True)
class Seat:
    """A role at a unit ("A", "B"), at the host of both ("host") or elsewhere; ``works_at`` where she sits."""

    role: str
    at: str
    works_at: str
    field: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody by name with her seats."""

    name: str
    seats: tuple[Seat, ...]

    def may(self, right: str, unit: str) -> bool:
        """Tell whether a seat gives the right on the unit's card."""
        if right in NOT_FOR_HER_OWN and any(seat.works_at == unit for seat in self.seats):
            return False
        return any(right in _given(seat, unit) for seat in self.seats)

    def fields(self, unit: str) -> set[str]:
        """Return the fields in which she appraises."""
        seats = [seat for seat in self.seats if "appraise" in _given(seat, unit)]
        return set(FIELDS) if any(not seat.field for seat in seats) else {seat.field for seat in seats}

    def acts_for(self, unit: str) -> bool:
        """Tell whether one of her seats is the unit's own."""
        return any(seat.at == unit for seat in self.seats)

    def hosts(self, unit: str) -> bool:
        """Tell whether she works on the unit's card for its host, or looks over that work."""
        return any(self.may(right, unit) for right in ("host", "appraise"))

    def is_of(self, unit: str) -> bool:
        """Tell whether she sits at the unit, whatever for."""
        return self.acts_for(unit) or any(seat.works_at == unit for seat in self.seats)


def _given(seat: Seat, unit: str) -> set[str]:
    if seat.at == unit:
        return AT_UNIT.get(seat.role, set())
    return AT_HOST.get(seat.role, set()) if seat.at == "host" else set()


def _person(name: str, *seats: tuple[str, ...]) -> Person:
    made = []
    for role, at, *rest in seats:
        works_at, part = (*rest, "", "")[:2]
        made.append(Seat(role, at, works_at or at, part))
    return Person(name, tuple(made))


PEOPLE = {
    person.name: person
    for person in (
        _person("officer_a", ("officer", "A")),
        _person("second_a", ("officer", "A")),
        _person("deputy_a", ("deputy", "A")),
        _person("leader_a", ("leader", "A")),
        _person("both_a", ("officer", "A"), ("leader", "A")),
        _person("double_a", ("officer", "A"), ("secretary", "host")),
        _person("guest_a", ("member", "host", "A")),
        _person("officer_b", ("officer", "B")),
        _person("leader_b", ("leader", "B")),
        _person("secretary", ("secretary", "host")),
        _person("member", ("member", "host")),
        _person("chair", ("chair", "host")),
        _person("appraiser", ("appraiser", "host", "", "2")),
        _person("manager", ("criteria_manager", "host")),
        _person("inspector", ("inspector", "host")),
        _person("outsider", ("chair", "elsewhere")),
    )
}


@dataclass
class Mark:
    """Points of a leaf at a step; ``before`` are those it started from, ``key`` names the last write."""

    points: int | None = None
    before: int | None = None
    reason: str = ""
    note: str = ""
    version: int = 0
    key: str = ""


@dataclass
class Question:
    """What the council asks about a leaf, and the unit's answer."""

    text: str
    answer: str = ""
    version: int = 0


@dataclass
class Signed:
    """One move made on the card; ``over`` is the result that a sign-off names."""

    move: str
    who: str
    void: bool = False
    over: tuple[object, ...] = ()


@dataclass
class Taken:
    """Points taken off a field or leaf; ``back`` once somebody took them back."""

    code: str
    points: int
    back: bool = False


@dataclass
class Change:
    """What somebody proposes after the conclusion: points of a leaf, or without a code to open it again."""

    code: str
    points: int | None
    before: int | None
    who: str
    reason: str
    document: str
    state: str = "waiting"


@dataclass
class Card:
    """One unit's card. ``done`` is the appraisal finished last; ``more_time`` an extension that still runs."""

    unit: str
    state: str = "draft"
    done: int = 0
    marks: dict[tuple[int, str], Mark] = field(default_factory=dict)
    out: set[str] = field(default_factory=set)
    questions: dict[tuple[int, str], Question] = field(default_factory=dict)
    council: dict[str, str] = field(default_factory=dict)
    council_on: bool = False
    opinions: dict[tuple[str, str], str] = field(default_factory=dict)
    signed: list[Signed] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    lent: list[str] = field(default_factory=list)
    amended: list[Change] = field(default_factory=list)
    texts: tuple[str, str] = ("", "")
    more_time: bool = False

    def own(self, code: str) -> Mark:
        """Return the unit's own mark of a leaf; it stands from the opening on."""
        return self.marks.setdefault((SELF, code), Mark())

    def given(self, step: int, code: str) -> Mark:
        """Return the mark of a leaf at a step, an empty one where none stands."""
        return self.marks.get((step, code), Mark())

    def leaves(self) -> list[str]:
        """Return the leaves that apply."""
        return [code for code in LEAVES if code not in self.out]

    def next(self, *steps: int) -> int | None:
        """Return the first of the steps after the appraisal finished last."""
        return next((step for step in steps if step > self.done), None)

    def last(self, *moves: str) -> Signed | None:
        """Return the newest of these moves."""
        return next((row for row in reversed(self.signed) if row.move in moves), None)

    def scored_itself(self) -> bool:
        """Tell whether what the unit gave itself counts as a first word."""
        arrived = self.last("approve", "accept", "no_self_score")
        return self.state in WITH_UNIT or arrived is None or arrived.move != "no_self_score"

    def points_before(self, step: int, code: str) -> int | None:
        """Return the newest points of the steps before."""
        first = SELF if self.scored_itself() else FIRST
        rows = [self.given(one, code).points for one in range(first, step)]
        return next((points for points in reversed(rows) if points is not None), None)

    def newest(self, code: str, *steps: int) -> int | None:
        """Return the newest points of these steps."""
        rows = [self.given(step, code).points for step in steps]
        return next((points for points in reversed(rows) if points is not None), None)

    def content(self) -> tuple[object, ...]:
        """Return what an approval signs."""
        rows = [(code, self.own(code).points, self.own(code).note) for code in LEAVES]
        return (*rows, self.texts)

    def answers(self) -> tuple[object, ...]:
        """Return what the leader signs when she sends the answers."""
        step = self.next(EXPLANATION)
        rows = [(code, one.text, one.answer) for (at, code), one in self.questions.items() if at == step]
        return ("answers", *sorted(rows))

    def result(self) -> tuple[object, ...]:
        """Return what the unit's leader signs once the card is concluded."""
        rows = [(code, self.given(CONCLUSION, code).points) for code in self.leaves()]
        off = sum(row.points for row in self.standing())
        return ("result", off, *((code, points) for code, points in rows if points is not None))

    def explained(self, code: str, before: int) -> bool:
        """Tell whether the unit's leader sent an answer about the leaf before that step."""
        sent = self.last("explain") is not None
        return sent and any(
            row.answer for (step, one), row in self.questions.items() if one == code and step < before
        )

    def silent(self, before: int) -> set[str]:
        """Return the leaves asked about before that step of which nothing was sent."""
        asked = {code for step, code in self.questions if step < before}
        return {code for code in asked if not self.explained(code, before)}

    def signed_off(self) -> bool:
        """Tell whether the unit's leader has signed the result as it stands."""
        return any(row.move == "sign_off" and row.over == self.result() for row in self.signed)

    def waiting(self, code: str | None = None) -> list[Change]:
        """Return the changes that wait for their second person: all, of a leaf, or of the whole ("")."""
        rows = [row for row in self.amended if row.state == "waiting"]
        return rows if code is None else [row for row in rows if row.code == code]

    def standing(self) -> list[Taken]:
        """Return what stands taken off."""
        return [row for row in self.taken if not row.back]

    def worth(self) -> dict[str, int]:
        """Return the council's newest points of each leaf, and of each field their sum."""
        found: dict[str, int] = {}
        for code in self.leaves():
            points = self.newest(code, FIRST, SECOND, CONCLUSION)
            if points is not None:
                found[code] = points
                found[code[0]] = found.get(code[0], 0) + points
        return found

    def off(self, code: str) -> int:
        """Return what stands taken off a leaf, or off a field and its leaves."""
        return sum(row.points for row in self.standing() if code in (row.code, row.code[0]))


@dataclass
class Proposal:
    """Points proposed in session for a leaf of a unit's card, and how people voted."""

    unit: str
    code: str
    points: int
    who: str
    ended: bool = False
    votes: dict[str, str] = field(default_factory=dict)

    def carried(self) -> bool:
        """Tell whether the vote has ended with more than half of the votes for it."""
        return self.ended and 2 * list(self.votes.values()).count("for") > len(self.votes)


@dataclass
class Session:
    """One session of the host's council: what was decided while it is on, by unit and leaf, and who did anything."""

    agenda: list[str]
    present: dict[str, str]
    proposals: list[Proposal] = field(default_factory=list)
    is_open: bool = True
    decided: dict[tuple[str, str], str] = field(default_factory=dict)
    acted: set[str] = field(default_factory=set)

    def is_there(self, who: str) -> bool:
        """Tell whether she is a member and there."""
        return self.present.get(who) == "present"


@dataclass
class Season:
    """The two cards, how the round concludes, and the time: at which steps is it before, open or over.

    ``sitting`` is "none" or how the council votes; ``sign_off`` whether units may still sign the result, "" where
    the round does not ask for it.
    """

    cards: dict[str, Card] = field(default_factory=lambda: {unit: Card(unit) for unit in ("A", "B")})
    time: dict[int, str] = field(default_factory=dict)
    sitting: str = "none"
    quorum: str = "two_thirds"
    sign_off: str = ""
    sessions: list[Session] = field(default_factory=list)

    def over(self, step: int, card: Card) -> bool:
        """Tell whether the step has ended for the card's unit; a step that is not there never was open."""
        return self.time.get(step, OVER) == OVER and not (step == SELF and card.more_time)

    def open(self, step: int, card: Card) -> bool:
        """Tell whether the step takes writes for the card's unit."""
        return self.time.get(step, OVER) != BEFORE and not self.over(step, card)

    def acted_in(self, on: Session) -> set[str]:
        """Return who did anything in the session that still stands: proposed, voted, decided, concluded."""
        found = on.acted | {who for row in on.proposals for who in (row.who, *row.votes)}
        for (unit, code), who in on.decided.items():
            if self.cards[unit].given(CONCLUSION, code).reason:
                found.add(who)
        return found

    def session(self) -> Session | None:
        """Return the session that is on."""
        return next((one for one in self.sessions if one.is_open), None)
