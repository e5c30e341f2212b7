"""Points in the database: every expression over the column is right or raises, on whichever database runs."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django import forms
from django.core.exceptions import FieldError, ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.db.models import (
    Avg,
    Case,
    CheckConstraint,
    Count,
    F,
    Max,
    Min,
    Q,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.expressions import ExpressionWrapper
from django.db.models.functions import Cast, Coalesce, Greatest, Least, Round
from hypothesis import given
from hypothesis import strategies as st

from backend.core.fields import PointsField, PointsFormField, points_value
from backend.core.points import ZERO


class Trial(models.Model):
    """A table that only these tests have."""

    got = PointsField()
    extra = PointsField(null=True, blank=True)
    count = models.IntegerField(default=1)

    class Meta:
        app_label = "core_trial"
        constraints = [
            CheckConstraint(condition=Q(got__gte=ZERO, got__lte=Decimal("10")), name="trial_got_in_range"),
            CheckConstraint(
                condition=Q(extra__isnull=True) | Q(extra__lte=F("got")), name="trial_extra_less"
            ),
        ]


@pytest.fixture(autouse=True)
def trial_rows(db):
    """Three rows: 1.5 and 0.25; 2.125 and nothing; 3 and 0.001. A temporary table, which any role may make."""
    editor = connection.SchemaEditorClass(connection, collect_sql=True)
    editor.deferred_sql = []
    sql, params = editor.table_sql(Trial)
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("CREATE TABLE", "CREATE TEMPORARY TABLE", 1), params)
    Trial.objects.bulk_create(
        [
            Trial(got=Decimal("1.5"), extra="0.25"),
            Trial(got="2.125"),
            Trial(got=3, extra=Fraction(1, 1000)),
        ]
    )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE core_trial_trial")


rows = Trial.objects


def column(expression):
    return list(rows.order_by("pk").annotate(x=expression).values_list("x", flat=True))


def decimals(*texts):
    return [None if text is None else Decimal(text) for text in texts]


def test_the_database_keeps_whole_thousandths():
    with connection.cursor() as cursor:
        cursor.execute("SELECT got, extra FROM core_trial_trial ORDER BY id")
        assert cursor.fetchall() == [(1500, 250), (2125, None), (3000, 1)]


def test_python_reads_decimals_with_three_places():
    first = rows.earliest("pk")
    assert repr(first.got) == "Decimal('1.500')"


def test_saving_gives_the_object_the_three_places_too():
    row = rows.create(got=Decimal("1"))
    assert repr(row.got) == "Decimal('1.000')"


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        (Sum("got"), "6.625"),
        (Sum("extra"), "0.251"),
        (Sum("extra", filter=Q(got=Decimal("3"))), "0.001"),
        (Sum("extra", filter=Q(got=Decimal("9")), default=points_value(2)), "2"),
        (Sum("extra", filter=Q(got=Decimal("9")), default=ZERO), "0"),
        (Coalesce(Sum("extra", filter=Q(got=Decimal("9"))), points_value(ZERO)), "0"),
        (Sum("got") + Sum("extra"), "6.876"),
        (Sum(F("got") - Coalesce("extra", points_value(0))), "6.374"),
        (Max("got"), "3"),
        (Min("got"), "1.5"),
    ],
)
def test_aggregates_are_exact(expression, result):
    assert rows.aggregate(x=expression)["x"] == Decimal(result)


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        (F("got") + F("extra"), ("1.75", None, "3.001")),
        (F("got") - F("extra"), ("1.25", None, "2.999")),
        (F("got") + points_value(Decimal("0.5")), ("2", "2.625", "3.5")),
        (Coalesce("extra", points_value(1)), ("0.25", "1", "0.001")),
        (Coalesce("extra", "got"), ("0.25", "2.125", "0.001")),
        (Case(When(got__gt=Decimal("2"), then=F("got")), default=points_value(2)), ("2", "2.125", "3")),
        (Case(When(got__gt=Decimal("2"), then=F("got"))), (None, "2.125", "3")),
        (Greatest("got", points_value(2)), ("2", "2.125", "3")),
        (Least("got", points_value(2)), ("1.5", "2", "2")),
        (Window(Sum("got")), ("6.625", "6.625", "6.625")),
        (Subquery(Trial.objects.order_by("-got").values("got")[:1]), ("3", "3", "3")),
    ],
)
def test_expressions_of_points_are_exact(expression, result):
    assert column(expression) == decimals(*result)


@pytest.mark.parametrize(
    "expression",
    [
        F("got") + Decimal("1"),
        F("got") + 1,
        F("got") - F("count"),
        F("got") * 2,
        F("got") / F("extra"),
        ExpressionWrapper(F("got") + Decimal("1"), output_field=PointsField()),
        ExpressionWrapper(F("got") * 2, output_field=PointsField()),
        ExpressionWrapper(F("count"), output_field=PointsField()),
        Cast("count", PointsField()),
        Coalesce("extra", Decimal("1")),
        Coalesce("extra", Decimal("1"), output_field=PointsField()),
        Greatest("got", "count", output_field=PointsField()),
        Case(When(got__gt=ZERO, then=F("got")), default=Value(Decimal("1"))),
        Case(When(got__gt=ZERO, then=F("got")), default=Value(1), output_field=PointsField()),
        Round("got", output_field=PointsField()),
        Sum(F("got") + 1),
    ],
)
def test_points_and_plain_numbers_never_mix_in_a_column(expression):
    with pytest.raises(FieldError):
        column(expression)


@pytest.mark.parametrize(
    "expression", [Avg("got"), Avg("got", output_field=PointsField()), Sum("got") + 1, Sum(F("got") * 2)]
)
def test_an_aggregate_that_is_not_points_raises(expression):
    with pytest.raises(FieldError):
        rows.aggregate(x=expression)


def test_points_can_be_counted():
    assert rows.aggregate(x=Count("extra"))["x"] == 2


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (Q(got=Decimal("1.5")), 1),
        (Q(got="1.500"), 1),
        (Q(got=3), 1),
        (Q(got__gt=Decimal("1.5")), 2),
        (Q(got__gte=Decimal("1.5")), 3),
        (Q(got__lt=Decimal("2.125")), 1),
        (Q(got__lte=Decimal("2.125")), 2),
        (Q(got__in=[Decimal("1.5"), Decimal("3")]), 2),
        (Q(got__range=(Decimal("2"), Decimal("3"))), 2),
        (Q(got__gt=F("extra") + points_value(Decimal("2.9"))), 1),
        (Q(extra__isnull=True), 1),
        (Q(extra=None), 1),
        (Q(got__in=Trial.objects.values("got")), 3),
        (~Q(got=F("extra")), 3),
    ],
)
def test_filters_compare_points(condition, found):
    assert rows.filter(condition).count() == found


def test_a_total_can_be_filtered():
    totals = rows.values("count").annotate(total=Sum("got"))
    assert totals.filter(total__gte=Decimal("6.625")).count() == 1
    assert totals.filter(total__gt=Decimal("6.625")).count() == 0


@pytest.mark.parametrize(
    "condition",
    [
        {"got__gt": F("got") - 1},
        {"got": F("count")},
        {"got__in": [F("extra"), F("count")]},
        {"got__in": Trial.objects.values("count")},
        {"got__range": (ZERO, F("got") + 1)},
        {"got__lt": Value(Decimal("2"))},
        {"got__lt": Subquery(Trial.objects.values("count")[:1])},
    ],
)
def test_points_are_never_compared_with_plain_numbers(condition):
    with pytest.raises(FieldError):
        rows.filter(**condition).count()


@pytest.mark.parametrize("value", [0.5, Decimal("0.0005"), "0.0005", "abc", Decimal("NaN"), True, 10**30])
def test_floats_and_a_fourth_decimal_are_refused(value):
    with pytest.raises((TypeError, ValueError)):
        rows.filter(got=value).count()
    with pytest.raises((TypeError, ValueError)), transaction.atomic():
        Trial(got=value).save()
    with pytest.raises((TypeError, ValueError)), transaction.atomic():
        rows.update(got=value)
    with pytest.raises(ValidationError):
        Trial(got=value).clean_fields()


@pytest.mark.parametrize(
    ("value", "result"),
    [
        (Decimal("4.5"), ("4.5", "4.5", "4.5")),
        (F("got") + points_value(Decimal("0.001")), ("1.501", "2.126", "3.001")),
        (F("got") + F("got"), ("3", "4.25", "6")),
        (Case(When(extra=None, then=points_value(5)), default=F("got")), ("1.5", "5", "3")),
    ],
)
def test_updates_of_points_are_exact(value, result):
    rows.update(got=value)
    assert column(F("got")) == decimals(*result)


@pytest.mark.parametrize(
    "value",
    [
        F("got") + Decimal("1"),
        F("got") + 1,
        F("count"),
        Value(Decimal("1")),
        Coalesce("extra", Decimal("1"), output_field=PointsField()),
        Subquery(Trial.objects.values("count")[:1]),
    ],
)
def test_an_update_never_takes_plain_numbers(value):
    with pytest.raises(FieldError), transaction.atomic():
        rows.update(got=value)
    assert column(F("got")) == decimals("1.5", "2.125", "3")


def test_an_insert_takes_an_expression_of_points_only():
    assert rows.create(got=points_value(4)).pk
    with pytest.raises(FieldError), transaction.atomic():
        rows.create(got=Value(Decimal("4")))


def test_many_rows_are_updated_at_once():
    changed = list(rows.order_by("pk"))
    for row in changed:
        row.got += Decimal("0.125")
    rows.bulk_update(changed, ["got"])
    assert column(F("got")) == decimals("1.625", "2.25", "3.125")


@pytest.mark.parametrize("got", ["10.001", "-0.001"])
def test_a_constraint_with_points_holds_in_the_database(got):
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.create(got=got)
    assert rows.create(got="10").pk


def test_a_constraint_between_two_columns_holds_in_the_database_and_in_full_clean():
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.create(got="1", extra="1.001")
    with pytest.raises(ValidationError):
        Trial(got=Decimal("1"), extra=Decimal("1.001")).validate_constraints()
    Trial(got=Decimal("1"), extra=Decimal("1")).full_clean()


def test_sums_that_a_float_gets_wrong_are_equal():
    rows.all().delete()
    rows.bulk_create([Trial(got=got, count=1) for got in ("0.1", "0.2", "0.7")])
    rows.bulk_create([Trial(got=got, count=2) for got in ("0.7", "0.2", "0.1")])
    totals = rows.values("count").annotate(total=Sum("got")).values_list("total", flat=True)
    assert set(totals) == {Decimal("1.000")}


@given(st.integers(0, 10_000))
def test_every_thousandth_comes_back_as_it_went(thousandths):
    points = Decimal(thousandths).scaleb(-3)
    with transaction.atomic():
        row = rows.create(got=points)
        assert rows.get(pk=row.pk).got == points
        assert rows.filter(pk=row.pk, got=points).exists()
        row.delete()


def test_a_migration_writes_the_field_by_its_public_name():
    name, path, args, kwargs = PointsField("điểm", null=True).deconstruct()
    assert (name, path, args, kwargs) == (
        None,
        "backend.core.fields.PointsField",
        [],
        {"verbose_name": "điểm", "null": True},
    )


class TrialForm(forms.ModelForm):
    class Meta:
        model = Trial
        fields = ["got", "extra"]


def test_a_form_reads_a_comma_and_shows_one():
    form = TrialForm({"got": "8,5", "extra": ""})
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"got": Decimal("8.500"), "extra": None}
    html = TrialForm(instance=Trial(got=Decimal("8.125"))).as_p()
    assert 'value="8,125"' in html
    assert 'inputmode="decimal"' in html


def test_a_form_keeps_what_was_typed_and_says_why_it_is_refused():
    form = TrialForm({"got": "12.500", "extra": ""})
    assert "12500 hoặc 12,5" in form.errors["got"][0]
    assert 'value="12.500"' in form.as_p()


def test_what_a_form_shows_can_be_sent_back_unchanged():
    field = PointsFormField()
    for text in ("8.125", "0.001", "1234.5", "7"):
        points = Decimal(text)
        assert field.to_python(field.prepare_value(points)) == points
        assert not field.has_changed(points, field.prepare_value(points))
    assert field.has_changed(Decimal("1"), "1.000.000")
