"""Tell people things: the row in the caller's transaction, the mail after commit."""

from __future__ import annotations

from collections.abc import Iterable
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from backend.accounts.models import User
from backend.core import clock
from backend.jobs.actions import enqueue
from backend.notices.models import Notice

WORK = "backend.notices.actions.send"


def tell(people: Iterable[User], *, key: str, subject: str, body: str, url: str = "") -> list[Notice]:
    """Record one message per person and return the new ones; the same ``key`` tells nobody twice."""
    now = clock.now()
    made = []
    for person in people:
        notice, new = Notice.objects.get_or_create(
            user=person,
            key=key,
            defaults={"subject": subject, "body": body, "url": url, "made_at": now},
        )
        if new:
            made.append(notice)
            enqueue(WORK, notice.pk)
    return made


def send(key: str) -> None:
    """Send the notice with that primary key by mail, unless it was sent already."""
    with transaction.atomic():
        notice = Notice.objects.select_for_update().select_related("user").get(pk=key)
        if notice.state != Notice.State.WAITING:
            return
        _deliver(notice)
        notice.save(update_fields=["state", "sent_at", "error"])


def mark_read(notice: Notice) -> None:
    """Note that the person has seen the message."""
    Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=clock.now())


def mark_all_read(user_id: int | None) -> None:
    """Note that the person has seen all her messages."""
    Notice.objects.filter(user_id=user_id, read_at__isnull=True).update(read_at=clock.now())


def _deliver(notice: Notice) -> None:
    if not notice.user.email:
        notice.state = Notice.State.NO_ADDRESS
        return
    try:
        _mail(notice).send()
    except SMTPException as problem:
        notice.state, notice.error = Notice.State.REFUSED, str(problem)[:2000]
        return
    notice.state, notice.sent_at = Notice.State.SENT, clock.now()


def _mail(notice: Notice) -> EmailMessage:
    body = f"{notice.body}\n\n{settings.SITE_URL}{notice.url}" if notice.url else notice.body
    subject = " ".join(notice.subject.split())
    identity = {"Message-ID": f"<notice-{notice.pk}@{settings.MAIL_DOMAIN}>"}
    return EmailMessage(subject, body, to=[notice.user.email], headers=identity)
