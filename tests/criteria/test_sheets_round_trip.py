"""A set written as a sheet and read back: nothing changes, whatever it holds."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from backend.audit.recording import recording
from backend.criteria import actions
from backend.criteria.checks import RULES_OF_SOURCE
from backend.criteria.models import Applicability, CriteriaSet, Node
from backend.criteria.queries import nodes_of
from backend.criteria.sheets import exported, plan_for, read_file
from permissions.actor import SYSTEM
from tests import make
from tests.criteria.rule_samples import MAXIMA, any_rule
from tiers.models import Kind, Unit

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# What people type and paste: tones, decomposed letters, lines, and beginnings that a spreadsheet would run.
TEXTS = st.text("aAàĐệ̂́ươ 09=+-@\t\n\r\"'<>&|;:%_x\u200b", max_size=24) | st.sampled_from(
    ["=1+1", '=HYPERLINK("http://x")', "_x0041_", "Kế hoạch cải cách hành chính", "http://example.org", "'"]
)
TITLES = TEXTS.filter(lambda text: text.strip(" \t\n\r\u200b"))
MARKS = st.from_regex(r"[0-9a-dIVXĐ]{1,3}", fullmatch=True)
FLAGS = st.booleans()


@st.composite
def leaves(draw: Any) -> dict[str, Any]:
    """Return the columns of a leaf of any kind."""
    rule = draw(st.none() | any_rule())
    sources = ["assessed", *(s for s, kinds in RULES_OF_SOURCE.items() if rule and rule.kind in kinds)]
    source = draw(st.sampled_from(sources))
    counting = ["base", "bonus", "penalty"] if source == "assessed" else ["base"]
    return {
        "is_leaf": True,
        "max_points": draw(MAXIMA),
        "rule": rule.kind.value if rule else "",
        "params": rule.to_params() if rule else {},
        "source": source,
        "needs_evidence": draw(FLAGS),
        "counting": draw(st.sampled_from(counting)),
        "not_arisen": draw(st.sampled_from(Node.NotArisen.values)),
        **draw(texts()),
    }


def named(draw: Any) -> list[str]:
    """Return for whom a node is: kinds and units by code; none for everybody."""
    return sorted(draw(st.sets(st.sampled_from(["commune", "department", "P1", "P2"]), max_size=2)))


@st.composite
def texts(draw: Any) -> dict[str, Any]:
    """Return the columns that every node has."""
    return {
        "title": draw(TITLES),
        "guidance": draw(TEXTS),
        "evidence_asked": draw(TEXTS),
        "only_with_procedures": draw(FLAGS),
        "open_to_additions": draw(FLAGS),
        "for": named(draw),
    }


@st.composite
def trees(draw: Any, level: int = 1) -> list[tuple[str, dict[str, Any], list[Any]]]:
    """Return nodes of one group as (last part of the code, columns, children)."""
    most = 3 if level < 3 else 2
    made = []
    for mark in draw(st.lists(MARKS, min_size=1 if level == 1 else 0, max_size=most, unique=True)):
        if level == 5 or draw(FLAGS):
            made.append((mark, draw(leaves()), []))
        else:
            planned = draw(st.none() | MAXIMA)
            made.append((mark, {"planned_points": planned, **draw(texts())}, draw(trees(level + 1))))
    return made


def grow(draft: CriteriaSet, tree: list[Any], parent: Node | None = None) -> None:
    """Save the tree under ``parent``, in order."""
    for mark, told, children in tree:
        columns = {**told}
        names = columns.pop("for", ())
        node = Node.objects.create(
            criteria_set=draft,
            parent=parent,
            level=parent.level + 1 if parent else 1,
            code=f"{parent.code}.{mark}" if parent else mark,
            order=Node.objects.filter(criteria_set=draft).count() + 1,
            **columns,
        )
        for kind in Kind.objects.filter(code__in=names):
            Applicability.objects.create(node=node, kind=kind)
        for unit in Unit.objects.filter(code__in=names):
            Applicability.objects.create(node=node, unit=unit)
        grow(draft, children, node)


@pytest.fixture
def drafts():
    """Two empty drafts of one owner."""
    city = make.unit("Thành phố")
    make.kind("department")
    for code, name in (("P1", "Phường 1; cũ"), ("P2", "Xã, phường")):
        make.unit(name, parent=city, kind="commune", code=code)
    return [
        actions.create_set(city, by=SYSTEM, kind=make.kind("commune"), year=2026 + n, title=f"Bộ {n}")
        for n in range(2)
    ]


def sheet_of(draft: CriteriaSet) -> bytes:
    return exported(draft, nodes_of(draft))[0]


def cells(content: bytes) -> list[list[Any]]:
    """Return heading and rows of a sheet without the hidden keys."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    return [row[:-1] for row in rows if row[2] != ""]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=trees())
def test_a_sheet_sent_back_as_it_was_changes_nothing(drafts, tree):
    with transaction.atomic():
        with recording(by=SYSTEM):
            grow(drafts[0], tree)
        plan = plan_for(read_file(io.BytesIO(sheet_of(drafts[0])), "a.xlsx"), drafts[0])
        assert plan.problems == []
        assert plan.changes_nothing, [(wish.row.code, wish.fields) for wish in plan.wishes]
        transaction.set_rollback(True)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=trees())
def test_a_sheet_read_into_an_empty_draft_gives_the_same_sheet(drafts, tree):
    with transaction.atomic():
        with recording(by=SYSTEM):
            grow(drafts[0], tree)
        first = sheet_of(drafts[0])
        reading = read_file(io.BytesIO(first), "a.xlsx")
        actions.import_sheet(drafts[1], reading, by=SYSTEM, seen=drafts[1].revision)
        assert cells(sheet_of(drafts[1])) == cells(first)
        transaction.set_rollback(True)


def test_the_lead_agency_comes_back_by_name_and_code(drafts):
    lead = make.unit("Sở Tư pháp", parent=drafts[0].owner, kind="department", code="STP")
    with recording(by=SYSTEM):
        grow(drafts[0], [("1", {"title": "Văn bản", "is_leaf": True, "max_points": Decimal(2)}, [])])
        drafts[0].nodes.update(lead_agency=lead)
    reading = read_file(io.BytesIO(sheet_of(drafts[0])), "a.xlsx")
    actions.import_sheet(drafts[1], reading, by=SYSTEM, seen=0)
    assert drafts[1].nodes.get().lead_agency == lead
