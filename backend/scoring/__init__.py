"""Scorecards: the heart. One card per unit and round, one score per leaf, one mark per step.

Read in this order: models, lifecycle (states and moves as one table), gates (facts in, reasons out), arising (nothing arose), tally (bonus and penalty),
fingerprints, matching (codes in names of files), files (evidence judged and kept), queries, agenda (what waits for a person),
deadlines (who is late), mailing (whom letters reach), board (a host's cards side by side), across (one leaf side by side), work (who has appraised how much),
canned (reasons with blanks), packing (a card's evidence as one zip), checking (what deserves a look before signing), wording, council_words, session_words and changes (history in words),
lines (what the history room is told of each row), room (its list), telling (it in words), room_sheet (as XLSX),
strictness (who cuts how much), accesses (what
an address is about), actions (every write), views, api, api_rounds, api_survey,
api_room, api_intake, api_councils, api_library, api_reminders, api_approval, api_sharing, api_across and api_sessions (JSON; shapes, shapes_approval, shapes_across, shapes_survey,
shapes_sharing and shapes_sessions out, sent in).
"""
