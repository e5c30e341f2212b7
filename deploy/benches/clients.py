"""Officers who save over HTTP: ``python -m deploy.benches.clients PLAN``. Standard library only, since they share the processors with what they measure.

Each officer is one kept connection with a session of its own. She types, sends, waits for the answer and thinks. As
in the page every write has a key, and what was not answered is sent again under the same key until it is. The plan
(JSON) names port, officers, slices and where to write: one JSON line a slice, an acknowledged write, a mishap.
SIGTERM ends the last slice: what is on its way is sent until it is answered.
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlencode

from deploy.benches.leaves import typed

PATIENCE = 20  # seconds, as in the page
FIRST_WAIT, LONGEST_WAIT = 0.2, 2.0
CSRF = "benches0" * 4  # the value of the cookie csrftoken; 32 letters


def key_of(user: int, mark: int, version: int) -> str:
    """Return the key of the write that a person makes on a mark of which she has seen ``version``."""
    return f"{user}-{mark:016x}{version:016x}"


class Officer:
    """One person at her card: ``row`` is a season.Officer as a dictionary, ``number`` her place in the plan."""

    def __init__(self, number: int, row: dict[str, Any], port: int, out: TextIO, seed: int) -> None:
        self.number, self.row, self.port, self.out = number, row, port, out
        self.versions: dict[str, int] = row["versions"]
        self.chance = random.Random(f"{seed} {number}")  # noqa: S311 - the same people every time
        self.turn = 0
        self.streams: Any = None

    async def work(self, part: dict[str, Any], place: int, stopped: asyncio.Event) -> None:
        """Save one leaf after another until the slice is over."""
        end, think = time.time() + part["seconds"], part["think"]
        codes = self.row["codes"][part["address"]]
        await _pause(stopped, self.chance.uniform(0, min(think, part["seconds"] / 2)))
        while time.time() < end and not stopped.is_set():
            await self.save(part["address"], place, codes[self.turn % len(codes)])
            self.turn += 1
            await _pause(stopped, min(think * self.chance.uniform(0.5, 1.5), max(0, end - time.time())))

    async def save(self, address: str, place: int, code: str) -> None:
        """Send one write until it is answered; a refusal is noted and not sent again."""
        version, begun, wait, tries = self.versions[code], time.time(), FIRST_WAIT, 0
        request = self._request(address, code, version)
        while True:
            tries += 1
            sent = time.time()
            status = await self._answered(request)
            if status == 200:
                self.versions[code] = version + 1
                self._note(
                    ["ack", place, self.number, address, code, version + 1, begun, sent, time.time(), tries]
                )
                return
            self._note(["mishap", place, self.number, address, code, version, status, time.time()])
            if 400 <= status < 500:
                return
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    async def _answered(self, request: bytes) -> int:
        """Return the status of the answer; 0 where the connection was cut, 1 where nobody answered in time."""
        try:
            return await asyncio.wait_for(self._exchange(request), PATIENCE)
        except TimeoutError:
            status = 1
        except (OSError, EOFError, asyncio.IncompleteReadError):
            status = 0
        self._hang_up()
        return status

    async def _exchange(self, request: bytes) -> int:
        if self.streams is None or self.streams[0].at_eof():
            self._hang_up()
            self.streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]
        await reader.readexactly(int(length or b"0"))
        # What is said while a part of the server dies comes in pieces, without a length: nothing more is read of it.
        if not length or b"\r\nconnection: close" in head:
            self._hang_up()
        return int(head[9:12])

    def _hang_up(self) -> None:
        if self.streams is not None:
            self.streams[1].close()
            self.streams = None

    def _request(self, address: str, code: str, version: int) -> bytes:
        card, mark = self.row["card"], self.row["marks"][code]
        path = f"/scorecards/{card}/leaves/{code}/"
        form = {"version": version} | {f"input_{name}": value for name, value in typed(code, version).items()}
        if address == "floor":
            path, form = f"/floor/cards/{card}/marks/{mark}/", {"points": f"0.{version % 1000:03d}"}
        body = urlencode(form).encode()
        lines = (
            f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Cookie: {self.row['cookie']}",
            f"X-CSRFToken: {CSRF}", "HX-Request: true", f"Idempotency-Key: {key_of(self.row['user'], mark, version)}",
            "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}", "", "",
        )  # fmt: skip
        return "\r\n".join(lines).encode() + body

    def _note(self, what: list[Any]) -> None:
        self.out.write(json.dumps(what) + "\n")


async def _pause(stopped: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stopped.wait(), seconds)


async def run(plan: dict[str, Any], out: TextIO) -> None:
    """Go through the slices of the plan, one after another."""
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    people = [
        Officer(number, row, plan["port"], out, plan["seed"]) for number, row in enumerate(plan["officers"])
    ]
    for place, part in enumerate(plan["slices"]):
        begun = time.time()
        first, last = part["who"]
        await asyncio.gather(*(one.work(part, place, stopped) for one in people[first:last]))
        out.write(json.dumps(["slice", place, part["name"], begun, begun + part["seconds"]]) + "\n")


def main() -> None:
    """Do what the plan says."""
    plan = json.loads(Path(sys.argv[1]).read_text())
    with Path(plan["out"]).open("a", buffering=1) as out:
        asyncio.run(run(plan, out))


if __name__ == "__main__":
    main()
