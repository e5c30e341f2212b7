"""The organisation, dated: units, kinds, lineage, and who sits where.

Read in this order: models (rows), rules (paths, spans), queries (the tree on a date), scope (whose past one
reads), actions, loading (files in, all or nothing), seating (seats to guardian grants, the request's actor),
people (accounts and seats as an administrator manages them).
"""
