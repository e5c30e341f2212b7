"""Every write of the heart. Each locks the card, then the step, then reads the clock.

Read in this order: locking, save_keys, points (self-scores), saving (one leaf from the page), filling (many at
once), keeping, evidence, moves, appraisal, answers, survey, remaining and deductions (points taken off), exceptions (left-out leaves, delegation), opening (a round's cards),
past_lines and taking_over (a finished season from paper).
"""

from backend.scoring.actions.answers import answer, ask, ask_for_cuts, unask
from backend.scoring.actions.appraisal import agree_not_arisen, agree_rest, appraise, decide
from backend.scoring.actions.deductions import deduct, withdraw_deduction
from backend.scoring.actions.evidence import add_document, add_file, attach_signed_copy, remove_evidence
from backend.scoring.actions.exceptions import delegate, leave_out, put_back, revoke
from backend.scoring.actions.filling import OwnLine, fill
from backend.scoring.actions.keeping import check_file
from backend.scoring.actions.moves import move, publish_cards
from backend.scoring.actions.moving_on import end_step_early, step_on
from backend.scoring.actions.opening import open_round
from backend.scoring.actions.past_lines import Given, PastLine
from backend.scoring.actions.points import Saved, SavedLeaf, set_points, set_texts, texts_seen
from backend.scoring.actions.saving import HeldLeaf, leaf_held
from backend.scoring.actions.survey import SurveyRow, asked_of, enter_survey, worked_out
from backend.scoring.actions.taking_over import take_over

__all__ = [
    "Given",
    "HeldLeaf",
    "OwnLine",
    "PastLine",
    "Saved",
    "SavedLeaf",
    "SurveyRow",
    "add_document",
    "add_file",
    "agree_not_arisen",
    "agree_rest",
    "answer",
    "appraise",
    "ask",
    "ask_for_cuts",
    "asked_of",
    "attach_signed_copy",
    "check_file",
    "decide",
    "deduct",
    "delegate",
    "end_step_early",
    "enter_survey",
    "fill",
    "leaf_held",
    "leave_out",
    "move",
    "open_round",
    "publish_cards",
    "put_back",
    "remove_evidence",
    "revoke",
    "set_points",
    "set_texts",
    "step_on",
    "take_over",
    "texts_seen",
    "unask",
    "withdraw_deduction",
    "worked_out",
]
