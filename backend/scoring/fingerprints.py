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
