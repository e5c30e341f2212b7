"""What a history row holds besides the tracked fields, and the tracker that writes it."""

from __future__ import annotations

from typing import Any

from django.db import models
from simple_history.models import HistoricalRecords

from backend.accounts.models import User
from backend.audit.recording import About, Recording, current
from backend.audit.room import Access, Line

__all__ = ["Access", "HistoryRow", "Line", "Tracked"]


class HistoryRow(models.Model):
    """Columns every history row carries: plain keys and texts, no foreign keys.

    ``history_date`` is the database's time of recording. ``stated_on`` and
    ``stated_source`` are what a paper said about a figure taken over from it.
    """

    actor_name = models.CharField(max_length=200, blank=True)
    step_name = models.CharField(max_length=200, blank=True)
    unit_key = models.BigIntegerField(null=True)
    unit_path = models.CharField(max_length=200, blank=True)
    unit_name = models.CharField(max_length=300, blank=True)
    round_key = models.BigIntegerField(null=True)
    stated_on = models.DateField(null=True)
    stated_source = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True


def _user_of(history_row: Any) -> int | None:
    return history_row.history_user_id


def _set_user(history_row: Any, user: Any) -> None:
    history_row.history_user_id = getattr(user, "pk", user)


class Tracked(HistoricalRecords):
    """simple-history with our columns, written only inside a recording.

    A save that touches none but excluded (derived) columns writes no row.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("bases", [HistoryRow])
        options.setdefault("history_user_id_field", models.BigIntegerField(null=True))
        options.setdefault("history_user_getter", _user_of)
        options.setdefault("history_user_setter", _set_user)
        options.setdefault("history_change_reason_field", models.TextField(blank=True, default=""))
        super().__init__(**options)

    def create_history_model(self, model: Any, inherited: bool) -> Any:
        """Return the history model, which knows its tracker."""
        self.rows = super().create_history_model(model, inherited)
        self.rows.tracker = self
        return self.rows

    def get_meta_options(self, model: Any) -> dict[str, Any]:
        """Return Meta with the indexes the history pages use."""
        options = super().get_meta_options(model)
        name = model._meta.db_table[:22]
        options["indexes"] = [
            models.Index(fields=["unit_key", "history_date"], name=f"{name}_hunit"),
            models.Index(fields=["round_key", "history_date"], name=f"{name}_hrnd"),
        ]
        return options

    def post_save(self, instance: Any, created: bool, using: str | None = None, **kwargs: Any) -> None:
        """Write the history row of one save."""
        touched = kwargs.get("update_fields")
        if not created and touched is not None and not self._tracks(instance, touched):
            return
        super().post_save(instance, created, using=using, **kwargs)

    def create_historical_record(self, instance: Any, history_type: str, using: str | None = None) -> None:
        """Insert the history row of ``instance`` in the caller's transaction."""
        self.row_of(instance, history_type).save(using=using, force_insert=True)

    def row_of(self, instance: Any, history_type: str) -> Any:
        """Return the unsaved history row of ``instance`` under the recording in force."""
        made = current()
        about = getattr(instance, "history_about", None) or made.about
        columns = self.told(made, about, history_type)
        tracked = {field.attname: getattr(instance, field.attname) for field in self.rows.tracked_fields}
        return self.rows(**columns, **tracked)

    def told(self, made: Recording, about: About, history_type: str) -> dict[str, Any]:
        """Return what a history row says besides the tracked fields, by attribute name."""
        columns = {
            "history_date": made.at,
            "history_type": history_type,
            "history_user_id": made.by.user_id,
            "history_change_reason": made.reason,
            "actor_name": made.by.name,
            "stated_on": made.stated_on,
            "stated_source": made.stated_source,
            **vars(about),
            "step_name": about.step_name or made.about.step_name,
        }
        # A model's own column of the same name (a card's unit_name) is the one that is tracked.
        own = {field.attname for field in self.rows.tracked_fields}
        return {name: value for name, value in columns.items() if name not in own}

    def _tracks(self, instance: Any, touched: Any) -> bool:
        names = {field.name for field in self.rows.tracked_fields}
        return bool(names & set(touched))


def _track(model: Any, **options: Any) -> None:
    """Keep the history of a model of a slice below this one; the history model is ours."""
    tracker = Tracked(app="audit", **options)
    tracker.manager_name = "history"
    tracker.module = __name__
    tracker.cls = model
    tracker.finalize(model)


# Secrets, and what a sign-in changes, stand outside history.
_track(
    User,
    excluded_fields=[
        "password",
        "last_login",
        "totp_secret",
        "totp_last_step",
        "wrong_answers",
        "blocked_until",
        "session_epoch",
        "must_change_password",
        "folded",
    ],
)
