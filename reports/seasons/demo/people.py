"""Accounts of the demonstration by seat: who runs the round, and who scores and approves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.core.text import fold
from permissions.roles import Role
from tiers.models import Unit
from tiers.people.demo import DemoSeat, host_seats, leader, officer

# Heads of departments, and their deputies, that are not "Giám đốc".
HEADS = {
    "VPUB": ("Chánh Văn phòng", "Phó Chánh Văn phòng"),
    "TTTP": ("Chánh Thanh tra", "Phó Chánh Thanh tra"),
    "BQLKCXCN": ("Trưởng ban", "Phó Trưởng ban"),
}

HOST = "tp"  # what usernames of the city's own seats begin with
MANAGER = f"{HOST}.tieuchi"
SECRETARY = f"{HOST}.thuky"
HOME_AFFAIRS = "SNV"
OFFICE = "VPUB"  # where the member works who decides on the card of Home Affairs
PROCEDURES = "3"  # the field of administrative procedures, in every set of the demonstration
COMMUNES = 12
# Who sits in the council of the present round, by username.
COUNCIL = {
    f"{HOST}.hoidong": "chair",
    f"{HOST}.thuongtruc": "vice_chair",
    SECRETARY: "secretary",
    f"{HOST}.uyvien": "member",
    "vpub.uyvien": "member",
    f"{HOST}.giupviec": "support",
}
DEPUTIES = 4


def slug(unit: Unit) -> str:
    """Return what usernames of the unit begin with: "snv", "caikhe"."""
    if not unit.code.isdecimal():
        return unit.code.lower()
    _kind, _space, name = fold(unit.name).partition(" ")
    return name.replace(" ", "").replace("'", "")


def chosen_communes(communes: Sequence[Unit]) -> list[Unit]:
    """Return the communes that get accounts, spread evenly over the protocol order."""
    step = max(1, len(communes) // COMMUNES)
    return list(communes[::step][:COMMUNES])


def demo_seats(city: Unit, departments: Sequence[Unit], communes: Sequence[Unit]) -> list[DemoSeat]:
    """Return every seat of the demonstration; ``communes`` are those that get accounts."""
    by_code = {unit.code: unit for unit in departments}
    home, office = by_code[HOME_AFFAIRS], by_code[OFFICE]
    return [
        *host_seats(city, home, HOST),
        DemoSeat(
            "vpub.uyvien", f"Ủy viên Hội đồng thẩm định - {office.name}", Role.MEMBER, city, workplace=office
        ),
        DemoSeat(
            "vpub.thamdinh",
            f"Thẩm định lĩnh vực thủ tục hành chính - {office.name}",
            Role.APPRAISER,
            city,
            workplace=office,
            fields_limit=PROCEDURES,
        ),
        *_of_units(departments),
        *_of_units(communes),
    ]


def _of_units(units: Sequence[Unit]) -> Iterator[DemoSeat]:
    for place, unit in enumerate(units):
        head, second = _titles(unit)
        yield officer(unit, slug(unit))
        yield leader(unit, slug(unit), head)
        if place < DEPUTIES:
            yield DemoSeat(f"{slug(unit)}.capho", f"{second} - {unit.name}", Role.DEPUTY, unit, title=second)


def _titles(unit: Unit) -> tuple[str, str]:
    """Return what the head and the deputy of the unit are called."""
    if unit.code.isdecimal():
        return "Chủ tịch UBND", "Phó Chủ tịch UBND"
    return HEADS.get(unit.code, ("Giám đốc", "Phó Giám đốc"))
