"""One officer's browser: over a kept connection to the web server, or inside this process to count statements."""

from __future__ import annotations

import http.client
from contextlib import nullcontext
from typing import Any, Self
from urllib.parse import urlencode

from deploy.benches.clients import CSRF
from deploy.benches.season import Officer


class Browser:
    """Sends what the page sends; any answer but 200 is an error."""

    def __init__(self, port: int, officer: Officer) -> None:
        self.cookie = officer.cookie
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    @classmethod
    def inside(cls, officer: Officer, urls: str = "deploy.benches.floor_score") -> Self:
        """Return a browser that goes through all of the program but the web server; "" is at its own addresses."""
        return _Inside(officer, urls)  # type: ignore[return-value]

    def get(self, address: str) -> str:
        """Return the page."""
        return self._send("GET", address, None, {})

    def post(self, address: str, form: dict[str, str], key: str = "") -> str:
        """Return the answer to a form sent under a key."""
        headers = {"HX-Request": "true", "X-CSRFToken": CSRF, "Idempotency-Key": key}
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self._send("POST", address, urlencode(form), headers)

    def _send(self, method: str, address: str, body: str | None, headers: dict[str, str]) -> str:
        wanted = {name: value for name, value in headers.items() if value} | {"Cookie": self.cookie}
        for again in (False, True):
            try:
                self.connection.request(method, address, body, wanted)
                answer = self.connection.getresponse()
                break
            except (http.client.RemoteDisconnected, ConnectionError):
                # The server hangs up after some idle seconds.
                self.connection.close()
                if again:
                    raise
        text = answer.read().decode()
        if answer.status != 200:
            raise RuntimeError(f"{method} {address}: {answer.status}\n{text[:2000]}")
        return text


class _Inside(Browser):
    def __init__(self, officer: Officer, urls: str) -> None:
        from django.test import Client
        from django.test.utils import override_settings

        self.settings = override_settings(ROOT_URLCONF=urls) if urls else nullcontext()
        self.client = Client()
        self.client.cookies.load(officer.cookie)

    def _send(self, method: str, address: str, body: str | None, headers: dict[str, str]) -> str:
        sent = {name: value for name, value in headers.items() if value and name != "Content-Type"}
        with self.settings:
            answer: Any = self.client.generic(
                method, address, body or "", "application/x-www-form-urlencoded", headers=sent
            )
        if answer.status_code != 200:
            raise RuntimeError(f"{method} {address}: {answer.status_code}")
        return str(answer.content.decode())
