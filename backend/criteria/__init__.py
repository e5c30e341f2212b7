"""Criteria sets: versioned trees of fields, criteria and leaves, owned by a unit.

Read in this order: models (CriteriaSet, Node), rules (inputs to points, pure),
queries, actions (edit a draft, publish, copy), loading (sets from files), views.
"""
