"""What is left out is made good in the set's way; a whole season against plain fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from io import BytesIO, StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from backend.audit.recording import recording
from backend.core import clock
from backend.criteria.models import CriteriaSet
from backend.rounds.models import Round
from backend.scoring.models import Deduction, Scorecard
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports import actions, queries
from reports.documents import letters
from reports.documents import make as make_document
from reports.documents import sheets as ranking_sheet
from reports.documents import special as special_sheet
from reports.models import Document, Row
from reports.rankings import percent_reached, rescaled
from tests import make
from tests.reports import seasons
from tests.scoring.pages import signed_in
from tests.scoring.specials import issued

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LEAVES = {"1.1": "45", "1.2": "20", "1.3": "5", "2.1": "30", "9.1": "5", "9.2": "4", "8.1": "3"}
NODES = {
    "1.3": {"only_with_procedures": True},
    "2.1": {"source": "survey"},
    "9.1": {"counting": "bonus"},
    "9.2": {"counting": "bonus"},
    "8.1": {"counting": "penalty"},
}
CEILINGS = {"bonus_ceiling": Decimal(5), "penalty_ceiling": Decimal(3)}
# Unit: has procedures, points by leaf, points taken off field 1.
UNITS = {
    "Xã A": (True, {"1.1": "40", "1.2": "18.5", "1.3": "5", "2.1": "25"}, "0"),
    "Xã B": (False, {"1.1": "40", "1.2": "18.5", "2.1": "25"}, "0"),
    "Xã C": (False, {"1.1": "33.333", "1.2": "15.167", "2.1": "20.5", "9.1": "5", "9.2": "2"}, "0.25"),
    "Xã D": (True, {"1.1": "45", "1.2": "20", "1.3": "0", "2.1": "30", "9.1": "1.5", "8.1": "2.5"}, "0"),
    "Xã E": (False, {"1.1": "0", "1.2": "1", "2.1": "0", "8.1": "3"}, "0.5"),
}


def season(way: str) -> Round:
    """Make a finished season of those units under that way of making good what is left out."""
    host = make.unit("Thành phố Cần Thơ", kind="city")
    chosen = issued(host, LEAVES, NODES, left_out_way=way, **CEILINGS)
    units = {
        make.unit(name, parent=host, has_procedures=has): points
        for name, (has, points, _off) in UNITS.items()
    }
    round_ = seasons.season(host, chosen)
    cards = seasons.finish(round_, units)
    with recording(by=SYSTEM):
        for card in cards:
            _take_off(card, UNITS[card.unit_name][2])
    return round_


def _take_off(card: Scorecard, points: str) -> None:
    if Decimal(points):
        Deduction.objects.create(
            card=card, step=card.step, code="1", points=Decimal(points), reason="Nộp muộn",
            document="15/TB-HĐ", author="Thư ký", made_at=clock.now(),
        )  # fmt: skip


def expected(name: str, way: str) -> Fraction:
    """Return the index worked out from the table above alone, with plain fractions."""
    has, points, off = UNITS[name]
    of = {code: Fraction(points.get(code, "0")) for code in LEAVES}
    appraised, full = of["1.1"] + of["1.2"] + of["1.3"], Fraction(70)
    applicable, maximum = (full, Fraction(100)) if has else (Fraction(65), Fraction(95))
    if not has and way == "rescaled":
        percent = Fraction(int(appraised / applicable * 100 * 100 + Fraction(1, 2)), 100)
        appraised, maximum = percent * full / 100, Fraction(100)
    if not has and way == "full_points":
        appraised, maximum = appraised + 5, Fraction(100)
    bonus, penalty = min(of["9.1"] + of["9.2"], Fraction(5)), min(of["8.1"], Fraction(3))
    return max(appraised + of["2.1"] + bonus - penalty - Fraction(off), Fraction(0)) / maximum * 100


@pytest.mark.parametrize("way", CriteriaSet.LeftOut.values)
def test_a_whole_season_comes_out_as_plain_fractions_say_before_and_after_publication(way):
    round_ = season(way)
    (preview,) = queries.preview(round_)
    wanted = {name: expected(name, way) for name in UNITS}
    assert {line.unit_name: line.index for line in preview.standings} == wanted
    ranking = actions.publish_ranking(round_, by=SYSTEM)
    (published,) = queries.published(ranking)
    assert {line.unit_name: line.index for line in published.standings} == wanted
    assert {row.unit_name: row.index for row in Row.objects.filter(section__ranking=ranking)} == wanted
    order = sorted(wanted, key=lambda name: -wanted[name])
    assert [line.unit_name for line in published.standings] == order
    call_command("verify", stdout=StringIO())


def test_58_5_of_65_is_90_percent_and_63_of_70():
    assert percent_reached(Decimal("58.5"), Decimal(65)) == Decimal("90.00")
    assert rescaled(Decimal("58.5"), Decimal(65), Decimal(70)) == 63
    totals = {
        line.unit_name: line.totals
        for table in queries.preview(season("rescaled"))
        for line in table.standings
    }
    one = totals["Xã B"]
    assert (one.marked, one.marked_maximum, one.percent) == (Decimal("58.5"), 65, Decimal(90))
    assert (one.appraised, one.survey, one.total, one.maximum) == (63, 25, 88, 100)


def test_only_the_percent_is_rounded():
    assert percent_reached(Decimal("48.5"), Decimal(65)) == Decimal("74.62")
    assert rescaled(Decimal("48.5"), Decimal(65), Decimal(70)) == Fraction(52234, 1000)
    assert rescaled(Decimal("33.333"), Decimal(65), Decimal("70.001")) == Fraction("51.28") * Fraction(
        "70.001"
    ) / Fraction(100)


def test_with_everything_left_out_of_the_appraised_part_only_the_survey_counts():
    host = make.unit("Thành phố Cần Thơ", kind="city")
    nodes = {"1.1": {"only_with_procedures": True}, "2.1": {"source": "survey"}}
    chosen = issued(host, {"1.1": "70", "2.1": "30"}, nodes, left_out_way="rescaled")
    unit = make.unit("Xã A", parent=host, has_procedures=False)
    round_ = seasons.season(host, chosen)
    seasons.finish(round_, {unit: {"2.1": "15"}})
    ((line,),) = [table.standings for table in queries.preview(round_)]
    assert (line.totals.percent, line.index) == (None, 50)


def test_the_report_names_each_unit_leaf_points_and_reason():
    round_ = season("rescaled")
    units = queries.left_out_in(round_, None, SYSTEM)
    assert [unit.unit_name for unit in units] == ["Xã B", "Xã C", "Xã E"]
    assert [(leaf.code, leaf.points) for leaf in units[0].leaves] == [("1.3", 5)]
    assert "thủ tục hành chính" in units[0].leaves[0].reason
    assert units[0].given == "58,50/65,00"


@pytest.mark.slow
def test_the_council_sees_every_unit_and_a_unit_its_own(client):
    round_ = season("rescaled")
    address = reverse("reports:left_out", args=[round_.pk])
    chair = signed_in(make.seated(Role.CHAIR, round_.host)[0]).get(address).text
    assert "58,50/65,00" in chair
    assert "Xã C" in chair
    card = Scorecard.objects.get(round=round_, unit_name="Xã B")
    own = signed_in(make.seated(Role.OFFICER, card.unit)[0])
    page = own.get(address).text
    assert "chỉ áp dụng cho đơn vị có thủ tục hành chính" in page
    assert "Xã C" not in page
    assert "58,50/65,00" not in page
    actions.publish_ranking(round_, by=SYSTEM)
    page = own.get(address).text
    assert "58,50/65,00" in page
    assert "Xã C" not in page


@pytest.mark.slow
def test_the_report_is_printed_and_put_into_a_workbook_with_numbers():
    round_ = season("rescaled")
    actions.publish_ranking(round_, by=SYSTEM)
    document = actions.request_document("left_out_sheet", by=SYSTEM, round_=round_)
    content, name = special_sheet.left_out(Document.objects.get(pk=document.pk))
    page = load_workbook(BytesIO(content)).active
    row = next(row for row in page.iter_rows(values_only=True) if row[0] == "Xã B")
    assert row[1:11] == (58.5, 65, 90, 63, 25, 0, 0, 0, 88, 5)
    assert page.cell(4, 8).value == "Điểm phạt"
    other = next(row for row in page.iter_rows(values_only=True) if row[0] == "Xã C")
    assert other[9] == pytest.approx(sum(other[4:7]) - sum(other[7:9]))
    assert name.endswith(".xlsx")
    printed = actions.request_document("left_out", by=SYSTEM, round_=round_)
    make_document(str(printed.pk))
    printed.refresh_from_db()
    assert printed.state == "ready"


@pytest.mark.slow
def test_what_was_taken_off_stands_in_columns_of_its_own_on_the_units_page():
    round_ = season("own_maximum")
    card = Scorecard.objects.get(round=round_, unit_name="Xã C")
    page = signed_in(make.seated(Role.CHAIR, round_.host)[0]).get(
        reverse("reports:unit_result", args=[card.pk])
    )
    shown = page.context["detail"]
    assert (shown.result, shown.deducted, shown.left) == (Decimal("69"), Decimal("0.25"), Decimal("68.75"))
    assert "Điểm thẩm định sau khi trừ" in page.text
    assert "Bị trừ 0,25 điểm: Nộp muộn (15/TB-HĐ)" in page.text
    assert "Điểm thưởng 5,00; điểm phạt 0,00; bị trừ sau thẩm định 0,25." in page.text


@pytest.mark.slow
def test_a_ranking_shows_what_makes_its_totals_wherever_it_is_told():
    round_ = season("rescaled")
    page = signed_in(make.seated(Role.CHAIR, round_.host)[0])
    heads = ("Điểm thưởng", "Điểm phạt", "Điểm bị trừ")
    for name in ("reports:ranking", "reports:left_out"):
        shown = page.get(reverse(name, args=[round_.pk])).text
        assert all(f">{head}</th>" in shown for head in heads)
    actions.publish_ranking(round_, by=SYSTEM)
    asked = actions.request_document("ranking_sheet", by=SYSTEM, round_=round_)
    content, _name = ranking_sheet.ranking(Document.objects.get(pk=asked.pk))
    rows = list(load_workbook(BytesIO(content)).active.iter_rows(values_only=True))
    head = next(row for row in rows if row[0] == "Xếp hạng")
    assert head[2:8] == ("Điểm thẩm định", "Điểm điều tra", *heads, "Tổng điểm")
    lines = [row for row in rows if row[1] in UNITS]
    assert all(row[7] == pytest.approx(max(row[2] + row[3] + row[4] - row[5] - row[6], 0)) for row in lines)
    letter = letters.ranking(Document.objects.get(pk=asked.pk))
    assert (letter.context["extras"], list(letter.context["columns"])) == (
        ["bonus", "penalty", "deducted"],
        list(range(1, 11)),
    )


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("own_maximum", "của các tiêu chí áp dụng cho đơn vị"),
        ("rescaled", "quy đổi theo tỷ lệ"),
        ("full_points", "được tính đủ điểm tối đa"),
    ],
)
def test_the_letter_says_what_the_index_is_of(way, words):
    round_ = season(way)
    asked = actions.request_document("ranking", by=SYSTEM, round_=round_)
    (sentence,) = letters.ranking(Document.objects.get(pk=asked.pk)).context["made_of"]
    assert words in sentence


def test_a_ranking_without_bonus_penalty_or_deductions_has_no_columns_for_them():
    host = make.unit("Thành phố Cần Thơ", kind="city")
    unit = make.unit("Xã A", parent=host)
    round_ = seasons.season(host, issued(host, {"1.1": "70"}))
    seasons.finish(round_, {unit: {"1.1": "15"}})
    assert [table.extras for table in queries.preview(round_)] == [[]]
