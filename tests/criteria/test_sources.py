"""Where a leaf's points come from decides which ways of scoring it may have, at every door."""

from decimal import Decimal

import pytest
from django.urls import reverse

from backend.core.errors import Invalid
from backend.criteria import actions
from backend.criteria.checks import problems_of, wrong_source
from backend.criteria.loading.reading import BrokenFileError, read_text
from backend.criteria.models import CriteriaSet, Node
from backend.criteria.rules import RuleType
from permissions.roles import Role
from tests import make

pytestmark = pytest.mark.slow

HEADER = "code,level,title,points,source,rule,params,evidence,needs_evidence,guidance,lead,previous\n"
FIELD = "1,1,Lĩnh vực,,,,,,,,,\n"
FITS = {
    "assessed": set(RuleType),
    "survey": {RuleType.DIRECT, RuleType.SURVEY},
    "external": {RuleType.DIRECT, RuleType.EXTERNAL},
}


@pytest.fixture
def city(db):
    return make.unit("Thành phố")


@pytest.fixture
def manager(city, client):
    """The criteria manager of the city, signed in."""
    user, actor = make.seated(Role.CRITERIA_MANAGER, city)
    client.force_login(user)
    return actor


@pytest.mark.parametrize("source", Node.Source.values)
@pytest.mark.parametrize("kind", RuleType)
def test_the_source_decides_which_rules_fit(source, kind):
    assert bool(wrong_source(source, kind)) == (kind not in FITS[source])
    assert wrong_source(source, "") == ""


def test_a_wrong_pair_is_told_with_what_would_be_right():
    assert wrong_source("survey", "external") == (
        "Nguồn điểm là điều tra xã hội học thì cách chấm phải là: Nhập điểm trực tiếp, Điều tra xã hội học."
    )


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("1.1,2,Khảo sát,2,survey,,,,,,,\n", "direct"),
        ("1.1,2,Khảo sát,2,survey,survey,A=100%|B=50%|C=0%,,,,,\n", "survey"),
        ("1.1,2,Chỉ số,2,external,external,SIPAS,,,,,\n", "external"),
    ],
)
def test_a_file_says_how_survey_points_come_about(row, rule):
    assert read_text(HEADER + FIELD + row, name="tep.csv")[1].rule == rule


@pytest.mark.parametrize("pair", ["survey,option", "survey,external", "external,survey"])
def test_a_file_with_a_wrong_pair_is_refused(pair):
    row = f"1.1,2,Khảo sát,2,{pair},,,,,,\n"
    with pytest.raises(BrokenFileError, match="thì cách chấm phải là"):
        read_text(HEADER + FIELD + row, name="tep.csv")


def test_an_action_refuses_a_wrong_pair_at_the_rule(city, manager):
    node = draft_leaf(city)
    with pytest.raises(Invalid, match="thì cách chấm phải là") as refusal:
        actions.edit_node(node, by=manager, source="survey", rule="pass_fail", params={})
    assert list(refusal.value.fields) == ["rule"]
    actions.edit_node(node, by=manager, source="survey", rule="survey", params={})
    assert [answer["title"] for answer in Node.objects.get(pk=node.pk).params["answers"]] == list("ABCD")


def test_a_wrong_pair_keeps_a_set_from_being_published(city):
    node = draft_leaf(city)
    Node.objects.filter(pk=node.pk).update(source="external", rule="survey", params={})
    made = node.criteria_set
    problems = problems_of(made, list(made.nodes.order_by("order")))
    assert any("thì cách chấm phải là" in problem.sentence and problem.code == "1.1" for problem in problems)


@pytest.mark.parametrize(
    ("rule", "text", "stored"),
    [("", "", "direct"), ("survey", "Tốt=100%\nKhá=50%", "survey"), ("direct", "", "direct")],
)
def test_the_page_takes_the_rule_of_a_survey(client, city, manager, rule, text, stored):
    node = draft_leaf(city)
    answer = post(client, node, source="survey", rule=rule, params_text=text)
    assert answer.status_code == 302
    node.refresh_from_db()
    assert (node.source, node.rule) == ("survey", stored)


def test_the_page_tells_a_wrong_pair_and_keeps_what_was_typed(client, city, manager):
    node = draft_leaf(city)
    answer = post(client, node, source="external", rule="levels", params_text="Tốt=100%")
    page = answer.content.decode()
    assert "Nguồn điểm là chỉ số ngoài thì cách chấm phải là" in page
    assert "Tốt=100%" in page


def post(client, node, **typed):
    kept = {"code": node.code, "title": node.title, "max_points": "2", "version": str(node.revision)}
    return client.post(reverse("criteria:node_edit", args=[node.pk]), kept | typed)


def draft_leaf(city) -> Node:
    """Return a leaf of two points of a draft."""
    made = make.criteria_set(city, leaves={"1.1": Decimal(2)}, state=CriteriaSet.State.DRAFT)
    return made.nodes.get(code="1.1")
