"""Anybody checks a document by its code or its file: ours, unaltered, in force, signed by whom; and no more than that."""

import io
import os
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pkcs11
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pkcs11.util.x509 import decode_x509_certificate
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from backend.audit.recording import recording
from backend.core.errors import Invalid
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports.documents import make as make_document
from reports.issuing import actions, checking, codes, signing
from reports.issuing.checking import Match
from reports.models import Document
from tests import make
from tests.permissions.worlds import CANARY
from tests.reports import issues
from tests.reports.test_documents import approve, season_with_a_cut
from tests.scoring import specimens

pytestmark = [pytest.mark.django_db, pytest.mark.slow]  # letters are set by WeasyPrint


@pytest.fixture(scope="module")
def authority():
    return issues.Authority()


@pytest.fixture
def signs(settings, tmp_path, authority):
    return issues.signs_with_file(settings, tmp_path, authority)


def an_issue(**fields):
    round_, chair, _user = issues.published(**fields)
    return issues.issued(issues.ready("ranking", round_=round_), by=chair)


def signed_by_another(pdf, authority, name="Trần Thị Lãnh Đạo"):
    """Return the file with a signature of a person put on it by a program of her own."""
    key, certificate = authority.signer(name)
    locked = pkcs12.serialize_key_and_certificates(
        b"x", key, certificate, [authority.certificate], serialization.NoEncryption()
    )
    signer = signers.SimpleSigner.load_pkcs12_data(locked, [], passphrase=None)
    said = signers.PdfSignatureMetadata(field_name="LanhDao", subfilter=fields.SigSeedSubFilter.PADES)
    return signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), said, signer=signer).getvalue()


def turned(pdf):
    """Return the file with its first page turned by an update behind its end: what stood there stands unaltered."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = generic.NumberObject(90)
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_the_file_as_it_was_issued_is_ours_and_a_byte_less_is_not():
    made = an_issue()
    whole = issues.content(made.document)
    assert checking.check(whole).match == Match.SAME
    assert checking.check(whole).is_current
    altered = checking.check(whole.replace(b"/Type", b"/Tipe", 1))
    assert (altered.match, altered.issue, altered.is_current) == (Match.OTHER, None, False)
    assert checking.check(specimens.pdf()).match == Match.OTHER


def test_a_file_is_compared_with_the_code_typed_beside_it():
    first = an_issue()
    second = an_issue(year=2025)
    whole = issues.content(first.document)
    assert checking.check(whole, codes.spelled(first.code)).match == Match.SAME
    wrong = checking.check(whole, second.code)
    assert (wrong.match, wrong.issue) == (Match.OTHER, second)


def test_what_is_no_pdf_is_refused_in_words():
    for content in (b"", b"PK\x03\x04", b"x" * 10):
        with pytest.raises(Invalid, match="tệp PDF"):
            checking.check(content)


def test_an_issued_pdf_carries_the_agencys_signature(signs):
    made = an_issue()
    verdict = checking.check(issues.content(made.document))
    (found,) = verdict.signatures
    assert (found.name, found.organisation) == ("Ủy ban nhân dân thành phố thử", "Thành phố thử")
    assert (found.whole, found.trusted) == (True, True)
    assert [one["name"] for one in made.signatures] == ["Ủy ban nhân dân thành phố thử"]
    with pikepdf.open(io.BytesIO(issues.content(made.document))) as file:
        signature = file.Root.AcroForm.Fields[0].V
        assert str(signature.SubFilter) == "/ETSI.CAdES.detached"
        assert "12/TB-UBND" in str(signature.Reason)


def test_a_certificate_of_another_authority_is_whole_but_not_trusted(signs, settings, tmp_path):
    made = an_issue()
    settings.SIGN_TRUST_FILE = str(issues.Authority("CA khác").trust(tmp_path))
    (found,) = checking.check(issues.content(made.document)).signatures
    assert (found.whole, found.trusted) == (True, False)


@pytest.mark.parametrize("agency", [True, False])
def test_a_leaders_own_signature_added_later_leaves_it_ours(agency, settings, tmp_path, authority):
    if agency:
        issues.signs_with_file(settings, tmp_path, authority)
    settings.SIGN_TRUST_FILE = str(authority.trust(tmp_path))
    made = an_issue()
    signed = signed_by_another(issues.content(made.document), authority)
    verdict = checking.check(signed)
    assert (verdict.match, verdict.issue) == (Match.SIGNED, made)
    assert verdict.signatures[-1].name == "Trần Thị Lãnh Đạo"
    assert all(one.trusted for one in verdict.signatures)


def test_what_was_added_behind_the_end_is_seen(signs):
    made = an_issue()
    whole = issues.content(made.document)
    verdict = checking.check(turned(whole))
    assert (verdict.match, verdict.issue, verdict.is_current) == (Match.ALTERED, made, False)
    assert checking.check(whole + b"% them\n%%EOF\n").match == Match.ALTERED


def test_a_key_that_cannot_be_used_leaves_the_document_unmade_and_says_which_variable(
    signs, settings, tmp_path
):
    (tmp_path / "pin").write_text("sai")
    round_, chair, _user = issues.published()
    made = actions.issue(issues.ready("ranking", round_=round_), issues.stated(), by=chair)
    with pytest.raises(ImproperlyConfigured, match="SIGN_PKCS12_FILE"):
        make_document(str(made.document_id))
    made.refresh_from_db()
    assert made.state == "making"
    assert Document.objects.get(pk=made.document_id).state == Document.State.FAILED


SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"


@pytest.mark.skipif(not Path(SOFTHSM).exists(), reason="cần gói softhsm2")
def test_a_token_signs_as_a_file_does(settings, tmp_path, authority, monkeypatch):
    key, certificate = authority.signer("Con dấu trên thiết bị")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    tool = shutil.which("softhsm2-util")
    for asked in (
        ["--init-token", "--free", "--label", "co-quan", "--so-pin", "12345678", "--pin", "1234"],
        [
            "--import",
            str(tmp_path / "key.pem"),
            "--token",
            "co-quan",
            "--label",
            "chu-ky",
            "--id",
            "01",
            "--pin",
            "1234",
        ],
    ):
        subprocess.run([tool, *asked], check=True, capture_output=True, env=os.environ)
    token = pkcs11.lib(SOFTHSM).get_token(token_label="co-quan")
    with token.open(rw=True, user_pin="1234") as session:
        der = certificate.public_bytes(serialization.Encoding.DER)
        session.create_object(
            decode_x509_certificate(der)
            | {pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.LABEL: "chu-ky", pkcs11.Attribute.ID: b"\x01"}
        )
    (tmp_path / "pin").write_text("1234")
    settings.SIGN_PKCS11_MODULE, settings.SIGN_PKCS11_TOKEN = SOFTHSM, "co-quan"
    settings.SIGN_PKCS11_LABEL, settings.SIGN_SECRET_FILE = "chu-ky", str(tmp_path / "pin")
    settings.SIGN_TRUST_FILE = str(authority.trust(tmp_path))
    (found,) = signing.signatures_in(signing.signed(specimens.pdf(), reason="Thử"))
    assert (found.name, found.whole, found.trusted) == ("Con dấu trên thiết bị", True, True)


# --- the public page ----------------------------------------------------------------------------------------------


def test_a_stranger_reads_what_the_code_says_and_may_keep_it_for_a_minute():
    made = an_issue()
    answer = Client().get(reverse("reports:verify_code", args=[codes.spelled(made.code)]))
    page = answer.content.decode()
    for part in (
        "còn hiệu lực",
        "12/TB-UBND",
        "05/03/2026",
        "Nguyễn Văn Ký",
        "Thành phố Cần Thơ",
        made.sha256,
    ):
        assert part in page
    assert set(answer["Cache-Control"].split(", ")) == {"public", "max-age=60"}
    assert "Set-Cookie" not in answer


def test_a_code_never_given_is_a_404_that_helps():
    answer = Client().get(reverse("reports:verify_code", args=["AAAA-BBBB-CCCC"]))
    assert answer.status_code == 404
    assert "Không có văn bản nào mang mã này" in answer.content.decode()
    assert (
        Client()
        .get(reverse("reports:verify"), {"code": "aaaa bbbb cccc"})["Location"]
        .endswith("/AAAA-BBBB-CCCC/")
    )


def test_superseded_and_withdrawn_are_told():
    round_, chair, _user = issues.published()
    document = issues.ready("ranking", round_=round_)
    first = issues.issued(document, by=chair)
    second = issues.issued(document, "13/TB-UBND", by=chair)
    actions.withdraw(second, by=chair, reason="Nhầm người ký")
    pages = [
        Client().get(reverse("reports:verify_code", args=[one.code])).content.decode()
        for one in (first, second)
    ]
    assert "đã có bản thay thế" in pages[0]
    assert "13/TB-UBND" in pages[0]
    assert "đã thu hồi" in pages[1]
    assert "Nhầm người ký" in pages[1]


def test_a_stranger_sends_a_file_and_is_told_whose_it_is(signs):
    made = an_issue()
    whole = issues.content(made.document)
    client = Client()
    for content, word in ((whole, "nguyên vẹn, từng byte"), (specimens.pdf(), "không trùng với văn bản nào")):
        file = SimpleUploadedFile("van-ban.pdf", content, "application/pdf")
        answer = client.post(reverse("reports:verify"), {"file": file})
        assert word in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
    file = SimpleUploadedFile("van-ban.pdf", b"", "application/pdf")
    assert client.post(reverse("reports:verify"), {"file": file}).status_code == 422
    assert client.post(reverse("reports:verify"), {}).status_code == 422


def test_json_says_the_same():
    made = an_issue()
    told = Client().get(reverse("api:verify-detail", args=[codes.spelled(made.code)])).json()
    assert (told["current"], told["document"]["number"]) == (True, "12/TB-UBND")
    file = SimpleUploadedFile("van-ban.pdf", issues.content(made.document), "application/pdf")
    judged = Client().post(reverse("api:verify-list"), {"file": file}).json()
    assert (judged["file"], judged["document"]["sha256"]) == ("same", made.sha256)
    assert Client().get(reverse("api:verify-detail", args=["AAAABBBBCCCC"])).status_code == 404


def test_nothing_that_stands_in_an_unpublished_document_is_told(settings):
    _round, (card, _other) = season_with_a_cut()
    with recording(by=SYSTEM):
        card.difficulties = CANARY
        card.save()
    approve(card)
    _user, leader = make.seated(Role.LEADER, card.unit)
    made = issues.issued(issues.ready("self_report", card=card), "7/BC-UBND", by=leader)
    assert CANARY in str(made.data)
    whole = issues.content(made.document)
    answers = [
        Client().get(reverse("reports:verify_code", args=[made.code])),
        Client().get(reverse("api:verify-detail", args=[made.code])),
        Client().post(reverse("reports:verify"), {"file": SimpleUploadedFile("a.pdf", whole)}),
        Client().post(reverse("api:verify-list"), {"file": SimpleUploadedFile("a.pdf", whole)}),
    ]
    for answer in answers:
        assert answer.status_code == 200
        text = answer.content.decode()
        assert CANARY not in text
        assert "50,00" not in text
        assert "41.25" not in text


def test_a_document_in_the_making_has_no_code_yet():
    round_, chair, _user = issues.published()
    made = actions.issue(issues.ready("ranking", round_=round_), issues.stated(), by=chair)
    assert Client().get(reverse("reports:verify_code", args=[made.code])).status_code == 404


def test_a_demonstration_shows_no_number_and_says_what_it_is(settings):
    settings.DEMO = True
    made = an_issue(is_illustration=True)
    page = Client().get(reverse("reports:verify_code", args=[made.code])).content.decode()
    assert "SỐ LIỆU MINH HOẠ" in page
    assert "12/TB-UBND" not in page
    assert "Nguyễn Văn Ký" not in page


def test_the_qr_holds_the_public_address():
    code = codes.new_code()
    assert codes.address(code).endswith(reverse("reports:verify_code", args=[codes.spelled(code)]))
    assert codes.address(code).startswith("http")
