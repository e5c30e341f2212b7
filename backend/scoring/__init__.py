"""Scorecards: the heart. One card per unit and round, one score per leaf, one mark per step.

Read in this order: models, lifecycle (states and moves as one table), gates (facts in,
reasons out), queries, actions (every write), views, api.
"""
