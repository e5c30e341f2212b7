"""Navigation by rights, and what machines ask."""

import pytest

from backend.web import nav
from backend.web.context import nav_for
from permissions.actor import NOBODY, SYSTEM, Actor, Seat
from permissions.roles import Role, Verb


@pytest.fixture
def entries(monkeypatch, settings) -> None:
    """A small menu on addresses that exist in tests/web/pages.py."""
    settings.ROOT_URLCONF = "tests.web.pages"
    menu = (
        nav.Entry("Chung", "web:healthz"),
        nav.Entry("Phê duyệt", "components", (Verb.APPROVE,)),
        nav.Entry("Chưa có", "khong:co"),
    )
    monkeypatch.setattr("backend.web.context.ENTRIES", menu)


def _titles(actor: Actor) -> list[str]:
    return [title for title, _, _ in nav_for(actor, "/")]


def test_everybody_sees_what_needs_no_right(entries):
    assert _titles(NOBODY) == ["Chung"]


def test_a_leader_sees_approvals(entries):
    leader = Actor(user_id=1, seats=(Seat(role=Role.LEADER, path="/92/", workplace="/92/"),))
    assert _titles(leader) == ["Chung", "Phê duyệt"]


def test_the_entry_of_the_page_is_marked(entries):
    marked = [title for title, _, active in nav_for(SYSTEM, "/components/12/") if active]
    assert marked == ["Phê duyệt"]


def test_every_entry_has_a_title_of_its_own():
    titles = [str(entry.title) for entry in nav.ENTRIES]
    assert len(set(titles)) == len(titles)


def test_alive(client):
    assert client.get("/healthz").json() == {"status": "ok"}


def test_ready_when_migrated(client, db):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "migrations": "ok"}


def test_robots_stay_out_and_the_icon_has_an_address(client):
    assert b"Disallow: /" in client.get("/robots.txt").content
    assert client.get("/favicon.ico").headers["Location"] == "/static/web/icon.svg"
