"""A query whose SQL is kept answers as the queryset it was made from."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from backend.core.prepared import Prepared
from tests import make
from tiers.models import Appointment, Kind, Unit

BELOW = Prepared(
    lambda parent, name: (
        Unit.objects.filter(parent=parent)
        .exclude(name=name)
        .select_related("parent__kind", "kind")
        .annotate(is_staffed=Exists(Appointment.objects.filter(acts_for=OuterRef("pk"))))
        .order_by("order")
    )
)


@pytest.fixture
def host(db) -> Unit:
    host = make.unit("Thành phố", kind="city")
    for name in ("Xã A", "Xã B", "Xã C"):
        make.unit(name, parent=host)
    make.seated("officer", Unit.objects.get(name="Xã C"))
    return host


def test_it_answers_as_its_queryset_for_any_values(host):
    other = make.unit("Tỉnh khác", kind="city")
    alone = make.unit("Xã D", parent=other)
    assert [unit.name for unit in BELOW.all(parent=host.pk, name="Xã B")] == ["Xã A", "Xã C"]
    assert [unit.name for unit in BELOW.all(parent=host.pk, name="Xã A")] == ["Xã B", "Xã C"]
    assert BELOW.first(parent=other.pk, name="") == alone
    assert BELOW.first(parent=alone.pk, name="") is None


def test_rows_are_whole_with_what_hangs_on_them_in_one_statement(host):
    with CaptureQueriesContext(connection) as sent:
        rows = BELOW.all(parent=host.pk, name="Xã A")
        said = [(row.parent.name, row.parent.kind.code, row.kind.code, bool(row.is_staffed)) for row in rows]
    assert len(sent) == 1
    assert said == [("Thành phố", "city", "commune", False), ("Thành phố", "city", "commune", True)]
    plain = Unit.objects.get(pk=rows[0].pk)
    for field in Unit._meta.concrete_fields:
        assert getattr(rows[0], field.attname) == getattr(plain, field.attname)
    rows[0].refresh_from_db()
    assert not rows[0]._state.adding


def test_every_thread_has_a_plan_for_its_own_connection(transactional_db):
    kinds = Prepared(lambda code: Kind.objects.filter(code=code))
    make.kind("commune")
    found = [kinds.first(code="commune").code]

    def look():
        found.append(kinds.first(code="commune").code)
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == ["commune", "commune"]


@pytest.mark.postgresql
def test_a_row_is_held_in_a_transaction_only(transactional_db):
    held = Prepared(lambda code: Kind.objects.filter(code=code), ending="FOR SHARE")
    with pytest.raises(TransactionManagementError):
        held.first(code="commune")
