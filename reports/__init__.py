"""Results: the ranking of a round, frozen when published, and the documents made of it.

Read in this order: rankings (pure arithmetic), models, walls (what the database refuses), standings (plain tables),
queries, actions, details (leaf by leaf), charts, documents, issuing (documents given out under a number, and the check that is open to everybody), bulk (documents of all units in one go), seasons (past years taken over), backtest (a
draft set tried on a past season), trying (a group's bands and ties tried on last year's results), views.
"""
