"""The rule book itself: every verb has words, an unknown one raises, nobody does everything."""

import pytest

from permissions.actor import NOBODY, SYSTEM, Actor, Seat, within
from permissions.roles import ROLE_TITLES, ROLES, VERB_TITLES, Place, Role, Verb, verb_named

HERE = Place.of("/92/")


def chair(**fields):
    return Actor(1, "Chủ tịch", (Seat(Role.CHAIR, "/92/", "/92/snv/", **fields),))


def test_every_role_and_verb_has_a_vietnamese_title():
    assert set(ROLE_TITLES) == set(Role) == set(ROLES)
    assert set(VERB_TITLES) == set(Verb)


@pytest.mark.parametrize("ask", [chair().may, chair().require, chair().fields_for])
def test_an_unknown_verb_raises(ask):
    with pytest.raises(ValueError, match="destroy"):
        ask("destroy", at=HERE)


def test_an_unknown_verb_raises_where_grants_are_named():
    with pytest.raises(ValueError, match="destroy"):
        verb_named("destroy")
    with pytest.raises(ValueError, match="destroy"):
        within(chair(), ["destroy"])
    with pytest.raises(ValueError, match="destroy"):
        chair().may_anywhere("destroy")


def test_every_verb_is_somebodys():
    given = {verb for verbs in ROLES.values() for verb in verbs}
    assert given == set(Verb)


def test_no_seat_both_scores_and_approves_or_concludes():
    for verbs in ROLES.values():
        assert not {Verb.SCORE, Verb.APPROVE} <= set(verbs)
        assert not {Verb.SCORE, Verb.CONCLUDE} <= set(verbs)


def test_the_inspector_writes_nothing():
    assert set(ROLES[Role.INSPECTOR]) == {Verb.VIEW, Verb.INSPECT}


def test_the_administrator_sees_no_scores():
    assert set(ROLES[Role.ADMINISTRATOR]) == {Verb.MANAGE_PEOPLE, Verb.MANAGE_UNITS}


def test_nobody_may_nothing_and_the_system_everything():
    assert not any(NOBODY.may(verb, at=HERE) for verb in Verb)
    assert all(SYSTEM.may(verb, at=HERE) for verb in Verb)


def test_a_seat_limited_to_fields_gives_those_and_a_whole_seat_gives_all():
    limited = Seat(Role.APPRAISER, "/92/", "/92/stp/", fields=frozenset({"2"}))
    other = Seat(Role.APPRAISER, "/92/", "/92/stp/", fields=frozenset({"5"}))
    assert Actor(1, "", (limited, other)).fields_for(Verb.APPRAISE, at=HERE) == {"2", "5"}
    assert Actor(1, "", (limited, *chair().seats)).fields_for(Verb.APPRAISE, at=HERE) is None
    assert Actor(1, "", (limited,)).fields_for(Verb.APPRAISE, at=Place.of("/93/")) == frozenset()
