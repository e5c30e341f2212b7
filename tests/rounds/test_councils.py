"""The council of a round: formed by decision, changed with a record, conflicts declared and withdrawn."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from backend.audit.recording import recording
from backend.core import clock
from backend.core.dates import vn_date
from backend.core.errors import Invalid, OutOfStep, Refused, Stale
from backend.notices.models import Notice
from backend.rounds.actions import (
    Seated,
    declare_conflict,
    extend,
    form_council,
    hand_presiding,
    withdraw_conflict,
)
from backend.rounds.models import Conflict, Council, CouncilMember
from backend.rounds.queries.councils import sitting
from backend.rounds.rules import covers
from backend.scoring.actions import open_round
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring.pages import signed_in, text
from tiers.seating import actor_for

pytestmark = pytest.mark.django_db

ROLES = {
    "manager": Role.CRITERIA_MANAGER,
    "chair": Role.CHAIR,
    "vice": Role.VICE_CHAIR,
    "secretary": Role.SECRETARY,
    "member": Role.MEMBER,
    "inspector": Role.INSPECTOR,
}


class Here:
    """A host with a round over one unit and a person in every seat."""

    def __init__(self) -> None:
        self.host = make.unit("Thành phố thử", kind="city")
        self.unit = make.unit("Phường thử", parent=self.host)
        self.round = make.round_(self.host, make.criteria_set(self.host))
        self.users = {name: make.seat(None, role, at=self.host).user for name, role in ROLES.items()}
        self.users["leader"] = make.seat(None, Role.LEADER, at=self.unit).user
        self.actors = {name: actor_for(user) for name, user in self.users.items()}

    def seated(self, *names: str, **limits: str) -> list[Seated]:
        return [Seated(self.users[name].pk, str(ROLES[name]), limit=limits.get(name, "")) for name in names]

    def form(self, *names: str, by: str = "manager", version: int = 0, **how: Any) -> Council:
        decision = {"decision_number": "12/QĐ-UBND", "decision_date": vn_date(clock.now())}
        limits = how.pop("limits", {})
        return form_council(
            self.round, self.seated(*names, **limits), by=self.actors[by], version=version, **decision | how
        )

    def declare(self, by: str, person: str, **how: Any) -> Conflict:
        said = {"reason": "Họ hàng với lãnh đạo", "unit": self.unit} | how
        return declare_conflict(self.round, by=self.actors[by], person=self.users[person].pk, **said)

    def page(self, name: str, *args: Any) -> str:
        return reverse(f"rounds:{name}", args=[self.round.pk, *args])


@pytest.fixture
def here() -> Here:
    return Here()


def test_the_page_forms_a_council_by_decision_and_tells_its_members(here: Here) -> None:
    browser = signed_in(here.users["manager"])
    seats = {
        name: here.users[name].appointments.get().pk for name in ("chair", "vice", "secretary", "member")
    }
    sent = {"version": 0, "decision_number": "12/QĐ-UBND", "decision_date": "05/01/2026"}
    sent |= {f"sits_{pk}": "on" for pk in seats.values()}
    sent |= {f"limit_{seats['member']}": "1, 2.1", f"title_{seats['chair']}": "Phó Chủ tịch UBND"}
    assert browser.post(here.page("council_form"), sent).status_code == 302

    page = text(browser.get(here.page("council")))
    for words in ("12/QĐ-UBND", "05/01/2026", "Phó Chủ tịch UBND", "1, 2.1", "Phó Chủ tịch thường trực"):
        assert words in page
    assert Notice.objects.filter(user=here.users["member"], subject__contains="thành viên").exists()


@pytest.mark.parametrize(
    ("names", "how", "sentence"),
    [
        (("secretary", "member"), {}, "đúng một chủ tịch"),
        (("chair",), {}, "ít nhất một thành viên"),
        (("chair", "member"), {"decision_number": " "}, "số quyết định"),
        (("chair", "member"), {"limits": {"member": "1, 9.9"}}, "9.9"),
    ],
)
def test_a_council_that_makes_no_sense_is_refused(
    here: Here, names: tuple[str, ...], how: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        here.form(*names, **how)


def test_the_decision_is_not_of_a_day_to_come(here: Here) -> None:
    with pytest.raises(Invalid, match="sau hôm nay"):
        here.form("chair", "member", decision_date=vn_date(clock.now()) + timedelta(days=1))


def test_an_office_needs_its_seat_at_the_host(here: Here) -> None:
    stranger = make.seat(None, Role.CHAIR, at=here.unit).user
    members = [Seated(stranger.pk, "chair"), *here.seated("member")]
    with pytest.raises(Invalid, match="vai trò đang được phân công"):
        form_council(
            here.round,
            members,
            by=here.actors["manager"],
            decision_number="1",
            decision_date=vn_date(clock.now()),
        )


@pytest.mark.parametrize("name", ["chair", "secretary", "member", "inspector", "leader"])
def test_only_who_runs_the_round_forms_its_council(here: Here, name: str) -> None:
    with pytest.raises(Refused):
        here.form("chair", "member", by=name)


def test_who_is_left_out_leaves_with_a_record_and_who_stays_keeps_her_day(here: Here) -> None:
    council = here.form("chair", "secretary", "member")
    stays = council.members.get(person=here.users["chair"])
    with pytest.raises(Stale):
        here.form("chair", "member")
    here.form("chair", "member", version=1, limits={"member": "2"})

    assert [row.person for row in sitting(council)] == [here.users["chair"], here.users["member"]]
    assert council.members.get(person=here.users["chair"]).starts_at == stays.starts_at
    ended = council.members.filter(ends_at__isnull=False)
    assert {row.person for row in ended} == {here.users["secretary"], here.users["member"]}
    assert CouncilMember.history.filter(history_type="~").count() == 2
    page = text(signed_in(here.users["manager"]).get(here.page("council")))
    assert "Người đã thôi tham gia" in page


def test_the_database_keeps_one_chair_and_one_vice_chair(here: Here) -> None:
    council = here.form("chair", "vice")
    other = make.person()
    for office in ("chair", "vice_chair"):
        with pytest.raises(IntegrityError), transaction.atomic(), recording(by=SYSTEM):
            council.members.create(person=other, office=office, starts_at=clock.now())


def test_the_chair_hands_the_presiding_over_and_takes_it_back(here: Here) -> None:
    here.form("chair", "vice", "member")
    chair = signed_in(here.users["chair"])
    assert chair.post(here.page("hand_presiding"), {"to_vice": "on", "reason": ""}).status_code == 422
    assert (
        chair.post(here.page("hand_presiding"), {"to_vice": "on", "reason": "Đi công tác"}).status_code == 302
    )
    assert "đã giao Phó Chủ tịch thường trực" in text(chair.get(here.page("council")))
    assert chair.post(here.page("hand_presiding"), {"reason": "Đã về"}).status_code == 302
    assert not Council.objects.get().vice_presides
    assert signed_in(here.users["vice"]).post(here.page("hand_presiding"), {"reason": "x"}).status_code == 403


def test_who_is_not_the_chair_hands_over_by_a_document(here: Here) -> None:
    council = here.form("chair", "vice", "member")
    with pytest.raises(Invalid, match="văn bản"):
        hand_presiding(council, by=here.actors["manager"], to_vice=True, reason="Chủ tịch ốm")
    made = hand_presiding(council, by=here.actors["manager"], to_vice=True, reason="Ốm", document="8/CV")
    assert made.vice_presides


def test_without_a_vice_chair_there_is_nobody_to_hand_to(here: Here) -> None:
    council = here.form("chair", "member")
    with pytest.raises(OutOfStep, match="chưa có Phó Chủ tịch"):
        hand_presiding(council, by=here.actors["chair"], to_vice=True, reason="Bận")


def test_a_person_declares_her_own_conflict_without_a_document(here: Here) -> None:
    browser = signed_in(here.users["member"])
    sent = {"person": here.users["member"].pk, "unit": here.unit.pk, "reason": "Vợ là kế toán của phường"}
    assert browser.post(here.page("declare_conflict"), sent).status_code == 302

    made = Conflict.objects.get()
    assert made.by_herself
    assert "Vợ là kế toán" in text(browser.get(here.page("conflict_list")))
    assert Notice.objects.filter(user=here.users["secretary"], key=f"conflict-{made.pk}").exists()
    with pytest.raises(OutOfStep, match="đã được khai báo"):
        here.declare("member", "member")


def test_the_secretary_declares_for_another_by_a_document_only(here: Here) -> None:
    with pytest.raises(Invalid, match="văn bản"):
        here.declare("secretary", "member")
    assert not here.declare("secretary", "member", document="12/CV-SNV").by_herself


def test_a_member_does_not_declare_for_another_and_a_lead_does_not_see_hers(here: Here) -> None:
    here.declare("secretary", "chair", document="12/CV-SNV")
    with pytest.raises(Refused):
        here.declare("member", "secretary", document="12/CV-SNV")
    lead = make.seat(None, Role.APPRAISER, at=here.host, fields_limit="2").user
    assert "Họ hàng" not in text(signed_in(lead).get(here.page("conflict_list")))
    assert "Họ hàng" in text(signed_in(here.users["inspector"]).get(here.page("conflict_list")))


def test_what_another_declared_is_not_withdrawn_by_the_person_herself(here: Here) -> None:
    made = here.declare("manager", "secretary", document="12/CV-SNV")
    with pytest.raises(Refused, match="Không tự rút"):
        withdraw_conflict(made, by=here.actors["secretary"], reason="Nhầm")
    browser = signed_in(here.users["chair"])
    where = here.page("withdraw_conflict", made.pk)
    assert browser.post(where, {"reason": ""}).status_code == 422
    assert browser.post(where, {"reason": "Đã chuyển công tác"}).status_code == 302

    assert Conflict.objects.count() == 1
    assert "Đã chuyển công tác" in text(browser.get(here.page("conflict_list")))
    with pytest.raises(OutOfStep, match="đã được rút"):
        withdraw_conflict(made, by=here.actors["chair"], reason="Lần nữa")


def test_a_conflict_may_hold_in_every_round_of_the_host(here: Here) -> None:
    here.declare("member", "member", every_round=True)
    later = make.round_(here.host, here.round.groups.get().criteria_set, year=2027)
    with pytest.raises(OutOfStep, match="đã được khai báo"):
        declare_conflict(
            later, by=here.actors["member"], unit=here.unit, person=here.users["member"].pk, reason="Họ hàng"
        )


def test_who_judges_nothing_declares_nothing(here: Here) -> None:
    assert signed_in(here.users["inspector"]).post(here.page("declare_conflict"), {}).status_code == 403
    with pytest.raises(Invalid, match="không thẩm định"):
        here.declare("secretary", "leader", document="12/CV")


def test_a_conflict_keeps_the_person_from_giving_that_unit_more_time(here: Here) -> None:
    opened = open_round(here.round, by=SYSTEM)[0].round
    step = opened.steps.get(kind="self")
    here.declare("secretary", "secretary")
    later = step.closes_at + timedelta(days=3)
    asked = {"unit": here.unit, "closes_at": later, "reason": "Mất điện", "document": "4/CV"}
    with pytest.raises(Refused, match="xung đột lợi ích"):
        extend(step, by=here.actors["secretary"], **asked)
    assert extend(step, by=here.actors["member"], **asked).unit == here.unit


def test_a_limit_covers_what_stands_below_its_codes() -> None:
    assert covers("", "3.1")
    assert covers("1, 3", "3.1")
    assert covers("3.1; 2", "3.1.4")
    assert not covers("3.1", "3.10")
    assert not covers("3.1", "3")


def test_json_forms_reads_and_declares(here: Here) -> None:
    manager = signed_in(here.users["manager"])
    path = f"/api/rounds/{here.round.pk}/"
    members = [{"person": here.users[name].pk, "office": str(ROLES[name])} for name in ("chair", "member")]
    body = {"decision_number": "12/QĐ", "decision_date": "2026-01-05", "members": members}
    assert manager.get(f"{path}council/").status_code == 404
    assert manager.post(f"{path}council/", body, content_type="application/json").status_code == 200
    assert [row["office"] for row in manager.get(f"{path}council/").json()["members"]] == ["chair", "member"]

    member = signed_in(here.users["member"])
    said = {"unit": here.unit.pk, "reason": "Họ hàng"}
    made = member.post(f"{path}conflicts/", said, content_type="application/json")
    assert made.status_code == 201
    back = f"{path}conflicts/{made.json()['id']}/withdraw/"
    assert (
        member.post(back, {"reason": "Nhầm"}, content_type="application/json").json()["withdrawal"] == "Nhầm"
    )


def test_a_code_of_one_kinds_criteria_covers_no_other_kinds() -> None:
    assert covers("xa:5", "5.1", "xa")
    assert not covers("xa:5", "5.1", "so")
    assert covers("5", "5.1", "so")
    assert not covers("xa:5", "50.1", "xa")
