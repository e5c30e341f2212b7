"""What a group's bands and ties make of last year's results: by page, while typing, and with nothing saved."""

from decimal import Decimal

import pytest
from django.urls import reverse

from backend.audit.recording import recording
from backend.rounds import actions
from backend.rounds.models import Round
from backend.rounds.rules import BandLine
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports import trying
from reports.actions import publish_ranking
from tests import make
from tests.reports import seasons
from tiers.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Index: A 90, B 80, C 80, D 79.999 of 100 points; B and C differ by field only.
RESULTS = {"Xã A": ("50", "40"), "Xã B": ("50", "30"), "Xã C": ("45", "35"), "Xã D": ("50", "29.999")}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def season() -> Round:
    made = seasons.simple(RESULTS, year=2025)
    publish_ranking(made, by=SYSTEM)
    return made


@pytest.fixture
def round_(season) -> Round:
    """Next year's round, set up like the last."""
    made = make.round_(season.host, season.groups.get().criteria_set, year=2026)
    actions.set_bands(
        made.groups.get(), [BandLine("Tốt", Decimal(85)), BandLine("Khá", Decimal(0))], by=SYSTEM
    )
    return made


@pytest.fixture
def officer(client, round_):
    client.force_login(make.seated(Role.CRITERIA_MANAGER, round_.host)[0])
    return client


def where(round_) -> str:
    return reverse("reports:try_group", args=[round_.groups.get().pk])


def typed(*bands: tuple[str, str], **more: str) -> dict[str, str]:
    rows = {
        f"form-{n}-{part}": value
        for n, row in enumerate(bands)
        for part, value in zip(("label", "lower"), row, strict=True)
    }
    ticked = {f"form-{n}-inclusive": "on" for n in range(len(bands))}
    return {"form-TOTAL_FORMS": str(len(bands)), **rows, **ticked, **more}


def asked(client, round_, data=None, **headers):
    return client.get(where(round_), data or {}, headers=headers)


def bands_of(answer) -> dict[str, tuple[str, str]]:
    return {new.unit_name: (old.band, new.band) for old, new in answer.context["tried"].lines}


def test_the_stored_bands_are_tried_first(officer, round_):
    answer = asked(officer, round_)
    assert bands_of(answer)["Xã A"] == ("Rất tốt", "Tốt")
    assert bands_of(answer)["Xã B"] == ("Tốt", "Khá")
    assert answer.context["tried"].counts == (("Tốt", 2, 1), ("Khá", 1, 3), ("Rất tốt", 1, 0))


def test_typed_bands_are_tried_and_not_saved(officer, round_):
    answer = asked(officer, round_, typed(("Rất tốt", "90"), ("Tốt", "79,9"), ("Khá", "0")))
    assert [new.unit_name for _old, new in answer.context["tried"].changed] == ["Xã D"]
    assert round_.groups.get().bands.count() == 2


def test_a_bound_above_or_with_the_mark_decides(officer, round_):
    with_it = typed(("Tốt", "80"), ("Khá", "0"))
    above = {name: value for name, value in with_it.items() if name != "form-0-inclusive"}
    assert bands_of(asked(officer, round_, with_it))["Xã B"][1] == "Tốt"
    assert bands_of(asked(officer, round_, above))["Xã B"][1] == "Khá"


def test_ties_and_how_they_are_put_in_order(officer, round_):
    (tie,) = asked(officer, round_).context["tried"].ties
    assert ([line.unit_name for line in tie.lines], tie.how) == (["Xã B", "Xã C"], "đồng hạng 2")
    (tie,) = asked(officer, round_, {"tie_rule": "ordered"}).context["tried"].ties
    assert tie.how == "lĩnh vực 1 quyết định: 50,00 – 45,00"
    (tie,) = asked(officer, round_, {"tie_rule": "ordered", "tie_order": "2"}).context["tried"].ties
    assert ([line.unit_name for line in tie.lines], tie.how) == (
        ["Xã C", "Xã B"],
        "lĩnh vực 2 quyết định: 35,00 – 30,00",
    )


def test_units_that_only_read_the_same_are_told_apart_and_named(officer, round_):
    found = asked(officer, round_, {"decimals": "2"}).context["tried"].near
    assert [[line.unit_name for line in tie.lines] for tie in found] == [["Xã B", "Xã C", "Xã D"]]
    assert asked(officer, round_, {"decimals": "3"}).context["tried"].near == ()
    ranks = {new.unit_name: new.rank for _old, new in asked(officer, round_).context["tried"].lines}
    assert ranks["Xã D"] == 4


def test_a_half_of_the_kind_is_ranked_alone(officer, round_):
    with recording(by=SYSTEM):
        for unit in Unit.objects.filter(name__in=["Xã A", "Xã C"]):
            unit.has_procedures = False
            unit.save()
    found = asked(officer, round_, {"procedures": "with"}).context["tried"].lines
    assert [(new.unit_name, new.rank) for _old, new in found] == [("Xã B", 1), ("Xã D", 2)]


@pytest.mark.parametrize(
    ("bands", "said"),
    [
        ([("Tốt", "80")], "còn hở"),
        ([("Tốt", "8o"), ("Khá", "0")], "Tốt:"),
        ([("Tốt", "180"), ("Khá", "0")], "từ 0 đến 100"),
        ([("Tốt", "80"), ("Tốt", "0")], "bị trùng"),
    ],
)
def test_bands_that_make_no_sense_are_said(officer, round_, bands, said):
    answer = asked(officer, round_, typed(*bands), **HTMX)
    assert answer.status_code == 200
    assert said in answer.text


def test_nonsense_in_the_address_is_no_fault(officer, round_):
    nonsense = {
        "tie_rule": "x",
        "decimals": "9",
        "procedures": "y",
        "tie_order": ",;99",
        "form-TOTAL_FORMS": "z",
    }
    assert asked(officer, round_, nonsense).status_code == 200


def test_htmx_gets_the_table_alone_and_a_plain_browser_a_page(officer, round_):
    assert "<html" not in asked(officer, round_, **HTMX).text
    answer = officer.post(where(round_), typed(("Đạt", "50"), ("Không đạt", "0")))
    assert "<html" in answer.text
    assert "Chưa lưu gì" in answer.text
    assert "Không đạt" in answer.text


def test_both_pages_of_a_group_lead_there(officer, round_):
    group = round_.groups.get()
    for name in ("bands_edit", "group_edit"):
        text = officer.get(reverse(f"rounds:{name}", args=[group.pk])).text
        assert f'hx-get="{where(round_)}"' in text
        assert f'formaction="{where(round_)}"' in text


def test_without_an_earlier_season_it_is_said(client):
    city = make.unit("Thành phố khác", kind="city")
    made = make.round_(city, make.criteria_set(city))
    client.force_login(make.seated(Role.CRITERIA_MANAGER, city)[0])
    assert "Chưa có đợt nào" in asked(client, made).text


def test_the_season_to_compare_with_comes_before_the_newest(round_, season):
    other = make.round_(season.host, season.groups.get().criteria_set, year=2024)
    Round.objects.filter(pk=other.pk).update(state="published")
    assert trying.season_before(round_.groups.get()) == season
    round_.previous = other
    assert trying.season_before(round_.groups.get()) == other


def test_illustration_says_so(officer, round_, season):
    Round.objects.filter(pk=season.pk).update(is_illustration=True)
    assert "SỐ LIỆU MINH HOẠ" in asked(officer, round_, **HTMX).text


def test_decimals_are_those_of_the_group_where_results_print(client, season):
    client.force_login(make.seated(Role.CRITERIA_MANAGER, season.host)[0])
    page = reverse("reports:ranking", args=[season.pk])
    assert "90,00 %" in client.get(page).text
    season.groups.update(decimals=1)
    text = client.get(page).text
    assert "90,0 %" in text
    assert "90,00 %" not in text
