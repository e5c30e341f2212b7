"""How letters leave: over SMTP, phase by phase, or into a box. What went wrong is said by its consequence."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from email.charset import QP, Charset
from email.utils import parseaddr
from typing import Any, Protocol

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend

Handing = Callable[[], bool]


class Final(Exception):
    """The server will never take the letter (5xx); ``of_address`` where it knows no such mailbox."""

    def __init__(self, words: str, *, of_address: bool = False) -> None:
        super().__init__(words)
        self.words, self.of_address = words, of_address


class _Unsent(Exception):
    words = property(str)


class Later(_Unsent):
    """The server asks to try this letter again (4xx)."""


class Broken(_Unsent):
    """No server, or it hung up before it was given the text: nothing was delivered."""


class InDoubt(_Unsent):
    """The line broke after the text went out: the server may have taken it."""


class LostClaim(Exception):
    """Another sender has taken the letter meanwhile."""


class Line(Protocol):
    """Takes letters one after the other."""

    def send(self, mail: EmailMessage, *, handing: Handing) -> None:
        """Send one letter; ``handing`` is asked right before the text goes out. Raises the errors above."""

    def close(self) -> None:
        """End the connection."""


def line() -> Line:
    """Return the line that EMAIL_URL names; it connects with the first letter."""
    backend = get_connection()
    return SmtpLine(backend) if isinstance(backend, EmailBackend) else BoxLine(backend)


def knows_its_letters() -> bool:
    """Return whether the line drops a letter whose Message-ID it has already."""
    return bool(getattr(get_connection(), "keeps_each_once", False))


class BoxLine:
    """Any other backend of Django: the Maildir of the demonstration, the memory of the tests."""

    def __init__(self, backend: Any) -> None:
        self.backend = backend

    def send(self, mail: EmailMessage, *, handing: Handing) -> None:
        """Put the letter into the box."""
        if not handing():
            raise LostClaim
        try:
            self.backend.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as refusal:
            _judge(*next(iter(refusal.recipients.values())), of_address=True)
        except smtplib.SMTPResponseException as refusal:
            _judge(refusal.smtp_code, refusal.smtp_error)
        except (OSError, smtplib.SMTPException) as problem:
            raise InDoubt(_words(problem)) from problem

    def close(self) -> None:
        """End the connection."""
        self.backend.close()


class SmtpLine:
    """One connection for many letters."""

    def __init__(self, backend: EmailBackend) -> None:
        self.backend = backend

    def send(self, mail: EmailMessage, *, handing: Handing) -> None:
        """Lead the dialogue: sender, recipient, then the text."""
        server = self._server()
        address = parseaddr(mail.to[0])[1]
        try:
            self._envelope(server, mail, address)
        except (OSError, smtplib.SMTPServerDisconnected) as problem:
            raise Broken(_words(problem)) from problem
        text = _bytes(mail, server)
        if not handing():
            server.rset()
            raise LostClaim
        try:
            answer = server.data(text)
        except smtplib.SMTPDataError as refusal:
            answer = refusal.smtp_code, refusal.smtp_error
        except (OSError, smtplib.SMTPException) as problem:
            raise InDoubt(_words(problem)) from problem
        self._judge(server, answer)

    def _server(self) -> Any:
        try:
            self.backend.open()
        except (OSError, smtplib.SMTPException) as problem:
            raise Broken(_words(problem)) from problem
        return self.backend.connection

    def _envelope(self, server: Any, mail: EmailMessage, address: str) -> None:
        try:
            address.encode("ascii")
        except UnicodeEncodeError:
            raise Final(address, of_address=True) from None
        server.ehlo_or_helo_if_needed()
        options = ["BODY=8BITMIME"] if server.has_extn("8bitmime") else []
        self._judge(server, server.mail(parseaddr(mail.from_email)[1], options))
        self._judge(server, server.rcpt(address), of_address=True)

    def _judge(self, server: Any, answer: tuple[int, bytes], *, of_address: bool = False) -> None:
        if answer[0] == CLOSING:
            raise Broken(_said(*answer))
        if answer[0] >= FAILS:
            server.rset()
        _judge(*answer, of_address=of_address)

    def close(self) -> None:
        """End the connection, whatever state it is in."""
        self.backend.fail_silently = True
        self.backend.close()


CLOSING = 421
FAILS, FINAL = 400, 500


def _judge(code: int, words: bytes | str, *, of_address: bool = False) -> None:
    if code >= FINAL:
        raise Final(_said(code, words), of_address=of_address)
    if code >= FAILS:
        raise Later(_said(code, words))


def _bytes(mail: EmailMessage, server: Any) -> bytes:
    if not server.has_extn("8bitmime"):
        mail.encoding = Charset("utf-8")
        mail.encoding.body_encoding = QP
    return mail.message().as_bytes(linesep="\r\n")  # type: ignore[no-any-return]


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return f"{code} {text}"[:2000]


def _words(problem: BaseException) -> str:
    return (str(problem) or type(problem).__name__)[:2000]
