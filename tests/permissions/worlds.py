"""One world for the permission table: two hosts, a card at every stage of each, and a person in every seat.

The city scores its departments; a district below it, scored itself, scores its communes. Home Affairs
works for the city's council and is a department that the council scores. What is tried is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from backend.accounts.models import User
from backend.audit.recording import recording
from backend.core import clock
from backend.criteria.models import Consultation, CriteriaSet, Node, Response
from backend.notices.actions import tell
from backend.notices.models import Notice
from backend.rounds.models import Group, Round, Step
from backend.scoring import actions
from backend.scoring.models import Delegation, Division, Evidence, Mark, Remark, Scorecard, Upload
from permissions.actor import SYSTEM
from permissions.roles import Role
from reports.actions import publish_ranking, request_document
from reports.backtest.running import start
from reports.bulk.actions import start as start_batch
from reports.documents import make as make_document
from reports.models import Backtest, Batch, Document, IssuedDocument
from tests import make
from tests.criteria.consultations import at_each_stage
from tests.permissions.inside import say, share
from tests.permissions.lent import lend
from tests.permissions.sessions import council_works
from tests.reports import seasons
from tests.reports.issues import issued, ready
from tests.scoring import councils, specimens
from tiers.actions import release
from tiers.models import Lineage, Release, Unit
from tiers.seating import actor_for

NOTE = "Theo báo cáo số 12/BC-UBND"
# Words that stand only in what a unit has not sent to anybody yet.
CANARY = "chim hoàng yến 7319"
# Years of the rounds, so that a stage is never taken for another.
YEARS = {
    "sitting": 2035,
    "amending": 2034,
    "reviewing": 2033,
    "setup": 2031,
    "draft": 2030,
    "submitted": 2029,
    "late": 2028,
    "appraising": 2027,
    "explaining": 2026,
    "appraised": 2025,
    "concluded": 2024,
    "published": 2023,
}
REFORM = date(2025, 7, 1)


@dataclass
class Scene:
    """One unit's work under one host: its card at every stage, and what hangs on it."""

    host: Unit
    unit: Unit
    rounds: dict[str, Round]
    cards: dict[str, Scorecard]
    sets: dict[str, CriteriaSet]
    clerk: User
    evidence: dict[str, Evidence] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    delegation: Delegation | None = None
    documents: dict[str, Document] = field(default_factory=dict)
    issue: IssuedDocument | None = None
    batch: Batch | None = None
    backtest: Backtest | None = None
    asked: dict[str, Consultation] = field(default_factory=dict)
    division: Division | None = None
    remark: Remark | None = None
    session: Any = None
    proposal: Any = None
    amendment: Any = None
    world: World = field(init=False, repr=False)

    def version(self, stage: str, code: str, order: int) -> int:
        """Return the version of the mark of a leaf at the step of that order; 0 without a mark."""
        found = Mark.objects.filter(score__card=self.cards[stage], score__code=code, step__order=order)
        return found.values_list("version", flat=True).first() or 0

    def step(self, stage: str, kind: str) -> Step:
        """Return the first step of that kind in the round of a stage."""
        return self.rounds[stage].steps.filter(kind=kind).order_by("order")[0]

    def group(self, stage: str) -> Group:
        """Return the first group of the round of a stage."""
        return self.rounds[stage].groups.all()[0]

    def response(self, stage: str) -> Response:
        """Return what the unit says in the consultation of a stage."""
        return self.asked[stage].responses.get(unit=self.unit)

    def node(self, code: str) -> Node:
        """Return a node of the draft set."""
        return self.sets["draft"].nodes.get(code=code)


@dataclass
class World:
    """Both hosts, who sits where, and what is of no host: messages, old units, releases."""

    scenes: dict[str, Scene]
    people: dict[str, User]
    notice: Notice
    divided: Unit
    release: Release
    old_card: Scorecard
    divided_card: Scorecard


def build() -> World:
    """Make everything; some hundreds of rows in about three seconds."""
    city = make.unit("Thành phố thử", kind="city")
    one = make.unit("Sở Một", parent=city, kind="department")
    two = make.unit("Sở Hai", parent=city, kind="department")
    home = make.unit("Sở Nội vụ", parent=city, kind="department")
    money = make.unit("Sở Tài chính", parent=city, kind="office")
    district = make.unit("Quận thử", parent=city, kind="department")
    commune = make.unit("Phường thử", parent=district, kind="commune")
    old, heir, divided = _reformed(city, two)
    people = _people(city, one, two, home, money, district, commune, heir)
    citys = _rounds(city, "department", [one, home])
    districts = _rounds(district, "commune", [commune])
    clerks = {unit: make.seat(None, Role.OFFICER, at=unit).user for unit in (one, home, commune)}
    scenes = {
        "city": _scene(city, one, citys, clerks[one]),
        "home": _scene(city, home, citys, clerks[home]),
        "district": _scene(district, commune, districts, clerks[commune]),
    }
    scenes["city"].delegation = lend(scenes["city"], people["leader"], people["lent"])
    leaders = {"home": people["leader_home"], "district": people["leader_below"]}
    for name, leader in leaders.items():
        scenes[name].delegation = lend(scenes[name], leader, scenes[name].clerk)
    officers = {"city": "officer", "home": "officer_home", "district": "officer_below"}
    chairs = {"city": "leader", "home": "leader_home", "district": "leader_below"}
    for name, scene in scenes.items():
        share(scene, people[officers[name]], people[chairs[name]], CANARY)
    council_works(scenes, people)
    past = scenes["city"].rounds["published"]
    made = World(
        scenes=scenes,
        people=people,
        notice=tell([people["officer"]], key="thu", subject="Thử", body="Thử")[0],
        divided=divided,
        release=release(divided, two, by=SYSTEM, reason="Nhận hồ sơ", document="01/QĐ-UBND"),
        old_card=past.cards.get(unit=old),
        divided_card=past.cards.get(unit=divided),
    )
    for old_one in (made.old_card, made.divided_card):
        say(old_one, CANARY)
    for scene in scenes.values():
        scene.world = made
    _issue(scenes["city"], people["chair"])
    scenes["city"].batch = start_batch(past, "appraisal", by=actor_for(people["secretary"]))
    return made


def _issue(scene: Scene, chair: User) -> None:
    """Make the ranking of the published round as a letter, and issue it."""
    scene.documents["letter"] = ready("ranking", round_=scene.rounds["published"])
    scene.issue = issued(scene.documents["letter"], by=actor_for(chair))
    scene.documents["issued"] = scene.issue.document


def _reformed(city: Unit, two: Unit) -> tuple[Unit, Unit, Unit]:
    """Return a unit that went whole into an heir, the heir, and one that was divided over two and the heir."""
    ended = {"parent": city, "kind": "department", "valid_to": REFORM}
    old, divided = make.unit("Sở Cũ", **ended), make.unit("Sở Chia", **ended)
    heir = make.unit("Sở Kế thừa", parent=city, kind="department", valid_from=REFORM)
    lines = ((old, heir, "whole"), (divided, heir, "part"), (divided, two, "part"))
    with recording(by=SYSTEM, reason="Dựng dữ liệu thử"):
        for before, after, share in lines:
            Lineage.objects.create(old=before, new=after, share=share, on=REFORM)
    return old, heir, divided


def _people(
    city: Unit, one: Unit, two: Unit, home: Unit, money: Unit, district: Unit, commune: Unit, heir: Unit
) -> dict[str, User]:
    """Return one person per role of the table, by the table's names."""
    seats: dict[str, tuple[Role, Unit, dict[str, Any]]] = {
        "admin": (Role.ADMINISTRATOR, city, {}),
        "manager": (Role.CRITERIA_MANAGER, city, {"workplace": home}),
        "officer": (Role.OFFICER, one, {}),
        "lent": (Role.OFFICER, one, {}),
        "leader": (Role.LEADER, one, {}),
        "deputy": (Role.DEPUTY, one, {}),
        "officer_two": (Role.OFFICER, two, {}),
        "leader_two": (Role.LEADER, two, {}),
        "officer_home": (Role.OFFICER, home, {}),
        "leader_home": (Role.LEADER, home, {}),
        "appraiser": (Role.APPRAISER, city, {"workplace": money, "fields_limit": "2"}),
        "secretary": (Role.SECRETARY, city, {"workplace": home}),
        "member": (Role.MEMBER, city, {"workplace": money}),
        "chair": (Role.CHAIR, city, {}),
        "inspector": (Role.INSPECTOR, city, {}),
        "admin_below": (Role.ADMINISTRATOR, district, {}),
        "secretary_below": (Role.SECRETARY, district, {}),
        "officer_below": (Role.OFFICER, commune, {}),
        "leader_below": (Role.LEADER, commune, {}),
        "heir": (Role.OFFICER, heir, {}),
    }
    made = {name: make.seat(None, role, at=at, **more).user for name, (role, at, more) in seats.items()}
    return made | {"nobody": make.person()}


# --- rounds ------------------------------------------------------------------------------------------------


@dataclass
class _Season:
    """The rounds of one host by stage, and its criteria sets."""

    rounds: dict[str, Round]
    sets: dict[str, CriteriaSet]
    asked: dict[str, Consultation]


def _rounds(host: Unit, kind: str, actors: Iterable[Unit]) -> _Season:
    """Return a round of the host at every stage; the cards of ``actors`` stand at it, the others in draft."""
    chosen = _criteria(host, kind)
    draft = make.criteria_set(
        host, kind=kind, leaves={"1.1": "60", "1.2": "40"}, year=2032, state=CriteriaSet.State.DRAFT
    )
    spare = make.criteria_set(host, kind="office", leaves={"1.1": "100"})
    rounds = {"setup": make.round_(host, chosen, year=YEARS["setup"])}
    councils.add_survey_step(rounds["setup"])
    for stage, (before, after) in STAGES.items():
        rounds[stage] = make.round_(host, chosen, year=YEARS[stage])
        councils.add_survey_step(rounds[stage])
        cards = actions.open_round(rounds[stage], by=SYSTEM, quiet=True)
        acting = [card for card in cards if card.unit in actors]
        _each(acting, before)
        if after:
            _close(rounds[stage], 1)
            _each(acting, after)
    past = {"on_date": date(2024, 6, 1)}
    rounds["concluded"] = _finished(host, chosen, "concluded", **past)
    rounds["published"] = _finished(host, chosen, "published", **past)
    publish_ranking(rounds["published"], by=SYSTEM)
    fresh = {name: Round.objects.select_related("host").get(pk=made.pk) for name, made in rounds.items()}
    asked = at_each_stage(host, kind, list(actors), unsent=CANARY)
    return _Season(fresh, {"published": chosen, "draft": draft, "spare": spare}, asked)


def _criteria(host: Unit, kind: str) -> CriteriaSet:
    """Return a published set: 1.1 and 1.2 in field 1, 2.1 in field 2, 3.1 from a survey."""
    made = make.criteria_set(
        host,
        kind=kind,
        leaves=councils.LEAVES,
        state=CriteriaSet.State.DRAFT,
        legal_file="criteria/legal/ab/decision",
        legal_file_name="quyet-dinh.pdf",
    )
    with recording(by=SYSTEM, reason="Dựng dữ liệu thử"):
        node = Node.objects.get(criteria_set=made, code="3.1")
        node.source = Node.Source.SURVEY
        node.save()
        made.state, made.published_at = CriteriaSet.State.PUBLISHED, clock.now()
        made.save()
    return made


def _finished(host: Unit, chosen: CriteriaSet, stage: str, **fields: Any) -> Round:
    made = seasons.season(host, chosen, year=YEARS[stage], **fields)
    units = Unit.objects.on(fields["on_date"]).filter(parent=host, kind=chosen.kind)
    results = {unit: {"1.1": "1", "1.2": "3", "2.1": "5", "3.1": "10"} for unit in units}
    seasons.finish(made, results)
    return made


def _each(cards: Iterable[Scorecard], act: Callable[[Scorecard], None]) -> None:
    for card in cards:
        act(card)


def _fill(card: Scorecard) -> None:
    for code, most in (("1.1", "1"), ("1.2", "3"), ("2.1", "5")):
        actions.set_points(card, code, by=SYSTEM, version=0, points=Decimal(most), note=NOTE)


def _submit(card: Scorecard) -> None:
    _fill(card)
    actions.move(card, "submit", by=SYSTEM)


def _approve(card: Scorecard) -> None:
    """Bring the card to its approval with a file on a leaf."""
    _fill(card)
    actions.add_file(card, "2.1", by=SYSTEM, upload=SimpleUploadedFile("Kế hoạch.pdf", specimens.pdf()))
    actions.move(card, "submit", by=SYSTEM)
    actions.move(card, "approve", by=SYSTEM)


def _cut(card: Scorecard) -> None:
    actions.appraise(card, "1.1", by=SYSTEM, version=0, points=Decimal("0.5"), reason="Ban hành chậm")
    actions.agree_rest(card, by=SYSTEM)


def _start_appraising(card: Scorecard) -> None:
    """Leave one leaf out, cut one, agree with the rest, write a question."""
    actions.leave_out(card, "1.2", by=SYSTEM, reason="Không phát sinh")
    _cut(card)
    actions.ask(card, "2.1", by=SYSTEM, question="Số liệu lấy từ đâu?")


def _appraise(card: Scorecard) -> None:
    _cut(card)
    actions.move(card, "appraise", by=SYSTEM)


def _ask(card: Scorecard) -> None:
    _appraise(card)
    actions.ask_for_cuts(card, by=SYSTEM)
    actions.move(card, "ask", by=SYSTEM)
    actions.answer(card, "1.1", by=SYSTEM, version=0, answer="Đã ban hành ngày 05/01")


def _leave(card: Scorecard) -> None:
    """Leave the card as the lock finds it."""


# What is done with each acting card before self-scoring is locked, and after it (None: it is still open).
STAGES: dict[str, tuple[Any, Any]] = {
    "draft": (_fill, None),
    "reviewing": (_fill, None),
    "submitted": (_submit, None),
    "late": (_fill, _leave),
    "appraising": (_approve, _start_appraising),
    "explaining": (_approve, _ask),
    "appraised": (_approve, _appraise),
    "sitting": (_approve, _appraise),
    "amending": (_approve, _appraise),
}


def _close(round_: Round, order: int) -> None:
    """End the steps up to that order a second ago and start the later ones."""
    now = clock.now()
    with recording(by=SYSTEM, reason="Đổi ngày trong thử nghiệm"):
        for step in Step.objects.filter(round=round_):
            ended = step.order <= order
            step.opens_at = now - (9 if ended else 8) * make.DAY
            step.closes_at = now - timedelta(seconds=1) if ended else now + 9 * make.DAY
            step.save()


# --- one unit's part ---------------------------------------------------------------------------------------


def _scene(host: Unit, unit: Unit, season: _Season, clerk: User) -> Scene:
    cards = {
        stage: round_.cards.select_related("unit", "round__host").get(unit=unit)
        for stage, round_ in season.rounds.items()
        if stage != "setup"
    }
    scene = Scene(host, unit, season.rounds, cards, season.sets, clerk)
    _write_canaries(cards["draft"])
    scene.evidence["draft"] = actions.add_file(
        cards["draft"], "1.1", by=SYSTEM, upload=SimpleUploadedFile(f"{CANARY}.pdf", specimens.pdf(pages=2))
    )
    scene.uploads["waiting"] = actions.take_whole(
        cards["draft"], by=SYSTEM, upload=SimpleUploadedFile(f"{CANARY} 2.pdf", specimens.pdf(pages=4))
    )
    scene.uploads["coming"] = actions.begin(cards["draft"], by=SYSTEM, name=f"{CANARY} 3.pdf", size=1000)
    scene.evidence["appraising"] = Evidence.objects.get(score__card=cards["appraising"])
    signed = SimpleUploadedFile("Bản ký.pdf", specimens.pdf(pages=3))
    actions.attach_signed_copy(
        cards["submitted"], by=SYSTEM, upload=signed, number="05/BC-UBND", signed_on=date(2026, 1, 5)
    )
    past = season.rounds["published"]
    scene.documents = {
        "card": request_document("appraisal", by=SYSTEM, card=cards["published"]),
        "ranking": request_document("ranking_sheet", by=SYSTEM, round_=past),
    }
    make_document(str(scene.documents["ranking"].pk))
    scene.backtest, scene.asked = start(season.sets["draft"], past, by=SYSTEM), season.asked
    return scene


def _write_canaries(card: Scorecard) -> None:
    actions.set_points(card, "1.2", by=SYSTEM, version=1, points=Decimal("2.5"), note=CANARY)
    actions.set_texts(card, by=SYSTEM, difficulties=CANARY, proposals=CANARY)
    actions.add_document(card, "2.1", by=SYSTEM, number=CANARY, issuer=CANARY)
