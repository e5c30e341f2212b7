"""The history room over a million rows of history: every filter against the bare indexed query, on both databases."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from deploy.benches.browser import Browser
from deploy.benches.machine import machine
from deploy.benches.measuring import Figure, alternate, asked, seconds
from deploy.benches.season import Officer, Season, grow, plant, sessions

ROWS, UNITS, MOMENTS = 1_000_000, 112, 20_000
RUNS = 21
# Of every twenty rows: marks of the units, marks of the council, documents.
OWN, COUNCIL, EVIDENCE = 12, 5, 3
ACCESSES, REASONS = 2_000, 60
ON_CHAIN = 500  # rows on one chain


def figures(kind: str, rows: int, runs: int = RUNS) -> Iterator[Figure]:
    """Give the time of every filtered page in times of the bare one, and the most statements that a page takes."""
    with machine(kind) as here:
        season = plant()
        grow(season, min(UNITS, max(3, rows // 500)))
        season.round.refresh_from_db()
        _end_self_scoring(season)
        print(f"writing {rows} rows of history", file=sys.stderr)
        _write(season, rows)
        here.analyse()
        from django.conf import settings

        from backend.audit.models import Line

        yield Figure(f"{kind}_history_rows", Line.objects.count(), rows, at_least=True)
        # For the whole run: to change it for each page would build all addresses anew each time.
        settings.ROOT_URLCONF = "deploy.benches.floor_history"
        browser = Browser.inside(_secretary(season), urls="")
        statements = 0
        for name, given, where in filters(season):
            address, bare = f"/history/?{urlencode(given)}", f"/floor/history/?{urlencode({'where': where})}"
            _same_number(browser.get(address), browser.get(bare), name)
            print(f"{name}  query {_alone(where) * 1000:.1f} ms", end="  ", file=sys.stderr)
            ratio = alternate(lambda a=address: browser.get(a), lambda b=bare: browser.get(b), runs)
            yield Figure(f"{kind}_history_{name}", ratio, 1.5)
            statements = max(statements, asked(lambda a=address: browser.get(a)))
        yield Figure(f"{kind}_history_statements", statements, 25)


def filters(season: Season) -> Iterator[tuple[str, dict[str, str], str]]:
    """Yield each filter: its name, what the page is sent, and the same as a condition over the lines."""
    from backend.audit.models import Line
    from backend.rounds.models import Step
    from backend.scoring.room import Cursor
    from tiers.models import Unit

    host, round_ = season.host.pk, season.round.pk
    unit = Unit.objects.filter(parent=season.host).order_by("-pk").first()  # no other name holds this one's
    middle: Any = Line.objects.order_by("at", "id")[Line.objects.count() // 2]
    own, appraisal = (
        season.round.steps.get(kind=Step.Kind.SELF),
        season.round.steps.filter(kind="appraisal").first(),
    )
    day = middle.at.strftime("%d/%m/%Y")
    moment = middle.at.strftime("%Y-%m-%d %H:%M:%S.%f")
    yield "newest", {}, f"host_key = {host}"
    yield "unit", {"q": unit.name}, f"unit_key = {unit.pk}"
    yield "person", {"person": "thanhvien2"}, f"person_key = {_key_of('thanhvien2')}"
    yield "round", {"round": str(round_)}, f"round_key = {round_}"
    yield "own_step", {"step": own.title}, f"step_name = '{own.title}'"
    yield "council_step", {"step": appraisal.title}, f"step_name = '{appraisal.title}'"
    yield "kind", {"kind": "evidence"}, "kind = 'evidence'"
    yield "leaf", {"code": "1.7"}, "code = '1.7'"
    yield "field", {"code": "3"}, "code LIKE '3.%'"
    yield "cut", {"turn": "-1"}, "turn = -1 AND NOT (turn = 0)"
    yield "raised", {"turn": "1"}, "turn = 1 AND NOT (turn = 0)"
    yield "reason", {"reason": "ban hành"}, "worded = 1 AND said LIKE '%ban hanh%'"
    yield "rare_reason", {"reason": "thất lạc"}, "worded = 1 AND said LIKE '%that lac%'"
    yield "from", {"points_before": "0,8"}, "points_before = 800"
    yield (
        "from_to",
        {"points_before": "0,8", "points_after": "0,7"},
        "points_before = 800 AND (points_after + 0) = 700",
    )
    yield "reads", {"kind": "reads"}, "kind = 'reads'"
    yield "refused", {"kind": "refused"}, "kind = 'refused'"
    yield "council", {"kind": "council"}, "kind = 'council'"
    yield "since", {"first": day}, f"host_key = {host} AND at >= '{_day_of(middle.at)}'"
    yield "hour", {"last": _hour(middle.at)}, f"host_key = {host} AND at < '{_hour_after(middle.at)}'"
    yield "days", {"last": day}, f"host_key = {host} AND at < '{_day_after(middle.at)}'"
    yield "far_page", {"before": str(Cursor(middle.at, middle.id))}, f"host_key = {host} AND at <= '{moment}'"
    together = {"q": unit.name, "kind": "marks", "turn": "-1", "step": appraisal.title}
    yield (
        "together",
        together,
        (
            f"unit_key = {unit.pk} AND (kind || '') = 'marks' AND (turn + 0) = -1 "
            f"AND (step_name || '') = '{appraisal.title}'"
        ),
    )


def _alone(where: str) -> float:
    """Return the median seconds of the bare query by itself."""
    from django.db import connection

    from deploy.benches.floor_history import asked as bare

    with connection.cursor() as cursor:
        return statistics.median(seconds(lambda: bare(cursor, where)) for _turn in range(5))


def _day_after(moment: Any) -> str:
    from datetime import UTC

    from backend.core.dates import end_of_day_exclusive, vn_date

    return end_of_day_exclusive(vn_date(moment)).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _day_of(moment: Any) -> str:
    from datetime import UTC

    from backend.core.dates import start_of_day, vn_date

    return start_of_day(vn_date(moment)).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _hour(moment: Any) -> str:
    from backend.core.dates import VN

    return str(moment.astimezone(VN).strftime("%d/%m/%Y %H:00"))


def _hour_after(moment: Any) -> str:
    return str(moment.strftime("%Y-%m-%d %H:01:00"))


def _key_of(name: str) -> int:
    from backend.accounts.models import User

    return User.objects.get(username=name).pk


def _same_number(ours: str, floor: str, name: str) -> None:
    """Raise where the two pages show another number of changes: then they would not do the same."""
    counts = [page.count('<td class="what">') for page in (ours, floor)]
    if counts[0] != counts[1] or not counts[0]:
        raise RuntimeError(f"{name}: {counts[0]} changes in the page, {counts[1]} in the yardstick")


# --- the rows ---------------------------------------------------------------------------------------------------


def _end_self_scoring(season: Season) -> None:
    """Let the units' time be over but for one that was given more, so that something is hidden from the host."""
    from datetime import timedelta

    from backend.audit.recording import recording
    from backend.core import clock
    from backend.rounds import actions
    from backend.scoring.models import Scorecard
    from permissions.actor import SYSTEM

    now = clock.now()
    second = Scorecard.objects.filter(round=season.round).order_by("pk")[1]
    actions.extend(
        season.step,
        unit=second.unit,
        closes_at=now + timedelta(days=60),
        by=SYSTEM,
        reason="Bão",
        document="1/UBND",
    )
    with recording(by=SYSTEM, about=season.round.history_about):
        for step in season.round.steps.order_by("order"):
            begun = step.order == 1
            step.opens_at = now - timedelta(days=9)
            step.closes_at = now - timedelta(days=1) if begun else now + timedelta(days=step.order)
            step.save()


def _secretary(season: Season) -> Officer:
    from permissions.roles import Role
    from tests import make

    user, _actor = make.seated(Role.SECRETARY, season.host)
    return Officer(user.pk, f"sessionid={sessions([user])[0]}", season.card.pk)


def _write(season: Season, rows: int) -> None:
    """Let the database copy what is there into so many rows over half a year, by several people."""
    from datetime import timedelta

    from backend.core import clock
    from backend.scoring.models import Evidence, Mark
    from tests import make

    people = [make.person(f"Thành viên {number}", username=f"thanhvien{number}").pk for number in range(5)]
    begun = clock.now() - timedelta(days=180)
    moments = min(MOMENTS, rows)
    _run("CREATE TEMPORARY TABLE bench_moments (place integer PRIMARY KEY, at varchar(40))", [])
    _many("INSERT INTO bench_moments VALUES (%s, %s)", [
        (place, (begun + timedelta(days=179) * place / moments).strftime("%Y-%m-%d %H:%M:%S.%f+00:00"))
        for place in range(moments)
    ])  # fmt: skip
    appraisal = season.round.steps.filter(kind="appraisal").first()
    own = {"points": "1000 - (n.i % 5) * 100", "from_points": "NULL", "reason": "''", "history_type": "'~'"}
    council = {
        "id": "base.id + 10000000", "step_id": str(appraisal.pk), "step_name": f"'{appraisal.title}'",
        "history_user_id": f"{people[0]} + n.i % {len(people)}", "actor_name": "'Thành viên'", "from_points": "800",
        "points": "600 + (n.i % 5) * 100", "history_type": "'~'",
        "reason": "CASE WHEN n.i % 40009 = 7 THEN 'Văn bản bị thất lạc' WHEN n.i % 5 = 2 THEN '' "
        "ELSE 'Ban hành chậm so với kế hoạch' END",
    }  # fmt: skip
    _copies(Mark, own, rows * OWN // 20, moments, "WHERE row.points IS NOT NULL")
    _copies(Mark, council, rows * COUNCIL // 20, moments, f"WHERE row.step_id = {season.step.pk}")
    _accesses(season, begun)
    _copies(Evidence, {"history_type": "'~'"}, rows - rows * OWN // 20 - rows * COUNCIL // 20, moments, "")


def _accesses(season: Season, begun: Any) -> None:
    """Let documents have been read, looks been refused and reasons been kept ready, now and then over the same time."""
    from datetime import timedelta

    from backend.audit.models import Access
    from backend.audit.recording import recording
    from backend.scoring.models import CannedReason
    from permissions.actor import SYSTEM

    told = season.round.history_about
    kinds = (("reads", "scoring:evidence_file", 200), ("refused", "scoring:proof", 403))
    Access.objects.bulk_create(
        Access(
            at=begun + timedelta(minutes=number), kind=kind, actor_name="Thành viên", act=act, method="GET",
            address="/", target="Kế hoạch.pdf", status=status, unit_key=told.unit_key, unit_path=told.unit_path,
            unit_name=told.unit_name, round_key=season.round.pk,
        )
        for number in range(ACCESSES) for kind, act, status in kinds
    )  # fmt: skip
    with recording(by=SYSTEM, about=told):
        for number in range(REASONS):
            CannedReason.objects.create(
                host=season.host,
                code=f"r{number}",
                text="Thiếu văn bản số …",
                author="Thành viên",
                saved_at=begun,
            )


def _copies(model: Any, other: dict[str, str], rows: int, moments: int, kept: str) -> None:
    """Insert so many rows of history, each like one that is there but for ``other``, its moment and its chain.

    The chains are such that the database's walls take them, each as long as many a card's. Their digests seal
    nothing: the room reads none, and computing a million would only make the preparation longer.
    """
    from django.db import connection

    history = model.history.model
    table = history._meta.db_table
    columns = [field.column for field in history._meta.concrete_fields if not field.primary_key]
    at = "m.at" if connection.vendor == "sqlite" else "CAST(m.at AS timestamptz)"
    at = f"replace({at}, '+00:00', '')" if connection.vendor == "sqlite" else at
    other = other | _chained(table, connection.vendor)
    taken = ", ".join(other.get(name, at if name == "history_date" else f'base."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    likes = f"CREATE TEMPORARY TABLE bench_like AS SELECT row.*, row_number() OVER (ORDER BY row.history_id) - 1 AS place FROM {table} row {kept}"  # noqa: S608
    _run("DROP TABLE IF EXISTS bench_like", [])
    _run(likes, [])
    _run("CREATE INDEX bench_like_place ON bench_like (place)", [])
    number = _one("SELECT count(*) FROM bench_like")
    series = (
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < %s) "
        if connection.vendor == "sqlite"
        else "WITH n(i) AS (SELECT generate_series(0, %s - 1)) "
    )
    joined = (
        f"JOIN bench_like base ON base.place = n.i %% {number} "
        f"JOIN bench_moments m ON m.place = CAST(n.i AS bigint) * {moments} / {rows}"
    )
    taken = taken.replace("%", "%%")
    insert = f"INSERT INTO {table} ({names}) {series} SELECT {taken} FROM n {joined} ORDER BY n.i"  # noqa: S608
    _run(insert, [rows])


def _chained(table: str, vendor: str) -> dict[str, str]:
    """Return, as SQL over the number ``n.i``, the columns by which each row continues a chain of the bench's own."""
    from backend.audit.chaining import ZEROS

    begun = _one(f"SELECT count(*) FROM {table}")  # noqa: S608
    digest = "printf('%064x', n.i + {0})" if vendor == "sqlite" else "lpad(to_hex(n.i + {0}), 64, '0')"
    first = f"n.i % {ON_CHAIN} = 0"
    return {
        "chain": f"'bench:{table}:{begun}:' || (n.i / {ON_CHAIN})",
        "sequence": f"n.i % {ON_CHAIN} + 1",
        "previous_digest": f"CASE WHEN {first} THEN '{ZEROS}' ELSE {digest.format(0)} END",
        "digest": digest.format(1),
    }


def _run(statement: str, values: list[Any]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def _many(statement: str, values: list[Any]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.executemany(statement, values)


def _one(statement: str) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]
