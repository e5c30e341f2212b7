"""What is handed out for checking outside: the bundle of SPECIFICATION.md, section 4, as a zip file."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils.translation import gettext as _

from backend.audit import log
from backend.audit.merkle import Tree
from backend.audit.models import Chain, Checkpoint
from backend.audit.notes import PublishedKey
from backend.audit.records import canonical, moment
from backend.audit.shapes import forms_by_shape
from backend.audit.triggers import history_models
from backend.core import clock
from backend.core.errors import OutOfStep

AT_ONCE = 50  # chains read from all history tables together


def write(out: IO[bytes], chains: Iterable[str] | None = None) -> None:
    """Write the bundle of these chains, or the complete one. Raises OutOfStep before the first checkpoint."""
    checkpoints = list(Checkpoint.objects.order_by("number"))
    if not checkpoints:
        raise OutOfStep(_("Chưa có lần chốt sổ nào nên chưa có gói kiểm chứng. Hãy tải lại sau khi chốt sổ."))
    heads = Chain.objects.filter(length__gt=0)
    if chains is not None:
        heads = heads.filter(name__in=list(chains))
    lengths = dict(heads.order_by("name").values_list("name", "length"))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        _Writing(bundle, checkpoints, lengths, complete=chains is None).all()


def made(chains: Iterable[str]) -> IO[bytes]:
    """Return the bundle of these chains as an open file without a name. Raises OutOfStep as ``write``."""
    out = TemporaryFile()  # noqa: SIM115 (who takes it closes it)
    try:
        write(out, chains)
    except BaseException:
        out.close()
        raise
    out.seek(0)
    return out


@dataclass(frozen=True)
class _Writing:
    """One bundle being written; ``lengths`` are the chains in it, as long as they were when it was begun."""

    bundle: zipfile.ZipFile
    checkpoints: list[Checkpoint]
    lengths: dict[str, int]
    complete: bool

    def all(self) -> None:
        newest = self.checkpoints[-1]
        key = PublishedKey.parse(newest.key)
        said = {
            "v": 1,
            "origin": key.name,
            "made_at": moment(clock.now()),
            "complete": self.complete,
            "checkpoint": newest.number,
        }
        self._text("bundle.json", canonical(said))
        self._text("key.txt", f"{key}\n")
        notes = self.checkpoints if self.complete else self._of_one_key()
        for made in notes:
            self._text(f"checkpoints/{made.number:06}.txt", made.note)
        self._lines("occasions.jsonl", map(_occasion, self.checkpoints))
        self._log(notes)
        self._rows()

    def _of_one_key(self) -> list[Checkpoint]:
        key = self.checkpoints[-1].key
        return [made for made in self.checkpoints if made.key == key]

    def _log(self, notes: list[Checkpoint]) -> None:
        newest = self.checkpoints[-1]
        entries = [one for one in log.entries() if one[0] < newest.size]
        if self.complete:
            self._lines("log.jsonl", (log.entry(*one) for _index, *one in entries))
            return
        tree = Tree(log.leaf(*one) for _index, *one in entries)
        wanted = {*self.lengths, log.CHECKPOINT}
        last = {chain: (index, entry) for index, *entry in entries if (chain := entry[0]) in wanted}
        inclusion = [
            {"entry": log.entry(*entry), "index": index, "path": _hex(tree.inclusion(index))}
            for index, entry in last.values()
        ]
        consistency = [
            {"from": old.size, "to": newest.size, "path": _hex(tree.consistency(old.size))}
            for old in notes[:-1]
        ]
        self._text("proofs.json", canonical({"inclusion": inclusion, "consistency": consistency}))

    def _rows(self) -> None:
        files = {chain: f"rows/{number:06}.jsonl" for number, chain in enumerate(self.lengths, start=1)}
        table = {chain: {"file": files[chain], "length": length} for chain, length in self.lengths.items()}
        self._text("chains.json", canonical(table))
        names = list(self.lengths)
        for start in range(0, len(names), AT_ONCE):
            rows = _rows_of(names[start : start + AT_ONCE], self.lengths)
            for chain in names[start : start + AT_ONCE]:
                self._lines(files[chain], (row for _sequence, row in sorted(rows[chain], key=_first)))

    def _text(self, name: str, text: str) -> None:
        self.bundle.writestr(name, text)

    def _lines(self, name: str, values: Iterable[Any]) -> None:
        with self.bundle.open(name, "w", force_zip64=True) as file:
            for value in values:
                file.write(f"{canonical(value)}\n".encode())


def _first(pair: tuple[int, Any]) -> int:
    return pair[0]


def _hex(path: list[bytes]) -> list[str]:
    return [one.hex() for one in path]


def _occasion(made: Checkpoint) -> dict[str, Any]:
    return {
        "number": made.number,
        "at": moment(made.at),
        "occasion": made.occasion,
        "previous": made.previous,
        "size": made.size,
    }


def _rows_of(chains: list[str], lengths: dict[str, int]) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    """Return the rows of these chains as the bundle writes them. What was added meanwhile stays out."""
    rows: dict[str, list[tuple[int, dict[str, Any]]]] = {chain: [] for chain in chains}
    for history in history_models():
        for values, told in _of_table(history, chains):
            if values["sequence"] <= lengths[values["chain"]]:
                rows[values["chain"]].append((values["sequence"], told))
    return rows


def _of_table(history: Any, chains: list[str]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    forms = forms_by_shape(history)
    for values in history.objects.filter(chain__in=chains).order_by().values().iterator(2000):
        form = forms.get(values["shape"], history.tracker.form)
        is_shown = values["salt"] and not history.tracker.inner
        yield (
            values,
            {
                "record": form.record(values, _commitments(values["commitments"])),
                "digest": values["digest"],
                "mac": values["mac"],
                "salt": values["salt"] if is_shown else "",
                "personal": form.personal_of(values) if is_shown else {},
            },
        )


def _commitments(text: str) -> dict[str, str]:
    # Whoever altered the row gets it out altered, for the verifier to see.
    with suppress(ValueError):
        found = json.loads(text)
        if isinstance(found, dict):
            return found
    return {}
