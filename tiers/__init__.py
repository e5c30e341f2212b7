"""The organisation, dated: units, kinds, lineage, and who sits where.

Read in this order: models (rows), queries (the tree on a date), loading (files
in, all or nothing), seating (seats to guardian grants, the request's actor), scope.
"""
