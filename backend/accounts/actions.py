"""What a person does with her own account.

Making, disabling and resetting accounts is an administrator's work: it stands in tiers.people, where
it is recorded. The functions here that take a user "unsaved" change the object only, for it to save.
"""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from backend.accounts.codes import matching_step
from backend.accounts.identity import check_password, re_authenticate, use_code
from backend.accounts.models import Event, User
from backend.accounts.passwords import one_time_password, quick_hash
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep

__all__ = [
    "change_password",
    "check_password",
    "drop_factor",
    "end_all_sessions",
    "give_one_time_password",
    "re_authenticate",
    "sign_out_everywhere",
    "turn_off_factor",
    "turn_on_factor",
    "use_code",
]


def give_one_time_password(user: User) -> str:
    """Give ``user`` (unsaved) a one-time password, end her sessions, and return it in clear, once."""
    password = one_time_password()
    user.password = quick_hash(password)
    user.must_change_password = True
    user.wrong_answers, user.blocked_until = 0, None
    end_all_sessions(user)
    return password


def end_all_sessions(user: User) -> None:
    """Make every session of ``user`` (unsaved) end at its next request."""
    user.session_epoch += 1


def drop_factor(user: User) -> None:
    """Take the second factor off ``user`` (unsaved), as when her telephone is lost."""
    user.totp_secret, user.totp_last_step = "", 0


@transaction.atomic
def change_password(user: User, *, new: str) -> User:
    """Set the person's own new password and return her; her other sessions end.

    The caller has checked the old one. Raises Invalid with the rules that ``new`` breaks.
    """
    fresh = _locked(user)
    if fresh.check_password(new):
        raise _bad_password([_("Mật khẩu mới phải khác mật khẩu đang dùng.")])
    try:
        validate_password(new, fresh)
    except ValidationError as refusal:
        raise _bad_password(refusal.messages) from None
    fresh.set_password(new)
    fresh.must_change_password = False
    fresh.save(update_fields=["password", "must_change_password"])
    _note(fresh, Event.Kind.PASSWORD)
    return fresh


@transaction.atomic
def sign_out_everywhere(user: User) -> User:
    """End every session of the person and return her with the new epoch."""
    fresh = _locked(user)
    end_all_sessions(fresh)
    fresh.save(update_fields=["session_epoch"])
    _note(fresh, Event.Kind.SESSIONS)
    return fresh


@transaction.atomic
def turn_on_factor(user: User, *, secret: str, code: str) -> None:
    """Turn the second factor on once ``code`` shows that the app holds ``secret``. Raises Invalid."""
    fresh = _locked(user)
    if fresh.totp_secret:
        raise OutOfStep(_("Xác thực hai lớp đã bật. Muốn đổi điện thoại, hãy tắt rồi bật lại."))
    step = matching_step(secret, code, at=clock.now(), after=0)
    if not step:
        sentence = _("Mã chưa đúng. Hãy nhập 6 chữ số đang hiện trên ứng dụng; kiểm tra giờ của điện thoại.")
        raise Invalid(sentence, fields={"code": [sentence]})
    fresh.totp_secret, fresh.totp_last_step = secret, step
    fresh.save(update_fields=["totp_secret", "totp_last_step"])
    _note(fresh, Event.Kind.FACTOR_ON)


@transaction.atomic
def turn_off_factor(user: User) -> None:
    """Turn the second factor off. The caller has checked the person with ``re_authenticate``."""
    fresh = _locked(user)
    drop_factor(fresh)
    fresh.save(update_fields=["totp_secret", "totp_last_step"])
    _note(fresh, Event.Kind.FACTOR_OFF)


def _locked(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)


def _note(user: User, kind: Event.Kind) -> None:
    Event.objects.create(user=user, kind=kind, at=clock.now())


def _bad_password(sentences: list[str]) -> Invalid:
    return Invalid(" ".join(sentences), fields={"new": sentences})
