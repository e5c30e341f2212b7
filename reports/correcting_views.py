"""Pages of corrected publications: what a version changed, and publishing the next one."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from backend.core.errors import OutOfStep
from backend.rounds.models import Round
from permissions.actor import Actor
from permissions.roles import Verb
from reports import correcting, queries
from reports.forms import CorrectForm
from reports.placing_views import links


@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a correction would change and who proposed it; publish it by reason and password."""
    round_ = _round(request, pk)
    actor = _actor(request)
    actor.require(Verb.PUBLISH, at=round_.place())
    published = queries.current_ranking(round_)
    if round_.state != Round.State.PUBLISHED or published is None:
        raise OutOfStep(_("Kết quả của đợt này chưa công bố nên chưa có gì để đính chính."))
    form = CorrectForm(request.POST or None, user=request.user, round_=round_)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = correcting.correct_ranking(
            round_, by=actor, reason=given["reason"], decision=given.get("decision", "")
        )
        messages.success(
            request, _("Đã công bố đính chính. Bản trước vẫn xem được và ghi rõ đã bị thay thế.")
        )
        return redirect("reports:version", pk=pk, version=made.version)
    since = list(correcting.changes_since(published))
    context = {
        "round": round_,
        "demo": round_.is_illustration or settings.DEMO,
        "published": published,
        "form": form,
        "problems": queries.problems(round_),
        "groups": correcting.changes_now(round_, published),
        "since": since,
        "proposed_own": any(one.proposed_by_id == actor.user_id for one in since),
    }
    return render(request, "reports/correct.html", context, status=422 if form.errors else 200)


@require_GET
def version(request: HttpRequest, pk: int, version: int) -> HttpResponse:
    """Show one publication of a round, whether it was superseded, and what it changed in the one before."""
    round_ = _round(request, pk)
    made = queries.version_of(round_, version)
    if made is None:
        raise Http404
    versions, tables = queries.versions_of(round_), queries.published(made)
    context = {
        "round": round_,
        "demo": round_.is_illustration or settings.DEMO,
        "ranking": made,
        "newest": versions[0],
        "versions": versions,
        "tables": tables,
        "links": links(tables) if made == versions[0] else {},
        "groups": correcting.changes_in(made),
    }
    return render(request, "reports/version.html", context)


def _round(request: HttpRequest, pk: int) -> Round:
    return get_object_or_404(queries.rounds_for(_actor(request)), pk=pk)


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor
