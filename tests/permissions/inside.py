"""What a unit's people share in the world of the permission table, in words that nobody else may ever read."""

from __future__ import annotations

from datetime import date
from typing import Any

from backend.accounts.models import User
from backend.audit.recording import recording
from backend.core import clock
from backend.scoring import actions
from backend.scoring.models import Remark, Scorecard
from permissions.actor import SYSTEM
from tiers.seating import actor_for


def share(scene: Any, officer: User, leader: User, words: str) -> None:
    """Let a scene's people share the work: a division, a remark on every card, a council before one."""
    card, before = scene.cards["draft"], scene.cards["reviewing"]
    scene.division = actions.save_division(card, by=SYSTEM, name=words, people=[officer.pk])
    actions.assign(card, ["1.2"], by=SYSTEM, assignee=f"d-{scene.division.pk}")
    called = [scene.clerk.pk]
    scene.remark = actions.add_remark(card, "1.1", by=actor_for(officer), text=words, mentioned=called)
    for other in scene.cards.values():
        say(other, words)
    members = {scene.clerk.pk: "chair", officer.pk: "secretary", leader.pk: "member"}
    decision = {"decision_number": words, "decision_date": date(2026, 1, 5), "members": members}
    actions.form_council(before, by=SYSTEM, **decision)
    actions.move(before, "submit", by=SYSTEM)
    actions.opine(before, "1.1", by=actor_for(leader), verdict="revise", reason=words)


def say(card: Scorecard, words: str) -> None:
    """Leave the unit's own words on the card, at whatever stage it is."""
    with recording(by=SYSTEM, reason="Dựng dữ liệu thử"):
        Remark.objects.create(
            score=card.scores.get(code="1.1"), author_name="", text=words, made_at=clock.now()
        )
