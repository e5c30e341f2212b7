"""Which changes of the history are asked for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.core.dates import VNDateField
from backend.scoring.changes import KINDS


class HistoryFilter(forms.Form):
    """Kind and days; both ends count."""

    kind = forms.ChoiceField(label=_("Nội dung"), required=False, choices=[("", _("Tất cả")), *KINDS.items()])
    first = VNDateField(label=_("Từ ngày"), required=False)
    last = VNDateField(label=_("Đến hết ngày"), required=False)
