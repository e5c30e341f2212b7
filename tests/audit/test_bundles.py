"""What is handed out: read back by nothing but the specification."""

import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from backend.audit import actions as audit
from backend.audit import bundles
from backend.core.errors import OutOfStep
from backend.scoring import actions
from tests import make
from tests.scoring.councils import Council

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


class Bundle:
    """A bundle's files, read."""

    def __init__(self, chains: list[str] | None = None) -> None:
        out = io.BytesIO()
        bundles.write(out, chains)
        self.files = zipfile.ZipFile(out)

    def json(self, name: str) -> Any:
        return json.loads(self.files.read(name))

    def lines(self, name: str) -> list[Any]:
        return [json.loads(line) for line in self.files.read(name).decode().splitlines()]

    def rows(self, chain: str) -> list[Any]:
        return self.lines(self.json("chains.json")[chain]["file"])


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def root_of(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\1" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def test_before_the_first_checkpoint_there_is_none(season):
    with pytest.raises(OutOfStep, match="chốt sổ"):
        Bundle()


def test_a_complete_bundle_holds_every_row_and_the_log(season, keys):
    season.explained()
    audit.checkpoint("day")
    bundle = Bundle()
    assert bundle.files.read("key.txt").decode().strip() == keys
    logged = {entry["chain"]: entry for entry in bundle.lines("log.jsonl")}
    for chain, told in bundle.json("chains.json").items():
        rows, before = bundle.rows(chain), "0" * 64
        assert len(rows) == told["length"] == logged[chain]["length"]
        for number, row in enumerate(rows, start=1):
            assert (row["record"]["sequence"], row["record"]["previous"]) == (number, before)
            before = hashlib.sha256(b"CCHC history v1\n" + canonical(row["record"])).hexdigest()
            assert row["digest"] == before
            for name, value in row["personal"].items():
                salted = b"CCHC commitment v1\n" + bytes.fromhex(row["salt"]) + name.encode() + b"\0"
                wanted = hashlib.sha256(salted + canonical(value)).hexdigest()
                assert row["record"]["commitments"][name] == wanted
        assert logged[chain]["head"] == before
    note = bundle.files.read("checkpoints/000001.txt").decode().split("\n")
    leaves = [canonical(entry) for entry in bundle.lines("log.jsonl")]
    assert int(note[1]) == len(leaves)
    assert bundle.json("bundle.json")["complete"] is True


def folded(path: list[str], leaf: bytes, index: int, size: int) -> bytes:
    """Return the root an inclusion proof leads to (RFC 9162, section 2.1.3.2)."""
    at, last, made = index, size - 1, hashlib.sha256(b"\0" + leaf).digest()
    for one in map(bytes.fromhex, path):
        if at & 1 or at == last:
            made = hashlib.sha256(b"\1" + one + made).digest()
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            made = hashlib.sha256(b"\1" + made + one).digest()
        at, last = at >> 1, last >> 1
    assert last == 0
    return made


def test_a_partial_bundle_proves_its_chain(season, keys):
    season.approved()
    audit.checkpoint("day")
    make.person("Nguyễn Thị Mới")
    newest = audit.checkpoint("day")
    bundle = Bundle([season.card.history_chain])
    assert list(bundle.json("chains.json")) == [season.card.history_chain]
    assert "log.jsonl" not in bundle.files.namelist()
    proofs = bundle.json("proofs.json")
    assert {one["entry"]["chain"] for one in proofs["inclusion"]} == {season.card.history_chain, "checkpoint"}
    for one in proofs["inclusion"]:
        root = folded(one["path"], canonical(one["entry"]), one["index"], newest.size)
        assert root.hex() == newest.root
    assert [one["to"] for one in proofs["consistency"]] == [newest.size]


def test_what_the_unit_says_inside_is_in_no_bundle_though_its_digest_is(season, keys):
    season.fill()
    actions.add_remark(season.card, "1.1", by=season.officer, text="Chỉ trong đơn vị biết")
    audit.checkpoint("day")
    bundle = Bundle([season.card.history_chain])
    inner = [
        row for row in bundle.rows(season.card.history_chain) if row["record"]["model"] == "scoring.remark"
    ]
    assert [(row["salt"], row["personal"]) for row in inner] == [("", {})]
    everything = b"".join(bundle.files.read(name) for name in bundle.files.namelist())
    assert "Chỉ trong đơn vị biết".encode() not in everything


def test_no_personal_column_of_an_account_stands_in_a_record(season, keys):
    person = make.person("Nguyễn Văn Kín", email="kin@example.vn")
    audit.checkpoint("day")
    (row,) = Bundle([person.history_chain]).rows(person.history_chain)
    assert row["personal"]["email"] == "kin@example.vn"
    assert "kin@example.vn" not in json.dumps(row["record"])


def test_the_command_writes_a_file_once(season: Council, keys, tmp_path):
    audit.checkpoint("day")
    call_command("export_bundle", str(tmp_path / "goi.zip"), verbosity=0)
    assert zipfile.ZipFile(tmp_path / "goi.zip").testzip() is None
    with pytest.raises(CommandError, match="Đã có tệp"):
        call_command("export_bundle", str(tmp_path / "goi.zip"))
