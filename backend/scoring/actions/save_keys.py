"""The key that names one write, so that sent twice it is written once."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from backend.core.errors import Invalid, Refused
from permissions.actor import Actor

# Who wrote, then what her page or program made up: no key of one person is ever another's.
_KEY = re.compile(r"(?P<user>\d{1,18})-[0-9a-f-]{16,40}")


def require_key(key: str, *, by: Actor) -> None:
    """Raise Invalid for a key that is none, Refused for one made by another account; empty is no key."""
    if not key:
        return
    read = _KEY.fullmatch(key)
    if read is None:
        sentence = _("Mã của lần gửi không đúng dạng. Hãy tải lại trang rồi nhập lại.")
        raise Invalid(sentence, prefix=f"{by.user_id}-")
    if read["user"] != str(by.user_id):
        raise Refused(
            _("Những gì vừa gửi được nhập dưới tài khoản khác. Hãy đăng nhập bằng tài khoản đã nhập.")
        )
