"""A draft run over a season: what stands for what, what comes over, who may, and once however often it runs."""

from decimal import Decimal

import pytest

from backend.audit.recording import recording
from backend.core.errors import OutOfStep, Refused
from backend.criteria.models import CriteriaSet, Node
from backend.jobs import actions as jobs
from backend.jobs.models import Job
from backend.scoring.models import Mark
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports.backtest import running
from reports.backtest.carrying import Way
from reports.backtest.mapping import mapping
from reports.backtest.tables import tables
from reports.models import Backtest
from tests import make
from tests.reports import backtests, seasons

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def by_name(made: Backtest) -> dict:
    (table,) = tables(made)
    return {line.name: line for line in table.lines}


def run(round_, chosen, **options) -> Backtest:
    return running.start(chosen, round_, by=SYSTEM, **options)


class TestMapping:
    def of(self, new, round_, **options):
        old = round_.groups.get().criteria_set
        found = mapping(new, old, **{"with_survey": True, "with_guesses": True} | options)
        return {pair.new.code: (pair.old.code, pair.guessed) for pair in found.pairs}, found

    def test_linked_leaves_and_those_that_stand_alone(self):
        round_ = backtests.season()
        made = backtests.draft(round_, {"1.1": "4", "1.9": "6"}, previous={"1.1": "1.2"})
        pairs, found = self.of(made, round_)
        assert pairs == {"1.1": ("1.2", False)}
        assert [node.code for node in found.new_only] == ["1.9"]
        assert [node.code for node in found.old_only] == ["1.1", "2.1"]

    def test_links_lead_through_a_set_in_between(self):
        round_ = backtests.season()
        between = backtests.draft(round_, {"5.5": "3"}, previous={"5.5": "2.1"}, version=7)
        made = backtests.draft(round_, {"8.8": "3"}, previous={})
        backtests.link(made, between, {"8.8": "5.5"})
        assert self.of(made, round_)[0] == {"8.8": ("2.1", False)}

    def test_same_code_and_title_is_a_guess_and_only_when_asked_for(self):
        round_ = backtests.season()
        made = backtests.draft(round_, previous={"1.1": "1.1"})
        assert self.of(made, round_)[0] == {"1.1": ("1.1", False), "1.2": ("1.2", True), "2.1": ("2.1", True)}
        assert self.of(made, round_, with_guesses=False)[0] == {"1.1": ("1.1", False)}

    def test_other_words_are_no_guess(self):
        round_ = backtests.season()
        made = backtests.draft(round_, previous={})
        backtests.change(made, "1.1", title="Việc khác hẳn")
        assert "1.1" not in self.of(made, round_)[0]

    def test_bonus_and_survey_leaves_that_did_not_count_are_left_out(self):
        round_ = backtests.season()
        made = backtests.draft(round_)
        backtests.change(made, "1.1", counting=Node.Counting.BONUS)
        backtests.change(made, "1.2", source=Node.Source.SURVEY)
        assert set(self.of(made, round_, with_survey=False)[0]) == {"2.1"}

    def test_a_set_tried_on_its_own_season_stands_for_itself(self):
        round_ = backtests.season()
        assert set(self.of(round_.groups.get().criteria_set, round_)[0]) == {"1.1", "1.2", "2.1"}


class TestSeason:
    def test_more_points_for_a_leaf_move_the_ranks(self):
        round_ = backtests.season()
        made = backtests.draft(round_, {"1.1": "9", "1.2": "2", "2.1": "4"})
        found = by_name(run(round_, made))
        # Xã A: 9 + 2 + 1 of 15; Xã B: 4.5 + 2 + 4; Xã C: 2.25 + 2 + 2.
        assert [found[name].points[2] for name in ("Xã A", "Xã B", "Xã C")] == [
            Decimal("12.000"),
            Decimal("10.500"),
            Decimal("6.250"),
        ]
        assert [(found[name].old.rank, found[name].new.rank) for name in ("Xã A", "Xã B", "Xã C")] == [
            (2, 1),
            (1, 2),
            (3, 3),
        ]
        assert found["Xã A"].movers[0][0] == "1.1"

    def test_an_unchanged_draft_changes_nothing(self):
        round_ = backtests.season()
        (table,) = tables(run(round_, backtests.draft(round_)))
        assert table.moved == []
        assert table.coverage == 100
        assert {words for leaf in table.leaves for words, _count in leaf.ways} == {Way.SAME.label}
        assert [(leaf.code, leaf.all_full) for leaf in table.flat] == [("1.2", True)]

    def test_points_not_tried_are_left_out_of_both_sides(self):
        round_ = backtests.season()
        made = backtests.draft(round_, {"1.1": "4", "3.1": "12"}, previous={"1.1": "1.1"})
        found = run(round_, made)
        (table,) = tables(found)
        assert (table.covered, table.whole, table.coverage) == (4, 16, 25)
        assert [leaf.code for leaf in table.old_only] == ["1.2", "2.1"]
        assert by_name(found)["Xã A"].points == (4, 4, 4, 4)

    def test_old_inputs_are_worked_out_by_the_new_rule(self):
        round_ = backtests.season({"1.1": ("declining", {"step": "1"})})
        made = backtests.draft(round_)
        backtests.change(made, "1.1", rule="declining", params={"step": "2"})
        _inputs(round_, "Xã B", "1.1", {"cases": 2})
        # The council set other points for A than its inputs give.
        _inputs(round_, "Xã C", "1.1", {"cases": 1}, own="3")
        found = run(round_, made)
        lines = by_name(found)
        assert lines["Xã B"].points[2] == Decimal(0 + 2 + 4)
        assert lines["Xã C"].points[2] == Decimal(1 + 2 + 2)
        ways = dict(tables(found)[0].leaves[0].ways)
        assert ways == {Way.RECOMPUTED.label: 1, Way.PROPORTION.label: 2}

    def test_a_leaf_that_did_not_apply_does_not_apply_again(self):
        round_ = backtests.season()
        seasons.leave_out(round_.cards.get(unit_name="Xã C"), "1.1")
        found = by_name(run(round_, backtests.draft(round_)))["Xã C"]
        assert found.points == (4, 6, 4, 6)

    def test_a_leaf_the_draft_leaves_out_for_a_unit_does_not_apply_to_it(self):
        round_ = backtests.season()
        unit = round_.cards.get(unit_name="Xã C").unit
        with recording(by=SYSTEM):
            unit.has_procedures = False
            unit.save()
        made = backtests.draft(round_)
        backtests.change(made, "1.1", only_with_procedures=True)
        found = by_name(run(round_, made))["Xã C"]
        assert found.points == (5, 10, 4, 6)

    def test_a_unit_not_concluded_is_not_compared(self):
        round_ = backtests.season()
        with recording(by=SYSTEM):
            round_.cards.filter(unit_name="Xã C").update(state="draft")
        assert set(by_name(run(round_, backtests.draft(round_)))) == {"Xã A", "Xã B"}

    def test_a_season_without_a_result_is_refused(self):
        round_ = backtests.season()
        round_.cards.update(state="draft")
        with pytest.raises(OutOfStep, match="kết luận"):
            run(round_, backtests.draft(round_))

    def test_a_draft_that_shares_nothing_is_refused_with_the_way_out(self):
        round_ = backtests.season()
        made = backtests.draft(round_, {"9.1": "3"}, previous={})
        with pytest.raises(OutOfStep, match="năm trước"):
            run(round_, made)


def _inputs(round_, name: str, code: str, inputs: dict, own: str = "") -> None:
    mark = Mark.objects.get(
        score__card__round=round_, score__card__unit_name=name, score__code=code, step__kind="self"
    )
    with recording(by=SYSTEM):
        mark.inputs = inputs
        mark.points = Decimal(own) if own else mark.points
        mark.save()


class TestRights:
    def test_her_own_season_and_her_own_set(self):
        round_ = backtests.season()
        _, officer = backtests.manager(round_)
        assert running.start(backtests.draft(round_), round_, by=officer).state == Backtest.State.DONE

    @pytest.mark.parametrize("role", [Role.CHAIR, Role.SECRETARY, Role.INSPECTOR])
    def test_who_sees_the_season_but_writes_no_criteria_is_refused(self, role):
        round_ = backtests.season()
        _, other = make.seated(role, round_.host)
        with pytest.raises(Refused):
            running.start(backtests.draft(round_), round_, by=other)

    def test_who_writes_her_own_criteria_but_does_not_see_the_season_is_refused(self):
        round_ = backtests.season()
        elsewhere = make.unit("Thành phố khác", kind="city")
        made = make.criteria_set(elsewhere, leaves=backtests.LEAVES, state=CriteriaSet.State.DRAFT)
        _, officer = make.seated(Role.CRITERIA_MANAGER, elsewhere)
        with pytest.raises(Refused):
            running.start(made, round_, by=officer)


class TestJobs:
    """A large season goes to the worker."""

    @pytest.fixture
    def waiting(self, monkeypatch, django_capture_on_commit_callbacks) -> Backtest:
        monkeypatch.setattr(running, "AT_ONCE", 0)
        round_ = backtests.season()
        return run(round_, backtests.draft(round_))

    def test_it_waits_for_the_worker(self, waiting):
        assert (waiting.state, waiting.result) == (Backtest.State.WAITING, {})
        assert Job.objects.filter(work=running.WORK, key=str(waiting.pk)).count() == 1

    def test_the_worker_finishes_it_with_its_progress(self, waiting):
        jobs.run(Job.objects.get(work=running.WORK).pk)
        waiting.refresh_from_db()
        assert waiting.state == Backtest.State.DONE
        assert waiting.done == waiting.total == 103

    def test_run_twice_it_has_one_result(self, waiting):
        running.work(str(waiting.pk))
        first = Backtest.objects.get()
        running.work(str(waiting.pk))
        second = Backtest.objects.get()
        assert (first.result, first.finished_at) == (second.result, second.finished_at)

    def test_killed_in_the_middle_it_begins_again(self, waiting):
        Backtest.objects.filter(pk=waiting.pk).update(state=Backtest.State.RUNNING, done=2, total=103)
        running.work(str(waiting.pk))
        waiting.refresh_from_db()
        assert waiting.state == Backtest.State.DONE

    def test_asked_for_again_it_is_the_same_one(self, waiting):
        again = running.start(waiting.criteria_set, waiting.round, by=SYSTEM)
        assert again.pk == waiting.pk

    def test_a_backtest_whose_draft_is_gone_is_let_be(self, waiting):
        Backtest.objects.all().delete()
        running.work(str(waiting.pk))
        assert not Backtest.objects.exists()


def test_a_draft_changed_since_then_shows():
    round_ = backtests.season()
    made = run(round_, backtests.draft(round_))
    assert not made.is_stale
    CriteriaSet.objects.filter(pk=made.criteria_set_id).update(revision=5)
    assert Backtest.objects.get(pk=made.pk).is_stale
