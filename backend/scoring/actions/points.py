"""Self-scores: the unit's points on a leaf, by the leaf's rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core.errors import Invalid, OutOfStep, Stale
from backend.core.exact import ZERO, format_points
from backend.core.prepared import Prepared
from backend.criteria.models import Node
from backend.criteria.rules import RuleError, RuleType
from backend.rounds.models import Step
from backend.scoring import arising, tally
from backend.scoring.actions.locking import (
    about,
    head_beside,
    lock,
    require_open,
    shift_total,
    window_of,
    with_head,
)
from backend.scoring.actions.save_keys import require_key
from backend.scoring.fingerprints import texts_seen
from backend.scoring.lifecycle import WITH_UNIT, State
from backend.scoring.models import Mark, Score, Scorecard
from backend.scoring.queries import Sums, Window, sums_around
from permissions.actor import Actor
from permissions.roles import Verb


@dataclass(frozen=True)
class Saved:
    """What a save answers: the mark, how its rule explains it, the card's new total, the time.

    ``total`` is in points; ``given`` counts leaves with points; ``now`` is the database's time.
    """

    mark: Mark
    explained: str
    total: Decimal
    given: int
    now: datetime


@dataclass(frozen=True)
class SavedLeaf(Saved):
    """A saved self-score, with the sums of card and field around it."""

    sums: Sums


@dataclass(frozen=True)
class Entry:
    """What a person put in for one leaf, after its rule has judged it."""

    points: Decimal | None
    inputs: dict[str, Any]
    explained: str = ""


@transaction.atomic
def set_points(
    card: Scorecard,
    code: str,
    *,
    by: Actor,
    version: int,
    inputs: Mapping[str, Any] | None = None,
    points: Decimal | None = None,
    note: str | None = None,
    key: str = "",
) -> Saved:
    """Save the unit's own points of one leaf, from the inputs of its rule.

    Neither inputs nor points clears the leaf. ``key`` names the write, see ``put``. Raises Refused,
    OutOfStep (locked, submitted), Stale (saved by somebody else since ``version``) or Invalid (off the
    rule, above the maximum, a key that is none or was used for something else).
    """
    require_key(key, by=by)
    card = lock(card.pk)
    by.require(Verb.SCORE, at=card.place())
    window = window_of(card, Step.Kind.SELF)
    require_open(window)
    require_with_unit(card)
    mark = own_mark(card, code, window.step)
    if mark is None:
        raise Invalid(_("Tiêu chí %(code)s không thuộc phần đơn vị tự chấm.") % {"code": code})
    return put(
        mark, window, card=card, by=by, version=version, inputs=inputs, points=points, note=note, key=key
    )


def put(  # noqa: PLR0913  (a save has that many facts, all by name)
    mark: Mark,
    window: Window,
    *,
    card: Scorecard,
    by: Actor,
    version: int,
    inputs: Mapping[str, Any] | None = None,
    points: Decimal | None = None,
    note: str | None = None,
    key: str = "",
) -> SavedLeaf:
    """Write one leaf whose card is locked and whose right is asked. Raises Stale or Invalid.

    ``key`` names this write: sent again it answers the same and writes nothing.
    """
    require_inputs(mark.score, points)
    require_below_ceiling(card, mark.score, tally.typed_points(inputs, points))
    entry = judged(mark.score, inputs, points)
    wanted = mark.note if note is None else note.strip()
    require_explained(entry, wanted)
    before = mark.points
    if _changes(mark, entry, wanted):
        _require_unused(mark, key)
        _require_fresh(mark, version, entry)
        mark.save_key = key
        _save(mark, entry, wanted, by=by, at=window.now, card=card)
        shift_total(mark, before, card.pk)
    sums = sums_around(mark)
    return SavedLeaf(mark, entry.explained, sums.total, sums.given, window.now, sums)


@transaction.atomic
def set_texts(
    card: Scorecard, *, by: Actor, difficulties: str, proposals: str, seen: str | None = None
) -> Scorecard:
    """Save the difficulties and proposals of the report.

    ``seen`` is ``texts_seen`` of what stood as the person read it; where no text stands yet it may be left
    out. Raises Refused, OutOfStep, Stale with both texts where somebody saved others since, or Invalid with
    both where ``seen`` is left out.
    """
    card = lock(card.pk)
    by.require(Verb.SCORE, at=card.place())
    window = window_of(card, Step.Kind.SELF)
    require_open(window)
    require_with_unit(card)
    wanted = f"{difficulties.strip()}\n\n{proposals.strip()}"
    standing = f"{card.difficulties}\n\n{card.proposals}"
    if standing == wanted:
        return card
    _require_texts_read(card, seen, theirs=standing, yours=wanted)
    card.difficulties, card.proposals = difficulties.strip(), proposals.strip()
    with recording(by=by, at=window.now, about=about(card, window.step)):
        card.save(update_fields=["difficulties", "proposals"])
    return card


def _require_texts_read(card: Scorecard, seen: str | None, **both: str) -> None:
    stands = texts_seen(card.difficulties, card.proposals)
    if seen and seen != stands:
        raise Stale(
            _("Người khác vừa lưu phần khó khăn, đề xuất. Hãy xem hai nội dung và chọn."), **both, seen=stands
        )
    if not seen and (card.difficulties or card.proposals):
        sentence = _(
            "Phần khó khăn, đề xuất đã có nội dung. Hãy đọc lại phiếu và gửi kèm mã của nội dung đã đọc (texts_seen)."
        )
        raise Invalid(sentence, fields={"seen": [sentence]}, **both)


def require_with_unit(card: Scorecard) -> None:
    """Raise OutOfStep unless the card is in the officers' hands."""
    if State(card.state) not in WITH_UNIT:
        raise OutOfStep(
            _("Phiếu %(state)s nên không sửa được. Hãy rút lại để sửa hoặc chờ trả lại.")
            % {"state": State(card.state).label}
        )


def require_inputs(score: Score, points: Decimal | None) -> None:
    """Raise Invalid where the unit sends bare points of a leaf whose rule works them out of other inputs."""
    if points is None or score.node.rule == RuleType.DIRECT:
        return
    asked = score.node.parsed_rule().inputs
    sentence = _(
        "Tiêu chí này tính điểm từ số liệu, không nhận điểm gõ thẳng. Hãy nhập số liệu (%(asked)s), điểm do "
        "phần mềm tính."
    ) % {"asked": "; ".join(spec.title for spec in asked)}
    raise Invalid(sentence, fields={"points": [sentence]})


def judged(score: Score, inputs: Mapping[str, Any] | None, points: Decimal | None) -> Entry:
    """Return what the leaf's rule makes of the inputs, or of bare points. Raises Invalid."""
    given = {name: value for name, value in (inputs or {}).items() if value not in ("", None)}
    if arising.NAME in given:
        return _not_arisen(score, given)
    if given:
        return _by_rule(score, given)
    if points is not None:
        require_allowed(score, points)
    return Entry(points, {})


def _not_arisen(score: Score, given: Mapping[str, Any]) -> Entry:
    if score.node.not_arisen == Node.NotArisen.NEVER or given != arising.ANSWER:
        sentence = _("Tiêu chí %(code)s không nhận câu trả lời “không phát sinh” này.") % {"code": score.code}
        if score.node.not_arisen:
            sentence = _("Đã trả lời “không phát sinh” thì để trống các số liệu khác.")
        raise Invalid(sentence, fields={arising.NAME: [sentence]})
    full = score.node.not_arisen == Node.NotArisen.FULL
    points = score.max_points if full else ZERO
    return Entry(points, dict(arising.ANSWER), arising.words(score.node, score.max_points))


def require_explained(entry: Entry, note: str) -> None:
    """Raise Invalid where the unit says that nothing arose and does not say why (R11)."""
    if arising.is_answer(entry.inputs) and not note:
        sentence = _("Hãy giải trình vì sao trong năm không phát sinh.")
        raise Invalid(sentence, fields={"note": [sentence]})


def require_below_ceiling(card: Scorecard, score: Score, points: Decimal | None) -> None:
    """Raise Invalid where one claim alone passes the card's ceiling of bonus or penalty (R12)."""
    if sentence := tally.above_ceiling(card, score, points):
        raise Invalid(sentence, fields={score.code: [sentence]})


def _by_rule(score: Score, given: dict[str, Any]) -> Entry:
    try:
        outcome = score.node.parsed_rule().apply(given, score.max_points)
    except RuleError as problem:
        raise Invalid(str(problem), fields=problem.fields or {score.code: [str(problem)]}) from problem
    return Entry(outcome.points, dict(outcome.inputs), outcome.explained)


def require_allowed(score: Score, points: Decimal) -> None:
    """Raise Invalid unless ``points`` are within 0..maximum and reachable by the leaf's rule."""
    if not 0 <= points <= score.max_points:
        sentence = _("Điểm của tiêu chí %(code)s phải từ 0 đến %(max)s; bạn nhập %(points)s.") % {
            "code": score.code,
            "max": format_points(score.max_points),
            "points": format_points(points),
        }
        raise Invalid(sentence, fields={score.code: [sentence]})
    if not score.node.parsed_rule().allows(points, score.max_points):
        sentence = _("Cách chấm của tiêu chí %(code)s không có mức %(points)s điểm.") % {
            "code": score.code,
            "points": format_points(points),
        }
        raise Invalid(sentence, fields={score.code: [sentence]})


def _own_mark_query(card: Any, code: Any, step: Any, chain: Any) -> QuerySet[Mark]:
    # The head of the card's chain comes along: the card is locked, so nobody else adds to it now.
    rows = with_head(Mark.objects.select_related("score__node"), chain)
    return rows.filter(score__in=Score.objects.filter(card=card, code=code), step=step)


_OWN_MARK = Prepared(_own_mark_query)


def own_mark(card: Scorecard, code: str, step: Step) -> Mark | None:
    """Return the unit's own mark of a leaf, None without one. Raises OutOfStep where it does not apply.

    Where the card is locked, ``put`` goes on from the head of its chain that is read here.
    """
    mark = _OWN_MARK.first(card=card.pk, code=code, step=step.pk, chain=card.history_chain)
    if mark is None:
        return None
    if not mark.score.applies or mark.score.source != Node.Source.ASSESSED:
        raise OutOfStep(_("Tiêu chí %(code)s không áp dụng cho đơn vị.") % {"code": code})
    mark.step = step
    return mark


def _changes(mark: Mark, entry: Entry, note: str) -> bool:
    return (mark.points, mark.inputs, mark.note) != (entry.points, entry.inputs, note)


def _require_unused(mark: Mark, key: str) -> None:
    if key and mark.save_key == key:
        raise Invalid(
            _("Lần gửi này của tiêu chí %(code)s đã được lưu với nội dung khác. Hãy tải lại trang.")
            % {"code": mark.score.code}
        )


def _require_fresh(mark: Mark, version: int, entry: Entry) -> None:
    if mark.version == version:
        return
    faster = _("%(who)s vừa lưu tiêu chí %(code)s. Hãy xem hai giá trị và chọn.")
    unknown = _("Hệ thống không có lần lưu %(seen)s của tiêu chí %(code)s. Hãy xem hai giá trị và chọn.")
    raise Stale(
        (unknown if version > mark.version else faster)
        % {"seen": version, "who": mark.author or _("Người khác"), "code": mark.score.code},
        theirs=None if mark.points is None else format_points(mark.points),
        yours=None if entry.points is None else format_points(entry.points),
        version=mark.version,
    )


def _save(mark: Mark, entry: Entry, note: str, *, by: Actor, at: datetime, card: Scorecard) -> None:
    mark.points, mark.inputs, mark.note = entry.points, entry.inputs, note
    mark.version += 1
    mark.author, mark.saved_at = by.name, at
    heads = {card.history_chain: head_beside(mark)}
    with recording(by=by, at=at, about=about(card, mark.step), heads=heads):
        mark.save(update_fields=["points", "inputs", "note", "version", "author", "saved_at", "save_key"])
