"""The rows of the permission table, by subject: pages first, then JSON."""

from tests.permissions.rows import (
    cards,
    cards_api,
    council,
    house,
    inside,
    intake,
    library,
    opinions,
    results,
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
    library.ROWS,
    results.ROWS,
    setup_api.ROWS,
    cards_api.ROWS,
    inside.ROWS,
    sessions.ROWS,
)
