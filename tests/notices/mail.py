"""A mail server that refuses every address."""

from smtplib import SMTPRecipientsRefused

from django.core.mail.backends.base import BaseEmailBackend


class RefusingBackend(BaseEmailBackend):
    """Refuses as a real server does."""

    def send_messages(self, email_messages) -> int:
        raise SMTPRecipientsRefused({email_messages[0].to[0]: (550, b"no such user")})
