"""Evidence of last year attached again: offered by mapped leaves, never uploaded anew, flagged with its year."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.audit.recording import recording
from backend.core import clock
from backend.core.files import finding
from backend.criteria.models import CriteriaSet, Node
from backend.scoring import actions, files, queries
from backend.scoring.models import Evidence, Scorecard, StoredFile
from permissions.actor import SYSTEM
from permissions.roles import Role
from tests import make
from tests.scoring import specimens
from tests.scoring.pages import Browsers, signed_in, text, url
from tests.scoring.shelves import found_clean, named, next_year, own_storage, put  # noqa: F401
from tests.scoring.worlds import LEAVES, World, world
from tiers.actions import release
from tiers.models import Lineage

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def before():
    return world(year=2025)


@pytest.fixture
def here(before):
    put(before, "1.1", specimens.pdf(), "Kế hoạch 2025.pdf", number="01/KH", section="mục I")
    named(before, "2.1", issued_on=date(2025, 3, 1))
    found_clean()
    return next_year(before)


@pytest.fixture
def people(here):
    return Browsers(here)


def keys(here) -> list[str]:
    return [offer.key for offer in queries.offers(here.card, here.officer)]


def fresh(here):
    return Evidence.objects.filter(score__card=here.card).order_by("score__order", "pk")


def test_last_years_pieces_are_previewed_by_leaf_and_attached_without_an_upload(here, people):
    page = text(people.of("officer").get(url("reuse", here.card)))
    assert "Kế hoạch 2025.pdf" in page
    assert "năm 2025, tiêu chí 1.1" in page
    assert page.count(" checked") == 2
    answer = people.of("officer").post(url("reuse", here.card), {"pick": keys(here)})
    assert answer.status_code == 302
    first, second = fresh(here)
    assert (first.file_name, first.number, first.section, first.reused_year) == (
        "Kế hoạch 2025.pdf", "01/KH", "mục I", 2025,
    )  # fmt: skip
    assert (second.number, second.issued_on, second.reused_year) == ("05/KH-UBND", date(2025, 3, 1), 2025)
    assert StoredFile.objects.count() == 1
    assert Evidence.history.filter(id=first.pk).get().history_change_reason == "Dùng lại từ năm 2025"


def test_the_year_is_flagged_to_the_unit_and_to_the_council(here, people):
    actions.reuse(here.card, keys(here), by=here.officer)
    for who in ("officer", "leader"):
        assert "dùng lại từ năm 2025" in text(people.of(who).get(url("library", here.card)))
    here.approved()
    here.close(1)
    assert "dùng lại từ năm 2025" in text(people.of("secretary").get(url("library", here.card)))
    page = text(people.of("secretary").get(f"/appraisals/{here.card.pk}/?field=1"))
    assert "dùng lại từ năm 2025" in page


def test_one_leaf_offers_its_own_only(here, people):
    assert "Dùng lại tài liệu năm trước" in text(people.of("officer").get(url("leaf", here.card, "1.1")))
    page = text(people.of("officer").get(url("reuse", here.card), {"leaf": "1.1"}))
    assert "Kế hoạch 2025.pdf" in page
    assert "05/KH-UBND" not in page
    picked = {"pick": keys(here)[:1], "leaf": "1.1"}
    answer = people.of("officer").post(url("reuse", here.card), picked)
    assert answer["Location"] == url("leaf", here.card, "1.1") + "#evidence"


def test_what_is_there_already_is_not_offered_twice(here, people):
    picks = keys(here)
    actions.reuse(here.card, picks, by=here.officer)
    assert keys(here) == []
    again = people.of("officer").post(url("reuse", here.card), {"pick": picks})
    assert again.status_code == 422
    assert fresh(here).count() == 2
    assert "Không có tài liệu nào của năm trước" in text(people.of("officer").get(url("reuse", here.card)))


def test_a_piece_taken_off_can_be_reused_again(here):
    (piece, _document) = actions.reuse(here.card, keys(here), by=here.officer)
    actions.remove_evidence(piece, by=here.officer)
    assert len(actions.reuse(here.card, keys(here), by=here.officer)) == 1


def test_harmful_files_and_leaves_that_are_not_mapped_are_not_offered(before):
    put(before, "1.1", specimens.pdf(script=True), "lạ.pdf")
    put(before, "2.1", specimens.pdf(), "không đối chiếu.pdf")
    actions.check_file(str(StoredFile.objects.order_by("pk")[0].pk))
    here = next_year(before, mapped="1.1 1.2")
    assert keys(here) == []


@pytest.mark.parametrize("picks", [[], ["x"], ["0-0"], ["1-1; DROP"], ["9" * 50]])
def test_picks_that_are_no_offers_are_refused_in_words(here, people, picks):
    answer = people.of("officer").post(url("reuse", here.card), {"pick": picks})
    assert answer.status_code == 422
    assert "Chưa chọn tài liệu nào" in text(answer) or "không còn dùng lại được" in text(answer)
    sent = people.of("officer").post(
        f"/api/scorecards/{here.card.pk}/reuse/", {"picks": picks}, content_type="application/json"
    )
    assert sent.status_code == 422
    assert fresh(here).count() == 0


def test_reuse_as_json(here, people):
    address = f"/api/scorecards/{here.card.pk}/reuse/"
    rows = people.of("officer").get(address).json()["results"]
    assert [(row["code"], row["year"]) for row in rows] == [("1.1", 2025), ("2.1", 2025)]
    body = {"picks": [rows[0]["key"]]}
    made = people.of("officer").post(address, body, content_type="application/json")
    assert made.status_code == 201
    assert made.json()[0]["file_name"] == "Kế hoạch 2025.pdf"


def test_after_the_lock_nothing_is_reused(here, people):
    picks = keys(here)
    here.close(1)
    answer = people.of("officer").post(url("reuse", here.card), {"pick": picks})
    assert answer.status_code == 409
    assert fresh(here).count() == 0


def test_what_was_reused_twice_keeps_its_first_year(here):
    actions.reuse(here.card, keys(here), by=here.officer)
    chosen = make.criteria_set(here.host, leaves=LEAVES, year=2027, state=CriteriaSet.State.DRAFT)
    now = {node.code: node for node in Node.objects.filter(criteria_set=here.card.criteria_set_id)}
    Node.objects.filter(criteria_set=chosen, code="1.1").update(previous=now["1.1"])
    chosen.state, chosen.published_at = CriteriaSet.State.PUBLISHED, clock.now()
    with recording(by=SYSTEM):
        chosen.save()
    round_ = make.round_(here.host, chosen, year=2027, previous=here.round)
    card = actions.open_round(round_, by=SYSTEM)[0]
    (offer,) = queries.offers(card, here.officer)
    assert (offer.year, offer.piece.file_name) == (2025, "Kế hoạch 2025.pdf")


# --- of units that went into this one --------------------------------------------------------------------


def merged(before: World, share: str) -> tuple[World, object]:
    """Return next year's season of a unit that took ``before``'s unit over, and the officer's browser user."""
    put(before, "1.1", specimens.pdf(), "Kế hoạch cũ.pdf")
    found_clean()
    with recording(by=SYSTEM, reason="Sáp nhập"):
        before.unit.valid_to = clock.now().date()
        before.unit.save()
        Scorecard.objects.filter(pk=before.card.pk).update(state="published")
        heir = make.unit("Phường kế thừa", parent=before.host)
        Lineage.objects.create(old=before.unit, new=heir, share=share, on=clock.now().date())
    user, actor = make.seated(Role.OFFICER, heir)
    here = next_year(before, unit=heir)
    here.officer, here.users["officer"] = actor, user
    return here, user


def test_a_successor_reuses_what_went_whole_into_it_and_gets_bytes_of_its_own(before):
    here, user = merged(before, "whole")
    page = text(signed_in(user).get(url("reuse", here.card)))
    assert "Kế hoạch cũ.pdf" in page
    assert "Phường thử" in page
    (piece,) = actions.reuse(here.card, keys(here), by=here.officer)
    assert piece.file.unit_id == here.unit.pk
    with files.open_stored(here.unit.pk, piece.file.sha256) as kept:
        assert finding(kept, "application/pdf") == ""
    assert piece.file.state == "waiting"


def test_the_carried_bytes_count_against_the_successors_quota(before, settings):
    here, user = merged(before, "whole")
    settings.EVIDENCE_UNIT_QUOTA_MB = 0
    answer = signed_in(user).post(url("reuse", here.card), {"pick": keys(here)})
    assert answer.status_code == 422
    assert "MB" in text(answer)


def test_of_a_divided_unit_only_what_was_released_is_offered(before):
    here, _user = merged(before, "part")
    assert keys(here) == []
    release(before.unit, here.unit, by=SYSTEM, reason="Nhận hồ sơ", document="01/QĐ-UBND")
    assert len(keys(here)) == 1


def test_nobody_else_is_offered_or_may_take_them(here):
    stranger, actor = make.seated(Role.OFFICER, make.unit("Phường khác", parent=here.host))
    assert signed_in(stranger).get(url("reuse", here.card)).status_code == 404
    for who in ("leader", "secretary"):
        assert Browsers(here).of(who).post(url("reuse", here.card), {"pick": keys(here)}).status_code == 403
    assert queries.offers(here.card, actor) == []


def test_two_and_forty_offers_take_the_same_statements(before):
    def taken(here) -> tuple[int, int]:
        browser = Browsers(here).of("officer")
        browser.get(url("reuse", here.card))
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(url("reuse", here.card)).status_code == 200
        with CaptureQueriesContext(connection) as kept:
            assert browser.post(url("reuse", here.card), {"pick": keys(here)}).status_code == 302
        return len(seen), len(kept)

    named(before, "1.1")
    named(before, "2.1")
    few = taken(next_year(before))
    other = world(year=2025)
    for number in range(40):
        named(other, ("1.1", "1.2", "2.1", "2.1")[number % 4], number=f"{number}/KH")
    here = next_year(other)
    assert len(keys(here)) == 40
    assert taken(here) == few
