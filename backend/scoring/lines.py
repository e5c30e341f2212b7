"""What rows of history say to the filters of the history room, and which history the room leaves out."""

from __future__ import annotations

from backend.accounts.models import User
from backend.audit.lines import leaves_out, shows, shows_accesses
from backend.criteria.models import (
    Applicability,
    Consultation,
    CriteriaSet,
    Node,
    Opinion,
    Response,
)
from backend.rounds.models import (
    Band,
    Conflict,
    Council,
    CouncilMember,
    Extension,
    Group,
    Reminder,
    Round,
    Step,
)
from backend.scoring.lifecycle import OWN_MOVES
from backend.scoring.models import (
    AgendaCard,
    Amendment,
    Assignment,
    Attendance,
    Ballot,
    CannedReason,
    Deduction,
    Delegation,
    Division,
    DivisionMember,
    DoubleChoice,
    DoubleLeaf,
    Draft,
    Evidence,
    Explanation,
    FirstMark,
    HandOver,
    Mark,
    OwnCouncil,
    OwnMember,
    OwnOpinion,
    Proposal,
    Provenance,
    Remark,
    ReturnedLeaf,
    Score,
    Scorecard,
    Session,
    Signature,
)
from tiers.models import Appointment, Lineage, Release, Unit

_ROUND = f"FROM {Round._meta.db_table} r WHERE r.id = {{row}}.round_key"
_HOST = f"COALESCE((SELECT r.host_id {_ROUND}), {{row}}.unit_key)"
_SCORE = f"FROM {Score._meta.db_table} s WHERE s.id = {{row}}.score_id"
_STEP = f"FROM {Step._meta.db_table} st WHERE st.id = {{row}}.step_id"
_VOTED = (
    f"FROM {Proposal._meta.db_table} p JOIN {Score._meta.db_table} s ON s.id = p.score_id "
    "WHERE p.id = {row}.proposal_id"
)
_LEAF = {"card": f"(SELECT s.card_id {_SCORE})", "code": f"COALESCE((SELECT s.code {_SCORE}), '')"}
_CALLED = f"SELECT was.title FROM {Step.history.model._meta.db_table} was WHERE was.id = {{row}}.step_id"  # noqa: S608
_IN_STEP = {
    "step": f"COALESCE(NULLIF({{row}}.step_name, ''), (SELECT st.title {_STEP}), '')",
    "steps": _CALLED,
}
_SURVEY_STEP = f"EXISTS (SELECT 1 {_STEP} AND st.kind = '{Step.Kind.SURVEY}')"
_OWN_STEP = f"EXISTS (SELECT 1 {_STEP} AND st.kind = '{Step.Kind.SELF}')"
_OWN_MOVES = ", ".join(f"'{name}'" for name in sorted(OWN_MOVES))


def _prior(table: str, column: str) -> str:
    """Return the column of the row of history before this one."""
    earlier = "h.id = {row}.id AND h.sequence < {row}.sequence"
    return f"(SELECT h.{column} FROM {table} h WHERE {earlier} ORDER BY h.sequence DESC LIMIT 1)"  # noqa: S608


def register() -> None:
    """Say of every tracked model up to this slice how the room shows it, or why it does not."""
    shows_accesses(host=_HOST)
    _of_leaves()
    _of_cards()
    _of_council()
    for kind, models in {
        "survey": (Provenance,),
        "rounds": (Round, Group, Band, Step, Reminder),
        "criteria": (CriteriaSet, Node, Applicability, Consultation),
        "units": (Unit, Lineage, Release),
        "seats": (Appointment,),
        "people": (User,),
    }.items():
        for model in models:
            shows(model, kind, host=_HOST)
    shows(Extension, "rounds", host=_HOST, words=("reason", "document"), **_IN_STEP)
    for inner in (Division, DivisionMember, Assignment, Remark, OwnCouncil, OwnMember, OwnOpinion):
        leaves_out(inner, "the unit's own talk and sharing of work, which only its people read")
    for opinion in (Response, Opinion):
        leaves_out(
            opinion, "a unit's opinion on a draft is its own until it is sent, and read with the draft"
        )


def _of_leaves() -> None:
    marks = Mark.history.model._meta.db_table
    shows(
        Mark,
        "marks",
        sort=f"CASE WHEN {_SURVEY_STEP} THEN 'survey' ELSE 'marks' END",
        host=_HOST,
        side=f"CASE WHEN {_OWN_STEP} THEN 'own' ELSE 'council' END",
        before=f"COALESCE({_prior(marks, 'points')}, {{row}}.from_points)",
        after="{row}.points",
        # Who corrects what she typed herself neither cuts nor raises.
        turn=f"CASE WHEN {_OWN_STEP} THEN 0 END",
        words=("reason", "history_change_reason"),
        # Opening a round makes these by the thousand.
        kept="NOT ({row}.history_type = '+' AND {row}.points IS NULL)",
        **_LEAF,
        **_IN_STEP,
    )
    shows(
        Score,
        "marks",
        host=_HOST,
        card="{row}.card_id",
        code="{row}.code",
        words=("left_out_reason", "history_change_reason"),
        kept="{row}.history_type = '~'",
    )
    shows(
        Deduction,
        "marks",
        host=_HOST,
        card="{row}.card_id",
        code="{row}.code",
        side="'council'",
        turn="CASE WHEN {row}.withdraws_id IS NULL THEN -1 ELSE 1 END",
        words=("reason", "document"),
        **_IN_STEP,
    )
    shows(
        Explanation,
        "answers",
        host=_HOST,
        side="CASE WHEN {row}.answer = '' THEN 'council' ELSE 'answer' END",
        words=("question", "answer"),
        **_LEAF,
        **_IN_STEP,
    )
    shows(
        Evidence,
        "evidence",
        host=_HOST,
        side=f"CASE WHEN {_OWN_STEP} THEN 'own' ELSE '' END",
        words=("file_name", "number", "issuer"),
        **_LEAF,
        **_IN_STEP,
    )


def _of_cards() -> None:
    cards = Scorecard.history.model._meta.db_table
    shows(
        Signature,
        "cards",
        host=_HOST,
        card="{row}.card_id",
        side=f"CASE WHEN {{row}}.move IN ({_OWN_MOVES}) THEN 'own' "
        "WHEN {row}.move = 'submit_answers' THEN 'draft' ELSE '' END",
        words=("reason", "document"),
        **_IN_STEP,
    )
    shows(
        Scorecard,
        "cards",
        host=_HOST,
        card="{row}.id",
        side="'own'",
        # A change of state is told by its signature.
        kept=f"{{row}}.history_type = '~' AND {{row}}.state = {_prior(cards, 'state')}",
    )
    shows(
        ReturnedLeaf,
        "cards",
        host=_HOST,
        side="'own'",
        words=("reason", "answer"),
        kept="{row}.signature_id IS NOT NULL",
        **_LEAF,
    )
    shows(Delegation, "cards", host=_HOST, card="{row}.card_id", side="'own'", words=("document",))


def _of_council() -> None:
    for model, words in {
        Council: ("decision_number",),
        CouncilMember: (),
        Conflict: ("reason", "document", "withdrawal"),
        HandOver: ("note", "sent_back_reason"),
        DoubleChoice: (),
        CannedReason: ("text",),
        Session: ("venue",),
        Attendance: ("reason",),
    }.items():
        shows(model, "council", host=_HOST, words=("history_change_reason", *words))
    for leaf, words in {
        DoubleLeaf: ("reason", "drop_reason"),
        Draft: ("reason",),
        Proposal: ("reason",),
    }.items():
        shows(leaf, "council", host=_HOST, side="'council'", words=("history_change_reason", *words), **_LEAF)
    shows(AgendaCard, "council", host=_HOST, card="{row}.card_id", side="'council'")
    amended = _LEAF | {"card": "{row}.card_id"}
    shows(
        Amendment, "council", host=_HOST, side="'council'", words=("reason", "document", "answer"), **amended
    )
    leaves_out(
        FirstMark,
        "what one of two people gave alone is told by nobody; once both are given the leaf tells it",
    )
    # A closed vote has no line: of it the session tells who voted, and a sum.
    shows(
        Ballot,
        "council",
        host=_HOST,
        side="'council'",
        kept="{row}.by_name",
        card=f"(SELECT s.card_id {_VOTED})",
        code=f"COALESCE((SELECT s.code {_VOTED}), '')",
    )
