"""A set to Excel and back, through its pages: the preview first, then one button."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from backend.criteria import actions
from backend.criteria.models import CriteriaSet, Edit, Node
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.criteria.sheets import HEADING, book, press, said, send

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


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


@pytest.fixture
def empty(city, manager):
    return actions.create_set(city, by=SYSTEM, kind=make.kind("commune"), year=2027, title="Bộ trống")


def export(client, criteria_set):
    """Return the exported sheet, opened by another library than ours."""
    answer = client.get(reverse("criteria:sheet_export", args=[criteria_set.pk]))
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)
    return load_workbook(io.BytesIO(content)), content


def saved(workbook) -> bytes:
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def row_of(page, code):
    """Return the number of the row with a code."""
    return next(cell.row for cell in page["A"] if cell.value == code)


def codes(criteria_set):
    return list(
        Node.objects.filter(criteria_set=criteria_set).order_by("order").values_list("code", flat=True)
    )


def test_the_export_has_the_official_columns_typed_numbers_and_a_hidden_key(client, draft):
    book_, _content = export(client, draft)
    page = book_.active
    heading = page[row_of(page, "STT")]
    titles = [cell.value for cell in heading]
    assert titles[:4] == ["STT", "Lĩnh vực/Tiêu chí/Tiêu chí thành phần", "Điểm tối đa", "Cách chấm"]
    assert titles[7] == "Ghi chú"
    leaf = page[row_of(page, "1.1")]
    assert (leaf[2].value, leaf[2].data_type) == (2, "n")
    assert leaf[-1].value == str(draft.nodes.get(code="1.1").pk)
    assert page.column_dimensions[leaf[-1].column_letter].hidden
    assert page.freeze_panes == f"C{heading[0].row + 1}"
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.print_title_rows == f"${heading[0].row}:${heading[0].row}"


def test_a_text_that_looks_like_a_formula_is_exported_as_text(client, draft, manager):
    actions.edit_node(draft.nodes.get(code="1.1"), by=manager, title='=HYPERLINK("http://x","y")')
    actions.edit_node(draft.nodes.get(code="2.1"), by=manager, title="@SUM(1+1)*cmd|' /C calc'!A0")
    page = export(client, draft)[0].active
    cells = [page.cell(row_of(page, code), 2) for code in ("1.1", "2.1")]
    assert [cell.data_type for cell in cells] == ["s", "s"]
    assert all(cell.quotePrefix for cell in cells)
    assert not [cell for row in page.iter_rows() for cell in row if cell.data_type == "f"]


def test_an_illustration_says_so_in_its_sheet(client, city, manager):
    shown = make.criteria_set(city, is_illustration=True)
    book_, _content = export(client, shown)
    assert "SỐ LIỆU MINH HOẠ" in [cell.value for cell in book_.active["A"]]
    assert "SỐ LIỆU MINH HOẠ" in book_.active.oddHeader.center.text


def test_a_changed_export_is_previewed_field_by_field_and_applied_once(client, draft):
    workbook, _content = export(client, draft)
    page = workbook.active
    page.cell(row_of(page, "1.1"), 2).value = "Kế hoạch năm"
    page.cell(row_of(page, "1.1"), 3).value = 2.5
    keys = {node.code: node.pk for node in draft.nodes.all()}
    preview = send(client, draft, saved(workbook))
    words = said(preview)
    assert "Tiêu chí 1.1 Kế hoạch năm" in words
    assert "Điểm tối đa 2 2,5" in words
    assert draft.nodes.get(code="1.1").title == "Tiêu chí 1.1"  # nothing yet
    assert press(client, draft, preview).status_code == 302
    leaf = draft.nodes.get(code="1.1")
    assert (leaf.title, leaf.max_points, leaf.pk) == ("Kế hoạch năm", Decimal("2.5"), keys["1.1"])
    edit = Edit.objects.get(criteria_set=draft)
    assert list(edit.after) == [str(leaf.pk)]
    assert edit.before[str(leaf.pk)]["title"] == "Tiêu chí 1.1"
    assert leaf.history.count() == 2
    assert draft.nodes.get(code="2.1").history.count() == 1


def test_one_undo_takes_the_whole_import_back(client, draft, manager):
    workbook, _content = export(client, draft)
    page = workbook.active
    page.cell(row_of(page, "1.1"), 1).value = "1.2"
    page.delete_rows(row_of(page, "2.1"))
    before = list(draft.nodes.order_by("order").values_list("code", "title"))
    press(client, draft, send(client, draft, saved(workbook)), remove="1")
    assert codes(draft) == ["1", "1.2", "2"]
    actions.undo(draft, by=manager)
    assert list(draft.nodes.order_by("order").values_list("code", "title")) == before


def test_a_plain_table_becomes_a_tree_with_codes_of_its_own(client, empty):
    content = book(
        ["BỘ TIÊU CHÍ CHẤM ĐIỂM"],
        [],
        ["TT", "NỘI DUNG", "Diem", "Cách chấm", "Tham số", "Minh chứng"],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
        ["I", "Công tác chỉ đạo", 6],
        [1, "Kế hoạch", 4],
        [1.1, "Ban hành kế hoạch", 1.5, "Chọn mức", "kịp thời=1,5|chậm=0", "Kế hoạch"],
        [1.2, "Thực hiện", "2,5 điểm", "theo khoang ty le", "Xong / Giao :: >90=2,5|≤90=0"],
        [2, "Báo cáo", 2, "Đạt / không đạt"],
        ["II", "Cải cách thể chế", 5],
        [1, "Văn bản", 5],
        ["a)", "Đúng hạn", 3],
        ["b)", "Đúng thể thức", 2],
        [None, "Nơi nhận: như trên"],
        [None, "Tổng cộng", 11],
    )
    preview = send(client, empty, content)
    words = said(preview)
    assert "A5: I → 1; A6: 1 → 1.1; A7: 1.1 → 1.1.1" in words
    assert "Ô B14 không có mã và điểm nên được coi là ghi chú, không nhập." in words
    assert "dòng tổng" not in words
    press(client, empty, preview)
    assert codes(empty) == ["1", "1.1", "1.1.1", "1.1.2", "1.2", "2", "2.1", "2.1.a", "2.1.b"]
    leaf = empty.nodes.get(code="1.1.2")
    assert (leaf.max_points, leaf.rule, leaf.level) == (Decimal("2.5"), "bands", 3)
    assert empty.nodes.get(code="1.1").planned_points == Decimal(4)
    assert empty.nodes.get(code="1.1.1").evidence_asked == "Kế hoạch"


def test_a_total_that_does_not_add_up_is_said(client, empty):
    words = said(
        send(client, empty, book(HEADING, [1, "Một", None], ["1.1", "Hai", 3], [None, "TỔNG CỘNG:", 4]))
    )
    assert "Ô C4 dòng tổng ghi 4, các tiêu chí chấm điểm trong tệp cộng lại là 3,00." in words


def test_a_missing_code_is_derived_and_said(client, empty):
    content = book(HEADING, ["1", "Một"], ["1.1", "Hai", 3], [None, "Ba", 1], ["1.2", "Bốn", 2])
    preview = send(client, empty, content)
    assert "Ô A4 không có mã; lấy mã 1.3 theo thứ tự." in said(preview)
    press(client, empty, preview)
    assert codes(empty) == ["1", "1.1", "1.3", "1.2"]


def test_a_row_copied_in_excel_with_its_hidden_key_is_a_new_criterion(client, draft):
    workbook, _content = export(client, draft)
    page = workbook.active
    at, last = row_of(page, "1.1"), page.max_row + 1
    for column in range(1, page.max_column + 1):
        page.cell(last, column).value = page.cell(at, column).value
    page.cell(last, 1).value, page.cell(last, 2).value = "1.2", "Tiêu chí sao"
    preview = send(client, draft, saved(workbook))
    assert f"sao từ dòng của ô A{at}; được coi là tiêu chí mới." in said(preview)
    press(client, draft, preview)
    assert codes(draft) == ["1", "1.1", "1.2", "2", "2.1"]
    assert draft.nodes.get(code="1.1").title == "Tiêu chí 1.1"


def test_a_criterion_moved_to_another_group_keeps_its_key(client, draft):
    workbook, _content = export(client, draft)
    page = workbook.active
    key = draft.nodes.get(code="1.1").pk
    moved = [cell.value for cell in page[row_of(page, "1.1")]]
    page.delete_rows(row_of(page, "1.1"))
    page.append(["2.2", *moved[1:]])
    preview = send(client, draft, saved(workbook))
    assert "1.1 Tiêu chí 1.1: nay trong nhóm 2 " in said(preview)
    press(client, draft, preview)
    moved = draft.nodes.get(pk=key)
    assert (moved.code, moved.parent.code) == ("2.2", "2")
    assert codes(draft) == ["1", "2", "2.1", "2.2"]


def test_what_the_file_does_not_name_goes_only_if_asked(client, draft):
    content = book(HEADING, ["1", "Lĩnh vực 1"], ["1.1", "Tiêu chí 1.1", 2])
    preview = send(client, draft, content)
    assert "Xóa 2 dòng không có trong tệp khỏi dự thảo" in said(preview)
    press(client, draft, preview)
    assert codes(draft) == ["1", "1.1", "2", "2.1"]
    press(client, draft, send(client, draft, content), remove="1")
    assert codes(draft) == ["1", "1.1"]


def test_a_draft_changed_after_the_preview_is_previewed_anew(client, draft, manager):
    preview = send(client, draft, book(HEADING, ["1", "Lĩnh vực 1"], ["1.1", "Tên mới", 2]))
    actions.edit_node(draft.nodes.get(code="1.1"), by=manager, max_points=Decimal(3))
    again = press(client, draft, preview)
    assert "Dự thảo vừa được sửa sau khi bạn xem trước" in said(again, 409)
    assert draft.nodes.get(code="1.1").title == "Tiêu chí 1.1"
    assert press(client, draft, again).status_code == 302
    assert draft.nodes.get(code="1.1").title == "Tên mới"


def test_a_preview_that_was_touched_or_is_of_another_draft_is_refused(client, draft, empty):
    preview = send(client, draft, book(HEADING, ["1", "Lĩnh vực 1"]))
    assert "Hãy gửi lại tệp" in said(press(client, empty, preview), 422)
    answer = client.post(reverse("criteria:sheet_apply", args=[draft.pk]), {"kept": "x"})
    assert "Hãy gửi lại tệp" in said(answer, 422)


def test_a_published_set_takes_no_sheet(client, city, manager):
    published = make.criteria_set(city)
    assert "Chỉ nhập được vào dự thảo" in said(
        client.get(reverse("criteria:sheet_import", args=[published.pk]))
    )
    assert "đã ban hành" in said(send(client, published, book(HEADING, ["1", "Một"])), 409)


def test_an_issued_set_of_an_earlier_year_is_remembered_as_the_previous_one(client, city, empty):
    issued = make.criteria_set(city)
    _workbook, content = export(client, issued)
    preview = send(client, empty, content)
    assert "Tệp được xuất từ bộ tiêu chí khác" in said(preview)
    press(client, empty, preview)
    assert codes(empty) == codes(issued)
    assert empty.nodes.get(code="1.1").previous == issued.nodes.get(code="1.1")


def test_a_csv_of_an_old_decision_is_read_whole(client, empty):
    content = (
        "code,level,name_vi,max_points,rule_type,rule_options\n"
        '1,linh_vuc,"Công tác chỉ đạo, điều hành",20,sum,\n'
        "1.1,tieu_chi,Kế hoạch năm,5,sum,\n"
        "1.1.1,tieu_chi_thanh_phan,Ban hành,1,option,kịp thời=1|không kịp thời=0.5|không ban hành=0\n"
        "1.1.4,tieu_chi_thanh_phan,Mức độ thực hiện,2,band,>90%=2|70%-90%=1|<70%=0\n"
        "1.3,tieu_chi,Kiểm tra,3,sum,\n"
    )
    press(client, empty, send(client, empty, content.encode(), "bo.csv"))
    assert codes(empty) == ["1", "1.1", "1.1.1", "1.1.4", "1.3"]
    assert not empty.nodes.get(code="1.3").is_leaf
    assert empty.nodes.get(code="1.1.4").rule == "bands"
