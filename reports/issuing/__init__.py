"""Issued documents: a letter with a number, a code printed on it, a fingerprint, and the data it was made of.

Read in this order: models (IssuedDocument), codes (what is printed), freezing (a letter's values as plain data),
signing (PAdES), dressing (a letter that is issued), actions, checking (is this ours), queries, forms, shapes, api,
views.
"""
