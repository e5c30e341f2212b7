"""Messages to people: recorded in the transaction, sent after commit, each once.

Read in this order: models (Notice, Letter, Preference), actions (telling, gathering, sending, bouncing),
writing (the text of a letter), lines (how letters leave: SMTP or a box), queries, views, tasks, api.
"""
