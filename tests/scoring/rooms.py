"""A round in which the council cut one leaf and raised it again, and what the history room finds of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.test import Client

from backend.scoring import actions, telling
from backend.scoring.room import Asked
from permissions.roles import Role
from tests import make
from tests.scoring.councils import Council, council

HISTORY = "/history/"
CUT = "Tổ thẩm định: 1,00 xuống 0,50 - lý do: Ban hành chậm"
RAISED = "Tổ thẩm định: 0,50 lên 1,00 - lý do: Nhận văn bản bổ sung"


def cut_and_raised() -> Council:
    """Return a round of three units; of the first the council has looked again after the explanation."""
    here = council(units=3)
    here.explained()
    actions.appraise(
        here.card, "1.1", by=here.secretary, version=0, points=Decimal(1), reason="Nhận văn bản bổ sung"
    )
    return here


def signed_in(user: Any) -> Client:
    """Return a browser in which the person is signed in."""
    client = Client()
    client.force_login(user)
    return client


def found(here: Council, **asked: Any) -> list[str]:
    """Return what the secretary finds, in words."""
    changes, _older = telling.newest(here.secretary, Asked(**asked))
    return [change.what for change in changes]


def inspected(here: Council, **asked: Any) -> list[str]:
    """Return what an inspector above every unit finds, in words."""
    reader = make.seated(Role.INSPECTOR, here.host)[1]
    return [change.what for change in telling.newest(reader, Asked(**asked))[0]]
