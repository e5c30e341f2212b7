"""Rules for passwords in our own words where Django has none in Vietnamese."""

from __future__ import annotations

from django.contrib.auth import password_validation
from django.utils.translation import gettext as _


class LongEnough(password_validation.MinimumLengthValidator):
    """At least so many characters."""

    def get_error_message(self) -> str:
        """Return the sentence for a short password."""
        return _("Mật khẩu quá ngắn; cần ít nhất %(most)s ký tự.") % {"most": self.min_length}


class NotOneself(password_validation.UserAttributeSimilarityValidator):
    """Not the person's own name or address."""

    def __init__(self) -> None:
        super().__init__(user_attributes=("username", "full_name", "email"))

    def get_error_message(self) -> str:
        """Return the sentence for a password close to the person's name or address."""
        return _("Mật khẩu quá giống tên đăng nhập, tên hiển thị hoặc thư điện tử của bạn.")
