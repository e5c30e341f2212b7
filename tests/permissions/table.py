"""The permission table: every address and method, and for each person of the world what she must get.

Derived from the issue's roles and ``permissions.roles``, never from what the program answers. A row says
who is let in (ok), who sees the thing and is told no (refused, 403), and for whom it does not exist
(hidden, 404); the three are written out and have to name everybody. Who is not signed in is asked to sign
in, except where a row is ``open``.

ok means that the right was passed: done, or refused by a later rule (409, 422). Who has no right gets 403
or 404 with a good body and with an empty one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from permissions.roles import CONFLICTED, Verb
from tests.permissions.worlds import Scene

OK, REFUSED, HIDDEN, SIGN_IN = "ok", "refused", "hidden", "sign-in"

# Groups of people; the names of worlds.build.
GROUPS = {
    "UNIT": "officer lent leader deputy",
    "SCORERS": "officer lent",
    "LEADERS": "leader deputy",
    "COUNCIL": "secretary member chair",
    "HOST": "manager appraiser secretary member chair inspector",
    "OTHER_UNITS": "officer_two leader_two officer_home leader_home heir",
    "BELOW": "admin_below secretary_below officer_below leader_below",
    "OUTSIDE": "nobody admin",
}
GROUPS["STRANGERS"] = f"{GROUPS['OTHER_UNITS']} {GROUPS['BELOW']} {GROUPS['OUTSIDE']}"
GROUPS["ALL"] = f"{GROUPS['UNIT']} {GROUPS['HOST']} {GROUPS['STRANGERS']}"
EVERYBODY = frozenset(GROUPS["ALL"].split())

# The same rows at other places: who stands there as whom at the first place. The rest are strangers.
AT_DISTRICT = {
    "officer_below": "officer",
    "leader_below": "leader",
    "secretary_below": "secretary",
    "inspector": "inspector",
    "admin": "admin",
    "admin_below": "admin",
}
AT_HOME = {
    "officer_home": "officer",
    "leader_home": "leader",
    **dict.fromkeys((*GROUPS["UNIT"].split(), "officer_two", "leader_two"), "officer_two"),
    **{name: name for name in GROUPS["HOST"].split()},
}
# Who is tried at those places: everybody with a part there, and of the rest one of each kind.
TRIED = {
    "city": EVERYBODY,
    "district": frozenset(
        {*AT_DISTRICT, *["manager", "appraiser", "chair", "officer", "officer_home", "nobody"]}
    ),
    "home": frozenset({*AT_HOME, "nobody", "secretary_below", "leader_below"})
    - {"lent", "deputy", "leader_two"},
}
# Who works at Home Affairs; nobody judges the unit where she works.
OF_HOME = frozenset({"manager", "secretary"})

Values = Callable[[Scene], Mapping[str, Any]]


def named(names: str) -> frozenset[str]:
    """Return the people of "COUNCIL manager"; a name that is not known raises KeyError."""
    found: set[str] = set()
    for name in names.split():
        found |= set(GROUPS[name].split()) if name in GROUPS else {name} & EVERYBODY or _unknown(name)
    return frozenset(found)


def _unknown(name: str) -> set[str]:
    raise KeyError(name)


@dataclass(frozen=True)
class Row:
    """One address with one method and what everybody gets there.

    ``at`` and ``body`` give the address's values and what is sent; ``verb`` is what the rule book asks;
    ``places`` are the scenes it is tried at; ``shut`` says that a later rule stops even who may;
    ``in_body`` that what it is about is named in the body, so that an empty one is about nothing.
    """

    name: str
    method: str
    ok: frozenset[str]
    refused: frozenset[str]
    hidden: frozenset[str]
    at: Values = field(default=lambda _scene: {})
    body: Values = field(default=lambda _scene: {})
    query: str = ""
    verb: Verb | None = None
    places: tuple[str, ...] = ("city",)
    open: bool = False
    shut: bool = False
    in_body: bool = False
    note: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.name}" + (f" {self.note}" if self.note else "")

    @property
    def is_api(self) -> bool:
        """Return whether the address speaks JSON."""
        return self.name.startswith("api:")

    def expected(self, who: str, place: str) -> str:
        """Return what ``who`` must get at a place."""
        if who == "anonymous":
            return OK if self.open else SIGN_IN
        if place == "district":
            return self._of(AT_DISTRICT.get(who, "nobody"))
        if place == "home":
            answer = self._of(AT_HOME.get(who, "nobody"))
            conflict = self.verb in CONFLICTED and who in OF_HOME
            return REFUSED if conflict and answer == OK else answer
        return self._of(who)

    def _of(self, who: str) -> str:
        answers = ((OK, self.ok), (REFUSED, self.refused), (HIDDEN, self.hidden))
        return next(answer for answer, people in answers if who in people)


def row(
    name: str,
    method: str = "GET",
    *,
    ok: str,
    refused: str = "",
    hidden: str = "",
    at: Values | None = None,
    body: Values | None = None,
    **more: Any,
) -> Row:
    """Return a row. Raises ValueError unless each person stands in exactly one of the three columns."""
    columns = [named(ok), named(refused), named(hidden)]
    if sum(map(len, columns)) != len(EVERYBODY) or frozenset().union(*columns) != EVERYBODY:
        twice = {who for who in EVERYBODY if sum(who in column for column in columns) != 1}
        raise ValueError(f"{method} {name}: {sorted(twice)}")
    if at:
        more["at"] = at
    if body:
        more["body"] = body
    return Row(name, method, *columns, **more)


def rows_of(*parts: list[Row]) -> list[Row]:
    """Return the rows of all parts. Raises ValueError where two can't be told apart."""
    every = [row for part in parts for row in part]
    names = [str(row) for row in every]
    if len(set(names)) < len(names):
        raise ValueError(sorted({name for name in names if names.count(name) > 1}))
    return every
