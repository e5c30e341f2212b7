"""Who is there at a session of the council. What was decided by those there stays decided by enough of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core.errors import Invalid, OutOfStep
from backend.rounds.models import Step
from backend.scoring.actions.sessions import running
from backend.scoring.models import Attendance, Ballot, Mark, Proposal, Session, Signature
from backend.scoring.queries.sessions import quorum_of, seen_of
from permissions.actor import Actor

Rows = Mapping[int, tuple[str, str]]


@transaction.atomic
def mark_attendance(session: Session, *, by: Actor, rows: Rows, seen: str | None = None) -> None:
    """Note who is there: presence and reason by key of the person. Nobody stands in for another.

    ``seen`` is the fingerprint of the attendance the person saw (queries.seen_of); None asks nothing of it. Raises
    Refused, OutOfStep (closed; somebody who proposed, voted or decided can't be made absent; too few would be
    left for what was decided), or Invalid: the list changed since, not a member, excused without a reason.
    """
    session = running(session, by)
    standing = {row.person_id: row for row in session.attendances.all()}
    if unknown := set(rows) - set(standing):
        raise Invalid(_("%d người không phải thành viên của phiên họp.") % len(unknown))
    if seen is not None and seen != seen_of(standing.values()):
        raise _seen_before(standing.values())
    with recording(by=by, reason=_("Điểm danh phiên họp"), about=session.history_about):
        for person_id, (presence, reason) in rows.items():
            _note(standing[person_id], session, presence, reason.strip())
    quorum = quorum_of(session)
    if not quorum.holds and _has_decided(session):
        raise OutOfStep(
            _("Phiên họp đã có đề xuất hoặc kết luận nên không ghi vắng đến mức thiếu thành viên. %s")
            % quorum.sentence
        )


def _seen_before(rows: Iterable[Attendance]) -> Invalid:
    there = ", ".join(row.person_name for row in rows if row.is_present) or _("chưa ai")
    sentence = _("Người khác vừa ghi điểm danh; hiện ghi có mặt: %s. Hãy xem lại các ô rồi ghi.") % there
    return Invalid(sentence, fields={"seen": [sentence]})


def _note(row: Attendance, session: Session, presence: str, reason: str) -> None:
    _require_presence(row, presence, reason)
    if presence != Attendance.Presence.PRESENT:
        _require_idle(row, session)
    reason = reason if presence != Attendance.Presence.PRESENT else ""
    if (row.presence, row.reason) != (presence, reason):
        row.presence, row.reason = presence, reason
        row.save(update_fields=["presence", "reason"])


def _require_presence(row: Attendance, presence: str, reason: str) -> None:
    sentence = ""
    if presence not in Attendance.Presence.values:
        sentence = _("Hãy chọn có mặt hay vắng.")
    elif presence == Attendance.Presence.EXCUSED and not reason:
        sentence = _("%s: vắng có lý do thì phải ghi lý do.") % row.person_name
    if sentence:
        raise Invalid(sentence, fields={f"reason_{row.person_id}": [sentence]})


def _require_idle(row: Attendance, session: Session) -> None:
    """Raise OutOfStep where the person has acted at this session: she was there."""
    who = row.person_id
    acts = {
        _("biểu quyết"): Ballot.objects.filter(proposal__session=session, voter=who),
        _("đề xuất"): session.proposals.filter(author=who),
        _("kết luận phiếu"): _conclusions(session).filter(signer=who),
        _("quyết định điểm"): _decisions(session).filter(author=row.person_name),
    }
    for act, rows in acts.items():
        if row.is_present and rows.exists():
            raise OutOfStep(
                _("%(who)s đã %(act)s tại phiên này nên không ghi vắng được.")
                % {"who": row.person_name, "act": act}
            )


def _conclusions(session: Session) -> QuerySet[Signature]:
    rows = Signature.objects.filter(card__agendas__session=session, move="conclude")
    return rows.filter(signed_at__gte=session.opened_at)


def _decisions(session: Session) -> QuerySet[Mark]:
    rows = Mark.objects.filter(score__card__agendas__session=session, step__kind=Step.Kind.CONCLUSION)
    return rows.filter(saved_at__gte=session.opened_at).exclude(reason="")


def _has_decided(session: Session) -> bool:
    return (
        Proposal.objects.filter(session=session).exists()
        or _conclusions(session).exists()
        or _decisions(session).exists()
    )
