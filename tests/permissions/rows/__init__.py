"""The rows of the permission table, by subject: pages first, then JSON."""

from tests.permissions.rows import (
    batches,
    by_leaf,
    cards,
    cards_api,
    council,
    house,
    inside,
    intake,
    issuing,
    library,
    opinions,
    results,
    round_council,
    sessions,
    setup,
    setup_api,
    versions,
)
from tests.permissions.table import rows_of

ROWS = rows_of(
    house.ROWS,
    setup.ROWS,
    versions.ROWS,
    opinions.ROWS,
    cards.ROWS,
    intake.ROWS,
    council.ROWS,
    by_leaf.ROWS,
    library.ROWS,
    results.ROWS,
    issuing.ROWS,
    batches.ROWS,
    round_council.ROWS,
    setup_api.ROWS,
    cards_api.ROWS,
    inside.ROWS,
    sessions.ROWS,
)
