"""Every write of the heart. Each locks the card, then the step, then reads the clock.

Read in this order: locking, save_keys, points (self-scores), saving (one leaf from the page), filling (many at
once), reading, keeping, evidence, intake (files in pieces, the tray), placing (files put on leaves), reusing,
bundles, sharing, remarks and own_council (inside the unit), signed_copy,
rights, returning and looking (the leader reads), moves, reasons (canned), led (what led to a mark), doubles (leaves
marked by two), appraisal, holding (one leaf from the table), drafting, hand_overs (of a field to the council), answers, survey, remaining and deductions (points taken off), exceptions (left-out
leaves, delegation), sessions (the council in session) and attendance, amending (changes after conclusion), reminding and host_reminding (of deadlines), opening (a round's cards), past_lines and
taking_over (a finished season from paper).
"""

from backend.scoring.actions.amending import (
    confirm_change,
    propose_change,
    propose_reopening,
    refuse_change,
    require_amending,
)
from backend.scoring.actions.answers import answer, ask, ask_for_cuts, unask
from backend.scoring.actions.appraisal import agree_not_arisen, agree_rest, appraise, decide
from backend.scoring.actions.attendance import mark_attendance
from backend.scoring.actions.bundles import make_bundle, request_bundle, sweep_bundles
from backend.scoring.actions.deductions import deduct, withdraw_deduction
from backend.scoring.actions.doubles import Chosen, choose_doubles, drop_doubles
from backend.scoring.actions.drafting import draft
from backend.scoring.actions.evidence import add_document, add_file, remove_evidence
from backend.scoring.actions.exceptions import delegate, leave_out, put_back, revoke
from backend.scoring.actions.filling import OwnLine, fill
from backend.scoring.actions.hand_overs import hand_over, require_lead, require_leading, send_back
from backend.scoring.actions.holding import HeldMark, mark_held
from backend.scoring.actions.host_reminding import (
    Prepared,
    may_remind,
    prepare,
    require_reminding,
    send_reminder,
)
from backend.scoring.actions.intake import (
    add_piece,
    begin,
    finish,
    sweep_uploads,
    take_all,
    take_whole,
    throw_away,
)
from backend.scoring.actions.keeping import check_file
from backend.scoring.actions.looking import look, see_leaf
from backend.scoring.actions.moves import move, publish_cards, require_seen
from backend.scoring.actions.moving_on import end_step_early, step_on
from backend.scoring.actions.opening import open_round
from backend.scoring.actions.own_council import agree_with_rest, dismiss_council, form_council, opine
from backend.scoring.actions.past_lines import Given, PastLine
from backend.scoring.actions.placing import (
    Spot,
    add_photographs,
    attach_again,
    mend_told,
    place,
    replace_file,
)
from backend.scoring.actions.points import Saved, SavedLeaf, set_points, set_texts
from backend.scoring.actions.reading import catch_up, read_file
from backend.scoring.actions.reasons import (
    may_keep_reasons,
    require_keeping,
    retire_reason,
    save_reason,
)
from backend.scoring.actions.remarks import add_remark, read_remarks, withdraw_remark
from backend.scoring.actions.reminding import remind
from backend.scoring.actions.returning import answer_return, note_return
from backend.scoring.actions.reusing import reuse
from backend.scoring.actions.rights import require_own
from backend.scoring.actions.saving import HeldLeaf, leaf_held
from backend.scoring.actions.sessions import (
    add_waiting,
    begin_session,
    close_session,
    end_vote,
    propose,
    require_closing,
    require_voter,
    vote,
)
from backend.scoring.actions.sharing import assign, copy_assignments, save_division, unassign
from backend.scoring.actions.signed_copy import attach_signed_copy, note_report
from backend.scoring.actions.survey import SurveyRow, asked_of, enter_survey, worked_out
from backend.scoring.actions.taking_over import take_over

__all__ = [
    "Chosen",
    "Given",
    "HeldLeaf",
    "HeldMark",
    "OwnLine",
    "PastLine",
    "Prepared",
    "Saved",
    "SavedLeaf",
    "Spot",
    "SurveyRow",
    "add_document",
    "add_file",
    "add_photographs",
    "add_piece",
    "add_remark",
    "add_waiting",
    "agree_not_arisen",
    "agree_rest",
    "agree_with_rest",
    "answer",
    "answer_return",
    "appraise",
    "ask",
    "ask_for_cuts",
    "asked_of",
    "assign",
    "attach_again",
    "attach_signed_copy",
    "begin",
    "begin_session",
    "catch_up",
    "check_file",
    "choose_doubles",
    "close_session",
    "confirm_change",
    "copy_assignments",
    "decide",
    "deduct",
    "delegate",
    "dismiss_council",
    "draft",
    "drop_doubles",
    "end_step_early",
    "end_vote",
    "enter_survey",
    "fill",
    "finish",
    "form_council",
    "hand_over",
    "leaf_held",
    "leave_out",
    "look",
    "make_bundle",
    "mark_attendance",
    "mark_held",
    "may_keep_reasons",
    "may_remind",
    "mend_told",
    "move",
    "note_report",
    "note_return",
    "open_round",
    "opine",
    "place",
    "prepare",
    "propose",
    "propose_change",
    "propose_reopening",
    "publish_cards",
    "put_back",
    "read_file",
    "read_remarks",
    "refuse_change",
    "remind",
    "remove_evidence",
    "replace_file",
    "request_bundle",
    "require_amending",
    "require_closing",
    "require_keeping",
    "require_lead",
    "require_leading",
    "require_own",
    "require_reminding",
    "require_seen",
    "require_voter",
    "retire_reason",
    "reuse",
    "revoke",
    "save_division",
    "save_reason",
    "see_leaf",
    "send_back",
    "send_reminder",
    "set_points",
    "set_texts",
    "step_on",
    "sweep_bundles",
    "sweep_uploads",
    "take_all",
    "take_over",
    "take_whole",
    "throw_away",
    "unask",
    "unassign",
    "vote",
    "withdraw_deduction",
    "withdraw_remark",
    "worked_out",
]
