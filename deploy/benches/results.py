"""The world of the bench of results: a round of many units, each with a hundred concluded leaves.

Cards, scores and concluded marks are inserted bare, without history: results are read from the live rows alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from deploy.benches.leaves import CODES
from deploy.benches.season import Officer, sessions


@dataclass
class Results:
    """A round with so many units; ``group`` is the one they are ranked in, ``conclusion`` the step that counts."""

    host: Any
    round: Any
    group: Any
    conclusion: Any
    units: int = 0

    def grow(self, units: int) -> None:
        """Let the round have so many units, all concluded."""
        from django.db import transaction

        from backend.scoring.models import Scorecard
        from tiers.models import Unit

        numbers = range(self.units + 1, units + 1)
        like = {"kind_id": self.group.kind_id, "parent": self.host, "valid_from": date(2020, 1, 1)}
        with transaction.atomic():
            made = Unit.objects.bulk_create(
                [
                    Unit(
                        name=f"Đơn vị {n}",
                        folded=f"don vi {n}",
                        code=f"{self.host.code}D{n}",
                        order=n,
                        path=f"{self.host.path}{self.host.code}D{n}/",
                        **like,
                    )
                    for n in numbers
                ],
                batch_size=500,
            )
            cards = [
                Scorecard(
                    round=self.round,
                    unit=unit,
                    group=self.group,
                    criteria_set_id=self.group.criteria_set_id,
                    unit_name=unit.name,
                    state="concluded",
                    step=self.conclusion,
                )
                for unit in made
            ]
            self._fill(Scorecard.objects.bulk_create(cards, batch_size=500))
        self.units = units

    def _fill(self, cards: list[Any]) -> None:
        from django.db import connection

        between = (cards[0].pk, cards[-1].pk)
        with connection.cursor() as cursor:
            cursor.execute(_SCORES, between)
            # No two units alike, nor two leaves: a thousandth of a point is drawn from the keys.
            cursor.execute(_MARKS, (self.conclusion.pk, *between))

    def ours(self) -> Any:
        """Return every unit with its totals, ranked, as the preview and the publication do it."""
        from reports.queries import totals_in
        from reports.rankings import TieRule
        from reports.standings import Standing, ranked

        lines = [Standing(key, 0, "", key, own) for key, own in totals_in(self.round).items()]
        return ranked(lines, TieRule.SHARED, ())

    def published(self) -> tuple[Any, int, Officer]:
        """Publish the round as the bench needs it read; return ranking, a card and who reads."""
        from django.db import transaction

        from backend.audit.recording import recording
        from backend.core import clock
        from backend.rounds.models import Round
        from backend.scoring.models import Scorecard
        from permissions.actor import SYSTEM
        from reports.freezing import freeze
        from tests import make

        with transaction.atomic():
            ranking = freeze(self.round, SYSTEM)
            Scorecard.objects.filter(round=self.round).update(state="published")
            with recording(by=SYSTEM):
                self.round.state, self.round.published_at = Round.State.PUBLISHED, clock.now()
                self.round.save()
        card = Scorecard.objects.filter(round=self.round).order_by("pk").first()
        user = make.seat(None, "leader", at=card.unit, starts=clock.now() - timedelta(days=1)).user
        (cookie,) = sessions([user])
        return ranking, card.pk, Officer(user.pk, f"sessionid={cookie}", card.pk)


def plant(number: int = 1) -> Results:
    """Make a host, its criteria of a hundred leaves and an open round without units."""
    from django.db import transaction

    from backend.audit.recording import recording
    from backend.core import clock
    from backend.rounds.models import Round
    from permissions.actor import SYSTEM
    from tests import make

    with transaction.atomic():
        host = make.unit(f"Thành phố {number}", kind="city", code=f"R{number}")
        chosen = make.criteria_set(host, leaves=dict.fromkeys(CODES, "1"))
        opened = make.round_(host, chosen, with_survey=False)
        with recording(by=SYSTEM):
            opened.state, opened.opened_at = Round.State.OPEN, clock.now()
            opened.save()
    return Results(host, opened, opened.groups.get(), opened.steps.get(kind="conclusion"))


_SCORES = """
INSERT INTO scoring_score
    (card_id, node_id, code, "order", max_points, source, counting, applies, left_out_reason)
SELECT card.id, node.id, node.code, node."order", node.max_points, node.source, node.counting, TRUE, ''
FROM scoring_scorecard card JOIN criteria_node node ON node.criteria_set_id = card.criteria_set_id
WHERE node.is_leaf AND card.id BETWEEN %s AND %s
"""
_MARKS = """
INSERT INTO scoring_mark
    (score_id, step_id, max_points, points, inputs, note, reason, rule_said, author, version, save_key)
SELECT score.id, %s, score.max_points, (score.id * 7919 + score.card_id * 31) %% 1001, '{}', '', '', '', '', 1, ''
FROM scoring_score score WHERE score.card_id BETWEEN %s AND %s
"""
