"""What a unit is still writing stands on no page of anybody else: not in lists, history, files or JSON."""

from __future__ import annotations

import json

import pytest

from tests.permissions.rows import ROWS
from tests.permissions.table import OK, Row
from tests.permissions.trying import House, address
from tests.permissions.worlds import CANARY

pytestmark = pytest.mark.slow

READS = [row for row in ROWS if row.method == "GET"]
# One of each kind; the clerk's own words are of the three units of the table alike.
OTHERS = ("officer_two", "secretary", "chair", "inspector", "manager", "appraiser", "admin", "nobody", "heir")
SUNG = (CANARY.encode(), json.dumps(CANARY)[1:-1].encode())


def sings(row: Row, house: House, who: str) -> bool:
    """Return whether the answer holds the canary."""
    whole = house.answer(who, "GET", address(row, house, "city")).whole
    return any(words in whole for words in SUNG)


@pytest.mark.parametrize("row", READS, ids=str)
def test_nobody_else_reads_what_a_unit_is_still_writing(row: Row, house: House) -> None:
    let_in = [who for who in OTHERS if row.expected(who, "city") == OK]
    assert [who for who in let_in if sings(row, house, who)] == []


def test_the_unit_itself_reads_it_on_page_and_as_json(house: House) -> None:
    wanted = {"GET scoring:leaf", "GET scoring:texts", "GET api:scorecard-detail", "GET scoring:timeline"}
    found = {str(row) for row in READS if str(row) in wanted and sings(row, house, "officer")}
    assert found >= {"GET scoring:texts", "GET api:scorecard-detail"}
