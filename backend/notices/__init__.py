"""Messages to people: recorded in the transaction, sent after commit, each once.

Read in this order: models (Notice), actions (tell, send), queries, views.
"""
