"""The database itself keeps a published set as it was issued."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from backend.audit.recording import recording
from backend.core import clock
from backend.criteria import walls
from backend.criteria.models import Applicability, CriteriaSet, Node
from permissions.actor import SYSTEM
from tests import make

TABLES = {model._meta.db_table for model in (Applicability, CriteriaSet, Node)}


@pytest.fixture
def published(db) -> CriteriaSet:
    """A published set with one criterion for one kind only."""
    made = make.criteria_set(make.unit("Thành phố"), state=CriteriaSet.State.DRAFT)
    _scoped(made)
    with recording(by=SYSTEM, reason="Dựng dữ liệu thử"):
        made.state, made.published_at = CriteriaSet.State.PUBLISHED, clock.now()
        made.save()
    return made


def _scoped(criteria_set: CriteriaSet, code: str = "1.1") -> Applicability:
    with recording(by=SYSTEM, reason="Dựng dữ liệu thử"):
        return Applicability.objects.create(node=criteria_set.nodes.get(code=code), kind=make.kind("commune"))


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


def _scope_moved_out(criteria_set: CriteriaSet) -> None:
    other = _draft_of(criteria_set).nodes.get(is_leaf=True)
    Applicability.objects.filter(node__criteria_set=criteria_set).update(node=other)


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
    "node revision": lambda s: raw(
        "UPDATE criteria_node SET revision = revision + 1 WHERE criteria_set_id = %s", s.pk
    ),
    "node opened": lambda s: raw(
        "UPDATE criteria_node SET open_to_additions = %s WHERE criteria_set_id = %s", True, s.pk
    ),
    "node as bonus": lambda s: raw(
        "UPDATE criteria_node SET counting = 'bonus' WHERE criteria_set_id = %s", s.pk
    ),
    "scope added": lambda s: Applicability.objects.bulk_create(
        [Applicability(node=s.nodes.get(code="2.1"), kind=make.kind("commune"))]
    ),
    "scope added by raw sql": lambda s: raw(
        "INSERT INTO criteria_applicability (node_id, kind_id) VALUES (%s, %s)",
        s.nodes.get(code="2.1").pk,
        s.kind_id,
    ),
    "scope by raw sql": lambda s: raw(
        "UPDATE criteria_applicability SET kind_id = %s WHERE node_id = %s",
        make.kind("department").pk,
        s.nodes.get(code="1.1").pk,
    ),
    "scope deleted by raw sql": lambda s: raw(
        "DELETE FROM criteria_applicability WHERE node_id = %s", s.nodes.get(code="1.1").pk
    ),
    "scope moved out": _scope_moved_out,
    "set legal number": lambda s: raw(
        "UPDATE criteria_criteriaset SET legal_number = 'x' WHERE id = %s", s.pk
    ),
    "set legal file": lambda s: CriteriaSet.objects.filter(pk=s.pk).update(legal_file="x"),
    "set way of leaving out": lambda s: raw(
        "UPDATE criteria_criteriaset SET left_out_way = 'rescaled' WHERE id = %s", s.pk
    ),
    "set bonus ceiling": lambda s: raw(
        "UPDATE criteria_criteriaset SET bonus_ceiling = 5000 WHERE id = %s", s.pk
    ),
    "set as framework": lambda s: raw(
        "UPDATE criteria_criteriaset SET is_framework = %s WHERE id = %s", True, s.pk
    ),
    "set revision": lambda s: raw(
        "UPDATE criteria_criteriaset SET revision = revision + 1 WHERE id = %s", s.pk
    ),
    "set title": lambda s: CriteriaSet.objects.filter(pk=s.pk).update(title="x"),
    "set scale": lambda s: raw("UPDATE criteria_criteriaset SET scale = 1 WHERE id = %s", s.pk),
    "set back to draft": lambda s: CriteriaSet.objects.filter(pk=s.pk).update(state="draft"),
    "set superseded and renamed": lambda s: CriteriaSet.objects.filter(pk=s.pk).update(
        state="superseded", title="x"
    ),
    "set deleted": lambda s: raw("DELETE FROM criteria_criteriaset WHERE id = %s", s.pk),
}
FREE = (
    *("node by raw sql", "node revision", "node as bonus"),
    *("scope added by raw sql", "scope by raw sql", "scope deleted by raw sql"),
    *("set title", "set scale", "set legal number", "set bonus ceiling", "set revision"),
)


@pytest.mark.parametrize("way", WAYS)
def test_no_way_changes_a_published_set(published, way):
    before = _rows(published)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        WAYS[way](published)
    assert _rows(published) == before


def _rows(criteria_set: CriteriaSet) -> list[object]:
    scopes = Applicability.objects.filter(node__criteria_set=criteria_set)
    return [
        list(rows.order_by("pk").values())
        for rows in (CriteriaSet.objects.filter(pk=criteria_set.pk), criteria_set.nodes.all(), scopes)
    ]


@pytest.mark.parametrize(
    "way", [way for way in WAYS if way.startswith(("node", "scope")) and "moved" not in way]
)
def test_the_tree_stands_still_while_opinions_are_asked(published, way):
    asked = make.criteria_set(published.owner, year=2031, state=CriteriaSet.State.DRAFT)
    _scoped(asked)
    CriteriaSet.objects.filter(pk=asked.pk).update(state=CriteriaSet.State.CONSULTATION)
    before = _rows(asked)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        WAYS[way](asked)
    assert _rows(asked) == before


@pytest.mark.sqlite
@pytest.mark.parametrize("model", [CriteriaSet, Node, Applicability])
def test_what_was_published_is_not_replaced_either(published, model):
    draft = _draft_of(published)
    _scoped(draft, "8.1")
    changed = {
        CriteriaSet: {"state": "'draft'", "published_at": "NULL"},
        Node: {"criteria_set_id": str(draft.pk)},
        Applicability: {"node_id": str(draft.nodes.get(code="8.1").pk), "kind_id": str(published.kind_id)},
    }[model]
    columns = {field.column: f'"{field.column}"' for field in model._meta.concrete_fields}
    values = (columns | changed).values()
    before = _rows(published)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        raw(
            f"INSERT OR REPLACE INTO {model._meta.db_table} ({', '.join(columns.values())}) "
            f"SELECT {', '.join(values)} FROM {model._meta.db_table} ORDER BY id LIMIT 1"
        )
    assert _rows(published) == before


def test_a_published_set_may_become_superseded_and_nothing_more(published):
    CriteriaSet.objects.filter(pk=published.pk).update(state="superseded")
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        CriteriaSet.objects.filter(pk=published.pk).update(state="published")


@pytest.mark.django_db
@pytest.mark.parametrize("way", FREE)
def test_a_draft_can_be_changed_in_the_same_ways(way):
    draft = make.criteria_set(make.unit("Thành phố"), state=CriteriaSet.State.DRAFT)
    _scoped(draft)
    WAYS[way](draft)


@pytest.mark.django_db
def test_a_draft_goes_with_its_scopes():
    draft = make.criteria_set(make.unit("Thành phố"), state=CriteriaSet.State.DRAFT)
    _scoped(draft)
    with recording(by=SYSTEM, reason="Bỏ"):
        for node in draft.nodes.order_by("-level"):
            node.delete()
        draft.delete()
    assert not Applicability.objects.exists()


@pytest.mark.django_db
def test_every_wall_stands_and_is_missed_when_it_does_not():
    assert walls.missing() == []
    assert walls.walls_stand(databases=["default"]) == []


@pytest.mark.sqlite
@pytest.mark.django_db
def test_a_fallen_wall_is_named_and_put_back():
    walls.take_down()
    assert len(walls.missing()) == 9
    said = [error.msg for error in walls.walls_stand(databases=["default"])]
    assert [table in line for table, line in zip(sorted(TABLES), said, strict=True)] == [True] * 3
    walls.put_back()
    assert walls.missing() == []


@pytest.mark.sqlite
@pytest.mark.django_db
@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_wall_of_the_same_name_that_refuses_nothing_is_named_and_put_back(published, table):
    raw(f"DROP TRIGGER {table}_frozen_del")
    raw(f"CREATE TRIGGER {table}_frozen_del BEFORE DELETE ON {table} BEGIN SELECT 1; END")
    (error,) = walls.walls_stand(databases=["default"])
    assert f"bảng {table}." in error.msg
    call_command("migrate", verbosity=0)
    assert walls.missing() == []


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_the_walls_stand_again_after_the_tables_were_altered():
    with connection.schema_editor() as editor:
        editor._remake_table(Applicability)
    assert walls.missing() != []
    call_command("migrate", verbosity=0, skip_checks=False)
    assert walls.missing() == []
