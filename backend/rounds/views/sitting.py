"""The page of how the council of a round concludes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from backend.core.dates import VNDateField, end_of_day_exclusive, last_day_before
from backend.core.forms import ActingForm, area
from backend.core.text import NFCCharField
from backend.rounds import actions, queries
from backend.rounds.models import Round
from permissions.roles import Verb


class SittingForm(ActingForm):
    """How the council concludes, and until which day the units sign; an open round says why and by what."""

    sitting = forms.ChoiceField(
        label=gettext_lazy("Hội đồng kết luận"), choices=Round.Sitting.choices, widget=forms.RadioSelect
    )
    quorum = forms.ChoiceField(
        label=gettext_lazy("Phiên họp cần có mặt"), choices=Round.Quorum.choices, widget=forms.RadioSelect
    )
    sign_off_until = VNDateField(
        label=gettext_lazy("Đơn vị ký xác nhận kết quả: hết ngày"),
        required=False,
        help_text=gettext_lazy("Để trống nếu không lấy chữ ký của lãnh đạo đơn vị trước khi công bố."),
    )
    reason = area(3, label=gettext_lazy("Lý do"), max_length=4000)
    document = NFCCharField(label=gettext_lazy("Văn bản làm căn cứ"), max_length=200)

    def __init__(self, data: Any = None, *, round: Round) -> None:
        until = round.sign_off_until
        standing = {
            "sitting": round.sitting,
            "quorum": round.quorum,
            "sign_off_until": last_day_before(until) if until else None,
        }
        super().__init__(data, initial=standing, auto_id="sitting-%s")
        if round.state == Round.State.DRAFT:
            del self.fields["reason"], self.fields["document"]

    def clean_sign_off_until(self) -> Any:
        """Return the first moment after the day."""
        day = self.cleaned_data["sign_off_until"]
        return end_of_day_exclusive(day) if day else None


@require_http_methods(["GET", "POST"])
def round_sitting(request: HttpRequest, pk: int) -> HttpResponse:
    """Set how the council concludes: by session or not, votes, quorum, the units' signatures."""
    round = get_object_or_404(queries.rounds_for(request.actor), pk=pk)
    request.actor.require(Verb.MANAGE_ROUND, at=round.place())
    form = SittingForm(request.POST or None, round=round)
    if form.is_valid() and form.carry_out(
        lambda: actions.set_sitting(round, by=request.actor, **form.cleaned_data)
    ):
        messages.success(request, _("Đã lưu cách kết luận của Hội đồng."))
        return redirect("rounds:round_detail", round.pk)
    context = {"form": form, "round": round}
    return render(request, "rounds/round_sitting.html", context, status=422 if form.errors else 200)
