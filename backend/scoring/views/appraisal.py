"""Thẩm định: the host's cards, and one card leaf by leaf: points, agreement, questions, leaves left out."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.rounds.queries import extensions_in
from backend.scoring import actions, board, queries
from backend.scoring.across import scores_for
from backend.scoring.actions.appraisal import require_field
from backend.scoring.forms import QuestionForm, ReasonForm
from backend.scoring.models import Scorecard
from backend.scoring.views.doors import doors
from backend.scoring.views.finding import actor_of, demand, may
from backend.scoring.views.mark_forms import mark_form, question_form
from backend.scoring.views.marked import answer, line_held, owed
from backend.scoring.views.marking import Line, Marking, Part, marking_of
from backend.scoring.views.sifting import SIFTS, fits, sifts
from permissions.roles import Verb

A_PAGE = 30
STAGE_TITLES = {
    "": gettext_lazy("Tất cả"),
    "unit": gettext_lazy("Chưa được duyệt"),
    "todo": gettext_lazy("Cần thẩm định"),
    "asked": gettext_lazy("Đang giải trình"),
    "appraised": gettext_lazy("Đã thẩm định"),
    "done": gettext_lazy("Đã kết luận"),
}
HOST_MOVES = ("appraise", "ask", "accept", "no_self_score", "reopen")
MINE, EVERY = "mine", "all"


class ListFilter(forms.Form):
    """Which round and which group of units."""

    round = forms.ChoiceField(label=gettext_lazy("Đợt đánh giá"), required=False)
    group = forms.ChoiceField(label=gettext_lazy("Nhóm đơn vị"), required=False)


@require_GET
def appraisal_list(request: HttpRequest) -> HttpResponse:
    """Show the cards of the person's host by stage, with search, group and pages."""
    rounds = board.hosted_rounds(actor_of(request))
    chosen = _chosen(rounds, request.GET.get("round", ""))
    if chosen is None:
        return render(request, "scoring/appraisal_list.html", {"stages": []})
    words, stage = request.GET.get("q", "").strip(), request.GET.get("stage", "")
    groups = list(chosen.groups.all())
    group = next((row.pk for row in groups if str(row.pk) == request.GET.get("group", "")), None)
    every = board.hosted_cards(actor_of(request)).filter(round=chosen)
    cards = board.narrowed(every, words=words, group=group)
    counts = board.counts_by_stage(cards)
    if stage in board.STAGES:
        cards = cards.filter(state__in=board.STAGES[stage])
    page = Paginator(board.numbered(cards).order_by("group__order", "unit__order", "pk"), A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "round": chosen,
        "filters": _filters(request, rounds, groups, chosen),
        "q": words,
        "stage": stage,
        "stages": [(name, title, counts[name]) for name, title in STAGE_TITLES.items()],
        "page": page,
        "rows": board.standings(page.object_list, actor_of(request)),
        "more_time": extensions_in(chosen).count(),
    }
    return render(request, "scoring/appraisal_list.html", context | demo_of(chosen))


def _chosen(rounds: list[Any], wanted: str) -> Any:
    return next((row for row in rounds if str(row.pk) == wanted), rounds[0] if rounds else None)


def _filters(request: HttpRequest, rounds: list[Any], groups: list[Any], chosen: Any) -> ListFilter:
    form = ListFilter({"round": chosen.pk, "group": request.GET.get("group", "")}, auto_id="filter-%s")
    form.fields["round"].choices = [(row.pk, f"{row.title} – {row.host.name}") for row in rounds]
    form.fields["group"].choices = [("", _("Tất cả các nhóm")), *((row.pk, row.title) for row in groups)]
    form.is_valid()
    return form


def demo_of(round_: Any) -> dict[str, Any]:
    """Return the banner's key for a round of illustration; no key, so that settings' own is not switched off."""
    return {"demo": True} if round_.is_illustration else {}


def find_hosted(request: HttpRequest, pk: int) -> Scorecard:
    """Return the card if the person works on it for its host or inspects it. Raises Http404."""
    return get_object_or_404(board.hosted_cards(actor_of(request)), pk=pk)


@require_GET
def appraisal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one card field by field with what the council does on each leaf."""
    card = find_hosted(request, pk)
    return _page(request, marking_of(request, card))


def _page(
    request: HttpRequest,
    page: Marking,
    *,
    line: Line | None = None,
    status: int = 200,
    form: forms.Form | None = None,
) -> HttpResponse:
    part = page.part_of(line) if line else _part(request, page)
    shown = "all" if line else _shown(request, page, part)
    scope = part.field.node.code if line else _scope(request, part)
    context = _context(request, page, part)
    parts = _parts(page, part, scope)
    context |= {
        "blocks": _blocks(parts, shown, context["flags"]),
        "sifts": sifts([one for each in parts for one in each.lines], context["flags"]),
        "shown": shown,
        "scope": scope,
        "onward": _onward(request, page, part, scope),
        "appraises": may(request, Verb.APPRAISE, page.card),
        "not_mine": ""
        if part.mine
        else queries.not_her_leaf(actor_of(request), page.card, part.field.node.code),
        "approval": queries.approval_of(page.card) if page.sheet.shows_own else None,
        "kept_out": queries.kept_out(actor_of(request), page.card),
        "conflicts": list(queries.conflicts_of(page.card))
        if queries.works_for_host(actor_of(request), page.card)
        else [],
    }
    return render(
        request, "scoring/appraisal.html", context | ({"form": form} if form else {}), status=status
    )


def page_with(request: HttpRequest, page: Marking, line: Line, form: forms.Form) -> HttpResponse:
    """Return the page with a form that was refused, at the field of its leaf."""
    return _page(request, page, line=line, status=422, form=form)


def way_to_leaf(card: Scorecard, code: str) -> str:
    """Return the address of a leaf on the council's page of its card."""
    return _way_back(card, code)


def _part(request: HttpRequest, page: Marking) -> Part:
    """Return the field asked for, else the first of hers with something left to do."""
    if not page.parts:
        raise Http404
    wanted = request.GET.get("field", "")
    named = [part for part in page.parts if part.field.node.code == wanted]
    left = [part for part in page.parts if part.mine and part.done < part.due]
    mine = [part for part in page.parts if part.mine]
    return (named or left or mine or page.parts)[0]


def _shown(request: HttpRequest, page: Marking, part: Part) -> str:
    """Return which leaves to show: those asked for; at a later appraisal first those asked about."""
    wanted = request.GET.get("show", "")
    if wanted == "all" or wanted in SIFTS:
        return wanted
    return "asked" if page.card.step_id and not page.why_shut and part.due else "all"


def _scope(request: HttpRequest, part: Part) -> str:
    """Return what the page shows: her fields, every field, or the code of one."""
    wanted = request.GET.get("field", "")
    return wanted if wanted in (MINE, EVERY) else part.field.node.code


def _parts(page: Marking, part: Part, scope: str) -> list[Part]:
    if scope == EVERY:
        return page.parts
    return [one for one in page.parts if one.mine] if scope == MINE else [part]


def _blocks(parts: list[Part], shown: str, flags: Any) -> list[tuple[Part, list[Any]]]:
    """Return the fields to show, each with its headings and leaves, or with the leaves looked for only."""
    if shown == "all":
        return [(part, list(part.rows)) for part in parts]
    found = [(part, [line for line in part.lines if fits(shown, line, flags)]) for part in parts]
    return [(part, rows) for part, rows in found if rows] or [(parts[0], [])] if parts else []


def _onward(request: HttpRequest, page: Marking, part: Part, scope: str) -> tuple[str, str] | None:
    """Return (title, address) of what comes behind the last leaf: the next field, then the next unit's card."""
    if scope not in (MINE, EVERY):
        place = page.parts.index(part)
        for after in page.parts[place + 1 : place + 2]:
            node = after.field.node
            return f"{node.code}. {node.title}", _field_page(page.card, node.code)
    card, mine = page.card, board.hosted_cards(actor_of(request))
    order = (card.unit.order, card.pk)
    rows = mine.filter(round=card.round_id, group=card.group_id, unit__order__gte=order[0])
    near = rows.exclude(pk=card.pk).order_by("unit__order", "pk")[:2]
    behind = next((row for row in near if (row.unit.order, row.pk) > order), None)
    return (behind.unit_name, _field_page(behind, scope)) if behind else None


def _context(request: HttpRequest, page: Marking, part: Part) -> dict[str, Any]:
    context: dict[str, Any] = {
        "page": page,
        "card": page.card,
        "sheet": page.sheet,
        "flags": queries.flags_of(page.sheet, actor_of(request)),
        "now": page.sheet.now,
        "part": part,
        "may_reopen": may(request, Verb.REOPEN, page.card),
        "owed": owed(page),
    }
    return context | _moves(request, page.card) | demo_of(page.card.round)


def _moves(request: HttpRequest, card: Scorecard) -> dict[str, Any]:
    back = reverse("scoring:appraisal", args=[card.pk])
    return {"doors": doors(request, card, HOST_MOVES), "come_back": [("next", back)]}


def _found(request: HttpRequest, card: Scorecard, code: str) -> tuple[Marking, Line]:
    page = marking_of(request, card)
    line = page.line(code)
    if line is None:
        raise Http404
    return page, line


def _found_to_appraise(request: HttpRequest, pk: int, code: str) -> tuple[Marking, Line]:
    """Return the leaf for who appraises it. Raises Http404, or Refused before anything sent is read."""
    card = find_hosted(request, pk)
    demand(request, Verb.APPRAISE, card)
    page, line = _found(request, card, code)
    require_field(card, line.leaf.score, actor_of(request))
    return page, line


@require_POST
def mark(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Save the council's points of one leaf, or its agreement."""
    rows = scores_for(actor_of(request)).filter(card=pk, code=code)
    with actions.mark_held(rows, by=actor_of(request)) as held:
        line = line_held(held)
        form, was_bare = mark_form(line, request.POST), line.mark is None
        saved = form.is_valid() and form.carry_out(lambda: held.save(**form.to_save))
    if request.headers.get("HX-Request"):
        more = partial(_moves, request)
        return answer(request, held, line.draft, more, was_bare=was_bare, form=None if saved else form)
    if not saved:
        page, line = _found(request, find_hosted(request, pk), code)
        line.form = form
        return page_with(request, page, line, form)
    messages.success(request, _("Đã lưu điểm tiêu chí %(code)s.") % {"code": code})
    return redirect(way_to_leaf(held.card, code))


@require_POST
def ask(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Write the question about one leaf; it goes out with the others."""
    page, line = _found_to_appraise(request, pk, code)
    form: QuestionForm = question_form(line, request.POST)
    if not form.is_valid():
        line.question_form = form
        return _refused(request, page, line, form)
    if not form.carry_out(lambda: actions.ask(page.card, code, by=actor_of(request), **form.cleaned_data)):
        line.question_form = form
        return _refused(request, page, line, form)
    return _saved(
        request, page.card, code, _("Đã ghi yêu cầu giải trình tiêu chí %(code)s.") % {"code": code}
    )


@require_POST
def not_arisen(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Agree that nothing arose on a leaf: it leaves the unit's maximum."""
    page, _line = _found_to_appraise(request, pk, code)
    actions.agree_not_arisen(page.card, code, by=actor_of(request))
    return _saved(request, page.card, code, _("Đã đồng ý không tính tiêu chí %(code)s.") % {"code": code})


def _saved(request: HttpRequest, card: Scorecard, code: str, said: str) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        messages.success(request, said)
        return redirect(_way_back(card, code))
    page, line = _found(request, find_hosted(request, card.pk), code)
    context = _context(request, page, page.part_of(line)) | {"line": line, "said": said}
    return render(request, "scoring/_appraisal_saved.html", context)


def _refused(request: HttpRequest, page: Marking, line: Line, form: forms.Form) -> HttpResponse:
    if request.headers.get("HX-Request"):
        context = _context(request, page, page.part_of(line)) | {"line": line}
        return render(request, "scoring/_appraisal_leaf.html", context, status=422)
    return _page(request, page, line=line, status=422, form=form)


def _way_back(card: Scorecard, code: str) -> str:
    field = code.partition(".")[0]
    return f"{reverse('scoring:appraisal', args=[card.pk])}?field={field}#leaf-{code}"


@require_POST
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree with the points of every leaf not marked yet, of one field or of the whole card."""
    card = find_hosted(request, pk)
    demand(request, Verb.APPRAISE, card)
    page = marking_of(request, card)
    wanted = request.POST.get("field", "")
    part = next((part for part in page.parts if part.field.node.code == wanted), None)
    codes = part.agreeable if part else page.agreeable
    number = actions.agree_rest(page.card, by=actor_of(request), codes=codes)
    messages.success(request, _("Đã đồng ý với điểm của %(number)d tiêu chí.") % {"number": number})
    if led := sorted(queries.fields_led_by_others(page.card, actor_of(request))):
        messages.info(
            request,
            _("Lĩnh vực %s còn do cơ quan chủ trì thẩm định, chưa bàn giao nên để lại.") % ", ".join(led),
        )
    return redirect(_field_page(page.card, wanted))


def _field_page(card: Scorecard, code: str) -> str:
    address = reverse("scoring:appraisal", args=[card.pk])
    return f"{address}?field={code}" if code else address


@require_POST
def ask_cuts(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask about every leaf that was cut, by the reason of the cut."""
    card = find_hosted(request, pk)
    demand(request, Verb.APPRAISE, card)
    number = actions.ask_for_cuts(card, by=actor_of(request))
    messages.success(
        request, _("Đã ghi %(number)d yêu cầu giải trình. Yêu cầu chưa gửi.") % {"number": number}
    )
    return redirect(_field_page(card, request.POST.get("field", "")))


ON_LEAF = {
    "leave-out": (
        Verb.REOPEN,
        gettext_lazy("Không áp dụng tiêu chí này cho đơn vị"),
        gettext_lazy(
            "Điểm tối đa của đơn vị giảm tương ứng, điểm đã cho ở tiêu chí này được rút lại. "
            "Trong kết quả tiêu chí này không tính vào mẫu số."
        ),
        actions.leave_out,
    ),
    "put-back": (
        Verb.REOPEN,
        gettext_lazy("Áp dụng lại tiêu chí này cho đơn vị"),
        gettext_lazy("Tiêu chí được tính lại vào điểm tối đa; điểm phải chấm lại từ đầu."),
        actions.put_back,
    ),
    "unask": (
        Verb.APPRAISE,
        gettext_lazy("Bỏ yêu cầu giải trình"),
        gettext_lazy("Yêu cầu chưa gửi đơn vị. Việc bỏ yêu cầu được ghi vào lịch sử."),
        actions.unask,
    ),
}


@require_http_methods(["GET", "POST"])
def on_leaf(request: HttpRequest, pk: int, code: str, act: str) -> HttpResponse:
    """Ask for the reason, then leave a leaf out, put it back or take a question back."""
    card = find_hosted(request, pk)
    if act not in ON_LEAF:
        raise Http404
    verb, title, text, action = ON_LEAF[act]
    demand(request, verb, card)
    leaf = get_object_or_404(card.scores.select_related("node"), code=code)
    if verb is Verb.APPRAISE:
        require_field(card, leaf, actor_of(request))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        action(card, code, by=actor_of(request), **form.cleaned_data)
        messages.success(request, _("%(title)s: đã ghi nhận.") % {"title": title})
        return redirect(_way_back(card, code))
    context = {"card": card, "leaf": leaf, "title": title, "text": text, "form": form, "act": act}
    context["back"] = _way_back(card, code)
    status = 422 if form.errors else 200
    return render(request, "scoring/appraisal_act.html", context | demo_of(card.round), status=status)
