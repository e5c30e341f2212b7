"""Versions of a set through the front door: published by a decision, copied, compared, inside a framework."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from backend.audit.recording import recording
from backend.criteria import actions
from backend.criteria.models import Applicability, CriteriaSet, Node
from backend.rounds.models import Round
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports.actions import request_comparison
from reports.documents import make as make_document
from reports.models import Document
from tests import make
from tests.scoring import specimens

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DECIDED = {
    "legal_number": "3368/QĐ-UBND",
    "legal_date": "05/01/2026",
    "legal_signer": "KT. Chủ tịch, Phó Chủ tịch",
}
DRAFT = CriteriaSet.State.DRAFT


@pytest.fixture
def city():
    return make.unit("Thành phố")


@pytest.fixture
def district(city):
    return make.unit("Quận Một", parent=city, kind="district")


@pytest.fixture
def manager(city, client):
    """The criteria manager of the city, signed in."""
    user, actor = make.seated(Role.CRITERIA_MANAGER, city)
    client.force_login(user)
    return actor


@pytest.fixture
def framework(city) -> CriteriaSet:
    """A published framework of the city: 1 is closed, 2 is open."""
    made = make.criteria_set(
        city, leaves={"1.1": "2", "2.1": "3"}, state=DRAFT, is_framework=True, title="Khung 2026"
    )
    Node.objects.filter(criteria_set=made, code="2").update(open_to_additions=True)
    return actions.publish(made, by=SYSTEM)


@pytest.fixture
def officer(district):
    """The criteria manager of the district."""
    return make.seated(Role.CRITERIA_MANAGER, district)


def text(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:800]
    return answer.content.decode()


def decision(content: bytes | None = None, name: str = "quyet-dinh.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, specimens.pdf() if content is None else content)


# --- the decision ---------------------------------------------------------------------------------


def test_a_set_is_published_with_its_decision_which_whoever_it_scores_may_fetch(client, city, manager):
    draft = make.criteria_set(city, state=DRAFT)
    address = reverse("criteria:publish", args=[draft.pk])
    assert "Chức vụ người ký" in text(client.get(address))
    assert client.post(address, {**DECIDED, "legal_upload": decision()}).status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.legal_number, draft.legal_date) == (
        "published",
        "3368/QĐ-UBND",
        date(2026, 1, 5),
    )
    assert (draft.legal_signer, draft.legal_file_name) == (DECIDED["legal_signer"], "quyet-dinh.pdf")
    commune = make.unit("Xã", parent=city)
    client.force_login(make.seated(Role.OFFICER, commune)[0])
    assert "quyet-dinh.pdf" in text(client.get(reverse("criteria:set_detail", args=[draft.pk])))
    answer = client.get(reverse("criteria:legal_file", args=[draft.pk]))
    assert b"".join(answer.streaming_content) == specimens.pdf()
    assert answer["Content-Type"] == "application/pdf"
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize("missing", ["legal_number", "legal_date"])
def test_number_and_date_are_asked_for_and_nothing_typed_is_lost(client, city, manager, missing):
    draft = make.criteria_set(city, state=DRAFT)
    sent = {name: value for name, value in DECIDED.items() if name != missing}
    page = text(client.post(reverse("criteria:publish", args=[draft.pk]), sent), 422)
    assert "Phó Chủ tịch" in page
    draft.refresh_from_db()
    assert draft.state == DRAFT


def test_an_illustration_is_published_without_a_decision(client, city, manager):
    draft = make.criteria_set(city, state=DRAFT, is_illustration=True)
    client.post(reverse("criteria:publish", args=[draft.pk]), {})
    draft.refresh_from_db()
    assert draft.state == CriteriaSet.State.PUBLISHED


@pytest.mark.parametrize(("content", "words"), [(b"MZ" + b"\0" * 500, "không phải là PDF"), (b"", "rỗng")])
def test_a_file_that_is_no_decision_is_refused_at_its_field(client, city, manager, content, words):
    draft = make.criteria_set(city, state=DRAFT)
    answer = client.post(
        reverse("criteria:publish", args=[draft.pk]), {**DECIDED, "legal_upload": decision(content)}
    )
    assert words in text(answer, 422)


def test_the_decision_of_a_draft_is_written_down_and_changed(client, city, manager):
    draft = make.criteria_set(city, state=DRAFT)
    address = reverse("criteria:set_edit", args=[draft.pk])
    sent = {"title": draft.title, "scale": "5", **DECIDED, "legal_upload": decision(name="a.pdf")}
    assert client.post(address, sent).status_code == 302
    client.post(address, {**sent, "legal_upload": "", "legal_number": "9/QĐ"})
    draft.refresh_from_db()
    assert (draft.legal_number, draft.legal_file_name) == ("9/QĐ", "a.pdf")


# --- copies ---------------------------------------------------------------------------------------


def test_a_copy_for_another_tier_keeps_texts_and_rules_and_says_what_it_left(client, city, district, officer):
    agency = make.unit("Sở Nội vụ", parent=city, kind="department")
    source = make.criteria_set(
        city, kind="district", state=DRAFT, bonus_ceiling=Decimal(3), left_out_way="rescaled"
    )
    with recording(by=SYSTEM, reason="Dựng dữ liệu thử"):
        leaf = source.nodes.get(code="1.1")
        leaf.lead_agency, leaf.not_arisen, leaf.only_with_procedures = agency, "full", True
        leaf.save()
        Applicability.objects.create(node=leaf, unit=make.unit("Xã Xa", parent=city))
        Applicability.objects.create(node=source.nodes.get(code="2.1"), kind=source.kind)
    actions.publish(source, by=SYSTEM)
    client.force_login(officer[0])
    sent = {"owner": district.pk, "kind": make.kind("commune").pk, "year": "2027", "title": "Của quận"}
    page = text(client.post(reverse("criteria:set_copy", args=[source.pk]), sent, follow=True))
    assert "Bỏ cơ quan chủ trì thẩm định của cơ quan khác: 1.1." in page
    assert "Bỏ phạm vi áp dụng cho đơn vị của cơ quan khác: 1.1." in page
    made = CriteriaSet.objects.get(owner=district)
    assert made.nodes.get(code="2.1").previous == source.nodes.get(code="2.1")
    copied = made.nodes.get(code="1.1")
    assert (copied.lead_agency, copied.not_arisen, copied.only_with_procedures) == (None, "full", True)
    assert (made.bonus_ceiling, made.left_out_way) == (Decimal(3), "rescaled")
    assert [row.node.code for row in Applicability.objects.filter(node__criteria_set=made)] == ["2.1"]


def test_a_copy_for_the_same_owner_keeps_every_column_of_every_node(city, manager):
    source = make.criteria_set(city, state=DRAFT)
    Node.objects.filter(criteria_set=source, code="1.1").update(counting="bonus", open_to_additions=True)
    made = actions.copy_set(source, by=manager, year=2027)
    names = [name for name in actions.copying.COPIED if name != "id"]
    assert list(made.nodes.values(*names)) == list(source.nodes.values(*names))


def test_the_source_of_a_copy_is_chosen_among_all_one_sees(client, city, manager):
    source = make.criteria_set(city)
    page = text(client.get(reverse("criteria:copy_from")))
    assert source.title in page
    answer = client.get(reverse("criteria:copy_from"), {"source": source.pk})
    assert answer["Location"] == reverse("criteria:set_copy", args=[source.pk])
    hidden = make.criteria_set(make.unit("Tỉnh khác"))
    assert client.get(reverse("criteria:copy_from"), {"source": hidden.pk}).status_code == 200


# --- comparison -----------------------------------------------------------------------------------


@pytest.fixture
def pair(city, manager) -> tuple[CriteriaSet, CriteriaSet]:
    """A published set and a draft of its next version, in which one leaf changed points and text."""
    old = make.criteria_set(city)
    new = actions.new_version(old, by=manager)
    actions.edit_node(
        new.nodes.get(code="1.1"), by=manager, title="Tiêu chí 1.1 sửa", max_points=Decimal("1.5")
    )
    return old, new


def test_two_versions_are_compared_node_by_node(client, pair):
    old, new = pair
    page = text(client.get(reverse("criteria:compare"), {"old": old.pk, "new": new.pk}))
    assert "sửa<" in page.replace("\n", "")
    assert "<del>2,00</del> → <ins>1,50</ins>" in page
    assert "[thêm:" in page
    assert "Tiêu chí 2.1" not in page
    whole = text(client.get(reverse("criteria:compare"), {"old": old.pk, "new": new.pk, "kind": "all"}))
    assert "Tiêu chí 2.1" in whole


def test_a_kind_of_change_can_be_shown_alone(client, pair):
    old, new = pair
    page = text(client.get(reverse("criteria:compare"), {"old": old.pk, "new": new.pk, "kind": "removed"}))
    assert "Không có thay đổi nào" in page


def test_a_set_that_one_may_not_see_can_not_be_compared(client, pair):
    hidden = make.criteria_set(make.unit("Tỉnh khác"), title="Bộ kín")
    answer = client.get(reverse("criteria:compare"), {"old": pair[0].pk, "new": hidden.pk})
    assert "Bộ kín" not in text(answer, 422)


def test_a_set_is_not_compared_with_itself(client, pair):
    answer = client.get(reverse("criteria:compare"), {"old": pair[0].pk, "new": pair[0].pk})
    assert "hai bản khác nhau" in text(answer, 422)


def test_the_page_of_a_set_leads_to_its_versions_and_comparisons(client, city, pair):
    old, new = pair
    past = make.criteria_set(city, year=2025)
    page = text(client.get(reverse("criteria:set_detail", args=[new.pk])))
    for other in (old, past):
        assert f"?old={other.pk}&amp;new={new.pk}" in page
    assert "đang hiệu lực" in page
    assert "đang hiệu lực" in text(client.get(reverse("criteria:set_list")))


def test_the_list_asks_the_same_number_of_queries_for_one_set_and_for_five(
    client, city, manager, django_assert_max_num_queries
):
    for year in range(2030, 2035):
        make.criteria_set(city, year=year)
    with django_assert_max_num_queries(30):
        client.get(reverse("criteria:set_list"))


# --- frameworks -----------------------------------------------------------------------------------


@pytest.fixture
def followed(framework, officer, district, client) -> CriteriaSet:
    """The district's draft inside the framework, made on the page; her manager is signed in."""
    client.force_login(officer[0])
    sent = {"owner": district.pk, "year": "2026", "title": "Bộ của quận"}
    assert client.post(reverse("criteria:set_follow", args=[framework.pk]), sent).status_code == 302
    return CriteriaSet.objects.get(owner=district)


def test_a_district_sees_the_framework_and_makes_her_set_inside_it(client, framework, followed):
    assert "Khung 2026" in text(client.get(reverse("criteria:set_list")))
    assert followed.framework == framework
    pairs = followed.nodes.select_related("frame")
    assert all(node.frame.code == node.code and node.frame.title == node.title for node in pairs)
    assert followed.nodes.count() == framework.nodes.count()


def test_what_is_framed_is_not_changed_and_nothing_of_the_change_stays(client, followed):
    leaf = followed.nodes.get(code="1.1")
    answer = client.post(
        reverse("criteria:node_edit", args=[leaf.pk]),
        {"title": "Tên khác", "max_points": "2", "source": "assessed", "rule": "direct", "code": "1.1"},
    )
    assert "theo khung" in answer.content.decode()
    leaf.refresh_from_db()
    assert leaf.title == "Tiêu chí 1.1"


def test_an_addition_in_an_open_place_is_published_once_its_points_add_up(followed, officer):
    group, by = followed.nodes.get(code="2"), officer[1]
    actions.add_node(
        followed, by=by, parent=group, title="Của quận", is_leaf=True, max_points=Decimal(1), rule="direct"
    )
    found = {problem.code: problem.sentence for problem in actions.problems_of_set(followed)}
    assert "Theo khung là 3,00 điểm, ở đây là 4,00 điểm." in found["2"]
    actions.edit_node(followed.nodes.get(code="2.1"), by=by, max_points=Decimal(2))
    given = {"legal_number": "1/QĐ", "legal_date": date(2026, 2, 1)}
    assert actions.publish(followed, by=by, **given).state == CriteriaSet.State.PUBLISHED


def test_against_its_framework_a_set_shows_what_the_district_added(client, framework, followed, officer):
    group = followed.nodes.get(code="2")
    actions.add_node(
        followed,
        by=officer[1],
        parent=group,
        title="Của quận",
        is_leaf=True,
        max_points=Decimal(1),
        rule="direct",
    )
    page = text(
        client.get(reverse("criteria:compare"), {"old": framework.pk, "new": followed.pk, "kind": "added"})
    )
    assert "Của quận" in page
    assert "Tiêu chí 1.1" not in page


def test_only_a_unit_below_follows_a_framework_and_only_one_in_force(
    city, framework, officer, district, manager
):
    with pytest.raises(actions.sets.Invalid, match="cấp dưới"):
        actions.follow_framework(framework, by=manager, owner=city)
    CriteriaSet.objects.filter(pk=framework.pk).update(state="superseded")
    with pytest.raises(actions.sets.OutOfStep, match="đang có hiệu lực"):
        actions.follow_framework(framework, by=officer[1], owner=district)


def test_the_framework_of_next_year_is_mapped_to_the_districts_own_leaves(
    framework, followed, officer, manager, district
):
    actions.publish(followed, by=SYSTEM)
    newer = actions.publish(actions.copy_set(framework, by=manager, year=2027), by=SYSTEM)
    assert newer.is_framework
    made = actions.follow_framework(newer, by=officer[1], owner=district)
    assert made.nodes.get(code="1.1").previous == followed.nodes.get(code="1.1")


def test_a_framework_opens_no_round(client, city, framework, manager):
    round_ = make.round_(city, year=2026)
    page = text(client.get(reverse("rounds:group_add", args=[round_.pk])))
    assert "Khung 2026" not in page
    assert Round.objects.get().groups.count() == 0


def test_a_framework_and_the_owners_own_set_supersede_only_their_own_kind(city, framework, manager):
    own = make.criteria_set(city, version=2, state=DRAFT, title="Bộ của thành phố")
    actions.publish(own, by=SYSTEM)
    framework.refresh_from_db()
    assert framework.state == CriteriaSet.State.PUBLISHED


def test_the_workshop_says_what_is_framed_and_what_was_added(client, followed, officer):
    group = followed.nodes.get(code="2")
    added = actions.add_node(
        followed,
        by=officer[1],
        parent=group,
        title="Của quận",
        is_leaf=True,
        max_points=Decimal(1),
        rule="direct",
    )
    tree = text(client.get(reverse("criteria:set_detail", args=[followed.pk])))
    assert tree.count("<small>theo khung</small>") == 4
    assert tree.count("<small>bổ sung</small>") == 1
    page = text(client.get(reverse("criteria:node_edit", args=[added.pk])))
    assert "không có trong khung" in page
    closed = followed.nodes.get(code="1.1")
    assert "theo khung, không sửa được" in text(client.get(reverse("criteria:node_edit", args=[closed.pk])))


def test_a_node_of_a_framework_is_opened_to_additions_on_its_page(client, city, manager):
    made = make.criteria_set(city, state=DRAFT, is_framework=True)
    node = made.nodes.get(code="2")
    assert "Cho cấp dưới bổ sung ở đây" in text(client.get(reverse("criteria:node_edit", args=[node.pk])))
    page = text(client.post(reverse("criteria:node_open", args=[node.pk]), {"open": "1"}, follow=True))
    assert "Đóng lại" in page
    node.refresh_from_db()
    assert node.open_to_additions


def test_the_annex_is_made_once_of_two_published_sets_and_only_who_sees_both_fetches_it(
    client, city, manager
):
    old = make.criteria_set(city, year=2025)
    new = make.criteria_set(city, year=2026, leaves={"1.1": "1.5", "2.1": "3", "2.2": "0.5"})
    address = reverse("reports:comparison_document", args=[new.pk, old.pk])
    asked = client.post(address)
    assert client.post(address)["Location"] == asked["Location"]
    made = Document.objects.get()
    make_document(str(made.pk))
    assert client.post(address)["Location"] == asked["Location"]
    assert "Tải về" in text(client.get(asked["Location"]))
    answer = client.get(reverse("reports:document_file", args=[made.pk]))
    said = _words(b"".join(answer.streaming_content))
    for words in ("Phụ lục", "THUYẾT MINH", "Kèm theo Quyết định số", "Thêm mới: 1", "Điểm theo lĩnh vực"):
        assert words in said
    client.force_login(make.seated(Role.CRITERIA_MANAGER, make.unit("Tỉnh khác"))[0])
    assert client.get(reverse("reports:document_file", args=[made.pk])).status_code == 404


def _words(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def test_a_discarded_draft_takes_its_annexes_with_it(city, manager):
    old = make.criteria_set(city, year=2025)
    draft = make.criteria_set(city, state=DRAFT)
    request_comparison(old, draft, by=manager)
    actions.discard_set(draft, by=manager)
    assert not Document.objects.exists()
