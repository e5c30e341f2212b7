"""Check an exported bundle with nothing but this file, Python 3.11 or newer, and the published key.

    python3 verify_bundle.py verify-bundle BUNDLE --key KEY
    python3 verify_bundle.py verify-diff OLD NEW --key KEY

BUNDLE and NEW: a zip file or the folder it unpacks to; OLD: one of these, or a signed checkpoint kept outside, as
a text file. KEY: the published key, or a file that holds it. Exit code 0: all holds; 1: something does not, each
named in a line; 2: the input can't be read. Written from SPECIFICATION.md; shares no code with the server.
"""

import argparse
import base64
import bisect
import hashlib
import io
import itertools
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

MAX_LINE, MAX_SMALL, MAX_TOTAL = 1 << 26, 1 << 28, 1 << 33  # bytes
AMISS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError)  # odd contents
AMISS += (OSError, EOFError, zipfile.BadZipFile, zlib.error)  # a torn file
ZEROS, HOUR = "0" * 64, timedelta(hours=1)
HEX = re.compile("[0-9a-f]{64}").fullmatch
KNOWN = re.compile(
    r"(bundle|proofs|chains)\.json|(occasions|log|rows/[0-9]{6})\.jsonl|(key|checkpoints/[0-9]{6})\.txt"
).fullmatch
ROW, ENTRY, OCCASION = (
    "digest mac personal record salt",
    "chain head length",
    "at number occasion previous size",
)
RECORD = (
    "at by chain commitments fields key kind model previous reason round sequence stated_on stated_source"
)
RECORD += " step unit unit_name unit_path v"
SPLIT = "hai lần chốt sổ ký hợp lệ cùng cỡ mà khác gốc: hai người được cho xem hai sổ khác nhau (split view)"
Key = tuple[str, bytes, bytes]
Note = tuple[int, bytes]
End = tuple[int, str]
Mark = tuple[int, str, int, int]


class Wrong(ValueError):
    """Something does not hold; the text says what."""


def need(holds: object, sentence: str = "sai dạng") -> None:
    """Raise Wrong with the sentence unless it holds."""
    if not holds:
        raise Wrong(sentence)


def sha(*parts: bytes) -> bytes:
    """Return the SHA-256 of the parts together; of a tree, 0 stands before a leaf and 1 before two nodes."""
    return hashlib.sha256(b"".join(parts)).digest()


encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
# A number with a fraction becomes something else, so that its line is not its own canonical JSON.
decode = json.JSONDecoder(parse_float=bool, parse_constant=bool).decode


def canonical(value: object) -> bytes:
    """Return the canonical JSON of a value."""
    return encode(value).encode()


def read(line: bytes, members: str) -> Any:
    """Return the object that the line is the canonical JSON of; it has exactly these members."""
    value = decode(line.decode())
    need(canonical(value) == line, "không phải JSON chính tắc")
    need(" ".join(value) == members, "thừa hoặc thiếu thành phần")
    return value


def moment(at: str) -> datetime:
    """Return the time that the text says."""
    time = datetime.fromisoformat(at.removesuffix("Z"))
    need(f"{time.isoformat(timespec='microseconds')}Z" == at, "thời điểm sai dạng")
    return time


P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, TWIST, ZERO = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P), (0, 1, 1, 0)


def _add(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    return (f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P


def _point(code: bytes) -> tuple[int, ...]:
    y, odd = int.from_bytes(code, "little") & (1 << 255) - 1, code[31] >> 7
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * v**3 * pow(u * v**7, (P - 5) // 8, P) % P
    x = x * TWIST % P if (v * x * x + u) % P == 0 else x
    need(y < P and (v * x * x - u) % P == 0 and (x or not odd), "không phải mã của một điểm")
    return (x := P - x if x & 1 != odd else x), y, 1, x * y % P


def need_signed(public: bytes, message: bytes, signature: bytes) -> None:
    """Raise Wrong unless it is that key's Ed25519 signature (RFC 8032); strict: every number in its one form."""
    (x, y, _, t), s = _point(public), int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    base, minus, total = _point(b"\x58" + b"\x66" * 31), (P - x, y, 1, P - t), ZERO
    sums = (ZERO, base, minus, _add(base, minus))
    for bit in range(252, -1, -1):
        total = _add(_add(total, total), sums[(s >> bit & 1) + 2 * (k >> bit & 1)])
    inverse = pow(total[2], -1, P)
    code = (total[1] * inverse % P | (total[0] * inverse % P & 1) << 255).to_bytes(32, "little")
    need(len(signature) == 64 and s < L and code == signature[:32], "chữ ký không đúng")


def grow(parts: list[bytes], size: int, entry: bytes) -> bytes:
    """Append the ``size``-th leaf to a tree of RFC 6962, kept as the roots of its full parts; return its root."""
    part = sha(b"\0", entry)
    for _ in range((size & -size).bit_length() - 1):
        part = sha(b"\1", parts.pop(), part)
    parts.append(part)
    for left in parts[-2::-1]:
        part = sha(b"\1", left, part)
    return part


def _climb(here: int, last: int, start: bytes, path: list[str]) -> tuple[bytes, bytes]:
    old = new = start
    for part in map(bytes.fromhex, path):
        need(last, "chứng minh quá dài")
        if here & 1 or here == last:
            old, new = sha(b"\1", part, old), sha(b"\1", part, new)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            new = sha(b"\1", new, part)
        here, last = here >> 1, last >> 1
    need(last == 0, "chứng minh quá ngắn")
    return old, new


def need_included(entry: bytes, index: int, size: int, path: list[str], root: bytes) -> None:
    """Raise Wrong unless the path proves the leaf at that index of the tree (RFC 9162, 2.1.3.2)."""
    need(0 <= index < size, "vị trí ngoài sổ")
    need(_climb(index, size - 1, sha(b"\0", entry), path)[1] == root, "chứng minh có mặt không đúng")


def need_continued(size: int, root: bytes, new_size: int, new_root: bytes, path: list[str]) -> None:
    """Raise Wrong unless the path proves that the new tree begins with the old (RFC 9162, 2.1.4.2)."""
    need(0 < size < new_size, "cỡ không tăng")
    start, *rest = path if size & (size - 1) else [root.hex(), *path]
    full = (size & -size).bit_length() - 1  # the old tree's last full part is a node of the new one
    roots = _climb((size - 1) >> full, (new_size - 1) >> full, bytes.fromhex(start), rest)
    need(roots == (root, new_root), "chứng minh nối tiếp không đúng")


def key_of(text: str) -> Key:
    """Return the name, the short hash and the bytes of the published key."""
    name, short, code = text.strip().split("+", 2)
    raw = base64.b64decode(code, validate=True)
    need(raw[:1] == b"\1" and len(raw) == 33, "khoá công bố sai dạng")
    need(sha(name.encode(), b"\n", raw)[:4].hex() == short, "khoá công bố sai mã")
    return name, bytes.fromhex(short), raw[1:]


def note_of(raw: bytes, key: Key) -> Note:
    """Return the size and root of a signed note once its form, origin and signature hold."""
    lines = raw.decode().split("\n")
    need(len(lines) == 6 and lines[3] == lines[5] == "", "không phải ba dòng, một dòng trống và chữ ký")
    dash, name, code = lines[4].split(" ")
    need(dash == "—" and name == lines[0] == key[0], "nguồn không phải nguồn của khoá công bố")
    root, signature = base64.b64decode(lines[2], validate=True), base64.b64decode(code, validate=True)
    need(re.fullmatch("[1-9][0-9]{0,17}", lines[1]) and len(root) == 32, "cỡ hay gốc sai dạng")
    need(signature[:4] == key[1], "ký bằng khoá khác")
    need_signed(key[2], "\n".join([*lines[:3], ""]).encode(), signature[4:])
    return int(lines[1]), root


class Bundle:
    """A zip file or folder under examination; ``found`` gathers what does not hold, a line each."""

    def __init__(self, path: Path, key: Key, title: str = "") -> None:
        self.path, self.key, self.title, self.found = path, key, title, list[str]()
        self.zip = None if path.is_dir() else zipfile.ZipFile(path)
        self.names = self._names()
        self.about = about = self.json("bundle.json")
        need(about["v"] == 1, "gói theo một bản đặc tả khác")
        self.complete, self.newest = about["complete"] is True, about["checkpoint"]
        self.notes, self.times, self.ends = dict[int, Note](), list[datetime](), dict[str, End]()
        self.occasions = list[tuple[int, int, str]]()  # where its entries begin and end in the log, its head
        self.marks = dict[str, list[Mark]]()  # length, head, first row that is new to the log, occasion
        self.rows = self.erased = self.uncovered = 0
        self.old: int | bytes = 0  # the size of an older log, then its root

    def _names(self) -> set[str]:
        if self.zip:
            found = [(one.orig_filename, one.file_size) for one in self.zip.infolist()]
        else:
            paths = [one for one in self.path.rglob("*") if one.is_symlink() or not one.is_dir()]
            found = [(one.relative_to(self.path).as_posix(), one.lstat().st_size) for one in paths]
        small = sum(size for name, size in found if not name.endswith(".jsonl"))
        need(small < MAX_SMALL and sum(size for _, size in found) < MAX_TOTAL, "gói lớn quá mức cho phép")
        names = sorted(name for name, _ in found if name not in {"rows/", "checkpoints/"})
        good = {name for name in names if KNOWN(name) and not (self.path / name).is_symlink()}
        odd = {*names} - good | {name for name, after in itertools.pairwise(names) if name == after}
        self.found += [f"{self.title}{name!a}: tệp lạ hoặc trùng tên" for name in sorted(odd)]
        return good

    def lines(self, name: str) -> Iterator[bytes]:
        """Give the lines of a file without their ends."""
        need(name in self.names, "gói thiếu tệp này")
        with io.BufferedReader(self.zip.open(name)) if self.zip else (self.path / name).open("rb") as file:
            while line := file.readline(MAX_LINE):
                need(len(line) < MAX_LINE, "dòng dài quá mức")
                yield line.removesuffix(b"\n")

    def json(self, name: str) -> Any:
        """Return what a file of one object says."""
        return decode(b"\n".join(self.lines(name)).decode())

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Note what does not hold in this part and go on with the next."""
        try:
            yield
        except AMISS as wrong:
            where = "".join(letter if letter.isprintable() else "?" for letter in self.title + name)[:120]
            self.found.append(f"{where}: {wrong if isinstance(wrong, Wrong) else 'không đọc được'}")

    def check(self, asked: dict[str, End]) -> None:
        """Check every part; each chain must pass through what is asked: a length and the digest there."""
        for name in sorted(name for name in self.names if name.startswith("checkpoints/")):
            with self.part(name):
                self.notes[int(name[12:-4])] = note_of(b"\n".join([*self.lines(name), b""]), self.key)
        with self.part("occasions.jsonl"):
            need(self.about["origin"] == self.key[0], "nguồn của gói không phải nguồn của khoá công bố")
            self._occasions()
        with self.part("log.jsonl" if self.complete else "proofs.json"):
            self._log() if self.complete else self._proofs()
        with self.part("chains.json"):
            self._chains(self.json("chains.json"), asked)

    def _occasions(self) -> None:
        place, head = 0, ZEROS
        for number, line in enumerate(self.lines("occasions.jsonl"), 1):
            one = read(line, OCCASION)
            size, at = one.pop("size"), moment(one["at"])
            need(one["number"] == number and one["previous"] == head, f"lần {number} không nối lần trước")
            need(place < size == self.notes.get(number, (size,))[0], f"lần {number}: cỡ sổ không khớp")
            head = sha(b"CCHC occasion v1\n", canonical(one)).hex()
            self.occasions.append((place, size, head))
            self.times.append(at)
            place = size
        need(len(self.occasions) == self.newest == max(self.notes), "số lần chốt sổ không khớp")
        need(not self.complete or len(self.notes) == self.newest, "thiếu dòng chốt sổ của một lần")

    def _entry(self, entry: Any, index: int) -> None:
        number = bisect.bisect_right(self.occasions, index, key=lambda one: one[1])
        place, _, head = self.occasions[number]
        chain, length, marks = entry["chain"], entry["length"], self.marks.setdefault(entry["chain"], [])
        last = marks[-1][0] if marks else 0
        need(HEX(entry["head"]) and length > last, "độ dài chuỗi không tăng")
        need((chain == "checkpoint") == (index == place), "mục của lần chốt sổ không ở đúng chỗ")
        need(index > place or (length, entry["head"]) == (number + 1, head), "không phải lần chốt sổ này")
        marks.append((length, entry["head"], last + 1 if self.complete else length, number))

    def _log(self) -> None:
        parts, size, roots = list[bytes](), 0, {note: number for number, note in self.notes.items()}
        for size, line in enumerate(self.lines("log.jsonl"), 1):
            with self.part(f"log.jsonl, mục {size}"):
                self._entry(read(line, ENTRY), size - 1)
            root = grow(parts, size, line)
            self.old = root if size == self.old else self.old
            roots.pop((size, root), None)
        need(not roots, f"gốc cây không khớp lần chốt sổ {', '.join(map(str, sorted(roots.values())))}")
        need(size == self.notes[self.newest][0], "sổ dài hơn lần chốt sổ mới nhất")

    def _proofs(self) -> None:
        told, roots = self.json("proofs.json"), dict(self.notes.values())
        size, root = self.notes[self.newest]
        for one in told["inclusion"]:
            with self.part(f"proofs.json, {one['entry']['chain']}"):
                line = canonical(one["entry"])
                need_included(line, one["index"], size, one["path"], root)
                need(one["entry"]["chain"] not in self.marks, "chuỗi lặp lại")
                self._entry(read(line, ENTRY), one["index"])
        for one in told["consistency"]:
            with self.part(f"proofs.json, từ {one['from']} đến {one['to']}"):
                need(one["to"] == size, "không nối đến lần chốt sổ mới nhất")
                need_continued(one["from"], roots.pop(one["from"]), size, root, one["path"])
        need("checkpoint" in self.marks, "thiếu chứng minh của lần chốt sổ mới nhất")
        need(roots.keys() == {size}, "thiếu chứng minh nối tiếp từ một lần chốt sổ cũ")

    def _chains(self, told: dict[str, Any], asked: dict[str, End]) -> None:
        for chain, about in told.items():
            with self.part(chain):
                self._rows(chain, about["file"], asked.get(chain, (0, ZEROS)))
                need(self.ends[chain][0] == about["length"], "số dòng khác chains.json")
        missing = {*asked, *(self.marks if self.complete else ())} - {*told, "checkpoint", "accesses"}
        self.found += [f"{self.title}{chain!a}: gói thiếu chuỗi này" for chain in sorted(missing)]
        rows = sorted(name for name in self.names if name.startswith("rows/"))
        need(sorted(about["file"] for about in told.values()) == rows, "tệp dòng phải thuộc đúng một chuỗi")

    def _rows(self, chain: str, file: str, asked: End) -> None:
        marks, end = iter(self.marks.get(chain, [])), (0, ZEROS)
        heads, mark = {length: head for length, head, _, _ in self.marks.get(chain, [])}, next(marks, None)
        for line in self.lines(file):
            with self.part(f"{chain}, dòng {end[0] + 1}"):
                row = read(line, ROW)
                record, before, end = row["record"], end, (row["record"]["sequence"], row["digest"])
                while mark and mark[0] < end[0]:
                    mark = next(marks, None)
                self._row(row, mark or (0, "", end[0], len(self.times)))
                need(record["chain"] == chain, "dòng của chuỗi khác")
                need((end[0] - 1, record["previous"]) == before, "không nối tiếp dòng trước")
                need(heads.get(*end) == end[1], "khác sổ ghi")
                need(asked[0] != end[0] or asked == end, "khác gói cũ")
            self.rows, self.uncovered = self.rows + 1, self.uncovered + (mark is None)
        self.ends[chain] = end
        need(end[0] >= max([asked[0], *heads]), "chuỗi ngắn hơn sổ ghi, hoặc ngắn hơn gói cũ")

    def _row(self, row: dict[str, Any], mark: Mark) -> None:
        record, salt, personal = row["record"], bytes.fromhex(row["salt"]), row["personal"]
        need(" ".join(record) == RECORD and record["v"] == 1 and HEX(row["mac"]), "sai thành phần")
        digest = sha(b"CCHC history v1\n", canonical(record)).hex()
        need(digest == row["digest"], "mã băm không khớp nội dung")
        need(personal.keys() == (record["commitments"].keys() if salt else set()), "cam kết thiếu giá trị")
        for name, value in personal.items():
            code = sha(b"CCHC commitment v1\n", salt, name.encode(), b"\0", canonical(value)).hex()
            need(code == record["commitments"][name] and len(salt) == 16, f"cam kết {name!a} không khớp")
        at, (_, _, since, number) = moment(record["at"]), mark
        late = number < len(self.times) and at > self.times[number] + HOUR
        early = record["sequence"] >= since and number > 0 and at < self.times[number - 1] - HOUR
        need(not late, "thời điểm ghi muộn hơn một giờ so với lần chốt sổ đã có dòng này")
        need(not early, "thời điểm ghi bị lùi về trước: lần chốt sổ trước đó lẽ ra đã có dòng này")
        self.erased += not salt


def verify_bundle(path: Path, key: Key) -> Bundle:
    """Check one bundle."""
    bundle = Bundle(path, key)
    bundle.check({})
    return bundle


def verify_diff(old: Path, new: Path, key: Key) -> Bundle:
    """Check both, and that NEW begins with OLD."""
    older = Bundle(old, key, "gói cũ, ") if old.is_dir() or zipfile.is_zipfile(old) else None
    raw, newer, size, root = b"" if older else old.read_bytes(), Bundle(new, key), 0, b""
    raw = raw.removeprefix(b"\xef\xbb\xbf").replace(b"\r", b"").strip() + b"\n"  # as editors save a copy
    with newer.part(old.name):
        if older:
            older.check({})
            newer.found += older.found
        size, root = older.notes[older.newest] if older else note_of(raw, key)
    newer.old = size
    newer.check(older.ends if older else {})
    with newer.part("so với bản cũ"):
        notes = dict(newer.notes.values())
        need(notes.get(size, root) == root, SPLIT)
        need(size <= max(notes), "bản cũ lại dài hơn gói mới: lịch sử đã bị lùi về trước")
        need(newer.old == root or not newer.complete, "sổ mới không bắt đầu bằng sổ cũ: lịch sử bị viết lại")
        need(newer.complete or size in notes, "gói mới không có chứng minh nối tiếp từ bản cũ")
    return newer


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(description="Kiểm tra gói lịch sử bằng khoá công bố.")
    parser.add_argument("command", choices=["verify-bundle", "verify-diff"])
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--key", required=True)
    given = parser.parse_args(argv)
    try:
        key = key_of(given.key if given.key.count("+") > 1 else Path(given.key).read_text("utf-8-sig"))
        bundle = (verify_diff if given.command == "verify-diff" else verify_bundle)(*given.paths, key)
    except AMISS as wrong:
        print(f"Không đọc được: {wrong}")
        return 2
    for line in bundle.found:
        print(f"KHÔNG KHỚP: {line}")
    print(f"Gói {'đầy đủ' if bundle.complete else 'một phần'}: {len(bundle.ends)} chuỗi, {bundle.rows} dòng.")
    print(f"Chưa được chốt sổ: {bundle.uncovered} dòng. Không kèm dữ liệu cá nhân: {bundle.erased} dòng.")
    size, root = bundle.notes.get(bundle.newest, (0, b""))
    print("Lần chốt sổ mới nhất:", key[0], size, base64.b64encode(root).decode(), sep="\n")
    print(f"KHÔNG ĐẠT: {len(bundle.found)} điều không khớp." if bundle.found else "ĐẠT: mọi điều đều khớp.")
    return 1 if bundle.found else 0


if __name__ == "__main__":
    sys.exit(main())
