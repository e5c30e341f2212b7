"""Reading changes nothing, and every answer carries what keeps a browser safe.

GET as everybody at every place is watched in test_every_url; here the other methods that only read.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from backend.accounts.models import User
from tests.permissions.rows import ROWS
from tests.permissions.table import OK, Row
from tests.permissions.trying import House, WroteError, address, send, watched

pytestmark = pytest.mark.slow

# One row an address: its first.
FIRST = {row.name: row for row in reversed(ROWS)}.values()
READS = [row for row in ROWS if row.method == "GET"]
WRITES = {(row.name, row.method): row for row in ROWS if row.method != "GET" and row.ok}.values()


def kinds(row: Row) -> Iterator[str]:
    """Yield one person of each column of the row, and who is not signed in."""
    yield "anonymous"
    for column in (row.ok, row.refused, row.hidden):
        yield from sorted(column)[:1]


@pytest.mark.parametrize("row", FIRST, ids=lambda row: row.name)
def test_head_and_options_change_nothing_and_never_fail(row: Row, house: House) -> None:
    path = address(row, house, "city")
    for who in kinds(row):
        for method in ("HEAD", "OPTIONS"):
            answer = house.answer(who, method, path)
            assert (who, method, answer.status_code < 500) == (who, method, True)


def test_a_write_under_a_reading_method_is_noticed(house: House) -> None:
    with watched("GET"), pytest.raises(WroteError):
        User.objects.filter(pk=0).update(full_name="Ai đó")
    with watched("POST"):
        User.objects.filter(pk=0).update(full_name="Ai đó")
    assert connection.execute_wrappers == []


# The only answer that a page may hold in a frame, and only a page of ours.
FRAMED = "scoring:evidence_preview"


@pytest.mark.parametrize("row", READS, ids=str)
def test_every_answer_carries_the_safety_headers(row: Row, house: House) -> None:
    path = address(row, house, "city")
    for who in kinds(row):
        headers = house.answer(who, "GET", path).headers
        policy = headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        framed = row.name == FRAMED and policy.startswith("default-src 'none';")
        assert headers["X-Frame-Options"] == ("SAMEORIGIN" if framed else "DENY")
        assert headers["Referrer-Policy"] == "same-origin"
        assert "unsafe" not in policy
        inside = "'self'" if framed else "'none'"
        assert f"frame-ancestors {inside}" in policy or policy.startswith("sandbox")


@pytest.mark.parametrize("row", WRITES, ids=str)
def test_a_write_without_the_pages_token_is_refused(row: Row, house: House) -> None:
    strict = Client(enforce_csrf_checks=True)
    people = [*(["anonymous"] if row.open else []), min(row.ok)]
    for who in people:
        assert row.expected(who, "city") == OK
        if house.sessions[who]:
            strict.cookies[settings.SESSION_COOKIE_NAME] = house.sessions[who]
        answer = send(strict, row.method, address(row, house, "city"), {}, as_json=row.is_api)
        assert (who, answer.status_code) == (who, 403)
