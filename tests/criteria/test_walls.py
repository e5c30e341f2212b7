"""The database itself keeps a published set as it was issued."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from backend.criteria import walls
from backend.criteria.models import CriteriaSet, Node
from tests import make


@pytest.fixture
def published(db) -> CriteriaSet:
    return make.criteria_set(make.unit("Thành phố"))


def raw(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _renamed(criteria_set: CriteriaSet) -> list[Node]:
    nodes = list(criteria_set.nodes.all())
    for node in nodes:
        node.title = "x"
    return nodes


def _draft_of(criteria_set: CriteriaSet) -> CriteriaSet:
    return make.criteria_set(
        criteria_set.owner, year=2030, leaves={"8.1": "1"}, state=CriteriaSet.State.DRAFT
    )


def _moved_out(criteria_set: CriteriaSet) -> None:
    other = _draft_of(criteria_set)
    Node.objects.filter(criteria_set=criteria_set, code="1.1").update(criteria_set=other)


def _moved_in(criteria_set: CriteriaSet) -> None:
    other = _draft_of(criteria_set)
    Node.objects.filter(criteria_set=other).update(criteria_set=criteria_set, order=F("order") + 100)


WAYS = {
    "node by queryset": lambda s: Node.objects.filter(criteria_set=s).update(max_points=Decimal(9)),
    "node by expression": lambda s: Node.objects.filter(criteria_set=s).update(order=F("order") + 100),
    "node by save": lambda s: Node.objects.bulk_update(_renamed(s), ["title"]),
    "node deleted": lambda s: Node.objects.filter(criteria_set=s, is_leaf=True)._raw_delete("default"),
    "node added": lambda s: Node.objects.bulk_create(
        [Node(criteria_set=s, code="9", level=1, order=99, title="Thêm")]
    ),
    "node by raw sql": lambda s: raw("UPDATE criteria_node SET title = 'x' WHERE criteria_set_id = %s", s.pk),
    "node deleted by raw sql": lambda s: raw(
        "DELETE FROM criteria_node WHERE criteria_set_id = %s AND level = 2", s.pk
    ),
    "node moved out": _moved_out,
    "node moved in": _moved_in,
    "set title": lambda s: CriteriaSet.objects.filter(pk=s.pk).update(title="x"),
    "set scale": lambda s: raw("UPDATE criteria_criteriaset SET scale = 1 WHERE id = %s", s.pk),
    "set back to draft": lambda s: CriteriaSet.objects.filter(pk=s.pk).update(state="draft"),
    "set superseded and renamed": lambda s: CriteriaSet.objects.filter(pk=s.pk).update(
        state="superseded", title="x"
    ),
    "set deleted": lambda s: raw("DELETE FROM criteria_criteriaset WHERE id = %s", s.pk),
}


@pytest.mark.parametrize("way", WAYS)
def test_no_way_changes_a_published_set(published, way):
    before = list(Node.objects.order_by("pk").values()), list(CriteriaSet.objects.values())
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        WAYS[way](published)
    assert (list(Node.objects.order_by("pk").values()), list(CriteriaSet.objects.values())) == before


def test_a_published_set_may_become_superseded_and_nothing_more(published):
    CriteriaSet.objects.filter(pk=published.pk).update(state="superseded")
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        CriteriaSet.objects.filter(pk=published.pk).update(state="published")


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["node by raw sql", "set title", "set scale"])
def test_a_draft_can_be_changed_in_the_same_ways(way):
    draft = make.criteria_set(make.unit("Thành phố"), state=CriteriaSet.State.DRAFT)
    WAYS[way](draft)


@pytest.mark.django_db
def test_every_wall_stands_and_is_missed_when_it_does_not():
    assert walls.missing() == []
    assert walls.walls_stand(databases=["default"]) == []


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_fallen_wall_is_named_and_put_back():
    walls.take_down()
    assert len(walls.missing()) == 5
    assert [error.id for error in walls.walls_stand(databases=["default"])] == ["criteria.E001"]
    walls.put_back()
    assert walls.missing() == []


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_the_walls_stand_again_after_the_tables_were_altered():
    with connection.schema_editor() as editor:
        editor._remake_table(Node)
    assert walls.missing() != []
    call_command("migrate", verbosity=0)
    assert walls.missing() == []
