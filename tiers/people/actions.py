"""Every write of an administrator about people: accounts and the seats they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.accounts.actions import drop_factor, end_all_sessions, give_one_time_password
from backend.accounts.models import User
from backend.audit.recording import About, recording
from backend.core import clock
from backend.core.dates import end_of_day_exclusive, start_of_day
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.core.text import nfc
from permissions.actor import Actor
from permissions.roles import Role, Verb
from tiers import seating
from tiers.models import Appointment, Kind, Unit
from tiers.people import queries

_FIELD = r"(?:[a-z0-9_-]{1,25}:)?\d{1,3}"
# "1, 3", and "xa:5" where the criteria sets of two kinds of units number their fields otherwise.
FIELD_CODES = rf"\s*{_FIELD}(?:\s*,\s*{_FIELD})*\s*"
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")


@dataclass(frozen=True)
class Wish:
    """The seat asked for. Days are Vietnam's; ``last_day`` is still in the seat, None is without end."""

    role: Role
    acts_for: Unit
    workplace: Unit | None = None
    title: str = ""
    fields_limit: str = ""
    starts_on: date | None = None
    last_day: date | None = None
    decision_number: str = ""
    decision_date: date | None = None

    @property
    def works_at(self) -> Unit:
        """Return the workplace, which is the unit itself unless said."""
        return self.workplace or self.acts_for


@transaction.atomic
def hire(
    *,
    username: str,
    full_name: str,
    wish: Wish,
    by: Actor,
    email: str = "",
    phone: str = "",
    reason: str = "",
) -> tuple[User, str]:
    """Make an account with its first seat; return it and its one-time password, shown only now.

    Raises Refused outside the administrator's units, Invalid on a name that is taken or not one.
    """
    user = User(
        username=proper_username(username), full_name=nfc(full_name).strip(), email=email, phone=phone
    )
    if User.objects.filter(username=user.username).exists():
        raise _bad("username", _("Tên đăng nhập này đã có người dùng. Hãy chọn tên khác."))
    password = give_one_time_password(user)
    with recording(by=by, reason=reason or _("Tạo tài khoản"), about=about(wish.acts_for)):
        user.save()
    appoint(user, wish, by=by, reason=reason)
    return user, password


def proper_username(typed: str) -> str:
    """Return a username in small letters. Raises Invalid on other signs than letters, digits, ". _ -"."""
    name = typed.strip().lower()
    if not USERNAME.fullmatch(name):
        raise _bad(
            "username",
            _("Tên đăng nhập gồm 3 đến 60 chữ cái không dấu, chữ số, dấu chấm, gạch ngang hoặc gạch dưới."),
        )
    return name


def proper_fields(limit: str) -> str:
    """Return the codes of fields a seat is limited to, with commas between. Raises Invalid on what names no field."""
    if not limit.strip():
        return ""
    if re.fullmatch(FIELD_CODES, limit) is None:
        raise _bad(
            "fields_limit",
            _("Ghi mã lĩnh vực, cách nhau bằng dấu phẩy, ví dụ 1, 3; hoặc kèm mã loại đơn vị, ví dụ xa:5."),
        )
    codes = [code.strip() for code in limit.split(",")]
    kinds = {code.rpartition(":")[0] for code in codes} - {""}
    unknown = sorted(kinds - set(Kind.objects.filter(code__in=kinds).values_list("code", flat=True)))
    if unknown:
        raise _bad("fields_limit", _("Không có loại đơn vị nào mang mã %s.") % ", ".join(unknown))
    return ", ".join(codes)


@transaction.atomic
def appoint(user: User, wish: Wish, *, by: Actor, reason: str = "") -> Appointment:
    """Give a person a seat. Raises Refused for oneself and outside the administrator's units."""
    _not_oneself(user, by)
    by.require(Verb.MANAGE_PEOPLE, at=wish.works_at.place())
    fields_limit = proper_fields(wish.fields_limit)
    starts, ends = moments(wish, now=clock.now())
    if Appointment.objects.filter(
        user=user, role=wish.role, acts_for=wish.acts_for, workplace=wish.works_at, starts_at=starts
    ).exists():
        raise _bad("role", _("Người này đã có phân công ấy từ ngày ấy."))
    return seating.appoint(
        user,
        wish.role,
        acts_for=wish.acts_for,
        workplace=wish.works_at,
        starts_at=starts,
        ends_at=ends,
        title=wish.title,
        fields_limit=fields_limit,
        decision_number=wish.decision_number,
        decision_date=wish.decision_date,
        by=by,
        reason=reason,
    )


def moments(wish: Wish, *, now: datetime) -> tuple[datetime, datetime | None]:
    """Return the first moment of the seat and the first after it. Raises Invalid on days out of order."""
    starts = start_of_day(wish.starts_on) if wish.starts_on else now
    ends = end_of_day_exclusive(wish.last_day) if wish.last_day else None
    if ends is not None and ends <= starts:
        raise _bad("last_day", _("Ngày cuối phải từ ngày bắt đầu trở đi."))
    return starts, ends


@transaction.atomic
def end_seat(
    seat: Appointment, *, by: Actor, reason: str, last_day: date | None = None, decision: str = ""
) -> Appointment:
    """End a seat after ``last_day``, at once without one. Raises Refused, Invalid on a day gone by.

    What was done in the seat stays; so it can't end earlier than now.
    """
    seat = Appointment.objects.select_for_update(of=("self",)).get(pk=seat.pk)
    _not_oneself(seat.user, by)
    now = clock.now()
    ends = end_of_day_exclusive(last_day) if last_day else now
    if ends < now:
        raise _bad("last_day", _("Ngày cuối đã qua. Hãy bỏ trống để kết thúc ngay."))
    if seat.ends_at is not None and seat.ends_at <= now:
        raise OutOfStep(_("Phân công này đã kết thúc."))
    return seating.end(seat, ends_at=max(ends, _just_after(seat)), by=by, reason=_why(reason, decision))


def _just_after(seat: Appointment) -> datetime:
    # A seat still to come that is called off lasts one moment: its row stays as a record.
    return seat.starts_at + seating.MOMENT


def _why(reason: str, decision: str) -> str:
    said = required_reason(reason)
    return f"{said} ({_('theo')} {decision.strip()})" if decision.strip() else said


@transaction.atomic
def edit(
    user: User, *, full_name: str, email: str = "", phone: str = "", by: Actor, reason: str = ""
) -> User:
    """Correct a person's name and contact."""
    fresh = _own_account(user, by, oneself=True)
    fresh.full_name, fresh.email, fresh.phone = nfc(full_name).strip(), email, phone
    with recording(by=by, reason=reason or _("Sửa thông tin tài khoản"), about=_home(fresh)):
        fresh.save()
    return fresh


@transaction.atomic
def disable(user: User, *, by: Actor, reason: str) -> User:
    """Shut an account; its sessions end at once. Its seats stay as they are, and give nothing."""
    fresh = _own_account(user, by)
    if not fresh.is_active:
        raise OutOfStep(_("Tài khoản này đã bị vô hiệu hoá."))
    fresh.is_active = False
    end_all_sessions(fresh)
    with recording(by=by, reason=_said(_("Vô hiệu hoá"), reason), about=_home(fresh)):
        fresh.save()
    return fresh


@transaction.atomic
def enable(user: User, *, by: Actor, reason: str) -> User:
    """Open a disabled account again, with the password it had."""
    fresh = _own_account(user, by)
    if fresh.is_active:
        raise OutOfStep(_("Tài khoản này đang hoạt động."))
    fresh.is_active = True
    with recording(by=by, reason=_said(_("Cho hoạt động lại"), reason), about=_home(fresh)):
        fresh.save()
    return fresh


@transaction.atomic
def reset_password(user: User, *, by: Actor, reason: str, without_factor: bool = False) -> str:
    """Give a new one-time password and return it, shown only now; sessions end at once.

    ``without_factor`` also takes the second factor off, as when the telephone is lost.
    """
    fresh = _own_account(user, by)
    password = give_one_time_password(fresh)
    act = _("Đặt lại mật khẩu")
    if without_factor:
        drop_factor(fresh)
        act = _("Đặt lại mật khẩu và tắt xác thực hai lớp")
    with recording(by=by, reason=_said(act, reason), about=_home(fresh)):
        fresh.save()
    return password


def _own_account(user: User, by: Actor, *, oneself: bool = False) -> User:
    """Return the locked account if ``by`` manages all of the person's seats. Raises Refused."""
    if not oneself:
        _not_oneself(user, by)
    fresh = User.objects.select_for_update().get(pk=user.pk)
    elsewhere = queries.seats_outside(fresh, by)
    if elsewhere:
        raise Refused(
            _("Người này còn giữ vai trò ở %(unit)s, ngoài phạm vi của bạn; hãy đề nghị quản trị cấp trên.")
            % {"unit": elsewhere[0].acts_for.name}
        )
    return fresh


def _not_oneself(user: User, by: Actor) -> None:
    if by.user_id == user.pk:
        raise Refused(_("Bạn không tự làm việc này cho tài khoản của mình; hãy nhờ một quản trị viên khác."))


def about(unit: Unit) -> About:
    """Return what history says a change of an account concerns: a unit."""
    return unit.history_about


def _home(user: User) -> About:
    seat = queries.last_seat(user)
    return about(seat.workplace) if seat else About()


def _said(act: str, reason: str) -> str:
    return f"{act}: {required_reason(reason)}"


def required_reason(reason: str) -> str:
    """Return the reason without stray spaces. Raises Invalid where there is none."""
    said = nfc(reason).strip()
    if not said:
        raise _bad("reason", _("Hãy ghi lý do; lý do được lưu trong lịch sử."))
    return said


def _bad(field: str, sentence: Any) -> Invalid:
    return Invalid(sentence, fields={field: [sentence]})
