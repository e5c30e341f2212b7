"""Many accounts from one file: every problem by row and column, nothing made unless asked."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from types import SimpleNamespace

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook

from backend.accounts.models import User
from backend.core.errors import Invalid
from permissions.roles import Role
from tests import make
from tiers.models import Appointment, Unit
from tiers.people import importing, template
from tiers.seating import actor_for

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

HEADING = ["Tên đăng nhập *", "Tên hiển thị *", "Thư điện tử", "Đơn vị *", "Vai trò *", "Chức vụ", "Nơi công tác",
           "Từ ngày", "Đến hết ngày", "Số quyết định"]  # fmt: skip
GOOD = ["31117.canbo", "Cán bộ tự chấm", "canbo@example.vn", "31117", "Chuyên viên tự chấm điểm", "Chuyên viên",
        "", "01/01/2026", "", "12/QĐ-UBND"]  # fmt: skip


@pytest.fixture
def world():
    city = make.unit("Thành phố Cần Thơ", code="92")
    ward = make.unit("Phường Cái Khế", parent=city, code="31117")
    make.unit("Phường Tân An", parent=city, code="31147")
    make.unit("Xã Tân An", parent=city, code="31300")
    user, admin = make.seated(Role.ADMINISTRATOR, city)
    client = Client()
    client.force_login(user)
    return SimpleNamespace(city=city, ward=ward, admin=admin, client=client)


def file_of(*rows, heading=HEADING) -> io.BytesIO:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for at, row in enumerate([heading, *rows]):
        for column, value in enumerate(row):
            sheet.write(at, column, value, *([day] if isinstance(value, date) else []))
    book.close()
    out.seek(0)
    return out


def changed(**cells):
    names = [
        "username",
        "full_name",
        "email",
        "unit",
        "role",
        "title",
        "workplace",
        "starts",
        "last",
        "number",
    ]
    row = dict(zip(names, GOOD, strict=True)) | cells
    return list(row.values())


def checked(world, *rows, **options):
    return importing.check(importing.read(file_of(*rows, **options)), by=world.admin)


def problems(world, **cells):
    return checked(world, changed(**cells))[0].problems


def send(world, *rows):
    upload = SimpleUploadedFile("nguoi.xlsx", file_of(*rows).getvalue())
    return world.client.post("/people/import/", {"file": upload})


def confirm(world, answer, **more):
    return world.client.post("/people/import/confirm/", {"kept": answer.context["kept"], **more})


def test_a_good_row_asks_for_its_seat(world):
    row = checked(world, GOOD)[0]
    assert row.is_good
    assert (row.number, row.wish.acts_for, row.wish.role) == (2, world.ward, Role.OFFICER)
    assert row.wish.starts_on == date(2026, 1, 1)


def test_cells_typed_as_numbers_and_days_are_read(world):
    row = checked(world, changed(username=31117001, unit=31117, starts=date(2026, 2, 3)))[0]
    assert row.is_good
    assert row.cells["username"] == "31117001"
    assert row.wish.starts_on == date(2026, 2, 3)


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"username": ""}, "Tên đăng nhập", "Chưa điền"),
        ({"username": "có dấu"}, "Tên đăng nhập", "không dấu"),
        ({"full_name": ""}, "Tên hiển thị", "Chưa điền"),
        ({"full_name": "x" * 201}, "Tên hiển thị", "Dài quá 200"),
        ({"email": "khong-phai"}, "Thư điện tử", "không phải là địa chỉ"),
        ({"unit": "99999"}, "Đơn vị", "Không có đơn vị"),
        ({"unit": "31117 (01/02/2021)"}, "Đơn vị", "Không có đơn vị"),
        ({"unit": "31117", "starts": "01/01/2019"}, "Đơn vị", "không hoạt động vào ngày bắt đầu"),
        ({"role": "Vua"}, "Vai trò", "Không có vai trò"),
        ({"workplace": "nơi lạ"}, "Nơi công tác", "Không có đơn vị"),
        ({"starts": "31/02/2026"}, "Từ ngày", "Không có ngày"),
        ({"starts": "hôm qua"}, "Từ ngày", "không phải là ngày"),
        ({"last": "31/12/2025"}, "Đến hết ngày", "Ngày cuối"),
        ({"full_name": "Nguyeãn Vaên"}, "Tên hiển thị", "VNI"),
    ],
)
def test_every_problem_is_told_by_column(world, cells, column, words):
    found = problems(world, **cells)
    assert any(where == column and words in sentence for where, sentence in found), found


def test_day_comes_first(world):
    assert checked(world, changed(starts="05/06/2026"))[0].wish.starts_on == date(2026, 6, 5)


@pytest.mark.parametrize("text", ["31117 (01/01/2020)", "Phường Cái Khế", "phuong cai khe", "31117"])
def test_a_unit_is_named_by_code_by_code_and_day_or_by_its_only_name(world, text):
    assert checked(world, changed(unit=text))[0].wish.acts_for == world.ward


def test_a_name_that_two_units_bear_asks_for_the_code(world):
    make.unit("Phường Tân An", parent=world.city, code="31999")
    found = problems(world, unit="Phường Tân An")
    assert "31147" in found[0][1]
    assert "31999" in found[0][1]


def test_a_reused_code_means_the_unit_in_being_on_the_first_day(world):
    Unit.objects.filter(pk=world.ward.pk).update(valid_to=date(2025, 7, 1))
    new = make.unit(
        "Phường Mới", parent=make.unit(parent=world.city), code="31117", valid_from=date(2025, 7, 1)
    )
    assert checked(world, GOOD)[0].wish.acts_for == new
    assert checked(world, changed(starts="01/01/2025"))[0].wish.acts_for == world.ward


def test_units_of_others_are_as_if_they_were_not(world):
    make.unit("Tỉnh khác", code="93")
    assert "Không có đơn vị" in problems(world, unit="93")[0][1]


def test_a_taken_username_and_one_used_for_two_people_are_told(world):
    make.person(username="dacodung")
    rows = checked(world, changed(username="dacodung"), GOOD, changed(full_name="Người khác"))
    assert "Đã có tài khoản này" in rows[0].problems[0][1]
    assert rows[1].is_good
    assert "dòng 3" in rows[2].problems[0][1]


def test_one_person_may_stand_on_two_rows_with_two_seats(world):
    answer = send(world, GOOD, changed(unit="92", role="Ủy viên Hội đồng thẩm định", workplace="31117"))
    assert len(confirm(world, answer).context["made"]) == 1
    user = User.objects.get(username="31117.canbo")
    assert user.appointments.count() == 2
    assert {seat.role for seat in actor_for(user).seats} == {Role.OFFICER, Role.MEMBER}


def test_the_columns_may_stand_in_any_order_with_others_between(world):
    heading, row = [*reversed(HEADING), "Ghi chú"], [*reversed(GOOD), "không đọc"]
    assert checked(world, row, heading=heading)[0].is_good


def test_a_missing_column_is_named(world):
    with pytest.raises(Invalid, match="Vai trò"):
        importing.read(file_of(GOOD[:4], heading=HEADING[:4]))


def test_empty_lines_are_passed_over_and_numbers_stay(world):
    rows = checked(world, [""] * 10, GOOD)
    assert [row.number for row in rows] == [3]


def test_a_file_with_only_a_heading_is_refused(world):
    with pytest.raises(Invalid, match="chỉ có dòng tiêu đề"):
        importing.read(file_of())


def test_the_check_takes_the_same_queries_for_any_number_of_rows(world, django_assert_num_queries):
    for count in (1, 40):
        rows = importing.read(file_of(*[changed(username=f"nguoi.{n}.{count}") for n in range(count)]))
        with django_assert_num_queries(3):
            importing.check(rows, by=world.admin)


# --- on the page ----------------------------------------------------------------------------------


def test_the_preview_makes_nothing_and_the_confirmation_makes_all(world):
    answer = send(world, GOOD, changed(username="hai"))
    assert "Cả 2 dòng đều đúng" in answer.content.decode()
    assert not User.objects.filter(username="hai").exists()
    done = confirm(world, answer)
    for user, password in done.context["made"]:
        assert User.objects.get(pk=user.pk).check_password(password)
        assert password in done.content.decode()
    assert "no-store" in done.headers["Cache-Control"]
    assert User.objects.get(username="hai").history.count() == 1


def test_with_a_bad_row_nothing_is_made_unless_the_good_ones_are_chosen(world):
    answer = send(world, GOOD, changed(username="hai", role="Vua"))
    page = answer.content.decode()
    assert "1 dòng có chỗ cần sửa, 1 dòng đúng" in page
    assert "Dòng 3" in page
    assert confirm(world, answer).context["bad"] == 1
    assert not User.objects.filter(username="31117.canbo").exists()
    confirm(world, answer, only_good="1")
    assert User.objects.filter(username="31117.canbo").exists()
    assert not User.objects.filter(username="hai").exists()


def test_a_confirmation_sent_twice_makes_nobody_twice(world):
    answer = send(world, GOOD)
    confirm(world, answer)
    second = confirm(world, answer)
    assert second.context["bad"] == 1
    assert Appointment.objects.filter(user__username="31117.canbo").count() == 1


def test_a_preview_that_was_altered_or_is_anothers_is_refused(world):
    answer = send(world, GOOD)
    kept = answer.context["kept"]
    assert world.client.post("/people/import/confirm/", {"kept": kept[:-3] + "abc"}).status_code == 422
    other, _actor = make.seated(Role.ADMINISTRATOR, world.city)
    client = Client()
    client.force_login(other)
    assert client.post("/people/import/confirm/", {"kept": kept}).status_code == 422
    assert not User.objects.filter(username="31117.canbo").exists()


def test_a_file_that_is_no_sheet_is_refused_on_the_page(world):
    upload = SimpleUploadedFile("nguoi.xlsx", b"%PDF-1.7 khong phai bang tinh")
    answer = world.client.post("/people/import/", {"file": upload})
    assert answer.status_code == 422
    assert "không phải là bảng tính XLSX" in answer.content.decode()


def test_names_that_look_like_formulas_or_markup_stay_text(world):
    answer = send(world, changed(full_name='=HYPERLINK("http://x","y")', title="<script>alert(1)</script>"))
    page = answer.content.decode()
    assert "=HYPERLINK(&quot;http://x&quot;" in page
    assert "<script>alert" not in page


def test_the_template_of_the_demonstration_carries_its_mark_and_is_read_back(world, settings):
    settings.DEMO = True
    content = template.template_for(world.admin)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    heads = [book.get_sheet_by_name(name).to_python()[0] for name in book.sheet_names]
    assert all("SỐ LIỆU MINH HOẠ" in head for head in heads)
    with pytest.raises(Invalid, match="chỉ có dòng tiêu đề"):
        importing.read(io.BytesIO(content))


def test_the_template_is_read_back_by_the_import_and_holds_no_formula(world):
    make.unit('=cmd|" /C calc"!A0', parent=world.city, code="+1")
    content = template.template_for(world.admin)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    units = book.get_sheet_by_name("Đơn vị").to_python()
    assert ["+1", '=cmd|" /C calc"!A0', "01/01/2020"] in units
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist())
    with pytest.raises(Invalid, match="chỉ có dòng tiêu đề"):
        importing.read(io.BytesIO(content))
    assert (
        world.client.get("/people/import/template/").headers["Content-Type"].endswith("spreadsheetml.sheet")
    )
