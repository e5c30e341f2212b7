"""Files for everybody: open data as JSON and CSV, its JSON schema, and what an outsider checks them with."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

from django.utils.translation import gettext as _

from backend.audit import bundles
from backend.audit.models import Checkpoint
from backend.core.exact import round_half_up
from backend.core.letterhead import file_name
from reports import opendata, queries
from reports.public.finding import Publication, find
from reports.public.keeping import DAY, Answer, kept
from reports.public.sheet import CONTENT_TYPE, workbook
from reports.standings import Standing, Table

JSON, CSV = "application/json; charset=utf-8", "text/csv; charset=utf-8"
PROGRAM = Path(__file__).with_name("recompute.py")
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@kept
def data(host: str, year: int, version: int) -> Answer:
    """Return the whole publication as JSON; the SHA-256 of the file is the ranking's fingerprint in the log."""
    found = find(host, year, version)
    return Answer(
        opendata.text_of(opendata.data_of(found.ranking)), JSON, _name(found, _("Dữ liệu"), "json"), DAY
    )


@kept
def units(host: str, year: int, version: int) -> Answer:
    """Return one line a unit as CSV: places, points, bands, fields."""
    found = find(host, year, version)
    fields = list(dict.fromkeys(code for table in found.tables for code, _title in table.field_titles))
    head = ["group", "unit_code", "unit", "rank", "shared", "band", "index", *opendata.OF_TOTALS]
    head += [f"field_{code}" for code in fields]
    lines = (_unit(table, line, fields) for table in found.tables for line in table.standings)
    return Answer(_csv(found, head, lines), CSV, _name(found, _("Kết quả các đơn vị"), "csv"), DAY)


@kept
def leaves(host: str, year: int, version: int) -> Answer:
    """Return one line a unit and leaf as CSV."""
    found = find(host, year, version)
    points = queries.leaves_in(found.round, found.ranking)
    head = ["group", "unit_code", "unit", "leaf", "source", "counting", "applies", "points", "maximum"]
    return Answer(
        _csv(found, head, _leaves(found, points)), CSV, _name(found, _("Điểm tiêu chí"), "csv"), DAY
    )


@kept
def sheet(host: str, year: int, version: int) -> Answer:
    """Return every unit's leaves as a workbook."""
    found = find(host, year, version)
    return Answer(workbook(found), CONTENT_TYPE, _name(found, _("Điểm tiêu chí"), "xlsx"), DAY)


@kept
def schema() -> Answer:
    """Return the JSON schema of ``data``."""
    text = json.dumps(opendata.SCHEMA, ensure_ascii=False, indent=1)
    return Answer(text.encode(), "application/schema+json; charset=utf-8")


@kept
def program() -> Answer:
    """Return the program that works the ranking out again from the data alone."""
    return Answer(PROGRAM.read_bytes(), "text/x-python; charset=utf-8", PROGRAM.name)


@kept
def bundle(host: str, year: int, version: int) -> Answer:
    """Return the data, its schema, the program, and the publications' history with its proofs in the signed log."""
    found = find(host, year, version)
    kept_in = io.BytesIO()
    with zipfile.ZipFile(kept_in, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("data.json", opendata.text_of(opendata.data_of(found.ranking)))
        out.writestr("schema.json", json.dumps(opendata.SCHEMA, ensure_ascii=False, indent=1))
        out.writestr("recompute.py", PROGRAM.read_bytes())
        out.writestr("HUONG-DAN.txt", _guide(found))
        if Checkpoint.objects.exists():
            with bundles.made([found.ranking.history_chain]) as history:
                out.writestr("history.zip", history.read())
    return Answer(kept_in.getvalue(), "application/zip", _name(found, _("Gói kiểm chứng"), "zip"))


def _guide(found: Publication) -> str:
    lines = [
        _("SỐ LIỆU MINH HOẠ") if found.demo else "",
        f"{found.ranking.title} ({found.ranking.host_name})",
        _("Lần công bố: %s") % found.ranking.version,
        _("Giấy phép dữ liệu: %s") % f"{opendata.LICENCE['name']}, {opendata.LICENCE['url']}",
        "",
        _(
            "1. Tính lại toàn bộ điểm, thứ hạng, xếp loại từ điểm từng tiêu chí: python3 recompute.py data.json"
        ),
        _("2. Mã SHA-256 của data.json: %s") % (found.ranking.fingerprint or _("không có")),
        _("   So với mã tự tính: sha256sum data.json"),
        _(
            "3. Mã ấy nằm trong lịch sử công bố (history.zip, cột fingerprint), được sổ chốt đã ký bảo chứng: "
            "tải verify_bundle.py và khoá công khai ở trang Chốt sổ lịch sử, chạy "
            "python3 verify_bundle.py verify-bundle history.zip --key KHOÁ"
        ),
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _unit(table: Table, line: Standing, fields: list[str]) -> list[object]:
    totals, own = line.totals, {part.code: part.points for part in line.fields}
    return [
        table.title,
        line.unit_code,
        line.unit_name,
        line.rank,
        int(line.shared),
        line.band,
        round_half_up(line.index, 6),
        *(getattr(totals, name) for name in opendata.OF_TOTALS),
        *(own.get(code, "") for code in fields),
    ]


def _leaves(found: Publication, points: dict[int, dict]) -> Iterable[list[object]]:
    for table in found.tables:
        owned = [one for one in found.criteria.get(table.group_id, ()) if one.is_leaf]
        for line in table.standings:
            own = points.get(line.card_id, {})
            for one in owned:
                applies, given = one.code in own, own.get(one.code)
                named = [table.title, line.unit_code, line.unit_name, one.code, one.source, one.counting]
                yield [*named, int(applies), "" if given is None else given, one.maximum]


def _csv(found: Publication, head: list[str], lines: Iterable[list[object]]) -> bytes:
    """Return lines as CSV with a comma, a point for decimals and the mark Excel knows UTF-8 by."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    ends = ["licence", "notice"] if found.demo else ["licence"]
    writer.writerow([*head, *ends])
    told = [opendata.LICENCE["name"], _("SỐ LIỆU MINH HOẠ")][: len(ends)]
    for line in lines:
        writer.writerow([*map(_safe, line), *told])
    return out.getvalue().encode("utf-8-sig")


def _safe(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _name(found: Publication, what: str, ending: str) -> str:
    demo = _("SỐ LIỆU MINH HOẠ") if found.demo else ""
    ranking = found.ranking
    return file_name(what, ranking.host_name, f"{ranking.year}-{ranking.version}", demo, ending=ending)
