"""Accounts and seats as an administrator manages them, for the units below her own seat.

Read in this order: actions (make, appoint, end, disable, reset), queries, importing (XLSX to rows with
problems), demo (accounts named by seat), forms, views, api. The rules of seats themselves: tiers.seating.
"""
