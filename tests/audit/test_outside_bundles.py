"""The outsider's program on whole bundles: untouched ones hold, every kind of forgery is named, odd files do no harm."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from backend.audit.outside import verify_bundle
from deploy.benches.forging import liars
from deploy.benches.forging.cases import SIGNER, STRANGER, Case, honest, judged, partial, run, zipped
from deploy.benches.forging.kinds import KINDS, Kind
from deploy.benches.forging.ledgers import erase

PROGRAM = Path(verify_bundle.__file__)


def bundle_of(case: Case, folder: Path) -> Path:
    """Return the case's bundle as a zip file."""
    zipped(case.files(), folder / "bundle.zip")
    return folder / "bundle.zip"


@pytest.mark.parametrize("make", [honest, partial])
def test_an_untouched_log_holds_and_begins_with_what_was_held(make, tmp_path):
    for seed in (1, 2, 3):
        assert judged(make(seed), tmp_path) == (0, 0)


def test_the_folder_a_bundle_unpacks_to_holds_too(tmp_path):
    with zipfile.ZipFile(bundle_of(honest(4), tmp_path)) as file:
        file.extractall(tmp_path / "folder")
    code, said = run("verify-bundle", tmp_path / "folder")
    assert code == 0
    assert said.endswith("ĐẠT: mọi điều đều khớp.\n")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.by_bundle], ids=lambda kind: kind.name)
def test_verify_bundle_catches(kind: Kind, tmp_path):
    case = kind.forged(11)
    zipped(case.files(), tmp_path / "new.zip", case.doubled)
    code, said = run("verify-bundle", tmp_path / "new.zip")
    assert code in {1, 2}
    assert said.startswith("KHÔNG KHỚP: " if code == 1 else "Không đọc được: ")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.by_bundle], ids=lambda kind: kind.name)
def test_only_verify_diff_catches(kind: Kind, tmp_path):
    assert judged(kind.forged(11), tmp_path) == (0, 1)


def test_two_histories_of_one_length_are_called_a_split_view(tmp_path):
    case = honest(5)
    liars.split_view(case)
    (tmp_path / "old").write_bytes(case.held)
    code, said = run("verify-diff", tmp_path / "old", bundle_of(case, tmp_path))
    assert code == 1
    assert "hai người được cho xem hai sổ khác nhau (split view)" in said


def test_an_erased_row_is_counted_and_not_refused(tmp_path):
    case = honest(6)
    erase(case.ledger.chains["card:2"][1])
    code, said = run("verify-bundle", bundle_of(case, tmp_path))
    assert code == 0
    assert "Không kèm dữ liệu cá nhân: 2 dòng." in said


def test_rows_past_the_newest_checkpoint_are_counted(tmp_path):
    case = honest(7)
    before = sum(len(rows) for rows in case.ledger.chains.values())
    covered = sum(case.ledger.plan[-1].lengths.values())
    code, said = run("verify-bundle", bundle_of(case, tmp_path))
    assert code == 0
    assert f"Chưa được chốt sổ: {before - covered} dòng." in said


def test_the_newest_checkpoint_is_printed_to_compare_with_the_minutes(tmp_path):
    case = honest(8)
    _, said = run("verify-bundle", bundle_of(case, tmp_path))
    assert case.log.notes[-1].split("\n\n")[0] in said


def test_a_bundle_under_another_key_does_not_hold(tmp_path):
    assert run("verify-bundle", bundle_of(honest(9), tmp_path), key=STRANGER.published)[0] == 1


def test_a_longer_bundle_is_not_the_beginning_of_a_shorter(tmp_path):
    case = honest(10)
    zipped(case.files(), tmp_path / "long.zip")
    liars.rolled_back(case)
    zipped(case.files(), tmp_path / "short.zip")
    assert run("verify-diff", tmp_path / "short.zip", tmp_path / "long.zip")[0] == 0
    code, said = run("verify-diff", tmp_path / "long.zip", tmp_path / "short.zip")
    assert code == 1
    assert "lịch sử đã bị lùi về trước" in said


def test_a_chain_of_the_old_bundle_that_the_new_one_lacks_is_named(tmp_path):
    case = honest(12)
    zipped(case.files(), tmp_path / "old.zip")
    case.only, case.shown = ["card:1"], list(range(1, len(case.log.notes)))
    code, said = run("verify-diff", tmp_path / "old.zip", bundle_of(case, tmp_path))
    assert code == 1
    assert "'card:2': gói thiếu chuỗi này" in said


def test_what_cannot_be_read_ends_with_two(tmp_path):
    good = bundle_of(honest(13), tmp_path)
    (tmp_path / "torn.zip").write_bytes(good.read_bytes()[:-30])
    (tmp_path / "empty").mkdir()
    for words in (["none.zip"], ["torn.zip"], ["empty"]):
        assert run("verify-bundle", *(tmp_path / word for word in words))[0] == 2
    assert run("verify-bundle", good, key="khong phai khoa")[0] == 2
    assert run("verify-diff", tmp_path / "none.txt", good)[0] == 2
    assert run("verify-diff", good)[0] == 2


def test_one_file_alone_is_the_whole_program(tmp_path):
    shutil.copy(PROGRAM, tmp_path / "verify_bundle.py")
    (tmp_path / "key.txt").write_text(SIGNER.published)
    bundle_of(honest(14), tmp_path)
    words = [
        sys.executable,
        "-I",
        "-S",
        "verify_bundle.py",
        "verify-bundle",
        "bundle.zip",
        "--key",
        "key.txt",
    ]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "ĐẠT: mọi điều đều khớp." in done.stdout.decode()


def test_anybody_takes_the_program_from_the_page_of_checkpoints(db):
    page = Client().get(reverse("audit:checkpoint_list"))
    assert reverse("audit:program") in page.text
    answer = Client().get(reverse("audit:program"))
    assert b"".join(answer.streaming_content) == PROGRAM.read_bytes()
    assert "verify_bundle.py" in answer["Content-Disposition"]


def test_it_imports_nothing_but_the_standard_library():
    tree = ast.parse(PROGRAM.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_a_line_copied_into_an_editor_of_another_system_is_still_the_line(tmp_path):
    case = honest(19)
    text = "\ufeff" + case.held.decode().rstrip("\n").replace("\n", "\r\n")
    (tmp_path / "held.txt").write_bytes(text.encode())
    (tmp_path / "key.txt").write_text("\ufeff" + SIGNER.published + "\r\n")
    key = str(tmp_path / "key.txt")
    assert run("verify-diff", tmp_path / "held.txt", bundle_of(case, tmp_path), key=key)[0] == 0


def test_a_link_in_a_folder_is_not_followed(tmp_path):
    with zipfile.ZipFile(bundle_of(honest(15), tmp_path)) as file:
        file.extractall(tmp_path / "folder")
    rows = tmp_path / "folder/rows/000001.jsonl"
    rows.rename(tmp_path / "elsewhere.jsonl")
    rows.symlink_to(tmp_path / "elsewhere.jsonl")
    assert run("verify-bundle", tmp_path / "folder")[0] == 1


def test_an_endless_line_is_not_read_to_its_end(tmp_path):
    case = honest(16)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, content in case.files().items():
            file.writestr(name, b"0" * (1 << 27) if name == "rows/000001.jsonl" else content)
    code, said = run("verify-bundle", tmp_path / "bomb.zip")
    assert code == 1
    assert "dòng dài quá mức" in said


def test_a_name_that_moves_the_cursor_is_shown_without_its_power(tmp_path):
    case = honest(17)
    case.ledger.chains["card:\x1b[2J\u202e"] = case.ledger.chains.pop("card:1")
    code, said = run("verify-bundle", bundle_of(case, tmp_path))
    assert code == 1
    assert "\x1b" not in said
    assert "\u202e" not in said


@pytest.mark.parametrize("depth", [100_000])
def test_deep_json_does_not_break_the_program(depth, tmp_path):
    case = honest(18)
    case.edits.append(lambda files: files.update({"chains.json": b"[" * depth}))
    assert run("verify-bundle", bundle_of(case, tmp_path))[0] == 1
