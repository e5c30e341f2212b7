"""Sign in, sign out, and a person's own account. Each view reads the form, calls one action, answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import segno
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.accounts import actions, codes, pending, queries
from backend.accounts.forms import AnswerForm, CodeForm, NewPasswordForm, PasswordForm, SignInForm
from permissions.roles import ROLE_TITLES


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; then for a code where the second factor is on."""
    if request.user.is_authenticated:
        return redirect(_onward(request))
    form = SignInForm(request.POST or None)
    if form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if user is not None and not queries.is_shut_out(user):
            return _let_in(request, user)
        form.add_error(None, _refusal(user))
    context = {"form": form, "next": request.POST.get("next", request.GET.get("next", ""))}
    return render(request, "accounts/sign_in.html", context, status=422 if form.errors else 200)


def _refusal(user: Any) -> str:
    if user is None:
        return _("Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy kiểm tra lại, chú ý phím Caps Lock và bộ gõ.")
    return _("Đây là tài khoản minh hoạ; chỉ dùng được khi chương trình chạy ở chế độ trình diễn.")


def _let_in(request: HttpRequest, user: Any) -> HttpResponse:
    onward = _onward(request)
    if user.totp_secret:
        pending.remember(request, user, onward)
        return redirect("accounts:verify")
    login(request, user)
    return redirect(onward)


def _onward(request: HttpRequest) -> str:
    """Return where the person wanted to go, when it is a page of ours."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else resolve_url("/")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for the code of a person whose password was right a moment ago."""
    user, onward = pending.recall(request)
    if user is None:
        messages.warning(request, _("Đã quá thời gian nhập mã. Hãy đăng nhập lại từ đầu."))
        return redirect("accounts:sign_in")
    form = CodeForm(request.POST or None)
    if form.is_valid() and form.carry_out(lambda: actions.use_code(user, form.cleaned_data["code"])):
        pending.forget(request)
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        return redirect(onward)
    return render(request, "accounts/verify.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    logout(request)
    messages.success(request, _("Bạn đã đăng xuất."))
    return redirect("accounts:sign_in")


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: Any) -> HttpResponse:
    """Say that this name has been tried too often from this address, and when to try again.

    django-axes calls this. Other names from the same address, as of a whole office, are not held up.
    """
    wait = get_cool_off(request) or timedelta()
    tried = AccessAttempt.objects.filter(
        username=credentials["username"],
        ip_address=request.axes_ip_address,  # type: ignore[attr-defined]
    )
    last = tried.aggregate(last=Max("attempt_time"))["last"]
    context = {"again": last + wait if last else None, "username": credentials["username"]}
    answer = render(request, "accounts/locked.html", context, status=429)
    answer["Retry-After"] = str(int(wait.total_seconds()))
    return answer


@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    """Show the person's own account, seats and what she did with it."""
    actor = request.actor  # type: ignore[attr-defined]
    seats = [(seat.title or ROLE_TITLES[seat.role], ROLE_TITLES[seat.role]) for seat in actor.seats]
    context = {"seats": seats, "events": queries.events_of(request.user), "answer_form": AnswerForm()}
    return render(request, "accounts/profile.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password", "new", "again")
def change_password(request: HttpRequest) -> HttpResponse:
    """Let the person choose a password; the old one is asked unless she came with a one-time one."""
    user: Any = request.user
    first = user.must_change_password
    form = (NewPasswordForm if first else PasswordForm)(request.POST or None)
    if form.is_valid() and form.carry_out(lambda: _change(request, form.cleaned_data)):
        messages.success(request, _("Đã đổi mật khẩu. Các thiết bị khác đã được đăng xuất."))
        return redirect("/" if first else "accounts:profile")
    context = {"form": form, "first": first}
    return render(request, "accounts/password.html", context, status=422 if form.errors else 200)


def _change(request: HttpRequest, typed: dict[str, str]) -> None:
    if "password" in typed:
        actions.check_password(request.user, typed["password"])  # type: ignore[arg-type]
    changed = actions.change_password(request.user, new=typed["new"])  # type: ignore[arg-type]
    update_session_auth_hash(request, changed)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def factor(request: HttpRequest) -> HttpResponse:
    """Show a QR code and turn the second factor on once the app's code is right."""
    user: Any = request.user
    if user.totp_secret:
        return redirect("accounts:profile")
    secret = pending.new_factor(request)
    form = CodeForm(request.POST or None)
    if form.is_valid() and form.carry_out(lambda: _turn_on(request, secret, form.cleaned_data["code"])):
        messages.success(
            request, _("Đã bật xác thực hai lớp. Từ lần đăng nhập sau bạn cần thêm mã trên ứng dụng.")
        )
        return redirect("accounts:profile")
    context = {"form": form, "secret": _in_fours(secret), "qr": _qr(user.username, secret)}
    return render(request, "accounts/factor.html", context, status=422 if form.errors else 200)


def _turn_on(request: HttpRequest, secret: str, code: str) -> None:
    actions.turn_on_factor(request.user, secret=secret, code=code)  # type: ignore[arg-type]
    pending.forget_factor(request)


def _qr(username: str, secret: str) -> str:
    picture = segno.make(codes.provisioning_uri(username, secret), error="m", micro=False)
    # Made by segno of our own text: paths and numbers only, no style, no script.
    return mark_safe(picture.svg_inline(omitsize=True, border=2))


def _in_fours(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


@require_POST
@sensitive_post_parameters("answer")
def factor_off(request: HttpRequest) -> HttpResponse:
    """Turn the second factor off, after the person has shown that it is she."""
    user: Any = request.user
    actions.re_authenticate(user, request.POST.get("answer", ""))
    actions.turn_off_factor(user)
    messages.success(request, _("Đã tắt xác thực hai lớp."))
    return redirect("accounts:profile")


@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End every other session of the person; this one goes on."""
    user: Any = request.user
    update_session_auth_hash(request, actions.sign_out_everywhere(user))
    messages.success(request, _("Đã đăng xuất khỏi mọi thiết bị khác."))
    return redirect("accounts:profile")
