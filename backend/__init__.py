"""The program: one folder per subject, standing in one line; each imports only those below it.

Read core first, then accounts, audit, jobs, notices, criteria, rounds, scoring; web and api show them,
config ties them together. Beside this folder: tiers (units and seats), permissions (the rule book),
reports (rankings and documents).
"""
