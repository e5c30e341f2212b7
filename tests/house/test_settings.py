"""What the environment decides is told in one file, and migrations are complete."""

import re

import pytest
from django.core.management import call_command

from tests.house.sources import ROOT, tracked


def told() -> set[str]:
    """Return the variables of deploy/env.example."""
    return set(re.findall(r"^#?([A-Z_]+)=", (ROOT / "deploy/env.example").read_text(), re.MULTILINE))


def read() -> set[str]:
    """Return the variables that the settings and the web server read."""
    settings = (ROOT / "backend/config/settings.py").read_text() + (ROOT / "deploy/gunicorn.py").read_text()
    return set(re.findall(r"\benv(?:\.\w+|iron\.get)?\(\s*\"([A-Z_]+)\"", settings))


def test_the_example_tells_every_variable_and_no_other():
    assert told() == read()


def test_only_the_settings_read_the_environment():
    inside = [
        path
        for path in tracked("backend/*.py", "tiers/*.py", "permissions/*.py", "reports/*.py")
        if "config" not in path.parts
    ]
    assert [
        str(path.relative_to(ROOT))
        for path in inside
        if re.search(r"\bos\.(environ|getenv)\b", path.read_text())
    ] == []


@pytest.mark.django_db
def test_every_model_has_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_migrations_have_names():
    automatic = [
        path
        for path in tracked("*/migrations/*.py")
        if re.search(r"_auto_\d|_initial_and|_and_more", path.name)
    ]
    assert [str(path.relative_to(ROOT)) for path in automatic] == []
