"""The past of a merged unit is that of its parts: side by side, joined only by weights somebody chose, or not at all."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.urls import reverse

from backend.audit.recording import recording
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports import actions, lineage, queries
from tests import make
from tests.reports import seasons
from tiers.models import Lineage

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

MERGED = date(2025, 7, 1)


def merge(new, *old, share="whole"):
    with recording(by=SYSTEM):
        for one in old:
            Lineage.objects.create(old=one, new=new, share=share, on=MERGED)


def season(host, results, year):
    """Publish a year of a host: unit to points of a hundred."""
    chosen = seasons.criteria(host, {"1.1": "100"}, year=year)
    # Its cards are of the units that were there at the end of that year.
    round_ = seasons.season(host, chosen, year=year, with_survey=False, on_date=date(year, 12, 31))
    seasons.finish(round_, {unit: {"1.1": points} for unit, points in results.items()})
    actions.publish_ranking(round_, by=SYSTEM)
    return round_


@pytest.fixture
def city():
    return make.unit("Thành phố Cần Thơ", kind="city")


def communes(city):
    """Return a new commune, the two it was made of, and the round in which it was first scored."""
    ended = {"parent": city, "valid_to": MERGED}
    old = make.unit("Phường Cũ Một", **ended), make.unit("Phường Cũ Hai", **ended)
    new = make.unit("Phường Mới", parent=city, valid_from=MERGED)
    season(city, {old[0]: "80", old[1]: "91"}, 2024)
    return new, old


def test_the_past_of_a_new_commune_is_that_of_its_parts_side_by_side(city):
    new, old = communes(city)
    merge(new, *old)
    season(city, {new: "88"}, 2025)
    own, before = queries.past_of(new, 2025)
    assert (own.year, own.is_own, [part.index for part in own.parts]) == (2025, True, [88])
    assert [(part.ancestor.name, part.index, part.rank, part.among) for part in before.parts] == [
        ("Phường Cũ Một", 80, 2, 2),
        ("Phường Cũ Hai", 91, 1, 2),
    ]
    assert (before.may_join, own.may_join) == (True, False)
    assert queries.past_of(new, 2024) == [before]


def test_one_figure_is_the_exact_mean_by_the_weights_that_were_given(city):
    new, old = communes(city)
    merge(new, *old)
    (before,) = queries.past_of(new, 2025)
    weights = {old[0].pk: Decimal(2), old[1].pk: Decimal(1)}
    assert lineage.joined(before, weights) == Fraction(80 * 2 + 91, 3)
    with pytest.raises(KeyError):
        lineage.joined(before, {old[0].pk: Decimal(1)})


def test_a_part_that_was_divided_is_shown_and_joined_by_no_weight(city):
    new, old = communes(city)
    merge(new, old[0])
    merge(new, old[1], share="part")
    (before,) = queries.past_of(new, 2025)
    assert before.divided == ("Phường Cũ Hai",)
    assert lineage.joined(before, {one.pk: Decimal(1) for one in old}) is None


def test_a_part_without_a_published_result_is_named_and_nothing_is_joined(city):
    new, old = communes(city)
    elsewhere = make.unit("Xã không được chấm", parent=make.unit("Tỉnh khác", kind="city"), valid_to=MERGED)
    merge(new, *old, elsewhere)
    (before,) = queries.past_of(new, 2025)
    assert before.missing == ("Xã không được chấm",)
    assert lineage.joined(before, {one.pk: Decimal(1) for one in (*old, elsewhere)}) is None


def test_a_division_anywhere_on_the_way_counts(city):
    new, old = communes(city)
    between = make.unit("Phường Giữa", parent=city, valid_from=MERGED, valid_to=date(2026, 1, 1))
    merge(between, old[0])
    merge(between, old[1], share="part")
    merge(new, between)
    found = {one.name: one.is_whole for one in queries.ancestors_of(new)}
    assert found == {"Phường Mới": True, "Phường Giữa": True, "Phường Cũ Một": True, "Phường Cũ Hai": False}


def test_departments_merged_are_shown_the_same_way(city):
    ended = {"parent": city, "kind": "department", "valid_to": MERGED}
    home, labour = make.unit("Sở Nội vụ (cũ)", **ended), make.unit("Sở Lao động", **ended)
    new = make.unit("Sở Nội vụ", parent=city, kind="department", valid_from=MERGED)
    merge(new, home, labour)
    kind = make.kind("department")
    chosen = seasons.criteria(city, {"1.1": "100"}, year=2024, kind=kind)
    round_ = seasons.season(city, chosen, year=2024, with_survey=False, on_date=date(2024, 12, 31))
    seasons.finish(round_, {home: {"1.1": "90"}, labour: {"1.1": "70"}})
    actions.publish_ranking(round_, by=SYSTEM)
    (before,) = queries.past_of(new, 2026)
    assert lineage.joined(before, {home.pk: Decimal(1), labour.pk: Decimal(1)}) == 80


def test_what_is_not_published_is_no_past(city):
    new, old = communes(city)
    merge(new, *old)
    chosen = seasons.criteria(city, {"1.1": "100"}, year=2023)
    round_ = seasons.season(city, chosen, year=2023, with_survey=False, on_date=date(2023, 12, 31))
    seasons.finish(round_, {unit: {"1.1": "50"} for unit in old})
    assert [year.year for year in queries.past_of(new, 2025)] == [2024]


def page(client, card, **query):
    return client.get(reverse("reports:past", args=[card.pk]), query)


def test_the_page_joins_only_by_the_weights_that_were_typed_and_prints_them(client, city):
    new, old = communes(city)
    merge(new, *old)
    card = season(city, {new: "88"}, 2025).cards.get()
    client.force_login(make.seat(None, Role.OFFICER, at=new).user)
    text = page(client, card).text
    assert "Đặt cạnh nhau, không tự gộp" in text
    assert "Gộp theo trọng số đã chọn" not in text
    text = page(client, card, **{f"w{old[0].pk}": "2", f"w{old[1].pk}": "1"}).text
    assert "Gộp theo trọng số đã chọn: 83,67 %" in text
    assert "Phường Cũ Một 2,00; Phường Cũ Hai 1,00" in text
    wrong = page(client, card, **{f"w{old[0].pk}": "0", f"w{old[1].pk}": "một"})
    assert wrong.status_code == 422
    assert "Trọng số phải lớn hơn 0" in wrong.text


def test_the_page_says_that_a_divided_part_is_not_joined(client, city):
    new, old = communes(city)
    merge(new, *old, share="part")
    card = season(city, {new: "88"}, 2025).cards.get()
    client.force_login(make.seat(None, Role.OFFICER, at=new).user)
    text = page(client, card, **{f"w{old[0].pk}": "2", f"w{old[1].pk}": "1"}).text
    assert "vì có đơn vị bị chia: Phường Cũ Một; Phường Cũ Hai" in text
    assert "Gộp các đơn vị cũ" not in text


def test_everybody_reads_the_parts_on_the_public_page(client, city):
    new, old = communes(city)
    merge(new, *old)
    season(city, {new: "88"}, 2025)
    text = client.get(reverse("public:unit", args=[city.code, 2025, new.code])).text
    assert "Phường Cũ Hai" in text
    assert reverse("public:unit", args=[city.code, 2024, old[0].code]) in text
