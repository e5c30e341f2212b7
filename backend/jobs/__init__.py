"""Background work: recorded in the transaction, done after commit, finished whatever dies.

Read in this order: models (Job), actions (enqueue, claim, finish, sweep), tasks.
A job names a function by its dotted path and gives it one key; it is safe to run twice.
"""
