"""Consultations as JSON: the same rules as on the pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from backend.criteria.models import Opinion
from permissions.roles import Role
from tests import make
from tests.criteria.consultations import Asking, ask

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def asking() -> Asking:
    return ask()


def post(client, name: str, pk: int, **body: Any):
    return client.post(reverse(f"api:{name}", args=[pk]), body, content_type="application/json")


def read(client, name: str, pk: int) -> dict[str, Any]:
    answer = client.get(reverse(f"api:{name}", args=[pk]))
    assert answer.status_code == 200
    return answer.json()


def test_a_unit_writes_and_reads_its_own(client, asking):
    client.force_login(asking.one.officer_user)
    mine = asking.response().pk
    answer = post(client, "criteria-response-write", mine, node=asking.node("1.1").pk, text="Giảm điểm")
    assert answer.status_code == 200
    assert [row["text"] for row in read(client, "criteria-response-detail", mine)["opinions"]] == [
        "Giảm điểm"
    ]
    stale = post(client, "criteria-response-write", mine, node=asking.node("1.1").pk, text="Khác", was="")
    assert stale.status_code == 409
    for wrong in ({"text": ""}, {"text": "x" * 100_000}, {"text": "a\x00b"}, {}, {"node": "x", "text": "y"}):
        assert post(client, "criteria-response-write", mine, **wrong).status_code in (400, 422)
    other = make.criteria_set(asking.city, year=2030).nodes.get(code="1.1")
    assert post(client, "criteria-response-write", mine, node=other.pk, text="Ý").status_code == 404
    assert post(client, "criteria-response-write", mine, node=2**70, text="Ý").status_code in (400, 404, 422)


def test_answers_are_hidden_from_the_unit_until_the_end(client, asking):
    written = asking.write("Giảm điểm", code="1.1")
    asking.send()
    asking.close()
    client.force_login(asking.manager_user)
    done = post(client, "criteria-opinion-answer", written.pk, verdict="declined", answer="Theo quy định")
    assert done.json()["verdict"] == "declined"
    again = post(client, "criteria-opinion-answer", written.pk, verdict="accepted", seen=None)
    assert again.status_code == 409
    seen = done.json()["answered_at"]
    assert (
        post(client, "criteria-opinion-answer", written.pk, verdict="accepted", seen=seen).status_code == 200
    )
    assert post(client, "criteria-opinion-answer", written.pk, verdict="partly").status_code == 422
    client.force_login(asking.one.officer_user)
    mine = asking.response().pk
    assert "verdict" not in read(client, "criteria-response-detail", mine)["opinions"][0]
    asking.end()
    assert read(client, "criteria-response-detail", mine)["opinions"][0]["verdict"] == "accepted"


def test_the_board_gives_opinions_to_whom_they_are_open(client, asking):
    asking.write("Giảm điểm", code="1.1")
    asking.send()
    client.force_login(asking.manager_user)
    found = read(client, "criteria-consultation-detail", asking.asked.pk)
    assert (found["progress"]["approved"], [row["text"] for row in found["opinions"]]) == (1, ["Giảm điểm"])
    client.force_login(make.seated(Role.CHAIR, asking.city)[0])
    assert read(client, "criteria-consultation-detail", asking.asked.pk)["opinions"] is None
    asking.end()
    client.force_login(asking.two.officer_user)
    assert len(read(client, "criteria-consultation-detail", asking.asked.pk)["opinions"]) == 1
    assert Opinion.objects.count() == 1
