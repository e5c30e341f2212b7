"""Every address and method stands in the table, and everybody gets what the table says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver

from permissions.actor import Actor
from permissions.roles import Verb
from tests.permissions.rows import ROWS
from tests.permissions.table import EVERYBODY, OK, REFUSED, SIGN_IN, TRIED, Row
from tests.permissions.trying import House, address, outcome
from tiers.seating import actor_for

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def names(resolver: Any = None, space: str = "") -> Iterator[str]:
    """Yield the name of every address, with its namespaces."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from names(pattern, inner)


def test_every_address_has_a_name_of_its_own() -> None:
    found = list(names())
    assert sorted(name for name in found if name.endswith("None")) == []
    assert sorted({name for name in found if found.count(name) > 1}) == []


def test_every_address_stands_in_the_table_and_nothing_else() -> None:
    assert {row.name for row in ROWS} == set(names())


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(names())))
def test_no_address_answers_a_method_that_is_not_in_the_table(name: str, house: House) -> None:
    rows = [row for row in ROWS if row.name == name]
    declared = {row.method for row in rows}
    path = address(rows[0], house, "city") if rows else ""
    answered = {
        method
        for method in METHODS
        if method in declared or house.answer("nobody", method, path).status_code != 405
    }
    assert answered == declared


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_everybody_gets_what_the_table_says(row: Row, house: House) -> None:
    wrong, done = [], False
    for place in row.places:
        path = address(row, house, place)
        for who in ("anonymous", *sorted(TRIED[place])):
            expected = row.expected(who, place)
            for body in bodies(row, house, place, who):
                answer = tried(row, house, who, path, body)
                done |= answer.word == OK and answer.code < 400
                if answer.word != expected and not (row.in_body and not body and answer.code >= 400):
                    wrong.append(f"{who} at {place} with {list(body)}: {answer.said}, expected {expected}")
    assert wrong == []
    # A row that lets nobody through proves nothing about those it keeps out.
    assert done or row.shut or not row.ok


def bodies(row: Row, house: House, place: str, who: str) -> Iterator[dict[str, Any]]:
    """Yield what is sent: the row's body, and nothing at all where the right has to be asked first."""
    if row.method == "GET":
        yield {}
        return
    yield dict(row.body(house.world.scenes[place]))
    expected = row.expected(who, place)
    if place == "city" and (expected in (REFUSED, SIGN_IN) or (expected != OK and who == "nobody")):
        yield {}


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the table's word for it, and what to print."""

    code: int
    word: str
    said: str


def tried(row: Row, house: House, who: str, path: str, body: dict[str, Any]) -> Answer:
    """Return the answer to one request; an exception is a 500 with its text."""
    try:
        response = house.answer(who, row.method, path, body, as_json=row.is_api)
    except Exception as fault:  # noqa: BLE001  (whatever it is, the table's line names it)
        return Answer(500, "500", f"{type(fault).__name__}: {fault}")
    return Answer(response.status_code, outcome(response), str(response.status_code))


@pytest.mark.slow
def test_the_table_agrees_with_the_rule_book(house: House) -> None:
    """Where a row names its verb, those it lets in are those whose seats give the verb there."""
    actors = {who: actor_for(user) for who, user in house.world.people.items()}
    wrong = [
        f"{row} at {place}: {sorted(let_in ^ given)}"
        for row in ROWS
        if row.verb and row.ok
        for place in row.places
        for let_in, given in [(people(row, place), holders(row, house, place, actors))]
        if given is not None and let_in != given
    ]
    assert wrong == []


def people(row: Row, place: str) -> set[str]:
    """Return whom the row lets in at a place."""
    return {who for who in EVERYBODY if row.expected(who, place) == OK}


def holders(row: Row, house: House, place: str, actors: dict[str, Actor]) -> set[str] | None:
    """Return whose seats give the row's verb at its card; None where the row is about something else."""
    scene = house.world.scenes[place]
    verb = Verb(row.verb)
    card = next(
        (card for card in scene.cards.values() if {"pk": card.pk}.items() <= dict(row.at(scene)).items()),
        None,
    )
    about_card = row.name.startswith(("scoring:", "api:scorecard"))
    if card is None or not about_card or "field" in row.note:
        return None
    return {who for who, actor in actors.items() if actor.may(verb, at=card.place())}
