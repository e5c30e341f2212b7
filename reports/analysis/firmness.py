"""How firm the ranks are: worked out once on demand, kept, and shown beside the ranks it was worked out for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from backend.core import clock
from backend.jobs.actions import enqueue
from backend.rounds.models import Group, Round
from reports.analysis.grids import Column, Form, Grid, Line
from reports.analysis.kept import Firmness
from reports.analysis.sections import Part, Section
from reports.analysis.ties import ties
from reports.backtest.mapping import mapping
from reports.backtest.reading import cards_of, read_season
from reports.backtest.reckoning import Parts
from reports.backtest.running import AT_ONCE
from reports.backtest.shaking import DRAWS, HIGH, LEAST, SEED, shake
from reports.models import Ranking
from reports.queries.analysed import Analysed
from reports.queries.results import Result
from reports.queries.tables import tables
from reports.standings import Table

WORK = "reports.analysis.firmness.work"
# Points of a leaf move by up to so many thousandths of its maximum.
NOISE = 50
CHART = "reports/analysis/_ranges.html"


def kept_for(seen: Analysed) -> Firmness | None:
    """Return what is kept for the ranking she sees, or for its preview."""
    return Firmness.objects.filter(round=seen.round, ranking=seen.ranking).first()


def ask(seen: Analysed) -> Firmness:
    """Work out how firm the ranks are, at once where it is little work; of a published ranking only the first time."""
    wanted = {"round": seen.round, "ranking": seen.ranking}
    made, _new = Firmness.objects.get_or_create(**wanted, defaults={"requested_at": clock.now()})
    if seen.ranking and made.state == Firmness.State.DONE:
        return made
    rows = Firmness.objects.filter(pk=made.pk)
    rows.update(state=Firmness.State.WAITING, requested_at=clock.now())
    if _size(seen.tables) > AT_ONCE:
        enqueue(WORK, made.pk)
    else:
        work(str(made.pk))
    made.refresh_from_db()
    return made


def _size(found: Iterable[Table]) -> int:
    groups = {group.pk: group for group in _groups(table.group_id for table in found)}
    leaves = {key: group.criteria_set.nodes.filter(is_leaf=True).count() for key, group in groups.items()}
    return sum(len(table.standings) * leaves[table.group_id] for table in found)


def _groups(keys: Iterable[int]) -> list[Group]:
    return list(Group.objects.filter(pk__in=list(keys)).select_related("criteria_set", "round"))


def work(key: str) -> None:
    """Work out the intervals of that row; safe to run twice. On trouble it is noted and raised."""
    rows = Firmness.objects.filter(pk=key)
    made = rows.select_related("round", "ranking").first()
    if made is None:
        return
    try:
        result = _found(made.round, made.ranking)
    except Exception:
        rows.update(state=Firmness.State.FAILED)
        raise
    rows.update(state=Firmness.State.DONE, result=result, finished_at=clock.now())


def _found(round_: Round, ranking: Ranking | None) -> dict[str, Any]:
    found = tables(round_, ranking)
    groups = {group.pk: group for group in _groups(table.group_id for table in found)}
    kept = {str(table.group_id): _intervals(groups[table.group_id], table) for table in found}
    return {"draws": DRAWS, "seed": SEED, "groups": kept}


def _intervals(group: Group, table: Table) -> list[dict[str, Any]]:
    """Return for every unit of the group its rank, its points and its interval."""
    lines = {line.card_id: line for line in table.standings}
    cards = [card for card in cards_of(group) if card.pk in lines]
    if not cards:
        return []
    chosen = group.criteria_set
    same = mapping(chosen, chosen, with_survey=group.round.with_survey, with_guesses=False)
    case = read_season(group, chosen, cards, same).case
    parts = Parts(case.before, case.old, case.old_making)
    shaken = shake(parts, [lines[card.pk].rank for card in cards], noise=NOISE)
    return [
        {"card": card.pk, **_stands(table, card.pk), **vars(interval)}
        for card, interval in zip(cards, shaken, strict=True)
    ]


def _stands(table: Table, card_id: int) -> dict[str, Any]:
    line = next(line for line in table.standings if line.card_id == card_id)
    return _kept(line.rank, line.totals.total)


@dataclass(frozen=True)
class Range:
    """One unit's ranks for the chart, placed along 500 units of its line."""

    label: str
    said: str
    best: str
    whole: str
    low: str
    most: str
    rank: str
    one: str


def sections(seen: Analysed) -> list[Section]:
    """Return every group with its intervals and ties, as far as they are worked out."""
    made = kept_for(seen)
    groups = made.result.get("groups", {}) if made else {}
    return [
        Section(f"nhom-{number}", table.title, _parts(table, groups.get(str(table.group_id), [])), _empty())
        for number, table in enumerate(seen.tables, 1)
    ]


def interval_of(seen: Result) -> str:
    """Return the unit's rank interval in words, "13–14"; empty where it is not worked out for these very ranks."""
    made = Firmness.objects.filter(round=seen.round, ranking=seen.ranking, state=Firmness.State.DONE).first()
    rows = made.result["groups"].get(str(seen.table.group_id), []) if made else []
    now = {line.card_id: _kept(line.rank, line.totals.total) for line in seen.table.standings}
    if {row["card"]: {name: row[name] for name in ("rank", "total")} for row in rows} != now:
        return ""
    row = next(row for row in rows if row["card"] == seen.card.pk)
    return _interval(row)


def _interval(row: dict[str, Any]) -> str:
    low, high = row["low"], row["high"]
    return f"{low}–{high}" if low != high else str(low)


def _kept(rank: int, total: Decimal) -> dict[str, Any]:
    return {"rank": rank, "total": str(total)}


def _empty() -> str:
    return _("Chưa tính độ vững cho nhóm này.")


def is_stale(seen: Analysed, made: Firmness) -> bool:
    """Return whether ranks or points are no longer those it was worked out for."""
    groups = made.result.get("groups", {})
    kept = {row["card"]: (row["rank"], row["total"]) for rows in groups.values() for row in rows}
    now = {
        line.card_id: (line.rank, str(line.totals.total)) for table in seen.tables for line in table.standings
    }
    return kept != now


def _parts(table: Table, rows: list[dict[str, Any]]) -> tuple[Part, ...]:
    found = {row["card"]: row for row in rows}
    shown = [(line, found[line.card_id]) for line in table.standings if line.card_id in found]
    if not shown:
        return ()
    numbers = ties([(row["low"], row["high"]) for _line, row in shown])
    columns = (
        Column("rank", _("Hạng"), Form.WHOLE),
        Column("unit", _("Đơn vị")),
        Column("index", _("Chỉ số"), Form.PERCENT),
        Column("tie", _("Cụm"), Form.WHOLE),
        Column("low", _("Hạng từ"), Form.WHOLE),
        Column("high", _("đến (90 % số lần)"), Form.WHOLE),
        Column("middle", _("Hạng giữa"), Form.WHOLE),
        Column("best", _("Tốt nhất"), Form.WHOLE),
        Column("worst", _("Thấp nhất"), Form.WHOLE),
    )
    lines = tuple(
        Line((line.rank, line.unit_name, line.index, tie, *(row[name] for name in _SHOWN)))
        for (line, row), tie in zip(shown, numbers, strict=True)
    )
    title = _("Khoảng hạng: %(group)s") % {"group": table.title}
    grid = Grid("ranks", title, columns, lines, head=1, decimals=table.decimals)
    drawn = [_range(line.unit_name, line.rank, row, len(shown)) for line, row in shown]
    return (Part(grid, CHART, drawn, (_words(lines, numbers),)),)


_SHOWN = ("low", "high", "middle", "best", "worst")


def _range(name: str, rank: int, row: dict[str, Any], units: int) -> Range:
    def at(place: int) -> str:
        return str(round((place - 1) * 5000 / units) / 10)

    def wide(first: int, last: int) -> str:
        return str(round((last - first + 1) * 5000 / units) / 10)

    low, high, best, worst = (row[part] for part in ("low", "high", "best", "worst"))
    return Range(
        f"{rank}. {name}",
        _interval(row),
        at(best),
        wide(best, worst),
        at(low),
        wide(low, high),
        at(rank),
        wide(1, 1),
    )


def _words(lines: tuple[Line, ...], numbers: list[int]) -> str:
    """Return which ranks are ties in substance, in words."""
    ranks: dict[int, list[Any]] = {}
    for line, number in zip(lines, numbers, strict=True):
        ranks.setdefault(number, []).append(line.values[0])
    tied = [f"{own[0]}–{own[-1]}" for own in ranks.values() if len(own) > 1]
    if not tied:
        return _("Mỗi đơn vị là một cụm riêng: thứ tự vững khi trọng số và điểm xê dịch.")
    return _("Coi như ngang nhau về thực chất: các hạng %(tied)s.") % {"tied": "; ".join(tied)}


def method() -> list[str]:
    """Return how it was worked out and how to read it, a sentence each."""
    weights = (HIGH - LEAST) // 10
    return [
        _(
            "Xếp hạng được làm lại %(draws)d lần. Mỗi lần, trọng số của từng tiêu chí được rút ngẫu nhiên, đều và độc lập, trong khoảng ±%(weights)d %%; đồng thời điểm của từng đơn vị ở từng tiêu chí xê dịch ngẫu nhiên trong khoảng ±%(noise)d %% điểm tối đa của tiêu chí đó, không dưới 0 và không quá điểm tối đa. Điểm thưởng, điểm phạt và điểm bị trừ giữ nguyên."
        )
        % {"draws": DRAWS, "weights": weights, "noise": NOISE // 10},
        _(
            "Khoảng hạng: trong 100 lần rút thì 90 lần hạng của đơn vị nằm từ mức 5 %% đến mức 95 %%. Số ngẫu nhiên bắt đầu từ số cố định %(seed)d nên tính lại luôn ra cùng kết quả."
        )
        % {"seed": SEED},
        _(
            "Cụm: đơn vị cao nhất chưa thuộc cụm nào đứng đầu một cụm; các đơn vị kế tiếp thuộc cụm đó chừng nào khoảng hạng của họ còn chạm khoảng hạng của đơn vị đứng đầu. Trong một cụm, thứ tự chưa chắc chắn."
        ),
        _(
            "Mức ±%(weights)d %% và ±%(noise)d %% là giả định để thử, không phải sai số đo được. Khoảng hạng không thay đổi kết quả đã công bố."
        )
        % {"weights": weights, "noise": NOISE // 10},
        _(
            "Nguồn phương pháp: OECD và Trung tâm Nghiên cứu chung của Ủy ban châu Âu (JRC), Handbook on Constructing Composite Indicators: Methodology and User Guide, 2008, bước phân tích độ bất định và độ nhạy."
        ),
    ]
