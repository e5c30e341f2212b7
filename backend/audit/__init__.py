"""History rows of every model that matters: who, why, at which step, when.

Read in this order: models (what a history row holds), recording (the only way
to write one), walls (what all walls of triggers share), triggers (append-only walls), verify (live rows
against history).
"""
