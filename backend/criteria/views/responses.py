"""Pages of a unit that is asked: the draft with a box under each node, submit, approve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from backend.core import clock
from backend.core.text import MOST_WHOLE
from backend.criteria import opinions, queries
from backend.criteria.actions import responding
from backend.criteria.forms.opinions import OpinionForm, ReasonForm
from backend.criteria.models import CriteriaSet, Node, Opinion, Response
from permissions.roles import Verb

_DONE = {
    "submit": gettext_lazy("Đã trình lãnh đạo duyệt ý kiến."),
    "return": gettext_lazy("Đã trả lại cho chuyên viên sửa."),
    "approve": gettext_lazy("Đã duyệt và gửi ý kiến của đơn vị."),
    "withdraw": gettext_lazy("Đã rút ý kiến về để sửa. Nhớ trình và duyệt lại trước khi hết hạn."),
}


@dataclass
class Box:
    """One place to write: under a branch of the tree, or (``branch`` None) on the whole draft."""

    branch: queries.Branch | None
    opinion: Opinion | None
    url: str


@require_GET
def response(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the draft with what the unit says of it; afterwards what was answered."""
    found = _find(request, pk)
    context = _page(request, found)
    context["boxes"] = _boxes(found, context["opinions"]) if _shows_tree(found) else []
    return render(request, "criteria/response.html", context)


def _page(request: HttpRequest, found: Response) -> dict[str, Any]:
    now, asked = clock.now(), found.consultation
    return {
        "response": found,
        "asked": asked,
        "set": asked.criteria_set,
        "demo": asked.criteria_set.is_illustration,
        "now": now,
        "is_open": asked.is_open(now),
        "may_write": _may_write(request, found) and asked.is_open(now),
        "approves": request.actor.may(Verb.APPROVE, at=found.place()),
        "submits": request.actor.may(Verb.SUBMIT, at=found.place()),
        "opinions": opinions.own_opinions(found),
        "reason_form": ReasonForm(),
    }


def _shows_tree(found: Response) -> bool:
    asked = found.consultation
    return asked.ended_at is None and asked.criteria_set.state == CriteriaSet.State.CONSULTATION


def _boxes(found: Response, written: list[Opinion]) -> list[Box]:
    by_code = {opinion.code: opinion for opinion in written}
    tree = queries.flatten(queries.tree_of(found.consultation.criteria_set))
    return [_box(found, None, by_code.get(""))] + [
        _box(found, branch, by_code.get(branch.node.code)) for branch in tree
    ]


def _box(found: Response, branch: queries.Branch | None, opinion: Opinion | None) -> Box:
    if branch is None:
        return Box(None, opinion, reverse("criteria:response_whole", args=[found.pk]))
    return Box(branch, opinion, reverse("criteria:response_node", args=[found.pk, branch.node.pk]))


@require_POST
def response_write(request: HttpRequest, pk: int, node: int | None = None) -> HttpResponse:
    """Keep an opinion on one node of the draft, or on the whole."""
    found = _find(request, pk)
    responding.require_on(found, Verb.SCORE, request.actor)
    about = (
        get_object_or_404(Node, criteria_set=found.consultation.criteria_set_id, pk=node) if node else None
    )
    form = OpinionForm(request.POST)
    if not form.is_valid():
        return _one_box(request, found, about, form, status=422)
    responding.write_opinion(found, by=request.actor, node=about, **form.cleaned_data)
    if request.htmx:
        return _one_box(request, found, about, form)
    messages.success(request, _("Đã lưu ý kiến."))
    return redirect(_place(found, about))


def _one_box(
    request: HttpRequest, found: Response, about: Node | None, form: OpinionForm, *, status: int = 200
) -> HttpResponse:
    opinion = found.opinions.filter(code=about.code if about else "").first()
    box = _box(found, queries.Branch(about) if about else None, opinion)
    found.refresh_from_db(fields=["version", "agrees", "state"])
    context = {**_page(request, found), "box": box}
    context |= {"saved": True} if status == 200 else {"form": form}
    name = "_opinion_box" if request.htmx else "response_write"
    return render(request, f"criteria/{name}.html", context, status=status)


@require_POST
def response_remove(request: HttpRequest, pk: int, opinion: int) -> HttpResponse:
    """Take one opinion back."""
    found = _find(request, pk)
    responding.require_on(found, Verb.SCORE, request.actor)
    chosen = get_object_or_404(found.opinions.select_related("response", "node"), pk=opinion)
    about = chosen.node
    responding.remove_opinion(chosen, by=request.actor)
    messages.success(request, _("Đã bỏ ý kiến."))
    return redirect(_place(found, about))


@require_POST
def response_agree(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the unit agrees with the whole draft, or take that back (``no`` in the body)."""
    found = _find(request, pk)
    agrees = "no" not in request.POST
    responding.agree_whole(found, by=request.actor, agrees=agrees)
    messages.success(
        request, _("Đã chọn thống nhất. Hãy trình lãnh đạo duyệt.") if agrees else _("Đã bỏ chọn thống nhất.")
    )
    return redirect("criteria:response", pk)


@require_POST
def response_move(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Submit, return, approve or withdraw what the unit says."""
    if name not in responding.MOVES:
        raise Http404
    found = _find(request, pk)
    responding.move_response(
        found,
        name,
        by=request.actor,
        reason=request.POST.get("reason", "").replace("\x00", ""),
        version=_version(request.POST.get("version", "")),
    )
    messages.success(request, _DONE[name])
    return redirect("criteria:response", pk)


def _version(text: str) -> int | None:
    """Return the version the page was made from, None where it was not sent; what cannot be read is no version."""
    if not text:
        return None
    return min(int(text), MOST_WHOLE) if text.isdecimal() and len(text) < 20 else MOST_WHOLE


def _find(request: HttpRequest, pk: int) -> Response:
    return get_object_or_404(opinions.responses_for(request.actor), pk=pk)


def _may_write(request: HttpRequest, found: Response) -> bool:
    return found.state == Response.State.WRITING and request.actor.may(Verb.SCORE, at=found.place())


def _place(found: Response, about: Node | None) -> str:
    where = f"#node-{about.pk}" if about else "#whole"
    return reverse("criteria:response", args=[found.pk]) + where
