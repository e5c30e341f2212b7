"""Mail servers for tests: one that refuses every address, and a real one on a private port that misbehaves on request."""

import asyncio
import email
import email.policy
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from smtplib import SMTPRecipientsRefused

from aiosmtpd.controller import Controller
from django.core.mail.backends.base import BaseEmailBackend


class RefusingBackend(BaseEmailBackend):
    """Refuses as a real server does."""

    def send_messages(self, email_messages) -> int:
        raise SMTPRecipientsRefused({email_messages[0].to[0]: (550, b"no such user")})


class Server:
    """An SMTP server that keeps what it took. What the address begins with says how it behaves towards it.

    ``refuse`` 550 to the recipient, ``spam`` 554 to the text, ``later`` 451 once, ``stall`` says nothing once,
    ``drop`` takes the text and hangs up once, ``dropall`` always. ``slow`` seconds pass before each 250.
    """

    def __init__(self, slow: float = 0) -> None:
        self.slow = slow
        self.letters: list = []
        self.sessions = 0
        self.seen: Counter[str] = Counter()
        self.lock = threading.Lock()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller:
            self._controller.stop()
            self._controller = None

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802 (aiosmtpd's name)
        self.sessions += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 (aiosmtpd's name)
        if address.startswith("refuse"):
            return "550 5.1.1 khong co nguoi nhan"
        if address.startswith("later") and self._first(address):
            return "451 4.7.1 thu lai sau"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (aiosmtpd's name)
        address = envelope.rcpt_tos[0]
        if address.startswith("spam"):
            return "554 5.7.1 bi coi la thu rac"
        if address.startswith("stall") and self._first(address):
            await asyncio.sleep(5)
            return "451 4.3.0 qua cham"
        with self.lock:
            self.letters.append(envelope)
        if address.startswith("dropall") or (address.startswith("drop") and self._first(address)):
            server.transport.abort()
        await asyncio.sleep(self.slow)
        return "250 OK"

    def _first(self, address: str) -> bool:
        self.seen[address] += 1
        return self.seen[address] == 1

    def took(self) -> Counter[str]:
        """Return how often each address got a letter."""
        with self.lock:
            return Counter(envelope.rcpt_tos[0] for envelope in self.letters)

    def messages(self) -> list:
        """Return the letters parsed."""
        return [email.message_from_bytes(one.content, policy=email.policy.default) for one in self.letters]


@contextmanager
def server(settings=None, **how) -> Iterator[Server]:
    """Run a server; with ``settings`` the program of this test sends to it and tries again without a pause."""
    made = Server(**how)
    made.start()
    if settings:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", made.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = settings.MAIL_TIMEOUT = 1
        settings.MAIL_RETRY_SECONDS = 0
    try:
        yield made
    finally:
        made.stop()
