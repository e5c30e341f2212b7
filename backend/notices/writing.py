"""The text of a letter: plain text, one message or the digest of a day, with the way to the page."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils.translation import gettext as _

from backend.core.dates import format_date
from backend.notices.models import Letter, Notice


def message_id(letter: Letter) -> str:
    """Return the Message-ID: the same at every attempt, like no other letter's."""
    return f"<{letter.token}@{settings.MAIL_DOMAIN}>"


def mail_of(letter: Letter, notices: list[Notice]) -> EmailMessage | None:
    """Return the letter ready to send; None where nothing in it is news any more."""
    if letter.digest_on is None:
        return _mail(letter, notices[0].subject, _text(notices[0])) if notices else None
    fresh = [notice for notice in notices if notice.read_at is None]
    if not fresh:
        return None
    subject = _("Tổng hợp ngày %(day)s: %(number)d thông báo") % {
        "day": format_date(letter.digest_on),
        "number": len(fresh),
    }
    parts = [f"{number}. {notice.subject}\n\n{_text(notice)}" for number, notice in enumerate(fresh, 1)]
    return _mail(letter, subject, "\n\n".join(parts))


def _mail(letter: Letter, subject: str, text: str) -> EmailMessage:
    headers = {
        "Message-ID": message_id(letter),
        "Auto-Submitted": "auto-generated",
        "List-Id": f"<thong-bao.{settings.MAIL_DOMAIN}>",
        "From": settings.DEFAULT_FROM_EMAIL,
    }
    body = f"{text}\n\n{_footer()}"
    return EmailMessage(subject, body, from_email=sender(letter), to=[letter.address], headers=headers)


def sender(letter: Letter) -> str:
    """Return the address of the envelope, to which servers return what can't be delivered.

    Where a box for returned letters is set, each letter has its own address there (box+token@domain).
    """
    if not settings.MAIL_BOUNCES:
        return str(settings.DEFAULT_FROM_EMAIL)
    box, _at, domain = settings.MAIL_BOUNCES.rpartition("@")
    return f"{box}+{letter.token}@{domain}"


def _text(notice: Notice) -> str:
    body = notice.body.strip()
    return f"{body}\n\n{settings.SITE_URL}{notice.url}" if notice.url else body


def _footer() -> str:
    address = f"{settings.SITE_URL}{reverse('notices:preferences')}"
    return _("--\nThư tự động, xin không trả lời. Chọn cách nhận thông báo: %(address)s") % {
        "address": address
    }
