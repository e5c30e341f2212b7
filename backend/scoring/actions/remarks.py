"""Say something about a leaf to the unit's other people, call one of them into it, take one's own words back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.core.text import fold
from backend.notices.actions import tell
from backend.scoring.actions.locking import lock, score_of
from backend.scoring.actions.sharing import require_own
from backend.scoring.lifecycle import State
from backend.scoring.models import Mention, Remark, Scorecard
from backend.scoring.queries import people_of
from permissions.actor import Actor


@transaction.atomic
def add_remark(card: Scorecard, code: str, *, by: Actor, text: str, mentioned: Iterable[int] = ()) -> Remark:
    """Say ``text`` about a leaf to the unit's people and tell those who are called into it.

    ``mentioned`` are keys of people; "@Nguyễn Văn An" in the text calls her too. What called the writer
    on this leaf counts as read. Raises Refused, OutOfStep once the card is published, or Invalid.
    """
    card = lock(card.pk)
    require_own(card, by)
    if card.state == State.PUBLISHED:
        raise OutOfStep(_("Phiếu đã công bố nên không trao đổi thêm được."))
    score = score_of(card, code)
    said = text.strip()
    if not said:
        raise Invalid(_("Hãy ghi nội dung trao đổi."), fields={"text": [_("Còn trống.")]})
    people = _called(card, said, set(mentioned))
    now = clock.now()
    with recording(by=by, at=now, about=card.history_about):
        made = Remark.objects.create(
            score=score, author_id=by.user_id, author_name=by.name, text=said, made_at=now
        )
    called = [person for person in people if person.pk != by.user_id]
    Mention.objects.bulk_create(Mention(remark=made, person=person) for person in called)
    _mark_read(card, code, by)
    _tell(card, code, made, called)
    return made


@transaction.atomic
def withdraw_remark(remark: Remark, *, by: Actor) -> Remark:
    """Take one's own words back: that something was said stays, what it was is shown no more.

    Raises Refused for the words of somebody else, or OutOfStep where they are taken back already.
    """
    card = lock(remark.score.card_id)
    require_own(card, by)
    remark = Remark.objects.get(pk=remark.pk)
    if remark.author_id != by.user_id:
        raise Refused(_("Chỉ người viết được rút lại trao đổi của mình."))
    if remark.withdrawn_at is not None:
        raise OutOfStep(_("Trao đổi này đã được rút lại."))
    now = clock.now()
    remark.withdrawn_at = now
    with recording(by=by, reason=_("Rút lại trao đổi"), at=now, about=card.history_about):
        remark.save(update_fields=["withdrawn_at"])
    return remark


@transaction.atomic
def read_remarks(card: Scorecard, code: str, *, by: Actor) -> int:
    """Note that the person has read what calls her on a leaf; return how much that was. Raises Refused."""
    card = lock(card.pk)
    require_own(card, by)
    return _mark_read(card, score_of(card, code).code, by)


def _mark_read(card: Scorecard, code: str, by: Actor) -> int:
    rows = Mention.objects.filter(remark__score__card=card, remark__score__code=code, read_at__isnull=True)
    return rows.filter(person=by.user_id).update(read_at=clock.now())


def _called(card: Scorecard, text: str, keys: set[int]) -> list[Any]:
    """Return who is called: chosen, or named in the text after an "@". Raises Invalid for others than the unit's."""
    people = people_of(card.unit)
    if keys - {person.pk for person in people}:
        sentence = _("Chỉ nhắc được người đang giữ vai trò ở đơn vị.")
        raise Invalid(sentence, fields={"mentioned": [sentence]})
    folded = fold(text)
    return [person for person in people if person.pk in keys or _names(folded, person.full_name)]


def _names(folded: str, name: str) -> bool:
    return re.search(rf"@{re.escape(fold(name))}(?!\w)", folded) is not None


def _tell(card: Scorecard, code: str, remark: Remark, people: list[Any]) -> None:
    words = {"who": remark.author_name, "code": code, "unit": card.unit_name, "text": remark.text}
    tell(
        people,
        key=f"remark-{remark.pk}",
        subject=_("%(who)s nhắc bạn ở tiêu chí %(code)s") % words,
        body=_("%(who)s viết ở tiêu chí %(code)s của phiếu %(unit)s:\n\n%(text)s") % words,
        url=f"/scorecards/{card.pk}/leaves/{code}/#remarks",
    )
