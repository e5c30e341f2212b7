"""Documents of all units of a round in one go: made one by one in the background, then packed into one zip.

Read in this order: models (Batch, BatchItem), packing (the zip and its index), queries, actions, serving, api, views.
"""
