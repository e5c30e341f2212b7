"""A finished season enters by one door: from a folder of files, whole or not at all."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import OutOfStep, Refused
from backend.criteria.models import CriteriaSet, Node
from backend.rounds.models import Round, Step
from backend.scoring.lifecycle import State
from backend.scoring.models import Evidence, Explanation, Mark, Score, Scorecard, Signature, StepTotal
from permissions.actor import SYSTEM
from reports.models import Ranking, Row
from reports.seasons.reading import read_season
from reports.seasons.season import BrokenSeasonError
from reports.seasons.taking import take_over_season
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

STATED = date(2022, 2, 28)
FILES = {
    "season.csv": (
        "host,year,title,on_date,with_survey,stated_on,stated_source\n"
        "92,2021,Đánh giá năm 2021,31/12/2021,1,28/02/2022,Quyết định thử nghiệm\n"
    ),
    "groups.csv": "kind,title,criteria_year,tie_rule\ncommune,Xã và phường,2021,dense\n",
    "bands.csv": 'kind,label,lower,inclusive\ncommune,Tốt,80,1\ncommune,Khá,"62,5",0\ncommune,Yếu,0,\n',
    "steps.csv": (
        "kind,title,opens,last_day,shown\n"
        "self,Tự chấm điểm,15/11/2021,07/01/2022,\n"
        "appraisal,Thẩm định lần 1,08/01/2022,25/01/2022,26/01/2022\n"
        "explanation,Giải trình,26/01/2022,05/02/2022,\n"
        "appraisal,Thẩm định lần 2,06/02/2022,15/02/2022,\n"
        "survey,Điểm điều tra,01/12/2021,15/02/2022,\n"
        "conclusion,Kết luận,16/02/2022,28/02/2022,\n"
    ),
    "survey.csv": "report_number,report_date,sample,answers\n01/BC-THU,20/01/2022,300,280\n",
    "marks.csv": (
        "unit,leaf,self,note,appraised_1,reason_1,appraised_2,reason_2,question,answer,survey,"
        "document_number,document_issuer,left_out\n"
        'A,1.1,2,,"0,5",Gửi chậm 4 ngày,"1,5",Đã có văn bản bổ sung,Gửi chậm 4 ngày,Có lý do,,'
        "12/BC,UBND,\n"
        "A,1.2,3,Ghi chú,3,,,,,,,,,\n"
        'A,2.1,,,,,,,,,"4,5",,,\n'
        "B,1.1,1,,1,,,,,,,,,\n"
        "B,1.2,,,,,,,,,,,,Không có thủ tục hành chính\n"
        "B,2.1,,,,,,,,,5,,,\n"
    ),
}


@pytest.fixture
def city():
    """A city with two communes and a set of two own leaves and one survey leaf."""
    return made_city()


def made_city(**fields):
    """Make the city; ``fields`` are those of its criteria set."""
    city = make.unit("Thành phố thử", code="92", kind="city")
    for code in "AB":
        make.unit(f"Xã {code}", parent=city, code=code)
    made = make.criteria_set(
        city, year=2021, leaves={"1.1": "2", "1.2": "3", "2.1": "5"}, state=CriteriaSet.State.DRAFT, **fields
    )
    with recording(by=SYSTEM):
        survey = Node.objects.get(criteria_set=made, code="2.1")
        survey.source, survey.rule = Node.Source.SURVEY, "direct"
        survey.save()
        made.state, made.published_at = CriteriaSet.State.PUBLISHED, clock.now()
        made.save()
    return city


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Return the writer of a good folder; ``change`` is file, old text and new text."""

    def write(*changes: tuple[str, str, str], without: str = "") -> Path:
        content = dict(FILES)
        for file, old, new in changes:
            assert old in content[file]
            content[file] = content[file].replace(old, new, 1)
        for file, text in content.items():
            if file != without:
                (tmp_path / file).write_text(text)
        return tmp_path

    return write


def refusal(folder: Path) -> str:
    """Return what the command says no with; nothing may have been written."""
    with pytest.raises(CommandError) as refused:
        call_command("import_season", str(folder))
    assert not Round.objects.exists()
    assert not Scorecard.objects.exists()
    return str(refused.value)


def test_a_folder_becomes_a_published_ranking(city, folder, capsys) -> None:
    call_command("import_season", str(folder()))
    assert "2 đơn vị, kết quả công bố ngày 28/02/2022" in capsys.readouterr().out
    rows = {row.unit_name: row for row in Row.objects.all()}
    assert (rows["Xã A"].total, rows["Xã A"].maximum, rows["Xã A"].band) == (Decimal(9), Decimal(10), "Tốt")
    # The leaf that did not apply left B's maximum: 6 of 7.
    assert (rows["Xã B"].total, rows["Xã B"].maximum, rows["Xã B"].rank) == (Decimal(6), Decimal(7), 2)
    assert set(Scorecard.objects.values_list("state", flat=True)) == {State.PUBLISHED}
    assert Round.objects.get().state == Round.State.PUBLISHED


def test_every_word_of_the_paper_stands_on_the_leaf(city, folder) -> None:
    call_command("import_season", str(folder()))
    marks = Mark.objects.filter(score__card__unit__code="A", score__code="1.1").order_by("step__order")
    points = [(mark.step.kind, mark.points, mark.from_points, mark.reason) for mark in marks]
    assert points == [
        (Step.Kind.SELF, Decimal(2), None, ""),
        (Step.Kind.APPRAISAL, Decimal("0.5"), Decimal(2), "Gửi chậm 4 ngày"),
        (Step.Kind.APPRAISAL, Decimal("1.5"), Decimal("0.5"), "Đã có văn bản bổ sung"),
        (Step.Kind.CONCLUSION, Decimal("1.5"), Decimal("1.5"), ""),
    ]
    asked = Explanation.objects.get()
    assert (asked.question, asked.answer) == ("Gửi chậm 4 ngày", "Có lý do")
    assert Evidence.objects.get().number == "12/BC"
    left = Score.objects.get(applies=False)
    assert (left.code, left.left_out_reason) == ("1.2", "Không có thủ tục hành chính")
    survey = Mark.objects.filter(step__kind=Step.Kind.SURVEY)
    assert {mark.provenance.report_number for mark in survey} == {"01/BC-THU"}


def test_totals_are_those_of_the_marks(city, folder) -> None:
    call_command("import_season", str(folder()))
    totals = {(row.card.unit.code, row.step.order): (row.total, row.given) for row in StepTotal.objects.all()}
    assert totals["A", 2] == (Decimal("3.5"), 2)
    assert totals["A", 6] == (Decimal("4.5"), 2)
    call_command("verify")


def test_nothing_is_dated_back(city, folder) -> None:
    before = clock.now()
    call_command("import_season", str(folder()))
    after = clock.now()
    for model in (Round, Step, Scorecard, Score, Mark, Explanation, Evidence, Signature, Ranking):
        rows = list(model.history.all())
        assert rows
        assert all(before <= row.history_date <= after for row in rows)
        assert {(row.stated_on, row.stated_source) for row in rows} == {(STATED, "Quyết định thử nghiệm")}
    made = Round.objects.get()
    assert before <= made.opened_at <= made.published_at <= after
    ranking = Ranking.objects.get()
    assert before <= ranking.published_at <= after
    assert (ranking.stated_on, ranking.stated_source) == (STATED, "Quyết định thử nghiệm")
    assert all(before <= mark.saved_at <= after for mark in Mark.objects.all())


def test_the_dates_of_the_steps_are_those_of_the_paper(city, folder) -> None:
    call_command("import_season", str(folder()))
    step = Step.objects.get(kind=Step.Kind.SELF)
    assert step.opens_at.isoformat() == "2021-11-14T17:00:00+00:00"
    assert step.closes_at.isoformat() == "2022-01-07T17:00:00+00:00"


def test_the_same_season_is_not_entered_twice(city, folder) -> None:
    call_command("import_season", str(folder()))
    with pytest.raises(CommandError, match=r"Đợt năm 2021 của Thành phố thử đã được nhập ngày .* lần nữa"):
        call_command("import_season", str(folder()))
    assert Ranking.objects.count() == 1


def test_checking_writes_nothing(city, folder, capsys) -> None:
    call_command("import_season", str(folder()), "--check")
    assert capsys.readouterr().out.startswith("Kiểm tra xong, chưa ghi. Đánh giá năm 2021: 2 đơn vị")
    assert not Round.objects.exists()
    assert not Mark.history.exists()


def test_an_illustration_is_not_entered_outside_the_demonstration(city, folder, settings) -> None:
    settings.DEMO = False
    path = folder(
        ("season.csv", "with_survey,", "with_survey,illustration,"), ("season.csv", ",1,28", ",1,1,28")
    )
    assert "chỉ được công bố ở chế độ trình diễn" in refusal(path)


def test_a_real_season_takes_no_illustrated_criteria(folder) -> None:
    made_city(is_illustration=True)
    assert "bộ tiêu chí minh hoạ không dùng được cho đợt đánh giá thật" in refusal(folder())


MARKS = "marks.csv"
WRONG = {
    "a missing file": (("steps.csv",), "steps.csv: không có tệp này trong thư mục"),
    "an unknown host": (("season.csv", "92,", "93,"), "season.csv, dòng 2: ngày 31/12/2021 không có cơ quan"),
    "a host not yet there": (("season.csv", "31/12/2021", "31/12/2019"), "ngày 31/12/2019 không có cơ quan"),
    "a day that is none": (("season.csv", "28/02/2022", "30/02/2022"), "season.csv, dòng 2: cột stated_on:"),
    "no source": (("season.csv", "Quyết định thử nghiệm", ""), "cột stated_source: không được để trống"),
    "a flag that is none": (("season.csv", ",1,28", ",có,28"), "cột with_survey: “có” phải là 1 (có)"),
    "a missing column": (("groups.csv", "kind,", "loai,"), "groups.csv, dòng 1: thiếu cột kind."),
    "an unknown column": (("groups.csv", "title,", "ten,"), "groups.csv, dòng 1: có cột lạ: ten"),
    "an unknown kind": (("groups.csv", "commune,", "xa,"), "bands.csv, dòng 2: không có nhóm commune"),
    "an unknown tie rule": (("groups.csv", "dense", "dong"), "groups.csv, dòng 2: cột tie_rule: “dong”"),
    "no criteria": (("groups.csv", "2021", "2019"), "groups.csv, dòng 2: chưa có bộ tiêu chí năm 2019"),
    "no floor of bands": (("bands.csv", "commune,Yếu,0,\n", ""), "bands.csv: commune: Các mức còn hở"),
    "an unknown step": (("steps.csv", "appraisal,", "tham-dinh,"), "steps.csv, dòng 3: cột kind:"),
    "steps out of order": (("steps.csv", "16/02/2022", "10/02/2022"), "trước khi bước “Thẩm định lần 2”"),
    "no conclusion": (("steps.csv", "conclusion,", "appraisal,"), "steps.csv: Chưa có bước kết luận."),
    "answers above sample": (("survey.csv", "280", "301"), "survey.csv, dòng 2: số phiếu trả lời 301"),
    "points that mean two things": (
        (MARKS, "B,1.1,1,,1,", "B,1.1,1,,1.000,"),
        "marks.csv, dòng 5: cột appraised_1: “1.000” có thể đọc là",
    ),
    "points above the leaf": ((MARKS, "A,1.2,3,", "A,1.2,9,"), "marks.csv, dòng 3: điểm 9,00 ngoài khoảng"),
    "an unknown unit": ((MARKS, "A,1.2", "C,1.2"), "marks.csv, dòng 3: không có đơn vị C hoặc tiêu chí 1.2"),
    "a line that is missing": (
        (MARKS, "B,1.1,1,,1,,,,,,,,,\n", ""),
        "marks.csv: thiếu dòng của đơn vị B, tiêu chí 1.1",
    ),
    "a line twice": ((MARKS, "A,1.2", "A,1.1"), "marks.csv, dòng 3: đơn vị A, tiêu chí 1.1 lặp lại"),
    "a change without reason": (
        (MARKS, "Đã có văn bản bổ sung", ""),
        "marks.csv, dòng 2: điểm thay đổi từ 0,50 thành 1,50 mà không có lý do",
    ),
    "no appraised points": ((MARKS, "B,1.1,1,,1,", "B,1.1,1,,,"), "dòng 5: thiếu điểm thẩm định"),
    "a third appraisal": (
        (MARKS, "reason_2,", "reason_2,appraised_3,"),
        "marks.csv, dòng 2: có 14 ô, cần 15 ô",
    ),
    "own points on a survey leaf": ((MARKS, "B,2.1,,", "B,2.1,1,"), "không có điểm tự chấm, thẩm định"),
    "no survey points": ((MARKS, "B,2.1,,,,,,,,,5,,,", "B,2.1,,,,,,,,,,,,"), "dòng 7: thiếu điểm điều tra"),
    "survey points of nowhere": (("survey.csv",), "survey.csv: có điểm điều tra nên phải có tệp này"),
    "survey without survey": (("season.csv", ",1,28", ",0,28"), "marks.csv, dòng 4: có điểm điều tra"),
    "points on a leaf left out": ((MARKS, "B,1.2,,", "B,1.2,1,"), "dòng 6: tiêu chí không áp dụng thì không"),
    "a document of nobody": ((MARKS, "12/BC,UBND", "12/BC,"), "dòng 2: tài liệu phải có cả số văn bản"),
    "an answer to nothing": ((MARKS, "Gửi chậm 4 ngày,Có", ",Có"), "có giải trình mà không có nội dung"),
    "old letters": (
        (MARKS, "Ghi chú", "Nguyeãn Vaên Ñaïi"),
        "dòng 3: cột note: có vẻ được gõ bằng bảng mã VNI",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_folder_is_refused_whole_with_file_line_and_reason(city, folder, what: str) -> None:
    change, sentence = WRONG[what]
    path = folder(without=change[0]) if len(change) == 1 else folder(change)
    assert sentence in refusal(path)


def test_every_problem_is_told_at_once(city, folder) -> None:
    path = folder(("season.csv", "2021,Đ", "21,Đ"), (MARKS, "A,1.2,3,", "A,1.2,ba,"), without="bands.csv")
    said = refusal(path)
    assert "có 4 lỗi" in said
    for part in (
        "season.csv, dòng 2",
        "marks.csv, dòng 3",
        "bands.csv: không có tệp",
        "chưa có mức xếp loại",
    ):
        assert part in said


def test_a_file_that_is_not_unicode_is_refused(city, folder) -> None:
    path = folder()
    (path / "groups.csv").write_bytes("kind\nxã".encode("utf-16"))
    assert "groups.csv, dòng 1: không phải mã UTF-8" in refusal(path)


def test_a_season_of_a_host_that_already_scores_the_year_is_refused(city, folder) -> None:
    make.round_(city, year=2021)
    with pytest.raises(OutOfStep, match="đã có đợt đánh giá năm 2021 nên không nhập thêm được"):
        take_over_season(read_season(folder()), by=SYSTEM)


def test_a_person_without_the_right_is_refused(city, folder) -> None:
    officer = make.seated("officer", city)[1]
    with pytest.raises(Refused):
        take_over_season(read_season(folder()), by=officer)


def test_without_survey_the_survey_leaves_need_no_line(city, folder) -> None:
    lines = 'A,2.1,,,,,,,,,"4,5",,,\n', "B,2.1,,,,,,,,,5,,,\n"
    path = folder(("season.csv", ",1,28", ",0,28"), *[(MARKS, line, "") for line in lines])
    take_over_season(read_season(path), by=SYSTEM)
    row = Row.objects.get(unit_name="Xã A")
    assert (row.total, row.maximum) == (Decimal("4.5"), Decimal(5))


def test_the_season_before_is_compared_with(city, folder) -> None:
    earlier = make.round_(city, year=2020)
    take_over_season(read_season(folder()), by=SYSTEM)
    assert Round.objects.get(year=2021).previous == earlier


def test_the_problems_come_in_the_order_of_files_and_lines(city, folder) -> None:
    path = folder((MARKS, "A,1.2,3,", "A,1.2,ba,"), (MARKS, "B,1.1,1,", "B,1.1,x,"), without="groups.csv")
    with pytest.raises(BrokenSeasonError) as refused:
        read_season(path)
    places = [(problem.file, problem.line) for problem in refused.value.problems]
    assert places == sorted(places)
