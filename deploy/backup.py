"""Keeps a copy of the database and the files, with the fingerprint of each, and checks such a copy.

The database goes first: a file is written before the row that names it, so a copy made in this order
holds every file its database knows. Files never change after they are written; those already in the
copy before are linked, not copied again.
"""

import argparse
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
LIST = "SHA256SUMS"


def main() -> None:
    """Make a copy below the folder named, or check the copy named."""
    parser = argparse.ArgumentParser(prog="deploy/backup", description="Sao lưu cơ sở dữ liệu và tệp.")
    parser.add_argument("folder", type=Path, help="nơi cất các bản sao; với --check: một bản sao")
    parser.add_argument("--check", action="store_true", help="đối chiếu một bản sao với dấu vân tay của nó")
    wish = parser.parse_args()
    if wish.check:
        check(wish.folder)
    else:
        make(wish.folder)


def make(folder: Path) -> Path:
    """Make one copy; return its folder. It has its name only when it is whole."""
    settings = program_settings()
    before = newest(folder)
    name = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    half, whole = folder / f".{name}.dang-ghi", folder / name
    half.mkdir(parents=True, mode=0o700)
    copy_database(settings, half)
    copy_files(settings, half / "files", before / "files" if before else None)
    (half / LIST).write_text("".join(f"{digest}  {path}\n" for path, digest in fingerprints(half)))
    half.rename(whole)
    print(f"Đã sao lưu: {whole}")
    return whole


def program_settings():
    """Return the settings of the program, from the same environment it runs in."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
    from django.conf import settings

    return settings


def newest(folder: Path) -> Path | None:
    """Return the last whole copy, if any."""
    return max((path for path in folder.glob("2*Z") if path.is_dir()), default=None)


def copy_database(settings, target: Path) -> None:
    """Copy the database as it is at one moment, while people go on working."""
    wanted = settings.DATABASES["default"]
    if wanted["ENGINE"].endswith("sqlite3"):
        with (
            closing(sqlite3.connect(wanted["NAME"])) as live,
            closing(sqlite3.connect(target / "db.sqlite3")) as copy,
        ):
            live.backup(copy)
            if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                sys.exit("Bản sao cơ sở dữ liệu hỏng; hãy kiểm tra ổ đĩa rồi làm lại.")
        return
    dump = ["pg_dump", "--format=custom", f"--file={target / 'db.dump'}", "--dbname"]
    subprocess.run([*dump, settings.MIGRATE_DATABASE_URL or settings.DATABASE_URL], check=True)
    subprocess.run(["pg_restore", "--list", target / "db.dump"], check=True, stdout=subprocess.DEVNULL)


def copy_files(settings, target: Path, before: Path | None) -> None:
    """Copy the evidence and documents; an S3 store keeps its own copies."""
    target.mkdir()
    place = urlsplit(settings.STORAGE_URL)
    if place.scheme != "file":
        print("Tệp nằm ở kho S3: hãy bật lưu phiên bản và sao chép của chính kho đó.")
        return
    live = Path(unquote(place.path))
    for path in sorted(live.rglob("*")):
        if path.is_file():
            copy_file(
                path, target / path.relative_to(live), before / path.relative_to(live) if before else None
            )


def copy_file(path: Path, target: Path, before: Path | None) -> None:
    """Copy one file, or link it to the same one in the copy before."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if before and before.exists() and before.stat().st_size == path.stat().st_size:
        os.link(before, target)
    else:
        shutil.copy2(path, target)


def fingerprints(folder: Path) -> Iterator[tuple[str, str]]:
    """Give the path and SHA-256 of each file of the copy."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != LIST:
            with path.open("rb") as file:
                yield str(path.relative_to(folder)), hashlib.file_digest(file, "sha256").hexdigest()


def check(copy: Path) -> None:
    """Compare a copy with its list; end with code 1 and the names of what differs."""
    lines = (line.split("  ", 1) for line in (copy / LIST).read_text().splitlines())
    told = {path: digest for digest, path in lines}
    found = dict(fingerprints(copy))
    wrong = sorted(path for path in told.keys() | found.keys() if told.get(path) != found.get(path))
    if wrong:
        sys.exit("Bản sao không còn nguyên vẹn:\n" + "\n".join(wrong))
    print(f"Bản sao nguyên vẹn: {len(told)} tệp.")


if __name__ == "__main__":
    main()
