"""The clock is the database's."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from backend.core import clock


def test_the_time_is_aware_utc_and_read_by_one_statement(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        reading = clock.now()
    assert reading.tzinfo is UTC
    assert abs(reading - datetime.now(UTC)) < timedelta(minutes=1)


def test_the_clock_moves_inside_one_transaction(db):
    readings = {clock.now() for _ in range(200)}
    assert len(readings) > 1


@pytest.mark.postgresql
def test_the_session_zone_does_not_shift_the_time(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Asia/Ho_Chi_Minh'")
    assert clock.now().utcoffset() == timedelta(0)
