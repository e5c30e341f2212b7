"""Results: the ranking of a round, frozen when published, and the documents made of it.

Read in this order: rankings (pure arithmetic), models, walls (what the database refuses), standings (plain tables),
queries, actions, details (leaf by leaf), charts, documents, seasons (past years taken over), backtest (a
draft set tried on a past season), trying (a group's bands and ties tried on last year's results), analysis (what
leaders read from results), views, api_analysis.
"""
