"""The JSON door: the same queries and actions as the pages, under /api/.

Read in this order: urls (one router over the slices' ROUTES), errors (one shape for every
refusal), sentences (a field's refusals), renderers (mark and time), pagination, schema. A slice's own shapes stand in its ``api.py``.
"""
