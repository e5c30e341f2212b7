"""What every test may ask for: a database that tells the truth, a worker's name, a browser."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import hypothesis
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase

from tests import databases

T = TypeVar("T")

# A busy machine is no fault of the code: no test is judged by its time.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session")
def worker() -> str:
    """Return the name of this xdist worker, "main" without xdist."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker, worker) -> Iterator[None]:
    """A migrated database of this worker. A test with ``db`` runs in a transaction on it, rolled back.

    On PostgreSQL the owner migrates and the test works as the program's role, as in production.
    Triggers on history stand in every test.
    """
    with django_db_blocker.unblock():
        before = connection.settings_dict["NAME"]
        name = databases.copy_of(databases.template(), worker)
        databases.use(name)
        _copy_instead_of_flush(worker)
        yield
        databases.use(before)
        databases.drop(name)


def _copy_instead_of_flush(worker: str) -> None:
    """Let transactional tests (``transactional_db``, ``live_server``) work in a fresh copy each.

    Commits are real, other threads and the live server see them, and nothing is rolled back: the copy
    is dropped. Django's own way, flush, would have to delete history.
    """
    copies = []

    def set_up(_cls: type) -> None:
        copies.append(databases.fresh_copy(worker))
        copies[-1].__enter__()

    def tear_down(_self: TransactionTestCase) -> None:
        copies.pop().__exit__(None, None, None)

    TransactionTestCase._fixture_setup = classmethod(set_up)
    TransactionTestCase._fixture_teardown = tear_down


@pytest.fixture(scope="module")
def standing(django_db_setup, django_db_blocker) -> Iterator[Callable[[Callable[[], T]], T]]:
    """Return a function that builds a world once for the whole module; what a test does to it is rolled back.

    Each test takes ``copy.deepcopy`` of what was built. Not for a module with transactional tests.
    """
    around = transaction.atomic()
    with django_db_blocker.unblock():
        around.__enter__()

    def build_once(build: Callable[[], T]) -> T:
        with django_db_blocker.unblock():
            return build()

    yield build_once
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def database_url(transactional_db) -> str:
    """Return the URL of this test's own database, for a program the test starts (DATABASE_URL)."""
    return databases.url()


@pytest.fixture
def commits(django_capture_on_commit_callbacks) -> Callable:
    """Return a context in which what waits for the commit runs, though the test's transaction never commits."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out, with the reason, what needs the other database."""
    on_postgresql = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    for item in items:
        for name, here in (("postgresql", on_postgresql), ("sqlite", not on_postgresql)):
            if item.get_closest_marker(name) and not here:
                item.add_marker(pytest.mark.skip(reason=f"chỉ chạy trên {name}"))


def pytest_unconfigure() -> None:
    """Remove the run's folder, and its template on PostgreSQL; only the first process does."""
    if os.environ.get("PYTEST_XDIST_WORKER") or not settings.RUN_DIR.exists():
        return
    if (settings.RUN_DIR / "template.made").exists() and connection.vendor == "postgresql":
        databases.drop(databases.template())
    shutil.rmtree(settings.RUN_DIR, ignore_errors=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Headless Chromium of the system (CHROMIUM names another one), for tests marked ``browser``.

    Playwright keeps an event loop in this thread, and Django would take the test for asynchronous code.
    """
    # Imported here: half a second that other tests need not wait for.
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        program = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, live_server) -> Iterator[Any]:
    """A new browser window at 1366 x 768 in Vietnamese, on the live server; its errors fail the test."""
    context = chromium.new_context(
        base_url=live_server.url,
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        viewport={"width": 1366, "height": 768},
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda said: (
            errors.append(said.text) if said.type == "error" and "status of 4" not in said.text else None
        ),
    )
    yield page
    context.close()
    assert errors == []
