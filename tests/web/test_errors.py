"""A refusal is said in Vietnamese, as a page, a notice or JSON, and nothing typed is lost."""

import pytest
from django.test import Client

TYPED = {"points": "12,5", "reason": "Ban hành đủ\n<b>ba</b> kế hoạch", "version": "3"}
STATUSES = {
    "refused": 403,
    "late": 409,
    "stale": 409,
    "invalid": 422,
    "missing": 404,
    "denied": 403,
    "suspicious": 400,
    "broken": 500,
}
HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize("kind", STATUSES)
def test_every_error_is_a_vietnamese_page_of_its_status(browser, kind):
    answer = browser.get(f"/fail/{kind}/")
    assert answer.status_code == STATUSES[kind]
    page = answer.content.decode()
    assert "<title>Lỗi:" in page.replace("\n", " ").replace("> ", ">")
    assert 'id="main"' in page
    assert "Hãy" in page or "hãy" in page  # says what to do next


@pytest.mark.parametrize("kind", STATUSES)
def test_htmx_gets_a_notice_and_leaves_the_form_alone(browser, kind):
    answer = browser.post(f"/fail/{kind}/", TYPED, headers=HTMX)
    assert answer.status_code == STATUSES[kind]
    assert answer.headers["HX-Retarget"] == "#page-alert"
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize("kind", STATUSES)
def test_the_api_gets_json(browser, kind):
    answer = browser.get(f"/api/fail/{kind}/")
    assert answer.status_code == STATUSES[kind]
    body = answer.json()
    assert body["message"]
    assert set(body) == {"error", "message", "advice", "fields", "details"}


def test_an_unknown_address_is_404(browser):
    assert "Không tìm thấy trang" in browser.get("/khong-co/").content.decode()


def test_what_was_typed_wrong_can_be_corrected_and_sent_again(browser):
    page = browser.post("/fail/invalid/", TYPED).content.decode()
    assert '<input type="text" id="typed-1" name="points" value="12,5"' in page
    assert "Ban hành đủ\n&lt;b&gt;ba&lt;/b&gt; kế hoạch</textarea>" in page
    assert '<input type="hidden" name="version" value="3">' in page
    assert "“12,5” lớn hơn điểm tối đa 10,00." in page
    assert "Thiếu tệp." in page
    assert "csrfmiddlewaretoken" in page


def test_a_correction_goes_to_the_same_address(browser):
    assert "action=" not in browser.post("/fail/invalid/", TYPED).content.decode()


@pytest.mark.parametrize("kind", ["refused", "late", "stale", "missing", "denied"])
def test_what_was_typed_too_late_is_shown_to_be_copied(browser, kind):
    page = browser.post(f"/fail/{kind}/", TYPED).content.decode()
    assert "<dd" in page
    assert "12,5" in page
    assert "Ban hành đủ\n&lt;b&gt;ba&lt;/b&gt; kế hoạch" in page
    assert "<textarea" not in page


def test_two_who_save_at_once_see_both_values(browser):
    page = browser.post("/fail/stale/", TYPED).content.decode()
    assert "7,50" in page
    assert "8,00" in page


def test_two_who_save_at_once_see_both_values_in_the_notice_and_in_json(browser):
    notice = browser.post("/fail/stale/", TYPED, headers=HTMX).content.decode()
    assert "7,50" in notice
    assert "8,00" in notice
    assert browser.post("/api/fail/stale/").json()["details"] == {"theirs": "7.5", "yours": "8"}


def test_json_names_the_wrong_fields(browser):
    assert browser.get("/api/fail/invalid/").json()["fields"]["points"] == [
        "“12,5” lớn hơn điểm tối đa 10,00."
    ]


def test_secrets_are_never_given_back(browser):
    sent = {
        "password": "hoa-sen-1",
        "new_password2": "hoa-sen-2",
        "otp_token": "123456",
        "one_time": "hoa-sen-3",
    }
    page = browser.post("/secret/", sent | {"reason": "lý do"}).content.decode()
    assert "lý do" in page
    assert not [value for value in sent.values() if value in page]


def test_files_must_be_chosen_again_and_the_page_says_so(browser, tmp_path):
    path = tmp_path / "kế hoạch.pdf"
    path.write_bytes(b"%PDF")
    with path.open("rb") as file:
        page = browser.post("/fail/invalid/", {"points": "1", "file": file}).content.decode()
    assert "phải chọn lại" in page
    assert "hoạch.pdf" in page


def test_the_way_back_leads_only_to_our_own_pages(browser):
    ours = browser.get("/fail/late/", headers={"Referer": "http://testserver/scorecards/1/?field=2"})
    assert 'href="/scorecards/1/?field=2"' in ours.content.decode()
    theirs = browser.get("/fail/late/", headers={"Referer": "https://la.example/x"})
    assert "la.example" not in theirs.content.decode()


def test_an_old_form_is_refused_and_its_words_are_kept(site, db):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/fail/late/", TYPED)
    assert answer.status_code == 403
    assert "Trang đã cũ" in answer.content.decode()
    assert "Ban hành đủ" in answer.content.decode()
    assert "<textarea" not in answer.content.decode()


def test_reading_without_signing_in_leads_to_the_sign_in_page(browser, settings):
    settings.LOGIN_URL = "/dang-nhap/"
    answer = browser.get("/private/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/dang-nhap/?next=/private/"


def test_what_is_sent_after_the_session_ended_is_kept(browser):
    answer = browser.post("/private/", TYPED)
    assert answer.status_code == 401
    assert "Phiên làm việc đã hết" in answer.content.decode()
    assert "Ban hành đủ" in answer.content.decode()


def test_htmx_after_the_session_ended_gets_a_notice_not_a_sign_in_page_inside_the_page(browser):
    answer = browser.get("/private/", headers=HTMX)
    assert answer.status_code == 401
    assert answer.headers["HX-Retarget"] == "#page-alert"


def test_the_500_page_asks_nothing_of_the_database(site, client):
    client.raise_request_exception = False
    assert client.get("/fail/broken/").status_code == 500  # no db fixture: a query would fail the test


def test_what_was_typed_is_named_in_vietnamese_and_what_a_page_says_of_itself_is_not_shown(browser):
    page = browser.post(
        "/fail/late/", {"new_close": "20/01/2027", "text": "a", "at": "lúc", "seen": "s"}
    ).text
    assert "Hạn mới" in page
    assert "Nội dung trao đổi" in page
    assert "new close" not in page
    assert ">at<" not in page
