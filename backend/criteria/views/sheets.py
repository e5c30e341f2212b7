"""Pages of a set as a sheet: export, import with a preview, and the button that applies it."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.criteria import actions, queries
from backend.criteria.models import CriteriaSet
from backend.criteria.sheets import Reading, exported, read_file
from backend.criteria.sheets.exporting import CONTENT_TYPE
from backend.criteria.sheets.forms import NewSheetForm, SheetForm, keep, kept_from, new_from
from permissions.roles import Verb
from tiers.models import Kind


@require_GET
def sheet_export(request: HttpRequest, pk: int) -> FileResponse:
    """Give the set as XLSX."""
    criteria_set = _find(request, pk)
    content, name = exported(criteria_set, queries.nodes_of(criteria_set))
    headers: dict[str, Any] = {"Cache-Control": "private, no-store"}
    return FileResponse(
        io.BytesIO(content), as_attachment=True, filename=name, content_type=CONTENT_TYPE, headers=headers
    )


@require_http_methods(["GET", "POST"])
def sheet_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file and show what it would change in the draft."""
    criteria_set = _find(request, pk)
    request.actor.require(Verb.MANAGE_CRITERIA, at=criteria_set.place())
    form = SheetForm(request.POST or None, request.FILES or None)
    readings: list[Reading] = []
    if form.is_valid():
        file = form.cleaned_data["file"]
        if form.carry_out(lambda: readings.append(read_file(file, file.name))):
            return _preview(request, criteria_set, readings[0])
    status = 422 if form.errors else 200
    return render(request, "criteria/sheet_import.html", _context(criteria_set, form=form), status=status)


@require_http_methods(["GET", "POST"])
def sheet_new(request: HttpRequest) -> HttpResponse:
    """Take a file and show the draft it would make."""
    request.actor.require_anywhere(Verb.MANAGE_CRITERIA)
    owners = queries.owners_for(request.actor)
    form = NewSheetForm(request.POST or None, request.FILES or None, owners=owners)
    shown: list[HttpResponse] = []
    if form.is_valid() and form.carry_out(lambda: shown.append(_preview_new(request, form))):
        return shown[0]
    status = 422 if form.errors else 200
    return render(request, "criteria/sheet_import.html", {"form": form}, status=status)


def _preview_new(request: HttpRequest, form: NewSheetForm) -> HttpResponse:
    file, owner, values = form.cleaned_data["file"], form.cleaned_data["owner"], form.values()
    reading = read_file(file, file.name)
    made, plan = actions.preview_new_set(owner, reading, by=request.actor, **values)
    kept = keep(reading, new={**values, "owner": owner.pk, "kind": values["kind"].pk})
    return render(request, "criteria/sheet_preview.html", _context(made, plan=plan, kept=kept))


@never_cache
@require_POST
def sheet_new_apply(request: HttpRequest) -> HttpResponse:
    """Make the draft that was previewed."""
    request.actor.require_anywhere(Verb.MANAGE_CRITERIA)
    reading, new = new_from(request.POST.get("kept", ""))
    owner = get_object_or_404(queries.owners_for(request.actor), pk=new["owner"])
    kind = get_object_or_404(Kind, pk=new["kind"])
    made, plan = actions.import_new_set(
        owner, reading, by=request.actor, kind=kind, year=new["year"], title=new["title"]
    )
    added = plan.counts(remove=False)["added"]
    messages.success(request, _("Đã lập dự thảo từ Excel với %d dòng tiêu chí.") % added)
    return redirect("criteria:set_detail", made.pk)


@never_cache
@require_POST
def sheet_apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Apply what was previewed; a draft that changed meanwhile is previewed anew."""
    criteria_set = _find(request, pk)
    request.actor.require(Verb.MANAGE_CRITERIA, at=criteria_set.place())
    kept = request.POST.get("kept", "")
    reading, seen = kept_from(kept, set_key=pk)
    if seen != criteria_set.revision:
        return _preview(request, criteria_set, reading, overtaken=True)
    remove = "remove" in request.POST
    plan = actions.import_sheet(criteria_set, reading, by=request.actor, seen=seen, remove=remove)
    messages.success(
        request,
        _(
            "Đã nhập từ Excel: thêm %(added)d, sửa %(changed)d, chuyển chỗ %(moved)d, xóa %(removed)d tiêu chí."
        )
        % plan.counts(remove=remove),
    )
    return redirect("criteria:set_detail", pk)


def _preview(
    request: HttpRequest, criteria_set: CriteriaSet, reading: Reading, *, overtaken: bool = False
) -> HttpResponse:
    plan = actions.preview_sheet(criteria_set, reading, by=request.actor)
    kept = keep(reading, set_key=criteria_set.pk, revision=criteria_set.revision)
    context = _context(criteria_set, plan=plan, kept=kept, overtaken=overtaken)
    status = 409 if overtaken else 200
    return render(request, "criteria/sheet_preview.html", context, status=status)


def _context(criteria_set: CriteriaSet, **more: Any) -> dict[str, Any]:
    demo = {"demo": True} if criteria_set.is_illustration else {}
    return {"set": criteria_set, **demo, **more}


def _find(request: HttpRequest, pk: int) -> CriteriaSet:
    return get_object_or_404(queries.sets_for(request.actor), pk=pk)
