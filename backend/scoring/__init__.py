"""Scorecards: the heart. One card per unit and round, one score per leaf, one mark per step.

Read in this order: models, lifecycle (states and moves as one table), gates (facts in, reasons out), arising (nothing arose), tally (bonus and penalty),
fingerprints, matching (codes in names of files), files (evidence judged and kept), queries, agenda (what waits for a person),
deadlines (who is late), mailing (whom letters reach), board (a host's cards side by side), packing (a card's evidence as
one zip), checking (what deserves a look before signing), wording, council_words and changes (history in words), actions (every write), views, api, api_rounds, api_survey,
api_intake, api_councils, api_library, api_reminders, api_approval and api_sharing (JSON; shapes, shapes_approval, shapes_survey and
shapes_sharing out, sent in).
"""
