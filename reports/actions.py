"""Publish the ranking of a round, and ask for documents."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from backend.audit.actions import CHECKPOINT
from backend.audit.recording import recording
from backend.core import clock
from backend.core.errors import Invalid, OutOfStep, Refused
from backend.criteria.models import CriteriaSet
from backend.jobs.actions import enqueue
from backend.notices.actions import tell
from backend.notices.models import Kind
from backend.rounds.actions import mark_published
from backend.rounds.models import Round
from backend.scoring.actions import publish_cards
from backend.scoring.models import Scorecard, Session
from permissions.actor import Actor
from permissions.roles import Verb
from reports import queries
from reports.models import BandCopy, Document, FieldRow, Ranking, Row, Section
from reports.standings import Standing, Table
from tiers.seating import holders

WORK = "reports.documents.make"
ANNOUNCE = "reports.actions.announce"
MINUTES = (Document.Kind.MINUTES, Document.Kind.MINUTES_DOCX)


@transaction.atomic
def publish_ranking(
    round_: Round,
    *,
    by: Actor,
    decision: str = "",
    stated_on: date | None = None,
    stated_source: str = "",
) -> Ranking:
    """Freeze the ranking of the round, publish its cards and close it; all or nothing.

    ``decision`` is the number and date of the publishing document. ``stated_on`` and ``stated_source``
    are for a past season taken over from paper. Raises Refused, or OutOfStep that names every unit
    and leaf that keeps the round from being published (``details["problems"]``).
    """
    round_ = Round.objects.select_for_update(of=("self",)).select_related("host").get(pk=round_.pk)
    _require_right(round_, by)
    _require_ready(round_)
    stated = {"stated_on": stated_on, "stated_source": stated_source}
    with recording(by=by, reason=_("Công bố kết quả"), about=round_.history_about, **stated):
        publish_cards(round_, by=by)
        ranking = _freeze(round_, by, decision=decision, **stated)
        mark_published(round_, now=ranking.published_at, by=by)
    enqueue(CHECKPOINT, "publication")
    if not stated_source:
        enqueue(ANNOUNCE, ranking.pk)
    return ranking


def _freeze(round_: Round, by: Actor, *, decision: str, **stated: Any) -> Ranking:
    """Copy the ranking of the locked round; the moment is read now that its cards are locked too."""
    now = clock.now()
    ranking = _new_version(round_, by, now)
    ranking.decision = "" if round_.is_illustration else decision.strip()
    ranking.stated_on, ranking.stated_source = stated["stated_on"], stated["stated_source"]
    with recording(by=by, reason=_("Công bố kết quả"), at=now, about=round_.history_about):
        ranking.save()
        for order, table in enumerate(queries.preview(round_)):
            _copy(ranking, order, table)
        ranking.published_at = now
        ranking.save(update_fields=["published_at"])
    return ranking


def announce(key: str) -> None:
    """Tell everybody seated at a unit of the round that its ranking is out, each once."""
    ranking = Ranking.objects.get(pk=key)
    cards = Scorecard.objects.filter(round_id=ranking.round_id).select_related("unit")
    for card in cards:
        tell(
            holders(card.unit, Verb.VIEW),
            key=f"published-{ranking.pk}",
            subject=_("Đã công bố kết quả: %(round)s") % {"round": ranking.title},
            body=_("Kết quả của %(unit)s và bảng xếp hạng đã xem được.") % {"unit": card.unit_name},
            url=reverse("reports:ranking", args=[ranking.round_id]),
            kind=Kind.RESULT,
        )


def _require_right(round_: Round, by: Actor) -> None:
    if by.system:
        return
    by.require(Verb.PUBLISH, at=round_.place())
    if not get_user_model().objects.get(pk=by.user_id).has_perm(str(Verb.PUBLISH), round_):
        raise Refused(_("Bạn không có quyền công bố kết quả của đợt này."))


def _require_ready(round_: Round) -> None:
    if round_.state == Round.State.PUBLISHED:
        raise OutOfStep(_("Kết quả của đợt này đã được công bố."))
    if round_.state != Round.State.OPEN:
        raise OutOfStep(_("Đợt đánh giá chưa mở nên chưa có kết quả để công bố."))
    if round_.is_illustration and not settings.DEMO:
        raise OutOfStep(_("Đợt này là số liệu minh hoạ, chỉ được công bố ở chế độ trình diễn."))
    if not Scorecard.objects.filter(round=round_).exists():
        raise OutOfStep(_("Đợt này chưa có phiếu đánh giá nào."))
    if found := queries.problems(round_):
        sentences = [problem.sentence for problem in found]
        raise OutOfStep(
            _("Chưa công bố được, còn %(number)s việc phải làm: %(list)s.")
            % {"number": len(found), "list": "; ".join(sentences[:10])},
            problems=sentences,
        )


def _new_version(round_: Round, by: Actor, now: datetime) -> Ranking:
    last = Ranking.objects.filter(round=round_).order_by("-version").first()
    return Ranking(
        round=round_,
        version=last.version + 1 if last else 1,
        title=round_.title,
        year=round_.year,
        host_name=round_.host.name,
        with_survey=round_.with_survey,
        is_illustration=round_.is_illustration,
        made_at=now,
        published_by=by.name,
    )


def _copy(ranking: Ranking, order: int, table: Table) -> None:
    section = Section.objects.create(
        ranking=ranking,
        group_id=table.group_id,
        order=order,
        title=table.title,
        tie_rule=table.tie_rule.value,
        criteria_title=table.criteria_title,
    )
    BandCopy.objects.bulk_create(
        BandCopy(section=section, label=band.label, lower=band.lower, inclusive=band.inclusive)
        for band in table.bands
    )
    rows = Row.objects.bulk_create([_row(section, line) for line in table.standings])
    FieldRow.objects.bulk_create(
        [
            FieldRow(
                row=row,
                order=place,
                code=part.code,
                title=part.title,
                points=part.points,
                maximum=part.maximum,
            )
            for row, line in zip(rows, table.standings, strict=True)
            for place, part in enumerate(line.fields)
        ],
        batch_size=1000,
    )


def _row(section: Section, line: Standing) -> Row:
    totals = line.totals
    return Row(
        section=section,
        card_id=line.card_id,
        unit_id=line.unit_id,
        unit_name=line.unit_name,
        unit_order=line.unit_order,
        rank=line.rank,
        shared=line.shared,
        band=line.band,
        total=totals.total,
        appraised=totals.appraised,
        survey=totals.survey,
        maximum=totals.maximum,
        full_maximum=totals.full_maximum,
        **{name: getattr(totals, name) for name in queries.KEPT},
    )


@transaction.atomic
def request_document(
    kind: str, *, by: Actor, round_: Round | None = None, card: Scorecard | None = None
) -> Document:
    """Ask the worker for a document of a card or of a round's ranking and return its row.

    One that is being made already, or was made of a ranking published, is returned instead of a second one. Raises Refused.
    """
    return _asked(_wanted(Document.Kind(kind), round_, card), by)


@transaction.atomic
def request_comparison(older: CriteriaSet, newer: CriteriaSet, *, by: Actor) -> Document:
    """Ask the worker for the annex that explains what ``newer`` changes in ``older``; see ``request_document``.

    Of two sets that never change any more it is made once. Raises Refused.
    """
    return _asked(
        Document(
            kind=Document.Kind.CRITERIA_CHANGES,
            older_set=older,
            newer_set=newer,
            is_illustration=older.is_illustration or newer.is_illustration,
        ),
        by,
    )


@transaction.atomic
def request_minutes(session: Session, kind: str, *, by: Actor) -> Document:
    """Ask the worker for the minutes of a session; see ``request_document``. Of a closed one they are made once.

    Raises Refused, or Invalid for another kind of document.
    """
    if kind not in MINUTES:
        raise Invalid(_("Phiên họp chỉ có biên bản."))
    round_ = session.round
    demo = round_.is_illustration
    return _asked(Document(kind=kind, round=round_, session=session, is_illustration=demo), by)


def _asked(wanted: Document, by: Actor) -> Document:
    if not by.system and not queries.may_read(by, wanted):
        raise Refused(_("Bạn chưa được xem kết quả này nên chưa lập được văn bản."))
    if found := Document.objects.filter(_still_good(wanted)).order_by("-pk").first():
        return found
    wanted.requested_by_id = by.user_id
    wanted.requested_at = clock.now()
    wanted.save()
    enqueue(WORK, wanted.pk)
    return wanted


def not_asked_yet(kind: str, card: Scorecard, user_id: int | None) -> Document:
    """Return the document of a card for who makes it herself: one that is ready and never changes, or a new row.

    No job is put in the table. Raises Invalid or OutOfStep.
    """
    wanted = _wanted(Document.Kind(kind), None, card)
    ready = Document.objects.filter(_still_good(wanted), state=Document.State.READY)
    if found := ready.order_by("-pk").first():
        return found
    wanted.requested_by_id, wanted.requested_at = user_id, clock.now()
    wanted.save()
    return wanted


def _wanted(kind: Document.Kind, round_: Round | None, card: Scorecard | None) -> Document:
    if kind in MINUTES:
        raise Invalid(_("Biên bản được lập từ trang phiên họp."))
    if kind == Document.Kind.CRITERIA_CHANGES:
        raise Invalid(_("Phụ lục thuyết minh thay đổi được lập từ trang so sánh hai bộ tiêu chí."))
    of = card.round if card else round_
    of_card = kind in queries.OF_CARD
    if of is None or of_card != (card is not None):
        wanted = _("của một phiếu") if of_card else _("của cả đợt, không của một phiếu")
        raise Invalid(_("Văn bản “%(kind)s” là %(of)s.") % {"kind": kind.label, "of": wanted})
    if kind == Document.Kind.HANDOUT and card is not None and card.state not in queries.DONE:
        raise OutOfStep(_("Phiếu của đơn vị chưa kết luận nên chưa có kết quả để lập tờ thông tin."))
    if queries.is_too_long(of, kind):
        raise Invalid(_("Văn bản “%s” của đợt này dài hơn 60 trang. Hãy lấy bảng XLSX.") % kind.label)
    ranking = None if kind in queries.WITHOUT_RANKING else queries.current_ranking(of)
    return Document(kind=kind, round=of, card=card, ranking=ranking, is_illustration=of.is_illustration)


def _still_good(wanted: Document) -> Q:
    """Return the condition of one being made, or made of what never changes: a published ranking, frozen sets."""
    good = Q(state=Document.State.MAKING)
    compared = [made for made in (wanted.older_set, wanted.newer_set) if made is not None]
    closed = wanted.session is not None and not wanted.session.is_open
    if wanted.ranking_id or closed or (compared and all(made.is_frozen for made in compared)):
        good |= Q(state=Document.State.READY)
    return good & Q(
        kind=wanted.kind,
        round_id=wanted.round_id,
        card_id=wanted.card_id,
        ranking_id=wanted.ranking_id,
        session_id=wanted.session_id,
        older_set_id=wanted.older_set_id,
        newer_set_id=wanted.newer_set_id,
        issue__isnull=True,
    )
