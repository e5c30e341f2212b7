"""Many accounts in one go: what an import writes once its rows are good."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backend.accounts.actions import give_one_time_password
from backend.accounts.models import User
from backend.audit.recording import create_all, recording
from backend.core import clock
from backend.core.errors import Invalid
from permissions.actor import Actor
from permissions.roles import Verb
from tiers import seating
from tiers.models import Appointment
from tiers.people.actions import Wish, moments, proper_username


@transaction.atomic
def hire_all(
    rows: list[tuple[dict[str, str], Wish]], *, by: Actor, reason: str = ""
) -> list[tuple[User, str]]:
    """Make many accounts at once; return each with its one-time password.

    ``rows`` hold username, full_name, email, phone and the seat; a username that comes again gets its
    further seats. All or nothing; the number of queries does not grow with the rows.
    """
    made: dict[str, tuple[User, str]] = {}
    seats = []
    now = clock.now()
    for texts, wish in rows:
        by.require(Verb.MANAGE_PEOPLE, at=wish.acts_for.place())
        by.require(Verb.MANAGE_PEOPLE, at=wish.works_at.place())
        name = proper_username(texts["username"])
        made.setdefault(name, _new(name, texts, wish))
        seats.append(_seat(made[name][0], wish, now))
    users = [user for user, _password in made.values()]
    if taken := User.objects.filter(username__in=made).values_list("username", flat=True)[:1]:
        raise Invalid(
            _("Tên đăng nhập %(name)s vừa có người dùng. Hãy kiểm tra lại tệp.") % {"name": taken[0]}
        )
    with recording(by=by, reason=reason or _("Nhập tài khoản từ tệp")):
        create_all(User, users)
        seating.grant_all(create_all(Appointment, seats))
    return list(made.values())


def _new(username: str, texts: dict[str, str], wish: Wish) -> tuple[User, str]:
    user = User(username=username, full_name=texts["full_name"], email=texts["email"], phone=texts["phone"])
    user.fold()
    user.history_about = wish.works_at.history_about
    return user, give_one_time_password(user)


def _seat(user: User, wish: Wish, now: datetime) -> Appointment:
    starts, ends = moments(wish, now=now)
    return Appointment(
        user=user,
        role=wish.role,
        acts_for=wish.acts_for,
        workplace=wish.works_at,
        starts_at=starts,
        ends_at=ends,
        title=wish.title,
        fields_limit=wish.fields_limit,
        decision_number=wish.decision_number,
        decision_date=wish.decision_date,
    )
