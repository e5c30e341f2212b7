"""The rule book: verbs in one enum, roles in one table.

A role gives verbs, each with a reach. Reach says which of an object's two paths
(the unit it is about, the host that runs it) the seat's own path must match.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Verb(StrEnum):
    """Every act that needs a right. Its value is the guardian codename."""

    VIEW = "view_work"
    SCORE = "score"
    SUBMIT = "submit"
    APPROVE = "approve"
    DELEGATE = "delegate"
    APPRAISE = "appraise"
    PREPARE = "prepare_appraisal"
    ASK = "ask_explanation"
    CONCLUDE = "conclude"
    KEEP_COUNCIL = "keep_council"
    PUBLISH = "publish"
    REOPEN = "reopen"
    ENTER_SURVEY = "enter_survey"
    MANAGE_CRITERIA = "manage_criteria"
    MANAGE_ROUND = "manage_round"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_UNITS = "manage_units"
    INSPECT = "inspect"


VERB_TITLES = {
    Verb.VIEW: _("xem hồ sơ"),
    Verb.SCORE: _("nhập điểm tự chấm"),
    Verb.SUBMIT: _("trình lãnh đạo"),
    Verb.APPROVE: _("phê duyệt điểm tự chấm"),
    Verb.DELEGATE: _("ủy quyền phê duyệt"),
    Verb.APPRAISE: _("thẩm định"),
    Verb.PREPARE: _("dự thảo thẩm định"),
    Verb.ASK: _("yêu cầu giải trình"),
    Verb.CONCLUDE: _("kết luận"),
    Verb.KEEP_COUNCIL: _("điều hành công việc Hội đồng thẩm định"),
    Verb.PUBLISH: _("công bố"),
    Verb.REOPEN: _("gia hạn, mở lại"),
    Verb.ENTER_SURVEY: _("nhập điểm điều tra xã hội học"),
    Verb.MANAGE_CRITERIA: _("quản lý bộ tiêu chí"),
    Verb.MANAGE_ROUND: _("quản lý đợt đánh giá"),
    Verb.MANAGE_PEOPLE: _("quản lý tài khoản"),
    Verb.MANAGE_UNITS: _("quản lý tổ chức"),
    Verb.INSPECT: _("xem lịch sử"),
}

# What nobody may do for the unit where she works (house, "Permissions, one idea").
CONFLICTED = frozenset({Verb.APPRAISE, Verb.PREPARE, Verb.ASK, Verb.CONCLUDE, Verb.REOPEN, Verb.ENTER_SURVEY})


class Reach(StrEnum):
    """How far a verb of a seat goes from the path the seat acts for."""

    OWN = "own"  # the object is about that very unit
    HOST = "host"  # the object is run by that very unit
    BELOW = "below"  # the object is about that unit or any unit under it


class Role(StrEnum):
    """Seats a person may hold."""

    ADMINISTRATOR = "administrator"
    CRITERIA_MANAGER = "criteria_manager"
    OFFICER = "officer"
    LEADER = "leader"
    DEPUTY = "deputy"
    APPRAISER = "appraiser"
    SECRETARY = "secretary"
    MEMBER = "member"
    VICE_CHAIR = "vice_chair"
    CHAIR = "chair"
    SUPPORT = "support"
    INSPECTOR = "inspector"


ROLE_TITLES = {
    Role.ADMINISTRATOR: _("Quản trị hệ thống"),
    Role.CRITERIA_MANAGER: _("Quản lý tiêu chí và đợt đánh giá"),
    Role.OFFICER: _("Chuyên viên tự chấm điểm"),
    Role.LEADER: _("Lãnh đạo đơn vị"),
    Role.DEPUTY: _("Cấp phó của lãnh đạo đơn vị (KT.)"),
    Role.APPRAISER: _("Cơ quan chủ trì thẩm định lĩnh vực"),
    Role.SECRETARY: _("Thư ký Hội đồng thẩm định"),
    Role.MEMBER: _("Ủy viên Hội đồng thẩm định"),
    Role.VICE_CHAIR: _("Phó Chủ tịch thường trực Hội đồng thẩm định"),
    Role.CHAIR: _("Chủ tịch Hội đồng thẩm định"),
    Role.SUPPORT: _("Tổ giúp việc Hội đồng thẩm định"),
    Role.INSPECTOR: _("Thanh tra, giám sát"),
}

_OWN_WORK = {Verb.VIEW: Reach.OWN}
_HOST_WORK = {Verb.VIEW: Reach.HOST, Verb.PREPARE: Reach.HOST, Verb.APPRAISE: Reach.HOST}
_DECIDES = {Verb.REOPEN: Reach.HOST, Verb.ENTER_SURVEY: Reach.HOST, Verb.ASK: Reach.HOST}

_PRESIDES = {
    **_HOST_WORK,
    **_DECIDES,
    Verb.KEEP_COUNCIL: Reach.HOST,
    Verb.CONCLUDE: Reach.HOST,
    Verb.INSPECT: Reach.HOST,
}

ROLES: dict[Role, dict[Verb, Reach]] = {
    Role.ADMINISTRATOR: {Verb.MANAGE_PEOPLE: Reach.BELOW, Verb.MANAGE_UNITS: Reach.BELOW},
    Role.CRITERIA_MANAGER: {
        Verb.VIEW: Reach.HOST,
        Verb.MANAGE_CRITERIA: Reach.HOST,
        Verb.MANAGE_ROUND: Reach.HOST,
        Verb.KEEP_COUNCIL: Reach.HOST,
        Verb.REOPEN: Reach.HOST,
        Verb.ENTER_SURVEY: Reach.HOST,
    },
    Role.OFFICER: {**_OWN_WORK, Verb.SCORE: Reach.OWN, Verb.SUBMIT: Reach.OWN},
    Role.LEADER: {**_OWN_WORK, Verb.APPROVE: Reach.OWN, Verb.DELEGATE: Reach.OWN},
    Role.DEPUTY: {**_OWN_WORK, Verb.APPROVE: Reach.OWN},
    Role.APPRAISER: _HOST_WORK,
    Role.SECRETARY: {**_HOST_WORK, **_DECIDES, Verb.KEEP_COUNCIL: Reach.HOST, Verb.INSPECT: Reach.HOST},
    Role.MEMBER: {**_HOST_WORK, **_DECIDES, Verb.INSPECT: Reach.HOST},
    # In a round with a council she concludes only in the chair's place (rounds.queries.councils).
    Role.VICE_CHAIR: _PRESIDES,
    Role.CHAIR: {**_PRESIDES, Verb.PUBLISH: Reach.HOST},
    Role.SUPPORT: {Verb.VIEW: Reach.HOST, Verb.PREPARE: Reach.HOST},
    Role.INSPECTOR: {Verb.VIEW: Reach.BELOW, Verb.INSPECT: Reach.BELOW},
}


@dataclass(frozen=True)
class Place:
    """Where an object stands: the path of the unit it is about and of its host."""

    unit: str
    host: str

    @classmethod
    def of(cls, path: str) -> Place:
        """Return the place of an object that its own unit runs (a unit, a round, a criteria set)."""
        return cls(unit=path, host=path)


def reaches(reach: Reach, seat_path: str, place: Place) -> bool:
    """Return whether a seat at ``seat_path`` gets to ``place`` with that reach."""
    if reach is Reach.OWN:
        return place.unit == seat_path
    if reach is Reach.HOST:
        return place.host == seat_path
    return place.unit.startswith(seat_path)


def verb_named(name: str) -> Verb:
    """Return the verb of that codename. An unknown one raises ValueError."""
    return Verb(name)
