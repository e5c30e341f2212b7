"""What leaders read from results: where units lie, where points went, who claimed too much, what one step would give.

Read in this order: spread, raising and ties (pure arithmetic), grids (a table for page, JSON and workbook), sections,
groups, places, leaves, progress, unit (what each page shows), kept and firmness (how firm ranks are),
trends (over years), pages (to whom), sheets, views. Every read is in reports.queries.
"""
