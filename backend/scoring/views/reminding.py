"""The host reminds: who is late, what each would get, sent once seen; and whom letters did not reach."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from backend.core import clock
from backend.core.dates import time_left
from backend.core.forms import ActingForm, area
from backend.core.text import NFCCharField
from backend.notices.actions import resend
from backend.rounds import queries as rounds
from backend.rounds.models import Round
from backend.scoring import actions, board, mailing
from backend.scoring.actions.host_reminding import BODY, MOST_UNITS, SUBJECT
from backend.scoring.deadlines import Waiting, waiting
from backend.scoring.views.appraisal import A_PAGE, demo_of
from backend.scoring.views.finding import actor_of
from backend.scoring.views.progress import narrowed
from backend.scoring.views.survey import find_round

WORDS = gettext_lazy("Chỗ điền riêng từng đơn vị: {đơn vị}, {còn lại}, {hạn}, {còn thiếu}.")


class StandingUnits(forms.TypedMultipleChoiceField):
    """Chooses among the units still in the list; one that has left it meanwhile is set aside, not an error."""

    set_aside = 0

    def to_python(self, value: Any) -> list[str]:
        """Return those of the chosen keys that are in the list."""
        chosen: list[str] = super().to_python(value)
        standing = [key for key in chosen if self.valid_value(key)]
        self.set_aside = len(chosen) - len(standing)
        return standing


class ReminderForm(ActingForm):
    """What the host writes, to which units; ``seen`` is the fingerprint of what the preview showed."""

    subject = NFCCharField(label=gettext_lazy("Tiêu đề"), max_length=200, initial=SUBJECT)
    body = area(6, label=gettext_lazy("Nội dung"), max_length=3000, initial=BODY, help_text=WORDS)
    cards = StandingUnits(
        label=gettext_lazy("Đơn vị"),
        coerce=int,
        widget=forms.MultipleHiddenInput,
        error_messages={"required": gettext_lazy("Hãy chọn ít nhất một đơn vị.")},
    )
    again = forms.BooleanField(
        label=gettext_lazy("Nhắc thêm lần nữa những đơn vị hôm nay đã được nhắc"), required=False
    )

    def __init__(self, *args: Any, rows: list[Waiting], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cards"].choices = [(row.card.pk, row.card.unit_name) for row in rows]  # type: ignore[attr-defined]

    def mark(self) -> str:
        """Return the fingerprint of text and units."""
        given = self.cleaned_data
        text = json.dumps([given["subject"], given["body"], sorted(given["cards"])])
        return hashlib.sha256(text.encode()).hexdigest()


@require_http_methods(["GET", "POST"])
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the host choose units and write; show what each gets; send what was shown."""
    round_ = find_round(request, pk)
    actions.require_reminding(actor_of(request), round_)
    now = clock.now()
    words = request.GET.get("q", "").strip()
    keys = narrowed(request, round_, board.counts_by_group(round_), words).values_list("pk", flat=True)
    rows = waiting(now, round=round_, pk__in=list(keys))
    form = ReminderForm(request.POST or None, rows=rows, auto_id="remind-%s")
    seen: list[actions.Prepared] = []
    if form.is_valid():
        if _seen(request, form) and form.carry_out(lambda: _send(request, round_, form)):
            return redirect("scoring:reminder_list", pk=pk)
        if not form.has_error("subject") and not form.has_error("body"):
            form.carry_out(lambda: seen.extend(_prepare(round_, form, now)))
    _say_set_aside(request, form)
    chosen = set(form.cleaned_data.get("cards", [])) if form.is_bound else {row.card.pk for row in rows}
    context = {
        "round": round_,
        "form": form,
        "rows": [(row, row.card.pk in chosen, time_left(row.closes, now)) for row in rows],
        "seen": seen,
        "mark": form.mark() if seen else "",
        "people": sum(len(unit.reach.people) for unit in seen),
        "mails": sum(unit.reach.mails for unit in seen),
        "again": any(unit.reminded_at for unit in seen),
        "most": MOST_UNITS,
    }
    status = 422 if form.errors else 200
    return render(request, "scoring/remind.html", context | demo_of(round_), status=status)


def _say_set_aside(request: HttpRequest, form: ReminderForm) -> None:
    if aside := form.fields["cards"].set_aside:  # type: ignore[attr-defined]
        words = _(
            "%(n)d đơn vị đã chọn không còn trong danh sách (đã xong việc hoặc ngoài bộ lọc) nên được bỏ ra."
        )
        messages.warning(request, words % {"n": aside})


def _seen(request: HttpRequest, form: ReminderForm) -> bool:
    """Return whether she sends what the preview showed; changed meanwhile it is shown again first."""
    if request.POST.get("act") != "send":
        return False
    if request.POST.get("seen") == form.mark():
        return True
    messages.warning(request, _("Nội dung hoặc danh sách đã đổi; hãy xem lại rồi gửi."))
    return False


def _prepare(round_: Round, form: ReminderForm, now: Any) -> list[actions.Prepared]:
    given = form.cleaned_data
    return actions.prepare(round_, given["cards"], subject=given["subject"], body=given["body"], now=now)


def _send(request: HttpRequest, round_: Round, form: ReminderForm) -> None:
    given = dict(form.cleaned_data)
    made = actions.send_reminder(round_, given.pop("cards"), by=actor_of(request), **given)
    units = list(made.units.all())
    messages.success(
        request,
        _("Đã nhắc %(units)d đơn vị: %(people)d người, %(mails)d thư.")
        % {
            "units": len(units),
            "people": sum(unit.people for unit in units),
            "mails": sum(unit.mails for unit in units),
        },
    )


@require_GET
def reminder_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the host sent to whom when, and whom letters did not reach."""
    round_ = find_round(request, pk)
    actions.require_reminding(actor_of(request), round_)
    page = Paginator(rounds.host_reminders(round_), A_PAGE).get_page(request.GET.get("page"))
    context = {"round": round_, "page": page, "troubles": mailing.troubles(round_)}
    return render(request, "scoring/reminder_list.html", context | demo_of(round_))


@require_POST
def resend_letter(request: HttpRequest, pk: int, letter_pk: int) -> HttpResponse:
    """Send a letter again of which nobody knows whether it arrived."""
    round_ = find_round(request, pk)
    actions.require_reminding(actor_of(request), round_)
    resend(mailing.unsure_letter(round_, letter_pk))
    messages.success(request, _("Thư sẽ được gửi lại trong ít phút."))
    return redirect("scoring:reminder_list", pk=pk)


@require_GET
def more_time(request: HttpRequest, pk: int) -> HttpResponse:
    """Show every extension and reopening of the round to whoever works for its host."""
    round_ = find_round(request, pk)
    page = Paginator(rounds.extensions_in(round_), A_PAGE).get_page(request.GET.get("page"))
    context = {"round": round_, "page": page, "extensions": page.object_list}
    context["date_changes"] = rounds.date_changes(round_) if page.number == 1 else []
    return render(request, "scoring/more_time.html", context | demo_of(round_))
