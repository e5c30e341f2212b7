"""From concluded cards to a frozen ranking."""

import csv
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from backend.core.errors import OutOfStep, Refused
from backend.notices.models import Notice
from backend.rounds.models import Round
from backend.scoring.models import Mark, Scorecard
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports import actions, queries
from reports.models import BandCopy, FieldRow, Ranking, Row, Section
from tests import make
from tests.reports import seasons

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

VINH_PHUC = Path(__file__).parent.parent / "data" / "ranking_vinhphuc_2019.csv"
THREE = {"Phường Một": ("50", "30"), "Phường Hai": ("55", "35"), "Xã Ba": ("40", "30")}


def published_rows():
    with VINH_PHUC.open(encoding="utf-8") as file:
        next(file)  # the line with the source
        return list(csv.DictReader(file))


def test_a_published_ranking_of_another_province_comes_out_exactly_through_real_cards():
    rows = published_rows()
    host = make.unit("Tỉnh Vĩnh Phúc", kind="city")
    results, sets = {}, []
    for number, (group, members) in enumerate(groupby(rows, key=lambda row: row["group"])):
        kind = make.kind(f"group{number}", title=group)
        sets.append(seasons.criteria(host, {"1.1": "60", "2.1": "40"}, survey=("2.1",), kind=kind))
        for row in sorted(members, key=lambda row: row["unit"]):
            unit = make.unit(row["unit"], parent=host, kind=kind)
            results[unit] = {"1.1": row["direct_score"], "2.1": row["xhh_score"]}
    round_ = seasons.season(host, *sets)
    seasons.finish(round_, results)

    ranking = actions.publish_ranking(round_, by=SYSTEM)

    for source in (queries.published(ranking), queries.preview(round_)):
        found = [
            (table.title, line.rank, line.unit_name, line.totals.total)
            for table in source
            for line in table.standings
        ]
        assert found == [(row["group"], int(row["rank"]), row["unit"], Decimal(row["total"])) for row in rows]


def test_publishing_moves_every_card_and_the_round():
    round_ = seasons.simple(THREE)
    ranking = actions.publish_ranking(round_, by=SYSTEM, **seasons.STATED)
    assert ranking.version == 1
    assert ranking.published_at is not None
    assert set(Scorecard.objects.values_list("state", flat=True)) == {"published"}
    round_.refresh_from_db()
    assert (round_.state, round_.published_at) == ("published", ranking.published_at)
    for model in (Ranking, Scorecard, Round):
        newest = model.history.latest("history_id")
        assert {name: getattr(newest, name) for name in seasons.STATED} == seasons.STATED


def test_rows_keep_points_bands_and_fields():
    round_ = seasons.simple(THREE)
    (table,) = queries.published(actions.publish_ranking(round_, by=SYSTEM))
    first, _second, last = table.standings
    assert (first.rank, first.unit_name, first.band) == (1, "Phường Hai", "Rất tốt")
    assert (first.totals.appraised, first.totals.survey) == (Decimal(55), Decimal(35))
    assert [(part.code, part.points, part.maximum) for part in first.fields] == [
        ("1", Decimal(55), Decimal(60)),
        ("2", Decimal(35), Decimal(40)),
    ]
    assert last.band == "Khá"
    assert table.band_counts == [("Rất tốt", 1), ("Tốt", 1), ("Khá", 1)]


def test_a_leaf_that_does_not_apply_lowers_the_maximum_and_the_index_is_of_what_applies():
    host = make.unit("Thành phố Thử", kind="city")
    chosen = seasons.criteria(host, {"1.1": "65", "1.2": "5"})
    units = [make.unit(name, parent=host) for name in ("Xã A", "Xã B")]
    round_ = seasons.season(host, chosen, with_survey=False)
    cards = seasons.finish(round_, {unit: {"1.1": "58.5", "1.2": "5"} for unit in units})
    seasons.leave_out(cards[1], "1.2")

    (table,) = queries.preview(round_)

    best, other = table.standings
    assert (best.unit_name, best.totals.total, best.is_partial) == ("Xã A", Decimal("63.5"), False)
    assert (other.totals.total, other.totals.maximum) == (Decimal("58.5"), Decimal(65))
    assert other.is_partial
    assert other.index == 90


def test_a_round_without_survey_counts_appraised_points_only():
    round_ = seasons.simple(THREE, with_survey=False)
    (table,) = queries.preview(round_)
    assert [(line.totals.total, line.totals.maximum) for line in table.standings] == [
        (Decimal(55), Decimal(60)),
        (Decimal(50), Decimal(60)),
        (Decimal(40), Decimal(60)),
    ]


def test_self_scores_never_enter_the_result():
    round_ = seasons.simple(THREE)
    before = queries.totals_in(round_)
    Mark.objects.filter(step__kind="self").update(points=Decimal(0))
    assert queries.totals_in(round_) == before


def test_totals_take_two_queries_for_any_number_of_units(django_assert_num_queries):
    for units in (1, 12):
        round_ = seasons.simple({f"Xã {number}": ("40", "30") for number in range(units)})
        with django_assert_num_queries(2):
            assert len(queries.totals_in(round_)) == units


def test_the_preview_and_the_published_tables_take_the_same_queries_for_any_number_of_units(
    django_assert_max_num_queries,
):
    round_ = seasons.simple({f"Xã {number}": ("40", "30") for number in range(30)})
    with django_assert_max_num_queries(5):
        queries.preview(round_)
    ranking = actions.publish_ranking(round_, by=SYSTEM)
    with django_assert_max_num_queries(3):
        queries.published(ranking)


def test_equal_results_share_their_rank():
    round_ = seasons.simple({"Xã A": ("50", "30"), "Xã B": ("45", "35"), "Xã C": ("40", "20")})
    ranking = actions.publish_ranking(round_, by=SYSTEM)
    rows = Row.objects.filter(section__ranking=ranking).values_list("unit_name", "rank", "shared")
    assert list(rows) == [("Xã A", 1, True), ("Xã B", 1, True), ("Xã C", 3, False)]


def test_a_round_with_an_unfinished_card_is_refused_by_name():
    round_ = seasons.simple(THREE)
    Scorecard.objects.filter(unit_name="Xã Ba").update(state="appraised")
    with pytest.raises(OutOfStep) as refusal:
        actions.publish_ranking(round_, by=SYSTEM)
    assert refusal.value.details["problems"] == ["Xã Ba: phiếu đã thẩm định, chưa kết luận"]
    assert not Ranking.objects.exists()


def test_a_missing_survey_point_is_refused_by_unit_and_leaf():
    round_ = seasons.simple(THREE)
    Mark.objects.filter(score__card__unit_name="Phường Một", score__code="2.1").update(points=None)
    with pytest.raises(OutOfStep) as refusal:
        actions.publish_ranking(round_, by=SYSTEM)
    (problem,) = refusal.value.details["problems"]
    assert problem.startswith("Phường Một: thiếu điểm điều tra")
    assert problem.endswith("2.1")
    assert not Scorecard.objects.filter(state="published").exists()


def test_a_concluded_leaf_without_points_is_refused_by_unit_and_leaf():
    round_ = seasons.simple(THREE)
    marks = Mark.objects.filter(score__card__unit_name="Xã Ba", score__code="1.1", step__kind="conclusion")
    assert marks.update(points=None, from_points=None) == 1
    with pytest.raises(OutOfStep) as refusal:
        actions.publish_ranking(round_, by=SYSTEM)
    (problem,) = refusal.value.details["problems"]
    assert problem == "Xã Ba: đã kết luận nhưng chưa có điểm ở tiêu chí 1.1"


def test_a_round_is_published_once():
    round_ = seasons.simple(THREE)
    actions.publish_ranking(round_, by=SYSTEM)
    with pytest.raises(OutOfStep):
        actions.publish_ranking(round_, by=SYSTEM)


def test_illustration_is_published_in_the_demonstration_only(settings):
    round_ = seasons.simple(THREE, is_illustration=True)
    settings.DEMO = False
    with pytest.raises(OutOfStep):
        actions.publish_ranking(round_, by=SYSTEM)
    settings.DEMO = True
    ranking = actions.publish_ranking(round_, by=SYSTEM, decision="99/QĐ-UBND")
    assert ranking.is_illustration
    assert ranking.decision == ""


@pytest.mark.parametrize(
    ("role", "allowed"),
    [(role, role is Role.CHAIR) for role in Role],
)
def test_only_the_chair_of_the_host_publishes(role, allowed):
    round_ = seasons.simple(THREE)
    _user, actor = make.seated(role, round_.host)
    if allowed:
        assert actions.publish_ranking(round_, by=actor).published_by == actor.name
    else:
        with pytest.raises(Refused):
            actions.publish_ranking(round_, by=actor)


def test_the_chair_of_another_host_does_not_publish():
    round_ = seasons.simple(THREE)
    _user, actor = make.seated(Role.CHAIR, make.unit("Thành phố khác", kind="city"))
    with pytest.raises(Refused):
        actions.publish_ranking(round_, by=actor)


def test_the_people_of_every_unit_are_told_once():
    round_ = seasons.simple(THREE)
    units = [card.unit for card in round_.cards.all()]
    people = [make.seated(Role.OFFICER, unit)[0] for unit in units]
    make.seat(people[0], Role.LEADER, at=units[1])
    ranking = actions.publish_ranking(round_, by=SYSTEM)
    for _time in range(2):
        actions.announce(str(ranking.pk))
    told = Notice.objects.filter(key=f"published-{ranking.pk}")
    assert sorted(told.values_list("user", flat=True)) == sorted(person.pk for person in people)


def ways_to_change():
    yield "a ranking", lambda: Ranking.objects.update(year=1)
    yield "a ranking's deletion", lambda: Ranking.objects.all()._raw_delete("default")
    for model, values in (
        (Section, {"title": "khác"}),
        (BandCopy, {"label": "khác"}),
        (Row, {"unit_name": "khác"}),
        (FieldRow, {"title": "khác"}),
    ):
        yield model.__name__, lambda model=model, values=values: model.objects.update(**values)
        yield (
            f"{model.__name__} deleted",
            lambda model=model: model.objects.all()._raw_delete("default"),
        )
    yield "a new row", lambda: again(Row.objects.first(), rank=9, card_id=Scorecard.objects.last().pk)
    yield "a new section", lambda: again(Section.objects.first())
    yield "a new band", lambda: again(BandCopy.objects.first())
    yield "a new field", lambda: again(FieldRow.objects.first(), code="99")


def again(row, **values):
    row.pk = None
    row._state.adding = True
    for name, value in values.items():
        setattr(row, name, value)
    row.save(force_insert=True)


@pytest.mark.parametrize("change", [pytest.param(way, id=name) for name, way in ways_to_change()])
def test_the_database_refuses_every_change_of_what_was_published(change):
    actions.publish_ranking(seasons.simple(THREE), by=SYSTEM)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        change()
