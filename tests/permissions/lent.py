"""An approval of the world that is lent for a time."""

from __future__ import annotations

from typing import Any

from backend.accounts.models import User
from backend.core import clock
from backend.scoring import actions
from backend.scoring.models import Delegation
from tests import make
from tiers.seating import actor_for


def lend(scene: Any, leader: User, taker: User) -> Delegation:
    now = clock.now()
    return actions.delegate(
        scene.cards["submitted"],
        by=actor_for(leader),
        taker=taker,
        starts_at=now - make.DAY,
        ends_at=now + 9 * make.DAY,
        document="07/UQ-UBND",
    )
