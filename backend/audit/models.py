"""What a history row holds besides the tracked fields, and the tracker that writes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from typing import Any

from django.db import connections, models, router, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from backend.accounts.models import User
from backend.audit.chaining import seal
from backend.audit.recording import About, Recording, current
from backend.audit.records import Form
from backend.audit.room import Access, Line
from backend.core.fields import PointsField

__all__ = ["Access", "HistoryRow", "Line", "Tracked"]


class HistoryRow(models.Model):
    """Columns every history row carries: plain keys and texts, no foreign keys.

    ``history_date`` is the database's time of recording. ``stated_on`` and
    ``stated_source`` are what a paper said about a figure taken over from it.
    The rest is the row's place in its chain, as SPECIFICATION.md says; ``shape``
    names the columns that stood in its record.
    """

    actor_name = models.CharField(max_length=200, blank=True)
    step_name = models.CharField(max_length=200, blank=True)
    unit_key = models.BigIntegerField(null=True)
    unit_path = models.CharField(max_length=200, blank=True)
    unit_name = models.CharField(max_length=300, blank=True)
    round_key = models.BigIntegerField(null=True)
    stated_on = models.DateField(null=True)
    stated_source = models.CharField(max_length=300, blank=True)
    chain = models.CharField(max_length=60)
    sequence = models.BigIntegerField()
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)
    salt = models.CharField(max_length=32, blank=True)
    commitments = models.TextField()
    shape = models.CharField(max_length=16)

    class Meta:
        abstract = True


OF_THE_CHAIN = (
    "chain",
    "sequence",
    "previous_digest",
    "digest",
    "mac",
    "salt",
    "commitments",
    "shape",
)


class Chain(models.Model):
    """The head of a chain: so many rows, the digest of the last. Derived; the triggers on history keep it."""

    name = models.CharField(max_length=60, primary_key=True)
    length = models.BigIntegerField()
    head = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(length__gte=0), name="audit_chain_not_negative")]

    def __str__(self) -> str:
        return f"{self.name} ({self.length})"


class Shape(models.Model):
    """The columns that stand in the records of a model. A new one comes with a migrate; none ever goes."""

    code = models.CharField(max_length=16, primary_key=True)
    model = models.CharField(max_length=100)
    columns = models.JSONField()

    def __str__(self) -> str:
        return f"{self.model} {self.code}"


class LogEntry(models.Model):
    """A chain had ``length`` rows and the last one's digest was ``head``. Rows are only added, from 0 on."""

    index = models.BigIntegerField(primary_key=True)
    chain = models.CharField(max_length=60)
    length = models.BigIntegerField()
    head = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain", "length"], name="audit_logged_once"),
            models.CheckConstraint(condition=Q(index__gte=0) & Q(length__gte=1), name="audit_entry_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.index}: {self.chain} {self.length}"


class Checkpoint(models.Model):
    """A signed state of the log: so many entries, the root of the tree over them, why and when. Rows are only added.

    ``head`` links its occasion to the one before; ``key`` is the published key that checks ``note``.
    """

    number = models.BigIntegerField(primary_key=True)
    size = models.BigIntegerField()
    root = models.CharField(max_length=64)
    at = models.DateTimeField(_("lúc"))
    occasion = models.CharField(_("dịp"), max_length=200)
    previous = models.CharField(max_length=64)
    head = models.CharField(max_length=64)
    note = models.TextField()
    key = models.TextField()

    class Meta:
        ordering = ["-number"]
        verbose_name = _("lần chốt sổ")
        constraints = [
            models.UniqueConstraint(fields=["size"], name="audit_one_checkpoint_a_size"),
            models.CheckConstraint(condition=Q(number__gte=1), name="audit_checkpoint_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


def _user_of(history_row: Any) -> int | None:
    return history_row.history_user_id


def _set_user(history_row: Any, user: Any) -> None:
    history_row.history_user_id = getattr(user, "pk", user)


_NOTHING, _TEXT, _NUMBER = frozenset(), frozenset({str, type(None)}), frozenset({int, type(None)})


def _goes_as_it_is(column: Any) -> frozenset[type]:
    """Return the types of values that go into that column as they are: most do, and asking the field takes long."""
    plain = column.target_field if column.is_relation else column
    if isinstance(plain, models.CharField | models.TextField):
        return _TEXT
    return _NUMBER if isinstance(plain, models.IntegerField) else _NOTHING


def _prepared(column: Any, connection: Any) -> Callable[[Any], Any]:
    """Return how a value is prepared for that column; moments and points, mostly the same in many rows, once."""

    def prepare(value: Any) -> Any:
        return column.get_db_prep_save(value, connection)

    return lru_cache(64)(prepare) if isinstance(column, models.DateTimeField | PointsField) else prepare


class Tracked(HistoricalRecords):
    """simple-history with our columns, written only inside a recording, each row the next of its chain.

    A save that touches none but excluded (derived) columns writes no row. A tracked model says by
    ``history_chain`` whose history a row belongs to. ``personal`` names columns whose values stand in the
    record as commitments only; ``inner``: no bundle shows them, since nobody outside the unit may read them.
    """

    def __init__(self, *, personal: Iterable[str] = (), inner: bool = False, **options: Any) -> None:
        self.personal, self.inner = tuple(personal), inner
        options.setdefault("bases", [HistoryRow])
        options.setdefault("history_user_id_field", models.BigIntegerField(null=True))
        options.setdefault("history_user_getter", _user_of)
        options.setdefault("history_user_setter", _set_user)
        options.setdefault("history_change_reason_field", models.TextField(blank=True, default=""))
        super().__init__(**options)

    def create_history_model(self, model: Any, inherited: bool) -> Any:
        """Return the history model, which knows its tracker. Raises where a column has the name of one of ours."""
        taken = {field.name for field in self.fields_included(model)} & set(OF_THE_CHAIN)
        if taken:
            raise TypeError(f"{model.__name__}: history has columns of its own named {sorted(taken)}")
        self.rows = super().create_history_model(model, inherited)
        self.rows.tracker = self
        return self.rows

    def get_meta_options(self, model: Any) -> dict[str, Any]:
        """Return Meta with the indexes the history pages use and what the database demands of every row."""
        options = super().get_meta_options(model)
        name = model._meta.db_table[:22]
        options["indexes"] = [
            models.Index(fields=["unit_key", "history_date"], name=f"{name}_hunit"),
            models.Index(fields=["round_key", "history_date"], name=f"{name}_hrnd"),
        ]
        sealed = ~Q(chain="") & ~Q(digest="") & ~Q(mac="") & Q(sequence__gte=1)
        options["constraints"] = [
            models.CheckConstraint(condition=sealed, name=f"{name}_hseal"),
            models.UniqueConstraint(fields=["chain", "sequence"], name=f"{name}_hchain"),
        ]
        return options

    def finalize(self, sender: Any, **kwargs: Any) -> None:
        """Watch over the model's saves from before their first statement."""
        super().finalize(sender, **kwargs)
        if self.cls is sender:
            models.signals.pre_save.connect(self.pre_save, sender=sender, weak=False)

    def pre_save(self, instance: Any, update_fields: Any = None, **_: Any) -> None:
        """Refuse what is not recorded before it is written: outside a transaction it would stand already."""
        if update_fields is None or self._tracks(instance, update_fields):
            current()

    def post_save(self, instance: Any, created: bool, using: str | None = None, **kwargs: Any) -> None:
        """Write the history row of one save."""
        touched = kwargs.get("update_fields")
        if not created and touched is not None and not self._tracks(instance, touched):
            return
        super().post_save(instance, created, using=using, **kwargs)

    def create_historical_record(self, instance: Any, history_type: str, using: str | None = None) -> None:
        """Insert the history row of ``instance`` in the caller's transaction."""
        with transaction.atomic(savepoint=False):
            self.write([instance], history_type)

    def write(self, instances: Iterable[Any], history_type: str) -> None:
        """Insert the history rows of ``instances`` under the recording in force, each the next of its chain."""
        made = current()
        by_chain: dict[str, list[Any]] = defaultdict(list)
        for instance in instances:
            by_chain[instance.history_chain].append(instance)
        heads = made.heads.of(by_chain)
        rows = []
        for chain, those in by_chain.items():
            head = heads[chain]
            for instance in those:
                values = self.values_of(made, instance, history_type)
                head = seal(self.form, values, chain, head)
                rows.append(values)
            heads[chain] = head
        self.insert(rows)
        for chain, head in heads.items():
            made.heads.move(chain, head)

    def values_of(self, made: Recording, instance: Any, history_type: str) -> dict[str, Any]:
        """Return the columns of the history row of ``instance`` that are not of the chain, by attribute name."""
        about = getattr(instance, "history_about", None) or made.about
        values = self.told(made, about, history_type)
        values |= {name: getattr(instance, name) for name in self._tracked}
        return values

    def insert(self, rows: list[dict[str, Any]]) -> None:
        """Insert history rows given by attribute name, in their order; no model objects are built for it."""
        if not rows:
            return
        connection = connections[router.db_for_write(self.rows)]
        columns = [column for column in self.rows._meta.concrete_fields if not column.primary_key]
        quote = connection.ops.quote_name
        names = ", ".join(quote(column.column) for column in columns)
        table = quote(self.rows._meta.db_table)
        places = ", ".join(["%s"] * len(columns))
        statement = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608 (our own names)
        ways = [(one.attname, _goes_as_it_is(one), _prepared(one, connection)) for one in columns]
        lines = [
            [
                value if type(value := row[name]) in as_it_is else prepare(value)
                for name, as_it_is, prepare in ways
            ]
            for row in rows
        ]
        with connection.cursor() as cursor:
            if len(lines) == 1:
                cursor.execute(statement, lines[0])
            else:
                cursor.executemany(statement, lines)

    def told(self, made: Recording, about: About, history_type: str) -> dict[str, Any]:
        """Return what a history row says besides the tracked fields, by attribute name."""
        return {
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

    @cached_property
    def form(self) -> Form:
        """Return how rows of this history become records."""
        model = self.rows.instance_type
        columns = [self.rows._meta.get_field(name.name) for name in self.rows.tracked_fields]
        return Form.of(model._meta.label_lower, model._meta.pk.attname, columns, self.personal)

    @cached_property
    def _tracked(self) -> list[str]:
        # A model's own column of the same name (a card's unit_name) is the one that is tracked.
        return [field.attname for field in self.rows.tracked_fields]

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


def _chain_of(user: User) -> str:
    return f"person:{user.pk}"


User.history_chain = property(_chain_of)  # type: ignore[attr-defined]  # accounts stands below and knows no chains
# Secrets, and what a sign-in changes, stand outside history.
_track(
    User,
    personal=["username", "full_name", "email", "phone"],
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
