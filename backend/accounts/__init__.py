"""People's accounts: sign-in, second factor, session safety.

Read in this order: models (User), actions (make, reset, disable), forms, views.
Where a person sits and what she may do is in tiers, not here.
"""
