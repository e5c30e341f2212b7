"""What an address of ours is about, for the history room's rows on who read evidence or was refused a write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.audit.middleware import Facts, about, gives_to_all, reads
from backend.core.text import key_in
from backend.rounds.models import Round
from backend.scoring.models import Evidence, Scorecard
from permissions.actor import Actor
from tiers.models import Unit

READING = ("evidence_file", "evidence_view", "evidence_preview", "signed_file", "upload_file")


def register() -> None:
    """Say which addresses show evidence, which files are empty forms, and what an address is about."""
    reads(*(f"scoring:{name}" for name in READING))
    gives_to_all("people:import_template")
    for prefix in ("/scorecards/", "/appraisals/", "/conclusions/"):
        about(prefix, _of_card)
    for prefix in ("/rounds/", "/round-progress/"):
        about(prefix, _of_round)
    about("/", _of_seat)


def _of_card(values: Mapping[str, Any], actor: Actor) -> Facts:
    rows = Scorecard.objects.filter(pk=key_in(str(values.get("pk", "")))).order_by()
    card = rows.values("pk", "unit_id", "unit__path", "unit_name", "round_id").first()
    if card is None:
        return {}
    facts = {
        "card_key": card["pk"],
        "unit_key": card["unit_id"],
        "unit_path": card["unit__path"],
        "unit_name": card["unit_name"],
        "round_key": card["round_id"],
        "code": str(values.get("code", ""))[:30],
    }
    piece = Evidence.objects.filter(pk=values.get("evidence_pk"), score__card=card["pk"]).order_by()
    found = piece.values("file_name", "number", "score__code").first() if "evidence_pk" in values else None
    if found:
        facts |= {"target": found["file_name"] or found["number"], "code": found["score__code"]}
    return facts


def _of_round(values: Mapping[str, Any], actor: Actor) -> Facts:
    found = (
        Round.objects.filter(pk=key_in(str(values.get("pk", "")))).select_related("host").order_by().first()
    )
    if found is None:
        return {}
    told = found.history_about
    return {
        "unit_key": told.unit_key,
        "unit_path": told.unit_path,
        "unit_name": told.unit_name,
        "round_key": found.pk,
    }


def _of_seat(values: Mapping[str, Any], actor: Actor) -> Facts:
    """Return the unit that the person acts for: there is nothing better to find the row by."""
    seat = next(iter(actor.seats), None)
    unit = Unit.objects.filter(path=seat.path).first() if seat else None
    return {"unit_key": unit.pk, "unit_path": unit.path, "unit_name": unit.name} if unit else {}
