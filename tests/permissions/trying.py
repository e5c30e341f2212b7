"""Send the requests of the permission table and say what came back; nothing that they do stays."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse

from tests.permissions.table import HIDDEN, OK, REFUSED, SIGN_IN, Row
from tests.permissions.worlds import World, build

BACKEND = "django.contrib.auth.backends.ModelBackend"
SAFE = ("GET", "HEAD", "OPTIONS")
WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|TRUNCATE|CREATE|ALTER|DROP)\b", re.IGNORECASE)
# A session is not what a page is about; that evidence was read is written down.
NOT_COUNTED = ("django_session", "axes_", 'INSERT INTO "audit_access"')


class WroteError(Exception):
    """A request that only reads has written."""


def only_read(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """Let a statement through unless it writes."""
    if WRITE.match(sql) and not any(table in sql for table in NOT_COUNTED):
        raise WroteError(sql[:200])
    return execute(sql, params, many, context)


def watched(method: str) -> AbstractContextManager[None]:
    """Return a context in which a request by that method may not write, if the method only reads."""
    return connection.execute_wrapper(only_read) if method in SAFE else nullcontext()


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
    ) -> Any:
        """Return the answer to one request, its bytes in ``whole``, with all that it wrote rolled back."""
        self.be(who)
        with transaction.atomic(), watched(method):
            response = send(self.client, method, path, body or {}, as_json=as_json)
            # Read to its end, a file closes itself; closing the answer would close the database too.
            response.whole = b"".join(response.streaming_content) if response.streaming else response.content
            transaction.set_rollback(True)
        return response


def send(client: Client, method: str, path: str, body: Mapping[str, Any], *, as_json: bool) -> Any:
    """Return the answer to one request: values of a form, or JSON; a file is always sent as a form."""
    has_file = any(hasattr(value, "read") for value in body.values())
    if method in SAFE:
        return client.generic(method, path)
    if as_json and not has_file:
        return client.generic(method, path, json.dumps(body), content_type="application/json")
    return client.post(path, body) if method == "POST" else client.generic(method, path)


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
