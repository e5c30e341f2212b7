"""One unit's next steps by its own rules, and how far a season is."""

import io
from datetime import datetime

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from backend.audit.recording import recording
from backend.core import clock
from backend.core.dates import VN
from backend.criteria.models import CriteriaSet, Node
from backend.scoring.models import Mark, Scorecard, Signature
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports import actions
from tests import make
from tests.reports import seasons

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

RATIO = {
    "bands": [
        {"lower": "90", "inclusive": True, "points": "2"},
        {"lower": "70", "inclusive": True, "points": "1"},
        {"lower": "0", "inclusive": True, "points": "0"},
    ],
    "done": "Số việc xong",
    "assigned": "Số việc giao",
    "measure": "count",
}


@pytest.fixture
def host():
    return make.unit("Thành phố Cần Thơ", kind="city")


@pytest.fixture
def round_(host):
    """Two units: 1.1 by bands (2 points), 1.2 passed or not (1 point), 2.1 entered directly (7 points)."""
    chosen = make.criteria_set(host, leaves={"1.1": "2", "1.2": "1", "2.1": "7"}, state="draft")
    with recording(by=SYSTEM):
        for code, rule, params in (("1.1", "bands", RATIO), ("1.2", "pass_fail", {})):
            node = Node.objects.get(criteria_set=chosen, code=code)
            node.rule, node.params = rule, params
            node.save()
        chosen.state, chosen.published_at = CriteriaSet.State.PUBLISHED, clock.now()
        chosen.save()
    one, two = (make.unit(name, parent=host) for name in ("Xã Một", "Xã Hai"))
    made = seasons.season(host, chosen)
    seasons.finish(
        made,
        {
            one: {"1.1": "1", "1.2": "0", "2.1": "6"},
            two: {"1.1": "2", "1.2": "1", "2.1": "4.5"},
        },
    )
    with recording(by=SYSTEM):
        mark = Mark.objects.get(score__card__unit=one, score__code="1.1", step__kind="self")
        mark.inputs = {"done": 41, "assigned": 50}
        mark.save()
    actions.publish_ranking(made, by=SYSTEM)
    return made


def tables(client, name, key):
    answer = client.get(reverse(f"reports:{name}", args=[key]), {"format": "xlsx"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.getvalue()))
    pages = [book.get_sheet_by_index(place).to_python() for place in range(len(book.sheet_names))]
    return [[row for row in page[3:] if any(row)] for page in pages]


def test_the_next_step_of_each_leaf_is_worked_out_with_index_and_rank_then(client, round_):
    card = round_.cards.get(unit_name="Xã Một")
    client.force_login(make.seated(Role.OFFICER, card.unit)[0])
    _fields, raised, *_rest = tables(client, "unit_analysis", card.pk)
    assert raised[1][:5] == ["1.1", "Tiêu chí 1.1", 1, 1, 2]
    assert raised[1][5].startswith("Số việc xong: 41 → 45. 45/50 = 90 %")
    # 7 of 10 makes 70 %; one point more 80 %, ahead of the other's 75 %.
    assert raised[1][6:] == [80, 1]
    assert raised[2][0] == "1.2"
    assert raised[2][5] == "Đạt"
    text = client.get(reverse("reports:unit_analysis", args=[card.pk])).text
    assert "không có bước kế tiếp tính được từ số liệu: 2.1" in text


def test_what_was_lost_is_told_leaf_by_leaf(client, round_):
    card = round_.cards.get(unit_name="Xã Hai")
    client.force_login(make.seated(Role.SECRETARY, round_.host)[0])
    _fields, _raised, lost, _claimed = tables(client, "unit_analysis", card.pk)
    assert [row[:5] for row in lost[1:]] == [["2.1", "Tiêu chí 2.1", 2.5, 4.5, 7]]


def test_progress_counts_states_and_days_and_a_card_opened_again_is_not_there(client, host):
    round_ = seasons.simple({f"Xã {n}": ("40", "30") for n in range(3)}, host=host)
    cards = list(round_.cards.order_by("pk"))
    moves = [
        (cards[0], "approve", datetime(2027, 1, 5, 23, 30, tzinfo=VN)),
        (cards[1], "approve", datetime(2027, 1, 6, 0, 30, tzinfo=VN)),
        (cards[2], "approve", datetime(2027, 1, 6, 9, 0, tzinfo=VN)),
        (cards[0], "conclude", datetime(2027, 1, 9, 9, 0, tzinfo=VN)),
    ]
    with recording(by=SYSTEM):
        for card, move, at in moves:
            Signature.objects.create(card=card, move=move, signer_name="A", signed_at=at)
    Scorecard.objects.filter(pk=cards[1].pk).update(state="approved")
    Scorecard.objects.filter(pk=cards[2].pk).update(state="draft")
    client.force_login(make.seated(Role.SECRETARY, host)[0])
    states, days = tables(client, "analysis_progress", round_.pk)
    assert states[1:] == [["Đang tự chấm", 1], ["Đã phê duyệt", 1], ["Đã kết luận", 1]]
    assert days[1:] == [
        ["05/01/2027", 1, 1, 0, 0],
        ["06/01/2027", 1, 2, 0, 0],
        ["09/01/2027", 0, 2, 1, 1],
    ]
