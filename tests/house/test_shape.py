"""The shape of the house: what stands where, how long things are, what a slice may hold."""

import ast
import re
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
    "data",
    "fonts",
}
# Names that say nothing; what lands there is never found again.
NAMELESS = {
    "utils",
    "helpers",
    "common",
    "misc",
    "base",
    "services",
    "managers",
    "signals",
    "constants",
    "tests",
}

LONGEST = 60  # lines of a function; house.md aims at 40
LONG_FILE = 400


def test_nothing_else_stands_at_the_top():
    tops = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in tops if not name.startswith(".")} <= TOP_LEVEL


@pytest.mark.parametrize("slice_", SLICES)
def test_a_file_beside_the_known_ones_stands_in_the_reading_order(slice_):
    folder = ROOT / slice_.replace(".", "/")
    known = FILES | FOLDERS
    own = {
        path.relative_to(folder).parts[0].removesuffix(".py").removesuffix(".md")
        for path in tracked(str(folder))
    } - {name.removesuffix(".py") for name in known}
    order = set(re.findall(r"\w+", ast.get_docstring(ast.parse((folder / "__init__.py").read_text()))))
    assert sorted(own - order) == []
    assert sorted(own & NAMELESS) == []


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
