"""The council's part of the permission world: a session with a proposal, a change after conclusion."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from backend.accounts.models import User
from backend.audit.recording import recording
from backend.core import clock
from backend.rounds.models import Round
from backend.scoring import actions
from backend.scoring.models import Scorecard
from permissions.actor import SYSTEM
from tests import make
from tiers.seating import actor_for


def council_works(scenes: Mapping[str, Any], people: Mapping[str, User]) -> None:
    """Let both councils sit, and somebody of each propose points and a change of what is concluded."""
    sit(scenes["city"], people["secretary"])
    sit(scenes["district"], people["secretary_below"])
    scenes["home"].session = scenes["city"].session
    for name, who in (("city", "secretary"), ("home", "member"), ("district", "secretary_below")):
        propose(scenes[name], people[who])


def sit(scene: Any, presiding: User) -> None:
    """Begin a session of the host's council at which everybody is there, and ask the units to sign."""
    with recording(by=SYSTEM, reason="Dựng dữ liệu thử"):
        for stage, values in (
            ("sitting", {"sitting": Round.Sitting.BY_NAME, "quorum": Round.Quorum.HALF}),
            ("amending", {"sign_off_until": clock.now() + 9 * make.DAY}),
        ):
            round_ = scene.rounds[stage]
            for name, value in values.items():
                setattr(round_, name, value)
            round_.save(update_fields=list(values))
    by = actor_for(presiding)
    scene.session = actions.begin_session(scene.rounds["sitting"], by=by, venue="Phòng họp")
    keys = scene.session.attendances.values_list("person_id", flat=True)
    actions.mark_attendance(scene.session, by=by, rows=dict.fromkeys(keys, ("present", "")))


def propose(scene: Any, member: User) -> None:
    """Propose points for a leaf before the council, and a change of a concluded card."""
    by, value = actor_for(member), Decimal("0.25")
    card = scene.cards["sitting"]
    scene.proposal = actions.propose(scene.session, card, "1.1", by=by, points=value, reason="Nộp muộn")
    actions.move(scene.cards["amending"], "conclude", by=SYSTEM)
    scene.cards["amending"] = Scorecard.objects.select_related("unit", "round__host").get(
        pk=scene.cards["amending"].pk
    )
    scene.amendment = actions.propose_change(
        scene.cards["amending"], "1.1", by=by, points=value, reason="Nộp muộn", document="21/CV-SNV"
    )
