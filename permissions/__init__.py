"""Who may do what: one rule book, one actor, one backend.

Read in this order: roles (verbs and roles as tables), actor (seats of one
person and the three questions), backend (django-guardian decides by seats).
This package knows django-guardian and no slice of ours.
"""
