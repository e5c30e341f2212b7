"""A criteria set from one CSV file, whole or not at all.

Read in this order: reading (lines to typed rows, each problem with its line), load
(rows to a draft, recorded), illustration (the sets that come with the program).
"""
