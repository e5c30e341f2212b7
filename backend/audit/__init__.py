"""History rows of every model that matters: who, why, at which step, when.

Read in this order: models (what a history row holds), recording (the only way
to write one), walls (what all walls of triggers share), triggers (append-only walls), verify (live rows
against history), room (lines of the history room, and who read or was refused), lines (how the database writes
the lines), middleware (how reading and refusals are written down).
"""
