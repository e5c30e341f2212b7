"""The demonstration: three seasons, units in every state, all of it labelled, loaded once."""

from collections import Counter
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from backend.accounts.models import User
from backend.core import clock
from backend.core.dates import last_day_before, vn_date
from backend.core.errors import OutOfStep
from backend.criteria.models import CriteriaSet, Node
from backend.criteria.rules import RULES, parse_rule
from backend.rounds.models import Round, Step
from backend.rounds.rules import missing_steps, wrong_steps
from backend.scoring import actions, canned
from backend.scoring.actions.facts import approval_stands
from backend.scoring.lifecycle import State
from backend.scoring.models import Evidence, Explanation, Mark, Scorecard, Signature, StoredFile
from backend.scoring.queries.canned import canned_in
from permissions.actor import Actor
from permissions.roles import Place, Role, Verb
from reports.actions import publish_ranking
from reports.models import Ranking, Row, Section
from reports.seasons.demo.days import EARLIEST, season_days, season_of_2021
from reports.seasons.demo.drawing import answer, luck, weaker
from reports.seasons.demo.loading import load
from tests import databases
from tiers.models import Appointment, Unit
from tiers.seating import actor_for

DAYS = [
    date(2026, 1, 1),
    date(2027, 1, 1),
    date(2027, 1, 7),
    date(2027, 1, 8),
    date(2027, 2, 28),
    date(2028, 2, 28),
    date(2028, 2, 29),
    date(2028, 3, 1),
    date(2027, 10, 31),
    date(2027, 11, 1),
    date(2027, 12, 31),
]


@pytest.mark.parametrize("today", DAYS)
def test_on_any_day_the_season_before_is_over_and_the_present_one_is_open(today: date) -> None:
    days = season_days(today)
    assert (days.before.year, days.present.year) == (today.year - 1, today.year)
    assert days.before.ends < today
    own = days.present.steps[0]
    assert vn_date(own.opens_at) <= today
    assert last_day_before(own.closes_at) == date(today.year + 1, 1, 7)
    assert days.before.steps[0].opens_at.year >= EARLIEST.year - 1


@pytest.mark.parametrize("today", DAYS)
def test_on_any_day_the_steps_are_in_order(today: date) -> None:
    days = season_days(today)
    for season in (days.before, days.present):
        kinds = [span.kind for span in season.steps]
        assert [*wrong_steps(season.steps), *missing_steps(kinds)] == []


def test_the_season_before_keeps_its_usual_days_once_they_are_past() -> None:
    before = season_days(date(2027, 3, 1)).before
    assert last_day_before(before.steps[0].closes_at) == date(2027, 1, 7)
    assert before.ends == date(2027, 2, 28)
    assert season_days(date(2027, 1, 8)).before.ends == date(2027, 1, 7)


def test_every_district_of_2021_has_a_deadline_of_its_own() -> None:
    locks = {season_of_2021(place).steps[0].closes_at for place in range(10)}
    assert len(locks) == 10
    assert last_day_before(season_of_2021().steps[0].closes_at) == date(2022, 1, 7)


RULE_SAMPLES = {
    "option": {"options": [{"title": "Kịp thời", "points": "2"}, {"title": "Chậm", "points": "1"}]},
    "pass_fail": {},
    "bands": {
        "bands": [
            {"lower": "90", "inclusive": True, "points": "2"},
            {"lower": "0", "inclusive": True, "points": "0"},
        ]
    },
    "threshold": {"threshold": "80"},
    "formula": {
        "formula": "x / y * max_points",
        "variables": [
            {"name": "x", "title": "Xong", "measure": "count", "at_most": "y"},
            {"name": "y", "title": "Giao", "measure": "count"},
        ],
    },
    "counted": {"step": "0.5"},
    "declining": {"step": "0.5"},
    "levels": {"levels": [{"title": "Tốt", "percent": "100"}, {"title": "Khá", "percent": "75"}]},
    "survey": {},
    "external": {"title": "SIPAS"},
    "direct": {},
}


@pytest.mark.parametrize("kind", RULES)
def test_a_weaker_answer_has_fewer_points_by_any_rule(kind: str) -> None:
    rule, most = parse_rule(str(kind), RULE_SAMPLES[str(kind)]), Decimal(2)
    for turn in range(50):
        rng = luck(kind, turn)
        own = answer(rule, most, good=bool(turn % 2), rng=rng)
        less = weaker(rule, most, own, rng=rng)
        assert 0 <= own.points <= most
        assert less is None or less.points < own.points
    assert weaker(rule, most, answer(rule, most, good=True, rng=Random(1)), rng=Random(1))


@pytest.mark.django_db
def test_it_is_not_loaded_outside_demonstration_mode() -> None:
    assert not settings.DEMO
    with pytest.raises(CommandError, match="chỉ nạp được ở chế độ trình diễn"):
        call_command("load_demo")
    assert not Unit.objects.exists()


@pytest.mark.django_db
def test_a_clock_before_the_two_tier_tree_is_refused(settings) -> None:
    settings.DEMO = True
    with pytest.raises(OutOfStep, match="Đồng hồ đang là ngày 31/12/2025"):
        load(today=date(2025, 12, 31))


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, worker):
    """Work in a database with the demonstration in it; it is loaded once a run."""
    shown, settings.DEMO = settings.DEMO, True
    with django_db_blocker.unblock():
        before = connection.settings_dict["NAME"]
        name = databases.copy_of(databases.prepared("demo", lambda: call_command("load_demo")), worker)
        databases.use(name)
        yield
        databases.use(before)
        databases.drop(name)
    settings.DEMO = shown


@pytest.fixture
def loaded(demo, django_db_blocker):
    """The loaded demonstration; what a test changes is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def actor(username: str) -> Actor:
    """Return the account of that name as an actor."""
    return actor_for(User.objects.get(username=username))


def present() -> Round:
    """Return the city's present round."""
    return Round.objects.get(host__code="92", state=Round.State.OPEN)


def score_and_approve(card: Scorecard, officer: Actor, leader: Actor) -> None:
    """Answer every own leaf well by its rule, submit and approve."""
    for score in card.scores.filter(source=Node.Source.ASSESSED).select_related("node"):
        rule = score.node.parsed_rule()
        drawn = answer(rule, score.max_points, good=True, rng=luck(score.code))
        given = {"inputs": drawn.inputs} if rule.inputs else {"points": drawn.points}
        actions.set_points(card, score.code, by=officer, version=0, note="Báo cáo", **given)
    actions.move(card, "submit", by=officer)
    actions.move(card, "approve", by=leader)


def go_on(round_: Round, manager: Actor) -> None:
    """End the step that is on, since all units are done with it."""
    actions.end_step_early(round_, by=manager, reason="Các đơn vị đã xong", document="01/MH")


@pytest.mark.slow
class TestLoaded:
    """What stands in the database after loading."""

    def test_in_2021_the_city_and_its_nine_districts_scored_112_units(self, loaded) -> None:
        rankings = Ranking.objects.filter(year=2021)
        assert rankings.count() == 10
        assert Row.objects.filter(section__ranking__in=rankings).count() == 112
        kinds = Counter(
            Row.objects.filter(section__ranking__in=rankings).values_list("unit__kind__code", flat=True)
        )
        assert kinds == {"department": 20, "district": 9, "commune": 83}

    def test_every_past_round_is_published_with_the_stated_day_beside_the_true_one(self, loaded) -> None:
        today = vn_date(clock.now())
        past = Round.objects.exclude(state=Round.State.OPEN)
        assert past.count() == 11
        assert set(past.values_list("state", flat=True)) == {Round.State.PUBLISHED}
        for ranking in Ranking.objects.select_related("round"):
            assert vn_date(ranking.published_at) == today
            assert ranking.stated_on < today
            assert (
                last_day_before(max(step.closes_at for step in ranking.round.steps.all()))
                == ranking.stated_on
            )

    def test_history_is_of_today(self, loaded) -> None:
        today = vn_date(clock.now())
        for model in (Round, Scorecard, Mark, Signature, Ranking, User, Appointment, CriteriaSet):
            assert vn_date(model.history.order_by("history_date").first().history_date) == today

    def test_the_season_before_ranks_the_two_tier_tree(self, loaded) -> None:
        sections = Section.objects.filter(ranking__year=clock.now().year - 1)
        assert {section.title: section.rows.count() for section in sections} == {
            "Sở, ban, ngành": 15,
            "Xã, phường, thị trấn": 103,
        }

    def test_points_are_plausible(self, loaded) -> None:
        indices = [row.index for row in Row.objects.all()]
        assert all(70 <= index <= 99 for index in indices)
        assert len({round(index, 2) for index in indices}) > 100
        own = Mark.objects.filter(step__order=2, step__kind=Step.Kind.APPRAISAL)
        assert all(mark.points <= mark.from_points for mark in own)
        assert own.exclude(reason="").count() > 500

    def test_some_explained_and_some_got_points_back(self, loaded) -> None:
        assert Explanation.objects.exclude(answer="").count() > 100
        second = Mark.objects.filter(step__order=4, step__kind=Step.Kind.APPRAISAL)
        raised = [mark for mark in second if mark.points > mark.from_points]
        assert 20 < len(raised) < second.count()

    def test_the_present_season_has_units_in_every_state(self, loaded) -> None:
        now = present()
        states = Counter(now.cards.values_list("state", flat=True))
        assert sum(states.values()) == 118
        assert set(states) == {State.DRAFT, State.SUBMITTED, State.RETURNED, State.APPROVED}
        draft = now.cards.filter(state=State.DRAFT, totals__step__kind=Step.Kind.SELF)
        numbers = list(draft.values_list("totals__given", flat=True))
        assert 0 in numbers
        assert len(set(numbers)) > 10

    def test_approvals_were_made_by_people_and_stand(self, loaded) -> None:
        signed = Signature.objects.filter(move="approve", signer__isnull=False).select_related("card")
        assert signed
        assert {"KT.", ""} == set(signed.values_list("capacity", flat=True))
        for signature in signed:
            card = Scorecard.objects.select_related("criteria_set", "round").get(pk=signature.card_id)
            assert approval_stands(card)

    def test_evidence_has_documents_and_real_files(self, loaded) -> None:
        pieces = Evidence.objects.filter(score__card__round=present())
        assert pieces.filter(file__isnull=True).count() > 20
        assert pieces.filter(file__isnull=False).count() > 10
        assert set(StoredFile.objects.values_list("content_type", flat=True)) == {"application/pdf"}

    def test_everything_is_labelled_as_illustration(self, loaded) -> None:
        assert not Round.objects.filter(is_illustration=False).exists()
        assert not Ranking.objects.filter(is_illustration=False).exists()
        assert not CriteriaSet.objects.filter(is_illustration=False).exists()
        assert not User.objects.filter(is_demo=False).exists()

    def test_each_district_owns_its_set_and_leaves_know_those_before(self, loaded) -> None:
        owners = CriteriaSet.objects.filter(year=2021, kind__code="commune")
        assert owners.count() == 10
        year = clock.now().year
        leaves = Node.objects.filter(criteria_set__year=year, criteria_set__owner__code="92", is_leaf=True)
        assert leaves.filter(previous__criteria_set__year=year - 1).count() == leaves.count()

    def test_every_role_has_an_account_that_may_act(self, loaded) -> None:
        seats = Appointment.objects.in_force()
        assert {str(role) for role in Role} <= set(seats.values_list("role", flat=True))
        officers = seats.filter(role=Role.OFFICER)
        assert officers.filter(acts_for__kind__code="department").count() == 15
        assert officers.filter(acts_for__kind__code="commune").count() == 12

    def test_a_member_from_elsewhere_decides_on_the_card_of_home_affairs(self, loaded) -> None:
        city = Unit.objects.get(code="92")
        home = Unit.objects.on(vn_date(clock.now())).get(code="SNV")
        place = Place(unit=home.path, host=city.path)
        secretary, member = actor("tp.thuky"), actor("vpub.uyvien")
        assert not secretary.may(Verb.APPRAISE, at=place)
        assert member.may(Verb.APPRAISE, at=place)

    def test_the_council_has_reasons_that_must_be_completed_with_a_document_or_number(self, loaded) -> None:
        round_ = Round.objects.filter(host__code="92").latest("year")
        rows = canned_in(round_)
        assert {row.leaf.criteria_set.kind.code for row in rows if row.leaf} == {"department", "commune"}
        assert any("Chưa có văn bản" in row.text and "số …" in row.text for row in rows)
        assert all(canned.is_open(row.text) for row in rows)

    def test_history_explains_every_row(self, loaded, capsys) -> None:
        call_command("verify")
        assert "khớp nhau" in capsys.readouterr().out

    def test_one_person_takes_the_practice_round_from_draft_to_ranking(self, loaded) -> None:
        names = ("tieuchi", "thuky", "hoidong")
        manager, secretary, chair = (actor("taphuan." + name) for name in names)
        round_ = Round.objects.get(host__code="SNV")
        card = round_.cards.get(unit__code="TAPHUAN1")
        score_and_approve(card, actor("taphuan1.chuyenvien"), actor("taphuan1.lanhdao"))
        go_on(round_, manager)
        for one in round_.cards.all():
            actions.agree_rest(one, by=secretary)
            actions.move(one, "appraise", by=secretary)
        for _step in ("appraisal", "explanation", "second appraisal"):
            go_on(round_, manager)
        for one in round_.cards.all():
            actions.move(one, "conclude", by=chair)
        rows = [actions.SurveyRow(one, "3.1", Decimal(25), 0) for one in round_.cards.all()]
        source = {"report_number": "MH", "report_date": date(2026, 1, 2), "sample": 9, "answers": 9}
        actions.enter_survey(round_, rows, by=manager, **source)
        ranking = publish_ranking(round_, by=chair)
        assert Row.objects.filter(section__ranking=ranking).count() == 3

    def test_a_second_load_changes_nothing(self, loaded, capsys) -> None:
        before = [model.objects.count() for model in (Round, Mark, User, Unit, Node)]
        call_command("load_demo")
        assert "đã có sẵn" in capsys.readouterr().out
        assert [model.objects.count() for model in (Round, Mark, User, Unit, Node)] == before


def test_the_same_seed_gives_the_same_season() -> None:
    first, second = (luck(2021, "/92/SNV/") for _turn in range(2))
    assert [first.random() for _turn in range(5)] == [second.random() for _turn in range(5)]
