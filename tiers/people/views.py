"""Pages of accounts and seats. Who manages nobody gets a refusal, another's people are not found."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.accounts.models import User
from backend.core import clock
from backend.core.dates import vn_date
from backend.core.errors import Invalid
from backend.core.forms import demand
from backend.notices.queries import address_problems
from permissions.actor import Actor
from permissions.roles import Verb
from tiers.people import actions, bulk, importing, queries, template
from tiers.people.forms import (
    AccountForm,
    EndForm,
    FilterForm,
    PersonForm,
    ReasonForm,
    ResetForm,
    SeatForm,
    UploadForm,
)

A_PAGE = 25
SALT = "tiers.people.importing"
KEPT_FOR = 60 * 60
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _manager(request: HttpRequest) -> Actor:
    """Return the actor if she manages anybody's account. Raises Refused."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    actor.require_anywhere(Verb.MANAGE_PEOPLE)
    return actor


def _account(request: HttpRequest, pk: int) -> User:
    return get_object_or_404(queries.accounts_for(_manager(request)), pk=pk)


def _today() -> Any:
    return vn_date(clock.now())


@require_GET
def account_list(request: HttpRequest) -> HttpResponse:
    """Show the people of the administrator's units, searched and filtered."""
    actor = _manager(request)
    form = FilterForm(actor, _today(), request.GET)
    words = request.GET.get("q", "")
    rows = queries.filtered(queries.accounts_for(actor), words=words, **form.chosen())
    page = Paginator(queries.with_seats(rows), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "tiers/people/account_list.html", {"page": page, "filters": form, "q": words})


@require_GET
def account_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one person: account, seats, what was done with them."""
    actor = _manager(request)
    person = _account(request, pk)
    now = clock.now()
    context = {
        "person": person,
        "seats": [(seat, _end_form(actor, seat, now), f"end-{seat.pk}") for seat in queries.seats_of(person)],
        "now": now,
        "lost": address_problems([person.pk]).get(person.pk),
        "lines": queries.history_of(person),
        "is_oneself": actor.user_id == person.pk,
        "elsewhere": queries.seats_outside(person, actor),
        "reason_form": ReasonForm(auto_id="state-%s"),
        "reset_form": ResetForm(auto_id="reset-%s"),
    }
    return render(request, "tiers/people/account_detail.html", context)


def _end_form(actor: Actor, seat: Any, now: Any) -> EndForm | None:
    """Return the form that ends a seat, None where it is over or not the actor's to end."""
    over = seat.ends_at is not None and seat.ends_at <= now
    if over or actor.user_id == seat.user_id or not actor.may(Verb.MANAGE_PEOPLE, at=seat.place()):
        return None
    return EndForm(auto_id=f"end-{seat.pk}-%s")


@never_cache
@require_http_methods(["GET", "POST"])
def account_add(request: HttpRequest) -> HttpResponse:
    """Make an account with its first seat and show its one-time password."""
    actor = _manager(request)
    form = AccountForm(actor, _today(), request.POST or None)
    made: list[tuple[User, str]] = []
    if form.is_valid() and form.carry_out(
        lambda: made.append(actions.hire(**form.person(), wish=form.wish(), by=actor))
    ):
        return _passwords(request, made, _("Đã tạo tài khoản"))
    return render(
        request, "tiers/people/account_form.html", {"form": form}, status=422 if form.errors else 200
    )


def _passwords(request: HttpRequest, made: list[tuple[User, str]], title: str) -> HttpResponse:
    """Show one-time passwords, now and never again: only their hashes are kept."""
    return render(request, "tiers/people/passwords.html", {"made": made, "title": title})


@require_http_methods(["GET", "POST"])
def account_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct name and contact."""
    person = _account(request, pk)
    initial = {"full_name": person.full_name, "email": person.email, "phone": person.phone}
    form = PersonForm(request.POST or None, initial=initial)
    if form.is_valid():
        actions.edit(person, **form.cleaned_data, by=request.actor)  # type: ignore[attr-defined]
        messages.success(request, _("Đã lưu thông tin tài khoản."))
        return redirect("people:account_detail", pk)
    context = {"form": form, "person": person}
    return render(request, "tiers/people/account_edit.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def seat_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a person one more seat."""
    actor, person = _manager(request), _account(request, pk)
    form = SeatForm(actor, _today(), request.POST or None)
    if form.is_valid() and form.carry_out(lambda: actions.appoint(person, form.wish(), by=actor)):
        messages.success(request, _("Đã phân công %(name)s.") % {"name": person.full_name})
        return redirect("people:account_detail", pk)
    context = {"form": form, "person": person}
    return render(request, "tiers/people/seat_form.html", context, status=422 if form.errors else 200)


@require_POST
def seat_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a seat."""
    actor = _manager(request)
    seat = get_object_or_404(queries.seats_for(actor), pk=pk)
    actions.end_seat(seat, by=actor, **demand(EndForm(request.POST)))
    messages.success(request, _("Đã ghi nhận kết thúc phân công."))
    return redirect("people:account_detail", seat.user_id)


@require_POST
def account_disable(request: HttpRequest, pk: int) -> HttpResponse:
    """Shut an account at once."""
    person = _account(request, pk)
    actions.disable(person, by=request.actor, **demand(ReasonForm(request.POST)))  # type: ignore[attr-defined]
    messages.success(request, _("Đã vô hiệu hoá tài khoản; mọi phiên làm việc đã kết thúc."))
    return redirect("people:account_detail", pk)


@require_POST
def account_enable(request: HttpRequest, pk: int) -> HttpResponse:
    """Open an account again."""
    person = _account(request, pk)
    actions.enable(person, by=request.actor, **demand(ReasonForm(request.POST)))  # type: ignore[attr-defined]
    messages.success(request, _("Tài khoản đã hoạt động lại."))
    return redirect("people:account_detail", pk)


@never_cache
@require_POST
def account_reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a new one-time password and show it."""
    person = _account(request, pk)
    password = actions.reset_password(person, by=request.actor, **demand(ResetForm(request.POST)))  # type: ignore[attr-defined]
    return _passwords(request, [(person, password)], _("Đã đặt lại mật khẩu"))


@require_http_methods(["GET", "POST"])
def account_import(request: HttpRequest) -> HttpResponse:
    """Take a file of accounts and show what it would make, each problem by row and column."""
    actor = _manager(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    rows: list[importing.Row] = []
    if form.is_valid() and form.carry_out(lambda: rows.extend(importing.read(form.cleaned_data["file"]))):
        return _preview(request, importing.check(rows, by=actor))
    return render(request, "tiers/people/import.html", {"form": form}, status=422 if form.errors else 200)


def _preview(request: HttpRequest, rows: list[importing.Row]) -> HttpResponse:
    good = [row for row in rows if row.is_good]
    kept = {"by": request.user.pk, "rows": [[row.number, row.cells] for row in rows]}
    context = {
        "rows": rows,
        "good": len(good),
        "bad": len(rows) - len(good),
        "problems": [(row.number, *problem) for row in rows for problem in row.problems],
        "kept": signing.dumps(kept, salt=SALT, compress=True),
    }
    return render(request, "tiers/people/import_preview.html", context)


@never_cache
@require_POST
def account_import_confirm(request: HttpRequest) -> HttpResponse:
    """Make the accounts of the previewed rows: all, or the good ones where that was chosen."""
    actor = _manager(request)
    rows = importing.check(_kept_rows(request), by=actor)
    good = [row for row in rows if row.is_good]
    if not good or (len(good) < len(rows) and "only_good" not in request.POST):
        return _preview(request, rows)
    made = bulk.hire_all([(row.cells, row.wish) for row in good if row.wish], by=actor)
    return _passwords(request, made, _("Đã nhập %(count)s tài khoản") % {"count": len(made)})


def _kept_rows(request: HttpRequest) -> list[importing.Row]:
    try:
        kept = signing.loads(request.POST.get("kept", ""), salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        kept = {"by": None}
    if kept["by"] != request.user.pk:
        raise Invalid(_("Bản xem trước đã quá một giờ hoặc không còn nguyên vẹn. Hãy gửi lại tệp."))
    return [importing.Row(number, cells) for number, cells in kept["rows"]]


@require_GET
def import_template(request: HttpRequest) -> HttpResponse:
    """Give the file to fill in."""
    content = template.template_for(_manager(request))
    headers = {"Content-Disposition": 'attachment; filename="mau-nhap-tai-khoan.xlsx"'}
    return HttpResponse(content, content_type=XLSX, headers=headers)
