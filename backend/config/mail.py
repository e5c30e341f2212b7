"""From EMAIL_URL to Django's e-mail settings, and letters kept in a folder for the demonstration."""

import mailbox
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import environ
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


def mail_settings(url: str) -> dict[str, Any]:
    """Return Django's EMAIL_* settings for smtp://, smtp+tls://, smtp+ssl:// or maildir:///folder."""
    if urlsplit(url).scheme == "maildir":
        folder = unquote(urlsplit(url).path)
        return {"EMAIL_BACKEND": "backend.config.mail.MaildirBackend", "EMAIL_FILE_PATH": folder}
    found: dict[str, Any] = environ.Env.email_url_config(url)
    return {"EMAIL_TIMEOUT": 20} | found


class MaildirBackend(BaseEmailBackend):
    """Puts each letter into the Maildir at EMAIL_FILE_PATH; nothing leaves the machine."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the letters; return how many."""
        Path(settings.EMAIL_FILE_PATH).parent.mkdir(parents=True, exist_ok=True)
        box = mailbox.Maildir(settings.EMAIL_FILE_PATH, create=True)
        for message in email_messages:
            box.add(message.message().as_bytes())
        return len(email_messages)
