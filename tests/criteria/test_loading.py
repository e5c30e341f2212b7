"""A set from a file: whole or not at all, with line and reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from backend.criteria.actions import problems_of_set
from backend.criteria.loading.illustration import DATA, kinds_with_file, load_illustration
from backend.criteria.loading.load import agencies_on, load_set
from backend.criteria.loading.reading import BrokenFileError, read_file, read_text
from backend.criteria.models import CriteriaSet, Node
from backend.criteria.queries import totals_of, tree_of
from backend.criteria.rules import RuleType
from permissions.actor import SYSTEM
from tests import make

HEADER = "code,level,title,points,source,rule,params,evidence,needs_evidence,lead,previous\n"
FIELD = "1,1,Lĩnh vực một,3,,,,,,,\n"

# Quyết định 1880/QĐ-UBND năm 2013 của Cà Mau, the rows that could be read; the source ends after 1.3.
CA_MAU = HEADER + (
    '1,1,"Công tác chỉ đạo, điều hành CCHC",20,,,,,,,\n'
    "1.1,2,Kế hoạch CCHC năm,5,,,,,,,\n"
    "1.1.1,3,Ban hành kế hoạch CCHC năm,1,assessed,option,"
    "kịp thời=1|không kịp thời=0.5|không ban hành=0,,,,\n"
    "1.1.2,3,Xác định đầy đủ nhiệm vụ theo kế hoạch năm của UBND tỉnh và bố trí kinh phí,1,assessed,option,"
    "đầy đủ và có kinh phí=1|thiếu một trong hai=0,,,,\n"
    '1.1.3,3,"Kết quả phải đạt rõ ràng, cụ thể và định rõ trách nhiệm phòng, ban, đơn vị",1,assessed,option,'
    "đạt=1|không đạt=0,,,,\n"
    "1.1.4,3,Mức độ thực hiện kế hoạch CCHC,2,assessed,bands,>90%=2|70%-90%=1|<70%=0,,,,\n"
    "1.2,2,Báo cáo CCHC,2,,,,,,,\n"
    '1.2.1,3,"Báo cáo gửi đúng thời gian (quý I, quý III, 6 tháng, năm)",1,assessed,option,'
    "đủ số lượng và đúng thời gian=1|thiếu hoặc trễ=0,,,,\n"
    "1.2.2,3,Báo cáo đầy đủ nội dung theo hướng dẫn,1,assessed,option,đạt=1|không đạt=0,,,,\n"
    "1.3,2,Kiểm tra công tác CCHC,3,,,,,,,\n"
)


def load(text: str, **fields) -> CriteriaSet:
    fields.setdefault("owner", make.unit("Tỉnh"))
    fields.setdefault("title", "Bộ tiêu chí thử")
    return load_set(
        read_text(text, name="tep.csv"), kind=make.kind("department"), year=2013, by=SYSTEM, **fields
    )


@pytest.mark.django_db
def test_a_file_becomes_a_draft_with_its_tree():
    made = load(CA_MAU, scale=Decimal(20))
    assert made.state == CriteriaSet.State.DRAFT
    leaf = made.nodes.get(code="1.1.4")
    assert (leaf.level, leaf.parent.code, leaf.max_points) == (3, "1.1", Decimal("2.000"))
    assert leaf.parsed_rule().reachable(leaf.max_points) == (Decimal(2), Decimal(1), Decimal(0))
    assert [node.code for node in made.nodes.all()][:4] == ["1", "1.1", "1.1.1", "1.1.2"]


@pytest.mark.django_db
def test_a_set_cut_short_stays_a_draft_and_its_problems_name_their_nodes():
    problems = problems_of_set(load(CA_MAU, scale=Decimal(20)))
    assert [problem.code for problem in problems] == ["", "1", "1.3"]
    assert "7,00" in problems[1].sentence
    assert "20,00" in problems[1].sentence
    assert "chưa có tiêu chí" in problems[2].sentence


@pytest.mark.django_db
def test_every_node_of_a_loaded_set_has_its_history():
    made = load(CA_MAU)
    assert Node.history.filter(criteria_set_id=made.pk, history_type="+").count() == made.nodes.count()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1.1,2,Tiêu chí,2,assessed,option,abc,,,,", "chưa có điểm"),
        ("1.1,2,Tiêu chí,2,assessed,sai,,,,,", "không có cách chấm"),
        ("1.1,2,Tiêu chí,2,khac,pass_fail,,,,,", "nguồn điểm"),
        ("1.1,2,,2,assessed,pass_fail,,,,,", "thiếu nội dung"),
        ("1.1,2,Tiêu chí,,assessed,pass_fail,,,,,", "Chưa nhập số điểm"),
        ("1.1,2,Tiêu chí,0,assessed,pass_fail,,,,,", "lớn hơn 0"),
        ('1.1,2,Tiêu chí,"1.234,5",assessed,pass_fail,,,,,', "có thể đọc là"),
        ("1.1,3,Tiêu chí,2,assessed,pass_fail,,,,,", "không khớp mã"),
        ("1.1,9,Tiêu chí,2,assessed,pass_fail,,,,,", "từ 1 đến 5"),
        ("2.1,2,Tiêu chí,2,assessed,pass_fail,,,,,", "chưa có nhóm 2"),
        ("1,1,Tiêu chí,2,assessed,pass_fail,,,,,", "đã có ở dòng 2"),
        ("1.1,2,Tiêu chí,2,assessed,pass_fail,,,x,,", "phải là 1 (có) hoặc 0"),
        ("1.1,2,Nhóm,2,,pass_fail,,,,,", "nhóm không có cách chấm"),
        ("1.1,2,Tiêu chí", "số ô không bằng số cột"),
        ("1.1,2,B¸o c¸o c¶i c¸ch hµnh chÝnh,2,assessed,pass_fail,,,,,", "TCVN3"),
    ],
)
def test_a_line_that_makes_no_sense_is_told_with_its_number(line, reason):
    with pytest.raises(BrokenFileError) as refusal:
        read_text(HEADER + FIELD + line + "\n", name="tep.csv")
    assert any(problem.line == 3 and reason in problem.reason for problem in refusal.value.problems)
    assert "tep.csv" in refusal.value.message


def test_every_wrong_line_is_told_at_once():
    text = HEADER + FIELD + "1.1,2,A,2,assessed,sai,,,,,\n1.2,2,,2,assessed,pass_fail,,,,,\n"
    with pytest.raises(BrokenFileError) as refusal:
        read_text(text, name="tep.csv")
    assert [problem.line for problem in refusal.value.problems] == [3, 4]


@pytest.mark.parametrize(
    ("header", "reason"), [("code,title\n", "thiếu cột"), (HEADER[:-1] + ",abc\n", "abc")]
)
def test_a_file_with_other_columns_is_refused(header, reason):
    with pytest.raises(BrokenFileError, match=reason):
        read_text(header, name="tep.csv")


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path):
    path = tmp_path / "tep.csv"
    path.write_bytes((HEADER + FIELD).encode("utf-16"))
    with pytest.raises(BrokenFileError, match="UTF-8"):
        read_file(path)


@pytest.mark.django_db
def test_a_lead_agency_that_is_not_there_is_refused_and_nothing_is_written():
    text = HEADER + FIELD + "1.1,2,Tiêu chí,3,assessed,pass_fail,,,,KHONGCO,\n"
    with pytest.raises(BrokenFileError, match="KHONGCO"):
        load(text, agencies={})
    assert not CriteriaSet.objects.exists()


@pytest.mark.django_db
def test_of_several_lead_agencies_the_one_in_being_counts():
    city = make.unit("Thành phố")
    new = make.unit("Sở mới", parent=city, code="SMOI", kind="department")
    rows = read_text(HEADER + FIELD + "1.1,2,Tiêu chí,3,assessed,pass_fail,,,,SCU/SMOI,\n", name="tep.csv")
    made = load_set(
        rows,
        owner=city,
        kind=make.kind("department"),
        year=2026,
        by=SYSTEM,
        agencies=agencies_on(date(2026, 1, 1), rows),
        title="Bộ tiêu chí thử",
    )
    assert made.nodes.get(code="1.1").lead_agency == new


@pytest.mark.parametrize("kind", ["commune", "department", "district"])
@pytest.mark.django_db
def test_the_illustration_of_each_kind_can_be_published(kind):
    made = load_illustration(make.unit("Thành phố"), kind=make.kind(kind), year=2026)
    assert made.state == CriteriaSet.State.PUBLISHED
    assert made.is_illustration
    assert made.title.startswith("Bộ tiêu chí minh hoạ")
    totals = totals_of(tree_of(made))
    assert totals.points == Decimal(100)
    assert Decimal(28) <= totals.survey <= Decimal(30)
    used = set(made.nodes.filter(is_leaf=True).values_list("rule", flat=True))
    assert used >= {RuleType.OPTION, RuleType.BANDS, RuleType.FORMULA, RuleType.DECLINING, RuleType.DIRECT}
    assert made.nodes.filter(source=Node.Source.EXTERNAL).count() == 1


@pytest.mark.django_db
def test_an_illustration_of_the_next_year_is_mapped_leaf_by_leaf():
    city, kind = make.unit("Thành phố"), make.kind("commune")
    first = load_illustration(city, kind=kind, year=2025)
    second = load_illustration(city, kind=kind, year=2026, previous=first)
    leaves = second.nodes.filter(is_leaf=True).select_related("previous")
    assert all(leaf.previous.criteria_set_id == first.pk for leaf in leaves)
    assert all(leaf.previous.code == leaf.code for leaf in leaves)


def test_the_files_with_the_program_are_one_for_each_kind():
    assert kinds_with_file() == ["commune", "department", "district"]


@pytest.mark.django_db
def test_the_command_loads_and_publishes_or_names_every_line(tmp_path: Path, capsys):
    make.unit("Thành phố", code="92")
    make.kind("commune")
    args = ["--owner=92", "--kind=commune", "--year=2026", "--title=Bộ thử", "--publish"]
    for number, code in enumerate(("SNV", "STP", "STC", "SKHCN", "VPUB", "TTTP")):
        make.unit(f"Sở {number}", parent=None, code=code)
    call_command("load_criteria", str(DATA / "commune.csv"), *args)
    assert "46 tiêu chí chấm điểm" in capsys.readouterr().out
    broken = tmp_path / "hong.csv"
    broken.write_text(HEADER + "1,1,,3,,,,,,,\n", encoding="utf-8")
    with pytest.raises(CommandError, match="dòng 2: thiếu nội dung"):
        call_command("load_criteria", str(broken), *args)
    assert CriteriaSet.objects.count() == 1
