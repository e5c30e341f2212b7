"""Scorecards: the heart. One card per unit and round, one score per leaf, one mark per step.

Read in this order: models, lifecycle (states and moves as one table), gates (facts in, reasons out), arising (nothing arose), tally (bonus and penalty),
fingerprints, files (evidence judged and kept), queries, agenda (what waits for a person), board (a host's
cards side by side), checking (what deserves a look before signing), wording and changes (history in words), actions (every write), views, api, api_approval
and api_rounds (JSON; shapes and shapes_approval out, sent in).
"""
