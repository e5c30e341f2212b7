"""The one door by which a finished season enters: cards, marks and the published ranking.

History carries the true moment of recording; the date and paper stated stand beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils.translation import gettext as _

from backend.audit.recording import recording
from backend.core import clock
from backend.core.dates import format_date
from backend.core.errors import Invalid, OutOfStep
from backend.criteria.models import CriteriaSet
from backend.rounds import actions as rounds
from backend.rounds.models import Round
from backend.scoring.actions import take_over
from backend.scoring.models import Provenance
from permissions.actor import Actor
from reports.actions import publish_ranking
from reports.models import Ranking
from reports.seasons.season import BrokenSeasonError, GroupPlan, Problem, Season
from tiers.models import Kind, Unit
from tiers.queries import units_on


@transaction.atomic
def take_over_season(season: Season, *, by: Actor) -> Ranking:
    """Enter a finished season whole and return its published ranking; or nothing at all.

    Raises Refused; BrokenSeasonError with every problem found; OutOfStep where the season was entered
    before, or is an illustration outside demonstration mode.
    """
    host = _host(season)
    _refuse_twice(host, season)
    sets = _criteria(host, season)
    with recording(
        by=by,
        reason=_("Nhập kết quả đợt đã qua"),
        stated_on=season.stated_on,
        stated_source=season.stated_source,
    ):
        round_ = _round(host, season, sets, by)
        rounds.mark_open(round_, now=clock.now(), by=by)
        _take_lines(round_, season, by)
        return publish_ranking(round_, by=by, stated_on=season.stated_on, stated_source=season.stated_source)


def _host(season: Season) -> Unit:
    found = units_on(season.on_date).filter(code=season.host).first()
    if found is None:
        said = {"code": season.host, "day": format_date(season.on_date)}
        reason = _("ngày %(day)s không có cơ quan mã %(code)s") % said
        raise BrokenSeasonError([Problem("season.csv", 2, reason)])
    return found


def _refuse_twice(host: Unit, season: Season) -> None:
    before = Round.objects.filter(host__code=host.code, year=season.year).first()
    if before is None:
        return
    ranking = Ranking.objects.filter(round=before, stated_on__isnull=False).first()
    said = {"host": host.name, "year": season.year}
    if ranking is None:
        raise OutOfStep(_("%(host)s đã có đợt đánh giá năm %(year)d nên không nhập thêm được.") % said)
    said["when"] = format_date(ranking.made_at)
    raise OutOfStep(_("Đợt năm %(year)d của %(host)s đã được nhập ngày %(when)s; không nhập lần nữa.") % said)


def _criteria(host: Unit, season: Season) -> dict[str, CriteriaSet]:
    """Return the set of each group by kind. Raises BrokenSeasonError naming each that is not there."""
    kinds = set(Kind.objects.values_list("code", flat=True))
    found, problems = {}, []
    for group in season.groups:
        chosen = _set_for(host, group)
        if group.kind not in kinds:
            reason = _("không có loại đơn vị “%(kind)s”") % {"kind": group.kind}
            problems.append(Problem("groups.csv", group.line, reason))
        elif chosen is None:
            problems.append(Problem("groups.csv", group.line, _no_set(group)))
        else:
            found[group.kind] = chosen
    if problems:
        raise BrokenSeasonError(problems)
    return found


def _set_for(host: Unit, group: GroupPlan) -> CriteriaSet | None:
    """Return the published set of the host itself, else of the nearest unit above it."""
    rows = CriteriaSet.objects.select_related("kind").filter(
        kind__code=group.kind, year=group.criteria_year, state=CriteriaSet.State.PUBLISHED
    )
    if group.version is not None:
        rows = rows.filter(version=group.version)
    owners = {row.owner_id: row for row in rows.order_by("version")}
    above: Unit | None = host
    while above is not None:
        if above.pk in owners:
            return owners[above.pk]
        above = above.parent
    return None


def _no_set(group: GroupPlan) -> str:
    said = {"kind": group.kind, "year": group.criteria_year, "version": group.version}
    if group.version is None:
        return _("chưa có bộ tiêu chí năm %(year)d đã ban hành cho loại %(kind)s") % said
    return _("chưa có bộ tiêu chí năm %(year)d, phiên bản %(version)d đã ban hành cho loại %(kind)s") % said


def _round(host: Unit, season: Season, sets: dict[str, CriteriaSet], by: Actor) -> Round:
    with _told_at("season.csv"):
        made = rounds.create_round(
            host,
            by=by,
            title=season.title,
            year=season.year,
            on_date=season.on_date,
            with_survey=season.with_survey,
            previous=Round.objects.filter(host=host, year=season.year - 1).first(),
            is_illustration=season.is_illustration,
        )
    for order, plan in enumerate(season.groups, 1):
        _group(made, order, plan, sets[plan.kind], by)
    with _told_at("steps.csv"):
        rounds.set_steps(made, season.steps, by=by)
    return made


def _group(round_: Round, order: int, plan: GroupPlan, chosen: CriteriaSet, by: Actor) -> None:
    with _told_at("groups.csv", plan.line):
        group = rounds.put_group(
            round_,
            by=by,
            kind=chosen.kind,
            criteria_set=chosen,
            title=plan.title,
            order=order,
            tie_rule=plan.tie_rule,
        )
    with _told_at("bands.csv"):
        rounds.set_bands(group, plan.bands, by=by)


def _take_lines(round_: Round, season: Season, by: Actor) -> None:
    try:
        take_over(
            round_,
            season.lines,
            by=by,
            stated_on=season.stated_on,
            stated_source=season.stated_source,
            survey_source=_source(round_, season, by),
        )
    except Invalid as refusal:
        told = refusal.details.get("problems") or [{"line": 0, "reason": refusal.message}]
        problems = [Problem("marks.csv", problem["line"], problem["reason"]) for problem in told]
        raise BrokenSeasonError(problems) from None


def _source(round_: Round, season: Season, by: Actor) -> Provenance | None:
    if season.survey is None:
        return None
    plan = season.survey
    made = Provenance(
        round=round_,
        report_number=plan.report_number,
        report_date=plan.report_date,
        sample=plan.sample,
        answers=plan.answers,
        entered_at=clock.now(),
    )
    with recording(by=by, reason=plan.report_number, about=round_.history_about):
        made.save()
    return made


@contextmanager
def _told_at(file: str, line: int = 0) -> Iterator[None]:
    """Turn a refusal of one part of the season into a problem of its file."""
    try:
        yield
    except Invalid as refusal:
        reasons = refusal.details.get("problems") or [refusal.message]
        raise BrokenSeasonError([Problem(file, line, str(reason)) for reason in reasons]) from None
