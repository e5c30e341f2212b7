"""The fingerprint of what an approval signs; pure over plain values."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Line:
    """One leaf as signed: its code, points, inputs, note and evidence."""

    code: str
    points: Decimal | None
    inputs: dict[str, Any]
    note: str
    evidence: tuple[tuple[str, ...], ...]


def fingerprint(criteria_version: str, lines: Iterable[Line], texts: tuple[str, ...] = ()) -> str:
    """Return SHA-256 in hex over canonical JSON: sorted keys, NFC text, points as thousandths."""
    content = {
        "criteria": criteria_version,
        "texts": [_nfc(text) for text in texts],
        "lines": [_plain(line) for line in sorted(lines, key=lambda line: line.code)],
    }
    return of_content(content)


@dataclass(frozen=True)
class Answered:
    """One question of the council as the unit's leader sends it: the answer, and the evidence added to it."""

    code: str
    question: str
    answer: str
    evidence: tuple[tuple[str, ...], ...]


def answers(rows: Iterable[Answered]) -> str:
    """Return the fingerprint of an explanation: every question asked, answered or not."""
    lines = [
        {
            "code": row.code,
            "question": _nfc(row.question),
            "answer": _nfc(row.answer),
            "evidence": sorted([_nfc(part) for part in piece] for piece in row.evidence),
        }
        for row in sorted(rows, key=lambda row: row.code)
    ]
    return of_content({"answers": lines})


def result(lines: Iterable[tuple[str, Decimal | None]], deducted: Decimal) -> str:
    """Return the fingerprint of what was concluded: points by leaf, and what was taken off."""
    points = {code: None if given is None else int(given * 1000) for code, given in lines}
    return of_content({"result": points, "deducted": int(deducted * 1000)})


def of_content(content: Any) -> str:
    """Return SHA-256 in hex over canonical JSON: sorted keys, no spaces."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def texts_seen(difficulties: str, proposals: str) -> str:
    """Return a mark of the report's texts as read, to be sent back with a change of them."""
    return hashlib.sha256(f"{difficulties}\0{proposals}".encode()).hexdigest()[:16]


def digest(line: Line) -> str:
    """Return a short digest of one leaf, enough to see that it changed since somebody looked."""
    text = json.dumps(_plain(line), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(line: Line) -> dict[str, Any]:
    return {
        "code": line.code,
        "points": None if line.points is None else int(line.points * 1000),
        "inputs": {name: _nfc(str(value)) for name, value in line.inputs.items()},
        "note": _nfc(line.note),
        "evidence": sorted([_nfc(part) for part in piece] for piece in line.evidence),
    }


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
