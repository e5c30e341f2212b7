"""A letter leaves: claimed and committed, handed and committed, sent and committed.

What a crash leaves behind is known by the state. SENDING was not given to the server: it is sent again.
HANDED was on the line when the program died, or the line broke after the text: the server may have it.
A box that knows its letters by Message-ID (the Maildir) is simply given it again. An SMTP server gets it
again too, under the same Message-ID, by which many mail programs drop the second copy; after ``MOST_DOUBTS``
it rests as UNSURE for the host to decide. So no letter is lost, and one arrives at most as often more as it
was in doubt, which ``doubts`` counts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from backend.core import clock
from backend.core.errors import OutOfStep
from backend.notices import lines, writing
from backend.notices.actions.gathering import gather
from backend.notices.models import Letter, Notice

State = Letter.State
A_BATCH = 50
MOST_DOUBTS = 2
GIVE_UP_AFTER = timedelta(days=3)
LONGEST_WAIT = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def send(_key: str) -> None:
    """Send what waits; the job that ``tell`` leaves behind calls this."""
    post()


def post() -> int:
    """Gather and send all letters that may leave now; return how many were tried. Safe to run twice at once."""
    recover()
    gather()
    tried = 0
    while claimed := _claim():
        tried += len(claimed)
        if not _deliver(claimed):
            break
    return tried


def lease() -> timedelta:
    """Return after how long a claim is taken for dead: longer than any dialogue with the server lasts."""
    return timedelta(seconds=settings.JOB_STALE_SECONDS + 3 * settings.MAIL_TIMEOUT)


def recover() -> None:
    """Take back the letters of senders that died; three statements."""
    dead = Letter.objects.filter(claimed_at__lt=clock.now() - lease())
    dead.filter(state=State.SENDING).update(state=State.WAITING)
    handed = dead.filter(state=State.HANDED)
    if lines.knows_its_letters():
        handed.update(state=State.WAITING)
    else:
        _doubt(handed, _("Chương trình gửi thư dừng giữa chừng."), None)


def _doubt(letters: QuerySet[Letter], error: str, not_before: datetime | None) -> int:
    """Count a doubt of each and wait to try again; UNSURE after too many."""
    over = When(doubts__gte=MOST_DOUBTS, then=Value(State.UNSURE))
    return letters.update(
        state=Case(over, default=Value(State.WAITING)),
        doubts=F("doubts") + 1,
        error=error,
        not_before=not_before,
    )


@transaction.atomic
def _claim() -> list[Letter]:
    """Return letters that are now this sender's alone, as many as the minute has room for."""
    now = clock.now()
    room = settings.MAIL_PER_MINUTE - Letter.objects.filter(claimed_at__gt=now - MINUTE).count()
    ready = Q(not_before__isnull=True) | Q(not_before__lte=now)
    rows = Letter.objects.filter(ready, state=State.WAITING).select_related("user")
    rows = rows.order_by(F("digest_on").asc(nulls_first=True), "pk")
    found = list(rows.select_for_update(skip_locked=True, of=("self",))[: max(0, min(room, A_BATCH))])
    for letter in found:
        letter.address = letter.user.email if letter.user.is_active else ""
        letter.state = State.SENDING if letter.address else State.NO_ADDRESS
        letter.attempts += 1
        letter.claimed_at = now
    Letter.objects.bulk_update(found, ["address", "state", "attempts", "claimed_at"])
    return found


def _deliver(letters: list[Letter]) -> bool:
    """Send the claimed letters over one connection; return False where the line broke."""
    texts = _texts(letters)
    line = lines.line()
    try:
        for letter in letters:
            if letter.state == State.SENDING and not _one(line, letter, texts[letter.pk]):
                _give_back(letters)
                return False
    finally:
        line.close()
    return True


def _texts(letters: list[Letter]) -> dict[int, list[Notice]]:
    found: dict[int, list[Notice]] = {letter.pk: [] for letter in letters}
    for notice in Notice.objects.filter(letter__in=letters).order_by("made_at", "pk"):
        found[notice.letter_id].append(notice)  # type: ignore[index]
    return found


def _one(line: lines.Line, letter: Letter, notices: list[Notice]) -> bool:
    """Send one letter and note what came of it; return whether the line still stands."""
    mail = writing.mail_of(letter, notices)
    if mail is None:
        _note(letter, state=State.CALLED_OFF)
        return True
    try:
        line.send(mail, handing=lambda: _hand(letter))
    except lines.LostClaim:
        return True
    except lines.Final as no:
        _note(letter, state=State.REFUSED, error=no.words, bad_address=no.of_address)
    except lines.InDoubt as no:
        _doubt(_mine(letter), no.words, clock.now() + _pause(letter))
        return False
    except lines.Broken as no:
        _wait(letter, no.words)
        return False
    except lines.Later as no:
        _wait(letter, no.words)
    else:
        _note(letter, state=State.SENT, sent_at=clock.now(), error="", bad_address=False)
    return True


def _mine(letter: Letter) -> QuerySet[Letter]:
    claimed = [State.SENDING, State.HANDED]
    return Letter.objects.filter(pk=letter.pk, attempts=letter.attempts, state__in=claimed)


def _hand(letter: Letter) -> bool:
    """Commit that the text goes over the line now; False where another sender has taken the letter."""
    own = _mine(letter).filter(state=State.SENDING)
    return own.update(state=State.HANDED, claimed_at=clock.now()) == 1


def _note(letter: Letter, **values: Any) -> None:
    _mine(letter).update(**values)


def _wait(letter: Letter, words: str) -> None:
    """Let the letter wait longer each time; after days it counts as refused, with the server's words."""
    now = clock.now()
    if now - letter.made_at > GIVE_UP_AFTER:
        _note(letter, state=State.REFUSED, error=words)
        return
    _note(letter, state=State.WAITING, error=words, not_before=now + _pause(letter))


def _pause(letter: Letter) -> timedelta:
    first = timedelta(seconds=settings.MAIL_RETRY_SECONDS)
    return min(first * 2 ** min(letter.attempts - 1, 12), max(first, LONGEST_WAIT))


def _give_back(letters: list[Letter]) -> None:
    """Let the letters that were claimed but not tried wait for a server that answers."""
    later = clock.now() + timedelta(seconds=settings.MAIL_RETRY_SECONDS)
    for letter in letters:
        own = _mine(letter).filter(state=State.SENDING)
        own.update(state=State.WAITING, attempts=F("attempts") - 1, not_before=later)


@transaction.atomic
def resend(letter: Letter) -> None:
    """Send a letter again of which nobody knows whether it arrived. The caller asked who may. Raises OutOfStep."""
    held = Letter.objects.select_for_update().get(pk=letter.pk)
    if held.state != State.UNSURE:
        raise OutOfStep(_("Thư này %(state)s, không cần gửi lại.") % {"state": held.get_state_display()})
    held.state, held.not_before = State.WAITING, None
    held.save(update_fields=["state", "not_before"])
