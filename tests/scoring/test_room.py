"""The history room: every filter, whose history it shows, its sheet, and who read, took out or was refused."""

from __future__ import annotations

import copy
from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backend.audit import lines
from backend.audit.models import Access, Line
from backend.audit.recording import recording
from backend.core import clock
from backend.core.text import fold
from backend.rounds.actions import Seated, declare_conflict, form_council
from backend.rounds.models import Group
from backend.scoring import actions, room, telling
from backend.scoring.room import Asked
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring.councils import Council, council, fill
from tests.scoring.rooms import CUT, HISTORY, RAISED, cut_and_raised, found, signed_in
from tests.scoring.sittings import fresh, sitting
from tiers.seating import actor_for

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


def test_cuts_and_raises_are_told_apart(season):
    assert found(season, turn=-1) == [CUT]
    assert found(season, turn=1) == [RAISED]


def test_a_reason_is_found_without_accents(season):
    assert found(season, reason="ban hanh cham", kind="marks") == [CUT]
    assert found(season, reason="NHẬN văn", kind="marks") == [RAISED]
    assert found(season, reason="khong co chu nay") == []


def test_a_leaf_is_found_alone_and_a_field_with_all_below_it(season):
    alone, field = found(season, code="1.1", kind="marks"), found(season, code="1", kind="marks")
    assert CUT in alone
    assert len(field) > len(alone)
    assert "Đơn vị tự chấm: 5,00" not in field
    assert "Đơn vị tự chấm: 5,00" in found(season, code="2.1")


def test_a_person_is_found_by_part_of_her_name_or_by_her_account(season):
    officer = season.users["officer"]
    for words in (officer.full_name, fold(officer.username)):
        told, _older = telling.newest(season.secretary, Asked(person=words, kind="marks"))
        assert {change.row.history_user_id for change in told} == {officer.pk}
    assert found(season, person="Không Có Ai") == []


def test_too_many_people_of_a_name_are_an_error_of_the_filter_that_names_some(season, secretary):
    many = [make.person("Trần Thị Trùng Tên") for _number in range(room.FEW_PEOPLE + 1)]
    answer = secretary.get(HISTORY, {"person": "trùng tên", "code": "1.1"})
    assert answer.status_code == 422
    assert "gõ đủ họ tên" in answer.text
    assert f"Trần Thị Trùng Tên ({many[0].username})" in answer.text
    assert 'value="1.1"' in answer.text
    assert secretary.get("/api/changes/", {"person": "trùng tên"}).status_code == 422


def test_an_account_is_meant_where_many_more_begin_with_its_name(season, secretary):
    one = make.person("Lê Thị Một", username="ten")
    for number in range(room.FEW_PEOPLE + 1):
        make.person("Lê Thị Khác", username=f"ten{number}")
    assert room.people_named("ten") == [one.pk]


def test_changes_are_found_by_round_step_and_unit(season):
    assert found(season, round=season.round.pk, step="Thẩm định lần 1", kind="marks", turn=-1) == [CUT]
    assert found(season, step="Kết luận") == []
    assert CUT in found(season, words="ô môn")
    assert found(season, words="thới long", turn=-1) == []


def test_the_units_below_a_named_unit_are_found_with_it(season):
    assert CUT in found(season, words="thành phố thử")


def test_all_filters_together_ask_for_all(season):
    every = {"words": "o mon", "kind": "marks", "step": "Thẩm định lần 1", "round": season.round.pk}
    assert found(season, person=season.secretary.name, code="1.1", turn=-1, reason="cham", **every) == [CUT]
    assert found(season, person=season.officer.name, code="1.1", turn=-1, reason="cham", **every) == []


@pytest.mark.parametrize(
    "asked", [{}, {"kind": "marks"}, {"turn": -1}, {"reason": "ban hanh"}, {"code": "1.1"}]
)
def test_no_page_counts_or_skips_rows(season, asked, monkeypatch):
    monkeypatch.setattr(room, "A_PAGE", 1)
    _page, older = telling.newest(season.secretary, Asked())
    with CaptureQueriesContext(
        connection,
    ) as sent:
        telling.newest(season.secretary, Asked(**asked), before=older)
    said = " ".join(row["sql"] for row in sent.captured_queries).upper()
    assert " OFFSET " not in said
    assert "COUNT(" not in said


def test_a_page_takes_as_many_statements_for_many_changes_as_for_few(season):
    def taken() -> int:
        with CaptureQueriesContext(connection) as sent:
            telling.newest(season.secretary, Asked(kind="marks"))
        return len(sent)

    few = taken()
    for code in ("1.2", "2.1"):
        actions.appraise(
            season.card, code, by=season.secretary, version=0, points=Decimal("0.5"), reason="Thiếu văn bản"
        )
    assert taken() == few


@pytest.fixture(scope="module")
def built_again(standing) -> Council:
    def build() -> Council:
        here = council(units=3)
        fill(here.cards[1], by=make.seated(Role.OFFICER, here.cards[1].unit)[1])
        here.under_appraisal()
        actions.move(
            here.card, "reopen", by=here.secretary, reason="Nhập nhầm", document="8/UBND",
            new_close=clock.now() + 2 * make.DAY,
        )  # fmt: skip
        return here

    return standing(build)


@pytest.fixture
def reopened(built_again, db) -> Council:
    """Return a season with one unit that writes again; the others' time is over."""
    return copy.deepcopy(built_again)


@pytest.mark.parametrize("few", [0, 50])
@pytest.mark.parametrize("asked", [{}, {"person": "người"}, {"step": "Tự chấm điểm"}, {"code": "2.1"}])
def test_what_a_unit_writes_again_is_hidden_whichever_way_it_is_asked(reopened, few, asked, monkeypatch):
    monkeypatch.setattr(room, "FEW_CARDS", few)
    monkeypatch.setattr(room, "FEW_ROUNDS", few)
    changes, _older = telling.newest(reopened.secretary, Asked(kind="marks", **asked))
    units = {change.row.unit_name for change in changes}
    assert units == {"Phường Thới Long"}


def test_no_page_of_the_past_misses_a_row_between_the_parts_of_the_list(season, monkeypatch):
    whole, _older = telling.newest(season.secretary, Asked())
    monkeypatch.setattr(room, "A_PAGE", 3)
    every: list[int] = []
    before = None
    for _page in range(len(whole) // 3):
        page, before = telling.newest(season.secretary, Asked(), before=before)
        every += [change.line.id for change in page]
    assert every == [change.line.id for change in whole][: len(every)]


# --- every tracked model ---------------------------------------------------------------------------------------


def test_of_every_history_it_is_said_whether_the_room_shows_it():
    tables = {model._meta.db_table for model in apps.get_models() if hasattr(model, "history_user_id")}
    tables = {table for table in tables if "historical" in table}
    assert tables - lines.known() == set()


def test_a_change_without_words_of_its_own_tells_field_by_field(season):
    group = Group.objects.get(round=season.round)
    with recording(by=SYSTEM, reason="Đổi cách xếp", about=season.round.history_about):
        group.decimals = 3
        group.save()
    assert "nhóm xếp hạng" in found(season, kind="rounds")[0]
    assert "số chữ số thập phân khi in 2 → 3" in found(season, kind="rounds")[0]


@pytest.mark.django_db
def test_councils_sessions_and_changes_after_the_conclusion_are_told_in_words():
    here = sitting()
    one, secretary = here.members["one"], here.members["secretary"]
    members = [
        Seated(actor.user_id, str({"chair": Role.CHAIR, "secretary": Role.SECRETARY}.get(name, Role.MEMBER)))
        for name, actor in here.members.items()
    ]
    form_council(
        here.world.round,
        members,
        by=SYSTEM,
        version=0,
        decision_number="12/QĐ",
        decision_date=date(2026, 1, 5),
    )
    declare_conflict(
        here.world.round, by=one, unit=here.world.cards[1].unit, person=one.user_id, reason="Họ hàng"
    )
    actions.save_reason(here.world.round, by=secretary, code="vb1", text="Văn bản số … ban hành chậm")
    here.begin(present="chair secretary one")
    made = here.propose(by="one")
    here.vote(made, one="for", chair="against")
    actions.end_vote(fresh(made), by=secretary)
    actions.move(here.world.fresh(), "conclude", by=here.world.chair)
    changed = actions.propose_change(
        here.world.card, "1.1", by=secretary, points=Decimal(1), reason="Nộp lại", document="21/CV"
    )
    actions.confirm_change(changed, by=here.world.chair)
    reader, _actor = make.seated(Role.INSPECTOR, here.world.host)
    told, _older = telling.newest(actor_for(reader), Asked(kind="council"))
    words = [change.what for change in told]
    for part in (
        "Lập Hội đồng thẩm định: Quyết định số 12/QĐ ngày 05/01/2026",
        f"{one.name} là Ủy viên Hội đồng",
        f"{one.name} không tham gia phiếu do xung đột lợi ích: Họ hàng",
        "Thêm lý do mẫu vb1: Văn bản số … ban hành chậm",
        "Mở phiên họp Hội đồng số 1 tại Phòng họp số 2",
        f"{one.name}: có mặt",
        "Đưa phiếu vào chương trình phiên họp Hội đồng",
        f"{one.name} đề xuất 1,00 điểm tại phiên họp: Văn bản bổ sung có ngày ban hành đúng hạn",
        f"Kết thúc biểu quyết về đề xuất 1,00 điểm của {one.name}",
        "Đề nghị đổi điểm sau kết luận từ 0,50 thành 1,00: Nộp lại (21/CV)",
        "Đã xác nhận: đề nghị đổi điểm sau kết luận từ 0,50 thành 1,00: Nộp lại (21/CV)",
    ):
        assert part in words, part


@pytest.mark.django_db
def test_who_works_in_the_unit_reads_nothing_of_what_the_council_proposes_there():
    here = sitting()
    here.begin()
    here.propose(by="one")
    both, _actor = make.seated(Role.INSPECTOR, here.world.host)
    seen = [change.what for change in telling.newest(actor_for(both), Asked(kind="council"))[0]]
    make.seat(both, Role.OFFICER, at=here.world.unit)
    hidden = [change.what for change in telling.newest(actor_for(both), Asked(kind="council"))[0]]
    assert any("đề xuất" in said for said in seen)
    assert not any("đề xuất" in said or "chương trình" in said for said in hidden)


def test_every_shown_row_of_history_has_one_line(season):
    assert list(lines.wrong()) == []
    assert Line.objects.filter(source=season.mark("1.1").history.model._meta.db_table).exists()


def test_a_line_can_be_neither_changed_nor_taken_away(season):
    at = season.fresh().round.opened_at
    Access.objects.create(at=at, kind="reads", act="a", method="GET", address="/", status=200)
    for model in (Line, Access):
        for attempt in (lambda rows: rows.update(unit_path="/"), lambda rows: rows.all().delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                attempt(model.objects)
