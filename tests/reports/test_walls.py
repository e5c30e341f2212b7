"""The walls round published rankings stand, are missed when they fall, and are put back."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from backend.audit.recording import recording
from permissions.actor import SYSTEM
from reports import actions, walls
from reports.models import Ranking, Section
from tests.reports import seasons

pytestmark = pytest.mark.django_db


def test_every_wall_stands():
    assert walls.missing() == []
    assert walls.stand(databases=["default"]) == []


@pytest.mark.sqlite
def test_a_fallen_wall_is_named_and_put_back_after_migrate():
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER reports_row_frozen_update")
    (error,) = walls.stand(databases=["default"])
    assert "reports_row_frozen_update" in error.msg
    call_command("migrate", verbosity=0, skip_checks=False)
    assert walls.missing() == []


@pytest.mark.sqlite
def test_a_wall_of_the_same_name_that_refuses_nothing_is_named_and_put_back():
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER reports_row_frozen_update")
        cursor.execute(
            "CREATE TRIGGER reports_row_frozen_update BEFORE UPDATE ON reports_row BEGIN SELECT 1; END"
        )
    (error,) = walls.stand(databases=["default"])
    assert "reports_row_frozen_update" in error.msg
    call_command("migrate", verbosity=0)
    assert walls.missing() == []


@pytest.mark.sqlite
@pytest.mark.parametrize("model", [Ranking, Section], ids=["ranking", "section"])
def test_what_was_published_is_not_replaced_either(model):
    published = actions.publish_ranking(seasons.simple({"Phường Một": ("50", "30")}), by=SYSTEM)
    again = Ranking(round=published.round, version=2, year=2026, with_survey=True, made_at=published.made_at)
    with recording(by=SYSTEM):
        again.save()
    with (
        pytest.raises(DatabaseError, match=walls.MESSAGE),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(replacing(model, {"ranking_id": str(again.pk), "published_at": "NULL"}))


def replacing(model: type[Model], changed: dict[str, str]) -> str:
    """Return the statement that writes the first row of a table anew, with other values."""
    columns = {field.column: f'"{field.column}"' for field in model._meta.concrete_fields}
    values = {name: changed.get(name, column) for name, column in columns.items()}
    table = model._meta.db_table
    return (
        f"INSERT OR REPLACE INTO {table} ({', '.join(columns.values())}) "
        f"SELECT {', '.join(values.values())} FROM {table} ORDER BY id LIMIT 1"
    )
