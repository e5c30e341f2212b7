"""Pages of scoring: find, parse, call one action, answer. Read in this order: finding (what a request names),
grid (a card as rows), desk, card, evidence, approval, explanation, acts (moves of the table); then the
council's side: marking (a card as the council's rows), doors, appraisal, conclusion, survey, progress, timeline, room.
"""
