"""Canned reasons of last year's round, offered on the leaves that go on from its leaves."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from backend.core.errors import Invalid
from backend.criteria.actions import copy_set, publish
from backend.criteria.models import Node
from backend.rounds.models import Round
from backend.scoring import actions
from backend.scoring.models import CannedReason
from permissions.actor import SYSTEM
from tests import make
from tests.scoring.councils import Council, add_survey_step, council
from tests.scoring.pages import signed_in, url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TEXT = "Chưa có văn bản ban hành số …"


@dataclass
class Years:
    """Last year's season and the round of the year after, on a set copied from last year's."""

    last: Council
    round: Round

    @property
    def now(self) -> Council:
        """Return the season of the later year."""
        card = self.round.cards.get(unit=self.last.unit)
        cards = list(self.round.cards.all())
        return Council(**{**vars(self.last), "round": self.round, "card": card, "cards": cards})

    def node(self, code: str = "1.1") -> int:
        """Return the key of a leaf of the later year."""
        return self.round.cards.first().scores.get(code=code).node_id

    def keep(self, code: str = "vb1", leaf: str = "1.1", text: str = TEXT) -> CannedReason:
        """Write a canned reason in last year's round."""
        key = self.last.card.scores.get(code=leaf).node_id
        return actions.save_reason(self.last.round, by=self.last.secretary, code=code, text=text, leaf=key)

    def listed(self, round_: Round | None = None) -> list[dict[str, Any]]:
        """Return the canned reasons of the later round as JSON tells them."""
        client = signed_in(self.last.users["secretary"])
        return client.get(f"/api/rounds/{(round_ or self.round).pk}/reasons/").json()["results"]


def later(here: Any, before: Round, year: int) -> Round:
    """Open the host's round of ``year`` on a copy of the set of the one before."""
    chosen = publish(copy_set(before.groups.get().criteria_set, by=SYSTEM, year=year), by=SYSTEM)
    made = make.round_(here.host, chosen, year=year, previous=before)
    add_survey_step(made)
    actions.open_round(made, by=SYSTEM)
    return made


@pytest.fixture(scope="module")
def built(standing) -> Years:
    def both() -> Years:
        last = council()
        return Years(last, later(last, last.round, 2027))

    return standing(both)


@pytest.fixture
def years(built) -> Years:
    return copy.deepcopy(built)


def test_last_years_reasons_are_offered_with_their_source(years):
    years.keep()
    client = signed_in(years.last.users["secretary"])
    for page in (
        client.get(url("by_leaf", years.round, years.node())),
        client.get(url("reason_list", years.round)),
    ):
        assert TEXT in page.text
        assert "mang sang từ tiêu chí 1.1, Bộ tiêu chí 2026, năm 2026" in page.text
    (row,) = years.listed()
    assert (row["leaf"], row["leaf_code"], row["code"]) == (years.node(), "1.1", "vb1")
    assert "năm 2026" in row["source"]
    assert [row["source"] for row in years.listed(years.last.round)] == [""]
    assert TEXT not in client.get(url("by_leaf", years.round, years.node("1.2"))).text


def test_a_carried_code_makes_its_sentence_and_has_to_be_completed(years):
    years.keep()
    now = years.now
    now.under_appraisal()
    cut = {"by": now.secretary, "version": 0, "points": Decimal("0.5")}
    with pytest.raises(Invalid):
        actions.appraise(now.card, "1.1", reason="vb1", **cut)
    saved = actions.appraise(now.card, "1.1", reason="vb1 12/BC", **cut)
    assert saved.mark.reason == "Chưa có văn bản ban hành số 12/BC"


def test_what_is_written_this_year_under_the_code_stands_in_its_place(years):
    old = years.keep()
    client = signed_in(years.last.users["secretary"])
    write = client.get(url("reason_list", years.round), {"edit": old.pk, "leaf": years.node()}).context[
        "write"
    ]
    sent = {"version": write["version"].value(), "leaf": write["leaf"].value(), "code": "vb1"}
    answer = client.post(url("reason_list", years.round), sent | {"text": "Văn bản số … ban hành chậm"})
    assert answer.status_code == 302
    assert [(row["text"], row["source"]) for row in years.listed()] == [("Văn bản số … ban hành chậm", "")]
    assert [row["text"] for row in years.listed(years.last.round)] == [TEXT]


def test_what_was_retired_this_year_does_not_come_back_from_last_year(years):
    years.keep()
    mine = actions.save_reason(
        years.round, by=years.last.secretary, code="vb1", text="Số …", leaf=years.node()
    )
    actions.retire_reason(mine, by=years.last.secretary, round_=years.round)
    assert years.listed() == []


def test_a_carried_one_is_taken_out_of_use_in_the_round_that_offers_it(years):
    old = years.keep()
    client = signed_in(years.last.users["secretary"])
    assert client.post(url("retire_reason", years.round, old.pk)).status_code == 302
    assert years.listed() == []


def test_a_reason_goes_on_from_year_to_year_along_the_leaves(years):
    years.keep()
    after = later(years.last, years.round, 2028)
    assert [row["leaf_code"] for row in years.listed(after)] == ["1.1"]
    assert "năm 2026" in years.listed(after)[0]["source"]


def test_another_hosts_reasons_are_not_offered_though_its_leaf_goes_on_from_theirs(years):
    years.keep()
    other = council(units=1)
    old = years.last.card.scores.get(code="1.1").node
    assert Node.objects.get(pk=years.node()).previous_id == old.pk
    mine = Years(other, later(other, years.round, 2028))
    assert mine.listed() == []
