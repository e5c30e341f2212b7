"""A letter that is issued: number, day and signer in their places, the code and its QR at its end and on each page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.safestring import mark_safe

from backend.core import letterhead
from reports.documents.letters import Letter, day_words
from reports.issuing import codes
from reports.issuing.freezing import frozen
from reports.issuing.models import IssuedDocument


def dressed(letter: Letter, issue: IssuedDocument) -> Letter:
    """Return the letter as it is issued. Of a demonstration number, day and signer stay empty as everywhere."""
    demo = letter.context["demo"]
    head = letter.context["head"] | {
        "number": "" if demo else issue.number,
        "day": day_words(issue.issued_on, demo),
    }
    lines = letterhead.signing_lines(issue.issuer.name, issue.signer_capacity, issue.signer_title)
    own = {
        "head": head,
        "sign": {"lines": lines, "name": "" if demo else issue.signer_name},
        "issued": {
            "code": codes.spelled(issue.code),
            "address": codes.address(issue.code),
            "qr": mark_safe(codes.qr(issue.code)),
        },
    }
    return replace(letter, context=letter.context | own)


def data_of(letter: Letter) -> Any:
    """Return the values that stand in the letter as plain data."""
    said = {name: value for name, value in letter.context.items() if name != "issued"}
    return frozen({**said, "template": letter.template, "fingerprint": letter.fingerprint})
