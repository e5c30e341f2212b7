"""Who may issue what, why not yet, and the register of what was issued."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backend.core.errors import Refused
from backend.rounds.models import Round
from backend.scoring.actions.facts import approval_stands
from backend.scoring.queries import approval_of
from permissions.actor import Actor
from permissions.roles import Place, Verb
from reports import queries as reports
from reports.issuing.models import IssuedDocument
from reports.models import Document
from tiers.models import Unit

Kind = Document.Kind
# Letters that stand under a number of their own. Of these the first is the unit's, the others are the host's.
_OF_RESULTS = (Kind.APPRAISAL, Kind.RANKING, Kind.LEFT_OUT, Kind.FIELDS)
ISSUABLE = (Kind.SELF_REPORT, *_OF_RESULTS, Kind.MINUTES, Kind.PROGRESS)


def issuer_of(document: Document) -> Unit:
    """Return the unit in whose register the document gets its number."""
    if document.kind == Kind.SELF_REPORT and document.card is not None:
        return document.card.unit
    return document.of_round.host


def series_of(document: Document) -> str:
    """Return the name of what may have one current issue: that kind of document of that card, session or round."""
    if document.card_id:
        return f"{document.kind}:card:{document.card_id}"
    if document.session_id:
        return f"{document.kind}:session:{document.session_id}"
    return f"{document.kind}:round:{document.round_id}"


def _asked(document: Document) -> tuple[Verb, Place]:
    """Return the right to issue the document: its unit's leader approves, the host's chair publishes."""
    if document.kind == Kind.SELF_REPORT and document.card is not None:
        return Verb.APPROVE, document.card.place()
    return Verb.PUBLISH, document.of_round.place()


def require_right(actor: Actor, document: Document) -> None:
    """Raise Refused unless the person may issue and withdraw the document."""
    if document.round_id is None or actor.system:
        return
    verb, place = _asked(document)
    actor.require(verb, at=place)
    of = document.card if verb == Verb.APPROVE else document.round
    if not get_user_model().objects.get(pk=actor.user_id).has_perm(str(verb), of):
        raise Refused(_("Bạn không có quyền ban hành văn bản này."))


def may_issue(actor: Actor, document: Document) -> bool:
    """Return whether the person may issue that document once it can be issued."""
    if document.kind not in ISSUABLE or document.round_id is None:
        return False
    verb, place = _asked(document)
    return actor.may(verb, at=place)


def why_not(document: Document) -> str:
    """Return what keeps the document from being issued, in words; "" for nothing."""
    if document.kind not in ISSUABLE or document.round_id is None:
        return _("Loại văn bản này không ban hành riêng: hãy ban hành văn bản mà nó kèm theo.")
    if document.state != Document.State.READY:
        return _("Văn bản chưa tạo xong nên chưa ban hành được.")
    if document.kind in _OF_RESULTS and not _is_newest(document):
        return _("Chỉ ban hành kết quả đã công bố, ở lần công bố mới nhất. Hãy tạo lại văn bản.")
    if document.kind == Kind.MINUTES and document.of_session.is_open:
        return _("Phiên họp chưa kết thúc nên biên bản còn là dự thảo.")
    if document.kind == Kind.SELF_REPORT and not _is_approved(document):
        return _("Báo cáo này không khớp với phê duyệt hiện nay của lãnh đạo. Hãy tạo lại sau khi phê duyệt.")
    return ""


def _is_newest(document: Document) -> bool:
    newest = reports.current_ranking(document.of_round)
    return newest is not None and document.ranking_id == newest.pk


def _is_approved(document: Document) -> bool:
    card = document.card
    if card is None or not document.fingerprint or not approval_stands(card):
        return False
    found = approval_of(card)
    return found is not None and found.fingerprint == document.fingerprint


def issue_of(document: Document) -> IssuedDocument | None:
    """Return the issue whose file the document is."""
    rows = IssuedDocument.objects.select_related("issuer", "superseded_by", "issued_by")
    return rows.filter(document=document).first()


def issued_in(round_: Round, actor: Actor) -> list[IssuedDocument]:
    """Return the register of a round, newest first: the issues of documents the person may read."""
    rows = issues().filter(document__round=round_).exclude(state=IssuedDocument.State.MAKING)
    return [one for one in rows if reports.may_read(actor, one.document)]


def issues() -> QuerySet[IssuedDocument]:
    """Return every issue with what its page shows; the frozen data stay in the database."""
    rows = IssuedDocument.objects.select_related(
        "document__round__host", "document__card__unit", "document__card__round__host", "superseded_by"
    )
    return rows.defer("data")
