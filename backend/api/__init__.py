"""The JSON side of the program: router, pagination, errors, schema.

Read urls.py first; each slice brings its own api.py.
"""
