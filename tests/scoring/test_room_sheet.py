"""The history room's list as XLSX: what stands above it, typed cells, and the row's place on its chain."""

from __future__ import annotations

import copy
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from backend.audit.models import Access, Line
from backend.audit.queries import Covering
from backend.core import clock
from backend.core.dates import VN
from backend.core.sheets import read_rows
from backend.scoring import room_sheet
from backend.scoring.models import Mark
from backend.scoring.room import Asked
from tests.scoring.councils import Council
from tests.scoring.rooms import CUT, cut_and_raised, found, signed_in

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(standing) -> Council:
    return standing(cut_and_raised)


@pytest.fixture
def season(built, db) -> Council:
    return copy.deepcopy(built)


@pytest.fixture
def secretary(season) -> Client:
    return signed_in(season.users["secretary"])


def test_the_sheet_holds_the_filtered_changes_and_is_written_down(season, secretary):
    answer = secretary.get("/history/sheet/", {"turn": "-1"})
    rows = read_rows(BytesIO(b"".join(answer.streaming_content)), most_rows=50)
    top = next(place for place, row in enumerate(rows) if row[:3] == ["Lúc", "Người", "Bước"])
    assert ["Nâng, cắt: Cắt điểm"] in [row[:1] for row in rows[:top]]
    (told,) = rows[top + 1 :]
    assert told[6:9] == [CUT, "1", "0,5"]
    line = Line.objects.get(turn=-1)
    kept = Mark.history.get(history_id=line.row_key)
    assert told[10:13] == [kept.chain, str(kept.sequence), kept.digest]
    row = Access.objects.get()
    assert (row.kind, row.act, row.status) == ("exports", "scoring:history_sheet", 200)
    assert f"Xuất: {row.target}" in found(season, kind="exports")
    assert row.target.endswith(".xlsx")


def test_the_sheet_says_where_it_ends(season, monkeypatch):
    monkeypatch.setattr(room_sheet, "MOST_ROWS", 4)
    monkeypatch.setattr(room_sheet, "_AT_ONCE", 2)
    with room_sheet.written(season.secretary, Asked(), room_sheet.Head()) as file:
        rows = read_rows(file, most_rows=50)
    top = next(place for place, row in enumerate(rows) if row[0] == "Lúc")
    assert len(rows[top:]) == 6
    assert "4 thay đổi mới nhất" in rows[-1][0]


def test_the_sheet_states_moments_as_moments_and_that_figures_are_invented(season):
    kept = room_sheet.Head([("Bước", "Thẩm định lần 1")], is_demo=True)
    with room_sheet.written(season.secretary, Asked(turn=-1), kept) as file:
        column = [row[0] for row in CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()]
    assert "SỐ LIỆU MINH HOẠ" in column
    assert "Bước: Thẩm định lần 1" in column
    at = Line.objects.get(turn=-1).at.astimezone(VN).replace(tzinfo=None)
    assert abs(column[-1] - at) < timedelta(seconds=1)


def test_the_sheet_names_the_checkpoint_that_covers_a_row(season, monkeypatch):
    monkeypatch.setattr(
        "backend.scoring.room_sheet.covering", lambda places: dict.fromkeys(places, Covering(7, clock.now()))
    )
    with room_sheet.written(season.secretary, Asked(turn=-1), room_sheet.Head()) as file:
        assert read_rows(file, most_rows=50)[-1][13] == "7"
