"""A number that no database can hold is an answer in words, never a fault of the program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from permissions.roles import Role
from tests import make
from tests.scoring.worlds import world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

HUGE = "9" * 30
LONGEST = "9" * 5000
ASKED = (
    "round unit parent group user card year kind page size before q on state field show pk id code first last"
)
NUMBERS = [
    "round",
    "card",
    "host",
    "owner",
    "unit",
    "user",
    "previous",
    "criteria_set",
    "parent",
    "version",
    "sample",
    "answers",
    "order",
    "year",
]


@pytest.fixture
def here() -> Any:
    here = world()
    for name, role in (("manager", Role.CRITERIA_MANAGER), ("admin", Role.ADMINISTRATOR)):
        here.users[name], _actor = make.seated(role, here.host)
    return here


def names(resolver: Any = None, space: str = "") -> Iterator[str]:
    """Yield the name of every address, with its namespaces."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"
        else:
            yield from names(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)


def lists() -> list[str]:
    """Return every address that needs no value of its own."""
    found = []
    for name in set(names()):
        try:
            found.append(reverse(name))
        except NoReverseMatch:
            continue
    return sorted(found)


def signed_in(here: Any, name: str) -> Client:
    client = Client()
    client.force_login(here.users[name])
    return client


@pytest.mark.parametrize("name", ["officer", "secretary", "manager", "admin"])
def test_no_list_fails_over_a_huge_number_in_its_address(here, name):
    client = signed_in(here, name)
    for address in lists():
        for number in (HUGE, LONGEST):
            answer = client.get(address, dict.fromkeys(ASKED.split(), number))
            assert answer.status_code < 500, address
            if answer.streaming:
                assert list(answer.streaming_content), address  # read to its end, the file is closed


def test_the_filters_of_lists_find_nothing_or_refuse(here):
    officer, admin = signed_in(here, "officer"), signed_in(here, "admin")
    for number in (HUGE, LONGEST, "0", "-1"):
        assert officer.get("/api/scorecards/", {"round": number}).status_code == 422
        assert signed_in(here, "secretary").get("/api/survey-points/", {"round": number}).status_code == 404
    for number in (HUGE, LONGEST):
        assert officer.get("/api/units/", {"parent": number}).json()["count"] == 0
        assert officer.get("/api/lineage/", {"unit": number}).json()["count"] == 0
        assert admin.get("/api/accounts/", {"unit": number}).json()["count"] == 0
        assert admin.get("/api/appointments/", {"user": number}).json()["count"] == 0


@pytest.mark.parametrize("root", ["/scorecards", "/api/scorecards", "/appraisals", "/conclusions"])
def test_a_card_of_a_huge_number_does_not_exist(here, root):
    for name in ("officer", "secretary"):
        for number in ("9" * 20, str(2**63), HUGE):
            assert signed_in(here, name).get(f"{root}/{number}/").status_code == 404, number
    answer = signed_in(here, "officer").post(f"/scorecards/{HUGE}/leaves/1.1/", {"version": "0"})
    assert answer.status_code == 404


@pytest.mark.parametrize("number", [10**30, -(10**30), HUGE, LONGEST])
def test_no_body_fails_over_a_huge_number(here, number):
    card, round_ = here.card, here.round
    step, node = round_.steps.first(), card.group.criteria_set.nodes.first()
    # Only numbers differ from a good body.
    texts = {"code": "1.1", "reason": "Vì thế", "document": "1/QĐ", "points": "1", "title": "Tên"}
    sent = texts | {"report_number": "1/BC", "report_date": "2026-06-05", "on_date": "2026-01-01"}
    sent |= {"kind": "self_report", "answer": "Có", "question": "Sao?", "role": "officer", "acts_for": number}
    sent |= {"lines": [{"card": number, "code": "1.1", "points": "1"}], "inputs": {"points": number}}
    sent |= {"closes_at": "2027-01-01T00:00:00Z", "old": number, "new": number, "username": "canbo"}
    sent |= dict.fromkeys(NUMBERS, number)
    addresses = {
        "officer": [f"scorecards/{card.pk}/{part}/" for part in ("points", "answer", "texts")]
        + ["documents/"],
        "secretary": [
            "survey-points/",
            "round-openings/",
            "releases/",
            f"scorecards/{card.pk}/appraise/",
            f"scorecards/{card.pk}/ask/",
        ],
        "manager": [
            "rounds/",
            "criteria-sets/",
            "criteria-nodes/",
            f"round-steps/{step.pk}/extend/",
            f"criteria-sets/{card.group.criteria_set_id}/copy/",
            f"rounds/{round_.pk}/copy/",
            f"rounds/{round_.pk}/groups/",
            f"criteria-nodes/{node.pk}/move/",
        ],
        "admin": ["accounts/", "appointments/", "units/"],
    }
    for name, parts in addresses.items():
        for part in parts:
            answer = signed_in(here, name).post(f"/api/{part}", sent, "application/json")
            assert 400 <= answer.status_code < 500, part
    answer = signed_in(here, "secretary").post(
        "/api/survey-points/", {**sent, "round": round_.pk, "sample": 1, "answers": 1}, "application/json"
    )
    assert 400 <= answer.status_code < 500


def test_no_form_fails_over_a_huge_number(here):
    card, officer = here.card.pk, signed_in(here, "officer")
    sent = {"version": HUGE, "points": HUGE, "points-1.1": HUGE, "note": "x", "text": HUGE}
    for address in (f"/scorecards/{card}/leaves/1.1/", f"/scorecards/{card}/leaves/1.1/clear/"):
        assert officer.post(address, sent).status_code < 500, address
    survey = {"report_number": "1", "report_date": "05/06/2026", "sample": HUGE, "answers": HUGE}
    answer = signed_in(here, "secretary").post(f"/rounds/{here.round.pk}/survey/", survey)
    assert answer.status_code < 500
