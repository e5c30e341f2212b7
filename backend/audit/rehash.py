"""Every digest anew: rows against their digests and MACs, chains in order and against their heads, the log, the notes.

Rows stream from the database: no chain is held whole.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from typing import Any

from backend.accounts.models import User
from backend.audit import accesses, erasure, log, notes
from backend.audit.chaining import ZEROS, mac_of
from backend.audit.merkle import Frontier
from backend.audit.models import Chain, Checkpoint, LogEntry
from backend.audit.records import Form, commitment, digest_of
from backend.audit.shapes import forms_by_shape
from backend.audit.triggers import history_models
from backend.core.errors import Invalid

Place = tuple[str, int]  # a chain, and how far


class Tally:
    """What was counted on the way: rows, and rows whose personal values were erased."""

    def __init__(self) -> None:
        self.rows = self.erased = 0


def problems(tally: Tally) -> Iterator[str]:
    """Yield all that is wrong with digests, chains and log as Vietnamese lines."""
    for history in history_models():
        yield from _of_rows(history, tally)
    yield from _of_chains()
    yield from accesses.wrong()
    yield from _of_the_log()


def _of_rows(history: Any, tally: Tally) -> Iterator[str]:
    forms = forms_by_shape(history)
    title = str(history.instance_type._meta.verbose_name)
    ordered = erasure.ordered()
    last: dict[str, int] = {}
    for values in history.objects.order_by("history_id").values().iterator(2000):
        tally.rows += 1
        tally.erased += not values["salt"]
        reason = _wrong_with(forms.get(values["shape"]), values)
        if not reason and not values["salt"] and not _is_ordered(history, values, ordered):
            reason = "dữ liệu cá nhân bị xoá mà không có văn bản nào"
        reason = reason or _numbered_wrong(values, last)
        if reason:
            yield f"Chuỗi {values['chain']}, dòng {values['sequence']} ({title}): {reason}"


def _numbered_wrong(values: dict[str, Any], last: dict[str, int]) -> str:
    """The key of a row is in no digest; its order is: within a table it grows with the place in the chain."""
    before = last.get(values["chain"], 0)
    last[values["chain"]] = values["sequence"]
    return "số khoá của dòng (history_id) không tăng theo chuỗi" if values["sequence"] <= before else ""


def _is_ordered(history: Any, values: dict[str, Any], ordered: set[int]) -> bool:
    whose = values["id"] if history.instance_type is User else values["history_user_id"]
    return whose in ordered


def _wrong_with(form: Form | None, values: dict[str, Any]) -> str:
    if form is None:
        return "không biết những cột nào đã được ghi (shape)"
    try:
        commitments = json.loads(values["commitments"])
        digest = digest_of(form.record(values, commitments))
    except (ValueError, TypeError, KeyError) as problem:
        return f"không đọc được nội dung ({problem})"
    if digest != values["digest"]:
        return "nội dung không khớp mã băm"
    if not hmac.compare_digest(mac_of(digest), values["mac"]):
        return "mã xác thực (MAC) sai: dòng không do chương trình này ghi"
    return _wrong_commitments(form, values, commitments)


def _wrong_commitments(form: Form, values: dict[str, Any], commitments: dict[str, str]) -> str:
    personal = form.personal_of(values)
    if set(personal) != set(commitments):
        return "cam kết không đúng các giá trị cá nhân của dòng"
    if not values["salt"]:
        left = sorted(name for name, value in personal.items() if value)
        return f"đã xoá dữ liệu cá nhân nhưng còn {', '.join(left)}" if left else ""
    salt = bytes.fromhex(values["salt"])
    wrong = sorted(
        name for name, value in personal.items() if commitment(salt, name, value) != commitments[name]
    )
    return f"giá trị cá nhân không khớp cam kết: {', '.join(wrong)}" if wrong else ""


def _logged(chain: str) -> dict[int, str]:
    return dict(LogEntry.objects.filter(chain=chain).values_list("length", "head"))


def rows_in_order(chains: list[str] | None = None) -> Iterator[tuple[str, int, str, str]]:
    """Yield chain, sequence, digest before and digest of every row of all tables, chain by chain in order."""
    parts = []
    for history in history_models():
        rows = history.objects.order_by().values_list("chain", "sequence", "previous_digest", "digest")
        parts.append(rows if chains is None else rows.filter(chain__in=chains))
    union = parts[0].union(*parts[1:], all=True).order_by("chain", "sequence")
    yield from union.iterator(5000)


def _of_chains() -> Iterator[str]:
    heads = {name: (length, head) for name, length, head in Chain.objects.values_list()}
    seen = {*log.WITHOUT_ROWS}
    at: Place = ("", 0)
    before = ZEROS
    logged: dict[int, str] = {}
    for chain, sequence, previous, digest in rows_in_order():
        if chain != at[0]:
            yield from _ended(at, before, heads, logged)
            at, before = (chain, 0), ZEROS
            seen.add(chain)
            logged = _logged(chain)
        if sequence != at[1] + 1:
            yield f"Chuỗi {chain}: sau dòng {at[1]} là dòng {sequence}; thiếu hoặc lặp dòng"
        elif previous != before:
            yield f"Chuỗi {chain}, dòng {sequence}: không nối tiếp dòng trước"
        if logged.pop(sequence, digest) != digest:
            yield f"Chuỗi {chain}, dòng {sequence}: khác với sổ chốt đã ký"
        at, before = (chain, sequence), digest
    yield from _ended(at, before, heads, logged)
    yield from _gone(heads, seen)


def _gone(heads: dict[str, tuple[int, str]], seen: set[str]) -> Iterator[str]:
    for name, (length, _head) in heads.items():
        if length:
            yield f"Chuỗi {name}: đầu chuỗi ghi {length} dòng nhưng không còn dòng nào"
    for chain in LogEntry.objects.order_by().values_list("chain", flat=True).distinct():
        if chain not in seen:
            yield f"Chuỗi {chain}: có trong sổ chốt nhưng không còn dòng nào"


def _ended(
    at: Place, digest: str, heads: dict[str, tuple[int, str]], logged: dict[int, str]
) -> Iterator[str]:
    if not at[0]:
        return
    for sequence in logged:
        yield f"Chuỗi {at[0]}: sổ chốt ghi dòng {sequence} nhưng dòng ấy không còn"
    length, head = heads.pop(at[0], (0, ZEROS))
    if (length, head) != (at[1], digest):
        yield f"Chuỗi {at[0]}: có {at[1]} dòng, đầu chuỗi ghi {length} dòng hoặc mã băm khác"


def _of_the_log() -> Iterator[str]:
    tree, entries = Frontier(), log.entries()
    lengths: dict[str, int] = {}
    before, number = ZEROS, 0
    for made in Checkpoint.objects.order_by("number").iterator(500):
        number += 1
        said = f"Chốt sổ số {made.number}"
        if made.number != number or made.size <= tree.size:
            yield f"{said}: số thứ tự hoặc số mục không tăng đúng"
            number = made.number
        wanted = log.occasion_head(made.number, made.at, made.occasion, made.previous)
        if made.previous != before or made.head != wanted:
            yield f"{said}: dịp chốt không nối tiếp lần trước"
        first = (tree.size, log.CHECKPOINT, made.number, made.head)
        for entry in _until(entries, made.size, tree):
            yield from _grown(entry, lengths)
            if entry[0] == first[0] and entry != first:
                yield f"{said}: mục đầu trong sổ không phải của lần chốt này"
            tree.add(log.leaf(*entry[1:]))
        yield from _of_the_note(made, tree)
        before = made.head
    if next(entries, None) is not None:
        yield "Sổ chốt có mục không thuộc lần chốt nào"
    yield from _of_the_newest_key()


def _until(entries: Iterator[Any], size: int, tree: Frontier) -> Iterator[Any]:
    while tree.size < size:
        entry = next(entries, None)
        if entry is None:
            return
        yield entry


def _grown(entry: tuple[int, str, int, str], lengths: dict[str, int]) -> Iterator[str]:
    _index, chain, length, _head = entry
    if length <= lengths.get(chain, 0):
        yield f"Sổ chốt, mục {entry[0]}: độ dài chuỗi {chain} không tăng"
    lengths[chain] = length


def _of_the_note(made: Checkpoint, tree: Frontier) -> Iterator[str]:
    if (tree.size, tree.root().hex()) != (made.size, made.root):
        yield f"Chốt sổ số {made.number}: gốc cây không khớp các mục trong sổ"
        return
    try:
        key = notes.PublishedKey.parse(made.key)
    except Invalid:
        yield f"Chốt sổ số {made.number}: không đọc được khoá công bố"
        return
    published = notes.published_key()
    if published is not None and published != key:
        yield f"Chốt sổ số {made.number}: ký bằng khoá khác với khoá đang công bố"
    if not notes.is_signed(made.note, key, size=made.size, root=tree.root()):
        yield f"Chốt sổ số {made.number}: chữ ký không đúng"


def _of_the_newest_key() -> Iterator[str]:
    """The newest note covers all entries; one signed under a name that is not published would vouch for none."""
    newest, published = Checkpoint.objects.order_by("-number").first(), notes.published_key()
    if newest is not None and published is None:
        yield "Không đọc được khoá công bố (AUDIT_SIGNING_KEY_FILE, tệp .pub) nên không biết ai ký sổ chốt"
    elif newest is not None and newest.key != str(published):
        yield f"Chốt sổ số {newest.number}: lần mới nhất không ký bằng khoá đang công bố"


def of_a_held_note(size: int, root: bytes) -> Iterator[str]:
    """Yield what the log has lost or rewritten of a checkpoint kept outside."""
    tree = Frontier()
    for entry in _until(log.entries(), size, tree):
        tree.add(log.leaf(*entry[1:]))
    if tree.size < size:
        yield f"Dòng chốt giữ bên ngoài có {size} mục, sổ chốt chỉ còn {tree.size}: lịch sử đã bị lùi về trước"
    elif tree.root() != root:
        yield f"Sổ chốt không bắt đầu bằng {size} mục của dòng chốt giữ bên ngoài: lịch sử bị viết lại"


def summary(tally: Tally) -> str:
    """Return in one line what was checked."""
    last = Checkpoint.objects.order_by("-number").first()
    said = f"chốt sổ gần nhất số {last.number}" if last else "chưa có lần chốt sổ nào"
    erased = f", trong đó {tally.erased} dòng đã xoá dữ liệu cá nhân" if tally.erased else ""
    return f"Đã tính lại mã băm của {tally.rows} dòng lịch sử{erased}; {said}."
