"""The walls round published rankings stand, are missed when they fall, and are put back."""

import pytest
from django.core.management import call_command
from django.db import connection

from reports import walls

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
