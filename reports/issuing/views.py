"""Issue and withdraw, the register of a round, and the page on which anybody checks a document."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from backend.core import clock
from backend.core.dates import vn_date
from backend.scoring.queries import approval_of
from permissions.actor import Actor
from reports import queries as reports
from reports.issuing import actions, checking, codes, queries
from reports.issuing.forms import CheckForm, IssueForm, WithdrawForm
from reports.models import Document

# A document may be withdrawn at any moment; what is told of it may be a minute old.
TOLD_FOR = 60


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for number, day and signer, and issue the document."""
    found = _document(request, pk)
    queries.require_right(_actor(request), found)
    why = queries.why_not(found)
    form = IssueForm(request.POST or None, user=request.user, initial=_initial(request, found))
    if request.method == "POST" and not why and form.is_valid():
        made = actions.issue(found, form.stated, by=_actor(request))
        messages.success(request, _("Đang lập bản ban hành; trang này cho biết khi xong."))
        return redirect("reports:document", pk=made.document_id)
    context = {"document": found, "form": form, "why": why, "demo": _demo(found)}
    return render(request, "reports/issue.html", context, status=422 if form.errors else 200)


def _initial(request: HttpRequest, found: Document) -> dict[str, object]:
    """Return what is known already: the day, and of a self-report who approved it."""
    known: dict[str, object] = {"issued_on": vn_date(clock.now())}
    approval = approval_of(found.card) if found.card and found.kind == Document.Kind.SELF_REPORT else None
    if approval:
        known |= {
            "number": found.card.signed_number if found.card else "",
            "signer_name": approval.signer_name,
            "signer_title": approval.signer_title,
            "signer_capacity": approval.capacity,
        }
    return known


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why, and withdraw an issued document."""
    found = _document(request, pk)
    queries.require_right(_actor(request), found)
    made = queries.issue_of(found)
    if made is None:
        raise Http404
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.withdraw(made, by=_actor(request), reason=form.cleaned_data["reason"])
        messages.success(request, _("Đã thu hồi văn bản; trang tra cứu cho biết ngay."))
        return redirect("reports:document", pk=pk)
    context = {"document": found, "issue": made, "form": form, "demo": _demo(found)}
    return render(request, "reports/withdraw.html", context, status=422 if form.errors else 200)


@require_GET
def register(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what was issued in a round."""
    round_ = get_object_or_404(reports.rounds_for(_actor(request)), pk=pk)
    context = {
        "round": round_,
        "issues": queries.issued_in(round_, _actor(request)),
        "demo": round_.is_illustration or settings.DEMO,
    }
    return render(request, "reports/issued_list.html", context)


@login_not_required
@require_http_methods(["GET", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Take a code or a file and say whether it is ours."""
    form = CheckForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "GET" and (typed := request.GET.get("code", "").strip()):
        return redirect("reports:verify_code", code=codes.spelled(codes.normal(typed)) or "-")
    verdict = None
    if request.method == "POST" and form.is_valid():
        file, typed = form.cleaned_data["file"], form.cleaned_data["code"]
        if not file:
            return redirect("reports:verify_code", code=codes.spelled(codes.normal(typed)) or "-")
        verdict = checking.check(file.read(checking.MOST_BYTES + 1), typed)
    context = {"form": form, "verdict": verdict}
    answer = render(request, "reports/verify.html", context, status=422 if form.errors else 200)
    patch_cache_control(answer, private=True, no_store=True)
    return answer


@login_not_required
@require_safe
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """Say what was issued under a code; 404 for a code that was never given."""
    found = checking.by_code(code)
    verdict = checking.Verdict(found)
    context = {"verdict": verdict, "asked": True, "demo": bool(found and _demo(found.document))}
    answer = render(request, "reports/verify.html", context, status=200 if found else 404)
    if request.user.is_authenticated:
        patch_cache_control(answer, private=True, no_store=True)
    else:
        patch_cache_control(answer, public=True, max_age=TOLD_FOR)
    return answer


def _document(request: HttpRequest, pk: int) -> Document:
    found = get_object_or_404(reports.documents_for(_actor(request)), pk=pk)
    if not reports.may_read(_actor(request), found):
        raise Http404
    return found


def _demo(found: Document) -> bool:
    return found.is_illustration or settings.DEMO


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
