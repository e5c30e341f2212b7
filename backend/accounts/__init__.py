"""People's accounts: sign-in, second factor, session safety.

Read in this order: models (User), passwords, validators and codes (small makers), identity (is it she?), actions (a
person's own acts), pending (between password and code), middleware (first password), forms, views.
Where a person sits, and what an administrator does with accounts, is in tiers.
"""
