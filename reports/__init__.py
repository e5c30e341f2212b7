"""Results: rankings computed, frozen when published, and printed.

Read in this order: rankings (pure: index, ranks, ties, bands), models, queries, actions, documents, views.
"""
