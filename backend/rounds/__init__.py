"""Rounds: one host scores the units below it, by steps with dates.

Read in this order: models (Round, Group, Band, Step, Extension; Council, Conflict), rules (which dates and bands
make sense), queries (what step is on, until when for whom; who takes part in judging), actions (set up, open,
extend; form a council), views, api and api_councils.
"""
