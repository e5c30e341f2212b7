"""The line of slices: who may import whom, who may point at whom, which doors a slice has."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from tests.house.sources import ROOT, SLICES, module_of, sources

LINE = (  # from the bottom; a foreign key points down it
    "backend.core",
    "permissions",
    "backend.accounts",
    "backend.audit",
    "backend.jobs",
    "backend.notices",
    "tiers",
    "backend.criteria",
    "backend.rounds",
    "backend.scoring",
    "reports",
    "backend.api",
    "backend.web",
)
# What a slice shows the slices above it. permissions, core and audit are tools and have no inside.
DOORS = {"actions", "queries", "models", "rules"}
OPEN = {
    "permissions",
    "backend.core",
    "backend.audit",
    "tiers.seating",
    "tiers.scope",
    "tiers.people.actions",
    "tiers.people.queries",
    "tiers.people.demo",
    "backend.criteria.loading",
}


def test_imports_go_down_the_line_only():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_foreign_keys_point_down_the_line():
    wrong = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_config.name in LINE
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model
        if _height(field.related_model) > _height(model)
    ]
    assert wrong == []


def _height(model: type) -> int:
    name = model._meta.app_config.name
    return LINE.index(name) if name in LINE else -1


@pytest.mark.parametrize("slice_", SLICES)
def test_a_slice_is_entered_by_its_doors(slice_):
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sources(slice_)
        for line, name in _imports(path)
        if _is_inside(name, of_another_than=slice_)
    ]
    assert wrong == []


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Give the line and the full name of everything imported from our own folders."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, module_of(path))
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def _absolute(node: ast.ImportFrom, module: str) -> str:
    if not node.level:
        return node.module or ""
    return ".".join([*module.split(".")[: -node.level], *filter(None, [node.module])])


def _is_inside(name: str, *, of_another_than: str) -> bool:
    """Tell whether ``name`` lies behind the doors of another slice."""
    if any(name == part or name.startswith(part + ".") for part in OPEN | {of_another_than}):
        return False
    home = next((s for s in SLICES if name.startswith(s + ".")), None)
    if home is None or home == "backend.config":
        return False
    door = name[len(home) + 1 :].split(".", maxsplit=1)[0]
    # The API's router collects each slice's api; that is its whole work.
    return door not in DOORS | ({"api"} if of_another_than == "backend.api" else set())


def test_every_slice_is_installed_and_stands_in_the_line():
    ours = {
        app
        for app in settings.INSTALLED_APPS
        if app.split(".")[0] in {"backend", "tiers", "permissions", "reports"}
    }
    assert ours == set(LINE)
    assert set(SLICES) == set(LINE) | {"backend.config"}
