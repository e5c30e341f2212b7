"""Names in official letters, as ``backend.core.letterhead`` writes them."""

from backend.core.letterhead import (
    COMMITTEE,
    file_name,
    is_committee,
    issuer,
    name_lines,
    place,
    signing_lines,
    spaced,
    superior_lines,
)

__all__ = [
    "COMMITTEE",
    "file_name",
    "is_committee",
    "issuer",
    "name_lines",
    "place",
    "signing_lines",
    "spaced",
    "superior_lines",
]
