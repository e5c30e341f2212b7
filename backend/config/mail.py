"""From EMAIL_URL to Django's e-mail settings, and letters kept in a folder for the demonstration."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


def mail_settings(url: str, timeout: int = 20) -> dict[str, Any]:
    """Return Django's EMAIL_* settings for smtp://, smtp+tls://, smtp+ssl:// or maildir:///folder."""
    if urlsplit(url).scheme == "maildir":
        folder = unquote(urlsplit(url).path)
        return {"EMAIL_BACKEND": "backend.config.mail.MaildirBackend", "EMAIL_FILE_PATH": folder}
    found: dict[str, Any] = environ.Env.email_url_config(url)
    return {"EMAIL_TIMEOUT": timeout} | found


class MaildirBackend(BaseEmailBackend):
    """Puts each letter into the Maildir at EMAIL_FILE_PATH; nothing leaves the machine.

    A letter's file is named by its Message-ID, so that one given twice, as after a crash, is there once.
    """

    keeps_each_once = True

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the letters; return how many."""
        box = Path(settings.EMAIL_FILE_PATH)
        for part in ("tmp", "new", "cur"):
            (box / part).mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            _keep(box, message.message())
        return len(email_messages)


def _keep(box: Path, letter: Any) -> None:
    name = hashlib.sha256(letter["Message-ID"].encode()).hexdigest()
    if any((box / "cur").glob(f"{name}*")):
        return  # somebody has read it already
    draft = box / "tmp" / f"{name}.{os.getpid()}"
    with draft.open("wb") as file:
        file.write(letter.as_bytes())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, box / "new" / name)
    except FileExistsError:
        return
    finally:
        draft.unlink()
