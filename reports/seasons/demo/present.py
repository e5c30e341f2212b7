"""The season going on: opened and filled by the people of the demonstration, with units in every state.

Units with accounts act by the same actions as on the pages, so that signatures, history and notices
are real. The others are filled in bulk, under a name that says illustration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile

from backend.accounts.models import User
from backend.criteria.models import CriteriaSet
from backend.rounds import actions as rounds
from backend.rounds.models import Round
from backend.scoring import actions
from backend.scoring.models import Scorecard
from backend.scoring.queries.canned import leaves_in
from permissions.actor import Actor
from reports.seasons.demo import words
from reports.seasons.demo.days import Season as SeasonDays
from reports.seasons.demo.drawing import answer, luck
from reports.seasons.demo.leaves import Leaf
from reports.seasons.demo.past import group_plan
from tiers.models import Unit

FILES = Path(__file__).resolve().parent / "files"

# How far the units with accounts have come, over and over in this order.
STAGES = ("approved", "partly", "submitted", "untouched", "filled", "returned", "partly")
# How far the others have come, in percent.
SHARES = {"untouched": 42, "partly": 40, "filled": 9, "submitted": 5, "approved": 4}
MOVES = {
    "submitted": ("submit",),
    "approved": ("submit", "approve"),
    "returned": ("submit", "return"),
}


@dataclass(frozen=True)
class Team:
    """Who acts for one unit: the officer and the one who approves."""

    officer: Actor
    leader: Actor


def open_present(
    host: Unit, days: SeasonDays, sets: Sequence[CriteriaSet], *, title: str, on_date: date, by: Actor
) -> Round:
    """Set the round up and open it, as the criteria manager does; return it open."""
    made = rounds.create_round(
        host,
        by=by,
        title=title,
        year=days.year,
        on_date=on_date,
        previous=Round.objects.filter(host=host, year=days.year - 1).first(),
        is_illustration=True,
    )
    for order, chosen in enumerate(sets, 1):
        plan = group_plan(chosen)
        group = rounds.put_group(
            made, by=by, kind=chosen.kind, criteria_set=chosen, order=order, tie_rule=plan.tie_rule
        )
        rounds.set_bands(group, plan.bands, by=by)
    rounds.set_steps(made, days.steps, by=by)
    actions.open_round(made, by=by)
    return Round.objects.get(pk=made.pk)


def form_council(round_: Round, people: Mapping[str, str], users: Mapping[str, User], *, by: Actor) -> None:
    """Give the round its council: ``people`` are offices by username."""
    rounds.form_council(
        round_,
        [rounds.Seated(users[name].pk, office) for name, office in people.items()],
        by=by,
        decision_number=words.COUNCIL,
        decision_date=round_.on_date,
    )


def keep_reasons(round_: Round, *, by: Actor) -> None:
    """Write the council's canned reasons, each on the first leaf of every set whose title it is about."""
    nodes = list(leaves_in(round_))
    for part, code, text in words.REASONS:
        first = {node.criteria_set_id: node.pk for node in reversed(nodes) if part in node.title}
        for leaf in first.values() if part else [None]:
            actions.save_reason(round_, by=by, code=code, text=text, leaf=leaf)


def act(card: Scorecard, leaves: Sequence[Leaf], team: Team, stage: str) -> None:
    """Bring one card to ``stage`` by the actions of its own people."""
    if stage == "untouched":
        return
    rng = luck("act", card.unit.path)
    done = _begun(leaves, stage, rng)
    actions.fill(card.round, [_line(card, leaf, rng) for leaf in done], by=team.officer)
    _correct(card, done[-1], team, rng)
    _prove(card, done, team, rng)
    if stage in MOVES:
        actions.set_texts(card, by=team.officer, **words.TEXTS)
    for name in MOVES.get(stage, ()):
        who = team.officer if name == "submit" else team.leader
        actions.move(card, name, by=who, reason=words.returned(rng) if name == "return" else "")


def fill_others(
    round_: Round, cards: Sequence[Scorecard], leaves: Mapping[int, Sequence[Leaf]], by: Actor
) -> None:
    """Bring the cards of units without accounts as far as ``SHARES`` says; ``leaves`` by set."""
    rng = luck("others", round_.year)
    stages = rng.choices(list(SHARES), list(SHARES.values()), k=len(cards))
    lines = [
        _line(card, leaf, rng)
        for card, stage in zip(cards, stages, strict=True)
        if stage != "untouched"
        for leaf in _begun(leaves[card.criteria_set_id], stage, rng)
    ]
    actions.fill(round_, lines, by=by)
    for card, stage in zip(cards, stages, strict=True):
        for name in MOVES.get(stage, ()):
            actions.move(card, name, by=by)


def _begun(leaves: Sequence[Leaf], stage: str, rng: Random) -> list[Leaf]:
    own = [leaf for leaf in leaves if leaf.is_own]
    return own[: rng.randint(3, len(own) - 3)] if stage == "partly" else own


def _line(card: Scorecard, leaf: Leaf, rng: Random) -> actions.OwnLine:
    drawn = answer(leaf.rule, leaf.most, good=rng.randrange(100) < 85, rng=rng)
    points = None if drawn.inputs else drawn.points
    return actions.OwnLine(card.pk, leaf.node.code, drawn.inputs, points, words.note(rng))


def _correct(card: Scorecard, leaf: Leaf, team: Team, rng: Random) -> None:
    """Save one leaf a second time, so that its history has something to tell."""
    drawn = answer(leaf.rule, leaf.most, good=True, rng=rng)
    actions.set_points(
        card, leaf.node.code, by=team.officer, version=1, inputs=drawn.inputs, note=words.note(rng)
    )


def _prove(card: Scorecard, own: Sequence[Leaf], team: Team, rng: Random) -> None:
    """Attach a few documents and one real file."""
    for leaf in own[:3]:
        actions.add_document(
            card,
            leaf.node.code,
            by=team.officer,
            number=words.document(rng),
            issuer=card.unit_name,
            section=f"trang {rng.randint(1, 9)}",
        )
    path = rng.choice(sorted(FILES.glob("*.pdf")))
    upload = SimpleUploadedFile(path.name, path.read_bytes(), "application/pdf")
    actions.add_file(card, own[0].node.code, by=team.officer, upload=upload, section="trang 1")
