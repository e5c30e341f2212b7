"""What every slice stands on: errors, points, dates, text and the clock. No models, no slice of ours.

Read in this order: errors (how a rule says no), exact and formula (arithmetic, pure), points (as people type
them), fields (points in the database), prepared (queries whose SQL is kept), dates, text, clock (the database's time), serializers (JSON),
letterhead (names in official letters), books and sheets (XLSX that people send, judged then read), files (whole
on a disk or not at all; judged at the door), forms (a refusal at its field, a file at the door),
widgets (inputs that write themselves), formats (Django's vi locale mended).
"""
