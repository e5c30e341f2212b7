"""Canned reasons: kept by the host's council, and completed by whoever uses one."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused, Stale
from backend.core.exact import format_points
from backend.criteria.models import Node
from backend.rounds.models import Round
from backend.scoring import canned
from backend.scoring.models import CannedReason, Score
from backend.scoring.queries.canned import canned_for, leaves_in
from permissions.actor import Actor
from permissions.roles import Verb
from tiers.models import Unit


def may_keep_reasons(actor: Actor, round_: Round) -> bool:
    """Return whether the person keeps the canned reasons of the round's host: who keeps its council's work."""
    return actor.may(Verb.KEEP_COUNCIL, at=round_.place())


def require_keeping(actor: Actor, round_: Round) -> None:
    """Raise Refused unless the person keeps the canned reasons of the round's host."""
    if not may_keep_reasons(actor, round_):
        raise Refused(_("Bạn không có quyền sửa lý do mẫu của Hội đồng thẩm định."))


@transaction.atomic
def save_reason(
    round_: Round, *, by: Actor, code: str, text: str, leaf: int | None = None, version: int = 0
) -> CannedReason:
    """Write a canned reason of the round's host, for one leaf (its key) or for all; ``version`` 0 makes it new.

    Raises Refused, Stale (written by somebody else since), or Invalid: no code, no blank, a code in use.
    """
    require_keeping(by, round_)
    host = Unit.objects.select_for_update(no_key=True).get(pk=round_.host_id)
    node = _leaf(round_, leaf)
    code, text = code.strip().lower(), canned.with_blanks(text)
    _require_shape(code, text)
    row = _standing(host, node, code)
    if row is None:
        row = CannedReason(host=host, node=node, code=code)
    if row.version != version:
        raise Stale(
            _("Mã %(code)s đang dùng cho một lý do khác. Hãy xem hai nội dung và chọn.") % {"code": code},
            theirs=row.text,
            yours=text,
            version=row.version,
        )
    row.text, row.author, row.saved_at = text, by.name, clock.now()
    row.version += 1
    with recording(by=by, at=row.saved_at):
        row.save()
    return row


@transaction.atomic
def retire_reason(row: CannedReason, *, by: Actor, round_: Round) -> CannedReason:
    """Take a canned reason out of use; marks that used it keep their words. Raises Refused or OutOfStep."""
    require_keeping(by, round_)
    row = CannedReason.objects.select_for_update(of=("self",)).select_related("host", "node").get(pk=row.pk)
    if row.retired_at is not None:
        raise OutOfStep(_("Lý do mẫu này đã thôi dùng."))
    row.retired_at = clock.now()
    with recording(by=by, reason=_("Thôi dùng"), at=row.retired_at):
        row.save(update_fields=["retired_at"])
    return row


def _leaf(round_: Round, key: int | None) -> Node | None:
    if key is None:
        return None
    node = leaves_in(round_).filter(pk=key).first()
    if node is None:
        sentence = _("Đợt này không có tiêu chí như vậy thuộc phần thẩm định.")
        raise Invalid(sentence, fields={"leaf": [sentence]})
    return node


def _require_shape(code: str, text: str) -> None:
    fields = {}
    if not canned.is_code(code):
        fields["code"] = [_("Mã gồm 1 đến 6 chữ cái không dấu rồi 1 đến 3 chữ số, ví dụ vb1.")]
    if not canned.is_open(text):
        fields["text"] = [
            _("Hãy để chỗ trống “…” cho số văn bản hoặc số liệu cụ thể, ví dụ: Văn bản số … ban hành chậm.")
        ]
    if fields:
        raise Invalid(" ".join(lines[0] for lines in fields.values()), fields=fields)


def _standing(host: Unit, node: Node | None, code: str) -> CannedReason | None:
    """Return the reason in use under the code. Raises Invalid where the code is in use beside the leaf or above it."""
    rows = CannedReason.objects.filter(host=host, code=code, retired_at__isnull=True).select_related(
        "host", "node"
    )
    found = list(rows)
    clash = [row for row in found if row.node_id is None] if node else [row for row in found if row.node_id]
    if clash:
        where = clash[0].node.code if clash[0].node else _("mọi tiêu chí")
        sentence = _("Mã %(code)s đã dùng cho %(where)s. Hãy chọn mã khác.") % {"code": code, "where": where}
        raise Invalid(sentence, fields={"code": [sentence]})
    return next((row for row in found if row.node_id == (node.pk if node else None)), None)


def completed(score: Score, host_id: int, reason: str, *, field: str = "reason") -> str:
    """Return the reason as it will stand: a code with its parts made a sentence.

    Raises Invalid, about ``field``, where a canned reason was only picked, a blank was left open, or the words say
    nothing in particular.
    """
    reason = reason.strip()
    if not reason:
        return ""
    try:
        return completed_from(canned_for(host_id, score.node_id), reason)
    except Invalid as refusal:
        raise Invalid(refusal.message, fields={field: [refusal.message]}) from None


def completed_from(offered: Iterable[CannedReason], reason: str) -> str:
    """Return the reason completed from those on offer. Raises Invalid."""
    rows = list(offered)
    code = canned.first_word(reason)
    used = next((row for row in rows if row.code == code), None)
    if used is not None:
        parts = canned.fills(reason)
        _require_parts(used, parts)
        reason = canned.filled(used.text, parts)
    elif canned.means_code(reason, (row.code for row in rows)):
        raise _incomplete(_not_offered(code, rows))
    if canned.is_open(reason):
        raise _incomplete(_("Lý do còn chỗ trống “…”. Hãy ghi số văn bản hoặc số liệu cụ thể vào chỗ trống."))
    for row in rows:
        found = canned.parts_in(reason, row.text)
        if found is not None and not canned.is_specific(found):
            raise _incomplete(_only_picked(row))
    if not canned.is_said(reason):
        raise _incomplete(_("Hãy ghi lý do cụ thể, đủ câu: thiếu gì, ở văn bản hoặc số liệu nào."))
    return reason


def _not_offered(code: str, rows: list[CannedReason]) -> str:
    codes = ", ".join(row.code for row in rows)
    said = _("Tiêu chí này không có lý do mẫu %s.") % code
    return f"{said} " + (_("Đang có: %s.") % codes if codes else _("Hãy ghi lý do bằng lời."))


def _require_parts(row: CannedReason, parts: list[str]) -> None:
    wanted = canned.blanks(row.text)
    if not parts:
        raise _incomplete(_only_picked(row))
    if len(parts) != wanted:
        raise _incomplete(
            _(
                "Lý do mẫu %(code)s có %(wanted)d chỗ trống, bạn ghi %(given)d: hãy cách nhau bằng dấu “;”. %(text)s"
            )
            % {"code": row.code, "wanted": wanted, "given": len(parts), "text": row.text}
        )


def _only_picked(row: CannedReason) -> str:
    return _(
        "Lý do mẫu %(code)s phải được ghi tiếp số văn bản hoặc số liệu cụ thể, không chỉ chọn: %(text)s"
    ) % {
        "code": row.code,
        "text": row.text,
    }


def _incomplete(sentence: str) -> Invalid:
    return Invalid(sentence, fields={"reason": [sentence]})


def rule_said(score: Score) -> str:
    """Return the rule of a leaf in the words it has now, to be kept with a mark that changes its points."""
    words = score.node.rule_words
    if words is None:
        return _("Điểm từ 0 đến %(most)s.") % {"most": format_points(score.max_points)}
    return f"{words.title}: {'; '.join(words.lines)}" if words.lines else str(words.title)
