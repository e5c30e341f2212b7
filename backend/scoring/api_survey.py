"""Survey points by workbook as JSON: what a file would change, or what is wrong in it; then what was looked at is entered."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from backend.core.errors import Invalid
from backend.core.text import key_in
from backend.rounds.models import Round
from backend.scoring import actions, board, sent, shapes_survey
from backend.scoring.forms import survey_sheet
from backend.scoring.forms.survey import looked_at, signed, unsigned
from backend.scoring.sent import read
from backend.scoring.shapes import SourceShape


class SurveyImportViewSet(ViewSet):
    """A filled-in workbook of survey points, looked at."""

    @extend_schema(
        request={"multipart/form-data": sent.SurveyFileIn}, responses=shapes_survey.SurveyPreviewShape
    )
    def create(self, request: Request, pk: str) -> Response:
        """Return what the workbook of a group would change; nothing is entered yet.

        With anything wrong in it 422, each bad row a sentence of ``fields.file``. ``preview`` goes into
        ``survey-confirm`` within two hours.
        """
        round_ = _demand_entry(request, pk)
        given = read(sent.SurveyFileIn, request.data)
        group = get_object_or_404(round_.groups, pk=given["group"])
        cards = board.hosted_cards(request.actor).filter(round=round_, group=group)  # type: ignore[attr-defined]
        table = board.survey_table(group, cards.order_by("unit__order", "pk"), request.actor)  # type: ignore[attr-defined]
        found = survey_sheet.read(given["file"], round_, table)
        if found.errors:
            sentence = _("%(number)d chỗ cần sửa trong tệp; chưa ghi điểm nào.") % {
                "number": len(found.errors)
            }
            raise Invalid(sentence, fields={"file": found.errors})
        body = {"changes": found.changes, "preview": signed(found.rows, **_owner(request, round_))}
        return Response(shapes_survey.SurveyPreviewShape(body).data)


class SurveyConfirmViewSet(ViewSet):
    """What was looked at, entered."""

    @extend_schema(request=sent.SurveyConfirmIn, responses={201: SourceShape})
    def create(self, request: Request, pk: str) -> Response:
        """Enter the points of a preview with their source, all or none; 409 where one changed meanwhile."""
        round_ = _demand_entry(request, pk)
        given = read(sent.SurveyConfirmIn, request.data)
        kept = unsigned(given.pop("preview"), **_owner(request, round_))
        rows = looked_at(kept, round_, request.actor)  # type: ignore[attr-defined]
        source = actions.enter_survey(round_, rows, by=request.actor, **given)  # type: ignore[attr-defined]
        return Response(SourceShape(source).data, status=status.HTTP_201_CREATED)


def _demand_entry(request: Request, key: str) -> Round:
    """Return the round to who enters its survey points. Raises Http404, or Refused before anything is read."""
    round_: Round = get_object_or_404(board.rounds_of_host(request.actor), pk=key_in(key))  # type: ignore[attr-defined]
    board.demand_entry(request.actor, round_)  # type: ignore[attr-defined]
    return round_


def _owner(request: Request, round_: Round) -> dict[str, Any]:
    return {"round_id": round_.pk, "user_id": request.user.pk}


ROUTES = [
    (r"rounds/(?P<pk>\d+)/survey-import", SurveyImportViewSet, "survey-import"),
    (r"rounds/(?P<pk>\d+)/survey-confirm", SurveyConfirmViewSet, "survey-confirm"),
]
