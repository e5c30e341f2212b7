"""History rows of every model that matters: who, why, at which step, when; each the next of its chain.

SPECIFICATION.md says what an outsider checks. Read in this order: records (what a digest is made of), chaining
(digests, MACs, heads), models (what a history row holds), recording (the only way to write one), walls (what all
walls of triggers share), triggers (append-only walls), continuing (a row continues its chain), erasure (a person's
data goes), shapes (which
columns stood in a record), giving_chains (for migrations), merkle and notes (the tree and the signed note), log, accesses (the
digest over who read),
actions (a checkpoint), verify (live rows against history), rehash (every digest anew), bundles (what is handed out), room (lines of the
history room, and who read or was refused), lines (how the database writes the lines), middleware (how reading and
refusals are written down), outside (the outsider's program, which shares no code with the rest).
"""
