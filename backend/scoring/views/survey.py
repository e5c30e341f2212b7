"""Survey and outside-index points of a round: typed into a table, or sent as a workbook and looked at first."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.core import clock
from backend.rounds.models import Group, Round, Step
from backend.scoring import actions, board, gates
from backend.scoring.forms import survey_sheet
from backend.scoring.forms.survey import ConfirmForm, SurveyFileForm, SurveyForm, looked_at, signed
from backend.scoring.gates import Facts
from backend.scoring.models import Provenance
from backend.scoring.views.appraisal import demo_of
from backend.scoring.views.finding import actor_of

UNITS_A_PAGE = 30
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def find_round(request: HttpRequest, pk: int) -> Round:
    """Return the round if the person runs, works on or inspects it for its host. Raises Http404."""
    return get_object_or_404(board.rounds_of_host(actor_of(request)), pk=pk)


def _demand_entry(request: HttpRequest, pk: int) -> Round:
    """Return the round to who enters its survey points. Raises Http404, or Refused before anything is read."""
    round_ = find_round(request, pk)
    board.demand_entry(actor_of(request), round_)
    return round_


@require_http_methods(["GET", "POST"])
def survey(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the units of a group against its survey leaves; a POST enters what changed."""
    round_ = _demand_entry(request, pk) if request.method == "POST" else find_round(request, pk)
    group = _group(request, round_)
    page = _units(request, round_, group)
    table = board.survey_table(group, page.object_list, actor_of(request))
    if request.method == "GET":
        return _page(request, round_, table, page, SurveyForm(table=table))
    form = SurveyForm(request.POST, table=table)
    if not form.is_valid():
        return _page(request, round_, table, page, form, status=422)
    actions.enter_survey(round_, form.survey_rows, by=actor_of(request), **form.source)
    messages.success(request, _("Đã nhập %(number)d điểm.") % {"number": len(form.changed)})
    return redirect(request.get_full_path())


def _group(request: HttpRequest, round_: Round) -> Group:
    groups = list(round_.groups.all())
    if not groups:
        raise Http404
    wanted = request.GET.get("group") or request.POST.get("group", "")
    group = next((row for row in groups if str(row.pk) == wanted), groups[0])
    group.siblings = groups  # type: ignore[attr-defined]
    return group


def _cards(request: HttpRequest, round_: Round, group: Group) -> Any:
    cards = board.hosted_cards(actor_of(request)).filter(round=round_, group=group)
    return cards.order_by("unit__order", "pk")


def _units(request: HttpRequest, round_: Round, group: Group) -> Page:
    words = request.GET.get("q", "").strip()
    cards = board.narrowed(_cards(request, round_, group), words=words)
    return Paginator(cards, UNITS_A_PAGE).get_page(request.GET.get("page"))


def _page(
    request: HttpRequest,
    round_: Round,
    table: board.SurveyTable,
    page: Page,
    form: SurveyForm,
    *,
    status: int = 200,
) -> HttpResponse:
    shut = why_shut(round_)
    context = {
        "round": round_,
        "group": table.group,
        "groups": table.group.siblings,  # type: ignore[attr-defined]
        "table": table,
        "page": page,
        "q": request.GET.get("q", ""),
        "survey_form": form,
        "form": form,
        "file_form": SurveyFileForm(auto_id="file-%s"),
        "shut": shut,
        "enters": not shut and any(line.may_enter for line in table.lines),
        "sources": Provenance.objects.filter(round=round_).order_by("-entered_at")[:10],
    }
    return render(request, "scoring/survey.html", context | demo_of(round_), status=status)


def why_shut(round_: Round) -> str:
    """Return why no survey points can be entered now, in words; empty where they can. The action asks again."""
    if round_.state != Round.State.OPEN:
        return _("Đợt đánh giá %(state)s.") % {"state": round_.get_state_display()}
    step = round_.steps.filter(kind=Step.Kind.SURVEY).first()
    if step is None:
        return _("Đợt đánh giá này không có bước nhập điểm điều tra.")
    return gates.in_time(Facts(now=clock.now(), opens=step.opens_at, closes=step.closes_at))


@require_GET
def survey_template(request: HttpRequest, pk: int) -> HttpResponse:
    """Give out the workbook of a group, with the points that stand."""
    round_ = find_round(request, pk)
    group = _group(request, round_)
    table = board.survey_table(group, _cards(request, round_, group), actor_of(request))
    demo = round_.is_illustration or getattr(settings, "DEMO", False)
    name = f"diem-dieu-tra-{round_.year}-{group.pk}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(survey_sheet.written(round_, table, demo=demo), content_type=XLSX, headers=headers)


@require_POST
def survey_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a workbook: show what would change, or what is wrong with each row. Nothing is written yet."""
    round_ = _demand_entry(request, pk)
    group = _group(request, round_)
    form = SurveyFileForm(request.POST, request.FILES, auto_id="file-%s")
    if not form.is_valid():
        context = {"round": round_, "group": group, "file_form": form, "form": form}
        return render(request, "scoring/survey_preview.html", context | demo_of(round_), status=422)
    table = board.survey_table(group, _cards(request, round_, group), actor_of(request))
    found = survey_sheet.read(form.cleaned_data["file"], round_, table)
    context = {"round": round_, "group": group, "found": found, "source": form.source}
    if not found.errors:
        context["confirm"] = _confirm_form(request, round_, form, found)
    status = 422 if found.errors else 200
    return render(request, "scoring/survey_preview.html", context | demo_of(round_), status=status)


def _confirm_form(
    request: HttpRequest, round_: Round, form: SurveyFileForm, found: survey_sheet.SheetRead
) -> ConfirmForm:
    owner = {"round_id": round_.pk, "user_id": request.user.pk}
    return ConfirmForm(initial=form.source | {"rows": signed(found.rows, **owner)}, **owner)


@require_POST
def survey_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Write what was looked at, all or nothing."""
    round_ = _demand_entry(request, pk)
    form = ConfirmForm(request.POST, round_id=round_.pk, user_id=request.user.pk)
    if not form.is_valid():
        return render(request, "scoring/survey_preview.html", {"round": round_, "form": form}, status=422)
    rows = looked_at(form.cleaned_data["rows"], round_, actor_of(request))
    actions.enter_survey(round_, rows, by=actor_of(request), **form.source)
    messages.success(request, _("Đã nhập %(number)d điểm từ tệp.") % {"number": len(rows)})
    return redirect(reverse("scoring:survey", args=[pk]))
