"""Issued documents for tests: a published season, its documents made and issued, and authorities to sign with."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.core.files.storage import default_storage

from permissions.actor import SYSTEM, Actor
from permissions.roles import Role
from reports import actions as reports
from reports.documents import make as make_document
from reports.issuing import actions
from reports.issuing.actions import Stated
from reports.issuing.models import IssuedDocument
from reports.models import Document
from tests import make
from tests.reports import seasons

DAY = dt.timedelta(days=1)
PIN = "mat-khau-khoa-ky"


def published(**fields: Any) -> tuple[Any, Actor, Any]:
    """Return a published round, its chair as an actor, and her account."""
    round_ = seasons.simple({"Phường A": ("50", "30"), "Xã B": ("40", "20.5")}, **fields)
    user, chair = make.seated(Role.CHAIR, round_.host)
    reports.publish_ranking(round_, by=SYSTEM)
    return round_, chair, user


def ready(kind: str, **of: Any) -> Document:
    """Return a document asked for and made."""
    document = reports.request_document(kind, by=SYSTEM, **of)
    make_document(str(document.pk))
    document.refresh_from_db()
    return document


def stated(number: str = "12/TB-UBND", **more: Any) -> Stated:
    """Return what the office says, with defaults."""
    said = {
        "issued_on": dt.date(2026, 3, 5),
        "signer_name": "Nguyễn Văn Ký",
        "signer_title": "Chủ tịch",
    }
    return Stated(number=number, **{**said, **more})


def issued(
    document: Document, number: str = "12/TB-UBND", *, by: Actor = SYSTEM, **more: Any
) -> IssuedDocument:
    """Return the issue of a document, its file made."""
    actor = by if not by.system else _chair_of(document)
    made = actions.issue(document, stated(number, **more), by=actor)
    make_document(str(made.document_id))
    made.refresh_from_db()
    return made


def _chair_of(document: Document) -> Actor:
    return make.seated(Role.CHAIR, document.of_round.host)[1]


def content(document: Document) -> bytes:
    """Return the bytes of a document."""
    with default_storage.open(document.stored_as, "rb") as file:
        return file.read()


class Authority:
    """A certificate authority that lives as long as a test, and certificates it gave."""

    def __init__(self, name: str = "CA thử nghiệm") -> None:
        """Make the authority's own certificate."""
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._certificate(self.name, self.key.public_key(), ca=True)

    def _certificate(self, subject: x509.Name, key: Any, *, ca: bool) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        usage = x509.KeyUsage(
            digital_signature=not ca, content_commitment=not ca, key_encipherment=False,
            data_encipherment=False, key_agreement=False, key_cert_sign=ca, crl_sign=ca,
            encipher_only=False, decipher_only=False,
        )  # fmt: skip
        own = x509.SubjectKeyIdentifier.from_public_key(key)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - DAY)
            .not_valid_after(now + 30 * DAY)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(own, critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
        )
        return builder.sign(self.key, hashes.SHA256())

    def signer(self, name: str = "Ủy ban nhân dân thành phố thử") -> tuple[Any, x509.Certificate]:
        """Return a key and the certificate of somebody who signs."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Thành phố thử"),
                x509.NameAttribute(NameOID.COMMON_NAME, name),
            ]
        )
        return key, self._certificate(subject, key.public_key(), ca=False)

    def file(self, folder: Path, name: str = "Ủy ban nhân dân thành phố thử") -> Path:
        """Return a PKCS#12 file of a new signer, locked with ``PIN``."""
        key, certificate = self.signer(name)
        locked = serialization.BestAvailableEncryption(PIN.encode())
        path = folder / "ky-so.p12"
        path.write_bytes(
            pkcs12.serialize_key_and_certificates(b"ky-so", key, certificate, [self.certificate], locked)
        )
        return path

    def trust(self, folder: Path) -> Path:
        """Return a file with the authority's own certificate."""
        path = folder / "goc.pem"
        path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return path


def signs_with_file(settings: Any, folder: Path, authority: Authority | None = None) -> Authority:
    """Let the program sign with a PKCS#12 file of an authority that it trusts."""
    authority = authority or Authority()
    (folder / "pin").write_text(f"{PIN}\n")
    settings.SIGN_PKCS12_FILE = str(authority.file(folder))
    settings.SIGN_SECRET_FILE = str(folder / "pin")
    settings.SIGN_TRUST_FILE = str(authority.trust(folder))
    return authority
