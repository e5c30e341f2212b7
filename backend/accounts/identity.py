"""Is it she? Passwords and codes of somebody who is already past the sign-in page, few tries at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from backend.accounts.codes import looks_like_code, matching_step
from backend.accounts.models import Event, User
from backend.core import clock
from backend.core.dates import format_moment
from backend.core.errors import Invalid

MOST_WRONG = 5
BLOCKED_FOR = timedelta(minutes=15)

Judge = Callable[[User, datetime], bool]


def re_authenticate(user: User, password_or_code: str, *, field: str = "answer") -> None:
    """Make sure that the person at the keyboard is ``user``: her password or, where it is on, a code.

    Raises Invalid with a sentence, also under ``field``. Call it in the view, before the action and
    outside any transaction: the count of wrong answers must outlive the refusal. After five of them
    the account takes no answer for 15 minutes.
    """
    if user.totp_secret and looks_like_code(password_or_code):
        use_code(user, password_or_code, field=field)
    else:
        check_password(user, password_or_code, field=field)


def check_password(user: User, typed: str, *, field: str = "password") -> None:
    """Raise Invalid unless ``typed`` is the person's password."""
    # Hashing takes long, so it is done before the row is locked; only the verdict waits its turn.
    right = user.check_password(typed)
    _demand(user, lambda *_: right, _("Mật khẩu chưa đúng. Hãy nhập lại."), field)


def use_code(user: User, typed: str, *, field: str = "code") -> None:
    """Use up a code of the person's authenticator app. Raises Invalid where it is wrong or was used."""
    wrong = _("Mã chưa đúng hoặc đã dùng. Hãy chờ mã mới trên ứng dụng rồi nhập lại.")
    _demand(user, lambda fresh, now: _takes(fresh, typed, now), wrong, field)


def _takes(fresh: User, typed: str, now: datetime) -> bool:
    if not fresh.totp_secret:
        return False
    step = matching_step(fresh.totp_secret, typed, at=now, after=fresh.totp_last_step)
    fresh.totp_last_step = step or fresh.totp_last_step
    return bool(step)


def _demand(user: User, judge: Judge, wrong: str, field: str) -> None:
    if refusal := _refusal(user, judge, wrong):
        raise Invalid(refusal, fields={field: [refusal]})


@transaction.atomic
def _refusal(user: User, judge: Judge, wrong: str) -> str:
    """Return why the answer is not taken, "" if it is; the verdict is counted under the row's lock."""
    fresh = User.objects.select_for_update().get(pk=user.pk)
    now = clock.now()
    if fresh.blocked_until and fresh.blocked_until > now:
        return _try_again(fresh.blocked_until)
    right = judge(fresh, now)
    fresh.wrong_answers = 0 if right else fresh.wrong_answers + 1
    fresh.blocked_until = now + BLOCKED_FOR if fresh.wrong_answers >= MOST_WRONG else None
    if fresh.blocked_until:
        fresh.wrong_answers = 0
        Event.objects.create(user=fresh, kind=Event.Kind.BLOCKED, at=now)
    fresh.save(update_fields=["wrong_answers", "blocked_until", "totp_last_step"])
    if right:
        return ""
    return _try_again(fresh.blocked_until) if fresh.blocked_until else wrong


def _try_again(when: datetime) -> str:
    return _("Đã nhập sai %(most)s lần liên tiếp. Hãy thử lại sau %(when)s.") % {
        "most": MOST_WRONG,
        "when": format_moment(when),
    }
