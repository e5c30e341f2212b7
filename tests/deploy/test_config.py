"""One URL each decides where files and letters go; who a request comes from."""

import mailbox

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage

from backend.config import mail, proxy, storage


def test_a_folder_keeps_files_by_url():
    found = storage.file_storage("file:///srv/t%E1%BB%87p")
    assert found["OPTIONS"]["location"] == "/srv/tệp"


def test_a_bucket_keeps_files_by_url():
    options = storage.file_storage("s3://me:a%2Fb@s3.example:9000/evidence?region=hcm&insecure=1")["OPTIONS"]
    assert options["endpoint_url"] == "http://s3.example:9000"
    assert (options["bucket_name"], options["access_key"], options["secret_key"]) == ("evidence", "me", "a/b")
    assert options["region_name"] == "hcm"


def test_an_unknown_store_is_refused():
    with pytest.raises(ImproperlyConfigured, match="STORAGE_URL"):
        storage.file_storage("ftp://somewhere/else")


def test_letters_go_by_smtp_or_into_a_folder():
    sent = mail.mail_settings("smtp+tls://me:secret@mail.example:587")
    assert (sent["EMAIL_HOST"], sent["EMAIL_PORT"], sent["EMAIL_USE_TLS"]) == ("mail.example", 587, True)
    assert mail.mail_settings("maildir:///srv/mail")["EMAIL_FILE_PATH"] == "/srv/mail"


def test_a_letter_kept_in_a_folder_reads_as_it_was_written(settings, tmp_path):
    settings.EMAIL_FILE_PATH = str(tmp_path / "var" / "mail")
    letter = EmailMessage("Nhắc hạn nộp", "Ủy ban nhân dân phường", "a@example.vn", ["b@example.vn"])
    assert mail.MaildirBackend().send_messages([letter]) == 1
    (kept,) = mailbox.Maildir(settings.EMAIL_FILE_PATH)
    assert kept.get_payload(decode=True).decode() == "Ủy ban nhân dân phường"


@pytest.mark.parametrize(("trusted", "address"), [(True, "10.1.2.3"), (False, "127.0.0.1")])
def test_the_address_told_by_nginx_counts_only_behind_nginx(rf, settings, trusted, address):
    settings.BEHIND_PROXY = trusted
    request = rf.get("/", headers={"X-Real-IP": "10.1.2.3"})
    assert proxy.client_address(request) == address
