"""Pages of analysis and their JSON: what is published is read by all of the round, leaves of all units by its host."""

from __future__ import annotations

from tests.permissions.rows.cards import PLACES, card
from tests.permissions.rows.council import round_
from tests.permissions.rows.results import PUBLISHED, WAITING
from tests.permissions.table import Row, Scene, Values, row

NOT_OUT = {"ok": "HOST", "hidden": "UNIT STRANGERS"}
HOSTS = {"ok": "HOST", "refused": "UNIT OTHER_UNITS", "hidden": "BELOW OUTSIDE"}
HOSTS_BEFORE = {
    "ok": "HOST",
    "refused": "UNIT officer_two leader_two officer_home leader_home",
    "hidden": "heir BELOW OUTSIDE",
}


def of_card(stage: str) -> Values:
    """Return the values of the JSON address of a card's analysis."""

    def values(scene: Scene) -> dict[str, int]:
        return {"pk": scene.rounds[stage].pk, "card": scene.cards[stage].pk}

    return values


def both(name: str, **who: str) -> Row:
    """Return the row of an address in a published round."""
    return row(name, at=round_("published"), note="published", **who)


def before(name: str, **who: str) -> Row:
    """Return the row of an address in a round that is concluded and not published."""
    return row(name, at=round_("concluded"), note="not published", **who)


WORKED_OUT_BEFORE = {
    "ok": "HOST",
    "refused": "UNIT officer_two leader_two officer_home leader_home",
    "hidden": "heir BELOW OUTSIDE",
}
FIRM = [
    both("reports:analysis_firmness", **PUBLISHED),
    before("reports:analysis_firmness", **WAITING),
    row("reports:analysis_firmness", "POST", at=round_("published"), note="published", **PUBLISHED),
    row(
        "reports:analysis_firmness", "POST", at=round_("concluded"), note="not published", **WORKED_OUT_BEFORE
    ),
    both("api:analysis-intervals", **PUBLISHED),
    before("api:analysis-intervals", **NOT_OUT),
    row("api:analysis-intervals", "POST", at=round_("published"), note="published", **PUBLISHED),
    row("api:analysis-intervals", "POST", at=round_("concluded"), note="not published", **NOT_OUT),
]
TRENDS = [
    row("reports:unit_trend", at=card("published"), note="published", **PUBLISHED),
    row("reports:unit_trend", at=card("concluded"), note="not published", places=PLACES, **NOT_OUT),
    row("api:analysis-trend", at=of_card("published"), note="published", **PUBLISHED),
    row("api:analysis-trend", at=of_card("concluded"), note="not published", places=PLACES, **NOT_OUT),
]
ROWS = [
    *FIRM,
    *TRENDS,
    *(both(f"reports:{name}", **PUBLISHED) for name in ("analysis", "analysis_places")),
    *(before(f"reports:{name}", **WAITING) for name in ("analysis", "analysis_places")),
    *(
        both(f"reports:{name}", **HOSTS)
        for name in ("analysis_losses", "analysis_claims", "analysis_progress")
    ),
    *(
        before(f"reports:{name}", **HOSTS_BEFORE)
        for name in ("analysis_losses", "analysis_claims", "analysis_progress")
    ),
    row("reports:unit_analysis", at=card("published"), note="published", **PUBLISHED),
    row("reports:unit_analysis", at=card("concluded"), note="not published", places=PLACES, **NOT_OUT),
    *(both(f"api:analysis-{name}", **PUBLISHED) for name in ("detail", "places")),
    *(before(f"api:analysis-{name}", ok="HOST", hidden="UNIT STRANGERS") for name in ("detail", "places")),
    *(both(f"api:analysis-{name}", **HOSTS) for name in ("losses", "claims", "progress")),
    *(before(f"api:analysis-{name}", **HOSTS_BEFORE) for name in ("losses", "claims", "progress")),
    row("api:analysis-card", at=of_card("published"), note="published", **PUBLISHED),
    row("api:analysis-card", at=of_card("concluded"), note="not published", places=PLACES, **NOT_OUT),
]
