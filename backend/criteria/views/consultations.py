"""Pages of the owner of a draft: ask opinions, see how far units are, answer, the table as a file."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.core import clock
from backend.core.dates import vn_date
from backend.criteria import opinions, queries
from backend.criteria.actions import consulting
from backend.criteria.forms.opinions import AnswerForm, DeadlineForm, EndForm, OpenForm, answer_of
from backend.criteria.models import Consultation, Response
from backend.criteria.opinion_papers import PAPERS
from permissions.roles import Verb

A_PAGE = 25
ONLY_UNANSWERED = "unanswered"


@require_http_methods(["GET", "POST"])
def consultation_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the units a draft is for; the page names how many they are."""
    criteria_set = get_object_or_404(queries.sets_for(request.actor), pk=pk)
    request.actor.require(Verb.MANAGE_CRITERIA, at=criteria_set.place())
    form = OpenForm(request.POST or None)
    if form.is_valid():
        made = consulting.open_consultation(criteria_set, by=request.actor, **form.values())
        messages.success(request, _("Đã gửi dự thảo lấy ý kiến. Trong lúc này cây tiêu chí không sửa được."))
        return redirect("criteria:consultation", made.pk)
    units = opinions.subject_units(criteria_set, vn_date(clock.now()))
    context = {"form": form, "set": criteria_set, "units": units}
    return render(request, "criteria/consultation_open.html", context)


@require_GET
def consultation(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far the units are and, to whom they are open, their opinions with the answers."""
    found = _find(request, pk)
    now = clock.now()
    rows = opinions.standings(found)
    manages = _manages(request, found)
    context = {
        "asked": found,
        "set": found.criteria_set,
        "demo": found.criteria_set.is_illustration,
        "now": now,
        "is_open": found.is_open(now),
        "manages": manages,
        "can_answer": manages and not found.is_open(now),
        "progress": opinions.progress_of(rows),
        "waiting": [row for row in rows if row.state != Response.State.APPROVED],
        "sent": [row for row in rows if row.state == Response.State.APPROVED],
        **_said(request, found, may_read=opinions.may_read_all(request.actor, found, now)),
    }
    if manages and not found.ended_at:
        context["end_form"] = EndForm(early=found.is_open(now))
    return render(request, "criteria/consultation.html", context)


def _said(request: HttpRequest, found: Consultation, *, may_read: bool) -> dict[str, Any]:
    if not may_read:
        return {"may_read": False}
    only = request.GET.get("show") == ONLY_UNANSWERED
    every = opinions.approved_opinions(found)
    unanswered = [row for row in every if not row.verdict]
    page = Paginator(unanswered if only else every, A_PAGE).get_page(request.GET.get("page"))
    return {
        "may_read": True,
        "page": page,
        "topics": opinions.topics(page.object_list),
        "only_unanswered": only,
        "total": len(every),
        "unanswered": len(unanswered),
    }


@require_http_methods(["GET", "POST"])
def consultation_deadline(request: HttpRequest, pk: int) -> HttpResponse:
    """Give units more or less time."""
    found = _find_managed(request, pk)
    form = DeadlineForm(request.POST or None)
    if form.is_valid():
        consulting.change_deadline(found, by=request.actor, **form.values())
        messages.success(request, _("Đã đổi hạn góp ý và báo cho các đơn vị."))
        return redirect("criteria:consultation", pk)
    context = {"form": form, "asked": found, "set": found.criteria_set}
    return render(request, "criteria/consultation_deadline.html", context)


@require_POST
def consultation_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End the asking: the set is a draft again."""
    found = _find_managed(request, pk)
    form = EndForm(request.POST, early=False)  # whether it has to be said, the action judges
    form.full_clean()
    consulting.end_consultation(found, by=request.actor, reason=form.cleaned_data.get("reason", ""))
    messages.success(request, _("Đã kết thúc lấy ý kiến. Dự thảo sửa được trở lại."))
    return redirect("criteria:consultation", pk)


@require_POST
def consultation_remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Remind the units that sent nothing."""
    told = consulting.remind(_find_managed(request, pk), by=request.actor)
    if told:
        said = ngettext("Đã nhắc %(n)d người.", "Đã nhắc %(n)d người.", told) % {"n": told}
        messages.success(request, said)
    else:
        messages.info(
            request, _("Hôm nay đã nhắc rồi, hoặc không còn ai phải nhắc. Mỗi ngày chỉ nhắc một lần.")
        )
    return redirect("criteria:consultation", pk)


@require_http_methods(["GET", "POST"])
def opinion_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer one opinion; in place with scripts, on a page of its own without."""
    opinion = get_object_or_404(opinions.opinions_for(request.actor), pk=pk)
    edits = opinions.changes_since(opinion.response.consultation)
    form = AnswerForm(request.POST or None, edits=edits, initial=answer_of(opinion))
    if form.is_valid():
        consulting.answer_opinion(opinion, by=request.actor, **form.cleaned_data)
        return _answered(request, pk)
    context = {"form": form, "opinion": opinion, "asked": opinion.response.consultation}
    context["set"] = opinion.response.consultation.criteria_set
    name = "_opinion_answer" if request.htmx else "opinion_answer"
    status = 422 if form.is_bound else 200
    return render(request, f"criteria/{name}.html", context, status=status)


def _answered(request: HttpRequest, pk: int) -> HttpResponse:
    opinion = opinions.opinions_for(request.actor).get(pk=pk)
    asked = opinion.response.consultation
    if request.htmx:
        return render(
            request, "criteria/_opinion.html", {"opinion": opinion, "manages": True, "answers": True}
        )
    messages.success(request, _("Đã ghi câu trả lời cho %s.") % opinion.response.unit_name)
    return redirect(reverse("criteria:consultation", args=[asked.pk]) + f"#opinion-{pk}")


@require_GET
def consultation_file(request: HttpRequest, pk: int, kind: str) -> FileResponse:
    """Return the table of opinions and answers, as DOCX or XLSX, to whom all opinions are open."""
    found = _find(request, pk)
    if kind not in PAPERS or not opinions.may_read_all(request.actor, found, clock.now()):
        raise Http404
    content, name, content_type = PAPERS[kind](found)
    return FileResponse(
        BytesIO(content),
        as_attachment=True,
        filename=name,
        content_type=content_type,
        headers={"Cache-Control": "private, no-store"},
    )


def _manages(request: HttpRequest, found: Consultation) -> bool:
    return bool(request.actor.may(Verb.MANAGE_CRITERIA, at=found.criteria_set.place()))


def _find(request: HttpRequest, pk: int) -> Consultation:
    return get_object_or_404(opinions.consultations_for(request.actor), pk=pk)


def _find_managed(request: HttpRequest, pk: int) -> Consultation:
    found = _find(request, pk)
    request.actor.require(Verb.MANAGE_CRITERIA, at=found.criteria_set.place())
    return found
