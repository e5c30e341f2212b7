"""Results: the ranking of a round, frozen when published, and the documents made of it.

Read in this order: rankings (pure arithmetic), models (Ranking, Section, Row, FieldRow, Document),
standings (plain tables), queries (totals, preview, published), actions (publish, request), documents, views.
"""
