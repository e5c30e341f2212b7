"""What is told of an issued document, as JSON; the page says the same in sentences."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from reports.issuing import codes
from reports.issuing.checking import Verdict
from reports.issuing.models import IssuedDocument
from reports.issuing.signing import Found


class IssueShape(serializers.Serializer[Any]):
    """What is stated when a document is issued; ``secret`` is the person's password (or code) again."""

    number = serializers.CharField(max_length=60)
    issued_on = serializers.DateField()
    signer_name = serializers.CharField(max_length=200)
    signer_capacity = serializers.ChoiceField(
        choices=IssuedDocument.Capacity.choices, required=False, default="", allow_blank=True
    )
    signer_title = serializers.CharField(max_length=200)
    secret = serializers.CharField(write_only=True, trim_whitespace=False)


class WithdrawShape(serializers.Serializer[Any]):
    """Why the document counts no more; everybody may read it."""

    reason = serializers.CharField(max_length=1000)


class CheckShape(serializers.Serializer[Any]):
    """A file to compare with what was issued, and the code printed on it where it is known."""

    file = serializers.FileField(allow_empty_file=True)
    code = serializers.CharField(required=False, default="", allow_blank=True, max_length=60)


def told(issue: IssuedDocument) -> dict[str, Any]:
    """Return what anybody may know of an issue: nothing of what stands in it."""
    demo = issue.document.is_illustration
    later = issue.superseded_by
    return {
        "code": codes.spelled(issue.code),
        "state": issue.state,
        "kind": issue.document.get_kind_display(),
        "title": issue.title,
        "is_illustration": demo,
        "number": "" if demo else issue.number,
        "issued_on": None if demo else issue.issued_on,
        "issuer": issue.issuer_name,
        "signer": "" if demo else issue.signer_name,
        "signer_title": "" if demo else issue.signer_title,
        "signatures": issue.signatures,
        "sha256": issue.sha256,
        "size": issue.size,
        "data_sha256": issue.data_digest,
        "superseded_by": None
        if later is None
        else {"number": "" if demo else later.number, "issued_on": None if demo else later.issued_on},
        "withdrawn_at": issue.withdrawn_at,
        "withdrawn_reason": issue.withdrawn_reason,
    }


def judged(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict: whether the file is ours and unaltered, what it is, who signed it."""
    return {
        "file": verdict.match.value,
        "current": verdict.is_current,
        "corrected": verdict.corrected,
        "document": told(verdict.issue) if verdict.issue else None,
        "signatures": [_signature(one) for one in verdict.signatures],
    }


def _signature(one: Found) -> dict[str, Any]:
    return {
        "name": one.name,
        "organisation": one.organisation,
        "at": one.at,
        "whole": one.whole,
        "trusted": one.trusted,
    }
