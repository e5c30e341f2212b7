"""Erasing a person's data from history: values and salts go, digests, chains and commitments stand.

The wall against changing history lets one change pass: the one that blanks a row's salt and all its personal
values and nothing else. The program's role on PostgreSQL may not even do that; the owner's command does.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext as _

from backend.accounts.models import User
from backend.audit.recording import recording
from backend.audit.walls import Wall, on_postgresql, on_sqlite, raising
from backend.core.errors import Invalid
from permissions.actor import SYSTEM

# What the account's own history says of it, before the document; verify asks for it beside every erased row.
ERASED = "Xoá dữ liệu cá nhân"


def walls(connection: Any, tables: list[str], message: str) -> list[Wall]:
    """Return the walls against UPDATE of these history tables."""
    models = [model for model in apps.get_models() if model._meta.db_table in tables]
    make = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    return [make(model, message) for model in models]


def personal_columns(history: Any) -> list[str]:
    """Return the columns of a history table that hold personal values."""
    form = history.tracker.form
    return ["actor_name", *(history._meta.get_field(name).column for name, _encode in form.personal)]


def _name(history: Any) -> str:
    return f"{history._meta.db_table[:55]}_upd"


def _on_sqlite(history: Any, message: str) -> Wall:
    personal = personal_columns(history)
    columns = [column.column for column in history._meta.concrete_fields]
    kept = [f'NEW."{name}" IS OLD."{name}"' for name in columns if name not in (*personal, "salt")]
    blank = [f"COALESCE(NEW.\"{name}\", '') = ''" for name in personal]
    erases = " AND ".join(["OLD.salt <> ''", "NEW.salt = ''", *blank, *kept])
    return on_sqlite(_name(history), history._meta.db_table, "UPDATE", message, when=f"NOT ({erases})")


def _on_postgresql(history: Any, message: str) -> Wall:
    personal = personal_columns(history)
    loose = ", ".join(f"'{name}'" for name in (*personal, "salt"))
    blank = " AND ".join(f"COALESCE(NEW.{name}::text, '') = ''" for name in personal)
    body = f"""
BEGIN
  IF OLD.salt <> '' AND NEW.salt = '' AND {blank}
     AND to_jsonb(NEW) - ARRAY[{loose}] = to_jsonb(OLD) - ARRAY[{loose}]
  THEN RETURN NEW; END IF;
  {raising(message)}
END
"""
    table = history._meta.db_table
    return on_postgresql(_name(history), table, "UPDATE", function=f"{table[:50]}_erases", body=body)


@transaction.atomic
def erase(user: User, *, document: str) -> int:
    """Blank a person's data in her account and in history; return how many rows of history lost their names.

    What she did and said as an official stands: points, reasons, names in signatures. Rows about other
    people's accounts keep theirs. Raises Invalid without the document that orders it.
    """
    if not document.strip():
        raise Invalid(_("Hãy nêu văn bản yêu cầu xoá dữ liệu cá nhân."))
    user = User.objects.select_for_update().get(pk=user.pk)
    user.username, user.full_name = _username_of(user.pk), _("Người dùng đã xoá dữ liệu")
    user.email = user.phone = ""
    user.is_active = False
    with recording(by=SYSTEM, reason=f"{ERASED}: {document.strip()}"):
        user.save()
    newest: Any = user.history.order_by("-sequence").first()  # type: ignore[attr-defined]
    own: Any = type(newest)
    erased = _blank(own, own.objects.filter(id=user.pk).exclude(pk=newest.pk))
    for history in _others(own):
        erased += _blank(history, history.objects.filter(history_user_id=user.pk))
    return erased


def _others(own: Any) -> list[Any]:
    return [model for model in apps.get_models() if hasattr(model, "tracker") and model is not own]


def _blank(history: Any, rows: Any) -> int:
    columns = [history._meta.get_field(name) for name, _encode in history.tracker.form.personal]
    blanks = {column.attname: None if column.null else "" for column in columns}
    return int(rows.exclude(salt="").update(salt="", actor_name="", **blanks))


def ordered() -> set[int]:
    """Return the accounts whose erasure was ordered, by their own history: only the command writes such rows.

    People give reasons of their own; so the row has no author, and what it leaves of the account is what is left of one erased.
    """
    rows: Any = User.history.filter(  # type: ignore[attr-defined]
        history_change_reason__startswith=f"{ERASED}: ",
        history_type="~",
        history_user_id=None,
        is_active=False,
    )
    told = rows.values_list("id", "username")
    return {key for key, username in told if username == _username_of(key)}


def _username_of(key: int) -> str:
    return f"da-xoa-{key}"
