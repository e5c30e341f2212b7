"""Benches: each figure is a ratio to a floor measured in the same run, or a count of statements.

Read in this order: __main__ (the command), database (a private one), measuring (Figure, alternate, statements),
then one file a bench that gathers ``figures()`` (criteria), the parts it is made of, and their floors
(``floor_<name>.py``): the same rows and server, no slower settings than ours, nothing but the bare work.

score and faults start the whole program: machine (database, web server, worker), season (the round and its cards),
leaves (what is typed), browser (one officer) and clients (many, in a process of their own), ledger (what was
acknowledged against what is kept), hour (the deadline hour), nemesis (what kills), served (settings with the floors).

tamper judges forged histories; forging is how they are made.
state_machine plays tests/scoring/life for long: people of two units and the council try anything, and a plain model judges.
reports measures totals, ranks, pages and the workbook of results; results is its world.
"""
