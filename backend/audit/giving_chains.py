"""The migration operation that gives the history of a slice its chains, rows that stand already with it.

Used by the ``..._chain`` migrations only, so nothing here changes with the models: columns, constraints and the
way from a row to its chain are written out as they were then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.db.migrations.operations.base import Operation
from django.db.models import Q

from backend.audit.chaining import Head, seal
from backend.audit.records import Form

# The keys that lead from a row to what its chain is named by.
WAYS = {
    "accounts.user": ("person", ["id"]),
    "tiers.unit": ("units", []),
    "tiers.lineage": ("units", []),
    "tiers.release": ("units", []),
    "tiers.appointment": ("seats", ["acts_for"]),
    "criteria.criteriaset": ("set", ["id"]),
    "criteria.node": ("set", ["criteria_set"]),
    "criteria.applicability": ("set", ["node", "criteria_set"]),
    "criteria.consultation": ("set", ["criteria_set"]),
    "criteria.response": ("set", ["consultation", "criteria_set"]),
    "criteria.opinion": ("set", ["response", "consultation", "criteria_set"]),
    "rounds.round": ("round", ["id"]),
    "rounds.group": ("round", ["round"]),
    "rounds.band": ("round", ["group", "round"]),
    "rounds.step": ("round", ["round"]),
    "rounds.reminder": ("round", ["step", "round"]),
    "rounds.extension": ("round", ["step", "round"]),
    "scoring.scorecard": ("card", ["id"]),
    "scoring.score": ("card", ["card"]),
    "scoring.provenance": ("round", ["round"]),
    "scoring.mark": ("card", ["score", "card"]),
    "scoring.explanation": ("card", ["score", "card"]),
    "scoring.evidence": ("card", ["score", "card"]),
    "scoring.signature": ("card", ["card"]),
    "scoring.delegation": ("card", ["card"]),
    "scoring.division": ("seats", ["unit"]),
    "scoring.divisionmember": ("seats", ["division", "unit"]),
    "scoring.assignment": ("card", ["score", "card"]),
    "scoring.remark": ("card", ["score", "card"]),
    "scoring.returnedleaf": ("card", ["score", "card"]),
    "scoring.deduction": ("card", ["card"]),
    "scoring.owncouncil": ("card", ["card"]),
    "scoring.ownmember": ("card", ["council", "card"]),
    "scoring.ownopinion": ("card", ["score", "card"]),
    "reports.ranking": ("round", ["round"]),
}
PERSONAL = {
    "accounts.user": ("username", "full_name", "email", "phone"),
    "scoring.remark": ("author_name", "text"),
    "scoring.ownopinion": ("person_name", "verdict", "points", "reason"),
}

_MEANWHILE = {"sequence": 0}


def _columns() -> dict[str, models.Field]:
    return {
        "chain": models.CharField(max_length=60),
        "sequence": models.BigIntegerField(),
        "previous_digest": models.CharField(max_length=64),
        "digest": models.CharField(max_length=64),
        "mac": models.CharField(max_length=64),
        "salt": models.CharField(blank=True, max_length=32),
        "commitments": models.TextField(),
        "shape": models.CharField(max_length=16),
    }


def _constraints(tracked_table: str) -> list[Any]:
    name = tracked_table[:22]
    sealed = ~Q(chain="") & ~Q(digest="") & ~Q(mac="") & Q(sequence__gte=1)
    return [
        models.CheckConstraint(condition=sealed, name=f"{name}_hseal"),
        models.UniqueConstraint(fields=["chain", "sequence"], name=f"{name}_hchain"),
    ]


class GiveChains(Operation):
    """Add the columns of the chain to every history table of an app, and give the rows that stand there theirs."""

    reduces_to_sql = False

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Add columns and constraints to the models of history that have none yet."""
        names = _without(app_label, state)
        for name in names:
            model = state.models[app_label, name]
            model.fields |= _columns()
            made = _constraints(_table_of(state, app_label, name))
            model.options["constraints"] = [*model.options.get("constraints", []), *made]
        # All at once: every reload of one model makes those it is related with anew.
        state.reload_models({(app_label, name) for name in names})

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Alter the tables, and seal the rows between columns and constraints."""
        histories = [to_state.apps.get_model(app_label, name) for name in _without(app_label, from_state)]
        for history in histories:
            _make_way(schema_editor, history, "upd")
            for column in _columns():
                _add(schema_editor, history, column)
        _seal_all(to_state.apps, histories, schema_editor.connection.alias)
        for history in histories:
            # SQLite makes the table anew with all its constraints at the first of them.
            on_sqlite = schema_editor.connection.vendor == "sqlite"
            for constraint in history._meta.constraints[: 1 if on_sqlite else None]:
                schema_editor.add_constraint(history, constraint)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Take constraints and columns away again; the heads stay and are of no chain."""
        for name in _without(app_label, to_state):
            constraints = _constraints(_table_of(from_state, app_label, name))
            if schema_editor.connection.vendor == "sqlite":
                # The table is made anew as the older state has it, without columns and constraints.
                schema_editor.remove_constraint(to_state.apps.get_model(app_label, name), constraints[0])
                continue
            history = from_state.apps.get_model(app_label, name)
            _make_way(schema_editor, history, "chn")
            for constraint in constraints:
                schema_editor.remove_constraint(history, constraint)
            for column in _columns():
                schema_editor.remove_field(history, history._meta.get_field(column))

    def describe(self) -> str:
        """Say what it does."""
        return "Give history its chains"


def _without(app_label: str, state: Any) -> list[str]:
    return [
        name
        for (app, name), model in sorted(state.models.items())
        if app == app_label and name.startswith("historical") and "chain" not in model.fields
    ]


def _table_of(state: Any, app_label: str, history: str) -> str:
    label = _tracked_label(app_label, history)
    options = state.models[tuple(label.split("."))].options
    return str(options.get("db_table") or label.replace(".", "_"))


def _tracked_label(app_label: str, history: str) -> str:
    name = history.removeprefix("historical")
    return f"accounts.{name}" if app_label == "audit" else f"{app_label}.{name}"


def _make_way(schema_editor: Any, history: Any, wall: str) -> None:
    name = f"{history._meta.db_table[:55]}_{wall}"
    table = f" ON {history._meta.db_table}" if schema_editor.connection.vendor == "postgresql" else ""
    schema_editor.execute(f'DROP TRIGGER IF EXISTS "{name}"{table}')


def _add(schema_editor: Any, history: Any, name: str) -> None:
    if schema_editor.connection.vendor == "sqlite":
        # Django would make the table anew for each column; that is done once, with the constraints.
        quote, column = schema_editor.quote_name, history._meta.get_field(name)
        kind = column.db_type(schema_editor.connection)
        schema_editor.execute(
            f"ALTER TABLE {quote(history._meta.db_table)} ADD COLUMN {quote(column.column)} {kind} "
            f"NOT NULL DEFAULT {_MEANWHILE.get(name, repr(''))}"
        )
        return
    meanwhile = history._meta.get_field(name).clone()
    meanwhile.default = _MEANWHILE.get(name, "")
    meanwhile.set_attributes_from_name(name)
    meanwhile.model = history
    schema_editor.add_field(history, meanwhile)


def _seal_all(apps: Any, histories: list[Any], using: str) -> None:
    """Seal the rows of these tables, oldest first, as next of their chains; the heads are noted."""
    heads = dict(_heads(apps, using))
    for values, history, form, chain in _in_order(apps, histories, using):
        heads[chain] = seal(form, values, chain, heads.get(chain, Head()))
        history.objects.using(using).filter(pk=values["history_id"]).update(
            **{name: values[name] for name in _columns()}
        )
    chains = apps.get_model("audit", "Chain").objects.using(using)
    for name, head in heads.items():
        chains.update_or_create(name=name, defaults={"length": head.length, "head": head.digest})


def _heads(apps: Any, using: str) -> Iterator[tuple[str, Head]]:
    for name, length, head in apps.get_model("audit", "Chain").objects.using(using).values_list():
        yield name, Head(length, head)


def _in_order(apps: Any, histories: list[Any], using: str) -> Iterator[tuple[dict[str, Any], Any, Form, str]]:
    lines = []
    for history in histories:
        app_label, name = history._meta.app_label, history._meta.model_name
        label = _tracked_label(app_label, name)
        if label not in WAYS and history.objects.using(using).exists():
            raise RuntimeError(f"{label}: its history belongs to no chain that this migration knows")
        form = _form(apps, history, label)
        way = _Way(apps, label, using)
        latest: dict[str, Any] = {}
        for values in history.objects.using(using).order_by("history_id").values():
            chain = way.chain(values)
            # Within a table the keys grow with the chain, whatever the times say: verify asks for it.
            at = latest[chain] = max(latest.get(chain, values["history_date"]), values["history_date"])
            place = (at, history._meta.db_table, values["history_id"])
            lines.append((place, values, history, form, chain))
    for _place, values, history, form, chain in sorted(lines, key=lambda line: line[0]):
        yield values, history, form, chain


def _form(apps: Any, history: Any, label: str) -> Form:
    own = {column.name for column in history._meta.fields}
    tracked = apps.get_model(label)
    columns = [history._meta.get_field(one.name) for one in tracked._meta.fields if one.name in own]
    return Form.of(label, tracked._meta.pk.attname, columns, PERSONAL.get(label, ()))


class _Way:
    """From rows of one model to their chains, through the history of what stands between."""

    def __init__(self, apps: Any, label: str, using: str) -> None:
        self.apps, self.using = apps, using
        self.kind, self.steps = WAYS.get(label, ("", []))
        self.maps: list[dict[Any, Any]] = []
        model = apps.get_model(label)
        for step, onward in zip(self.steps, self.steps[1:], strict=False):
            model = model._meta.get_field(step).remote_field.model
            self.maps.append(self._parents(model, f"{onward}_id"))

    def _parents(self, model: Any, column: str) -> dict[Any, Any]:
        history = self.apps.get_model(model._meta.app_label, f"historical{model._meta.model_name}")
        rows = history.objects.using(self.using).order_by("history_id")
        return dict(rows.values_list(model._meta.pk.attname, column))

    def chain(self, values: dict[str, Any]) -> str:
        """Return the chain of a history row."""
        if not self.steps:
            return self.kind
        key = values["id"] if self.steps == ["id"] else values[f"{self.steps[0]}_id"]
        for parents in self.maps:
            key = parents[key]
        return f"{self.kind}:{key}"
