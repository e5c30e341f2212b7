"""What keeps a set from being published: every problem in a sentence, with the node it is in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.utils.translation import gettext as _

from backend.core.exact import ZERO
from backend.core.points import format_points
from backend.criteria import frames
from backend.criteria.applying import Scope
from backend.criteria.models import CriteriaSet, Node
from backend.criteria.queries import Branch, branches, flatten, for_nobody_in, scopes_of
from backend.criteria.rules import RuleError, RuleType, parse_rule

DEEPEST = 5

# What the host enters is points, or what the rule of that source asks for.
RULES_OF_SOURCE = {
    Node.Source.SURVEY.value: (RuleType.DIRECT, RuleType.SURVEY),
    Node.Source.EXTERNAL.value: (RuleType.DIRECT, RuleType.EXTERNAL),
}


def wrong_source(source: str, rule: str) -> str:
    """Return why points from ``source`` can't be given by ``rule``; empty where they can."""
    allowed = RULES_OF_SOURCE.get(source)
    if allowed is None or not rule or rule in allowed:
        return ""
    return _("Nguồn điểm là %(source)s thì cách chấm phải là: %(rules)s.") % {
        "source": Node.Source(source).label,
        "rules": ", ".join(kind.label for kind in allowed),
    }


@dataclass(frozen=True)
class Problem:
    """One thing to mend. ``node_id`` is None and ``code`` empty where it is the set as a whole."""

    sentence: str
    node_id: int | None = None
    code: str = ""

    def as_dict(self) -> dict[str, object]:
        """Return the problem for JSON."""
        return {"node": self.node_id, "code": self.code, "message": self.sentence}

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence}" if self.code else self.sentence


def problems_of(
    criteria_set: CriteriaSet,
    nodes: Sequence[Node],
    tree: Sequence[Branch] | None = None,
    scopes: Mapping[int, Scope] | None = None,
) -> list[Problem]:
    """Return every problem of the set with these nodes, those of the whole set first.

    ``tree`` are their ``branches`` and ``scopes`` their ``scopes_of`` where the caller has them.
    """
    tree = branches(nodes) if tree is None else tree
    scopes = scopes_of(criteria_set, nodes) if scopes is None else scopes
    return [
        *_of_whole(criteria_set, tree),
        *_of_branches(criteria_set, tree),
        *_of_codes(nodes),
        *_of_framework(criteria_set, nodes),
        *_of_scopes(criteria_set, nodes, scopes),
    ]


def _of_scopes(
    criteria_set: CriteriaSet, nodes: Sequence[Node], scopes: Mapping[int, Scope]
) -> Iterator[Problem]:
    """Points that no unit can have are no points of the scale."""
    sentence = _("Không đơn vị nào thuộc phạm vi áp dụng của mục này. Hãy sửa phạm vi hoặc xóa mục.")
    for node in for_nobody_in(criteria_set, nodes, scopes):
        yield Problem(sentence, node.pk, node.code)


def _of_framework(criteria_set: CriteriaSet, nodes: Sequence[Node]) -> list[Problem]:
    found = frames.breaches_of(criteria_set, nodes)
    return [Problem(breach.sentence, breach.node_id, breach.code) for breach in found]


def _of_whole(criteria_set: CriteriaSet, tree: Sequence[Branch]) -> Iterator[Problem]:
    total = sum((branch.points for branch in tree), ZERO)
    if not tree:
        yield Problem(_("Bộ tiêu chí chưa có tiêu chí nào."))
    elif total != criteria_set.scale:
        yield Problem(
            _("Tổng điểm các tiêu chí là %(total)s, thang điểm là %(scale)s. %(mend)s")
            % {
                "total": format_points(total),
                "scale": format_points(criteria_set.scale),
                "mend": _("Hãy sửa điểm tối đa để hai số bằng nhau."),
            }
        )


def _of_branches(criteria_set: CriteriaSet, tree: Sequence[Branch]) -> Iterator[Problem]:
    for branch in flatten(tree):
        sentences = _of_leaf(branch) if branch.node.is_leaf else _of_group(branch)
        for sentence in (*_of_place(branch), *sentences, *_of_counting(criteria_set, branch.node)):
            yield Problem(sentence, branch.node.pk, branch.node.code)


def _of_place(branch: Branch) -> Iterator[str]:
    if branch.depth > DEEPEST or branch.node.level != branch.depth:
        yield _("Cấp %(level)d không đúng vị trí; cây có nhiều nhất 5 cấp.") % {"level": branch.node.level}
    if branch.prefix and not branch.node.code.startswith(branch.prefix):
        yield _("Mã phải bắt đầu bằng “%(prefix)s”.") % {"prefix": branch.prefix}


def _of_group(branch: Branch) -> Iterator[str]:
    planned = branch.node.planned_points
    if not branch.leaves:
        yield _("Nhóm chưa có tiêu chí chấm điểm nào.")
    elif planned is not None and planned != branch.points:
        yield _("Các tiêu chí trong nhóm cộng lại %(sum)s điểm, theo văn bản là %(planned)s điểm.") % {
            "sum": format_points(branch.points),
            "planned": format_points(planned),
        }


def _of_leaf(branch: Branch) -> list[str]:
    node = branch.node
    if branch.children:
        return [_("Tiêu chí chấm điểm không được có tiêu chí con.")]
    if not node.rule:
        return [_("Chưa chọn cách chấm.")]
    if wrong := wrong_source(node.source, node.rule):
        return [wrong]
    wrong_rule, problems = _of_rule(node.rule, json.dumps(node.params), node.max_points or ZERO)
    return [_("Cách chấm chưa đúng: %(problems)s") % {"problems": wrong_rule}] if wrong_rule else [*problems]


# A set is opened many times for each change of a rule; pure, so the same text always says the same.
@lru_cache(maxsize=4096)
def _of_rule(kind: str, params: str, max_points: Decimal) -> tuple[str, tuple[str, ...]]:
    """Return why parameters (JSON) cannot be read, and what is wrong with the rule for these points."""
    try:
        return "", tuple(parse_rule(kind, json.loads(params)).problems(max_points))
    except RuleError as refusal:
        return " ".join(refusal.problems), ()


def _of_codes(nodes: Sequence[Node]) -> Iterator[Problem]:
    """Say which codes a person reads as the same: "1.1" and "1.01", "1.a" and "1.A"."""
    first: dict[tuple[str, ...], Node] = {}
    for node in nodes:
        same = first.setdefault(_as_read(node.code), node)
        if same is not node:
            sentence = _("Mã “%(code)s” trùng với mã “%(other)s”.") % {"code": node.code, "other": same.code}
            yield Problem(sentence, node.pk, node.code)


def _as_read(code: str) -> tuple[str, ...]:
    return tuple(part.lstrip("0") or "0" for part in code.casefold().split("."))


def _of_counting(criteria_set: CriteriaSet, node: Node) -> Iterator[str]:
    """Say what keeps a bonus or penalty leaf, or an answer "không phát sinh", from being counted (R11, R12)."""
    if node.not_arisen and (node.source != Node.Source.ASSESSED or node.counting != Node.Counting.BASE):
        yield _("Chỉ tiêu chí tự chấm trong thang điểm mới có câu trả lời “không phát sinh”.")
    if node.counting == Node.Counting.BASE:
        return
    bonus = node.counting == Node.Counting.BONUS
    ceiling = criteria_set.bonus_ceiling if bonus else criteria_set.penalty_ceiling
    what = _("điểm thưởng") if bonus else _("điểm phạt")
    if not ceiling:
        yield _("Bộ tiêu chí chưa đặt mức %(what)s tối đa của một đơn vị.") % {"what": what}
    elif node.max_points is not None and node.max_points > ceiling:
        yield _("Điểm tối đa %(max)s cao hơn mức %(what)s tối đa %(ceiling)s của một đơn vị.") % {
            "max": format_points(node.max_points),
            "what": what,
            "ceiling": format_points(ceiling),
        }
