"""What leaders read from results: where units lie, where points went, who claimed too much, what one step would give.

Read in this order: spread and raising (pure arithmetic), grids (a table for page, JSON and workbook), sections,
groups, places, leaves, unit (what each page shows), pages (to whom), sheets, views. Every read is in reports.queries.
"""
