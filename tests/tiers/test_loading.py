"""The organisation from files: the real facts, twice the same, a broken file refused whole."""

import csv
import shutil
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.audit import verify
from tiers import queries
from tiers.loading.load import DATA, BrokenFilesError, load
from tiers.models import Kind, Lineage, Unit

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)

HEAD = "code,valid_from,valid_to,name,kind,parent,order,has_procedures,illustration,source\n"
CITY = "92,2004-01-01,,Thành phố,city,,1,1,0,nguồn\n"
WARD = "31120,2004-01-01,2025-07-01,Phường An Hòa,commune,92,2,1,0,nguồn\n"
NEW = "31120,2025-07-01,,Phường Cái Khế,commune,92,2,1,0,nguồn\n"
KINDS = "code,title,order\ncity,Thành phố,1\ncommune,Xã,2\n"
LINES = "old,new,share,on,source\n31120,31120,whole,2025-07-01,nguồn\n"


@pytest.fixture
def folder(tmp_path):
    """Return a function that writes a small, sound folder with some files replaced."""

    def write(**files):
        texts = {"kinds": KINDS, "units": HEAD + CITY + WARD + NEW, "lineage": LINES} | files
        for name, text in texts.items():
            content = text if isinstance(text, bytes) else text.encode()
            (tmp_path / f"{name}.csv").write_bytes(content)
        return tmp_path

    return write


@pytest.fixture
def loaded():
    """Load the project's own files."""
    return load()


def count(day, kind, below="/92/"):
    return queries.units_on(day).filter(kind__code=kind, path__startswith=below).count()


def rows_of(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_2021_tree_has_112_scored_units(loaded):
    day = date(2021, 12, 31)
    found = {kind: count(day, kind) for kind in ("department", "district", "commune")}
    assert found == {"department": 20, "district": 9, "commune": 83}
    assert sum(found.values()) == 112


def test_each_district_of_2021_has_one_internal_affairs_division_that_is_an_illustration(loaded):
    divisions = queries.units_on(date(2021, 12, 31)).filter(kind__code="division")
    assert sorted(row.path.split("/")[2] for row in divisions) == sorted(
        Unit.objects.filter(kind__code="district", path__startswith="/92/").values_list("code", flat=True)
    )
    assert all(row.is_illustration for row in divisions)


def test_80_communes_stand_on_the_last_day_before_the_mergers_and_103_after(loaded):
    assert count(BEFORE, "commune") == 80
    assert count(AFTER, "commune") == 103


def test_after_the_mergers_no_district_is_left_and_communes_stand_right_below_the_city(loaded):
    assert count(AFTER, "district", "/") == 0
    assert not queries.units_on(AFTER).filter(kind__code="commune").exclude(parent__code="92").exists()


def test_the_new_communes_are_31_wards_and_72_villages(loaded):
    names = queries.units_on(AFTER).filter(kind__code="commune").values_list("name", flat=True)
    assert sum(name.startswith("Phường ") for name in names) == 31
    assert sum(name.startswith("Xã ") for name in names) == 72


def test_all_103_new_codes_are_old_codes_and_57_of_them_under_another_name(loaded):
    new = {u.code: u.name for u in queries.units_on(AFTER).filter(kind__code="commune")}
    old = {u.code: u.name for u in queries.units_on(BEFORE).filter(kind__code="commune")}
    assert len(new.keys() & old.keys()) == 103
    assert sum(new[code] != old[code] for code in new) == 57
    # One of the 57 differs by spelling alone: Thạnh Qưới in the list of 2023, Thạnh Quới since.
    assert (old["31246"], new["31246"]) == ("Xã Thạnh Qưới", "Xã Thạnh Quới")


def test_eight_communes_went_on_unchanged(loaded):
    lines = Lineage.objects.filter(new__kind__code="commune").select_related("old", "new")
    new = {}
    for line in lines:
        new.setdefault(line.new.name, []).append(line)
    unchanged = {name for name, of in new.items() if len(of) == 1 and of[0].share == "whole"}
    named = {"Phường Tân Lộc", "Xã Trường Long", "Xã Thạnh Phú", "Xã Thới Hưng", "Xã Phong Nẫm"}
    assert unchanged == named | {"Xã Mỹ Phước", "Xã Lai Hòa", "Xã Vĩnh Hải"}


def test_every_commune_of_the_last_day_went_somewhere(loaded):
    left = queries.units_on(BEFORE).filter(kind__code="commune", successions__isnull=True)
    assert not left.exists()


def test_three_wards_ended_before_2025_without_a_known_successor(loaded):
    gone = Unit.objects.filter(kind__code="commune", valid_to__lt=AFTER)
    assert {ward.name for ward in gone} == {"Phường An Nghiệp", "Phường An Cư", "Phường An Phú"}
    assert all("chưa có nguồn" in ward.source for ward in gone)
    assert not Lineage.objects.filter(old__in=gone).exists()


def test_a_divided_commune_went_in_parts_to_several(loaded):
    ward = Unit.objects.get(path="/92/918/31178/")
    assert [(line.share, line.new.name) for line in queries.successors(ward)] == [
        ("part", "Phường Cái Khế"),
        ("part", "Phường Bình Thủy"),
    ]


def test_hau_giang_and_soc_trang_went_whole_into_the_city(loaded):
    city = Unit.objects.get(path="/92/")
    assert [(line.old.name, line.share) for line in queries.predecessors(city)] == [
        ("Tỉnh Hậu Giang", "whole"),
        ("Tỉnh Sóc Trăng", "whole"),
    ]
    assert count(BEFORE, "commune", "/93/") + count(BEFORE, "commune", "/94/") == 183


def test_departments_after_2025_and_inferred_ones_are_illustrations(loaded):
    departments = Unit.objects.filter(kind__code="department")
    assert all(row.is_illustration for row in departments.filter(valid_from=AFTER))
    before = departments.filter(valid_to=AFTER, is_illustration=True)
    assert {row.code for row in before} == {"BQLKCXCN", "SGTVT"}


def test_a_path_carries_the_first_day_where_the_unit_is_younger_than_its_parent(loaded):
    assert Unit.objects.get(code="31120", valid_from=AFTER).path == "/92/31120-20250701/"
    assert Unit.objects.get(code="31117").path == "/92/916/31117/"


def test_kinds_without_units_are_there(loaded):
    empty = Kind.objects.filter(units__isnull=True).values_list("code", flat=True)
    assert set(empty) == {"public_service", "vertical"}


def test_loading_twice_changes_nothing_and_leaves_no_trace(loaded):
    before = Unit.history.count(), Lineage.history.count()
    assert load().nothing
    assert (Unit.history.count(), Lineage.history.count()) == before


def test_loading_is_recorded_and_history_agrees(loaded):
    assert set(Unit.history.values_list("actor_name", flat=True)) == {"Hệ thống"}
    assert Unit.history.count() == Unit.objects.count()
    assert list(verify.differences()) == []


def test_some_750_rows_and_their_history_take_a_few_dozen_statements():
    with CaptureQueriesContext(connection) as statements:
        load()
    assert len(statements) < 50  # 37 on SQLite, which takes fewer values in one statement


def test_a_changed_row_is_updated_and_recorded(folder):
    load(folder())
    outcome = load(folder(units=HEAD + CITY + WARD + NEW.replace("Cái Khế", "Cái Khế Mới")))
    assert (outcome.added["units"], outcome.changed["units"]) == (0, 1)
    unit = Unit.objects.get(code="31120", valid_from=AFTER)
    assert (unit.name, unit.folded) == ("Phường Cái Khế Mới", "phuong cai khe moi")
    assert unit.history.first().history_change_reason == "Nạp tổ chức từ tệp dữ liệu"


def test_check_writes_nothing(folder):
    out = StringIO()
    call_command("load_organisation", folder=folder(), check=True, stdout=out)
    assert "thêm 3" in out.getvalue()
    assert not Unit.objects.exists()


def test_the_command_loads_and_says_so(folder):
    out = StringIO()
    call_command("load_organisation", folder=folder(), stdout=out)
    call_command("load_organisation", folder=folder(), stdout=out)
    assert "đơn vị: thêm 3" in out.getvalue()
    assert "Không có gì thay đổi." in out.getvalue()


def test_files_saved_by_excel_with_a_mark_and_dates_day_first_are_read(folder):
    text = "\ufeff" + HEAD + CITY.replace("2004-01-01", "01/01/2004")
    load(folder(units=text, lineage=LINES.splitlines()[0]))
    assert Unit.objects.get().valid_from == date(2004, 1, 1)


BROKEN = {
    "a missing column": ({"units": "code,name\n1,a\n"}, "units.csv, dòng 1: thiếu cột"),
    "an unknown column": ({"kinds": "code,title,order,mau\nx,y,1,do\n"}, "kinds.csv, dòng 1: có cột lạ: mau"),
    "semicolons": ({"kinds": "code;title;order\n"}, "cách nhau bằng dấu phẩy"),
    "a cell too few": ({"units": HEAD + "92,2004-01-01\n"}, "units.csv, dòng 2: có 2 ô, cần 10 ô"),
    "another encoding": ({"units": HEAD.encode() + "92,Cần".encode("utf-16")}, "units.csv, dòng 2: không phải mã UTF-8"),
    "an old encoding": ({"units": HEAD + CITY.replace("Thành phố", "Thµnh phè CÇn Th¬ ®Þa")}, "TCVN3"),
    "an open quote": ({"units": HEAD + '92,"2004\n'}, "units.csv, dòng 2: không đọc được"),
    "an unknown kind": ({"kinds": KINDS.replace("commune", "xa")}, "units.csv, dòng 3: không có loại đơn vị “commune”"),
    "a missing parent": ({"units": HEAD + CITY + WARD.replace(",92,", ",99,") + NEW}, "units.csv, dòng 3: không có đơn vị cấp trên mã 99"),
    "a parent not yet there": ({"units": HEAD + CITY.replace("2004", "2020") + WARD + NEW}, "dòng 3: đơn vị cấp trên mã 92 không tồn tại vào ngày 01/01/2004"),
    "a parent that ends first": ({"units": HEAD + CITY.replace("01-01,,", "01-01,2026-01-01,") + WARD + NEW}, "dòng 4: đơn vị cấp trên mã 92 kết thúc trước"),
    "a unit below itself": ({"units": HEAD + CITY.replace("city,,", "city,31120,") + WARD.replace("2025-07-01", "") + NEW.replace("31120", "5")}, "nằm dưới chính nó"),
    "a row twice": ({"units": HEAD + CITY + WARD + NEW + NEW}, "units.csv, dòng 5: trùng với dòng 4"),
    "two units of one code at once": ({"units": HEAD + CITY + WARD + NEW.replace("2025-07-01", "2025-06-01")}, "mã 31120 đang thuộc đơn vị"),
    "an end before the beginning": ({"units": HEAD + CITY + WARD.replace("2025-07-01", "2003-07-01") + NEW}, "ngày kết thúc phải sau ngày bắt đầu"),
    "a date that is none": ({"units": HEAD + CITY + WARD.replace("2025-07-01", "31/02/2025") + NEW}, "dòng 3: cột valid_to: Không có ngày"),
    "a code that breaks paths": ({"units": HEAD + CITY + WARD.replace("31120", "3/1") + NEW}, "dòng 3: cột code"),
    "an order that is none": ({"units": HEAD + CITY.replace(",1,1,0", ",-1,1,0") + WARD + NEW}, "cột order"),
    "a flag that is none": ({"units": HEAD + CITY.replace(",1,1,0", ",1,co,0") + WARD + NEW}, "phải là 1 (có) hoặc 0 (không)"),
    "an empty name": ({"units": HEAD + CITY.replace("Thành phố", " ") + WARD + NEW}, "cột name: không được để trống"),
    "a second root of one code": ({"units": HEAD + CITY.replace("01-01,,", "01-01,2020-01-01,") + CITY.replace("2004", "2020"), "lineage": LINES.splitlines()[0]}, "đã là gốc của một cây tổ chức khác"),
    "a line from nowhere": ({"lineage": LINES.replace("31120,31120", "7,31120")}, "lineage.csv, dòng 2: không có đơn vị cũ mã 7"),
    "a line to nowhere": ({"lineage": LINES.replace("31120,31120", "31120,7")}, "lineage.csv, dòng 2: không có đơn vị mới mã 7"),
    "a line on another day": ({"lineage": LINES.replace("2025-07-01", "2024-07-01")}, "đơn vị cũ mã 31120 không kết thúc vào ngày 01/07/2024"),
    "a line twice": ({"lineage": LINES + LINES.splitlines()[1]}, "lineage.csv, dòng 3: trùng với dòng 2"),
    "an unknown share": ({"lineage": LINES.replace("whole", "half")}, "phải là whole hoặc part"),
    "two wholes": ({"lineage": LINES + "31120,92,whole,2025-07-01,x\n"}, "nhập toàn bộ nhưng có nhiều đơn vị kế thừa"),
    "a kind twice": ({"kinds": KINDS + "city,Lại,3\n"}, "kinds.csv, dòng 4: trùng với dòng 2"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_whole_with_line_and_reason(name, folder):
    files, said = BROKEN[name]
    with pytest.raises(CommandError) as refusal:
        call_command("load_organisation", folder=folder(**files))
    assert said in str(refusal.value)
    assert not Kind.objects.exists()
    assert not Unit.objects.exists()


def test_every_wrong_line_is_named_at_once(folder):
    units = HEAD + CITY.replace(",city,", ",x,") + WARD.replace(",92,", ",9,") + NEW
    with pytest.raises(BrokenFilesError) as refusal:
        load(folder(units=units))
    assert [problem.line for problem in refusal.value.problems] == [2, 3]


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(CommandError, match="không có tệp"):
        call_command("load_organisation", folder=tmp_path)


def test_a_loaded_unit_never_moves_to_another_parent(folder):
    load(folder())
    moved = HEAD + CITY + CITY.replace("92,", "93,", 1) + WARD.replace(",92,", ",93,") + NEW
    with pytest.raises(BrokenFilesError, match="không được chuyển đơn vị đã nạp"):
        load(folder(units=moved))


def test_a_loaded_parent_does_not_end_before_its_children(folder):
    load(folder())
    ended = HEAD + CITY.replace("01-01,,", "01-01,2025-12-31,")
    with pytest.raises(BrokenFilesError, match="đơn vị trực thuộc mã 31120 kết thúc sau"):
        load(folder(units=ended))


def test_units_no_file_names_stay(folder, tmp_path):
    load(folder())
    other = tmp_path / "more"
    other.mkdir()
    (other / "units.csv").write_text(HEAD + "31999,2026-01-01,,Xã Mới,commune,92,9,1,0,\n", encoding="utf-8")
    load(other)
    assert Unit.objects.count() == 4
    assert Unit.objects.get(code="31999").path == "/92/31999-20260101/"


def test_the_projects_own_files_name_a_source_in_every_row():
    for name in ("units_cantho_before_2025.csv", "units_cantho_from_2025.csv", "lineage.csv"):
        assert all(row["source"] for row in rows_of(name))


def test_a_copy_of_the_projects_files_loads_elsewhere(tmp_path):
    shutil.copytree(DATA, tmp_path / "copy")
    assert load(tmp_path / "copy").added["units"] == 444
