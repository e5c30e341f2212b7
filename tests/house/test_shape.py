"""The shape of the house: what stands where, how long things are, what a slice may hold."""

import ast
from pathlib import Path

import pytest

from tests.house.sources import ROOT, SLICES, TOPS, sources, tracked

TOP_LEVEL = {*TOPS, "deploy", "tests", "manage.py", "pyproject.toml", "README.md"}

# The files of a slice, in reading order; folders by the same names may hold what grew past a file.
FILES = {
    "__init__.py",
    "apps.py",
    "models.py",
    "rules.py",
    "lifecycle.py",
    "queries.py",
    "actions.py",
    "forms.py",
    "api.py",
    "views.py",
    "tasks.py",
    "urls.py",
    "checks.py",  # Django's own checks of the slice
    "walls.py",  # what keeps its finished rows from being altered
}
FOLDERS = {
    "models",
    "rules",
    "queries",
    "actions",
    "views",
    "forms",
    "management",
    "migrations",
    "templates",
    "templatetags",
    "static",
}
# What a slice has beside them, each for its subject.
OWN = {
    "permissions": {"roles.py", "actor.py", "gates.py", "backend.py"},
    "tiers": {"seating.py", "scope.py", "loading", "data"},
    "backend.criteria": {"compact.py", "wording.py"},
    "backend.scoring": {"gates.py", "fingerprints.py", "files"},
    "reports": {
        "rankings.py",
        "standings.py",
        "details.py",
        "analysis.py",
        "backtest.py",
        "charts.py",
        "documents.py",
        "documents",
        "fonts",
    },
}
# Slices that are tools, not subjects: their files are named by what they do.
TOOLS = {"backend.core", "backend.config", "backend.audit", "backend.web"}

LONGEST = 60  # lines of a function; house.md aims at 40
LONG_FILE = 400


def test_nothing_else_stands_at_the_top():
    tops = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in tops if not name.startswith(".")} <= TOP_LEVEL


@pytest.mark.parametrize("slice_", sorted(set(SLICES) - TOOLS))
def test_a_slice_holds_the_files_with_the_known_names(slice_):
    folder = ROOT / slice_.replace(".", "/")
    names = {path.relative_to(folder).parts[0] for path in tracked(str(folder))}
    assert names <= FILES | FOLDERS | OWN.get(slice_, set())


@pytest.mark.parametrize("slice_", SLICES)
def test_every_module_says_what_it_is(slice_):
    silent = [
        path
        for path in sources(slice_)
        if path.read_text() and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert [str(path.relative_to(ROOT)) for path in silent] == []


def test_no_function_is_longer_than_a_screen():
    long = [
        f"{path.relative_to(ROOT)}: {node.name} ({length} lines)"
        for path in _python()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (length := node.end_lineno - node.lineno + 1) > LONGEST
    ]
    assert long == []


def test_no_file_is_too_long():
    long = [
        str(path.relative_to(ROOT)) for path in _python() if len(path.read_text().splitlines()) > LONG_FILE
    ]
    assert long == []


def _python() -> list[Path]:
    return [path for path in tracked("*.py") if "migrations" not in path.parts]
