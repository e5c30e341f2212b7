"""Signatures in a PDF (PAdES B-B, pyHanko): put there with the agency's certificate, and found again in any file.

The key is in a PKCS#12 file or on a PKCS#11 token, as the environment says (``deploy/env.example``). Nothing is
fetched from anywhere: certificates are checked against ``SIGN_TRUST_FILE`` alone, so a revocation is not seen.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from backend.core.errors import Invalid

# Room for a chain of certificates in the file.
_RESERVED = 24_000
_FIELD = "ChuKyCoQuan"


@dataclass(frozen=True)
class Found:
    """One signature in a file. ``at`` is the time its signer wrote into it; nobody else vouches for that.

    ``whole``: what it covers was not altered, and what came after it are signatures only. ``trusted``: its
    certificate leads to one in ``SIGN_TRUST_FILE``.
    """

    name: str
    organisation: str
    at: datetime | None
    whole: bool
    trusted: bool


def is_set_up() -> bool:
    """Return whether the program has a certificate to sign with."""
    return bool(settings.SIGN_PKCS12_FILE or settings.SIGN_PKCS11_MODULE)


def signed(pdf: bytes, *, reason: str) -> bytes:
    """Return the PDF with the agency's signature, certified: from then on only signatures may be added.

    Raises ImproperlyConfigured where the key can't be used.
    """
    from pyhanko.pdf_utils.incremental_writer import (
        IncrementalPdfFileWriter,
    )  # deferred: only the worker signs
    from pyhanko.sign import fields, signers

    said = signers.PdfSignatureMetadata(
        field_name=_FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.FILL_FORMS,
        reason=reason,
    )
    with _signer() as signer:
        out = signers.sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(pdf)), said, signer=signer, bytes_reserved=_RESERVED
        )
    return bytes(out.getvalue())


@contextmanager
def _signer() -> Iterator[Any]:
    if settings.SIGN_PKCS12_FILE:
        yield _from_file()
        return
    from pkcs11.exceptions import PKCS11Error
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign import pkcs11

    try:
        session = pkcs11.open_pkcs11_session(
            settings.SIGN_PKCS11_MODULE,
            token_criteria=TokenCriteria(label=settings.SIGN_PKCS11_TOKEN),
            user_pin=_secret(),
        )
    except (PKCS11Error, OSError, RuntimeError) as problem:
        raise ImproperlyConfigured(
            f"SIGN_PKCS11_MODULE: không mở được thiết bị ký ({problem!r})"
        ) from problem
    with session:
        yield pkcs11.PKCS11Signer(session, cert_label=settings.SIGN_PKCS11_LABEL, ca_chain=_chain())


def _from_file() -> Any:
    from pyhanko.sign import signers

    try:
        content = Path(settings.SIGN_PKCS12_FILE).read_bytes()
        return signers.SimpleSigner.load_pkcs12_data(content, _chain(), passphrase=_secret().encode())
    except (OSError, ValueError) as problem:
        raise ImproperlyConfigured(
            f"SIGN_PKCS12_FILE: không dùng được tệp khoá ký ({problem!r})"
        ) from problem


def _secret() -> str:
    path = settings.SIGN_SECRET_FILE
    return Path(path).read_text().strip() if path else ""


def _chain() -> list[Any]:
    """Return the certificates of the trust file, roots and those between; none where there is no file."""
    from pyhanko.keys import load_certs_from_pemder

    path = settings.SIGN_TRUST_FILE
    return list(load_certs_from_pemder([path])) if path else []


def signatures_in(pdf: bytes) -> list[Found]:
    """Return every signature of the file, the first one first. Raises Invalid for what is no readable PDF."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        return [_found(one) for one in reader.embedded_regular_signatures]
    except (PdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise Invalid(_("Không đọc được tệp này như một tệp PDF.")) from problem


def _found(one: Any) -> Found:
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.settings import KeyUsageConstraints

    usage = KeyUsageConstraints(
        key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
    )
    subject = one.signer_cert.subject.native
    name = str(subject.get("common_name", ""))
    organisation = str(subject.get("organization_name", ""))
    at = one.self_reported_timestamp
    try:
        status = validate_pdf_signature(one, _context(at), key_usage_settings=usage)
    except (SignatureValidationError, ValueError):
        return Found(name, organisation, at, whole=False, trusted=False)
    whole = status.intact and status.valid and bool(status.docmdp_ok)
    return Found(name, organisation, at, whole, trusted=whole and status.trusted)


def _context(at: datetime | None) -> Any:
    from pyhanko_certvalidator import ValidationContext

    return ValidationContext(
        trust_roots=[one for one in _chain() if one.self_signed in ("maybe", "yes")],
        other_certs=_chain(),
        moment=at,
        allow_fetching=False,
        revocation_mode="soft-fail",
    )
