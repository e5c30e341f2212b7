"""Pages of results and documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from permissions.roles import Verb
from tests import make
from tests.permissions.rows.cards import PLACES, SEES, card, typed
from tests.permissions.rows.council import round_
from tests.permissions.rows.setup import DRAFTS, both, group, set_
from tests.permissions.table import Scene, Values, row

# What is published is read by every unit of the round and by its host; the heir reads what she inherited.
PUBLISHED = {"ok": "UNIT HOST OTHER_UNITS", "hidden": "BELOW OUTSIDE"}
# In a round not published yet the heir of a past unit has no card.
IN_ROUND = "UNIT HOST officer_two leader_two officer_home leader_home"
WAITING = {"ok": IN_ROUND, "hidden": "heir BELOW OUTSIDE"}
PUBLISHES = {
    "ok": "chair", "verb": Verb.PUBLISH, "hidden": "heir BELOW OUTSIDE",
    "refused": "UNIT manager appraiser secretary member inspector officer_two leader_two officer_home leader_home",
}  # fmt: skip


def document(name: str) -> Values:
    """Return the values of an address of a document."""
    return lambda scene: {"pk": scene.documents[name].pk}


def version(scene: Scene) -> Mapping[str, Any]:
    """Return the values of the address of the first publication."""
    return {"pk": scene.rounds["published"].pk, "version": 1}


CORRECTS = {
    "ok": "chair", "verb": Verb.PUBLISH, "hidden": "BELOW OUTSIDE",
    "refused": "UNIT manager appraiser secretary member inspector OTHER_UNITS",
}  # fmt: skip


# Who writes the set and sees every card of the season tries one on the other.
TRIES = {"ok": "manager", "verb": Verb.MANAGE_CRITERIA}
TRIED_BY_NOBODY_ELSE = {"hidden": "UNIT appraiser COUNCIL inspector STRANGERS", **TRIES}
A_DRAFT = {"refused": "appraiser COUNCIL inspector", "hidden": "UNIT STRANGERS", **TRIES}


def backtest(scene: Scene) -> Mapping[str, Any]:
    """Return the values of an address of a backtest."""
    assert scene.backtest
    return {"pk": scene.backtest.pk}


def season(scene: Scene) -> Mapping[str, Any]:
    """Return a season as chosen."""
    return {"round": scene.rounds["published"].pk, "with_guesses": "on"}


ROWS = [
    row("reports:ranking_list", ok="ALL"),
    row("reports:ranking", at=round_("published"), note="published", **PUBLISHED),
    row("reports:ranking", at=round_("concluded"), note="not published", **WAITING),
    row("reports:left_out", at=round_("published"), note="published", **PUBLISHED),
    row("reports:left_out", at=round_("concluded"), note="not published", **WAITING),
    row("reports:publish", at=round_("concluded"), **PUBLISHES),
    row(
        "reports:publish", "POST", at=round_("concluded"),
        body=typed(secret=make.PASSWORD, decision="12/QĐ-UBND"), **PUBLISHES,
    ),
    row(
        "reports:ranking_document", "POST", note="published", at=round_("published"),
        body=typed(kind="ranking_sheet"), **PUBLISHED,
    ),
    row(
        "reports:ranking_document", "POST", note="not published", in_body=True, at=round_("concluded"),
        body=typed(kind="ranking_sheet"), ok="HOST",
        refused="UNIT officer_two leader_two officer_home leader_home", hidden="heir BELOW OUTSIDE",
    ),
    row("reports:unit_result", at=card("published"), note="published", **PUBLISHED),
    row(
        "reports:unit_result", at=card("concluded"), note="not published", ok="HOST", hidden="UNIT STRANGERS",
        places=PLACES,
    ),
    row(
        "reports:card_document", "POST", at=card("published"), body=typed(kind="appraisal"), ok=SEES,
        hidden="STRANGERS", places=PLACES,
    ),
    row(
        "reports:card_document", "POST", note="before the lock", in_body=True, at=card("draft"),
        body=typed(kind="self_report"), ok="UNIT", refused="HOST", hidden="STRANGERS", places=PLACES,
    ),
    *both("reports:try_group", DRAFTS, group("setup"), typed(tie_rule="dense")),
    row("reports:backtest_start", at=set_("draft"), **A_DRAFT),
    row("reports:backtest_start", "POST", at=set_("draft"), body=season, **A_DRAFT),
    row(
        "reports:backtest_round", at=round_("published"), hidden="BELOW OUTSIDE",
        refused="UNIT appraiser COUNCIL inspector OTHER_UNITS", **TRIES,
    ),
    row("reports:backtest", at=backtest, **TRIED_BY_NOBODY_ELSE),
    row("reports:backtest_sheet", at=backtest, **TRIED_BY_NOBODY_ELSE),
    row("reports:placing", at=round_("published"), note="published", **PUBLISHED),
    row(
        "reports:placing", at=round_("concluded"), note="not published", ok="HOST",
        hidden=f"{IN_ROUND.replace('HOST', '')} heir BELOW OUTSIDE",
    ),
    row("reports:past", at=card("published"), note="published", **PUBLISHED),
    row("reports:past", at=card("concluded"), note="not published", ok="HOST", hidden="UNIT STRANGERS"),
    row("reports:across", at=round_("published"), **PUBLISHED),
    row("reports:version", at=version, **PUBLISHED),
    row("reports:correct", at=round_("published"), **CORRECTS),
    # Nothing differs from what was published: a later rule stops even who may.
    row(
        "reports:correct", "POST", at=round_("published"), body=typed(reason="Sửa", secret=make.PASSWORD),
        shut=True, **CORRECTS,
    ),
    row("reports:document", at=document("ranking"), note="ranking", **PUBLISHED),
    row("reports:document", at=document("card"), note="card", ok=SEES, hidden="STRANGERS", places=PLACES),
    row("reports:document_file", at=document("ranking"), note="ranking", **PUBLISHED),
    row(
        "reports:document_file", at=document("card"), note="card", ok=SEES, hidden="STRANGERS", places=PLACES,
        shut=True,
    ),
]  # fmt: skip


def of_published(*more: Any) -> Values:
    """Return the values of a public address of the published round."""
    names = ("host", "year", *more[::2])

    def values(scene: Scene) -> Mapping[str, Any]:
        round_ = scene.rounds["published"]
        return dict(zip(names, (round_.host.code, round_.year, *more[1::2]), strict=True))

    return values


def public_unit(scene: Scene) -> Mapping[str, Any]:
    """Return the values of the public address of a unit."""
    return {**of_published()(scene), "code": scene.cards["published"].unit.code}


ROWS += [
    row(f"public:{name}", at=at, ok="ALL", open=True)
    for name, at in {
        "round_list": None, "schema": None, "program": None,
        "ranking": of_published(), "over_all": of_published(), "method": of_published(),
        "unit": public_unit,
        "by_part": of_published("number", 1, "code", "1.1"),
        "conference": of_published("shown", 1),
        **dict.fromkeys(("version", "data", "units", "leaves", "sheet", "bundle"), of_published("version", 1)),
    }.items()
]  # fmt: skip
