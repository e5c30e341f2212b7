"""Backtest: a draft set run over a season that is over, before it is issued.

Read in this order: cases (plain values), carrying (points of one leaf under its new rule), reckoning (totals as the
round makes them), comparing (ranks, who moves), separating (which leaf tells units apart), shaking (ranks when the
weights move), findings (all of it for one group, JSON-able), mapping (group to group, leaf to leaf), reading (the
season's rows), running (one backtest, asked for and done), tables (for pages and sheets), sheets, views. Points are
whole thousandths here.
"""
