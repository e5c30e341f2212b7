"""Send the requests of the permission table and say what came back; nothing that they do stays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from tests.permissions.table import HIDDEN, OK, REFUSED, SIGN_IN, Row
from tests.permissions.worlds import World, build

BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass
class House:
    """A world and one browser, which takes the session of whoever acts."""

    world: World = field(default_factory=build)
    client: Client = field(default_factory=Client)
    sessions: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sign everybody in."""
        self.sessions["anonymous"] = ""
        for name, user in self.world.people.items():
            own = Client()
            own.force_login(user, backend=BACKEND)
            self.sessions[name] = own.cookies[settings.SESSION_COOKIE_NAME].value

    def be(self, who: str) -> None:
        """Let the browser be that person's."""
        self.client.cookies.clear()
        if self.sessions[who]:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]

    def answer(
        self,
        who: str,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        as_json: bool = False,
    ) -> HttpResponseBase:
        """Return the answer to one request, with all that it wrote rolled back."""
        self.be(who)
        with transaction.atomic():
            response = self._send(method, path, body or {}, as_json=as_json)
            transaction.set_rollback(True)
        response.close()
        return response

    def _send(self, method: str, path: str, body: Mapping[str, Any], *, as_json: bool) -> Any:
        has_file = any(hasattr(value, "read") for value in body.values())
        if method in ("GET", "HEAD", "OPTIONS"):
            return self.client.generic(method, path)
        if as_json and not has_file:
            return self.client.generic(method, path, json.dumps(body), content_type="application/json")
        if method != "POST":
            return self.client.generic(method, path)
        return self.client.post(path, body)


def address(row: Row, house: House, place: str) -> str:
    """Return the path of the row at a place."""
    scene = house.world.scenes[place]
    query = row.query.format(**row.body(scene)) if row.query else ""
    return reverse(row.name, kwargs=dict(row.at(scene))) + (f"?{query}" if query else "")


def outcome(response: HttpResponseBase) -> str:
    """Return which of the table's words an answer is; its status where it is none of them."""
    code = response.status_code
    asked = f"{reverse(settings.LOGIN_URL)}?next="
    if code == 401 or (code == 302 and response["Location"].startswith(asked)):
        return SIGN_IN
    words = {403: REFUSED, 404: HIDDEN, 409: OK, 422: OK}
    return words.get(code, OK if code < 400 else str(code))
