"""The shell is tested on a small site of its own."""

import pytest
from django.test import Client


@pytest.fixture
def site(settings) -> None:
    """Serve tests/web/pages.py, which also holds the program's addresses."""
    settings.ROOT_URLCONF = "tests.web.pages"


@pytest.fixture
def browser(site, db) -> Client:
    """Return a client that gets the 500 page instead of the exception."""
    return Client(raise_request_exception=False)
