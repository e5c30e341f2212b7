"""Read what came back: reports of delivery (DSN) in a Maildir, each put to its letter."""

from __future__ import annotations

import email
import email.policy
import mailbox
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from django.conf import settings

from backend.notices.models import Letter

TOKEN = re.compile(r"[0-9a-f]{32}")
RETURNED_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "To")


@dataclass(frozen=True)
class Report:
    """What a report says: of which letter, whether it failed for good, in the server's words."""

    token: str
    failed: bool
    words: str
    of_address: bool


def read_bounces(folder: Path) -> int:
    """Note every letter that came back and return how many; a report that was read is marked as seen.

    Raises FileNotFoundError where the folder is no Maildir.
    """
    if not (folder / "new").is_dir():
        raise FileNotFoundError(folder)
    box = mailbox.Maildir(folder, create=False)
    noted = 0
    for key, kept in list(box.iteritems()):
        if "S" in kept.get_flags():
            continue
        report = read(email.message_from_bytes(box.get_bytes(key), policy=email.policy.default))
        noted += _note(report) if report else 0
        kept.set_subdir("cur")
        kept.add_flag("S")
        box[key] = kept
    return noted


def _note(report: Report) -> int:
    if not report.failed:
        return 0
    left = [Letter.State.SENT, Letter.State.HANDED, Letter.State.UNSURE]
    rows = Letter.objects.filter(token=report.token, state__in=left)
    return rows.update(state=Letter.State.BOUNCED, error=report.words, bad_address=report.of_address)


def read(message: EmailMessage) -> Report | None:
    """Return what the message reports about a letter of ours; None where it is no such report."""
    if message.get_content_type() != "multipart/report":
        return None
    token = _token_of(message)
    fields = list(_fields_of(message))
    if not token or not fields:
        return None
    failed = next((row for row in fields if str(row["Action"]).strip().lower() == "failed"), None)
    told = failed or fields[0]
    status = str(told.get("Status", "")).strip()
    words = " ".join(f"{status} {told.get('Diagnostic-Code', '')}".split())[:2000]
    return Report(token, failed is not None, words, status.startswith(("5.1.", "5.2.1")))


def _token_of(message: EmailMessage) -> str:
    """Return the token of the letter: from the returned letter's Message-ID, else from where it was returned to."""
    for part in message.walk():
        if part.get_content_type() == "text/rfc822-headers":
            text = _text(part)
            if found := _ours(str(email.message_from_string(text).get("Message-ID", ""))):
                return found
        elif part.get_content_type() == "message/rfc822":
            inner: Any = part.get_payload(0)
            if found := _ours(str(inner.get("Message-ID", ""))):
                return found
    return _returned_to(message)


def _text(part: EmailMessage) -> str:
    raw: Any = part.get_payload(decode=True) or b""
    return str(raw.decode("utf-8", "replace"))


def _ours(message_id: str) -> str:
    token, _at, domain = message_id.strip().strip("<>").partition("@")
    return token if domain == settings.MAIL_DOMAIN and TOKEN.fullmatch(token) else ""


def _returned_to(message: EmailMessage) -> str:
    box = settings.MAIL_BOUNCES.rpartition("@")[0]
    if not box:
        return ""
    pattern = re.compile(re.escape(box) + r"\+([0-9a-f]{32})@")
    texts = (str(value) for name in RETURNED_TO for value in message.get_all(name, []))
    return next((found[1] for text in texts if (found := pattern.search(text))), "")


def _fields_of(message: EmailMessage) -> Iterator[Any]:
    """Return the blocks about recipients of the delivery-status part."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks: Any = part.get_payload()
            yield from (block for block in blocks if "Action" in block)
