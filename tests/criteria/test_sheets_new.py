"""A sheet that makes a new set, that names for whom a node applies, or that leaves the framework."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from backend.criteria import actions
from backend.criteria.models import CriteriaSet
from backend.criteria.queries import nodes_of
from backend.criteria.sheets import exported, plan_for, read_file
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.criteria.sheets import HEADING, book, press, said, send

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TABLE = book(HEADING, ("I", "Cải cách thể chế", None), ("1", "Kế hoạch", 2), ("2", "Báo cáo", 3))


@pytest.fixture
def city():
    return make.unit("Thành phố")


@pytest.fixture
def manager(city, client):
    """The criteria manager of the city, signed in."""
    user, actor = make.seated(Role.CRITERIA_MANAGER, city)
    client.force_login(user)
    return actor


@pytest.fixture
def draft(city, manager):
    return make.criteria_set(city, state=CriteriaSet.State.DRAFT)


def send_new(client, owner, content=TABLE, **more):
    kind = make.kind("commune")
    values = {"owner": owner.pk, "kind": kind.pk, "year": 2031, "title": "", **more}
    return client.post(
        reverse("criteria:sheet_new"), {**values, "file": SimpleUploadedFile("bang.xlsx", content)}
    )


def press_new(client, preview):
    kept = preview.content.decode().split('name="kept" value="')[1].split('"')[0]
    return client.post(reverse("criteria:sheet_new_apply"), {"kept": kept})


def changed(draft, change) -> bytes:
    """Return the draft as a sheet that ``change(page, row_of)`` has changed."""
    workbook = load_workbook(io.BytesIO(exported(draft, nodes_of(draft))[0]))
    page = workbook.active
    change(page, {cell.value: cell.row for cell in page["A"]})
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def column(page, title):
    return next(cell.column for row in page.iter_rows() for cell in row if cell.value == title)


def test_a_sheet_makes_a_new_draft_once_its_button_is_pressed(client, city, manager):
    preview = send_new(client, city)
    assert "Thêm 3" in said(preview)
    assert not CriteriaSet.objects.exists()
    answer = press_new(client, preview)
    made = CriteriaSet.objects.get()
    assert answer.url == reverse("criteria:set_detail", args=[made.pk])
    assert (made.year, made.owner, made.title) == (2031, city, f"Bộ tiêu chí {made.kind.title} năm 2031")
    assert [node.code for node in made.nodes.order_by("order")] == ["1", "1.1", "1.2"]


def test_a_file_that_can_not_be_read_makes_nothing_and_loses_nothing(client, city, manager):
    answer = send_new(client, city, book(("Một", "Hai")), title="Bộ của tôi")
    assert "Không tìm thấy dòng tiêu đề" in said(answer, 422)
    assert 'value="Bộ của tôi"' in answer.content.decode()
    assert not CriteriaSet.objects.exists()


def test_a_new_draft_with_problems_is_shown_them_and_not_made(client, city, manager):
    preview = send_new(client, city, book(HEADING, ("1", "Kế hoạch", "nhiều")))
    assert "C2" in said(preview)
    assert press_new(client, preview).status_code == 422
    assert not CriteriaSet.objects.exists()


def test_a_preview_of_a_draft_makes_no_new_one(client, city, manager, draft):
    preview = send(client, draft, TABLE)
    assert press_new(client, preview).status_code == 422


def test_for_whom_a_node_applies_goes_out_and_into_another_draft(client, city, manager, draft):
    ward = make.unit("Phường; An Bình", parent=city, kind="commune", code="PAB")
    kind = make.kind("commune")
    actions.set_scope(draft.nodes.get(code="1.1"), by=manager, kinds=[kind], units=[ward])
    actions.set_scope(draft.nodes.get(code="2"), by=manager, units=[ward], only_with_procedures=True)
    content = exported(draft, nodes_of(draft))[0]
    assert plan_for(read_file(io.BytesIO(content), "a.xlsx"), draft).changes_nothing
    press_new(client, send_new(client, city, content))
    made = CriteriaSet.objects.get(year=2031)
    assert _scopes(made) == _scopes(draft) != []


def _scopes(criteria_set):
    rows = criteria_set.nodes.order_by("order", "applicabilities__pk")
    columns = ("code", "applicabilities__kind", "applicabilities__unit", "only_with_procedures")
    return [row for row in rows.values_list(*columns) if any(row[1:])]


def test_a_scope_is_changed_and_taken_away_by_its_cell(client, city, manager, draft):
    ward = make.unit("Phường An Bình", parent=city, kind="commune", code="PAB")
    actions.set_scope(draft.nodes.get(code="1.1"), by=manager, units=[ward])

    def change(page, rows):
        at = column(page, "Chỉ áp dụng cho")
        page.cell(rows["1.1"], at).value = None
        page.cell(rows["2.1"], at).value = "pab"

    draft.refresh_from_db()
    preview = send(client, draft, changed(draft, change))
    assert "Chỉ áp dụng cho Phường An Bình (PAB) –" in said(preview)
    press(client, draft, preview)
    assert _scopes(draft) == [("2.1", None, ward.pk, False)]
    actions.undo(draft, by=manager)
    assert _scopes(draft) == [("1.1", None, ward.pk, False)]


def test_an_unknown_unit_in_a_scope_is_told_by_cell(client, manager, draft):
    def change(page, rows):
        page.cell(rows["1.1"], column(page, "Chỉ áp dụng cho")).value = "Xã Không Có"

    words = said(send(client, draft, changed(draft, change)))
    assert "không có loại đơn vị hay đơn vị “Xã Không Có”" in words


@pytest.fixture
def followed(city, client):
    """A district's draft that follows a framework of the city; its criteria manager is signed in."""
    district = make.unit("Huyện An Bình", parent=city, kind="district")
    user, _actor = make.seated(Role.CRITERIA_MANAGER, district)
    client.force_login(user)
    framework = make.criteria_set(city, is_framework=True)
    return actions.follow_framework(framework, by=SYSTEM, owner=district)


def test_a_breach_of_the_framework_is_a_problem_of_the_preview(client, followed):
    def change(page, rows):
        page.cell(rows["1.1"], 2).value = "Tên khác"

    before = followed.nodes.count()
    preview = send(client, followed, changed(followed, change))
    words = said(preview)
    assert "Nội dung khác khung" in words
    assert "Ô A" in words
    assert press(client, followed, preview).status_code == 422
    assert followed.nodes.count() == before


def test_an_addition_where_the_framework_is_shut_is_a_problem(client, followed):
    def change(page, rows):
        for place, value in enumerate(("9", "Lĩnh vực riêng", None), start=1):
            page.cell(rows["1"] + 20, place).value = value

    assert "Khung không cho thêm lĩnh vực" in said(send(client, followed, changed(followed, change)))


def test_a_sheet_that_keeps_the_framework_has_no_problem(client, followed):
    def change(page, rows):
        page.cell(rows["1.1"], column(page, "Hướng dẫn")).value = "Nộp trước ngày 15/12"

    preview = send(client, followed, changed(followed, change))
    assert "Tệp đọc được hết" in said(preview)
    press(client, followed, preview)
    assert followed.nodes.get(code="1.1").guidance == "Nộp trước ngày 15/12"
    assert followed.nodes.get(code="1.1").max_points == Decimal(2)
