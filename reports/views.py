"""Pages of results: rounds, rankings, one unit, publishing, documents."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.core.text import fold
from backend.criteria.queries import sets_for
from backend.rounds.models import Round
from backend.rounds.queries import groups_for
from backend.scoring.queries import sheet
from permissions.actor import Actor
from permissions.roles import Verb
from reports import actions, charts, details, queries, trying
from reports.documents.serving import file_response
from reports.forms import AskForm, PublishForm, TryForm
from reports.issuing.queries import issue_of, may_issue, why_not
from reports.models import Document, Ranking
from reports.standings import Standing, Table, extras_in

ROUNDS_A_PAGE = 20


@require_GET
def ranking_list(request: HttpRequest) -> HttpResponse:
    """List the rounds whose results concern the person."""
    words = request.GET.get("q", "").strip()
    rounds = [one for one in queries.rounds_for(_actor(request)) if _matches(words, one)]
    page = Paginator(rounds, ROUNDS_A_PAGE).get_page(request.GET.get("page"))
    rows = [(one, queries.may_preview(_actor(request), one)) for one in page]
    return render(request, "reports/ranking_list.html", {"rows": rows, "page": page, "q": words})


def _matches(words: str, one: Round) -> bool:
    return fold(words) in fold(f"{one.title} {one.host.name} {one.year}")


@require_GET
def ranking(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the published ranking of a round; before that the preview to who sees the whole round."""
    round_ = _round(request, pk)
    made = queries.current_ranking(round_) if round_.state == Round.State.PUBLISHED else None
    previews = queries.may_preview(_actor(request), round_)
    if made is None and not previews:
        return render(request, "reports/ranking_waiting.html", {"round": round_, "demo": _demo(round_)})
    context = {
        **_ranking_context(request, round_, made),
        "may_publish": made is None and queries.may_publish(_actor(request), round_),
        "previews": previews,
        "may_backtest": previews and _actor(request).may_anywhere(Verb.MANAGE_CRITERIA),
        "documents": queries.latest_documents(made) if made else {},
        "document_kinds": queries.kinds_of_round(_actor(request), round_),
    }
    return render(request, "reports/ranking.html", context)


def _ranking_context(request: HttpRequest, round_: Round, made: Ranking | None) -> dict[str, Any]:
    words, sort = request.GET.get("q", "").strip(), request.GET.get("sort", "")
    tables = queries.tables(round_, made)
    return {
        "round": round_,
        "demo": _demo(round_),
        "ranking": made,
        "with_survey": made.with_survey if made else round_.with_survey,
        "q": words,
        "by_field": request.GET.get("view") == "fields",
        "groups": [_group(number, table, words, sort) for number, table in enumerate(tables, 1)],
        "own_paths": [seat.path for seat in _actor(request).seats],
    }


def _group(number: int, table: Table, words: str, sort: str) -> dict[str, Any]:
    lines = table.shown(words, sort)
    return {
        "anchor": f"nhom-{number}",
        "table": table,
        "lines": [(line, charts.width(line), _cells(line)) for line in lines],
        "chart": charts.field_bars(table),
    }


def _cells(line: Standing) -> list[tuple[Any, str]]:
    return [(part, charts.shade(part)) for part in line.fields]


@require_GET
def unit_result(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one unit's result: fields to all of the round, leaves and reasons to who sees its card."""
    seen = queries.result_of(_actor(request), pk)
    if seen is None:
        raise Http404
    context = {
        "seen": seen,
        "card": seen.card,
        "round": seen.round,
        "demo": _demo(seen.round),
        "line": seen.line,
        "table": seen.table,
        "chart": charts.field_bars(seen.table, seen.line),
        "detail": details.detail(sheet(seen.card, _actor(request))) if seen.whole else None,
        "document_kinds": _open_kinds(request, seen) if seen.whole else [],
    }
    return render(request, "reports/unit_result.html", context)


def _open_kinds(request: HttpRequest, seen: queries.Result) -> list[Document.Kind]:
    wanted = [Document.Kind.APPRAISAL, Document.Kind.SELF_REPORT, Document.Kind.HANDOUT]
    return [kind for kind in wanted if queries.kind_is_open(_actor(request), seen.card, kind)]


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is to be published and what keeps it back; publish by password."""
    round_ = _round(request, pk)
    _actor(request).require(Verb.PUBLISH, at=round_.place())
    form = PublishForm(request.POST or None, user=request.user, round_=round_)
    if request.method == "POST" and form.is_valid():
        decision = form.cleaned_data.get("decision", "")
        actions.publish_ranking(round_, by=_actor(request), decision=decision)
        messages.success(request, _("Đã công bố kết quả. Bảng xếp hạng không thay đổi được nữa."))
        return redirect("reports:ranking", pk=pk)
    problems = queries.problems(round_) if round_.state == Round.State.OPEN else []
    context = {
        "round": round_,
        "demo": _demo(round_),
        "form": form,
        "problems": problems,
        "tables": [] if problems else queries.preview(round_),
    }
    return render(request, "reports/publish.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def try_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the typed bands and ties of a group make of last year's results; nothing is saved.

    htmx asks by GET while she types; without JavaScript a button sends the same by POST, so that nothing typed
    stands in an address.
    """
    group = get_object_or_404(groups_for(_actor(request)), pk=pk)
    _actor(request).require(Verb.MANAGE_ROUND, at=group.round.place())
    form = TryForm(request.POST or request.GET, group=group)
    wanted, season = form.wanted(), trying.season_before(group)
    seen = season is not None and queries.rounds_for(_actor(request)).filter(pk=season.pk).exists()
    context = {
        "group": group,
        "round": group.round,
        "season": season if seen else None,
        "tried": trying.tried(group, season, wanted) if seen and not form.problems else None,
        "problems": form.problems,
        "demo": _demo(group.round) or bool(seen and season and season.is_illustration),
    }
    partial = request.headers.get("HX-Request") == "true"
    return render(request, "reports/_try_group.html" if partial else "reports/try_group.html", context)


@require_GET
def left_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was left out for whom: every unit to who sees the whole round, else the person's own."""
    round_ = _round(request, pk)
    made = queries.current_ranking(round_)
    whole = queries.may_preview(_actor(request), round_)
    kinds = [Document.Kind.LEFT_OUT, Document.Kind.LEFT_OUT_SHEET]
    units = queries.left_out_in(round_, made, _actor(request))
    context = {
        "round": round_,
        "demo": _demo(round_),
        "ranking": made,
        "units": units,
        "extras": extras_in(unit.line for unit in units if unit.line),
        "documents": queries.latest_documents(made) if made and whole else {},
        "document_kinds": kinds if whole else [],
    }
    return render(request, "reports/left_out.html", context)


@require_POST
def ranking_document(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a document of a round's ranking."""
    return _ask(request, round_=_round(request, pk))


@require_POST
def card_document(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a document of one unit's card."""
    _round_of_none, card = queries.target(_actor(request), None, pk)
    return _ask(request, card=card)


@require_POST
def session_document(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the minutes of a session of the council."""
    found = queries.session_for(_actor(request), pk)
    form = AskForm(request.POST)
    if not form.is_valid():
        raise Http404
    made = actions.request_minutes(found, form.cleaned_data["kind"], by=_actor(request))
    return redirect("reports:document", pk=made.pk)


def _ask(request: HttpRequest, **of: Any) -> HttpResponse:
    form = AskForm(request.POST)
    if not form.is_valid():
        raise Http404
    made = actions.request_document(form.cleaned_data["kind"], by=_actor(request), **of)
    return redirect("reports:document", pk=made.pk)


@require_GET
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a document: being made, ready to fetch, or failed; htmx asks for the middle part only."""
    found = _document(request, pk)
    partial = request.headers.get("HX-Request") == "true"
    made = issue_of(found)
    context = {
        "document": found,
        "issue": made,
        "may_issue": may_issue(_actor(request), found),
        "why_not": "" if made else why_not(found),
        "demo": found.is_illustration or settings.DEMO,
        "back": _back(found),
    }
    return render(request, "reports/_document.html" if partial else "reports/document.html", context)


@require_GET
def document_file(request: HttpRequest, pk: int) -> FileResponse:
    """Return the bytes of a document."""
    return file_response(_document(request, pk))


def _document(request: HttpRequest, pk: int) -> Document:
    found = get_object_or_404(queries.documents_for(_actor(request)), pk=pk)
    if not queries.may_read(_actor(request), found):
        raise Http404
    return found


def _back(found: Document) -> str:
    if found.session_id:
        return reverse("scoring:session", args=[found.session_id])
    if found.card_id and found.kind == Document.Kind.APPRAISAL:
        return reverse("reports:unit_result", args=[found.card_id])
    if found.card_id:
        return reverse("scoring:scorecard", args=[found.card_id])
    if found.kind == Document.Kind.CRITERIA_CHANGES:
        pair = {"old": found.older_set_id, "new": found.newer_set_id}
        return f"{reverse('criteria:compare')}?{urlencode(pair)}"
    return reverse("reports:ranking", args=[found.round_id])


@require_POST
def comparison_document(request: HttpRequest, pk: int, older: int) -> HttpResponse:
    """Ask for the annex that explains what a criteria set changes in an older one."""
    sets = sets_for(_actor(request))
    pair = get_object_or_404(sets, pk=older), get_object_or_404(sets, pk=pk)
    return redirect("reports:document", pk=actions.request_comparison(*pair, by=_actor(request)).pk)


def _round(request: HttpRequest, pk: int) -> Round:
    return get_object_or_404(queries.rounds_for(_actor(request)), pk=pk)


def _demo(round_: Round) -> bool:
    # Given by the page, the word replaces the shell's own: in the demonstration it stays yes.
    return round_.is_illustration or settings.DEMO


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
