"""The world of the scoring benches: one open round of many units, each with a card of a hundred leaves and its history.

The first card is opened by the program's own action and filled; the database copies it for all other units.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from deploy.benches.clients import CSRF
from deploy.benches.leaves import CODES, WAYS, typed

DOCUMENTS = 3  # pieces of evidence on each leaf of the first card


@dataclass(frozen=True)
class Officer:
    """Who saves: her session, the card of her unit, where its marks stand (leaf code to version) and their keys."""

    user: int
    cookie: str
    card: int
    versions: dict[str, int] = field(default_factory=dict)
    marks: dict[str, int] = field(default_factory=dict)


@dataclass
class Season:
    """The round and the card that the others are copies of."""

    host: Any
    round: Any
    card: Any
    step: Any
    units: int = 1


def plant() -> Season:
    """Open the round for one unit and fill its card as an officer would, with evidence on every leaf."""
    from django.db import transaction

    from backend.scoring import actions
    from permissions.actor import SYSTEM
    from tests import make

    with transaction.atomic():
        host = make.unit("Thành phố", kind="city", code="S1")
        make.unit("Đơn vị 1", parent=host, code="D1")
        opened = make.round_(host, _criteria(host))
        (card,) = actions.open_round(opened, by=SYSTEM, quiet=True)
        lines = [actions.OwnLine(card.pk, code, typed(code, 0), note=_note(code)) for code in CODES]
        actions.fill(opened, lines, by=SYSTEM)
        step = opened.steps.get(kind="self")
        _attach(card, step)
    return Season(host, opened, card, step)


def _criteria(host: Any) -> Any:
    from backend.criteria.models import Node
    from tests import make
    from tests.reports.backtests import issue

    made = make.criteria_set(host, leaves=dict.fromkeys(CODES, "1"), state="draft")
    for place, code in enumerate(CODES):
        rule, params, _typed = WAYS[place % len(WAYS)]
        title = f"Mức độ hoàn thành nhiệm vụ cải cách hành chính theo kế hoạch năm, nội dung số {code}"
        Node.objects.filter(criteria_set=made, code=code).update(rule=rule, params=params, title=title)
    issue(made)
    return made


def _note(code: str) -> str:
    return f"Theo báo cáo số {code}/BC-UBND" if code.endswith("5") else ""


def _attach(card: Any, step: Any) -> None:
    from backend.audit.recording import create_all, recording
    from backend.core import clock
    from backend.scoring.models import Evidence
    from permissions.actor import SYSTEM

    now = clock.now()
    rows = [
        Evidence(score=score, step=step, number=f"{number}/BC-UBND", issuer="Văn phòng", added_by="Người đo", added_at=now)
        for score in card.scores.all()
        for number in range(DOCUMENTS)
    ]  # fmt: skip
    with recording(by=SYSTEM, at=now, about=card.history_about):
        create_all(Evidence, rows)


def grow(season: Season, units: int) -> None:
    """Let the round have so many units; their cards, scores, marks, totals and history are copied."""
    from django.db import transaction

    from backend.audit.recording import create_all, recording
    from backend.scoring.models import Scorecard
    from permissions.actor import SYSTEM
    from tiers.models import Unit

    first = season.card
    numbers = range(season.units + 1, units + 1)
    with transaction.atomic(), recording(by=SYSTEM, about=season.round.history_about):
        made = create_all(Unit, [_unit(season, number) for number in numbers])
        cards = create_all(
            Scorecard,
            [
                Scorecard(
                    round=season.round,
                    unit=unit,
                    group_id=first.group_id,
                    criteria_set_id=first.criteria_set_id,
                    unit_name=unit.name,
                )
                for unit in made
            ],
        )
        if cards:
            _copy_inside(first.pk, cards[0].pk, cards[-1].pk)
    season.units = units


def _unit(season: Season, number: int) -> Any:
    from tiers.models import Unit

    like = season.card.unit
    return Unit(
        name=f"Đơn vị {number}", folded=f"don vi {number}", code=f"D{number}", order=number, kind_id=like.kind_id,
        parent=season.host, path=f"{season.host.path}D{number}/", valid_from=date(2020, 1, 1),
    )  # fmt: skip


def _copy_inside(first: int, low: int, high: int) -> None:
    """Copy scores, marks and totals of the first card into the cards ``low`` to ``high``, with their history."""
    from backend.scoring.models import Mark, Score, StepTotal

    score, mark = Score._meta.db_table, Mark._meta.db_table
    old = f"FROM {score} old JOIN {score} score ON score.node_id = old.node_id AND score.card_id BETWEEN %s AND %s"
    _insert(Score, {"card_id": "card.id"}, _each_card(score), (low, high, first))
    _insert(StepTotal, {"card_id": "card.id"}, _each_card(StepTotal._meta.db_table), (low, high, first))
    rows = f"{old} JOIN {mark} row ON row.score_id = old.id WHERE old.card_id = %s"
    _insert(Mark, {"score_id": "score.id"}, rows, (low, high, first))
    _tell(Score, "card", (low, high))
    _tell(Mark, "score__card", (low, high))


def _each_card(table: str) -> str:
    return f"FROM scoring_scorecard card JOIN {table} row ON card.id BETWEEN %s AND %s WHERE row.card_id = %s"


def _insert(model: Any, other: dict[str, str], rows: str, values: Sequence[int]) -> None:
    columns = [name.column for name in model._meta.concrete_fields if not name.primary_key]
    taken = [other.get(name, f'row."{name}"') for name in columns]
    _run(f"INSERT INTO {model._meta.db_table} ({_names(columns)}) SELECT {', '.join(taken)} {rows}", values)


def _tell(model: Any, card: str, values: Sequence[int]) -> None:
    """Write the first history row of every copied row, about its own unit, on the chain of its card."""
    rows = list(
        model.objects.filter(**{f"{card}__id__range": values}).select_related(f"{card}__unit").order_by("pk")
    )
    for row in rows:
        row.history_about = (row if card == "card" else row.score).card.history_about
    model.history.model.tracker.write(rows, "+")


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _run(statement: str, values: Sequence[Any]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def officers(season: Season, count: int, *, on_one: int = 1, first: int = 1) -> list[Officer]:
    """Seat ``count`` people, each at a unit of her own from the ``first`` on, each with a session.

    At the last of these units sit ``on_one`` people.
    """
    from backend.scoring.models import Mark, Scorecard

    cards = list(Scorecard.objects.filter(round=season.round).order_by("pk")[first : first + count])
    cards += [cards[-1]] * (on_one - 1)
    people = _people(len(cards))
    _seat(people, cards)
    marks: dict[int, list[tuple[str, int, int]]] = {}
    rows = Mark.objects.filter(step=season.step, score__card__in={card.pk for card in cards})
    for card, code, pk, version in rows.values_list("score__card", "score__code", "pk", "version"):
        marks.setdefault(card, []).append((code, pk, version))
    return [
        Officer(
            user.pk,
            f"sessionid={cookie}; csrftoken={CSRF}",
            card.pk,
            {code: version for code, _pk, version in marks[card.pk]},
            {code: pk for code, pk, _version in marks[card.pk]},
        )
        for user, card, cookie in zip(people, cards, sessions(people), strict=True)
    ]


def _people(count: int) -> list[Any]:
    from backend.accounts.models import User
    from backend.audit.recording import create_all, recording
    from permissions.actor import SYSTEM

    before = User.objects.count()
    made = [User(full_name=f"Cán bộ {n}", username=f"bench{n}") for n in range(before, before + count)]
    for user in made:
        user.set_unusable_password()
        user.fold()
    with recording(by=SYSTEM):
        return create_all(User, made)


def _seat(people: Sequence[Any], cards: Sequence[Any]) -> None:
    from datetime import timedelta

    from backend.audit.recording import create_all, recording
    from backend.core import clock
    from permissions.actor import SYSTEM
    from permissions.roles import Role
    from tiers import seating
    from tiers.models import Appointment

    begun = clock.now() - timedelta(days=1)
    with recording(by=SYSTEM):
        seats = create_all(
            Appointment,
            [
                Appointment(
                    user=user,
                    role=Role.OFFICER,
                    acts_for_id=card.unit_id,
                    workplace_id=card.unit_id,
                    starts_at=begun,
                )
                for user, card in zip(people, cards, strict=True)
            ],
        )
    seating.grant_all(seats)


def sessions(people: Sequence[Any]) -> list[str]:
    """Return the cookie of a session of each, as signing in makes it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session

    rows = []
    for user in people:
        store = SessionStore()
        said = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        row = store.create_model_instance(said)
        row.session_key = secrets.token_hex(16)
        rows.append(row)
    Session.objects.bulk_create(rows, batch_size=500)
    return [row.session_key for row in rows]
