"""One backtest: asked for by a person, worked out at once where it is small, else by the worker. Safe to run twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from backend.core import clock
from backend.core.errors import OutOfStep, Refused
from backend.criteria.models import CriteriaSet, Node
from backend.jobs.actions import enqueue
from backend.rounds.models import Group, Round
from backend.scoring.models import Scorecard
from permissions.actor import Actor
from permissions.roles import Verb
from reports.backtest.carrying import thousandths
from reports.backtest.comparing import Order
from reports.backtest.findings import findings, text
from reports.backtest.mapping import Mapping, Pair, groups_for, mapping
from reports.backtest.reading import Season, cards_of, read_season
from reports.backtest.shaking import DRAWS, SEED
from reports.models import Backtest, Row
from reports.queries.seeing import may_preview
from reports.queries.tables import bands_of, current_ranking
from reports.rankings import TieRule

WORK = "reports.backtest.running.work"
# Cards times leaves up to which a person waits for the answer: some two seconds.
AT_ONCE = 25_000
# How much of the progress the draws of one group are.
DRAWN = 100


def start(criteria_set: CriteriaSet, round_: Round, *, by: Actor, with_guesses: bool = True) -> Backtest:
    """Run the set over the season and return the backtest, or hand it to the worker where it is large.

    One of the same set, unchanged, over the same published season is returned instead of a second one. Raises
    Refused (she does not write the set, or does not see the whole round), or OutOfStep where nothing compares.
    """
    require_right(criteria_set, round_, by)
    plans = _plans(criteria_set, round_, with_guesses)
    _require_something(plans)
    wanted = {
        "criteria_set": criteria_set,
        "round": round_,
        "with_guesses": with_guesses,
        "revision": criteria_set.revision,
    }
    if found := Backtest.objects.filter(_still_good(round_), **wanted).first():
        return found
    made = Backtest.objects.create(
        **wanted,
        is_illustration=round_.is_illustration or criteria_set.is_illustration,
        requested_by_id=by.user_id,
        requested_at=clock.now(),
    )
    if sum(len(plan.cards) * len(plan.mapping.pairs) for plan in plans) > AT_ONCE:
        enqueue(WORK, made.pk)
    else:
        work(str(made.pk))
    made.refresh_from_db()
    return made


def require_right(criteria_set: CriteriaSet, round_: Round, by: Actor) -> None:
    """Raise Refused unless the person writes the set and sees every card of the round."""
    by.require(Verb.MANAGE_CRITERIA, at=criteria_set.place())
    if not may_preview(by, round_):
        raise Refused(_("Bạn không xem được điểm của mọi đơn vị trong đợt này nên không chạy thử được."))


def _still_good(round_: Round) -> Q:
    good = Q(state__in=[Backtest.State.WAITING, Backtest.State.RUNNING])
    # A published season never changes; before that a card may be concluded between two tries.
    return good | Q(state=Backtest.State.DONE) if round_.state == Round.State.PUBLISHED else good


@dataclass(frozen=True)
class _Plan:
    """One group of the season: its cards and which leaves stand for each other."""

    group: Group
    cards: list[Scorecard]
    mapping: Mapping


def _plans(criteria_set: CriteriaSet, round_: Round, with_guesses: bool) -> list[_Plan]:
    return [
        _Plan(
            group,
            cards_of(group),
            mapping(
                criteria_set,
                group.criteria_set,
                with_survey=round_.with_survey,
                with_guesses=with_guesses,
            ),
        )
        for group in groups_for(criteria_set, round_)
    ]


def _require_something(plans: list[_Plan]) -> None:
    if not any(plan.cards for plan in plans):
        raise OutOfStep(
            _("Đợt này chưa có đơn vị nào thuộc loại của bộ tiêu chí đã kết luận nên chưa thử được.")
        )
    if not any(plan.mapping.scored for plan in plans):
        raise OutOfStep(
            _(
                "Không tiêu chí nào của bộ này nối với bộ tiêu chí của đợt. Hãy chọn “tiêu chí năm trước” cho từng tiêu chí, hoặc cho dùng tiêu chí đoán theo mã và tên."
            )
        )


def work(key: str) -> None:
    """Work out the backtest with that primary key, unless it is done. On trouble it is noted and raised."""
    backtest = Backtest.objects.select_related("criteria_set", "round").filter(pk=key).first()
    if backtest is None or backtest.state == Backtest.State.DONE:
        return
    try:
        _finish(backtest)
    except Exception:
        Backtest.objects.filter(pk=backtest.pk).update(state=Backtest.State.FAILED)
        raise


def _finish(backtest: Backtest) -> None:
    rows = Backtest.objects.filter(pk=backtest.pk).exclude(state=Backtest.State.DONE)
    revision = backtest.criteria_set.revision
    plans = [
        plan for plan in _plans(backtest.criteria_set, backtest.round, backtest.with_guesses) if plan.cards
    ]
    total = sum(len(plan.cards) + DRAWN for plan in plans)
    rows.update(state=Backtest.State.RUNNING, revision=revision, done=0, total=total)
    groups, done = [], 0
    for plan in plans:
        groups.append(_group(plan, backtest, _teller(rows, done)))
        done += len(plan.cards) + DRAWN
    result = {"groups": groups, "draws": DRAWS, "seed": SEED}
    rows.update(state=Backtest.State.DONE, done=total, result=result, finished_at=clock.now())


def _teller(rows: Any, before: int) -> Callable[[int], object]:
    return lambda done: rows.update(done=before + done)


def _group(plan: _Plan, backtest: Backtest, told: Callable[[int], object]) -> dict[str, Any]:
    season = read_season(plan.group, backtest.criteria_set, plan.cards, plan.mapping, told)
    order = _order(plan.group)
    read = len(plan.cards)
    found = findings(season.case, order, order, lambda draws: told(read + draws * DRAWN // DRAWS))
    kept, names = _published(plan.group), {card.pk: card.unit_name for card in plan.cards}
    lines = [
        {**line, "name": names[line["card"]], "published": kept.get(line["card"])} for line in found["lines"]
    ]
    spreads = found["leaves"] or [{} for _pair in plan.mapping.scored]
    leaves = [
        {**_pair_said(pair, season), **spread}
        for pair, spread in zip(plan.mapping.scored, spreads, strict=True)
    ]
    titles = _field_titles(backtest.criteria_set)
    return {
        "title": plan.group.title,
        "criteria_title": plan.group.criteria_set.title,
        "units": read,
        "lines": lines,
        "leaves": leaves,
        "fields": [{**one, "title": titles.get(one["code"], "")} for one in found["fields"]],
        "extras": [_pair_said(pair, season) for pair in plan.mapping.outside],
        "new_only": _said(plan.mapping.new_only),
        "old_only": _said(plan.mapping.old_only),
    }


def _order(group: Group) -> Order:
    return Order(TieRule(group.tie_rule), tuple(group.tie_order), bands_of(group))


def _published(group: Group) -> dict[int, dict[str, Any]]:
    """Return what was published of the group, by card: over all leaves of the season, mapped or not."""
    made = current_ranking(group.round)
    rows = Row.objects.filter(section__ranking=made, section__group=group) if made else Row.objects.none()
    return {
        row.card_id: {
            "rank": row.rank,
            "total": thousandths(row.total),
            "maximum": thousandths(row.maximum),
            "index": text(row.index),
            "band": row.band,
        }
        for row in rows
    }


def _field_titles(criteria_set: CriteriaSet) -> dict[str, str]:
    return dict(Node.objects.filter(criteria_set=criteria_set, level=1).values_list("code", "title"))


def _pair_said(pair: Pair, season: Season) -> dict[str, Any]:
    return {
        "title": pair.new.title,
        "maximum": thousandths(pair.new.max_points),
        "code": pair.new.code,
        "old_code": pair.old.code,
        "old_maximum": thousandths(pair.old.max_points),
        "guessed": pair.guessed,
        "counting": pair.new.counting,
        "ways": {str(way): number for way, number in season.ways[pair.new.pk].items()},
    }


def _said(nodes: Iterable[Node]) -> list[dict[str, Any]]:
    return [
        {
            "code": node.code,
            "title": node.title,
            "maximum": thousandths(node.max_points),
            "counting": node.counting,
        }
        for node in nodes
    ]
