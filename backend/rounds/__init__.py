"""Rounds: one host scores the units below it, by steps with dates.

Read in this order: models (Round, Group, Band, Step, Extension), rules (which dates and bands
make sense), queries (what step is on, until when for whom), actions (set up, open, extend), views.
"""
