"""Tell people things: rows in the caller's transaction; letters leave after its commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.utils.translation import gettext as _

from backend.accounts.models import User
from backend.core import clock
from backend.core.errors import Invalid
from backend.jobs.actions import enqueue
from backend.notices.models import COMPULSORY, Kind, Letter, Notice, Preference, Way, new_token

WORK = "backend.notices.actions.send"
A_BATCH = 500


@dataclass(frozen=True)
class Message:
    """What one person is told. The same ``key`` tells her once; ``topic`` names what it urges to."""

    person: User
    key: str
    subject: str
    body: str
    url: str = ""
    topic: str = ""


def tell(
    people: Iterable[User],
    *,
    key: str,
    subject: str,
    body: str,
    url: str = "",
    kind: Kind = Kind.TASK,
    urgent: bool = False,
    topic: str = "",
) -> list[Notice]:
    """Record one message per person and return the new ones; the same ``key`` tells nobody twice.

    An ``urgent`` one is mailed at once, the others wait for the digest of the day, unless the person
    prefers otherwise for this ``kind``.
    """
    messages = [Message(person, key, subject, body, url, topic) for person in people]
    return tell_all(messages, kind=kind, urgent=urgent)


@transaction.atomic
def tell_all(messages: Iterable[Message], *, kind: Kind, urgent: bool = False) -> list[Notice]:
    """Record many different messages as ``tell`` does; four statements for each five hundred."""
    made: list[Notice] = []
    rows = iter(messages)
    while batch := list(islice(rows, A_BATCH)):
        made += _record(batch, kind, urgent)
    if any(notice.way == Way.NOW for notice in made):
        enqueue(WORK, new_token())
    return made


def _record(batch: Sequence[Message], kind: Kind, urgent: bool) -> list[Notice]:
    wanted = {(message.person.pk, message.key): message for message in batch}
    told = set(Notice.objects.filter(key__in={key for _user, key in wanted}).values_list("user_id", "key"))
    fresh = {pair: message for pair, message in wanted.items() if pair not in told}
    if not fresh:
        return []
    ways = _ways({user for user, _key in fresh}, kind)
    now = clock.now()
    usual = Way.NOW if urgent else Way.DIGEST
    Notice.objects.bulk_create(
        [_notice(row, kind, _way(ways.get(row.person.pk), kind, usual), now) for row in fresh.values()],
        ignore_conflicts=True,
    )
    found = Notice.objects.filter(key__in={key for _user, key in fresh}, made_at=now).order_by("pk")
    return [notice for notice in found if (notice.user_id, notice.key) in fresh]


def _notice(message: Message, kind: Kind, way: str, now: datetime) -> Notice:
    return Notice(
        user=message.person,
        key=message.key,
        kind=kind,
        way=way,
        topic=message.topic,
        subject=one_line(message.subject)[:200],
        body=message.body,
        url=message.url,
        made_at=now,
    )


def one_line(text: str) -> str:
    """Return the text on one line: no break of any alphabet, no control character reaches a header."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _ways(users: set[int], kind: Kind) -> dict[int, str]:
    rows = Preference.objects.filter(user__in=users, kind=kind)
    return dict(rows.values_list("user_id", "way"))


def _way(preferred: str | None, kind: Kind, usual: Way) -> str:
    late = kind in COMPULSORY and usual is Way.NOW
    return usual if preferred is None or late else preferred


def call_off(topic: str) -> None:
    """Send no more of what urges to ``topic``: it is done. What was told stays in the page, as read."""
    now = clock.now()
    notices = Notice.objects.filter(topic=topic)
    notices.filter(letter__isnull=True).exclude(way=Way.PAGE).update(way=Way.PAGE)
    notices.filter(read_at__isnull=True).update(read_at=now)
    single = Letter.objects.filter(state=Letter.State.WAITING, digest_on__isnull=True)
    single.filter(notices__topic=topic).update(state=Letter.State.CALLED_OFF)


def mark_read(notice: Notice) -> None:
    """Note that the person has seen the message."""
    Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update(read_at=clock.now())


def mark_all_read(user_id: int | None) -> None:
    """Note that the person has seen all her messages."""
    Notice.objects.filter(user_id=user_id, read_at__isnull=True).update(read_at=clock.now())


@transaction.atomic
def prefer(user: User, ways: Mapping[str, str]) -> None:
    """Set how the person is told of each kind; an empty way is the usual one. Raises Invalid."""
    for kind, way in ways.items():
        if kind in COMPULSORY and way == Way.PAGE:
            sentence = _("Thư về “%(kind)s” không tắt được.") % {"kind": Kind(kind).label}
            raise Invalid(sentence, fields={kind: [sentence]})
    Preference.objects.filter(user=user, kind__in=list(ways)).delete()
    Preference.objects.bulk_create(_chosen(user, ways))


def _chosen(user: User, ways: Mapping[str, str]) -> Iterator[Preference]:
    for kind, way in ways.items():
        if way:
            yield Preference(user=user, kind=Kind(kind), way=Way(way))
