"""Whole seasons: finished ones taken over from files, and the demonstration.

Read in this order: season (plain values), tables and reading (CSV files to a season), taking (the
one door by which a season enters), demo (the seasons that come with the program).
The format of the files is told in README.md.
"""
